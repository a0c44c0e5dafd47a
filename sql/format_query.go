package sql

import (
	"fmt"
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// query writes a query.
func (w *writer) query(p logical.Plan) {
	switch n := p.(type) {
	case *logical.UnresolvedWith:
		w.with(n)
	case *logical.Order:
		w.order(n)
	default:
		w.term(p)
	}
}

// term writes a query without WITH and ordering of its own; those stand in parentheses.
func (w *writer) term(p logical.Plan) {
	switch n := p.(type) {
	case *logical.Select:
		w.selectBlock(n)
	case *logical.UnresolvedValues:
		w.values(n)
	case *logical.SetOp:
		w.setOp(n)
	case *logical.UnresolvedProject:
		w.pipe(n.Input, "SELECT ")
		w.exprs(n.List)
	case *logical.UnresolvedFilter:
		w.pipe(n.Input, "WHERE ")
		w.expr(n.Pred)
	case *logical.WithColumns:
		w.withColumns(n)
	case *logical.DropColumns:
		w.pipe(n.Input, "DROP ")
		w.exprs(n.Columns)
	case *logical.UnresolvedAggregate:
		w.pipe(n.Input, "AGGREGATE ")
		w.exprs(n.List)
		w.groupBy(n.Group)
	case *logical.UnresolvedWith, *logical.Order:
		w.parens(p)
	case *logical.Unsupported:
		w.option(!isQueryFeature(n), "FROM ")
		w.put(n.Text)
	default:
		w.put("FROM ")
		w.relation(p)
	}
}

// isQueryFeature tells queries that are not executed from relations that are not.
func isQueryFeature(n *logical.Unsupported) bool { return n.Feature == "TRANSFORM" }

func (w *writer) parens(p logical.Plan) {
	w.put("(")
	w.query(p)
	w.put(")")
}

func (w *writer) with(n *logical.UnresolvedWith) {
	w.put("WITH ")
	w.option(n.Recursive, "RECURSIVE ")
	for i, d := range n.Defs {
		w.option(i > 0, ", ")
		w.put(quoteName(d.Name))
		if len(d.Columns) > 0 {
			w.names(d.Columns)
		}
		if d.MaxLevels != nil {
			w.put(" MAX RECURSION LEVEL ")
			w.expr(d.MaxLevels)
		}
		w.put(" AS ")
		w.parens(d.Query)
	}
	w.put(" ")
	if _, nested := n.Body.(*logical.UnresolvedWith); nested {
		w.parens(n.Body)
	} else {
		w.query(n.Body)
	}
}

func (w *writer) order(n *logical.Order) {
	w.term(n.Input)
	switch {
	case n.ByAll:
		w.put(" ORDER BY ALL")
		w.direction(n.By[0])
	case len(n.By) > 0:
		w.put(" ORDER BY ")
		w.sortKeys(n.By)
	}
	list := func(word string, es []expr.Expr) {
		if len(es) > 0 {
			w.put(word)
			w.exprs(es)
		}
	}
	list(" CLUSTER BY ", n.ClusterBy)
	list(" DISTRIBUTE BY ", n.DistributeBy)
	if len(n.SortBy) > 0 {
		w.put(" SORT BY ")
		w.sortKeys(n.SortBy)
	}
	switch {
	case n.Limit != nil:
		w.put(" LIMIT ")
		w.expr(n.Limit)
	case n.LimitAll:
		w.put(" LIMIT ALL")
	}
	if n.Offset != nil {
		w.put(" OFFSET ")
		w.expr(n.Offset)
	}
}

func (w *writer) setOp(n *logical.SetOp) {
	for i, in := range n.Inputs {
		if i > 0 {
			w.put([...]string{" UNION ", " INTERSECT ", " EXCEPT "}[n.Kind])
			w.option(n.All, "ALL ")
		}
		if _, ok := in.(*logical.Select); ok {
			w.term(in)
		} else {
			w.parens(in)
		}
	}
}

// pipe writes the input of a pipe operator and the operator's words.
func (w *writer) pipe(input logical.Plan, words string) {
	switch input.(type) {
	case *logical.UnresolvedProject, *logical.UnresolvedFilter, *logical.WithColumns, *logical.DropColumns, *logical.UnresolvedAggregate:
		w.term(input)
	default:
		w.parens(input)
	}
	w.put(" |> ", words)
}

func (w *writer) withColumns(n *logical.WithColumns) {
	if n.Append {
		w.pipe(n.Input, "EXTEND ")
	} else {
		w.pipe(n.Input, "SET ")
	}
	for i, a := range n.List {
		w.option(i > 0, ", ")
		if n.Append {
			w.alias(a)
			continue
		}
		w.name(a.Names)
		w.put(" = ")
		w.expr(a.Child)
	}
}

// values writes VALUES. A row of one struct needs a struct around it, since rows are structs.
func (w *writer) values(n *logical.UnresolvedValues) {
	w.put("VALUES ")
	for i, row := range n.Rows {
		w.option(i > 0, ", ")
		if len(row) == 1 {
			if c, ok := row[0].(*expr.UnresolvedCall); ok && len(c.Name) == 1 && c.Name[0] == "struct" {
				w.put("STRUCT")
			}
		}
		w.put("(")
		w.exprs(row)
		w.put(")")
	}
}

func (w *writer) selectBlock(n *logical.Select) {
	w.put("SELECT ")
	w.hints(n.Hints)
	w.option(n.Distinct, "DISTINCT ")
	w.exprs(n.List)
	if n.From != nil {
		w.put(" FROM ")
		w.relation(n.From)
	}
	for _, v := range n.Views {
		w.put(" LATERAL VIEW ")
		w.option(v.Outer, "OUTER ")
		w.call(v.Call)
		w.put(" ", quoteName(v.Name))
		for i, c := range v.Columns {
			if i == 0 {
				w.put(" AS ")
			} else {
				w.put(", ")
			}
			w.put(quoteName(c))
		}
	}
	w.clause(" WHERE ", n.Where)
	w.groupBy(n.Group)
	w.clause(" HAVING ", n.Having)
	for i, d := range n.Windows {
		w.option(i == 0, " WINDOW ")
		w.option(i > 0, ", ")
		w.put(quoteName(d.Name), " AS ")
		w.windowSpec(&d.Spec)
	}
	w.clause(" QUALIFY ", n.Qualify)
}

func (w *writer) clause(word string, e expr.Expr) {
	if e != nil {
		w.put(word)
		w.expr(e)
	}
}

func (w *writer) hints(hints []logical.Hint) {
	for i, h := range hints {
		w.option(i == 0, "/*+ ")
		w.option(i > 0, ", ")
		w.put(quoteName(h.Name))
		if len(h.Args) > 0 {
			w.put("(")
			w.exprs(h.Args)
			w.put(")")
		}
		w.option(i == len(hints)-1, " */ ")
	}
}

func (w *writer) groupBy(g *logical.Grouping) {
	if g == nil {
		return
	}
	w.put(" GROUP BY ")
	if g.All {
		w.put("ALL")
		return
	}
	for i, it := range g.Items {
		w.option(i > 0, ", ")
		w.groupItem(it)
	}
	switch g.Legacy {
	case logical.GroupRollup:
		w.put(" WITH ROLLUP")
	case logical.GroupCube:
		w.put(" WITH CUBE")
	case logical.GroupSets:
		w.put(" GROUPING SETS (")
		w.groupingSets(g.LegacySets)
		w.put(")")
	}
}

func (w *writer) groupItem(it logical.GroupItem) {
	switch it.Kind {
	case logical.GroupExpr:
		w.expr(it.Expr)
		return
	case logical.GroupRollup:
		w.put("ROLLUP(")
	case logical.GroupCube:
		w.put("CUBE(")
	case logical.GroupSets:
		w.put("GROUPING SETS (")
	}
	for i, n := range it.Nested {
		w.option(i > 0, ", ")
		w.groupItem(n)
	}
	w.groupingSets(it.Sets)
	w.put(")")
}

func (w *writer) groupingSets(sets [][]expr.Expr) {
	for i, s := range sets {
		w.option(i > 0, ", ")
		if len(s) == 1 {
			w.expr(s[0])
			continue
		}
		w.put("(")
		w.exprs(s)
		w.put(")")
	}
}

// relation writes what stands in FROM.
func (w *writer) relation(p logical.Plan) {
	switch n := p.(type) {
	case *logical.UnresolvedJoin:
		w.join(n)
	case *logical.Pivot:
		w.pivot(n)
	case *logical.Unpivot:
		w.unpivot(n)
	default:
		w.primary(p)
	}
}

// primary writes a relation that can stand anywhere in FROM.
func (w *writer) primary(p logical.Plan) {
	switch n := p.(type) {
	case *logical.UnresolvedRelation:
		w.table(n)
	case *logical.TableFunction:
		w.tableFunction(n)
	case *logical.UnresolvedAlias:
		w.aliasInput(n.Input)
		w.aliasWords(n)
	case *logical.TableSample:
		w.sample(n)
	case *logical.UnresolvedJoin, *logical.Pivot, *logical.Unpivot:
		w.put("(")
		w.relation(p)
		w.put(")")
	default: // FROM in front keeps a table named "from" or "select" from looking like a query
		w.parens(p)
	}
}

func (w *writer) aliasWords(n *logical.UnresolvedAlias) {
	w.put(" AS ", quoteName(n.Name))
	if len(n.Columns) > 0 {
		w.names(n.Columns)
	}
}

// aliasInput writes what an alias or a sample applies to.
func (w *writer) aliasInput(p logical.Plan) {
	switch p.(type) {
	case *logical.UnresolvedAlias, *logical.TableSample:
		w.put("(")
		w.relation(p)
		w.put(")")
	default:
		w.primary(p)
	}
}

func (w *writer) table(n *logical.UnresolvedRelation) {
	switch {
	case n.Identifier != nil:
		w.put("IDENTIFIER(")
		w.expr(n.Identifier)
		w.put(")")
	case n.Path != "" || n.Parts == nil:
		w.text(n.Path)
	default:
		w.name(n.Parts)
	}
	if n.Version != nil {
		w.put(" VERSION AS OF ")
		w.expr(n.Version)
	}
	if n.Timestamp != nil {
		w.put(" TIMESTAMP AS OF ")
		w.expr(n.Timestamp)
	}
	if len(n.Options) > 0 {
		w.put(" WITH ")
		w.properties(n.Options)
	}
}

func (w *writer) tableFunction(n *logical.TableFunction) {
	if n.Ordinality {
		w.put("UNNEST(")
	} else {
		w.name(n.Call.Name)
		w.put("(")
	}
	for i, a := range n.Call.Args {
		w.option(i > 0, ", ")
		if i >= len(n.TableArgs) || n.TableArgs[i] == nil {
			w.expr(a)
			continue
		}
		if named, ok := a.(*expr.NamedArg); ok {
			w.put(quoteName(named.Name), " => ")
		}
		w.put("TABLE(")
		w.query(n.TableArgs[i])
		w.put(")")
	}
	w.put(")")
	w.option(n.Ordinality, " WITH ORDINALITY")
}

func (w *writer) join(n *logical.UnresolvedJoin) {
	w.relation(n.Left)
	w.put(" ")
	w.option(n.Natural, "NATURAL ")
	switch {
	case n.Cross:
		w.put("CROSS ")
	case n.Kind == logical.LeftOuter:
		w.put("LEFT ")
	case n.Kind == logical.RightOuter:
		w.put("RIGHT ")
	case n.Kind == logical.FullOuter:
		w.put("FULL ")
	case n.Kind == logical.LeftSemi:
		w.put("LEFT SEMI ")
	case n.Kind == logical.LeftAnti:
		w.put("LEFT ANTI ")
	}
	w.put("JOIN ")
	if n.Lateral {
		w.put("LATERAL ")
		w.lateral(n.Right)
	} else {
		w.primary(n.Right)
	}
	w.clause(" ON ", n.Cond)
	if n.Using != nil {
		w.put(" USING ")
		w.names(n.Using)
	}
}

// lateral writes what LATERAL applies to; a plain table must look like a query.
func (w *writer) lateral(p logical.Plan) {
	switch n := p.(type) {
	case *logical.UnresolvedRelation, *logical.TableSample:
		w.parens(p)
		return
	case *logical.UnresolvedAlias:
		if _, ok := n.Input.(*logical.UnresolvedRelation); ok {
			w.parens(n.Input)
			w.aliasWords(n)
			return
		}
	}
	w.primary(p)
}

func (w *writer) pivot(n *logical.Pivot) {
	w.relation(n.Input)
	w.put(" PIVOT (")
	w.exprs(n.Aggs)
	w.put(" FOR (")
	w.exprs(n.For)
	w.put(") IN (")
	w.exprs(n.Values)
	w.put("))")
}

func (w *writer) unpivot(n *logical.Unpivot) {
	w.relation(n.Input)
	w.put(" UNPIVOT ")
	w.option(n.IncludeNulls, "INCLUDE NULLS ")
	w.put("(")
	several := len(n.ValueColumns) != 1 || slices.ContainsFunc(n.Groups, func(g logical.UnpivotGroup) bool { return len(g.Columns) != 1 })
	if several {
		w.names(n.ValueColumns)
	} else {
		w.put(quoteName(n.ValueColumns[0]))
	}
	w.put(" FOR ", quoteName(n.NameColumn), " IN (")
	for i, g := range n.Groups {
		w.option(i > 0, ", ")
		w.option(several, "(")
		w.exprs(g.Columns)
		w.option(several, ")")
		if g.Alias != "" {
			w.put(" AS ", quoteName(g.Alias))
		}
	}
	w.put("))")
}

func (w *writer) sample(n *logical.TableSample) {
	w.aliasInput(n.Input)
	w.put(" TABLESAMPLE ")
	w.option(n.Method != "", n.Method+" ")
	switch {
	case n.Percent != nil:
		w.put("(")
		w.expr(n.Percent)
		w.put(" PERCENT)")
	case n.Rows != nil:
		w.put("(")
		w.expr(n.Rows)
		w.put(" ROWS)")
	default:
		w.put(fmt.Sprintf("(BUCKET %d OUT OF %d)", n.Bucket, n.Of))
	}
	if n.Repeatable {
		w.put(fmt.Sprintf(" REPEATABLE (%d)", n.Seed))
	}
}
