package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func newMapFilter(*expr.Spec) (expr.Kernel, error) {
	var e elements
	var w listWriter
	return func(k *expr.KernelCall) {
		w.begin(k)
		e.fill(k, k.Args[0], nil)
		if len(e.idx) == 0 {
			return
		}
		v, ok := evalLambda(k, 1, e.outer, e.params(k.Args[0])...)
		if !ok {
			return
		}
		for j, p := range e.idx {
			if isTrue(v, j) {
				w.put(p)
			}
			if j+1 == len(e.outer) || e.outer[j+1] != e.outer[j] {
				w.end(int(e.outer[j]))
			}
		}
		for c, src := range k.Args[0].Children {
			columnar.Gather(k.Out.Children[c], src, w.idx)
		}
	}, nil
}

func newTransformValues(*expr.Spec) (expr.Kernel, error) {
	var e elements
	return func(k *expr.KernelCall) {
		e.fill(k, k.Args[0], columnar.Values[columnar.Span](k.Out))
		if len(e.idx) == 0 {
			return
		}
		params := e.params(k.Args[0])
		if v, ok := evalLambda(k, 1, e.outer, params...); ok {
			k.Out.Children[0] = fieldVector(params[0], len(e.idx))
			k.Out.Children[1] = fieldVector(v, len(e.idx))
		}
	}, nil
}

func resolveTransformKeys(c *expr.Resolving) (*expr.Resolution, error) {
	res, err := resolveLambda(types.ClassMap, false, func(in types.Type, f expr.Expr) types.Type {
		return types.MapOf(f.Type(), in.Elem(), in.ContainsNull())
	})(c)
	if err != nil {
		return nil, err
	}
	return res, checkKey(c, c.Args[1].Type())
}

func newTransformKeys(s *expr.Spec) (expr.Kernel, error) {
	var e elements
	w := newMapWriter(s)
	return func(k *expr.KernelCall) {
		e.fill(k, k.Args[0], columnar.Values[columnar.Span](k.Out))
		if len(e.idx) == 0 {
			return
		}
		params := e.params(k.Args[0])
		v, ok := evalLambda(k, 1, e.outer, params...)
		if !ok {
			return
		}
		w.begin(k, v)
		bad := false
		for j, r := range e.outer {
			bad = bad || !w.put(k, int(r), int32(j), int32(j))
			if j+1 == len(e.outer) || e.outer[j+1] != r {
				if bad {
					w.drop()
				}
				w.end(int(r))
				bad = false
			}
		}
		w.finish(k, params[1])
	}, nil
}

func zipParams(args []types.Type, i int) []types.Type {
	if i != 2 || args[0].Kind != types.Array || args[1].Kind != types.Array {
		return nil
	}
	return []types.Type{args[0].Elem(), args[1].Elem()}
}

func resolveZipWith(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 3 {
		return nil, WrongCount(c.Func.Name, "3", len(c.Args), c.Pos)
	}
	params := c.Types()
	for i := range 2 {
		var err error
		if params[i], err = accept(c, i, types.ClassArray); err != nil {
			return nil, err
		}
	}
	null := c.Args[0].Nullable() || c.Args[1].Nullable()
	return &expr.Resolution{Params: params, Result: types.ArrayOf(params[2], c.Args[2].Nullable()), Nullable: &null}, isLambda(c, 2)
}

func newZipWith(*expr.Spec) (expr.Kernel, error) {
	var outer []int32
	var idx [2][]int32
	var taken [2]columnar.Vector
	return func(k *expr.KernelCall) {
		out := columnar.Values[columnar.Span](k.Out)
		clear(out)
		outer, idx[0], idx[1] = outer[:0], idx[0][:0], idx[1][:0]
		as, bs := columnOf[columnar.Span](k.Args[0]), columnOf[columnar.Span](k.Args[1])
		for i := range live(k) {
			a, b := as.at(i), bs.at(i)
			n := max(a.Len, b.Len)
			out[i] = columnar.Span{Off: int32(len(outer)), Len: n}
			idx[0], idx[1] = appendPadded(idx[0], a, n), appendPadded(idx[1], b, n)
			for range n {
				outer = append(outer, int32(i))
			}
		}
		if len(outer) == 0 {
			return
		}
		for j := range taken {
			columnar.Gather(&taken[j], k.Args[j].Children[0], idx[j])
		}
		if v, ok := evalLambda(k, 2, outer, &taken[0], &taken[1]); ok {
			k.Out.Children[0] = fieldVector(v, len(outer))
		}
	}, nil
}

