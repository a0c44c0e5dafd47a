package functions

import (
	"iter"
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// newKernel is the constructor of a scalar function.
type newKernel = func(*expr.Spec) (expr.Kernel, error)

// kernelOf makes the constructor of a kernel that does not depend on the call.
func kernelOf(k expr.Kernel) newKernel {
	return func(*expr.Spec) (expr.Kernel, error) { return k, nil }
}

// tolerant makes a fallible kernel return null where it fails: the try_ form of a function.
func tolerant(inner newKernel) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		try := *s
		try.Mode = expr.Try // so that not even what fails in every mode is fatal
		kernel, err := inner(&try)
		if err != nil {
			return nil, err
		}
		return func(k *expr.KernelCall) {
			kernel(k)
			fatal := k.Fatal
			k.ResetErrors()
			k.Fatal = fatal
		}, nil
	}
}

// live yields the rows that a kernel of rule NullIfAny computes: those asked for whose arguments are not null. What lies below a null
// must not be read where it refers to memory, as strings do.
func live(k *expr.KernelCall) iter.Seq[int] {
	rows, valid := k.Rows, k.Out.Valid
	return func(yield func(int) bool) {
		switch {
		case rows.Sel != nil:
			for _, r := range rows.Sel {
				if (valid == nil || valid[r>>6]>>(r&63)&1 != 0) && !yield(int(r)) {
					return
				}
			}
		case valid == nil:
			for i := range rows.N {
				if !yield(i) {
					return
				}
			}
		default:
			for w := 0; w<<6 < rows.N; w++ {
				word := valid[w]
				if rest := rows.N - w<<6; rest < 64 {
					word &= 1<<rest - 1
				}
				for ; word != 0; word &= word - 1 {
					if !yield(w<<6 + bits.TrailingZeros64(word)) {
						return
					}
				}
			}
		}
	}
}

// each yields the rows asked for, null or not, for kernels of rule NullCustom.
func each(k *expr.KernelCall) iter.Seq[int] {
	rows := k.Rows
	return func(yield func(int) bool) {
		for i := range rows.Count() {
			if !yield(rows.Row(i)) {
				return
			}
		}
	}
}

// column reads a flat or constant argument of fixed width.
type column[T columnar.Fixed] struct {
	vals []T
	mask int // all ones for a flat vector, 0 for a constant: at needs no branch
}

func columnOf[T columnar.Fixed](v *columnar.Vector) column[T] {
	return column[T]{columnar.Values[T](v), formMask(v)}
}

func (c *column[T]) at(i int) T { return c.vals[i&c.mask] }

func formMask(v *columnar.Vector) int {
	if v.Form == columnar.Constant {
		return 0
	}
	return -1
}

// texts reads a flat or constant string or binary argument.
type texts struct {
	vals    []columnar.View
	buffers [][]byte
	mask    int
}

func textsOf(v *columnar.Vector) texts {
	return texts{columnar.Values[columnar.View](v), v.Buffers, formMask(v)}
}

// view returns the view of a row.
func (t *texts) view(i int) *columnar.View { return &t.vals[i&t.mask] }

// at returns the bytes of a row that is not null; they alias the vector.
func (t *texts) at(i int) []byte { return t.vals[i&t.mask].Bytes(t.buffers) }

// integerAt reads row i of a vector of any integer width.
func integerAt(v *columnar.Vector, i int) int64 {
	switch i &= formMask(v); v.Width {
	case columnar.W8:
		return int64(columnar.Values[int8](v)[i])
	case columnar.W16:
		return int64(columnar.Values[int16](v)[i])
	case columnar.W32:
		return int64(columnar.Values[int32](v)[i])
	}
	return columnar.Values[int64](v)[i]
}

// unscaledAt reads row i of a decimal vector of either width.
func unscaledAt(v *columnar.Vector, i int) types.Int128 {
	i &= formMask(v)
	if v.Width == columnar.W64 {
		return types.Int128Of(columnar.Values[int64](v)[i])
	}
	return columnar.Values[types.Int128](v)[i]
}

