package functions

import (
	"strconv"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/sketch"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

// quantiles is one family of KLL sketches, by the type of its items.
type quantiles[T sketch.Number] struct {
	suffix, kind string
	typ          types.Type
	item         types.Class
	literal      string
	read         func(v *columnar.Vector, i int) T
	show         func(v T) string
}

// kllFuncs find quantiles and ranks.
func kllFuncs() []*expr.Func {
	whole := quantiles[int64]{suffix: "bigint", kind: "Longs", typ: types.BigIntType, literal: "1",
		item: types.Class{Name: `TINYINT" or "INT" or "BIGINT" or "SMALLINT`, Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
			return types.BigIntType, t.IsInteger() || t.Kind == types.Null
		}},
		read: func(v *columnar.Vector, i int) int64 { return columnar.Values[int64](v)[i] },
		show: func(v int64) string { return strconv.FormatInt(v, 10) }}
	single := quantiles[float32]{suffix: "float", kind: "Floats", typ: types.FloatType, literal: "CAST(1 AS FLOAT)",
		item: kinds("FLOAT", types.FloatType, types.Float),
		read: func(v *columnar.Vector, i int) float32 { return columnar.Values[float32](v)[i] },
		show: func(v float32) string { return string(text.AppendFloat(nil, float64(v), 32)) }}
	double := quantiles[float64]{suffix: "double", kind: "Doubles", typ: types.DoubleType, literal: "1D",
		item: types.Class{Name: `FLOAT" or "DOUBLE`, Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
			return types.DoubleType, t.IsFloating() || t.Kind == types.Null
		}},
		read: func(v *columnar.Vector, i int) float64 { return columnar.Values[float64](v)[i] },
		show: func(v float64) string { return string(text.AppendFloat(nil, v, 64)) }}
	return append(append(whole.funcs(), single.funcs()...), double.funcs()...)
}

func (q quantiles[T]) funcs() []*expr.Func {
	name := func(prefix string) string { return prefix + "_" + q.suffix }
	agg := name("kll_sketch_agg") + "(col)"
	from := " FROM VALUES (" + q.literal + ") tab(col)"
	one := func(what, usage, args, want string, result types.Type, params []types.Class, run func(s *expr.Spec, k *expr.KernelCall, i int, sk *sketch.KLL[T]) error) *expr.Func {
		n := name("kll_sketch_" + what)
		return sketchFunc(n, "4.1.0", n+usage, "SELECT "+n+"("+agg+args+")"+from, want, result, append([]types.Class{classSketch}, params...), 0,
			func(s *expr.Spec, k *expr.KernelCall, i int) error {
				sk, err := q.readSketch(s, n, k.Args[0].Bytes(i))
				if err != nil {
					return err
				}
				return run(s, k, i, sk)
			})
	}
	text := one("to_string", "(sketch) - Returns a description of a KLL sketch.", "", "", types.StringType, nil, func(_ *expr.Spec, k *expr.KernelCall, i int, sk *sketch.KLL[T]) error {
		k.Out.SetBytes(i, []byte(sk.Text(q.kind, q.show)))
		return nil
	})
	text.Examples[0] = expr.Example{SQL: "SELECT length(" + text.Name + "(" + agg + ")) > 0" + from, Want: "true"}
	merge := one("merge", "(first, second) - Returns the KLL sketch of the values in both sketches.", ", "+agg, "", types.BinaryType, []types.Class{classSketch}, func(s *expr.Spec, k *expr.KernelCall, i int, sk *sketch.KLL[T]) error {
		other, err := q.readSketch(s, name("kll_sketch_merge"), k.Args[1].Bytes(i))
		if err == nil {
			sk.Merge(other)
			k.Out.SetBytes(i, sk.Bytes())
		}
		return err
	})
	merge.Examples[0] = expr.Example{SQL: "SELECT " + name("kll_sketch_get_n") + "(" + merge.Name + "(" + agg + ", " + agg + "))" + from, Want: "2"}
	shown := "1"
	if q.suffix != "bigint" {
		shown = "1.0"
	}
	return []*expr.Func{
		sketchAggregate(name("kll_sketch_agg"), "4.1.0", name("kll_sketch_agg")+"(expr[, k]) - Returns a KLL sketch of the values, which is exact for up to k of them and otherwise the better the larger k is.",
			"SELECT "+name("kll_sketch_get_n")+"("+agg+")"+from, "1", []types.Class{q.item, types.ClassInt}, 1, q.newAgg),
		sketchAggregate(name("kll_merge_agg"), "4.1.0", name("kll_merge_agg")+"(sketch[, k]) - Returns the KLL sketch of all values in the sketches.",
			"SELECT "+name("kll_sketch_get_n")+"("+name("kll_merge_agg")+"(s)) FROM (SELECT "+agg+" AS s"+from+")", "1", []types.Class{classSketch, types.ClassInt}, 1, q.newMergeAgg),
		text,
		one("get_n", "(sketch) - Returns the number of values in a KLL sketch.", "", "1", types.BigIntType, nil, func(_ *expr.Spec, k *expr.KernelCall, i int, sk *sketch.KLL[T]) error {
			columnar.Values[int64](k.Out)[i] = sk.N()
			return nil
		}),
		merge,
		q.lookup(name("kll_sketch_get_quantile"), "(sketch, rank) - Returns the value that a share of all values, or each of an array of shares, does not exceed.", agg, from, "0.5D", shown, types.DoubleType, q.typ, q.quantile),
		q.lookup(name("kll_sketch_get_rank"), "(sketch, value) - Returns the share of values that a value, or each of an array of values, is not exceeded by.", agg, from, q.literal, "1.0", q.typ, types.DoubleType, q.rank),
	}
}

