package functions

import (
	"strconv"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

// arrayMakers make arrays of values that are no arrays.
func arrayMakers() []*expr.Func {
	return []*expr.Func{
		{Name: "array", Group: arrayGroup, Since: "1.1.0", Usage: "array(v, …) - Returns an array of the values.",
			Examples: []expr.Example{{SQL: "SELECT array(1, 2, 3)", Want: "[1,2,3]"}},
			Resolve:  resolveArray, NullRule: expr.NullCustom, NeverNull: true, New: newArray},
		{Name: "array_repeat", Group: arrayGroup, Since: "2.4.0", Usage: "array_repeat(v, n) - Returns an array that holds v n times.",
			Examples: []expr.Example{{SQL: "SELECT array_repeat('123', 2)", Want: `["123","123"]`}},
			Resolve:  resolveArrayRepeat, NullRule: expr.NullCustom, Fallible: true, New: newArrayRepeat},
	}
}

func resolveArray(c *expr.Resolving) (*expr.Resolution, error) {
	t, ok := types.CommonIn(c.Mode != expr.Legacy, c.Types()...)
	if !ok {
		return nil, dataDiffTypes(c)
	}
	params := make([]types.Type, len(c.Args))
	nulls := false
	for i, a := range c.Args {
		params[i] = t
		nulls = nulls || a.Nullable()
	}
	return &expr.Resolution{Params: params, Result: types.ArrayOf(t, nulls)}, nil
}

func newArray(*expr.Spec) (expr.Kernel, error) {
	var w listWriter
	var p pool
	return func(k *expr.KernelCall) {
		w.begin(k)
		if len(k.Args) == 0 {
			return
		}
		n := k.Rows.N
		src := p.fillRows(n, k.Args...)
		for i := range n {
			for j := range k.Args {
				w.put(int32(j*n + i))
			}
			w.end(i)
		}
		w.finish(k, src)
	}, nil
}

func resolveArrayRepeat(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 2 {
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	}
	n, err := accept(c, 1, types.ClassInt)
	if err != nil {
		return nil, err
	}
	nullable := c.Args[1].Nullable()
	return &expr.Resolution{Params: []types.Type{c.Args[0].Type(), n}, Result: types.ArrayOf(c.Args[0].Type(), c.Args[0].Nullable()), Nullable: &nullable}, nil
}

// maxElements is the largest number of elements Spark makes an array of.
const maxElements = 1<<31 - 1 - 15

func newArrayRepeat(s *expr.Spec) (expr.Kernel, error) {
	var w listWriter
	return func(k *expr.KernelCall) {
		w.begin(k)
		count, src := columnOf[int32](k.Args[1]), k.Args[0]
		for i := range each(k) {
			if k.Args[1].IsNull(i) {
				k.Out.SetNull(i)
				continue
			}
			n := count.at(i)
			if int64(len(w.idx))+int64(max(n, 0)) > maxElements {
				tooManyElements(k, i, s, int64(n))
				continue
			}
			for range n {
				w.put(int32(i))
			}
			w.end(i)
		}
		w.finish(k, src)
	}, nil
}

func tooManyElements(k *expr.KernelCall, i int, s *expr.Spec, n int64) {
	reject(k, i, s, "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", "Can't create array with %d elements which exceeding the array size limit %d, unsuccessful try to create arrays in the function.", n, int64(maxElements))
}