// setUnscaled stores a decimal that fits the type of v.
func setUnscaled(v *columnar.Vector, i int, x types.Int128) {
	if v.Width == columnar.W64 {
		columnar.Values[int64](v)[i] = x.Int64()
		return
	}
	columnar.Values[types.Int128](v)[i] = x
}

func boolByte(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// raise fails row i with an error; the first failing row's is kept.
func raise(k *expr.KernelCall, i int, pos sqlerr.Pos, condition, format string, args ...any) {
	if k.Fail(i) {
		k.Err = sqlerr.New(condition, pos, format, args...)
	}
}

// ---- kernels of one argument, from a function of a value

// doubleMap applies f to doubles. A loop that should contain f uses mapValues with a literal closure instead.
func doubleMap(f func(float64) float64) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		a, out := columnOf[float64](k.Args[0]), columnar.Values[float64](k.Out)
		for i := range live(k) {
			out[i] = f(a.at(i))
		}
	})
}

// doubleMap2 applies f to pairs of doubles.
func doubleMap2(f func(a, b float64) float64) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		a, b, out := columnOf[float64](k.Args[0]), columnOf[float64](k.Args[1]), columnar.Values[float64](k.Out)
		for i := range live(k) {
			out[i] = f(a.at(i), b.at(i))
		}
	})
}

// doublePartial applies f to doubles; where f reports false the result is null.
func doublePartial(f func(float64) (float64, bool)) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		a, out := columnOf[float64](k.Args[0]), columnar.Values[float64](k.Out)
		for i := range live(k) {
			if y, ok := f(a.at(i)); ok {
				out[i] = y
			} else {
				k.Out.SetNull(i)
			}
		}
	})
}

// mapValues computes every row of a total function of fixed-width values; a literal closure f becomes part of the loop.
func mapValues[A, R columnar.Fixed](k *expr.KernelCall, f func(A) R) {
	a, out := columnOf[A](k.Args[0]), columnar.Values[R](k.Out)
	for i := range out {
		out[i] = f(a.at(i))
	}
}

// appendMap computes a string or binary value; f appends it to dst.
func appendMap(f func(dst, s []byte) []byte) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		s := textsOf(k.Args[0])
		var buf []byte
		for i := range live(k) {
			buf = f(buf[:0], s.at(i))
			k.Out.SetBytes(i, buf)
		}
	})
}

// appendPartial is appendMap for a function that may return null.
func appendPartial(f func(dst, s []byte) ([]byte, bool)) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		s := textsOf(k.Args[0])
		var buf []byte
		for i := range live(k) {
			var ok bool
			if buf, ok = f(buf[:0], s.at(i)); ok {
				k.Out.SetBytes(i, buf)
			} else {
				k.Out.SetNull(i)
			}
		}
	})
}

// sliceMap computes a part of its string or binary argument.
func sliceMap(f func(s []byte) []byte) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		s := textsOf(k.Args[0])
		for i := range live(k) {
			k.Out.SetBytes(i, f(s.at(i)))
		}
	})
}

// textMap computes a fixed-width value of a string or binary argument.
func textMap[R columnar.Fixed](f func(s []byte) R) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		s, out := textsOf(k.Args[0]), columnar.Values[R](k.Out)
		for i := range live(k) {
			out[i] = f(s.at(i))
		}
	})
}

// textMap2 computes a fixed-width value of two string or binary arguments.
func textMap2[R columnar.Fixed](f func(a, b []byte) R) newKernel {
	return kernelOf(func(k *expr.KernelCall) {
		a, b, out := textsOf(k.Args[0]), textsOf(k.Args[1]), columnar.Values[R](k.Out)
		for i := range live(k) {
			out[i] = f(a.at(i), b.at(i))
		}
	})
}
