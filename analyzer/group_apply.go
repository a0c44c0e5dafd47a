package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }

// apply puts the Aggregate into the plan and rewrites everything above it: keys and aggregates become columns, other columns of the
// input are errors.
func (g *grouped) apply(having expr.Expr, qualify *item) (expr.Expr, error) {
	k := g.block
	g.byText = map[string]*expr.Column{}
	for _, key := range g.keys {
		g.byText[exprKey(key.Expr)] = key.Col
	}
	var err error
	for i, it := range k.all() {
		if it.e, err = g.above(it.e); err != nil {
			if i >= len(k.items) {
				err = k.notInOutput(err)
			}
			return nil, err
		}
		if it.col != nil {
			it.col = withNull(it.col, it.e)
			k.byItem[it.col.ID] = it
		}
	}
	if k.gen != nil {
		if k.gen.e, err = g.above(k.gen.e); err != nil {
			return nil, err
		}
	}
	if having != nil {
		if having, err = g.above(having); err != nil {
			return nil, k.notInOutput(err)
		}
	}
	k.plan = &logical.Aggregate{Base: k.sel.Base, Input: k.plan, Keys: g.keys, Aggs: g.aggs, Sets: g.sets, GroupingID: g.id}
	return having, nil
}

// notInOutput turns the error of a column that is not grouped into the one that Spark gives in HAVING and ORDER BY.
func (k *block) notInOutput(err error) error {
	e := sqlerr.As(err)
	if e == nil || e.Condition != "MISSING_AGGREGATION" && e.Condition != "MISSING_GROUP_BY" {
		return err
	}
	var names []string
	for _, it := range k.items {
		names = append(names, it.col.Name)
	}
	return unresolvedName(k.missingName, names, e.Pos)
}

// withNull brings an item's nullability up to date.
func withNull(c *expr.Column, e expr.Expr) *expr.Column {
	if c.Null == e.Nullable() {
		return c
	}
	n := *c
	n.Null = e.Nullable()
	return &n
}

// above rewrites an expression over the block's input into one over the Aggregate.
func (g *grouped) above(e expr.Expr) (expr.Expr, error) {
	switch x := e.(type) {
	case nil:
		return nil, nil
	case *expr.Literal:
		if len(g.keys) == 0 {
			return x, nil
		}
	case *expr.Column:
		return g.columnAbove(x)
	case *expr.Aggregate:
		return g.aggregateColumn(x), nil
	case *expr.Lambda:
		return g.children(x)
	}
	if c := g.byText[exprKey(e)]; c != nil {
		return at(c, e), nil
	}
	switch x := e.(type) {
	case *expr.Window:
		return g.windowAbove(x)
	case *expr.Subquery:
		return g.subqueryAbove(x)
	}
	return g.children(e)
}

func (g *grouped) children(e expr.Expr) (expr.Expr, error) {
	var err error
	out := expr.RewriteChildren(e, func(c expr.Expr) expr.Expr {
		n, e := g.above(c)
		if e != nil {
			if err == nil {
				err = e
			}
			return c
		}
		return n
	})
	return out, err
}

func at(c *expr.Column, e expr.Expr) *expr.Column {
	n := *c
	n.At = e.Pos()
	if old, ok := e.(*expr.Column); ok {
		n.Name = old.Name
	}
	return &n
}

func (g *grouped) columnAbove(c *expr.Column) (expr.Expr, error) {
	if key := g.byText[expr.Key(c)]; key != nil {
		return at(key, c), nil
	}
	if ag := g.block.hosted[c.ID]; ag != nil {
		return g.aggregateColumn(ag), nil
	}
	if !g.block.ofInput(c.ID) {
		return c, nil // an outer column, an item, a lambda's parameter, the grouping id
	}
	g.block.missingName = c.Name
	if g.implicit || len(g.keys) == 0 {
		return nil, sqlerr.New("MISSING_GROUP_BY", c.At, "The query does not include a GROUP BY clause, and the column %s is not an aggregate.", types.Quote(c.Name)).
			WithHint("Add GROUP BY or turn it into the window functions using OVER clauses.")
	}
	return nil, sqlerr.New("MISSING_AGGREGATION", c.At, "The non-aggregating expression \"%s\" is based on columns which are not participating in the GROUP BY clause.", c.Name).
		WithHint("Add the columns or the expression to the GROUP BY, aggregate the expression, or use \"any_value(%s)\" if you do not care which of the values within a group is returned.", c.Name)
}

// aggregateColumn returns the column of an aggregate, adding it if it is new.
func (g *grouped) aggregateColumn(x *expr.Aggregate) expr.Expr {
	key := exprKey(x)
	c := g.byText[key]
	if c == nil {
		c = &expr.Column{ID: g.block.a.NextID(), Name: x.Func.Name, T: x.T, Null: x.Null}
		g.byText[key] = c
		g.aggs = append(g.aggs, logical.Named{Col: c, Expr: x})
	}
	return at(c, x)
}

