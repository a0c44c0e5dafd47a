package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

const vectorGroup = "vector_funcs"

// vectorFuncs are functions of vectors: arrays of floats. A vector with a NULL element gives NULL.
func vectorFuncs() []*expr.Func {
	vector := classVector
	two := []expr.Sig{returns(types.FloatType, vector, vector)}
	norm := func(result types.Type) []expr.Sig {
		return []expr.Sig{optional(1, returns(result, vector, types.ClassExactly(types.FloatType)))}
	}
	return []*expr.Func{
		{Name: "vector_inner_product", Group: vectorGroup, Since: "4.2.0", Usage: "vector_inner_product(a, b) - Returns the sum of the products of the elements.",
			Examples: []expr.Example{{SQL: "SELECT vector_inner_product(array(1.0F, 2.0F, 3.0F), array(4.0F, 5.0F, 6.0F))", Want: "32.0"}},
			Sigs:     two, AlwaysNull: true, Fallible: true, New: newVectorPair("vector_inner_product", innerProduct)},
		{Name: "vector_cosine_similarity", Group: vectorGroup, Since: "4.2.0", Usage: "vector_cosine_similarity(a, b) - Returns the cosine of the angle between the vectors, NULL if one is zero.",
			Examples: []expr.Example{{SQL: "SELECT vector_cosine_similarity(array(1.0F, 2.0F, 3.0F), array(4.0F, 5.0F, 6.0F))", Want: "0.97463185"}},
			Sigs:     two, AlwaysNull: true, Fallible: true, New: newVectorPair("vector_cosine_similarity", cosine)},
		{Name: "vector_l2_distance", Group: vectorGroup, Since: "4.2.0", Usage: "vector_l2_distance(a, b) - Returns the distance between the vectors.",
			Examples: []expr.Example{{SQL: "SELECT vector_l2_distance(array(0.0F, 0.0F), array(3.0F, 4.0F))", Want: "5.0"}},
			Sigs:     two, AlwaysNull: true, Fallible: true, New: newVectorPair("vector_l2_distance", distance)},
		{Name: "vector_norm", Group: vectorGroup, Since: "4.2.0", Usage: "vector_norm(v[, degree]) - Returns the norm of degree 1, 2 (the default) or infinity.",
			Examples: []expr.Example{{SQL: "SELECT vector_norm(array(3.0F, 4.0F), 2.0F)", Want: "5.0"}},
			Sigs:     norm(types.FloatType), Resolve: withDefaults(floatLiteral(2)), AlwaysNull: true, Fallible: true, New: newVectorNorm},
		{Name: "vector_normalize", Group: vectorGroup, Since: "4.2.0", Usage: "vector_normalize(v[, degree]) - Returns the vector divided by its norm, NULL if that is zero.",
			Examples: []expr.Example{{SQL: "SELECT vector_normalize(array(3.0F, 4.0F), 2.0F)", Want: "[0.6,0.8]"}},
			Sigs:     norm(types.ArrayOf(types.FloatType, false)), Resolve: withDefaults(floatLiteral(2)), AlwaysNull: true, Fallible: true, New: newVectorNormalize},
	}
}

// classVector takes arrays of floats only.
var classVector = types.Class{Name: "ARRAY<FLOAT>", Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
	return t, t.Kind == types.Array && t.Elem().Kind == types.Float
}}

func floatLiteral(x float32) *expr.Literal { return &expr.Literal{Value: x, T: types.FloatType} }

// floats returns the elements of a span in flat form; ok is false if one is null.
func floats(v *columnar.Vector, s columnar.Span) (xs []float32, ok bool) {
	if hasNull(v, s) {
		return nil, false
	}
	if v.Form == columnar.Flat {
		return columnar.Values[float32](v)[s.Off : s.Off+s.Len], true
	}
	vals := columnar.Values[float32](v.Base())
	xs = make([]float32, s.Len)
	for i := range xs {
		xs[i] = vals[v.At(int(s.Off)+i)]
	}
	return xs, true
}

