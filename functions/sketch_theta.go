package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/sketch"
	"github.com/sparrow-engine/sparrow/types"
)

const (
	defaultLgK = 12
	maxLgK     = 26
)

// thetaFuncs count distinct values of unions, intersections and differences.
func thetaFuncs() []*expr.Func {
	sk := classSketch
	combine := func(name, usage, sql, want string, params []types.Class, optional int, f func(s *expr.Spec, k *expr.KernelCall, i int, a, b *sketch.Theta) (*sketch.Theta, error)) *expr.Func {
		return sketchFunc(name, "4.1.0", usage, sql, want, types.BinaryType, params, optional, func(s *expr.Spec, k *expr.KernelCall, i int) error {
			a, err := readTheta(s, name, k.Args[0].Bytes(i))
			if err != nil {
				return err
			}
			b, err := readTheta(s, name, k.Args[1].Bytes(i))
			if err != nil {
				return err
			}
			if a, err = f(s, k, i, a, b); err == nil {
				k.Out.SetBytes(i, a.Bytes())
			}
			return err
		})
	}
	return []*expr.Func{
		sketchAggregate("theta_sketch_agg", "4.1.0", "theta_sketch_agg(expr[, lgNomEntries]) - Returns a theta sketch of the distinct values that holds about 2^lgNomEntries of them.",
			"SELECT theta_sketch_estimate(theta_sketch_agg(col, 12)) FROM VALUES (1), (1), (2), (2), (3) tab(col)", "3", []types.Class{classHashed, types.ClassInt}, 1, newThetaAgg),
		sketchAggregate("theta_union_agg", "4.1.0", "theta_union_agg(sketch[, lgNomEntries]) - Returns the theta sketch of the values in any of the sketches.",
			"SELECT theta_sketch_estimate(theta_union_agg(s)) FROM (SELECT theta_sketch_agg(1) AS s UNION ALL SELECT theta_sketch_agg(2))", "2", []types.Class{sk, types.ClassInt}, 1, newThetaUnionAgg),
		sketchAggregate("theta_intersection_agg", "4.1.0", "theta_intersection_agg(sketch) - Returns the theta sketch of the values in all of the sketches.",
			"SELECT theta_sketch_estimate(theta_intersection_agg(s)) FROM (SELECT theta_sketch_agg(1) AS s UNION ALL SELECT theta_sketch_agg(2))", "0", []types.Class{sk}, 0, newThetaIntersectionAgg),
		sketchFunc("theta_sketch_estimate", "4.1.0", "theta_sketch_estimate(sketch) - Returns the number of distinct values in a theta sketch.",
			"SELECT theta_sketch_estimate(theta_sketch_agg(col)) FROM VALUES (1), (1), (2) tab(col)", "2", types.BigIntType, []types.Class{sk}, 0,
			func(s *expr.Spec, k *expr.KernelCall, i int) error {
				t, err := readTheta(s, "theta_sketch_estimate", k.Args[0].Bytes(i))
				if err == nil {
					columnar.Values[int64](k.Out)[i] = int64(math.Round(t.Estimate()))
				}
				return err
			}),
		combine("theta_union", "theta_union(first, second[, lgNomEntries]) - Returns the theta sketch of the values in either sketch.",
			"SELECT theta_sketch_estimate(theta_union(theta_sketch_agg(a), theta_sketch_agg(b))) FROM VALUES (1, 4), (2, 5), (3, 1) tab(a, b)", "5", []types.Class{sk, sk, types.ClassInt}, 1,
			func(s *expr.Spec, k *expr.KernelCall, i int, a, b *sketch.Theta) (*sketch.Theta, error) {
				lg, err := lgNominal(s, "theta_union", intAt(k.Args, 2, i, defaultLgK))
				if err != nil {
					return nil, err
				}
				out := sketch.NewTheta(lg)
				out.Union(a, sketch.Sum)
				out.Union(b, sketch.Sum)
				return out, nil
			}),
		combine("theta_intersection", "theta_intersection(first, second) - Returns the theta sketch of the values in both sketches.",
			"SELECT theta_sketch_estimate(theta_intersection(theta_sketch_agg(a), theta_sketch_agg(b))) FROM VALUES (1, 4), (2, 5), (3, 1) tab(a, b)", "1", []types.Class{sk, sk}, 0,
			func(_ *expr.Spec, _ *expr.KernelCall, _ int, a, b *sketch.Theta) (*sketch.Theta, error) {
				a.Intersect(b, sketch.Sum)
				return a, nil
			}),
		combine("theta_difference", "theta_difference(first, second) - Returns the theta sketch of the values in the first sketch and not in the second.",
			"SELECT theta_sketch_estimate(theta_difference(theta_sketch_agg(a), theta_sketch_agg(b))) FROM VALUES (1, 4), (2, 5), (3, 1) tab(a, b)", "2", []types.Class{sk, sk}, 0,
			func(_ *expr.Spec, _ *expr.KernelCall, _ int, a, b *sketch.Theta) (*sketch.Theta, error) {
				a.Subtract(b)
				return a, nil
			}),
	}
}