// windowAbove keeps a window's own aggregate, which is computed by the window.
func (g *grouped) windowAbove(w *expr.Window) (expr.Expr, error) {
	call, err := g.children(w.Call)
	if err != nil {
		return nil, err
	}
	kids := append([]expr.Expr{call}, w.Children()[1:]...)
	for i, c := range kids[1:] {
		if kids[i+1], err = g.above(c); err != nil {
			return nil, err
		}
	}
	return w.WithChildren(kids), nil
}

// subqueryAbove rewrites what a subquery takes from the block's input.
func (g *grouped) subqueryAbove(s *expr.Subquery) (expr.Expr, error) {
	x, err := g.children(s)
	if err != nil {
		return nil, err
	}
	sub := map[expr.ColumnID]expr.Expr{}
	for _, c := range expr.FreeOf(s.Query) {
		n, err := g.columnAbove(c)
		if err != nil {
			return nil, err
		}
		if n != expr.Expr(c) {
			sub[c.ID] = n
		}
	}
	if len(sub) == 0 {
		return x, nil
	}
	n := *x.(*expr.Subquery)
	n.Query = substitute(n.Query.(logical.Plan), sub)
	return &n, nil
}

// substitute replaces free columns of a plan, also in its subqueries.
func substitute(p logical.Plan, m map[expr.ColumnID]expr.Expr) logical.Plan {
	return logical.Rewrite(p, func(n logical.Plan) logical.Plan {
		return logical.MapExpressions(n, func(e expr.Expr) expr.Expr {
			return expr.Rewrite(e, func(x expr.Expr) expr.Expr {
				switch x := x.(type) {
				case *expr.Column:
					if r, ok := m[x.ID]; ok {
						return r
					}
				case *expr.Subquery:
					if q := substitute(x.Query.(logical.Plan), m); q != x.Query.(logical.Plan) {
						c := *x
						c.Query = q
						return &c
					}
				}
				return x
			})
		})
	})
}

// groupingCall binds grouping(key) and grouping_id(keys…): bits of the grouping id.
func (b *binder) groupingCall(n *expr.UnresolvedCall, name string) (expr.Expr, error) {
	g := b.grouping
	if g == nil || g.id == nil {
		return nil, sqlerr.New("UNSUPPORTED_GROUPING_EXPRESSION", n.At, "grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup.")
	}
	args, err := b.exprs(n.Args)
	if err != nil {
		return nil, err
	}
	if name == "grouping" {
		if len(args) != 1 {
			return nil, sqlerr.New("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", n.At, "The `grouping` requires 1 parameters but the actual number is %d.", len(args))
		}
		bit, err := b.groupingBit(n, args[0])
		if err != nil {
			return nil, err
		}
		return &expr.Cast{Base: n.Base, Child: bit, To: types.TinyIntType, Mode: expr.Legacy}, nil
	}
	if len(args) == 0 || g.inOrder(args) {
		id := *g.id
		return &id, nil
	}
	return nil, sqlerr.New("GROUPING_ID_COLUMN_MISMATCH", n.At, "Columns of grouping_id do not match the grouping columns.")
}

func (g *grouped) inOrder(args []expr.Expr) bool {
	if len(args) != len(g.keys) {
		return false
	}
	for i, a := range args {
		if !g.isKey(a, i) {
			return false
		}
	}
	return true
}

// isKey reports whether e is key i: as GROUP BY wrote it, or its column as HAVING and ORDER BY see it.
func (g *grouped) isKey(e expr.Expr, i int) bool {
	if c, ok := e.(*expr.Column); ok && c.ID == g.keys[i].Col.ID {
		return true
	}
	return sameExpr(e, g.keys[i].Expr)
}

// groupingBit is (id >> position) & 1.
func (b *binder) groupingBit(n *expr.UnresolvedCall, arg expr.Expr) (expr.Expr, error) {
	g := b.grouping
	for i := range g.keys {
		if !g.isKey(arg, i) {
			continue
		}
		id := *g.id
		shifted, err := b.call("shiftright", n.At, &id, &expr.Literal{Value: int32(len(g.keys) - 1 - i), T: types.IntType})
		if err != nil {
			return nil, err
		}
		return b.call("&", n.At, shifted, &expr.Literal{Value: int64(1), T: types.BigIntType})
	}
	return nil, sqlerr.New("GROUPING_COLUMN_MISMATCH", n.At, "Column of grouping (%s) can't be found in grouping columns.", autoName(b.a, n.Args[0]))
}
