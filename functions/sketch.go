package functions

import (
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/sketch"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

const sketchGroup = "sketch_funcs"

// sketchFuncs are the functions of Apache DataSketches' sketches. Their bytes are DataSketches' own, so that Spark and Sparrow read each other's.
func sketchFuncs() []*expr.Func {
	out := append(hllFuncs(), thetaFuncs()...)
	out = append(out, tupleFuncs()...)
	out = append(out, kllFuncs()...)
	out = append(out, topFuncs()...)
	return append(out, countMinFuncs()...)
}

// kinds is the class of some kinds; smaller integers become ints, NULL the first kind's type.
func kinds(name string, first types.Type, want ...types.Kind) types.Class {
	return types.Class{Name: name, Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
		if t.Kind == types.Null {
			return first, true
		}
		for _, k := range want {
			if t.Kind == k {
				return t, true
			}
		}
		if t.Kind == types.TinyInt || t.Kind == types.SmallInt {
			return types.IntType, first.Kind == types.Int
		}
		return t, false
	}}
}

var (
	// classSketch takes the bytes of a sketch.
	classSketch = kinds("BINARY", types.BinaryType, types.Binary)
	// classHashed takes what can be an item of a theta or tuple sketch.
	classHashed = types.Class{Name: `ARRAY<INT>" or "ARRAY<BIGINT>" or "BINARY" or "DOUBLE" or "FLOAT" or "INT" or "BIGINT" or "STRING`, Accept: func(t types.Type, ansi, lit bool) (types.Type, bool) {
		if t.Kind == types.Array {
			return t, t.Elem().Kind == types.Int || t.Elem().Kind == types.BigInt
		}
		return kinds("", types.IntType, types.Binary, types.Double, types.Float, types.Int, types.BigInt, types.String).Accept(t, ansi, lit)
	}}
)

// hashAt is the hash of a value; false for null and for what DataSketches leaves out: empty text, bytes and arrays.
func hashAt(v *columnar.Vector, i int) (sketch.Hash, bool) {
	if v.IsNull(i) {
		return sketch.Hash{}, false
	}
	at := v.At(i)
	switch v = v.Base(); v.Type.Kind {
	case types.Float:
		return sketch.HashDouble(float64(columnar.Values[float32](v)[at])), true
	case types.Double:
		return sketch.HashDouble(columnar.Values[float64](v)[at]), true
	case types.String, types.Binary:
		b := v.Bytes(at)
		return sketch.HashBytes(b), len(b) > 0
	case types.Array:
		s, child := columnar.Values[columnar.Span](v)[at], v.Children[0]
		var b []byte
		for j := int(s.Off); j < int(s.Off+s.Len); j++ {
			x := integerAt(child.Base(), child.At(j))
			for n := range child.Base().Width.Bytes() {
				b = append(b, byte(x>>(8*n)))
			}
		}
		return sketch.HashBytes(b), len(b) > 0
	}
	return sketch.HashLong(integerAt(v, at)), true
}

// constantInt returns an integer argument that must be constant, or its default.
func constantInt(s *expr.Spec, name string, i int, def int64) (int64, error) {
	if i >= len(s.Args) {
		return def, nil
	}
	if l := s.Consts[i]; l != nil {
		if v, ok := integerOf(l.Value); ok {
			return v, nil
		}
	}
	return 0, sqlerr.New("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", s.Pos, "Cannot resolve a sketch due to data type mismatch: the input `%s` should be a foldable \"INT\" expression.", name)
}

// lgNominal checks the size of a theta or tuple sketch.
func lgNominal(s *expr.Spec, function string, v int64) (int, error) {
	if v < 4 || v > 26 {
		return 0, sqlerr.New("SKETCH_INVALID_LG_NOM_ENTRIES", s.Pos, "Invalid call to `%s`; the `lgNomEntries` value must be between 4 and 26, inclusive: %d.", function, v)
	}
	return int(v), nil
}

// badSketch is the error of bytes that are no sketch.
func badSketch(pos sqlerr.Pos, condition, function, kind string) error {
	return sqlerr.New(condition, pos, "Invalid call to `%s`; only valid %s sketch buffers are supported as inputs (such as those produced by the corresponding aggregate function).", function, kind)
}

// sketchKernel computes a result from sketches row by row; an error makes the row fail in every mode.
func sketchKernel(f func(k *expr.KernelCall, i int) error) expr.Kernel {
	return func(k *expr.KernelCall) {
		for i := range live(k) {
			if err := f(k, i); err != nil {
				if e := sqlerr.As(err); e != nil && k.Fail(i) {
					k.Err, k.Fatal = e, err
				}
			}
		}
	}
}

// sketchFunc is a scalar function of sketches.
func sketchFunc(name, since, usage, sql, want string, result types.Type, params []types.Class, optional int, run func(s *expr.Spec, k *expr.KernelCall, i int) error) *expr.Func {
	return &expr.Func{Name: name, Group: sketchGroup, Since: since, Usage: usage, Examples: []expr.Example{{SQL: sql, Want: want}},
		Sigs:     []expr.Sig{{Params: params, Optional: optional, Result: func([]types.Type) (types.Type, error) { return result, nil }}},
		Fallible: true, AlwaysNull: true, New: func(s *expr.Spec) (expr.Kernel, error) {
			return sketchKernel(func(k *expr.KernelCall, i int) error { return run(s, k, i) }), nil
		}}
}

// sketchAggregate is an aggregate whose result is a sketch, or null for nothing but null.
func sketchAggregate(name, since, usage, sql, want string, params []types.Class, optional int, make func(s *expr.Spec) (expr.Accumulator, error)) *expr.Func {
	return &expr.Func{Name: name, Kind: expr.AggregateFunc, Group: "agg_funcs", Since: since, Usage: usage, Examples: []expr.Example{{SQL: sql, Want: want}},
		Sigs:      []expr.Sig{{Params: params, Optional: optional, Result: func([]types.Type) (types.Type, error) { return types.BinaryType, nil }}},
		NeverNull: true, Fallible: true, NewAccumulator: make}
}

// boolAt reads an optional flag.
func boolAt(args []*columnar.Vector, j, i int) bool {
	return j < len(args) && args[j].Value(i) == true
}

// textAt reads an optional text in lower case.
func textAt(args []*columnar.Vector, j, i int, def string) string {
	if j >= len(args) {
		return def
	}
	return strings.ToLower(string(args[j].Bytes(i)))
}

// intAt reads an optional integer.
func intAt(args []*columnar.Vector, j, i int, def int64) int64 {
	if j >= len(args) {
		return def
	}
	return integerAt(args[j].Base(), args[j].At(i))
}
