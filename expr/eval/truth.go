package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// truth is a boolean expression of one column that cannot fail. Where the column is a shared dictionary, it is evaluated once an entry, and rows are chosen
// by their codes, in this batch and the next ones of the dictionary.
type truth struct {
	node        // for other batches
	entry  node // evaluates entries, with memory of its own: node may be in use meanwhile
	column int
	typ    types.Type
	sub    frame
	known  dictCache[truthTable]
	sel    []int32
}

// truthTable says for which entries of a dictionary, and whether for null, an expression is false, and for which true. The half that nobody
// asked for has nil entries.
type truthTable [2]struct {
	entries []uint8
	null    bool
}

// truth wraps the compiled form of a boolean expression if it depends on one column only and may be evaluated for values that no row has.
func (b *builder) truth(e expr.Expr, n node) (node, error) {
	if len(e.Children()) == 0 {
		return n, nil
	}
	switch n.(type) {
	case *truth, *nullTest:
		return n, nil
	}
	at, t := onlyColumn(e, b)
	if at < 0 || expr.MayFail(e) || expr.IsVolatile(e) {
		return n, nil
	}
	fresh := newBuilder(b.cols, b.env)
	fresh.plain = true
	entry, err := fresh.make(e, false)
	if err != nil {
		return nil, err
	}
	return &truth{node: n, entry: entry, column: at, typ: t, sub: frame{cols: make([]*columnar.Vector, len(b.cols))}}, nil
}

// onlyColumn returns the position of the one column that e refers to, or -1.
func onlyColumn(e expr.Expr, b *builder) (int, types.Type) {
	at, t := -1, types.Type{}
	expr.Columns(e, func(c *expr.Column) {
		i, ok := b.in[c.ID]
		switch {
		case !ok: // a lambda's parameter
		case at == -1 || at == i:
			at, t = i, c.T
		default:
			at = -2
		}
	})
	return at, t
}

func (n *truth) choose(f *frame, rows columnar.Rows, want bool, dst []int32) ([]int32, error) {
	v := f.cols[n.column]
	if v.Form != columnar.Dictionary || v.Dict.Class == columnar.Scratch {
		return choose(n.node, f, rows, want, dst)
	}
	e := n.known.get(v.Dict, rows.Count())
	t := &e.value[bit(want)]
	if t.entries == nil {
		if !e.due() {
			return choose(n.node, f, rows, want, dst)
		}
		var err error
		if t.entries, t.null, err = n.learn(v.Dict, want); err != nil {
			return nil, err
		}
	}
	return kernel.SelectCodes(t.entries, v, t.null, rows, dst), nil
}

// learn returns for which entries of a dictionary, and whether for null, the expression is what is wanted.
func (n *truth) learn(dict *columnar.Vector, want bool) (entries []uint8, null bool, err error) {
	n.sub.cols[n.column], n.sub.n = dict, dict.Len
	if n.sel, err = choose(n.entry, &n.sub, columnar.AllRows(dict.Len), want, n.sel); err != nil {
		return nil, false, err
	}
	entries = make([]uint8, dict.Len)
	for _, r := range n.sel {
		entries[r] = 1
	}
	n.sub.cols[n.column], n.sub.n = columnar.NullConstant(n.typ, 1), 1
	if n.sel, err = choose(n.entry, &n.sub, columnar.AllRows(1), want, n.sel); err != nil {
		return nil, false, err
	}
	return entries, len(n.sel) > 0, nil
}

// atLeast returns a list of n numbers, in dst's memory if it fits; never nil.
func atLeast(dst []int32, n int) []int32 {
	if dst == nil || cap(dst) < n {
		return make([]int32, n)
	}
	return dst[:n]
}
