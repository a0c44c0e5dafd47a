package physical

import (
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
)

// Predicates translates conjuncts over single columns and literals into the closed form in which sources skip data; what has no such form
// is left out. out and fields are the scan's columns and their positions in the table.
func Predicates(conjuncts []expr.Expr, out []*expr.Column, fields []int) []datasource.Predicate {
	field := make(map[expr.ColumnID]int, len(out))
	for i, c := range out {
		field[c.ID] = fields[i]
	}
	var ps []datasource.Predicate
	for _, e := range conjuncts {
		if p, ok := predicate(e, field); ok {
			ps = append(ps, p)
		}
	}
	return ps
}

var predicateOps = map[expr.Op]datasource.Op{expr.OpEq: datasource.Eq, expr.OpNe: datasource.Ne, expr.OpLt: datasource.Lt, expr.OpLe: datasource.Le,
	expr.OpGt: datasource.Gt, expr.OpGe: datasource.Ge, expr.OpStartsWith: datasource.StartsWith}

func predicate(e expr.Expr, field map[expr.ColumnID]int) (datasource.Predicate, bool) {
	switch x := e.(type) {
	case *expr.Call:
		if len(x.Args) == 0 {
			break
		}
		c, ok := x.Args[0].(*expr.Column)
		if !ok {
			break
		}
		p := datasource.Predicate{Column: field[c.ID]}
		switch x.Func.Op {
		case expr.OpIsNull:
			p.Op = datasource.IsNull
			return p, true
		case expr.OpIsNotNull:
			p.Op = datasource.IsNotNull
			return p, true
		}
		op, known := predicateOps[x.Func.Op]
		if !known || len(x.Args) != 2 {
			break
		}
		if lit, ok := x.Args[1].(*expr.Literal); ok && lit.Value != nil && lit.T.SameShape(c.T) {
			p.Op, p.Value = op, lit.Value
			return p, true
		}
	case *expr.In:
		c, ok := x.Child.(*expr.Column)
		if !ok {
			break
		}
		p := datasource.Predicate{Column: field[c.ID], Op: datasource.In}
		for _, v := range x.List {
			lit, ok := v.(*expr.Literal)
			if !ok || lit.Value == nil || !lit.T.SameShape(c.T) {
				return p, false
			}
			p.Values = append(p.Values, lit.Value)
		}
		return p, true
	case *expr.Or:
		p := datasource.Predicate{Op: datasource.Or, Column: -1}
		for _, a := range x.Args {
			q, ok := predicate(a, field)
			if !ok {
				return p, false
			}
			p.Args = append(p.Args, q)
		}
		return p, true
	case *expr.And: // what has no form only makes the branch weaker
		p := datasource.Predicate{Op: datasource.And, Column: -1}
		for _, a := range x.Args {
			if q, ok := predicate(a, field); ok {
				p.Args = append(p.Args, q)
			}
		}
		return p, len(p.Args) > 0
	}
	return datasource.Predicate{}, false
}