func mapZipParams(args []types.Type, i int) []types.Type {
	if i != 2 || args[0].Kind != types.Map || args[1].Kind != types.Map {
		return nil
	}
	key, _ := elementType(args[0].Key(), args[1].Key(), expr.ANSI)
	return []types.Type{key, args[0].Elem(), args[1].Elem()}
}

func resolveMapZipWith(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 3 {
		return nil, WrongCount(c.Func.Name, "3", len(c.Args), c.Pos)
	}
	params := c.Types()
	for i := range 2 {
		var err error
		if params[i], err = accept(c, i, types.ClassMap); err != nil {
			return nil, err
		}
	}
	key, ok := elementType(params[0].Key(), params[1].Key(), c.Mode)
	if !ok {
		return nil, sqlerr.New("DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: Input to the `map_zip_with` should have been two maps with compatible key types, but it's [\"%s\", \"%s\"].",
			describeCall(c.Func.Name, c.Args), params[0].Key().SQL(), params[1].Key().SQL())
	}
	for i := range 2 {
		params[i] = types.MapOf(key, params[i].Elem(), params[i].ContainsNull())
	}
	null := c.Args[0].Nullable() || c.Args[1].Nullable()
	return &expr.Resolution{Params: params, Result: types.MapOf(key, params[2], c.Args[2].Nullable()), Nullable: &null}, isLambda(c, 2)
}

func newMapZipWith(*expr.Spec) (expr.Kernel, error) {
	var p pool
	var set valueSet
	var outer, keyAt []int32
	var idx [2][]int32
	var key columnar.Vector
	var taken [2]columnar.Vector
	return func(k *expr.KernelCall) {
		out := columnar.Values[columnar.Span](k.Out)
		clear(out)
		n, ks := children(0, k.Args[:2]...)
		src := p.fill(n, ks...)
		outer, keyAt, idx[0], idx[1] = outer[:0], keyAt[:0], idx[0][:0], idx[1][:0]
		as, bs := columnOf[columnar.Span](k.Args[0]), columnOf[columnar.Span](k.Args[1])
		for i := range live(k) {
			a, b := as.at(i), bs.at(i)
			set.reset(src, int(a.Len+b.Len))
			from := int32(len(outer))
			for q := a.Off; q < a.Off+a.Len; q++ {
				set.add(q)
				outer, keyAt, idx[0], idx[1] = append(outer, int32(i)), append(keyAt, q), append(idx[0], q), append(idx[1], -1)
			}
			for q := b.Off; q < b.Off+b.Len; q++ {
				if m := set.add(q + p.base[1]); m >= 0 {
					idx[1][int(from)+m] = q
					continue
				}
				outer, keyAt, idx[0], idx[1] = append(outer, int32(i)), append(keyAt, q+p.base[1]), append(idx[0], -1), append(idx[1], q)
			}
			out[i] = columnar.Span{Off: from, Len: int32(len(outer)) - from}
		}
		if len(outer) == 0 {
			return
		}
		columnar.Gather(&key, src, keyAt)
		for j := range taken {
			columnar.Gather(&taken[j], k.Args[j].Children[1], idx[j])
		}
		if v, ok := evalLambda(k, 2, outer, &key, &taken[0], &taken[1]); ok {
			k.Out.Children[0] = fieldVector(&key, len(outer))
			k.Out.Children[1] = fieldVector(v, len(outer))
		}
	}, nil
}
