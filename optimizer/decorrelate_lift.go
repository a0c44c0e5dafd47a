package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// lifter takes correlated predicates out of a plan; see decorrelate.
type lifter struct {
	*decorrelator
	outer columnSet
	preds []expr.Expr
	// defaults, if not nil, are the values of the output columns where an aggregate without keys sees no row.
	defaults map[expr.ColumnID]expr.Expr
	// onePerKey tells that for one value of the lifted equalities there is at most one row.
	onePerKey bool
}

func (l *lifter) correlated(p logical.Plan) bool {
	for _, c := range logical.Free(p) {
		if l.outer[c.ID] {
			return true
		}
	}
	return false
}

// lift returns p without correlated references, whose predicates are then in l.preds and refer to columns that the result produces.
func (l *lifter) lift(p logical.Plan) (logical.Plan, bool) {
	if !l.correlated(p) {
		return p, true
	}
	switch n := p.(type) {
	case *logical.Filter:
		in, ok := l.lift(n.Input)
		if !ok || l.defaults != nil {
			return nil, false
		}
		var stay []expr.Expr
		for _, pred := range expr.Conjuncts(n.Pred) {
			if l.outer.touches(pred) {
				l.preds = append(l.preds, pred)
			} else {
				stay = append(stay, pred)
			}
		}
		return filter(in, stay), true
	case *logical.Project:
		return l.project(n)
	case *logical.Aggregate:
		return l.aggregate(n)
	case *logical.Distinct:
		in, ok := l.lift(n.Input)
		if !ok || l.defaults != nil || !l.onlyColumns() {
			return nil, false
		}
		return &logical.Distinct{Base: n.Base, Input: in}, true
	case *logical.Sort:
		return l.lift(n.Input)
	case *logical.Window:
		return l.window(n)
	case *logical.Join:
		return l.join(n)
	case *logical.With:
		for _, d := range n.Defs {
			if l.correlated(d.Plan) {
				return nil, false
			}
		}
		body, ok := l.lift(n.Body)
		if !ok {
			return nil, false
		}
		c := *n
		c.Body = body
		return &c, true
	}
	return nil, false
}

func (l *lifter) project(n *logical.Project) (logical.Plan, bool) {
	for _, it := range n.List {
		if l.outer.touches(it.Expr) || expr.IsVolatile(it.Expr) {
			return nil, false
		}
	}
	in, ok := l.lift(n.Input)
	if !ok {
		return nil, false
	}
	out := *n
	out.Input = in
	out.List = append([]logical.Named{}, n.List...)
	have := setOf(out.Output())
	available := setOf(in.Output())
	for _, pred := range l.preds {
		expr.Columns(pred, func(c *expr.Column) {
			if !l.outer[c.ID] && !have[c.ID] && available[c.ID] {
				have[c.ID] = true
				out.List = append(out.List, logical.Named{Col: c, Expr: c})
			}
		})
	}
	if l.defaults != nil {
		next := map[expr.ColumnID]expr.Expr{}
		for _, it := range out.List {
			next[it.Col.ID] = expr.Rewrite(expr.Substitute(it.Expr, l.defaults), simplifier{l.Context}.node)
		}
		l.defaults = next
	}
	return &out, true
}

// equality splits a predicate into the inner and the outer side of an equality.
func (l *lifter) equality(pred expr.Expr) (inner, outer expr.Expr, call *expr.Call, ok bool) {
	call, isCall := pred.(*expr.Call)
	if !isCall || call.Func.Op != expr.OpEq && call.Func.Op != expr.OpNullSafeEq {
		return nil, nil, nil, false
	}
	a, b := call.Args[0], call.Args[1]
	switch {
	case l.outer.covers(a) && !l.outer.touches(b):
		return b, a, call, true
	case l.outer.covers(b) && !l.outer.touches(a):
		return a, b, call, true
	}
	return nil, nil, nil, false
}

func (l *lifter) onlyEqualities() bool {
	for _, p := range l.preds {
		if _, _, _, ok := l.equality(p); !ok {
			return false
		}
	}
	return true
}

// onlyColumns reports whether all predicates equate columns of the inner side, which then are part of its rows: rows that differ in a column
// may agree in an expression over it.
func (l *lifter) onlyColumns() bool {
	for _, p := range l.preds {
		inner, _, _, ok := l.equality(p)
		if _, column := inner.(*expr.Column); !ok || !column {
			return false
		}
	}
	return true
}

