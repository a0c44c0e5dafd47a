package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/sketch"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// hllFuncs count distinct values by HyperLogLog.
func hllFuncs() []*expr.Func {
	item := kinds(`INT" or "BIGINT" or "STRING" or "BINARY`, types.IntType, types.Int, types.BigInt, types.String, types.Binary)
	sk := classSketch
	return []*expr.Func{
		sketchAggregate("hll_sketch_agg", "3.5.0", "hll_sketch_agg(expr[, lgConfigK]) - Returns an HLL sketch of the distinct values, with 2^lgConfigK registers.",
			"SELECT hll_sketch_estimate(hll_sketch_agg(col, 12)) FROM VALUES (1), (1), (2), (2), (3) tab(col)", "3", []types.Class{item, types.ClassInt}, 1, newHLLAgg),
		sketchAggregate("hll_union_agg", "3.5.0", "hll_union_agg(sketch[, allowDifferentLgConfigK]) - Returns the HLL sketch of all values in the sketches.",
			"SELECT hll_sketch_estimate(hll_union_agg(s)) FROM (SELECT hll_sketch_agg(1) AS s UNION ALL SELECT hll_sketch_agg(2))", "2", []types.Class{sk, types.ClassBoolean}, 1, newHLLUnionAgg),
		sketchFunc("hll_sketch_estimate", "3.5.0", "hll_sketch_estimate(sketch) - Returns the number of distinct values in an HLL sketch.",
			"SELECT hll_sketch_estimate(hll_sketch_agg(col)) FROM VALUES (1), (1), (2) tab(col)", "2", types.BigIntType, []types.Class{sk}, 0,
			func(s *expr.Spec, k *expr.KernelCall, i int) error {
				h, err := readHLL(s, "hll_sketch_estimate", k.Args[0].Bytes(i))
				if err == nil {
					columnar.Values[int64](k.Out)[i] = int64(math.Round(h.Estimate()))
				}
				return err
			}),
		sketchFunc("hll_union", "3.5.0", "hll_union(first, second[, allowDifferentLgConfigK]) - Returns the HLL sketch of the values in two sketches.",
			"SELECT hll_sketch_estimate(hll_union(hll_sketch_agg(a), hll_sketch_agg(b))) FROM VALUES (1, 4), (2, 5), (3, 1) tab(a, b)", "5", types.BinaryType, []types.Class{sk, sk, types.ClassBoolean}, 1,
			func(s *expr.Spec, k *expr.KernelCall, i int) error {
				a, err := readHLL(s, "hll_union", k.Args[0].Bytes(i))
				if err != nil {
					return err
				}
				b, err := readHLL(s, "hll_union", k.Args[1].Bytes(i))
				if err != nil {
					return err
				}
				if err := sameHLL(s, "hll_union", a, b, boolAt(k.Args, 2, i)); err != nil {
					return err
				}
				a.Union(b)
				k.Out.SetBytes(i, a.Bytes())
				return nil
			}),
	}
}

func readHLL(s *expr.Spec, function string, b []byte) (*sketch.HLL, error) {
	h, err := sketch.ReadHLL(b)
	if err != nil {
		return nil, badSketch(s.Pos, "HLL_INVALID_INPUT_SKETCH_BUFFER", function, "HLL")
	}
	return h, nil
}

func sameHLL(s *expr.Spec, function string, a, b *sketch.HLL, differ bool) error {
	if a.LgK == b.LgK || differ {
		return nil
	}
	return sqlerr.New("HLL_UNION_DIFFERENT_LG_K", s.Pos, "Sketches have different `lgConfigK` values: %d and %d. Set the `allowDifferentLgConfigK` parameter to true to call `%s` with different `lgConfigK` values.", a.LgK, b.LgK, function)
}

func newHLLAgg(s *expr.Spec) (expr.Accumulator, error) {
	lg, err := constantInt(s, "lgConfigK", 1, 12)
	if err != nil {
		return nil, err
	}
	if lg < 4 || lg > 21 {
		return nil, sqlerr.New("HLL_INVALID_LG_K", s.Pos, "Invalid call to `hll_sketch_agg`; the `lgConfigK` value must be between 4 and 21, inclusive: %d.", lg)
	}
	steps := hllSteps(s, "hll_sketch_agg", func() *sketch.HLL { return sketch.NewHLL(int(lg)) })
	steps.update = func(h **sketch.HLL, args []*columnar.Vector, row int) error {
		if x, ok := hashAt(args[0], row); ok {
			(*h).Update(x)
		}
		return nil
	}
	steps.size = 64 + 1<<lg
	return newStates(s.Result, steps), nil
}

func hllSteps(s *expr.Spec, function string, fresh func() *sketch.HLL) stateSteps[*sketch.HLL] {
	return stateSteps[*sketch.HLL]{fresh: fresh, nulls: 1, whole: true, size: 4096,
		encode: func(h **sketch.HLL) []byte { return (*h).Bytes() },
		merge: func(h **sketch.HLL, b []byte) error {
			o, err := readHLL(s, function, b)
			if err == nil {
				(*h).Union(o)
			}
			return err
		},
		final: func(h **sketch.HLL, out *columnar.Vector, g int) error {
			out.SetBytes(g, (*h).Bytes())
			return nil
		}}
}

// newHLLUnionAgg starts with the size of the first sketch; 0 marks a union without one.
func newHLLUnionAgg(s *expr.Spec) (expr.Accumulator, error) {
	const name = "hll_union_agg"
	steps := hllSteps(s, name, func() *sketch.HLL { return nil })
	add := func(h **sketch.HLL, b []byte, differ bool) error {
		o, err := readHLL(s, name, b)
		if err != nil {
			return err
		}
		if *h == nil {
			*h = o
			return nil
		}
		if err := sameHLL(s, name, *h, o, differ); err != nil {
			return err
		}
		(*h).Union(o)
		return nil
	}
	differ := len(s.Args) > 1 && s.Consts[1] != nil && s.Consts[1].Value == true
	steps.update = func(h **sketch.HLL, args []*columnar.Vector, row int) error {
		return add(h, args[0].Bytes(row), differ)
	}
	steps.merge = func(h **sketch.HLL, b []byte) error { return add(h, b, differ) }
	steps.final = func(h **sketch.HLL, out *columnar.Vector, g int) error {
		if *h == nil {
			*h = sketch.NewHLL(12)
		}
		out.SetBytes(g, (*h).Bytes())
		return nil
	}
	return newStates(s.Result, steps), nil
}
