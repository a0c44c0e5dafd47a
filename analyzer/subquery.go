package analyzer

import (
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// subquery binds a query in an expression. Names that its own relations do not have are looked up around it.
func (b *binder) subquery(n *expr.Subquery) (expr.Expr, error) {
	p, ok := n.Query.(logical.Plan)
	if !ok {
		return nil, sqlerr.Internal("subquery of %T", n.Query)
	}
	r, err := b.a.plan(p, b.scope)
	if err != nil {
		return nil, err
	}
	r = b.a.exact(r)
	b.a.outerNames[n] = outerUses(r.plan)
	s := *n
	s.Query = r.plan
	switch n.Kind {
	case expr.ScalarSubquery:
		if len(r.cols) != 1 {
			return nil, sqlerr.New("INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", n.At, "Invalid subquery: Scalar subquery must return only one column, but got %d.", len(r.cols))
		}
		s.T, s.Null = r.cols[0].T, true
		return &s, nil
	case expr.ExistsSubquery:
		s.T = types.BooleanType
		return &s, nil
	}
	return b.rowSubquery(&s, r)
}

// rowSubquery binds the row before IN, or before a quantified comparison, and brings both sides to common types.
func (b *binder) rowSubquery(s *expr.Subquery, r *relation) (expr.Expr, error) {
	left, err := b.exprs(s.Left)
	if err != nil {
		return nil, err
	}
	if len(left) == 1 && left[0].Type().Kind == types.Struct && len(r.cols) != 1 {
		left = fieldsOf(left[0])
	}
	if len(left) != len(r.cols) {
		return nil, sqlerr.New("DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH", s.At, "Cannot resolve \"%s\" due to data type mismatch: The number of columns in the left hand side of an IN subquery does not match the number of columns in the output of subquery. Left hand side length: %d, right hand side length: %d.",
			autoName(b.a, s), len(left), len(r.cols))
	}
	want := make([]types.Type, len(left))
	for i, l := range left {
		t, ok := types.CommonIn(b.a.env.ANSI, l.Type(), r.cols[i].T)
		if !b.a.env.ANSI {
			t, ok = types.WiderForComparison(l.Type(), r.cols[i].T, false)
		}
		if !ok {
			return nil, sqlerr.New("DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH", s.At, "Cannot resolve \"%s\" due to data type mismatch: The data type of one or more elements in the left hand side of an IN subquery is not compatible with the data type of the output of the subquery. Mismatched columns: [\"%s\" and \"%s\"].",
				autoName(b.a, s), l.Type().SQL(), r.cols[i].T.SQL())
		}
		want[i] = t
		left[i] = b.a.implicit(l, t)
		s.Null = s.Null || left[i].Nullable() || r.cols[i].Null
	}
	s.Left, s.T = left, types.BooleanType
	s.Query = b.a.castTo(r, want).plan
	return s, nil
}

func fieldsOf(e expr.Expr) []expr.Expr {
	if c, ok := e.(*expr.Call); ok && c.Func.Name == "named_struct" {
		var out []expr.Expr
		for i := 1; i < len(c.Args); i += 2 {
			out = append(out, c.Args[i])
		}
		return out
	}
	out := make([]expr.Expr, len(e.Type().Fields()))
	for i := range out {
		out[i] = &expr.Field{Base: expr.Base{At: e.Pos()}, Child: e, Index: i}
	}
	return out
}

// castTo returns the relation with columns cast to types; columns that change get fresh numbers.
func (a *analyzer) castTo(r *relation, want []types.Type) *relation {
	r = a.exact(r)
	list := make([]logical.Named, len(r.cols))
	changed := false
	for i, c := range r.cols {
		e := a.implicit(c.Column, want[i])
		col := c.Column
		if e != expr.Expr(c.Column) {
			col = &expr.Column{ID: a.NextID(), Name: c.Name, T: want[i], Null: e.Nullable()}
			changed = true
		}
		list[i] = logical.Named{Col: col, Expr: e}
	}
	if !changed {
		return r
	}
	return resolved(&logical.Project{Input: r.plan, List: list}).named(r)
}

// outerUses names the correlated columns of a plan, once for every use, in the order of their numbers, as Spark prints them.
func outerUses(p logical.Plan) []string {
	free := map[expr.ColumnID]bool{}
	for _, c := range logical.Free(p) {
		free[c.ID] = true
	}
	if len(free) == 0 {
		return nil
	}
	var used []*expr.Column
	logical.Walk(p, func(n logical.Plan) bool {
		for _, e := range logical.Expressions(n) {
			expr.Columns(e, func(c *expr.Column) {
				if free[c.ID] {
					used = append(used, c)
				}
			})
		}
		return true
	})
	slices.SortStableFunc(used, func(a, b *expr.Column) int { return int(a.ID - b.ID) })
	out := make([]string, len(used))
	for i, c := range used {
		out[i] = c.Name
	}
	return out
}