// lookup is a function of a sketch and a value or an array of values.
func (q quantiles[T]) lookup(name, usage, agg, from, arg, want string, in, out types.Type, run func(s *expr.Spec, name string, sk *sketch.KLL[T], in *columnar.Vector, i int, out *columnar.Vector, k int) error) *expr.Func {
	return &expr.Func{Name: name, Group: sketchGroup, Since: "4.1.0", Usage: name + usage, Examples: []expr.Example{{SQL: "SELECT " + name + "(" + agg + ", " + arg + ")" + from, Want: want}},
		Sigs: []expr.Sig{
			{Params: []types.Class{classSketch, types.ClassExactly(in)}, Result: func([]types.Type) (types.Type, error) { return out, nil }},
			{Params: []types.Class{classSketch, types.ClassArrayOf(types.ClassExactly(in))}, Result: func([]types.Type) (types.Type, error) { return types.ArrayOf(out, true), nil }},
		},
		Fallible: true, AlwaysNull: true, New: func(s *expr.Spec) (expr.Kernel, error) {
			return sketchKernel(func(k *expr.KernelCall, i int) error {
				sk, err := q.readSketch(s, name, k.Args[0].Bytes(i))
				if err != nil {
					return err
				}
				if sk.N() == 0 {
					return badSketch(s.Pos, "KLL_INVALID_INPUT_SKETCH_BUFFER", name, "KLL")
				}
				arg := k.Args[1]
				if s.Args[1].Kind != types.Array {
					return run(s, name, sk, arg.Base(), arg.At(i), k.Out, i)
				}
				return eachElement(arg, i, k.Out, func(in *columnar.Vector, j int, out *columnar.Vector, at int) error {
					return run(s, name, sk, in, j, out, at)
				})
			}), nil
		}}
}

// eachElement computes the elements of an array from those of row i of another.
func eachElement(arg *columnar.Vector, i int, out *columnar.Vector, f func(in *columnar.Vector, j int, out *columnar.Vector, at int) error) error {
	span, child := columnar.Values[columnar.Span](arg.Base())[arg.At(i)], out.Children[0]
	from := child.Len
	child.Grow(from + int(span.Len))
	columnar.Values[columnar.Span](out)[i] = columnar.Span{Off: int32(from), Len: span.Len}
	elems := arg.Base().Children[0]
	for j := range int(span.Len) {
		at := int(span.Off) + j
		if elems.IsNull(at) {
			child.SetNull(from + j)
			continue
		}
		if err := f(elems.Base(), elems.At(at), child, from+j); err != nil {
			return err
		}
	}
	return nil
}

