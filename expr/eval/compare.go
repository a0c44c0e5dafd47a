package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

var comparisons = map[expr.Op]kernel.Op{expr.OpEq: kernel.EQ, expr.OpNullSafeEq: kernel.EQ, expr.OpNe: kernel.NE, expr.OpLt: kernel.LT,
	expr.OpLe: kernel.LE, expr.OpGt: kernel.GT, expr.OpGe: kernel.GE}

// operator compiles the operators that have loops of their own in columnar/kernel: comparisons and null tests. It returns nil for others.
func (b *builder) operator(x *expr.Call, conditional bool) (node, error) {
	switch x.Func.Op {
	case expr.OpIsNull, expr.OpIsNotNull:
		n, err := b.build(x.Args[0], conditional)
		return &nullTest{child: n, want: x.Func.Op == expr.OpIsNull}, err
	}
	op, ok := comparisons[x.Func.Op]
	if !ok || len(x.Args) != 2 || !comparableTypes(x.Args[0].Type(), x.Args[1].Type()) {
		return nil, nil
	}
	nullSafe := x.Func.Op == expr.OpNullSafeEq
	ns, narrow, err := b.args(x.Args, !nullSafe, conditional)
	if err != nil {
		return nil, err
	}
	return &compare{op: op, nullSafe: nullSafe, l: ns[0], r: ns[1], narrow: narrow != nil}, nil
}

// comparableTypes reports whether stored values of two types compare as they are.
func comparableTypes(a, b types.Type) bool {
	switch {
	case a.Kind == types.Null || a.Kind == types.Variant:
		return false
	case a.Kind == types.Decimal && b.Kind == types.Decimal:
		return a.Scale == b.Scale
	}
	return a.SameShape(b)
}

// compare is =, <=>, <>, <, <=, > or >=.
type compare struct {
	op       kernel.Op
	nullSafe bool
	l, r     node
	narrow   bool // the right side may fail and must not see rows whose left side is null

	live, sel []int32
	flatL     columnar.Vector
	flatR     columnar.Vector
	out       columnar.Vector
	coded     columnar.Vector // over the entries in out
}

func (c *compare) operands(f *frame, rows columnar.Rows) (l, r *columnar.Vector, err error) {
	if l, err = c.l.eval(f, rows); err != nil {
		return nil, nil, err
	}
	if c.narrow && l.MayHaveNulls() {
		c.live = kernel.SelectNotNull(l, rows, c.live)
		rows.Sel = c.live
	}
	r, err = c.r.eval(f, rows)
	return l, r, err
}

func (c *compare) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	l, r, err := c.operands(f, rows)
	if err != nil {
		return nil, err
	}
	if v := c.entries(l, r, rows); v != nil {
		return v, nil
	}
	l, r = c.short(&c.flatL, l, rows), c.short(&c.flatR, r, rows)
	rows.N = f.n
	if c.nullSafe {
		c.sel = kernel.NullSafeEqualInto(l, r, rows, &c.out, c.sel)
	} else {
		c.sel = kernel.CompareInto(c.op, l, r, rows, &c.out, c.sel)
	}
	return &c.out, nil
}

// entries compares the entries of a dictionary with a constant, where they are not more than the rows; nil for other operands.
func (c *compare) entries(l, r *columnar.Vector, rows columnar.Rows) *columnar.Vector {
	lead := l
	switch {
	case c.nullSafe:
		return nil
	case l.Form == columnar.Dictionary && r.Form == columnar.Constant && l.Dict.Len <= rows.Count():
		l, r = l.Dict, r.Resized(l.Dict.Len)
	case l.Form == columnar.Constant && r.Form == columnar.Dictionary && r.Dict.Len <= rows.Count():
		lead, l, r = r, l.Resized(r.Dict.Len), r.Dict
	default:
		return nil
	}
	c.sel = kernel.CompareInto(c.op, l, r, columnar.AllRows(lead.Dict.Len), &c.out, c.sel)
	c.coded = *columnar.NewDictionary(&c.out, lead.Codes)
	c.coded.Valid = lead.Valid
	return &c.coded
}

func (c *compare) choose(f *frame, rows columnar.Rows, want bool, dst []int32) ([]int32, error) {
	if c.nullSafe {
		v, err := c.eval(f, rows)
		if err != nil {
			return nil, err
		}
		if want {
			return kernel.SelectTrue(v, rows, dst), nil
		}
		return kernel.SelectFalse(v, rows, dst), nil
	}
	l, r, err := c.operands(f, rows)
	if err != nil {
		return nil, err
	}
	op := c.op
	if !want {
		op = op.Negate()
	}
	return kernel.SelectCompare(op, c.short(&c.flatL, l, rows), c.short(&c.flatR, r, rows), rows, dst), nil
}

// short flattens a dictionary that has more entries than there are rows, or one of few rows would be compared value by value.
func (c *compare) short(scratch, v *columnar.Vector, rows columnar.Rows) *columnar.Vector {
	if v.Form == columnar.Dictionary && v.Dict.Len > rows.Count() {
		return columnar.Flatten(scratch, v, rows)
	}
	return v
}

// nullTest is IS NULL (want) or IS NOT NULL.
type nullTest struct {
	child node
	want  bool
	sel   []int32
	out   columnar.Vector
}

func (t *nullTest) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	v, err := t.child.eval(f, rows)
	if err != nil {
		return nil, err
	}
	t.out.Reset(types.BooleanType, columnar.WBool, f.n)
	vals := columnar.Values[uint8](&t.out)
	null, other := uint8(1), uint8(0)
	if !t.want {
		null, other = 0, 1
	}
	for i := range vals {
		vals[i] = other
	}
	t.sel = kernel.SelectNull(v, rows, t.sel)
	for _, r := range t.sel {
		vals[r] = null
	}
	return &t.out, nil
}

func (t *nullTest) choose(f *frame, rows columnar.Rows, want bool, dst []int32) ([]int32, error) {
	v, err := t.child.eval(f, rows)
	if err != nil {
		return nil, err
	}
	if want == t.want {
		return kernel.SelectNull(v, rows, dst), nil
	}
	return kernel.SelectNotNull(v, rows, dst), nil
}
