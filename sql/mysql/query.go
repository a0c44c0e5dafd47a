package mysql

import (
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// query translates SELECT, VALUES, TABLE and set operations.
func (t *translator) query(n ast.Node) logical.Plan {
	switch x := n.(type) {
	case *ast.SelectStmt:
		return t.with(x.With, t.order(t.block(x), x.OrderBy, x.Limit))
	case *ast.SetOprStmt:
		return t.with(x.With, t.order(t.setOps(x.SelectList.Selects), x.OrderBy, x.Limit))
	case *ast.SetOprSelectList:
		return t.with(x.With, t.order(t.setOps(x.Selects), x.OrderBy, x.Limit))
	case *ast.SubqueryExpr:
		return t.query(x.Query)
	}
	t.unsupported("QUERY", n, "query %T", n)
	return &logical.Values{}
}

func (t *translator) with(w *ast.WithClause, body logical.Plan) logical.Plan {
	if w == nil {
		return body
	}
	out := &logical.UnresolvedWith{Recursive: w.IsRecursive, Body: body}
	for _, c := range w.CTEs {
		def := logical.CTE{Name: c.Name.O, Query: t.query(c.Query)}
		for _, n := range c.ColNameList {
			def.Columns = append(def.Columns, n.O)
		}
		out.Defs = append(out.Defs, def)
	}
	return out
}

// order adds ORDER BY and LIMIT around a query.
func (t *translator) order(q logical.Plan, by *ast.OrderByClause, limit *ast.Limit) logical.Plan {
	if by == nil && limit == nil {
		return q
	}
	o := &logical.Order{Input: q}
	if by != nil {
		o.By = t.keys(by.Items)
	}
	if limit != nil {
		if limit.Count != nil {
			o.Limit = t.expr(limit.Count)
		}
		if limit.Offset != nil {
			o.Offset = t.expr(limit.Offset)
		}
	}
	return o
}

// keys translates ORDER BY: nulls are the smallest values, in MySQL as in Spark.
func (t *translator) keys(items []*ast.ByItem) []expr.SortKey {
	out := make([]expr.SortKey, len(items))
	for i, it := range items {
		out[i] = expr.SortKey{Expr: t.expr(it.Expr), Desc: it.Desc, NullsFirst: !it.Desc}
	}
	return out
}

// setOps folds TiDB's flat list: INTERSECT binds tighter than UNION and EXCEPT, which go from left to right.
func (t *translator) setOps(selects []ast.Node) logical.Plan {
	var plans []logical.Plan
	var ops []ast.SetOprType
	for i, n := range selects {
		p, op := t.query(n), operator(n)
		switch {
		case i == 0:
			plans = append(plans, p)
		case op == ast.Intersect || op == ast.IntersectAll:
			last := len(plans) - 1
			plans[last] = setOp(op, plans[last], p)
		default:
			plans, ops = append(plans, p), append(ops, op)
		}
	}
	out := plans[0]
	for i, op := range ops {
		out = setOp(op, out, plans[i+1])
	}
	return out
}

func operator(n ast.Node) ast.SetOprType {
	var op *ast.SetOprType
	switch x := n.(type) {
	case *ast.SelectStmt:
		op = x.AfterSetOperator
	case *ast.SetOprSelectList:
		op = x.AfterSetOperator
	}
	if op == nil {
		return ast.Union
	}
	return *op
}

func setOp(op ast.SetOprType, left, right logical.Plan) logical.Plan {
	s := &logical.SetOp{Inputs: []logical.Plan{left, right}}
	switch op {
	case ast.UnionAll, ast.ExceptAll, ast.IntersectAll:
		s.All = true
	}
	switch op {
	case ast.Except, ast.ExceptAll:
		s.Kind = logical.ExceptOp
	case ast.Intersect, ast.IntersectAll:
		s.Kind = logical.IntersectOp
	}
	return s
}

// block translates one SELECT, TABLE t or VALUES ROW(…).
func (t *translator) block(n *ast.SelectStmt) logical.Plan {
	if n.Kind == ast.SelectStmtKindValues {
		return t.values(n)
	}
	if n.SelectIntoOpt != nil {
		t.unsupported("SELECT_INTO", n, "SELECT INTO")
	}
	s := &logical.Select{Distinct: n.Distinct}
	if n.Kind == ast.SelectStmtKindTable {
		s.List = []expr.Expr{&expr.Star{}}
	} else {
		s.List = t.fields(n.Fields.Fields)
	}
	if n.From != nil {
		s.From = t.relation(n.From.TableRefs)
	}
	if n.Where != nil {
		s.Where = t.expr(n.Where)
	}
	if n.GroupBy != nil {
		s.Group = t.grouping(n.GroupBy)
	}
	if n.Having != nil {
		s.Having = t.expr(n.Having.Expr)
	}
	for i := range n.WindowSpecs {
		w := &n.WindowSpecs[i]
		s.Windows = append(s.Windows, logical.NamedWindow{Name: w.Name.O, Spec: t.window(w)})
	}
	return s
}

func (t *translator) values(n *ast.SelectStmt) logical.Plan {
	v := &logical.UnresolvedValues{}
	for _, r := range n.Lists {
		v.Rows = append(v.Rows, t.exprs(r.Values))
	}
	return v
}

// fields translates the select list. MySQL calls a column without alias by its text.
func (t *translator) fields(fs []*ast.SelectField) []expr.Expr {
	out := make([]expr.Expr, len(fs))
	for i, f := range fs {
		if f.WildCard != nil {
			s := &expr.Star{}
			for _, q := range []string{f.WildCard.Schema.O, f.WildCard.Table.O} {
				if q != "" {
					s.Qualifier = append(s.Qualifier, q)
				}
			}
			out[i] = s
			continue
		}
		e := t.expr(f.Expr)
		name := f.AsName.O
		if _, plain := e.(*expr.Name); name == "" && !plain {
			name = f.Text()
		}
		if name != "" {
			e = &expr.Alias{Base: t.base(f.Expr), Child: e, Names: []string{name}}
		}
		out[i] = e
	}
	return out
}

func (t *translator) grouping(n *ast.GroupByClause) *logical.Grouping {
	g := &logical.Grouping{}
	for _, it := range n.Items {
		g.Items = append(g.Items, logical.GroupItem{Expr: t.expr(it.Expr), Pos: t.pos(it.Expr)})
	}
	if n.Rollup {
		g.Legacy = logical.GroupRollup
	}
	return g
}

// relation translates what stands in FROM.
func (t *translator) relation(n ast.ResultSetNode) logical.Plan {
	switch x := n.(type) {
	case *ast.Join:
		return t.join(x)
	case *ast.TableSource:
		return t.source(x)
	case *ast.TableName:
		if x.AsOf != nil || x.TableSample != nil || len(x.PartitionNames) > 0 {
			t.unsupported("TABLE_OPTION", x, "AS OF, TABLESAMPLE or PARTITION after a table")
		}
		return &logical.UnresolvedRelation{Parts: tableName(x)}
	}
	return t.query(n)
}

func tableName(n *ast.TableName) []string {
	if n.Schema.O != "" {
		return []string{n.Schema.O, n.Name.O}
	}
	return []string{n.Name.O}
}

func (t *translator) source(x *ast.TableSource) logical.Plan {
	p := t.relation(x.Source)
	if x.AsName.O == "" {
		return p
	}
	a := &logical.UnresolvedAlias{Input: p, Name: x.AsName.O}
	for _, c := range x.ColumnNames {
		a.Columns = append(a.Columns, c.O)
	}
	return a
}

func (t *translator) join(x *ast.Join) logical.Plan {
	left := t.relation(x.Left)
	if x.Right == nil {
		return left
	}
	j := &logical.UnresolvedJoin{Left: left, Right: t.relation(x.Right), Natural: x.NaturalJoin}
	if s, ok := x.Right.(*ast.TableSource); ok {
		j.Lateral = s.Lateral
	}
	switch x.Tp {
	case ast.LeftJoin:
		j.Kind = logical.LeftOuter
	case ast.RightJoin:
		j.Kind = logical.RightOuter
	}
	if x.On != nil {
		j.Cond = t.expr(x.On.Expr)
	}
	for _, c := range x.Using {
		j.Using = append(j.Using, c.Name.O)
	}
	j.Cross = j.Kind == logical.Inner && j.Cond == nil && len(j.Using) == 0 && !j.Natural
	return j
}

// window translates OVER w, OVER (…) and the definitions of WINDOW.
func (t *translator) window(w *ast.WindowSpec) expr.WindowSpec {
	s := expr.WindowSpec{Ref: w.Ref.O}
	if w.OnlyAlias {
		s.Ref = w.Name.O
		return s
	}
	if w.PartitionBy != nil {
		for _, it := range w.PartitionBy.Items {
			s.Partition = append(s.Partition, t.expr(it.Expr))
		}
	}
	if w.OrderBy != nil {
		s.Order = t.keys(w.OrderBy.Items)
	}
	if w.Frame != nil {
		if w.Frame.Type == ast.Groups {
			t.unsupported("FRAME", nil, "GROUPS frame")
		}
		s.Frame = &expr.Frame{Range: w.Frame.Type == ast.Ranges, Start: t.bound(&w.Frame.Extent.Start), End: t.bound(&w.Frame.Extent.End)}
	}
	return s
}

func (t *translator) bound(b *ast.FrameBound) expr.Bound {
	switch {
	case b.Type == ast.CurrentRow:
		return expr.Bound{Kind: expr.CurrentRow}
	case b.UnBounded && b.Type == ast.Preceding:
		return expr.Bound{Kind: expr.UnboundedPreceding}
	case b.UnBounded:
		return expr.Bound{Kind: expr.UnboundedFollowing}
	}
	out := expr.Bound{Kind: expr.Following}
	if b.Type == ast.Preceding {
		out.Kind = expr.Preceding
	}
	if b.Unit != ast.TimeUnitInvalid {
		out.Offset = t.interval(b.Expr, b.Unit)
	} else {
		out.Offset = t.expr(b.Expr)
	}
	return out
}

// count is the literal n.
func count(n int32) expr.Expr { return &expr.Literal{Value: n, T: types.IntType} }
