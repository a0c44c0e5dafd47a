package optimizer

import (
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

func (f filterPusher) join(n *logical.Join, preds []expr.Expr) logical.Plan {
	n = strengthened(n, preds)
	if anti, rest := f.withoutPartner(n, preds); anti != nil {
		return f.push(anti, rest)
	}
	s := sidesOf(n)
	lset, rset := s.l, s.r
	if n.Kind == logical.Inner {
		return f.innerJoin(n, preds, s)
	}
	if n.Kind == logical.LeftSemi || n.Kind == logical.LeftAnti {
		if sunk := sinkSemiJoin(n); sunk != nil {
			return f.push(sunk, preds)
		}
	}
	var left, right, cond, stay []expr.Expr
	preserveLeft := n.Kind != logical.RightOuter && n.Kind != logical.FullOuter
	for _, p := range preds {
		switch {
		case expr.IsVolatile(p):
			stay = append(stay, p)
		case preserveLeft && lset.covers(p):
			left, stay = lower(p, p, left, stay)
		case n.Kind == logical.RightOuter && rset.covers(p):
			right, stay = lower(p, p, right, stay)
		default:
			stay = append(stay, p)
		}
	}
	conds := expr.Conjuncts(n.Cond)
	inferred := inferEqual(append(append([]expr.Expr{}, conds...), left...))
	for _, p := range conds {
		switch {
		case expr.IsVolatile(p) || expr.MayFail(p):
			cond = append(cond, p)
		case rset.covers(p) && rset.touches(p) && condPushesRight(n.Kind):
			right = append(right, p)
		case lset.covers(p) && lset.touches(p) && (n.Kind == logical.LeftSemi || n.Kind == logical.RightOuter):
			left = append(left, p)
		default:
			cond = append(cond, p)
		}
	}
	for _, p := range inferred {
		switch {
		case rset.covers(p) && condPushesRight(n.Kind):
			right = append(right, p)
		case lset.covers(p) && n.Kind == logical.LeftSemi:
			left = append(left, p)
		}
	}
	return filter(joinOf(n, f.push(n.Left, left), f.push(n.Right, right), cond), stay)
}

// joinOf returns n with other inputs and another condition, and n itself where they are the ones it has.
func joinOf(n *logical.Join, left, right logical.Plan, cond []expr.Expr) logical.Plan {
	if left == n.Left && right == n.Right && slices.Equal(cond, expr.Conjuncts(n.Cond)) {
		return n
	}
	j := *n
	j.Left, j.Right, j.Cond = left, right, expr.Conjunction(cond)
	return &j
}

// condPushesRight reports kinds in which a right-only conjunct of the condition may filter the right input.
func condPushesRight(k logical.JoinKind) bool {
	switch k {
	case logical.LeftOuter, logical.LeftSemi, logical.LeftAnti, logical.Single:
		return true
	}
	return false
}

// sides are the columns of both inputs of a join.
type sides struct{ l, r columnList }

func sidesOf(j *logical.Join) sides { return sides{listOf(j.Left.Output()), listOf(j.Right.Output())} }

// equates reports equalities between the sides of a join. They are its keys also when computing one may fail: the key of every row of a side is
// part of the question which rows meet.
func (s sides) equates(p expr.Expr) bool {
	c, ok := p.(*expr.Call)
	if !ok || c.Func.Op != expr.OpEq && c.Func.Op != expr.OpNullSafeEq {
		return false
	}
	a, b := c.Args[0], c.Args[1]
	if !s.l.touches(a) {
		a, b = b, a
	}
	return s.l.own(a) && s.r.own(b)
}

func (f filterPusher) innerJoin(n *logical.Join, preds []expr.Expr, s sides) logical.Plan {
	var all []expr.Expr
	for _, p := range append(expr.Conjuncts(n.Cond), preds...) {
		if !containsExpr(all, p) {
			all = append(all, p)
		}
	}
	all = append(all, inferEqual(all)...)
	var left, right, cond, stay []expr.Expr
	for _, p := range all {
		switch {
		case expr.IsVolatile(p):
			stay = append(stay, p)
		case s.l.own(p):
			left, stay = lower(p, p, left, stay)
		case s.r.own(p):
			right, stay = lower(p, p, right, stay)
		case expr.MayFail(p) && !s.equates(p):
			stay = append(stay, p)
		default:
			cond = append(cond, p)
			if d := weakened(p, s.l.own); d != nil {
				left = append(left, d)
			}
			if d := weakened(p, s.r.own); d != nil {
				right = append(right, d)
			}
		}
	}
	return filter(joinOf(n, f.push(n.Left, left), f.push(n.Right, right), cond), stay)
}

// weakened is what an OR says of things that may know: every branch must say something of them. nil otherwise.
//
//	(a.x = 1 AND b.y = 2) OR (a.x = 3 AND b.y = 4)   → of a: a.x = 1 OR a.x = 3
func weakened(p expr.Expr, may func(expr.Expr) bool) expr.Expr {
	o, ok := p.(*expr.Or)
	if !ok {
		return nil
	}
	branches := make([]expr.Expr, 0, len(o.Args))
	for _, a := range disjuncts(o) {
		var own []expr.Expr
		for _, q := range expr.Conjuncts(a) {
			if may(q) && !expr.MayFail(q) {
				own = append(own, q)
			}
		}
		if len(own) == 0 {
			return nil
		}
		if e := expr.Conjunction(own); !containsExpr(branches, e) {
			branches = append(branches, e)
		}
	}
	return disjunction(branches)
}

// inferEqual returns conjuncts that follow from equalities between columns: what holds of a column against constants holds of its equals,
// and columns equal to the same column are equal.
func inferEqual(preds []expr.Expr) []expr.Expr {
	parent := map[expr.ColumnID]expr.ColumnID{}
	cols := map[expr.ColumnID]*expr.Column{}
	var find func(expr.ColumnID) expr.ColumnID
	find = func(id expr.ColumnID) expr.ColumnID {
		if p, ok := parent[id]; ok && p != id {
			r := find(p)
			parent[id] = r
			return r
		}
		return id
	}
	for _, p := range preds {
		if a, b := equalColumns(p); a != nil {
			cols[a.ID], cols[b.ID] = a, b
			if ra, rb := find(a.ID), find(b.ID); ra != rb {
				parent[ra] = rb
			}
		}
	}
	if len(cols) == 0 {
		return nil
	}
	classes := map[expr.ColumnID][]*expr.Column{}
	for _, p := range preds { // in order of appearance, so that plans are stable
		expr.Columns(p, func(c *expr.Column) {
			if _, ok := cols[c.ID]; ok {
				r := find(c.ID)
				for _, k := range classes[r] {
					if k.ID == c.ID {
						return
					}
				}
				classes[r] = append(classes[r], c)
			}
		})
	}
	var out []expr.Expr
	add := func(e expr.Expr) {
		if e != nil && !containsExpr(preds, e) && !containsExpr(out, e) {
			out = append(out, e)
		}
	}
	for _, p := range preds {
		if c := onlyColumn(p); c != nil && !expr.MayFail(p) && !expr.IsVolatile(p) && sameForEquals(p, c) {
			for _, other := range classes[find(c.ID)] {
				if other.ID != c.ID && other.T.Equal(c.T) {
					add(expr.Substitute(p, map[expr.ColumnID]expr.Expr{c.ID: other}))
				}
			}
		}
	}
	for _, p := range preds {
		a, _ := equalColumns(p)
		if a == nil {
			continue
		}
		class := classes[find(a.ID)]
		for i, x := range class {
			for _, y := range class[i+1:] {
				if x.T.Equal(y.T) && !hasEquality(preds, x, y) && !hasEquality(out, x, y) {
					add(mustCall("=", x, y))
				}
			}
		}
	}
	return out
}

// sameForEquals reports whether a predicate over a column cannot tell equal values apart. -0.0 equals 0.0, yet their texts differ: of floats
// only comparisons of the column itself are safe.
func sameForEquals(p expr.Expr, c *expr.Column) bool {
	if !c.T.IsFloating() {
		return true
	}
	switch x := p.(type) {
	case *expr.In:
		return isLeaf(x.Child)
	case *expr.Call:
		switch x.Func.Op {
		case expr.OpEq, expr.OpNullSafeEq, expr.OpNe, expr.OpLt, expr.OpLe, expr.OpGt, expr.OpGe:
			return isLeaf(x.Args[0]) && isLeaf(x.Args[1])
		case expr.OpIsNull, expr.OpIsNotNull:
			return isLeaf(x.Args[0])
		}
	}
	return false
}

// isLeaf reports a column or a literal.
func isLeaf(e expr.Expr) bool { return len(e.Children()) == 0 }

func hasEquality(preds []expr.Expr, x, y *expr.Column) bool {
	for _, p := range preds {
		if a, b := equalColumns(p); a != nil && (a.ID == x.ID && b.ID == y.ID || a.ID == y.ID && b.ID == x.ID) {
			return true
		}
	}
	return false
}

func equalColumns(p expr.Expr) (a, b *expr.Column) {
	if c, ok := p.(*expr.Call); ok && c.Func.Op == expr.OpEq {
		x, okx := c.Args[0].(*expr.Column)
		y, oky := c.Args[1].(*expr.Column)
		if okx && oky && x.ID != y.ID {
			return x, y
		}
	}
	return nil, nil
}

// onlyColumn returns the column of a predicate over exactly one column.
func onlyColumn(p expr.Expr) *expr.Column {
	var col *expr.Column
	single := true
	expr.Columns(p, func(c *expr.Column) {
		single = single && (col == nil || col.ID == c.ID)
		col = c
	})
	if !single {
		return nil
	}
	return col
}

// strengthened turns an outer join into an inner one, or a full one into a one-sided one, where the filter above rejects rows without partner.
func strengthened(n *logical.Join, preds []expr.Expr) *logical.Join {
	rejects := func(p logical.Plan) bool {
		s := setOf(p.Output())
		return slices.ContainsFunc(preds, func(x expr.Expr) bool { return rejectsNull(x, s) })
	}
	kind := n.Kind
	switch {
	case len(preds) == 0:
	case kind == logical.LeftOuter && rejects(n.Right), kind == logical.RightOuter && rejects(n.Left):
		kind = logical.Inner
	case kind == logical.FullOuter:
		switch l, r := rejects(n.Left), rejects(n.Right); {
		case l && r:
			kind = logical.Inner
		case l:
			kind = logical.LeftOuter
		case r:
			kind = logical.RightOuter
		}
	}
	if kind == n.Kind {
		return n
	}
	j := *n
	j.Kind = kind
	return &j
}

// withoutPartner turns a left outer join into an anti join where a conjunct above keeps only the rows without partner: one that asks for a null in
// a column of the right side in which rows with a partner have none. It returns the other conjuncts as well.
//
//	Filter b.k IS NULL (a LEFT JOIN b ON a.k = b.k)   → Project a.*, null … (a ANTI JOIN b ON a.k = b.k)
func (f filterPusher) withoutPartner(n *logical.Join, preds []expr.Expr) (logical.Plan, []expr.Expr) {
	if n.Kind != logical.LeftOuter || n.Cond == nil {
		return nil, nil
	}
	right := n.Right.Output()
	at := slices.IndexFunc(preds, func(p expr.Expr) bool {
		c, ok := p.(*expr.Call)
		if !ok || c.Func.Op != expr.OpIsNull {
			return false
		}
		col, ok := c.Args[0].(*expr.Column)
		return ok && slices.ContainsFunc(right, func(r *expr.Column) bool {
			return r.ID == col.ID && (!r.Null || rejectsNull(n.Cond, columnSet{col.ID: true}))
		})
	})
	if at < 0 {
		return nil, nil
	}
	anti := *n
	anti.Kind = logical.LeftAnti
	renumbered, columns := logical.Renumber(n.Right, f.NextID) // their numbers are those of the nulls now
	names := make(map[expr.ColumnID]expr.Expr, len(columns))
	for id, c := range columns {
		names[id] = c
	}
	anti.Right, anti.Cond = renumbered, expr.Substitute(n.Cond, names)
	out := &logical.Project{Base: n.Base, Input: &anti, List: passThrough(n.Left.Output())}
	for _, c := range n.Output()[len(out.List):] {
		out.List = append(out.List, logical.Named{Col: c, Expr: &expr.Literal{T: c.T}})
	}
	return out, slices.Delete(slices.Clone(preds), at, at+1)
}

// rejectsNull reports whether a predicate is not true for a row in which all columns of the set are null.
func rejectsNull(p expr.Expr, s columnSet) bool {
	switch x := p.(type) {
	case *expr.And:
		for _, a := range x.Args {
			if rejectsNull(a, s) {
				return true
			}
		}
		return false
	case *expr.Or:
		for _, a := range x.Args {
			if !rejectsNull(a, s) {
				return false
			}
		}
		return true
	case *expr.Call:
		if x.Func.Op == expr.OpIsNotNull {
			return nullWith(x.Args[0], s)
		}
	}
	return nullWith(p, s)
}

// nullWith reports whether e is null when all columns of the set are.
func nullWith(e expr.Expr, s columnSet) bool {
	switch x := e.(type) {
	case *expr.Column:
		return s[x.ID]
	case *expr.Literal:
		return x.Value == nil
	case *expr.Cast:
		return nullWith(x.Child, s)
	case *expr.Field:
		return nullWith(x.Child, s)
	case *expr.Not:
		return nullWith(x.Child, s)
	case *expr.In:
		return nullWith(x.Child, s)
	case *expr.Call:
		if x.Func.NullRule != expr.NullIfAny || x.Func.Op == expr.OpNullSafeEq || x.Func.NeverNull {
			return false
		}
		for _, a := range x.Args {
			if nullWith(a, s) {
				return true
			}
		}
	}
	return false
}

// sinkSemiJoin moves a semi or anti join below an inner join when its condition concerns one side only.
//
//	(a JOIN b) SEMI JOIN c ON a.x = c.x   →  (a SEMI JOIN c ON a.x = c.x) JOIN b
func sinkSemiJoin(n *logical.Join) logical.Plan {
	if n.Kind != logical.LeftSemi || n.Cond == nil || expr.MayFail(n.Cond) { // below, it would meet rows that the inner join drops
		return nil
	}
	var projected *logical.Project
	in := n.Left
	if p, ok := in.(*logical.Project); ok && onlyColumns(p) {
		projected, in = p, p.Input
	}
	j, ok := in.(*logical.Join)
	if !ok || j.Kind != logical.Inner {
		return nil
	}
	used := columnSet{}
	rset := setOf(n.Right.Output())
	expr.Columns(n.Cond, func(c *expr.Column) {
		if !rset[c.ID] {
			used[c.ID] = true
		}
	})
	within := func(p logical.Plan) bool {
		s := setOf(p.Output())
		for id := range used {
			if !s[id] {
				return false
			}
		}
		return len(used) > 0
	}
	inner := *j
	switch {
	case within(j.Left):
		s := *n
		s.Left = j.Left
		inner.Left = &s
	case within(j.Right):
		s := *n
		s.Left = j.Right
		inner.Right = &s
	default:
		return nil
	}
	if projected != nil {
		p := *projected
		p.Input = &inner
		return &p
	}
	return &inner
}

// onlyColumns reports projections that pass columns through under their own numbers.
func onlyColumns(p *logical.Project) bool {
	for _, it := range p.List {
		if c, ok := it.Expr.(*expr.Column); !ok || c.ID != it.Col.ID {
			return false
		}
	}
	return true
}