// newVectorPair computes a number of two vectors of one length; f reports false for NULL.
func newVectorPair(name string, f func(a, b []float32) (float32, bool)) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			as, bs, out := columnOf[columnar.Span](k.Args[0]), columnOf[columnar.Span](k.Args[1]), columnar.Values[float32](k.Out)
			for i := range live(k) {
				a, b := as.at(i), bs.at(i)
				if a.Len != b.Len {
					reject(k, i, s, "VECTOR_DIMENSION_MISMATCH", "Vectors passed to `%s` must have the same dimension, but got %d and %d.", name, a.Len, b.Len)
					continue
				}
				x, ok1 := floats(k.Args[0].Children[0], a)
				y, ok2 := floats(k.Args[1].Children[0], b)
				r, ok := float32(0), ok1 && ok2
				if ok {
					r, ok = f(x, y)
				}
				if out[i] = r; !ok {
					k.Out.SetNull(i)
				}
			}
		}, nil
	}
}

func innerProduct(a, b []float32) (float32, bool) {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return float32(sum), true
}

func cosine(a, b []float32) (float32, bool) {
	dot, aa, bb := 0.0, 0.0, 0.0
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
	}
	n := math.Sqrt(aa * bb)
	return float32(dot / n), n != 0
}

func distance(a, b []float32) (float32, bool) {
	sum := 0.0
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		sum += d * d
	}
	return float32(math.Sqrt(sum)), true
}

// norm computes the norm of a degree; ok is false for a degree that is not supported.
func norm(xs []float32, degree float32) (n float64, ok bool) {
	for _, x := range xs {
		a := math.Abs(float64(x))
		switch {
		case degree == 1:
			n += a
		case degree == 2:
			n += a * a
		default:
			n = max(n, a)
		}
	}
	if degree == 2 {
		n = math.Sqrt(n)
	}
	return n, degree == 1 || degree == 2 || math.IsInf(float64(degree), 1)
}

// normOf computes the norm of row i; ok is false if the row has become NULL or failed.
func normOf(k *expr.KernelCall, s *expr.Spec, i int, xs []float32, degree float32) (n float64, ok bool) {
	if n, ok = norm(xs, degree); !ok {
		if k.Fail(i) {
			k.Err = sqlerr.New("INVALID_VECTOR_NORM_DEGREE", s.Pos, "The degree of a vector norm must be 1.0, 2.0 or infinity, but is %v.", degree)
		}
	}
	return n, ok
}

func newVectorNorm(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		spans, degree, out := columnOf[columnar.Span](k.Args[0]), columnOf[float32](k.Args[1]), columnar.Values[float32](k.Out)
		for i := range live(k) {
			xs, ok := floats(k.Args[0].Children[0], spans.at(i))
			if !ok {
				k.Out.SetNull(i)
				continue
			}
			n, _ := normOf(k, s, i, xs, degree.at(i))
			out[i] = float32(n)
		}
	}, nil
}

func newVectorNormalize(s *expr.Spec) (expr.Kernel, error) {
	var all []float32
	return func(k *expr.KernelCall) {
		spans, degree, out := columnOf[columnar.Span](k.Args[0]), columnOf[float32](k.Args[1]), columnar.Values[columnar.Span](k.Out)
		clear(out)
		all = all[:0]
		for i := range live(k) {
			xs, ok := floats(k.Args[0].Children[0], spans.at(i))
			n := 0.0
			if ok {
				if n, ok = normOf(k, s, i, xs, degree.at(i)); !ok {
					continue
				}
			}
			if !ok || n == 0 && len(xs) > 0 {
				k.Out.SetNull(i)
				continue
			}
			out[i] = columnar.Span{Off: int32(len(all)), Len: int32(len(xs))}
			for _, x := range xs {
				all = append(all, float32(float64(x)/n))
			}
		}
		child := k.Out.Children[0]
		child.Reset(child.Type, child.Width, len(all))
		copy(columnar.Values[float32](child), all)
	}, nil
}
