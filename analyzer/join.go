package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// join binds a join of two relations.
func (a *analyzer) join(n *logical.UnresolvedJoin, outer *scope) (*relation, error) {
	left, err := a.plan(n.Left, outer)
	if err != nil {
		return nil, err
	}
	left = sealed(n.Left, left).closed()
	rightOuter := outer
	if n.Lateral {
		if n.Natural || len(n.Using) > 0 {
			return nil, sqlerr.Unsupported("LATERAL_JOIN_USING", n.At, "JOIN USING with LATERAL correlation.")
		}
		switch n.Kind {
		case logical.Inner, logical.LeftOuter:
		default:
			return nil, sqlerr.New("INVALID_LATERAL_JOIN_TYPE", n.At, "The %s JOIN with LATERAL correlation is not allowed because an OUTER subquery cannot correlate to its join partner.", kindName(n.Kind))
		}
		rightOuter = left.scope(outer)
		rightOuter.lateral = true
	}
	right, err := a.plan(n.Right, rightOuter)
	if err != nil {
		return nil, err
	}
	right = sealed(n.Right, right).closed()
	if n.Lateral && drawsPerRow(right.plan) && !oneRowAtMost(left.plan) {
		return nil, sqlerr.New("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.NON_DETERMINISTIC_LATERAL_SUBQUERIES", n.At, "Non-deterministic lateral subqueries are not supported when joining with outer relations that produce more than one row.")
	}
	if n.Natural || len(n.Using) > 0 {
		return a.usingJoin(n, left, right, outer)
	}
	return a.onJoin(n, left, right, outer)
}

// drawsPerRow reports plans with random expressions.
func drawsPerRow(p logical.Plan) bool {
	found := false
	logical.Walk(p, func(n logical.Plan) bool {
		for _, e := range logical.Expressions(n) {
			found = found || expr.IsVolatile(e)
		}
		return !found
	})
	return found
}

func oneRowAtMost(p logical.Plan) bool {
	switch n := p.(type) {
	case *logical.Values:
		return len(n.Rows) <= 1
	case *logical.Project:
		return oneRowAtMost(n.Input)
	case *logical.SubqueryAlias:
		return oneRowAtMost(n.Input)
	case *logical.Limit:
		return n.Count >= 0 && n.Count <= 1
	case *logical.Aggregate:
		return len(n.Keys) == 0 && n.Sets == nil
	}
	return false
}

func kindName(k logical.JoinKind) string {
	return [...]string{"INNER", "LEFT OUTER", "RIGHT OUTER", "FULL OUTER", "LEFT SEMI", "LEFT ANTI", "LEFT ANTI", "EXISTENCE", "LEFT SINGLE"}[k]
}

func (a *analyzer) onJoin(n *logical.UnresolvedJoin, left, right *relation, outer *scope) (*relation, error) {
	var cond expr.Expr
	if n.Cond != nil {
		var err error
		b := a.binder(joined(left, right, outer), "JOIN")
		if cond, err = b.predicate(n.Cond, "JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE", "the join condition"); err != nil {
			return nil, err
		}
		if lit, ok := n.Cond.(*expr.Literal); ok && lit.T.Kind == types.Null {
			return nil, sqlerr.New("JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE", n.Cond.Pos(), "The join condition \"NULL\" has the invalid type \"VOID\", expected \"BOOLEAN\".")
		}
		if n.Lateral && expr.IsVolatile(cond) {
			return nil, sqlerr.New("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.LATERAL_JOIN_CONDITION_NON_DETERMINISTIC", n.At, "Lateral join condition cannot be non-deterministic: \"%s\".", autoName(a, n.Cond))
		}
	}
	if n.Lateral && cond == nil {
		if p := lateralGenerate(left, right, n.Kind); p != nil {
			return a.joinedRelation(p, n.Kind, left, right), nil
		}
	}
	j := &logical.Join{Base: n.Base, Kind: n.Kind, Left: left.plan, Right: right.plan, Cond: cond, Hint: n.Hint, Lateral: n.Lateral && len(logical.Free(right.plan)) > 0}
	return a.joinedRelation(j, n.Kind, left, right), nil
}

// lateralGenerate turns a lateral join with a generator into a Generate over the left side; nil if the right side is something else.
func lateralGenerate(left, right *relation, kind logical.JoinKind) logical.Plan {
	p := right.plan
	var aliases []*logical.SubqueryAlias
	for {
		s, ok := p.(*logical.SubqueryAlias)
		if !ok {
			break
		}
		if s.Out != nil {
			aliases = append(aliases, s)
		}
		p = s.Input
	}
	g, ok := p.(*logical.Generate)
	if !ok || len(aliases) > 1 {
		return nil
	}
	if v, ok := g.Input.(*logical.Values); !ok || len(v.Rows) != 1 || len(v.Out) != 0 {
		return nil
	}
	c := *g
	c.Input, c.Outer = left.plan, g.Outer || kind == logical.LeftOuter
	if len(aliases) == 1 {
		c.Out = aliases[0].Out
	}
	if c.Outer {
		c.Out = nullableColumns(c.Out)
	}
	return &c
}

func nullableColumns(cols []*expr.Column) []*expr.Column {
	out := make([]*expr.Column, len(cols))
	for i, c := range cols {
		n := *c
		n.Null = true
		out[i] = &n
	}
	return out
}

