package functions

import (
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
)

// datetimes are the functions of dates, timestamps, times and intervals.
func datetimes() []*expr.Func {
	return slices.Concat(
		datePartFuncs(), extractFuncs(), dateMathFuncs(), unitFuncs(), truncFuncs(), epochFuncs(), makeDateFuncs(), intervalFuncs(),
		nowFuncs(), zoneFuncs(), formatFuncs(), parseFuncs(), timeFuncs(),
	)
}
