package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/sketch"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// tuples is one family of tuple sketches: those with integer or with double summaries.
type tuples struct {
	suffix  string
	integer bool
}

// tupleFuncs are theta sketches whose values carry a number each.
func tupleFuncs() []*expr.Func {
	return append((&tuples{"integer", true}).funcs(), (&tuples{"double", false}).funcs()...)
}

func (f *tuples) name(prefix string) string { return prefix + "_" + f.suffix }

func (f *tuples) funcs() []*expr.Func {
	sk, text := classSketch, types.ClassString
	summary, total := types.ClassDouble, types.DoubleType
	six := "6.0"
	if f.integer {
		summary, total, six = types.ClassInt, types.BigIntType, "6"
	}
	const values = " FROM VALUES (1, 1), (1, 2), (2, 3) tab(key, summary)"
	agg := f.name("tuple_sketch_agg") + "(key, summary)"
	one := func(prefix, what, want string, result types.Type, params []types.Class, optional int, run func(*expr.Spec, *expr.KernelCall, int, *sketch.Theta) error) *expr.Func {
		name := f.name(prefix)
		return sketchFunc(name, "4.2.0", name+"("+what, "SELECT "+name+"("+agg+")"+values, want, result, params, optional, func(s *expr.Spec, k *expr.KernelCall, i int) error {
			t, err := f.read(s, name, k.Args[0].Bytes(i))
			if err != nil {
				return err
			}
			return run(s, k, i, t)
		})
	}
	out := []*expr.Func{
		sketchAggregate(f.name("tuple_sketch_agg"), "4.2.0", f.name("tuple_sketch_agg")+"(key, summary[, lgNomEntries[, mode]]) - Returns a tuple sketch of the distinct keys whose summaries are combined by sum, min, max or alwaysone.",
			"SELECT "+f.name("tuple_sketch_estimate")+"("+agg+")"+values, "2.0", []types.Class{classHashed, summary, types.ClassInt, text}, 2, f.newAgg),
		sketchAggregate(f.name("tuple_union_agg"), "4.2.0", f.name("tuple_union_agg")+"(sketch[, lgNomEntries[, mode]]) - Returns the tuple sketch of the keys in any of the sketches.",
			"SELECT "+f.name("tuple_sketch_estimate")+"("+f.name("tuple_union_agg")+"(s)) FROM (SELECT "+agg+" AS s"+values+")", "2.0", []types.Class{sk, types.ClassInt, text}, 2, f.newUnionAgg),
		sketchAggregate(f.name("tuple_intersection_agg"), "4.2.0", f.name("tuple_intersection_agg")+"(sketch[, mode]) - Returns the tuple sketch of the keys in all of the sketches.",
			"SELECT "+f.name("tuple_sketch_estimate")+"("+f.name("tuple_intersection_agg")+"(s)) FROM (SELECT "+agg+" AS s"+values+")", "2.0", []types.Class{sk, text}, 1, f.newIntersectionAgg),
		one("tuple_sketch_estimate", "sketch) - Returns the number of distinct keys in a tuple sketch.", "2.0", types.DoubleType, []types.Class{sk}, 0,
			func(_ *expr.Spec, k *expr.KernelCall, i int, t *sketch.Theta) error {
				setDouble(k, i, t.Estimate())
				return nil
			}),
		one("tuple_sketch_theta", "sketch) - Returns the part of all keys that a tuple sketch looks at, from 0 to 1.", "1.0", types.DoubleType, []types.Class{sk}, 0,
			func(_ *expr.Spec, k *expr.KernelCall, i int, t *sketch.Theta) error {
				setDouble(k, i, t.Fraction())
				return nil
			}),
		one("tuple_sketch_summary", "sketch[, mode]) - Returns the summaries of a tuple sketch combined by sum, min, max or alwaysone.", six, total, []types.Class{sk, text}, 1, f.summary),
	}
	for _, theta := range []bool{false, true} {
		out = append(out, f.pairs(theta)...)
	}
	return out
}

// summary stores the summaries of a sketch combined into one; of an empty sketch it is what combining starts with.
func (f *tuples) summary(s *expr.Spec, k *expr.KernelCall, i int, t *sketch.Theta) error {
	c, err := f.mode(s, f.name("tuple_sketch_summary"), textAt(k.Args, 1, i, "sum"))
	if err != nil {
		return err
	}
	total, ok := t.Summary(c)
	if !ok && c != sketch.AlwaysOne {
		total = f.neutral(c)
	}
	if f.integer {
		columnar.Values[int64](k.Out)[i] = int64(total)
	} else {
		setDouble(k, i, total)
	}
	return nil
}

