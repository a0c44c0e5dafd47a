package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

func resolveReverse(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 1 {
		return nil, WrongCount(c.Func.Name, "1", len(c.Args), c.Pos)
	}
	if t := c.Args[0].Type(); t.Kind == types.Array {
		return &expr.Resolution{Params: []types.Type{t}, Result: t}, nil
	}
	t, err := accept(c, 0, types.Class{Name: `STRING" or "ARRAY`, Accept: types.ClassString.Accept})
	return &expr.Resolution{Params: []types.Type{t}, Result: types.StringType}, err
}

func newReverse(s *expr.Spec) (expr.Kernel, error) {
	if s.Args[0].Kind == types.Array {
		return newReverseArray(s)
	}
	return appendMap(appendReversed)(s)
}

// resolveConcat types concat: binary if all arguments are, an array if one is, else string.
func resolveConcat(c *expr.Resolving) (*expr.Resolution, error) {
	ts := c.Types()
	to := types.BinaryType
	for _, t := range ts {
		switch {
		case t.Kind == types.Array:
			return resolveConcatArrays(c)
		case t.Kind != types.Binary:
			to = types.StringType
		}
	}
	if len(ts) == 0 {
		to = types.StringType
	}
	for i, t := range ts {
		if to.Kind == types.Binary {
			continue
		}
		p, err := accept(c, i, types.Class{Name: `STRING" or "BINARY" or "ARRAY`, Accept: types.ClassString.Accept})
		if err != nil && t.Kind != types.Binary {
			return nil, err
		}
		if ts[i] = p; err != nil {
			ts[i] = types.StringType
		}
	}
	return &expr.Resolution{Params: ts, Result: to}, nil
}

func newConcat(s *expr.Spec) (expr.Kernel, error) {
	if s.Result.Kind == types.Array {
		return newConcatArrays(s)
	}
	args := make([]texts, len(s.Args))
	return func(k *expr.KernelCall) {
		for j, a := range k.Args {
			args[j] = textsOf(a)
		}
		for i := range live(k) {
			n := 0
			for j := range args {
				n += int(args[j].vals[i&args[j].mask].Len)
			}
			dst, buf, off := k.Out.Reserve(n)
			at := 0
			for j := range args {
				at += copy(dst[at:], args[j].at(i))
			}
			k.Out.SetReserved(i, n, buf, off)
		}
	}, nil
}

func newConcatWS(s *expr.Spec) (expr.Kernel, error) {
	var buf []byte
	return func(k *expr.KernelCall) {
		for i := range each(k) {
			if k.Args[0].IsNull(i) {
				k.Out.SetNull(i)
				continue
			}
			sep := k.Args[0].Bytes(i)
			buf = buf[:0]
			first := true
			add := func(b []byte) {
				if !first {
					buf = append(buf, sep...)
				}
				first = false
				buf = append(buf, b...)
			}
			for _, a := range k.Args[1:] {
				switch {
				case a.IsNull(i):
				case a.Width == columnar.WList:
					span := columnar.Values[columnar.Span](a)[a.At(i)]
					for j := span.Off; j < span.Off+span.Len; j++ {
						if e := a.Children[0]; !e.IsNull(int(j)) {
							add(e.Bytes(int(j)))
						}
					}
				default:
					add(a.Bytes(i))
				}
			}
			k.Out.SetBytes(i, buf)
		}
	}, nil
}

func resolveElt(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 2 {
		return nil, WrongCount(c.Func.Name, "> 1", len(c.Args), c.Pos)
	}
	ts := c.Types()
	n, err := accept(c, 0, types.ClassInt)
	if err != nil {
		return nil, err
	}
	ts[0] = n
	to := types.BinaryType
	for _, t := range ts[1:] {
		if t.Kind != types.Binary {
			to = types.StringType
		}
	}
	for i := 1; i < len(ts); i++ {
		if ts[i].Kind != types.Binary {
			if ts[i], err = accept(c, i, types.ClassString); err != nil {
				return nil, err
			}
		}
		if to.Kind == types.String && ts[i].Kind == types.Binary {
			ts[i] = types.StringType
		}
	}
	return &expr.Resolution{Params: ts, Result: to}, nil
}

func newElt(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		index := columnOf[int32](k.Args[0])
		for i := range each(k) {
			if k.Args[0].IsNull(i) {
				k.Out.SetNull(i)
				continue
			}
			n := int(index.at(i))
			switch {
			case n < 1 || n >= len(k.Args):
				raise(k, i, s.Pos, "INVALID_ARRAY_INDEX", "The index %d is out of bounds. The array has %d elements. Use the SQL function `get()` to tolerate accessing element at invalid index and return NULL instead.", n, len(k.Args)-1)
			case k.Args[n].IsNull(i):
				k.Out.SetNull(i)
			default:
				k.Out.SetBytes(i, k.Args[n].Bytes(i))
			}
		}
	}, nil
}
