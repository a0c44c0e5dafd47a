package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// logic is AND or OR. A row whose value is decided, by a false under AND or a true under OR, is not evaluated further; one that is null so
// far is.
type logic struct {
	args     []node
	decisive bool // true for OR, false for AND

	rest, hit, null []int32
	found           [2][]int32
	out             columnar.Vector
}

func (b *builder) logic(args []expr.Expr, decisive, conditional bool) (node, error) {
	ns := make([]node, len(args))
	for i, a := range args {
		var err error
		if ns[i], err = b.condition(a, conditional || i > 0); err != nil {
			return nil, err
		}
	}
	return &logic{args: ns, decisive: decisive}, nil
}

func (l *logic) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	out := &l.out
	out.Reset(types.BooleanType, columnar.WBool, f.n)
	vals := columnar.Values[uint8](out)
	yes := uint8(0)
	if l.decisive {
		yes = 1
	}
	for i := range vals {
		vals[i] = yes ^ 1
	}
	for _, a := range l.args {
		if rows.Count() == 0 {
			break
		}
		v, err := a.eval(f, rows)
		if err != nil {
			return nil, err
		}
		if l.decisive {
			l.hit = kernel.SelectTrue(v, rows, l.hit)
		} else {
			l.hit = kernel.SelectFalse(v, rows, l.hit)
		}
		for _, r := range l.hit {
			vals[r] = yes
			if out.Valid != nil {
				out.Valid[r>>6] |= 1 << (r & 63)
			}
		}
		l.rest = kernel.Difference(rows, l.hit, l.rest)
		rows.Sel = l.rest
		if v.MayHaveNulls() {
			l.null = kernel.SelectNull(v, rows, l.null)
			for _, r := range l.null {
				out.SetNull(int(r))
			}
		}
	}
	return out, nil
}

func (l *logic) choose(f *frame, rows columnar.Rows, want bool, dst []int32) (_ []int32, err error) {
	if want == l.decisive {
		return l.union(f, rows, want, dst)
	}
	for _, a := range l.args {
		if dst, err = choose(a, f, rows, want, dst); err != nil {
			return nil, err
		}
		if rows.Sel = dst; len(dst) == 0 {
			break
		}
	}
	return dst, nil
}

// union collects the rows that any argument decides, each argument seeing those that are still open.
func (l *logic) union(f *frame, rows columnar.Rows, want bool, dst []int32) (_ []int32, err error) {
	cur := 0
	l.found[cur] = l.found[cur][:0]
	for _, a := range l.args {
		if rows.Count() == 0 {
			break
		}
		if l.hit, err = choose(a, f, rows, want, l.hit); err != nil {
			return nil, err
		}
		if len(l.hit) == 0 {
			continue
		}
		l.found[1-cur] = kernel.Union(l.found[cur], l.hit, l.found[1-cur])
		cur = 1 - cur
		l.rest = kernel.Difference(rows, l.hit, l.rest)
		rows.Sel = l.rest
	}
	if dst == nil {
		dst = []int32{}
	}
	return append(dst[:0], l.found[cur]...), nil
}

// not is three-valued negation.
type not struct {
	child   node
	scratch columnar.Vector
	out     columnar.Vector
}

func (n *not) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	v, err := n.child.eval(f, rows)
	if err != nil {
		return nil, err
	}
	v = dense(&n.scratch, v, rows)
	if v.Width != columnar.WBool {
		return v, nil
	}
	n.out.Reset(types.BooleanType, columnar.WBool, v.Physical())
	out := columnar.Values[uint8](&n.out)
	for i, x := range columnar.Values[uint8](v)[:len(out)] {
		out[i] = x ^ 1
	}
	n.out.Form, n.out.Len, n.out.Valid = v.Form, v.Len, v.Valid
	return &n.out, nil
}

func (n *not) choose(f *frame, rows columnar.Rows, want bool, dst []int32) ([]int32, error) {
	return choose(n.child, f, rows, !want, dst)
}
