package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
)

// Predicates translates conjuncts over single columns, or fields of structs in them, and literals into the closed form in which sources skip data; what has no such form
// is left out. out and fields are the scan's columns and their positions in the table.
func Predicates(conjuncts []expr.Expr, out []*expr.Column, fields []int) []datasource.Predicate {
	field := make(fieldOf, len(out))
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

// fieldOf gives the positions of columns in the table.
type fieldOf map[expr.ColumnID]int

// subject makes a predicate about e, which must be a column or a field of a struct in one.
func (f fieldOf) subject(e expr.Expr) (p datasource.Predicate, ok bool) {
	var path []string
	for {
		switch x := e.(type) {
		case *expr.Column:
			slices.Reverse(path)
			return datasource.Predicate{Column: f[x.ID], Path: path}, true
		case *expr.Field:
			path = append(path, x.Child.Type().Fields()[x.Index].Name)
			e = x.Child
		default:
			return p, false
		}
	}
}

var predicateOps = map[expr.Op]datasource.Op{expr.OpEq: datasource.Eq, expr.OpNe: datasource.Ne, expr.OpLt: datasource.Lt, expr.OpLe: datasource.Le,
	expr.OpGt: datasource.Gt, expr.OpGe: datasource.Ge, expr.OpStartsWith: datasource.StartsWith}

func predicate(e expr.Expr, field fieldOf) (datasource.Predicate, bool) {
	switch x := e.(type) {
	case *expr.Call:
		if len(x.Args) == 0 {
			break
		}
		p, ok := field.subject(x.Args[0])
		if !ok {
			break
		}
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
		if lit, ok := x.Args[1].(*expr.Literal); ok && lit.Value != nil && lit.T.SameShape(x.Args[0].Type()) {
			p.Op, p.Value = op, lit.Value
			return p, true
		}
	case *expr.In:
		p, ok := field.subject(x.Child)
		if !ok {
			break
		}
		p.Op = datasource.In
		for _, v := range x.List {
			lit, ok := v.(*expr.Literal)
			if !ok || lit.Value == nil || !lit.T.SameShape(x.Child.Type()) {
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