// neutral is the summary of a key that has none.
func (f *tuples) neutral(c sketch.Combine) float64 {
	switch {
	case c == sketch.Sum:
		return 0
	case c == sketch.AlwaysOne:
		return 1
	case f.integer && c == sketch.Min:
		return math.MaxInt32
	case f.integer:
		return math.MinInt32
	case c == sketch.Min:
		return math.Inf(1)
	}
	return math.Inf(-1)
}

// pairs are the functions of two sketches, of which the second may be a theta sketch.
func (f *tuples) pairs(theta bool) []*expr.Func {
	suffix, second := f.suffix, f.name("tuple_sketch_agg")+"(b, 1)"
	if theta {
		suffix, second = "theta_"+f.suffix, "theta_sketch_agg(b)"
	}
	sk, text := classSketch, types.ClassString
	pair := func(what, usage, want string, params []types.Class, run func(s *expr.Spec, k *expr.KernelCall, i int, name string, a, b *sketch.Theta) (*sketch.Theta, sketch.Combine, error)) *expr.Func {
		name := "tuple_" + what + "_" + suffix
		sql := "SELECT " + f.name("tuple_sketch_estimate") + "(" + name + "(" + f.name("tuple_sketch_agg") + "(a, 1), " + second + ")) FROM VALUES (1, 4), (2, 5), (3, 1) tab(a, b)"
		return sketchFunc(name, "4.2.0", name+usage, sql, want, types.BinaryType, append([]types.Class{sk, sk}, params...), len(params), func(s *expr.Spec, k *expr.KernelCall, i int) error {
			a, err := f.read(s, name, k.Args[0].Bytes(i))
			if err != nil {
				return err
			}
			var b *sketch.Theta
			if theta {
				b, err = readTheta(s, name, k.Args[1].Bytes(i))
			} else {
				b, err = f.read(s, name, k.Args[1].Bytes(i))
			}
			if err != nil {
				return err
			}
			out, c, err := run(s, k, i, name, a, b)
			if err == nil {
				k.Out.SetBytes(i, out.TupleBytes(f.integer, c))
			}
			return err
		})
	}
	return []*expr.Func{
		pair("union", "(first, second[, lgNomEntries[, mode]]) - Returns the tuple sketch of the keys in either sketch.", "5.0", []types.Class{types.ClassInt, text},
			func(s *expr.Spec, k *expr.KernelCall, i int, name string, a, b *sketch.Theta) (*sketch.Theta, sketch.Combine, error) {
				lg, err := lgNominal(s, name, intAt(k.Args, 2, i, defaultLgK))
				if err != nil {
					return nil, 0, err
				}
				c, err := f.mode(s, name, textAt(k.Args, 3, i, "sum"))
				if err != nil {
					return nil, 0, err
				}
				if theta {
					b.Mark(f.neutral(c))
				}
				out := sketch.NewTheta(lg)
				out.Union(a, c)
				out.Union(b, c)
				return out, c, nil
			}),
		pair("intersection", "(first, second[, mode]) - Returns the tuple sketch of the keys in both sketches.", "1.0", []types.Class{text},
			func(s *expr.Spec, k *expr.KernelCall, i int, name string, a, b *sketch.Theta) (*sketch.Theta, sketch.Combine, error) {
				c, err := f.mode(s, name, textAt(k.Args, 2, i, "sum"))
				if err != nil {
					return nil, 0, err
				}
				if theta {
					b.Mark(f.neutral(c))
				}
				a.Intersect(b, c)
				return a, c, nil
			}),
		pair("difference", "(first, second) - Returns the tuple sketch of the keys in the first sketch and not in the second.", "2.0", nil,
			func(_ *expr.Spec, _ *expr.KernelCall, _ int, _ string, a, b *sketch.Theta) (*sketch.Theta, sketch.Combine, error) {
				a.Subtract(b)
				return a, sketch.Sum, nil
			}),
	}
}

func (f *tuples) read(s *expr.Spec, function string, b []byte) (*sketch.Theta, error) {
	t, err := sketch.ReadTuple(b, maxLgK, f.integer)
	if err != nil {
		return nil, badSketch(s.Pos, "TUPLE_INVALID_INPUT_SKETCH_BUFFER", function, "Tuple")
	}
	return t, nil
}