func (q quantiles[T]) quantile(s *expr.Spec, name string, sk *sketch.KLL[T], in *columnar.Vector, i int, out *columnar.Vector, k int) error {
	rank := columnar.Values[float64](in)[i]
	if !(rank >= 0 && rank <= 1) {
		return sqlerr.New("KLL_SKETCH_INVALID_QUANTILE_RANGE", s.Pos, "For function `%s`, the quantile value must be between 0.0 and 1.0 (inclusive).", name)
	}
	out.SetValue(k, sk.Quantile(rank))
	return nil
}

func (q quantiles[T]) rank(_ *expr.Spec, _ string, sk *sketch.KLL[T], in *columnar.Vector, i int, out *columnar.Vector, k int) error {
	columnar.Values[float64](out)[k] = sk.Rank(q.read(in, i))
	return nil
}

func (q quantiles[T]) readSketch(s *expr.Spec, function string, b []byte) (*sketch.KLL[T], error) {
	sk, err := sketch.ReadKLL[T](b)
	if err != nil {
		return nil, badSketch(s.Pos, "KLL_INVALID_INPUT_SKETCH_BUFFER", function, "KLL")
	}
	return sk, nil
}

// size reads the parameter k; 0 if there is none.
func (q quantiles[T]) size(s *expr.Spec, function string) (int, error) {
	k, err := constantInt(s, "k", 1, 0)
	if err != nil {
		return 0, err
	}
	if len(s.Args) > 1 && (k < sketch.MinK || k > sketch.MaxK) {
		return 0, sqlerr.New("DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT", s.Pos, "Cannot resolve \"%s\" due to data type mismatch: [KLL_SKETCH_K_OUT_OF_RANGE] For function `%s`, the k parameter must be between %d and %d (inclusive), but got %d.",
			function, function, sketch.MinK, sketch.MaxK, k)
	}
	return int(k), nil
}

func (q quantiles[T]) steps(s *expr.Spec, function string, k int) stateSteps[*sketch.KLL[T]] {
	return stateSteps[*sketch.KLL[T]]{fresh: func() *sketch.KLL[T] { return sketch.NewKLL[T](k) }, nulls: 1, whole: true, size: int64(24 * k),
		encode: func(sk **sketch.KLL[T]) []byte { return (*sk).Bytes() },
		merge: func(sk **sketch.KLL[T], b []byte) error {
			o, err := q.readSketch(s, function, b)
			if err == nil {
				(*sk).Merge(o)
			}
			return err
		},
		final: func(sk **sketch.KLL[T], out *columnar.Vector, g int) error {
			out.SetBytes(g, (*sk).Bytes())
			return nil
		}}
}

func (q quantiles[T]) newAgg(s *expr.Spec) (expr.Accumulator, error) {
	name := "kll_sketch_agg_" + q.suffix
	k, err := q.size(s, name)
	if err != nil {
		return nil, err
	}
	if k == 0 {
		k = sketch.DefaultK
	}
	steps := q.steps(s, name, k)
	steps.update = func(sk **sketch.KLL[T], args []*columnar.Vector, row int) error {
		(*sk).Update(q.read(args[0].Base(), args[0].At(row)))
		return nil
	}
	return newStates(s.Result, steps), nil
}

// newMergeAgg makes a sketch of the wanted size, else of the size of the first one.
func (q quantiles[T]) newMergeAgg(s *expr.Spec) (expr.Accumulator, error) {
	name := "kll_merge_agg_" + q.suffix
	k, err := q.size(s, name)
	if err != nil {
		return nil, err
	}
	steps := q.steps(s, name, sketch.DefaultK)
	if k > 0 {
		steps = q.steps(s, name, k)
	}
	merge := steps.merge
	steps.merge = func(sk **sketch.KLL[T], b []byte) error {
		if k == 0 && (*sk).N() == 0 {
			o, err := q.readSketch(s, name, b)
			if err == nil {
				*sk = o
			}
			return err
		}
		return merge(sk, b)
	}
	steps.update = func(sk **sketch.KLL[T], args []*columnar.Vector, row int) error {
		return steps.merge(sk, args[0].Bytes(row))
	}
	return newStates(s.Result, steps), nil
}