func (l *lifter) aggregate(n *logical.Aggregate) (logical.Plan, bool) {
	if n.Sets != nil || l.defaults != nil {
		return nil, false
	}
	for _, e := range logical.Expressions(n) {
		if l.outer.touches(e) {
			return nil, false
		}
	}
	in, ok := l.lift(n.Input)
	if !ok || l.defaults != nil || !l.onlyEqualities() {
		return nil, false
	}
	out := *n
	out.Input = in
	out.Keys = append([]logical.Named{}, n.Keys...)
	for i, pred := range l.preds {
		inner, outer, call, _ := l.equality(pred)
		key := l.groupBy(&out, inner)
		c := *call
		c.Args = []expr.Expr{key, outer}
		l.preds[i] = &c
	}
	if len(n.Keys) == 0 {
		l.onePerKey = true
		l.defaults = map[expr.ColumnID]expr.Expr{}
		for _, a := range n.Aggs {
			def, err := emptyAggregate(l.Context, a.Expr)
			if err != nil {
				l.fail(err)
				return nil, false
			}
			l.defaults[a.Col.ID] = def
		}
	}
	return &out, true
}

// groupBy adds a key for e and returns its column.
func (l *lifter) groupBy(n *logical.Aggregate, e expr.Expr) *expr.Column {
	col, isCol := e.(*expr.Column)
	for _, k := range n.Keys {
		if kc, ok := k.Expr.(*expr.Column); ok && isCol && kc.ID == col.ID {
			return k.Col
		}
	}
	if !isCol {
		col = &expr.Column{ID: l.NextID(), Name: "key", T: e.Type(), Null: e.Nullable()}
	}
	n.Keys = append(n.Keys, logical.Named{Col: col, Expr: e})
	return col
}

// emptyAggregate returns the value of an aggregate over no rows, as the function itself gives it.
func emptyAggregate(c *Context, e expr.Expr) (expr.Expr, error) {
	a, ok := e.(*expr.Aggregate)
	if !ok {
		return &expr.Literal{T: e.Type()}, nil
	}
	spec := expr.SpecOf(a, c.Env)
	acc, err := a.Func.NewAccumulator(spec)
	if err != nil {
		return nil, err
	}
	acc.Resize(1)
	v, err := acc.Final()
	if err != nil {
		return nil, err
	}
	return &expr.Literal{Value: v.Value(0), T: a.T}, nil
}

func (l *lifter) window(n *logical.Window) (logical.Plan, bool) {
	for _, e := range logical.Expressions(n) {
		if l.outer.touches(e) {
			return nil, false
		}
	}
	in, ok := l.lift(n.Input)
	if !ok || l.defaults != nil || !l.onlyEqualities() {
		return nil, false
	}
	var by []expr.Expr
	for _, pred := range l.preds {
		inner, _, _, _ := l.equality(pred)
		by = append(by, inner)
	}
	return partitionBy(n, in, by), true
}

// partitionBy adds partition keys to every function of a Window.
func partitionBy(n *logical.Window, in logical.Plan, by []expr.Expr) *logical.Window {
	out := *n
	out.Input = in
	out.Funcs = make([]logical.Named, len(n.Funcs))
	for i, f := range n.Funcs {
		w := *f.Expr.(*expr.Window)
		w.Spec.Partition = append(append([]expr.Expr{}, w.Spec.Partition...), by...)
		out.Funcs[i] = logical.Named{Col: f.Col, Expr: &w}
	}
	return &out
}

func (l *lifter) join(n *logical.Join) (logical.Plan, bool) {
	var left, right logical.Plan
	var ok bool
	if n.Kind == logical.Inner {
		if left, ok = l.lift(n.Left); !ok || l.defaults != nil {
			return nil, false
		}
		fromLeft := l.preds
		l.preds = nil // an aggregate on the right takes only its own predicates through its keys
		if right, ok = l.lift(n.Right); !ok || l.defaults != nil {
			return nil, false
		}
		l.preds = append(fromLeft, l.preds...)
		l.onePerKey = false
		var stay []expr.Expr
		for _, pred := range expr.Conjuncts(n.Cond) {
			if l.outer.touches(pred) {
				l.preds = append(l.preds, pred)
			} else {
				stay = append(stay, pred)
			}
		}
		j := *n
		j.Left, j.Right, j.Cond = left, right, expr.Conjunction(stay)
		return &j, true
	}
	switch n.Kind {
	case logical.LeftOuter, logical.LeftSemi, logical.LeftAnti, logical.NullAwareAnti, logical.Mark, logical.Single:
	default:
		return nil, false
	}
	if l.correlated(n.Right) || n.Cond != nil && l.outer.touches(n.Cond) {
		return nil, false
	}
	if left, ok = l.lift(n.Left); !ok || l.defaults != nil {
		return nil, false
	}
	j := *n
	j.Left = left
	l.onePerKey = l.onePerKey && n.Kind != logical.LeftOuter
	return &j, true
}
