package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// decorrelate turns every Apply (and lateral join) into a join.
//
// Where the correlated predicates can be lifted out of the right side they become the join's condition:
//
//	Apply semi (a, Filter b.x = a.y (b))            → a SEMI JOIN b ON b.x = a.y
//	Apply single (a, Aggregate sum (Filter b.x = a.y (b)))
//	                                                → a LEFT JOIN (Aggregate b.x: sum (b)) ON b.x = a.y
//
// An aggregate without keys gives a row even for no input, so the columns of unmatched rows get the values of the empty aggregate (count: 0).
// Where a predicate cannot be lifted, the distinct values of the correlated columns (the domain) are joined into the right side at its
// leaves and carried upward. Source: T. Neumann, A. Kemper, "Unnesting Arbitrary Queries", BTW 2015.
func decorrelate(c *Context, p logical.Plan) (logical.Plan, error) {
	d := decorrelator{Context: c}
	out := d.plan(p)
	return out, d.err
}

type decorrelator struct {
	*Context
	err error
}

func (d *decorrelator) fail(err error) {
	if d.err == nil && err != nil {
		d.err = err
	}
}

func (d *decorrelator) call(name string, args ...expr.Expr) expr.Expr {
	e, err := functions.Call(name, args...)
	d.fail(err)
	return e
}

func (d *decorrelator) plan(p logical.Plan) logical.Plan {
	p = logical.RewriteChildren(p, d.plan)
	switch n := p.(type) {
	case *logical.Join:
		if n.Lateral {
			return d.apply(&logical.Apply{Base: n.Base, Kind: n.Kind, Left: n.Left, Right: n.Right, Cond: n.Cond})
		}
	case *logical.Apply:
		return d.apply(n)
	}
	return p
}

func (d *decorrelator) apply(n *logical.Apply) logical.Plan {
	left := setOf(n.Left.Output())
	outer := columnSet{}
	for _, c := range logical.Free(n.Right) {
		if left[c.ID] {
			outer[c.ID] = true
		}
	}
	if a := d.withoutUnordered(n, outer); a != nil {
		return restrict(d.apply(a), n.Output())
	}
	right := n.Right
	if l, ok := right.(*logical.Limit); ok && n.Cond == nil && l.Offset == 0 && l.Count > 0 && (n.Kind == logical.LeftSemi || n.Kind == logical.LeftAnti || n.Kind == logical.Mark) {
		right = l.Input // EXISTS does not count
	}
	if len(outer) == 0 {
		return d.join(n, n.Left, right, n.Cond)
	}
	l := lifter{decorrelator: d, outer: outer}
	if lifted, ok := l.lift(right); ok {
		if out, ok := d.joinLifted(n, lifted, &l); ok {
			return out
		}
	}
	return d.viaDomain(n, right, outer)
}

func (d *decorrelator) join(n *logical.Apply, left, right logical.Plan, cond expr.Expr) logical.Plan {
	j := &logical.Join{Base: n.Base, Kind: n.Kind, Left: left, Right: right, Cond: cond, MarkCol: n.MarkCol}
	if n.Kind == logical.Single && atMostOneRow(right) {
		j.Kind = logical.LeftOuter
	}
	return j
}

// atMostOneRow reports plans that cannot give a second row.
func atMostOneRow(p logical.Plan) bool {
	switch n := p.(type) {
	case *logical.Aggregate:
		return len(n.Keys) == 0 && n.Sets == nil
	case *logical.Limit:
		return n.Count >= 0 && n.Count <= 1
	case *logical.Values:
		return len(n.Rows) <= 1
	case *logical.Project:
		return atMostOneRow(n.Input)
	case *logical.Filter:
		return atMostOneRow(n.Input)
	case *logical.Sort:
		return atMostOneRow(n.Input)
	}
	return false
}

// joinLifted joins a right side whose correlated predicates were lifted.
func (d *decorrelator) joinLifted(n *logical.Apply, right logical.Plan, l *lifter) (logical.Plan, bool) {
	if l.defaults == nil {
		preds := l.preds
		if n.Kind == logical.NullAwareAnti || n.Kind == logical.Mark && n.Cond != nil {
			right, preds = d.twoValued(right, l)
		}
		cond := expr.Conjunction(append(append([]expr.Expr{}, preds...), expr.Conjuncts(n.Cond)...))
		j := d.join(n, n.Left, right, cond).(*logical.Join)
		if n.Kind == logical.Single && l.onePerKey {
			j.Kind = logical.LeftOuter
		}
		return restrict(j, n.Output()), true
	}
	// The right side is an aggregate without keys: exactly one row for each left row.
	switch n.Kind {
	case logical.Single, logical.LeftOuter, logical.Inner:
		if n.Kind != logical.Inner && n.Cond != nil {
			return nil, false
		}
	default:
		return nil, false
	}
	// The columns keep their numbers for the plan above, so what computes them below gets others.
	right, renumbered := logical.Renumber(right, d.NextID)
	matched := &expr.Column{ID: d.NextID(), Name: "matched", T: expr.True.T}
	inner := &logical.Project{Input: right, List: append(passThrough(right.Output()), logical.Named{Col: matched, Expr: expr.True})}
	toNew := make(map[expr.ColumnID]expr.Expr, len(renumbered))
	for id, c := range renumbered {
		toNew[id] = c
	}
	j := &logical.Join{Base: n.Base, Kind: logical.LeftOuter, Left: n.Left, Right: inner, Cond: expr.Substitute(expr.Conjunction(l.preds), toNew)}
	flag := *matched
	flag.Null = true
	missing := d.call("isnull", &flag)
	list := passThrough(n.Left.Output())
	for _, c := range n.Right.Output() {
		below := *c
		if r := renumbered[c.ID]; r != nil {
			below.ID = r.ID
		}
		below.Null = true
		var e expr.Expr = &below
		if def, ok := l.defaults[c.ID]; ok && !isNull(def) {
			e = &expr.Case{Whens: []expr.When{{Cond: missing, Then: def}}, Else: &below, T: c.T}
		}
		list = append(list, logical.Named{Col: c, Expr: e})
	}
	var out logical.Plan = &logical.Project{Input: j, List: list}
	if n.Kind == logical.Inner {
		out = filter(out, expr.Conjuncts(n.Cond))
	}
	return out, true
}

