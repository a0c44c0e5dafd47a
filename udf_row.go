package sparrow

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// rowCall computes one row.
type rowCall func(row int) error

// rowCalls makes the call for the arguments and the result of a batch.
type rowCalls func(args []*columnar.Vector, out *columnar.Vector) rowCall

// kernel makes the kernel of one worker.
func (u *goFunc) kernel(s *expr.Spec) (expr.Kernel, error) {
	if u.vectorized {
		return u.columnKernel(s)
	}
	calls := typedCalls(u.fn.Interface())
	if calls == nil || u.resultSet || !u.fits(s.Args) {
		calls = u.reflected(s)
	}
	return func(k *expr.KernelCall) {
		call := calls(k.Args, k.Out)
		for at := 0; at < k.Rows.Count(); {
			at = u.runRows(k, s, call, at)
		}
	}, nil
}

// fits reports whether the arguments have exactly the types that the Go types stand for.
func (u *goFunc) fits(args []types.Type) bool {
	for i, t := range args {
		if want := u.params[min(i, len(u.params)-1)]; u.variadic || !t.Equal(want) {
			return false
		}
	}
	return true
}

// runRows computes rows from a position on and returns the next one, which is not the end only after a panic.
func (u *goFunc) runRows(k *expr.KernelCall, s *expr.Spec, call rowCall, from int) (at int) {
	at = from
	defer func() {
		if p := recover(); p != nil {
			u.fail(k, s, k.Rows.Row(at), panicked(p))
			at++
		}
	}()
	for n := k.Rows.Count(); at < n; at++ {
		row := k.Rows.Row(at)
		if err := call(row); err != nil {
			u.fail(k, s, row, err)
		}
	}
	return at
}

func panicked(p any) error {
	return fmt.Errorf("panic: %v%w", p, &silent{exec.Panic{Value: p, Stack: debug.Stack()}})
}

// silent is a cause that adds nothing to the message.
type silent struct{ exec.Panic }

func (*silent) Error() string   { return "" }
func (s *silent) Unwrap() error { return &s.Panic }

// fail marks a row. Without ANSI errors the evaluator would pass over it; an error of a program's function is one in any mode.
func (u *goFunc) fail(k *expr.KernelCall, s *expr.Spec, row int, err error) {
	first := k.Fail(row)
	if !first {
		return
	}
	k.Err = u.failed(err, s.Pos)
	if s.Mode == expr.Legacy {
		k.Fatal = k.Err
	}
}

// reflected calls by reflection.
func (u *goFunc) reflected(s *expr.Spec) rowCalls {
	zone := time.UTC
	if s.Env != nil && s.Env.Zone != nil {
		zone = s.Env.Zone
	}
	return func(args []*columnar.Vector, out *columnar.Vector) rowCall {
		in := make([]reflect.Value, len(args))
		return func(row int) error {
			for i, v := range args {
				t := u.in[min(i, len(u.in)-1)]
				if v.IsNull(row) {
					if !takesNull(t) {
						out.SetNull(row)
						return nil
					}
					in[i] = reflect.Zero(t)
					continue
				}
				p := reflect.New(t).Elem()
				if err := store(p, external(v.Value(row), s.Args[i], zone), fmt.Sprintf("argument %d", i+1)); err != nil {
					return err
				}
				in[i] = p
			}
			res := u.fn.Call(in)
			if u.fails && !res[1].IsNil() {
				return res[1].Interface().(error)
			}
			x, err := internal(goValue(res[0]), u.result)
			if err != nil {
				return err
			}
			out.SetValue(row, x)
			return nil
		}
	}
}

// typedCalls returns calls without reflection for functions of one or two basic values, nil for others.
func typedCalls(fn any) rowCalls {
	for _, try := range []func(any) rowCalls{
		one[int64, int64], one[int64, float64], one[int64, string], one[int64, bool],
		one[float64, float64], one[float64, int64], one[float64, string], one[float64, bool],
		one[string, string], one[string, int64], one[string, float64], one[string, bool],
		one[int32, int32], one[int32, int64], one[bool, bool],
		two[int64, int64, int64], two[int64, int64, float64], two[int64, int64, bool], two[float64, float64, float64], two[float64, float64, bool],
		two[string, string, string], two[string, string, bool], two[string, string, int64], two[string, int64, string],
	} {
		if calls := try(fn); calls != nil {
			return calls
		}
	}
	return nil
}

// basic are the types that typed calls know.
type basic interface {
	int64 | int32 | float64 | string | bool
}

func one[A, R basic](fn any) rowCalls {
	f, ok := fn.(func(A) (R, error))
	if g, plain := fn.(func(A) R); plain {
		f, ok = func(a A) (R, error) { return g(a), nil }, true
	}
	if !ok {
		return nil
	}
	return func(args []*columnar.Vector, out *columnar.Vector) rowCall {
		a, set := getter[A](args[0]), setter[R](out)
		return func(row int) error {
			r, err := f(a(row))
			if err != nil {
				return err
			}
			set(row, r)
			return nil
		}
	}
}

func two[A, B, R basic](fn any) rowCalls {
	f, ok := fn.(func(A, B) (R, error))
	if g, plain := fn.(func(A, B) R); plain {
		f, ok = func(a A, b B) (R, error) { return g(a, b), nil }, true
	}
	if !ok {
		return nil
	}
	return func(args []*columnar.Vector, out *columnar.Vector) rowCall {
		a, b, set := getter[A](args[0]), getter[B](args[1]), setter[R](out)
		return func(row int) error {
			r, err := f(a(row), b(row))
			if err != nil {
				return err
			}
			set(row, r)
			return nil
		}
	}
}

// getter reads rows of a flat or constant vector.
func getter[T basic](v *columnar.Vector) func(row int) T {
	var f any
	switch any(*new(T)).(type) {
	case int64:
		f = fixed[int64](v)
	case int32:
		f = fixed[int32](v)
	case float64:
		f = fixed[float64](v)
	case bool:
		bits := fixed[uint8](v)
		f = func(row int) bool { return bits(row) != 0 }
	case string:
		f = func(row int) string { return string(v.Bytes(row)) } // a copy: the function may keep it
	}
	return f.(func(row int) T)
}

func fixed[T columnar.Fixed](v *columnar.Vector) func(row int) T {
	values := columnar.Values[T](v)
	if v.Form == columnar.Constant {
		return func(int) T { return values[0] }
	}
	return func(row int) T { return values[row] }
}

// setter writes rows of a flat vector.
func setter[T basic](v *columnar.Vector) func(row int, x T) {
	var f any
	switch any(*new(T)).(type) {
	case int64:
		f = stored[int64](v)
	case int32:
		f = stored[int32](v)
	case float64:
		f = stored[float64](v)
	case bool:
		values := columnar.Values[uint8](v)
		f = func(row int, x bool) {
			values[row] = 0
			if x {
				values[row] = 1
			}
		}
	case string:
		f = func(row int, x string) { v.SetBytes(row, []byte(x)) }
	}
	return f.(func(row int, x T))
}

func stored[T columnar.Fixed](v *columnar.Vector) func(row int, x T) {
	values := columnar.Values[T](v)
	return func(row int, x T) { values[row] = x }
}
