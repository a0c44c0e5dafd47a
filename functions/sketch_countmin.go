package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/sketch"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

// countMinFuncs is count_min_sketch, whose bytes are those of Spark's CountMinSketch.
func countMinFuncs() []*expr.Func {
	item := types.Class{Name: `INTEGRAL" or "STRING" or "BINARY`, Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
		if t.Kind == types.Null {
			return types.IntType, true
		}
		return t, t.IsInteger() || t.Kind == types.String || t.Kind == types.Binary
	}}
	return []*expr.Func{
		sketchAggregate("count_min_sketch", "2.2.0", "count_min_sketch(col, eps, confidence, seed) - Returns a count-min sketch, which tells how often a value came: too large by at most a share eps of all values, with a probability.",
			"SELECT hex(count_min_sketch(col, 0.5D, 0.5D, 1)) FROM VALUES (1), (2), (1) AS tab(col)", "0000000100000000000000030000000100000004000000005D8D6AB90000000000000000000000000000000200000000000000010000000000000000",
			[]types.Class{item, types.ClassDouble, types.ClassDouble, types.ClassInt}, 0, newCountMin),
	}
}

// between checks a constant double argument, which may not be at its bounds; without a top only the lower bound counts.
func between(s *expr.Spec, name string, i int, top float64) (float64, error) {
	l := s.Consts[i]
	if l == nil || l.Value == nil {
		return 0, sqlerr.New("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", s.Pos, "Cannot resolve \"count_min_sketch\" due to data type mismatch: the input `%s` should be a foldable \"DOUBLE\" expression.", name)
	}
	v, _ := l.Value.(float64)
	if !(v > 0) || top > 0 && v >= top {
		return 0, sqlerr.New("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", s.Pos, "Cannot resolve \"count_min_sketch\" due to data type mismatch: The %s is out of range (current value = %s).", name, text.Literal(v, types.DoubleType, nil))
	}
	return v, nil
}

func newCountMin(s *expr.Spec) (expr.Accumulator, error) {
	eps, err := between(s, "eps", 1, 0)
	if err != nil {
		return nil, err
	}
	confidence, err := between(s, "confidence", 2, 1)
	if err != nil {
		return nil, err
	}
	seed, err := constantInt(s, "seed", 3, 0)
	if err != nil {
		return nil, err
	}
	if cells := 2 / eps; cells > 1<<27 {
		return nil, sqlerr.New("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", s.Pos, "Cannot resolve \"count_min_sketch\" due to data type mismatch: The eps is so small that the sketch would not fit into memory.")
	}
	fresh := func() *sketch.CountMin { return sketch.NewCountMin(eps, confidence, int32(seed)) }
	return newStates(s.Result, stateSteps[*sketch.CountMin]{fresh: fresh, nulls: 1, whole: true, size: int64(len(fresh().Bytes())),
		update: func(c **sketch.CountMin, args []*columnar.Vector, row int) error {
			if s.Args[0].IsInteger() {
				(*c).AddLong(integerAt(args[0].Base(), args[0].At(row)))
			} else {
				(*c).AddBytes(args[0].Bytes(row))
			}
			return nil
		},
		encode: func(c **sketch.CountMin) []byte { return (*c).Bytes() },
		merge: func(c **sketch.CountMin, b []byte) error {
			o, err := sketch.ReadCountMin(b)
			if err != nil {
				return err
			}
			return (*c).Merge(o)
		},
		final: func(c **sketch.CountMin, out *columnar.Vector, g int) error {
			out.SetBytes(g, (*c).Bytes())
			return nil
		}}), nil
}
