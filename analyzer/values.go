package analyzer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// values binds an inline table: constants of common types a column. Cells that are not constant within a query (rand, subqueries) make
// each row a projection of one row.
func (a *analyzer) values(n *logical.UnresolvedValues, outer *scope) (*relation, error) {
	rows := make([][]expr.Expr, len(n.Rows))
	width := -1
	for i, r := range n.Rows {
		row, err := a.valuesRow(r, outer)
		if err != nil {
			return nil, err
		}
		if width >= 0 && len(row) != width {
			return nil, sqlerr.New("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", n.At, "Invalid inline table: inline table expected %d columns but found %d columns in row %d.", width, len(row), i)
		}
		width = len(row)
		rows[i] = row
	}
	v := &logical.Values{Base: n.Base, Rows: rows}
	constant := true
	for c := 0; c < width; c++ {
		col, isConst, err := a.valuesColumn(rows, c, n)
		if err != nil {
			return nil, err
		}
		constant = constant && isConst
		v.Out = append(v.Out, col)
	}
	if !constant {
		return a.computedValues(v), nil
	}
	return resolved(v), nil
}

// valuesRow binds the cells of a row. A single struct call in parentheses is a row by itself only in the parser's hands.
func (a *analyzer) valuesRow(cells []expr.Expr, outer *scope) ([]expr.Expr, error) {
	b := a.binder(outer, "VALUES")
	out := make([]expr.Expr, len(cells))
	for i, c := range cells {
		x, err := b.expr(c)
		if err != nil {
			if e := sqlerr.As(err); e != nil && (e.Condition == "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION" || e.Condition == "UNRESOLVED_COLUMN.WITH_SUGGESTION" || e.Condition == "UNSUPPORTED_EXPR_FOR_OPERATOR") {
				return nil, notInValues(a, c)
			}
			return nil, err
		}
		outerRef := false
		expr.Columns(x, func(col *expr.Column) { outerRef = outerRef || outer != nil && outer.owns(col.ID) })
		if outerRef {
			if _, isSub := x.(*expr.Subquery); !isSub {
				return nil, notInValues(a, c)
			}
		}
		out[i] = x
	}
	return out, nil
}

func notInValues(a *analyzer, c expr.Expr) error {
	return sqlerr.New("INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE", c.Pos(), "Invalid inline table: cannot evaluate the expression \"%s\" in inline table definition.", autoName(a, c))
}

// owns reports whether a scope, or one around it, offers a column.
func (s *scope) owns(id expr.ColumnID) bool {
	for ; s != nil; s = s.outer {
		if hasColumn(s.cols, id) || hasColumn(s.hidden, id) {
			return true
		}
	}
	return false
}

// valuesColumn casts the cells of a column to their common type and computes them.
func (a *analyzer) valuesColumn(rows [][]expr.Expr, c int, n *logical.UnresolvedValues) (*expr.Column, bool, error) {
	cells := make([]expr.Expr, len(rows))
	for i, r := range rows {
		cells[i] = r[c]
	}
	t, ok := a.common(cells)
	if !ok {
		return nil, false, sqlerr.New("INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", n.At, "Invalid inline table: found incompatible types in the column %s for inline table.", types.Quote("col"+itoa(c+1)))
	}
	col := &expr.Column{ID: a.NextID(), Name: "col" + itoa(c+1), T: t}
	constant := true
	for i, x := range cells {
		x = a.implicit(x, t)
		lit, err := a.constant(x)
		if err != nil {
			return nil, false, sqlerr.New("INVALID_INLINE_TABLE.FAILED_SQL_EXPRESSION_EVALUATION", x.Pos(), "Invalid inline table: failed to evaluate the SQL expression \"%s\".", autoName(a, n.Rows[i][c])).WithCause(err)
		}
		if lit == nil {
			constant = false
			rows[i][c] = x
			col.Null = col.Null || x.Nullable()
			continue
		}
		rows[i][c] = lit
		col.Null = col.Null || lit.Value == nil
	}
	return col, constant, nil
}

// computedValues is a union of projections over one row.
func (a *analyzer) computedValues(v *logical.Values) *relation {
	var inputs []logical.Plan
	for _, r := range v.Rows {
		list := make([]logical.Named, len(r))
		for i, x := range r {
			list[i] = logical.Named{Col: &expr.Column{ID: a.NextID(), Name: v.Out[i].Name, T: v.Out[i].T, Null: x.Nullable()}, Expr: x}
		}
		inputs = append(inputs, &logical.Project{Base: v.Base, Input: oneRow().plan, List: list})
	}
	if len(inputs) == 1 {
		return resolved(inputs[0])
	}
	return resolved(&logical.SetOp{Base: v.Base, Kind: logical.UnionOp, All: true, Inputs: inputs, Out: v.Out})
}