// twoValued makes lifted predicates false where they are null: below IN and NOT IN a null of the comparison counts, but a row for which
// the subquery's own filter is null is not there at all.
//
//	inner = outer  → inner <=> outer, over the rows whose inner is not null
//	p              → coalesce(p, false)
func (d *decorrelator) twoValued(right logical.Plan, l *lifter) (logical.Plan, []expr.Expr) {
	var preds, known []expr.Expr
	for _, p := range l.preds {
		inner, outer, call, ok := l.equality(p)
		switch {
		case !p.Nullable():
		case ok && call.Func.Op == expr.OpEq:
			p = d.call("<=>", inner, outer)
			if inner.Nullable() {
				known = append(known, d.call("isnotnull", inner))
			}
		default:
			p = d.call("coalesce", p, expr.False)
		}
		preds = append(preds, p)
	}
	return filter(right, known), preds
}

// viaDomain joins the distinct values of the correlated columns into the right side.
func (d *decorrelator) viaDomain(n *logical.Apply, right logical.Plan, outer columnSet) logical.Plan {
	var keys []*expr.Column
	for _, c := range n.Left.Output() {
		if outer[c.ID] {
			keys = append(keys, c)
			if !c.T.IsOrderable() {
				d.fail(sqlerr.New("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_REFERENCE_DATA_TYPE", right.Pos(),
					"The correlated column %s has the type \"%s\", whose values cannot be compared.", types.Quote(c.Name), c.T.SQL()))
				return n.Left
			}
		}
	}
	// The left side is read twice: by the domain and by the join. The join's reading keeps the numbers.
	leftDef, domainDef := d.newDef(), d.newDef()
	copied, _ := logical.Renumber(n.Left, d.NextID)
	forDomain := &logical.Ref{Def: leftDef, Name: "outer", Out: d.freshAll(n.Left.Output())}
	var list []logical.Named
	for i, c := range n.Left.Output() {
		if outer[c.ID] {
			src := forDomain.Out[i]
			list = append(list, logical.Named{Col: src, Expr: src})
		}
	}
	domain := &logical.Distinct{Input: &logical.Project{Input: forDomain, List: list}}
	u := unnester{decorrelator: d, outer: outer, keys: keys, def: domainDef}
	inner, m := u.push(right)
	conds := expr.Conjuncts(n.Cond)
	for i, k := range keys {
		conds = append(conds, d.call("<=>", k, m[i]))
	}
	j := d.join(n, &logical.Ref{Def: leftDef, Name: "outer", Out: n.Left.Output()}, inner, expr.Conjunction(conds))
	return restrict(&logical.With{Base: n.Base, Defs: []logical.Def{{ID: leftDef, Name: "outer", Plan: copied}, {ID: domainDef, Name: "domain", Plan: domain}}, Body: j}, n.Output())
}

// withoutUnordered moves expressions over correlated columns without an order (maps), such as m['key'], to the left side, so that the right
// side depends on their values instead of the maps; nil if there are none.
func (d *decorrelator) withoutUnordered(n *logical.Apply, outer columnSet) *logical.Apply {
	unordered := columnSet{}
	for _, c := range n.Left.Output() {
		if outer[c.ID] && !c.T.IsOrderable() {
			unordered[c.ID] = true
		}
	}
	if len(unordered) == 0 {
		return nil
	}
	var list []logical.Named
	var move func(e expr.Expr) expr.Expr
	move = func(e expr.Expr) expr.Expr {
		if !unordered.touches(e) {
			return e
		}
		if _, bare := e.(*expr.Column); bare || !outer.covers(e) || !e.Type().IsOrderable() || expr.IsVolatile(e) {
			return expr.RewriteChildren(e, move)
		}
		for _, it := range list {
			if expr.Equal(it.Expr, e) {
				return it.Col
			}
		}
		col := &expr.Column{ID: d.NextID(), Name: "outer", T: e.Type(), Null: e.Nullable()}
		list = append(list, logical.Named{Col: col, Expr: e})
		return col
	}
	right := logical.Rewrite(n.Right, func(p logical.Plan) logical.Plan { return logical.MapExpressions(p, move) })
	if len(list) == 0 {
		return nil
	}
	a := *n
	a.Left, a.Right = &logical.Project{Base: n.Base, Input: n.Left, List: append(passThrough(n.Left.Output()), list...)}, right
	return &a
}

func (c *Context) newDef() int64 { return -int64(c.NextID()) }

func (c *Context) freshAll(cols []*expr.Column) []*expr.Column {
	out := make([]*expr.Column, len(cols))
	for i, col := range cols {
		out[i] = c.fresh(col)
	}
	return out
}

func unsupportedCorrelation(p logical.Plan) error {
	return sqlerr.New("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE", p.Pos(), "A correlated column cannot stand in this clause of a subquery.")
}
