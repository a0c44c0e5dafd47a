package functions

import (
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
)

// scalars are the families of scalar functions of numbers, text, bytes and the session.
func scalars() []*expr.Func {
	return slices.Concat(
		mathFuncs(), roundFuncs(), integerFuncs(), bitwiseFuncs(),
		partFuncs(), searchFuncs(), makeFuncs(), encodingFuncs(),
		hashFuncs(), cryptoFuncs(), bitmapFuncs(), urlFuncs(),
		randomFuncs(), miscFuncs(), regexpFuncs(), numberFormatFuncs(),
		sentenceFuncs(), conversionFuncs(),
	)
}
