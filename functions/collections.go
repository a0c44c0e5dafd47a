package functions

import (
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
)

// collections are the families of functions of arrays, maps and structs.
func collections() []*expr.Func {
	return slices.Concat(elementFuncs(), arrayMakers(), sequences(), arraySearches(), arrayEdits(), arraySets(), mapMakers(), textMaps(), mapParts(), structFuncs(), lambdaFuncs(), generators(), jsonFuncs(), csvFuncs(), variantFuncs(), sketchFuncs(), xpathFuncs(), xmlFuncs(), vectorFuncs(), vectorAggregates(), unsupportedFuncs())
}