func (f *tuples) mode(s *expr.Spec, function, mode string) (sketch.Combine, error) {
	switch mode {
	case "sum":
		return sketch.Sum, nil
	case "min":
		return sketch.Min, nil
	case "max":
		return sketch.Max, nil
	case "alwaysone":
		return sketch.AlwaysOne, nil
	}
	return 0, sqlerr.New("TUPLE_INVALID_SKETCH_MODE", s.Pos, "Invalid call to `%s`: mode '%s' is not supported. Valid modes are: sum, min, max, alwaysone.", function, mode)
}

// parameters reads the size and the mode of an aggregate; what is wrong with them is, as in Spark, an error of types. lg is -1 if there is no size.
func (f *tuples) parameters(s *expr.Spec, function string, lg, mode int) (int, sketch.Combine, error) {
	wrap := func(err error) error {
		if e := sqlerr.As(err); e != nil {
			return sqlerr.New("DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT", s.Pos, "Cannot resolve \"%s\" due to data type mismatch: [%s] %s", function, e.Condition, e.Message)
		}
		return err
	}
	size := defaultLgK
	if lg >= 0 {
		v, err := thetaSize(s, function, lg)
		if err != nil {
			return 0, 0, wrap(err)
		}
		size = v
	}
	name := "sum"
	if mode < len(s.Args) && s.Consts[mode] != nil {
		name, _ = s.Consts[mode].Value.(string)
	}
	c, err := f.mode(s, function, name)
	if err != nil {
		return 0, 0, wrap(err)
	}
	return size, c, nil
}

func (f *tuples) steps(s *expr.Spec, function string, lg int, c sketch.Combine) stateSteps[*sketch.Theta] {
	return stateSteps[*sketch.Theta]{fresh: func() *sketch.Theta { return sketch.NewTheta(lg) }, nulls: 1, whole: true, size: 64 + 32<<lg,
		encode: func(t **sketch.Theta) []byte { return (*t).TupleBytes(f.integer, c) },
		merge: func(t **sketch.Theta, b []byte) error {
			o, err := f.read(s, function, b)
			if err == nil {
				(*t).Union(o, c)
			}
			return err
		},
		final: func(t **sketch.Theta, out *columnar.Vector, g int) error {
			out.SetBytes(g, (*t).TupleBytes(f.integer, c))
			return nil
		}}
}

func (f *tuples) newAgg(s *expr.Spec) (expr.Accumulator, error) {
	name := f.name("tuple_sketch_agg")
	lg, c, err := f.parameters(s, name, 2, 3)
	if err != nil {
		return nil, err
	}
	steps := f.steps(s, name, lg, c)
	steps.nulls = 2
	steps.update = func(t **sketch.Theta, args []*columnar.Vector, row int) error {
		h, ok := hashAt(args[0], row)
		if !ok {
			return nil
		}
		if v := args[1].Base(); f.integer {
			(*t).Update(h, float64(integerAt(v, args[1].At(row))), c)
		} else {
			(*t).Update(h, columnar.Values[float64](v)[args[1].At(row)], c)
		}
		return nil
	}
	return newStates(s.Result, steps), nil
}

func (f *tuples) newUnionAgg(s *expr.Spec) (expr.Accumulator, error) {
	name := f.name("tuple_union_agg")
	lg, c, err := f.parameters(s, name, 1, 2)
	if err != nil {
		return nil, err
	}
	steps := f.steps(s, name, lg, c)
	steps.update = func(t **sketch.Theta, args []*columnar.Vector, row int) error {
		return steps.merge(t, args[0].Bytes(row))
	}
	return newStates(s.Result, steps), nil
}

func (f *tuples) newIntersectionAgg(s *expr.Spec) (expr.Accumulator, error) {
	name := f.name("tuple_intersection_agg")
	_, c, err := f.parameters(s, name, -1, 1)
	if err != nil {
		return nil, err
	}
	steps := f.steps(s, name, defaultLgK, c)
	steps.fresh = func() *sketch.Theta { return nil }
	steps.merge = func(t **sketch.Theta, b []byte) error {
		o, err := f.read(s, name, b)
		switch {
		case err != nil:
			return err
		case *t == nil:
			*t = o
		default:
			(*t).Intersect(o, c)
		}
		return nil
	}
	steps.update = func(t **sketch.Theta, args []*columnar.Vector, row int) error {
		return steps.merge(t, args[0].Bytes(row))
	}
	steps.whole = false
	return newStates(s.Result, steps), nil
}