// joinedRelation is the relation of a join without USING.
func (a *analyzer) joinedRelation(p logical.Plan, kind logical.JoinKind, left, right *relation) *relation {
	r := &relation{plan: p}
	r.cols, r.hidden = left.cols, left.hidden
	if kind != logical.LeftSemi && kind != logical.LeftAnti {
		r.cols = append(left.cols[:len(left.cols):len(left.cols)], right.cols...)
		r.hidden = append(left.hidden[:len(left.hidden):len(left.hidden)], right.hidden...)
	}
	r.cols, r.hidden = refresh(r.cols, p), refresh(r.hidden, p)
	return r
}

// keyPair is a column that USING or NATURAL joins by.
type keyPair struct{ left, right column }

// usingJoin binds USING and NATURAL: the shared columns come once and first, the sides' own ones only under their qualifiers.
func (a *analyzer) usingJoin(n *logical.UnresolvedJoin, left, right *relation, outer *scope) (*relation, error) {
	pairs, err := keyPairs(n, left, right)
	if err != nil {
		return nil, err
	}
	b := a.binder(joined(left, right, outer), "JOIN")
	var conds []expr.Expr
	for _, p := range pairs {
		eq, err := b.call("=", n.At, p.left.Column, p.right.Column)
		if err != nil {
			return nil, err
		}
		conds = append(conds, eq)
	}
	j := &logical.Join{Base: n.Base, Kind: n.Kind, Left: left.plan, Right: right.plan, Cond: expr.Conjunction(conds), Hint: n.Hint}
	r := a.joinedRelation(j, n.Kind, left, right)
	switch n.Kind {
	case logical.LeftSemi, logical.LeftAnti:
		keys, rest := split(r.cols, pairs, false)
		r.cols = append(keys, rest...)
		return r, nil
	case logical.FullOuter:
		return a.fullUsing(r, pairs, n)
	}
	keys, rest := split(r.cols, pairs, n.Kind == logical.RightOuter)
	var visible []column
	for _, c := range rest {
		if isKey(c.ID, pairs) {
			r.hidden = append(r.hidden, c)
		} else {
			visible = append(visible, c)
		}
	}
	r.cols = append(keys, visible...)
	return r, nil
}

func keyPairs(n *logical.UnresolvedJoin, left, right *relation) ([]keyPair, error) {
	names := n.Using
	if n.Natural {
		names = nil
		for _, c := range left.cols {
			for _, d := range right.cols {
				if strings.EqualFold(c.Name, d.Name) && !containsFold(names, c.Name) {
					names = append(names, c.Name)
				}
			}
		}
	}
	var out []keyPair
	for _, name := range names {
		l, err := usingColumn(left, name, "left", n)
		if err != nil {
			return nil, err
		}
		r, err := usingColumn(right, name, "right", n)
		if err != nil {
			return nil, err
		}
		out = append(out, keyPair{l, r})
	}
	return out, nil
}

func containsFold(names []string, name string) bool {
	for _, s := range names {
		if strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}

func usingColumn(r *relation, name, side string, n *logical.UnresolvedJoin) (column, error) {
	var hits []column
	var names []string
	for _, c := range r.cols {
		names = append(names, types.Quote(c.Name))
		if strings.EqualFold(c.Name, name) {
			hits = append(hits, c)
		}
	}
	switch len(hits) {
	case 0:
		return column{}, sqlerr.New("UNRESOLVED_USING_COLUMN_FOR_JOIN", n.At, "USING column %s cannot be resolved on the %s side of the join. The %s-side columns: [%s].", types.Quote(name), side, side, strings.Join(names, ", "))
	case 1:
		return hits[0], nil
	}
	return column{}, ambiguous(&expr.Name{Base: expr.Base{At: n.At}, Parts: []string{name}}, hits, 0)
}

func isKey(id expr.ColumnID, pairs []keyPair) bool {
	for _, p := range pairs {
		if p.left.ID == id || p.right.ID == id {
			return true
		}
	}
	return false
}

// split takes the key columns of one side out of cols, in the order of the pairs.
func split(cols []column, pairs []keyPair, right bool) (keys, rest []column) {
	taken := map[expr.ColumnID]bool{}
	for _, p := range pairs {
		want := p.left.ID
		if right {
			want = p.right.ID
		}
		for _, c := range cols {
			if c.ID == want && !taken[want] {
				keys = append(keys, c)
				taken[want] = true
			}
		}
	}
	for _, c := range cols {
		if !taken[c.ID] {
			rest = append(rest, c)
		}
	}
	return keys, rest
}

// fullUsing makes the shared columns of a full outer join: the left value, or the right one where there is none.
func (a *analyzer) fullUsing(r *relation, pairs []keyPair, n *logical.UnresolvedJoin) (*relation, error) {
	b := a.binder(nil, "JOIN")
	var list []logical.Named
	var keys []column
	for _, p := range pairs {
		l, rt := *p.left.Column, *p.right.Column
		l.Null, rt.Null = true, true
		e, err := b.call("coalesce", n.At, &l, &rt)
		if err != nil {
			return nil, err
		}
		col := &expr.Column{ID: a.NextID(), Name: p.left.Name, T: e.Type(), Null: p.left.Null || p.right.Null}
		list = append(list, logical.Named{Col: col, Expr: e})
		keys = append(keys, column{Column: col})
	}
	list = append(list, passThrough(r.plan.Output())...)
	out := &relation{plan: &logical.Project{Base: n.Base, Input: r.plan, List: list}, cols: keys, hidden: r.hidden}
	for _, c := range r.cols {
		if isKey(c.ID, pairs) {
			out.hidden = append(out.hidden, c)
		} else {
			out.cols = append(out.cols, c)
		}
	}
	return out, nil
}