func readTheta(s *expr.Spec, function string, b []byte) (*sketch.Theta, error) {
	t, err := sketch.ReadTheta(b, maxLgK)
	if err != nil {
		return nil, badSketch(s.Pos, "THETA_INVALID_INPUT_SKETCH_BUFFER", function, "Theta")
	}
	return t, nil
}

func thetaSteps(s *expr.Spec, function string, lg int) stateSteps[*sketch.Theta] {
	return stateSteps[*sketch.Theta]{fresh: func() *sketch.Theta { return sketch.NewTheta(lg) }, nulls: 1, whole: true, size: 64 + 16<<lg,
		encode: func(t **sketch.Theta) []byte { return (*t).Bytes() },
		merge: func(t **sketch.Theta, b []byte) error {
			o, err := readTheta(s, function, b)
			if err == nil {
				(*t).Union(o, sketch.Sum)
			}
			return err
		},
		final: func(t **sketch.Theta, out *columnar.Vector, g int) error {
			out.SetBytes(g, (*t).Bytes())
			return nil
		}}
}

func thetaSize(s *expr.Spec, function string, arg int) (int, error) {
	v, err := constantInt(s, "lgNomEntries", arg, defaultLgK)
	if err != nil {
		return 0, err
	}
	return lgNominal(s, function, v)
}

func newThetaAgg(s *expr.Spec) (expr.Accumulator, error) {
	lg, err := thetaSize(s, "theta_sketch_agg", 1)
	if err != nil {
		return nil, err
	}
	steps := thetaSteps(s, "theta_sketch_agg", lg)
	steps.update = func(t **sketch.Theta, args []*columnar.Vector, row int) error {
		if h, ok := hashAt(args[0], row); ok {
			(*t).Update(h, 0, sketch.Sum)
		}
		return nil
	}
	return newStates(s.Result, steps), nil
}

func newThetaUnionAgg(s *expr.Spec) (expr.Accumulator, error) {
	lg, err := thetaSize(s, "theta_union_agg", 1)
	if err != nil {
		return nil, err
	}
	steps := thetaSteps(s, "theta_union_agg", lg)
	steps.update = func(t **sketch.Theta, args []*columnar.Vector, row int) error {
		return steps.merge(t, args[0].Bytes(row))
	}
	return newStates(s.Result, steps), nil
}

func newThetaIntersectionAgg(s *expr.Spec) (expr.Accumulator, error) {
	const name = "theta_intersection_agg"
	steps := thetaSteps(s, name, defaultLgK)
	steps.fresh = func() *sketch.Theta { return nil }
	steps.merge = func(t **sketch.Theta, b []byte) error {
		o, err := readTheta(s, name, b)
		switch {
		case err != nil:
			return err
		case *t == nil:
			*t = o
		default:
			(*t).Intersect(o, sketch.Sum)
		}
		return nil
	}
	steps.update = func(t **sketch.Theta, args []*columnar.Vector, row int) error {
		return steps.merge(t, args[0].Bytes(row))
	}
	steps.whole = false // the intersection of no sets is everything
	return newStates(s.Result, steps), nil
}
