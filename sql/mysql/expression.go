package mysql

import (
	"slices"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"
	driver "github.com/pingcap/tidb/pkg/parser/test_driver"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func (t *translator) exprs(ns []ast.ExprNode) []expr.Expr {
	out := make([]expr.Expr, len(ns))
	for i, n := range ns {
		out[i] = t.expr(n)
	}
	return out
}

func (t *translator) call(n ast.Node, name string, args ...expr.Expr) *expr.UnresolvedCall {
	return &expr.UnresolvedCall{Base: t.base(n), Name: []string{name}, Args: args}
}

func (t *translator) not(n ast.Node, negated bool, e expr.Expr) expr.Expr {
	if negated {
		return &expr.Not{Base: t.base(n), Child: e}
	}
	return e
}

// maxDepth bounds how deep expressions may be nested, for the recursion of all that walks them.
const maxDepth = 1000

// expr translates an expression.
func (t *translator) expr(n ast.ExprNode) expr.Expr {
	if t.err != nil {
		return expr.Null
	}
	if t.depth++; t.depth > maxDepth {
		t.fail(sqlerr.New("FAILED_TO_PARSE_TOO_COMPLEX", t.pos(n), "The statement was too complex to parse: expressions are nested more than %d deep.", maxDepth))
		return expr.Null
	}
	defer func() { t.depth-- }()
	t.pos(n)
	switch x := n.(type) {
	case *driver.ParamMarkerExpr:
		return &expr.Parameter{Base: t.base(n), Index: t.parameter(x.Offset)}
	case *driver.ValueExpr:
		return t.literal(x)
	case *ast.ColumnNameExpr:
		return &expr.Name{Base: t.base(n), Parts: columnName(x.Name)}
	case *ast.ParenthesesExpr:
		return t.expr(x.Expr)
	case *ast.PositionExpr:
		return count(int32(x.N))
	case *ast.BinaryOperationExpr:
		return t.binary(x)
	case *ast.UnaryOperationExpr:
		return t.unary(x)
	case *ast.CaseExpr:
		return t.caseWhen(x)
	case *ast.RowExpr:
		return t.call(n, "struct", t.exprs(x.Values)...)
	case *ast.DefaultExpr:
		if x.Name == nil {
			return &expr.Default{Base: t.base(n)}
		}
	case *ast.FuncCastExpr:
		return t.cast(x)
	case *ast.FuncCallExpr:
		return t.function(x)
	case *ast.AggregateFuncExpr:
		return t.aggregate(x)
	case *ast.WindowFuncExpr:
		return t.windowFunction(x)
	default:
		return t.predicate(n)
	}
	t.unsupported("EXPRESSION", n, "expression %T", n)
	return expr.Null
}

func columnName(n *ast.ColumnName) []string {
	var parts []string
	for _, p := range []string{n.Schema.O, n.Table.O, n.Name.O} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

// markers collects the places of ? in a statement.
type markers struct{ at []int }

func (m *markers) Enter(n ast.Node) (ast.Node, bool) {
	if p, ok := n.(*driver.ParamMarkerExpr); ok {
		m.at = append(m.at, p.Offset)
	}
	return n, false
}

func (m *markers) Leave(n ast.Node) (ast.Node, bool) { return n, true }

// parameter returns the number of the ? at an offset, from 0 in the order of the text.
func (t *translator) parameter(offset int) int {
	if t.params == nil {
		m := &markers{}
		t.root.Accept(m)
		slices.Sort(m.at)
		t.params = slices.Compact(m.at)
	}
	return slices.Index(t.params, offset)
}

// predicate translates what gives a truth value, and subqueries.
func (t *translator) predicate(n ast.ExprNode) expr.Expr {
	switch x := n.(type) {
	case *ast.BetweenExpr:
		return t.not(n, x.Not, t.call(n, "between", t.expr(x.Expr), t.expr(x.Left), t.expr(x.Right)))
	case *ast.IsNullExpr:
		if x.Not {
			return t.call(n, "isnotnull", t.expr(x.Expr))
		}
		return t.call(n, "isnull", t.expr(x.Expr))
	case *ast.IsTruthExpr:
		lit := &expr.Literal{Base: t.base(n), Value: x.True != 0, T: types.BooleanType}
		return t.not(n, x.Not, t.call(n, "<=>", t.expr(x.Expr), lit))
	case *ast.PatternLikeOrIlikeExpr:
		return t.like(x)
	case *ast.PatternRegexpExpr:
		return t.not(n, x.Not, t.call(n, "rlike", t.expr(x.Expr), t.expr(x.Pattern)))
	case *ast.PatternInExpr:
		return t.in(x)
	case *ast.SubqueryExpr:
		return &expr.Subquery{Base: t.base(n), Query: t.query(x.Query)}
	case *ast.ExistsSubqueryExpr:
		e := &expr.Subquery{Base: t.base(n), Kind: expr.ExistsSubquery, Query: t.query(x.Sel)}
		return t.not(n, x.Not, e)
	case *ast.CompareSubqueryExpr:
		op, ok := operators[x.Op]
		if !ok {
			break
		}
		return &expr.Subquery{Base: t.base(n), Kind: expr.QuantifiedSubquery, Left: t.row(x.L), Op: op, All: x.All, Query: t.query(x.R)}
	}
	t.unsupported("EXPRESSION", n, "expression %T", n)
	return expr.Null
}

func (t *translator) like(x *ast.PatternLikeOrIlikeExpr) expr.Expr {
	op := "like"
	if !x.IsLike {
		op = "ilike"
	}
	args := []expr.Expr{t.expr(x.Expr), t.expr(x.Pattern)}
	if x.Escape != '\\' {
		if x.Escape == 0 {
			t.unsupported("LIKE_ESCAPE", x, "LIKE without an escape character")
		}
		args = append(args, &expr.Literal{Value: string(rune(x.Escape)), T: types.StringType})
	}
	return t.not(x, x.Not, t.call(x, op, args...))
}

// row returns the parts of a row constructor, or the expression alone.
func (t *translator) row(n ast.ExprNode) []expr.Expr {
	if r, ok := n.(*ast.RowExpr); ok {
		return t.exprs(r.Values)
	}
	return []expr.Expr{t.expr(n)}
}

func (t *translator) in(x *ast.PatternInExpr) expr.Expr {
	if x.Sel != nil {
		return t.not(x, x.Not, &expr.Subquery{Base: t.base(x), Kind: expr.InSubquery, Left: t.row(x.Expr), Query: t.query(x.Sel)})
	}
	return t.not(x, x.Not, &expr.In{Base: t.base(x), Child: t.expr(x.Expr), List: t.exprs(x.List)})
}

// operators are those that mean the same under Sparrow's symbol.
var operators = map[opcode.Op]string{
	opcode.EQ: "=", opcode.NE: "<>", opcode.LT: "<", opcode.LE: "<=", opcode.GT: ">", opcode.GE: ">=", opcode.NullEQ: "<=>",
	opcode.Plus: "+", opcode.Minus: "-", opcode.Mul: "*", opcode.And: "&", opcode.Or: "|", opcode.Xor: "^",
	opcode.LeftShift: "<<", opcode.RightShift: ">>", opcode.LogicXor: "<>",
}

// divisions give NULL where the divisor is zero.
var divisions = map[opcode.Op]string{opcode.Div: "/", opcode.IntDiv: "div", opcode.Mod: "%"}

func (t *translator) binary(x *ast.BinaryOperationExpr) expr.Expr {
	switch x.Op {
	case opcode.LogicAnd:
		return &expr.And{Base: t.base(x), Args: t.chain(x, x.Op)}
	case opcode.LogicOr:
		return &expr.Or{Base: t.base(x), Args: t.chain(x, x.Op)}
	}
	l, r := t.expr(x.L), t.expr(x.R)
	if op, ok := divisions[x.Op]; ok {
		return t.call(x, op, l, t.divisor(x, r))
	}
	if x.Op == opcode.LeftShift || x.Op == opcode.RightShift { // of 64 bits
		l = &expr.Cast{Base: t.base(x.L), Child: l, To: types.BigIntType}
	}
	op, ok := operators[x.Op]
	if !ok {
		t.unsupported("OPERATOR", x, "operator %s", x.Op)
	}
	return t.call(x, op, l, r)
}

// chain returns the operands of a AND b AND c, which TiDB nests to the left.
func (t *translator) chain(x *ast.BinaryOperationExpr, op opcode.Op) []expr.Expr {
	rest := []ast.ExprNode{x.R}
	left := x.L
	for {
		b, ok := left.(*ast.BinaryOperationExpr)
		if !ok || b.Op != op {
			break
		}
		rest = append(rest, b.R)
		left = b.L
	}
	rest = append(rest, left)
	slices.Reverse(rest)
	return t.exprs(rest)
}

// divisor makes NULL of zero, unless a literal shows that it is none.
func (t *translator) divisor(n ast.Node, e expr.Expr) expr.Expr {
	if l, ok := e.(*expr.Literal); ok {
		if v, ok := l.Value.(int32); ok && v != 0 {
			return e
		}
	}
	return t.call(n, "nullif", e, count(0))
}

func (t *translator) unary(x *ast.UnaryOperationExpr) expr.Expr {
	switch x.Op {
	case opcode.Not, opcode.Not2:
		return &expr.Not{Base: t.base(x), Child: t.expr(x.V)}
	case opcode.Minus:
		return t.call(x, "-", t.expr(x.V))
	case opcode.Plus:
		return t.call(x, "+", t.expr(x.V))
	}
	t.unsupported("OPERATOR", x, "operator %s", x.Op)
	return expr.Null
}

func (t *translator) caseWhen(x *ast.CaseExpr) expr.Expr {
	c := &expr.Case{Base: t.base(x)}
	if x.Value != nil {
		c.Operand = t.expr(x.Value)
	}
	for _, w := range x.WhenClauses {
		c.Whens = append(c.Whens, expr.When{Cond: t.expr(w.Expr), Then: t.expr(w.Result)})
	}
	if x.ElseClause != nil {
		c.Else = t.expr(x.ElseClause)
	}
	return c
}
