package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

// counterDiff is counter_diff: by how much a counter grew since the row before that has one.
func counterDiff() *expr.Func {
	return &expr.Func{Name: "counter_diff", Since: "4.3.0", Usage: "counter_diff(value[, start_time]) - By how much a counter that only grows is larger than in the row before; null where it began anew.",
		Examples: []expr.Example{{SQL: "SELECT counter_diff(x) OVER (ORDER BY x DESC) FROM VALUES (3) AS t(x)", Want: "NULL"}},
		Sigs:     []expr.Sig{{Params: []types.Class{classCounter, kinds(`TIMESTAMP" or "TIMESTAMP_NTZ`, types.TimestampType, types.Timestamp, types.TimestampNTZ)}, Optional: 1}}, AlwaysNull: true, NewWindow: newCounterDiff}
}

// classCounter takes numbers as they are.
var classCounter = types.Class{Name: "NUMERIC", Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
	if t.Kind == types.Null {
		return types.DoubleType, true
	}
	return t, t.IsNumeric()
}}

func newCounterDiff(s *expr.Spec) (expr.WindowKernel, error) {
	return func(w *expr.WindowInput) error {
		before := -1 // the last row with a value
		for i := w.Start; i < w.End; i++ {
			w.Out.SetNull(i)
			v := w.Args[0]
			if v.IsNull(i) {
				continue
			}
			if negative(v.Base(), v.At(i)) {
				return sqlerr.New("COUNTER_DIFF_NEGATIVE_COUNTER_VALUE", s.Pos, "A negative counter value %s was provided to function `counter_diff`. Negative counter values are not allowed.", text.Cast(v.Value(i), v.Type, s.Env.Zone))
			}
			last := before
			before = i
			if last < 0 {
				continue
			}
			reset, err := counterReset(s, w, last, i)
			if err != nil {
				return err
			}
			if !reset && kernel.CompareRows(v, i, v, last) >= 0 {
				w.Out.EnsureValid()[i>>6] |= 1 << (i & 63)
				storeDifference(w.Out, i, v.Base(), v.At(i), v.At(last))
			}
		}
		return nil
	}, nil
}

// counterReset reports that the counter began anew between two rows, by its start times.
func counterReset(s *expr.Spec, w *expr.WindowInput, last, i int) (bool, error) {
	if len(w.Args) < 2 || w.Args[1].IsNull(last) || w.Args[1].IsNull(i) {
		return false, nil
	}
	c := kernel.CompareRows(w.Args[1], i, w.Args[1], last)
	if c < 0 {
		return false, sqlerr.New("COUNTER_DIFF_START_TIME_DECREASED", s.Pos, "Start time provided to function `counter_diff` decreased. Start time is required to be non-decreasing.")
	}
	return c > 0, nil
}

func negative(v *columnar.Vector, at int) bool {
	switch {
	case v.Width == columnar.WF32:
		return columnar.Values[float32](v)[at] < 0
	case v.Width == columnar.WF64:
		return columnar.Values[float64](v)[at] < 0
	case v.Type.Kind == types.Decimal:
		return unscaledAt(v, at).Sign() < 0
	}
	return integerAt(v, at) < 0
}

// storeDifference stores the difference of two values that are not negative, which cannot overflow.
func storeDifference(out *columnar.Vector, i int, v *columnar.Vector, at, last int) {
	switch {
	case v.Width == columnar.WF32:
		columnar.Values[float32](out)[i] = columnar.Values[float32](v)[at] - columnar.Values[float32](v)[last]
	case v.Width == columnar.WF64:
		columnar.Values[float64](out)[i] = columnar.Values[float64](v)[at] - columnar.Values[float64](v)[last]
	case v.Type.Kind == types.Decimal:
		setUnscaled(out, i, unscaledAt(v, at).Sub(unscaledAt(v, last)))
	default:
		out.SetValue(i, integerValue(integerAt(v, at)-integerAt(v, last), v.Type.Kind))
	}
}
