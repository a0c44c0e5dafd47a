package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// block is a SELECT block on its way to a plan. Its clauses see each other, so they are bound together:
//
//	FROM, LATERAL VIEW, WHERE → Aggregate → HAVING → generators → Windows → QUALIFY → Project → DISTINCT → ORDER BY → LIMIT
type block struct {
	a     *analyzer
	sel   *logical.Select
	outer *scope
	from  *relation
	plan  logical.Plan
	scope *scope
	items []*item
	// extra are expressions computed beside the items for ORDER BY and QUALIFY, and not shown.
	extra   []*item
	group   *grouped
	windows map[string]expr.WindowSpec
	gen     *item // the generator of the list, whose e is its call
	genOut  []*expr.Column
	byItem  map[expr.ColumnID]*item
	// hosted are aggregates of this block that stand in subqueries of HAVING, by the column that stands for them there.
	hosted map[expr.ColumnID]*expr.Aggregate
	// missingName is the column of the last error about grouping.
	missingName string
}

func (a *analyzer) selectBlock(sel *logical.Select, ord *logical.Order, outer *scope) (*relation, error) {
	sel, err := a.timeWindows(sel)
	if err != nil {
		return nil, err
	}
	from, err := a.from(sel, outer)
	if err != nil {
		return nil, err
	}
	from = from.closed()
	defer func(defs map[string]expr.WindowSpec) { a.windowDefs = defs }(a.windowDefs)
	k := &block{a: a, sel: sel, outer: outer, from: from, plan: from.plan, scope: from.scope(outer), byItem: map[expr.ColumnID]*item{}}
	if sel.Having != nil && sel.Group == nil && strings.EqualFold(a.Conf("spark.sql.legacy.parser.havingWithoutGroupByAsWhere"), "true") {
		c := *sel
		if c.Where = sel.Having; sel.Where != nil {
			c.Where = &expr.And{Args: []expr.Expr{sel.Where, sel.Having}}
		}
		c.Having = nil
		k.sel = &c
	}
	if err := k.where(); err != nil {
		return nil, err
	}
	if err := k.namedWindows(sel.Windows); err != nil {
		return nil, err
	}
	if err := k.list(); err != nil {
		return nil, err
	}
	return k.finish(ord)
}

// from binds FROM, the lateral views and the hints of a block.
func (a *analyzer) from(sel *logical.Select, outer *scope) (*relation, error) {
	r := oneRow()
	var err error
	if sel.From != nil {
		if r, err = a.plan(sel.From, outer); err != nil {
			return nil, err
		}
		r = sealed(sel.From, r)
	}
	for _, v := range sel.Views {
		if r, err = a.lateralView(r, v, outer); err != nil {
			return nil, err
		}
	}
	return a.joinHints(r, sel.Hints), nil
}

// sealed hides the names inside a query that stands in FROM without an alias.
func sealed(p logical.Plan, r *relation) *relation {
	switch p.(type) {
	case *logical.Select, *logical.Order, *logical.SetOp, *logical.UnresolvedWith:
		return r.qualified(nil)
	}
	return r
}

func (k *block) where() error {
	if k.sel.Where == nil {
		return nil
	}
	pred, err := k.a.condition(k.sel.Where, k.scope, "WHERE")
	if err != nil {
		return err
	}
	k.plan = &logical.Filter{Base: logical.Base{At: k.sel.Where.Pos()}, Input: k.plan, Pred: pred}
	return nil
}

// condition binds a predicate of a clause in which neither aggregates nor windows may stand.
func (a *analyzer) condition(e expr.Expr, s *scope, clause string) (expr.Expr, error) {
	pred, err := a.binder(s, clause).predicate(e, "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", "Filter expression")
	if err != nil {
		return nil, err
	}
	if containsWindow(pred) {
		return nil, invalidWhere(autoName(a, e), e.Pos())
	}
	return pred, nil
}

func invalidWhere(text string, pos sqlerr.Pos) error {
	return sqlerr.New("INVALID_WHERE_CONDITION", pos, "The WHERE condition \"%s\" contains invalid expressions: %s.", text, text).
		WithHint("Rewrite the query to avoid window functions, aggregate functions, and generator functions in the WHERE clause.")
}

func (k *block) binder(clause string) *binder {
	b := k.a.binder(k.scope, clause)
	b.aggregates, b.windows, b.named, b.grouping = true, true, k.windows, k.group
	return b
}

// list expands and binds the select list and the grouping.
func (k *block) list() error {
	b := k.binder("SELECT")
	items, err := b.expandAll(k.sel.List)
	if err != nil {
		return err
	}
	k.items = items
	g := k.sel.Group
	if g != nil && g.All && match(k.scope.cols, allName, 0) != nil { // a column of that name is meant
		c := *g
		c.All, c.Items = false, []logical.GroupItem{{Kind: logical.GroupExpr, Expr: &expr.Name{Base: expr.Base{At: g.Pos}, Parts: allName.Parts}}}
		g = &c
	}
	if g != nil && !g.All {
		if err := k.groupBy(g); err != nil {
			return err
		}
	}
	if err := k.bindItems(); err != nil {
		return err
	}
	switch {
	case g != nil && g.All:
		return k.groupByAll(g)
	case g == nil && (k.sel.Having != nil || k.aggregates()):
		k.group = &grouped{block: k, implicit: true}
	}
	return nil
}

// allName is ALL as a column of that name.
var allName = &expr.Name{Parts: []string{"all"}}

func (k *block) aggregates() bool {
	for _, it := range k.items {
		if containsAggregate(it.e) {
			return true
		}
	}
	return false
}

// bindItems binds the items from left to right: each may name the aliases before it.
func (k *block) bindItems() error {
	k.scope = &scope{cols: k.scope.cols, hidden: k.scope.hidden, missing: k.scope.missing, outer: k.outer}
	taken := map[expr.ColumnID]bool{}
	var out []*item
	for _, it := range k.items {
		b := k.binder("SELECT")
		b.generator = it.ast
		e, err := b.expr(it.ast)
		if err != nil {
			return err
		}
		it.e = e
		if g, ok := e.(*expr.Call); ok && g.Func.Kind == expr.Generator {
			cols, err := k.generate(it, g)
			if err != nil {
				return err
			}
			out = append(out, cols...)
			continue
		}
		if len(it.names) > 0 {
			return sqlerr.New("MULTI_ALIAS_WITHOUT_GENERATOR", it.ast.Pos(), "Multi part aliasing (%v) is not supported with \"%s\" as it is not a generator function.", it.names, autoName(k.a, it.ast))
		}
		if err := k.column(it, taken); err != nil {
			return err
		}
		out = append(out, it)
	}
	k.items = out
	return nil
}

// column gives an item its column. A plain column passes through under its number.
func (k *block) column(it *item, taken map[expr.ColumnID]bool) error {
	if c, ok := it.e.(*expr.Column); ok && it.name == "" && isPlain(it.ast) && !taken[c.ID] && k.ofInput(c.ID) && (k.sel.Group == nil || !c.T.Contains(types.Map)) && (k.group == nil || k.group.sets == nil) {
		col := *c
		it.col = &col
	} else {
		it.col = &expr.Column{ID: k.a.NextID(), T: it.e.Type(), Null: it.e.Nullable()}
		if it.col.Name = it.name; it.name == "" {
			it.col.Name = itemText(k.a, it.ast)
		}
	}
	taken[it.col.ID] = true
	k.byItem[it.col.ID] = it
	if name := lateralName(it); name != "" {
		k.scope.aliases = append(k.scope.aliases, alias{name: name, col: it.col, it: it})
	}
	return nil
}

// lateralName is the name under which later items may use an item: its alias, or the field that it takes out of a column.
func lateralName(it *item) string {
	if n, ok := it.ast.(*expr.Name); ok && it.name == "" && len(n.Parts) > 1 {
		if _, ok := it.e.(*expr.Column); !ok {
			return n.Parts[len(n.Parts)-1]
		}
	}
	return it.name
}

// isPlain reports expressions that are a column as they stand.
func isPlain(e expr.Expr) bool {
	switch e.(type) {
	case *expr.Name, *expr.Column:
		return true
	}
	return false
}

// itemText is the automatic name of an item: a bare column has its own name, wherever it comes from.
func itemText(a *analyzer, e expr.Expr) string {
	if n, ok := e.(*expr.Name); ok {
		if s := a.names[n]; strings.HasPrefix(s, "outer(") || strings.HasPrefix(s, "lateralAliasReference(") || strings.HasPrefix(s, "variablereference(") {
			return n.Parts[len(n.Parts)-1]
		}
		if len(n.Parts) > 1 {
			return n.Parts[len(n.Parts)-1]
		}
	}
	return autoName(a, e)
}

func (k *block) ofInput(id expr.ColumnID) bool {
	return hasColumn(k.from.cols, id) || hasColumn(k.from.hidden, id)
}

func hasColumn(cols []column, id expr.ColumnID) bool {
	for _, c := range cols {
		if c.ID == id {
			return true
		}
	}
	return false
}

// finish builds the plan above FROM and WHERE.
func (k *block) finish(ord *logical.Order) (*relation, error) {
	having, err := k.bindHaving()
	if err != nil {
		return nil, err
	}
	qualify, err := k.bindQualify()
	if err != nil {
		return nil, err
	}
	keys, err := k.bindOrder(ord)
	if err != nil {
		return nil, err
	}
	if k.group != nil {
		if having, err = k.group.apply(having, qualify); err != nil {
			return nil, err
		}
	}
	if having != nil {
		k.plan = &logical.Filter{Base: logical.Base{At: k.sel.Having.Pos()}, Input: k.plan, Pred: having}
	}
	k.generators()
	if err := k.addWindows(); err != nil {
		return nil, err
	}
	k.project(qualify)
	return k.orderBy(ord, keys)
}

// bindHaving binds HAVING over the input's columns and the list's aliases.
func (k *block) bindHaving() (expr.Expr, error) {
	if k.sel.Having == nil {
		return nil, nil
	}
	b := k.after("HAVING")
	b.scope.host = k
	pred, err := b.having(k.sel.Having)
	if err != nil {
		return nil, err
	}
	pred = k.inline(pred)
	if containsWindow(pred) {
		return nil, sqlerr.New("UNSUPPORTED_EXPR_FOR_OPERATOR", k.sel.Having.Pos(), "HAVING contains a window function.").WithHint("Use QUALIFY to filter by window functions.")
	}
	return pred, nil
}

// having binds the predicate of HAVING; as in Spark what is no predicate is cast to boolean.
func (b *binder) having(e expr.Expr) (expr.Expr, error) {
	x, err := b.expr(e)
	if err != nil {
		return nil, err
	}
	if x.Type().Kind == types.Boolean {
		return x, nil
	}
	if !types.CanCast(x.Type(), types.BooleanType, b.a.env.ANSI) {
		return nil, sqlerr.New("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", e.Pos(), "Cannot resolve \"%s\" due to data type mismatch: cannot cast \"%s\" to \"BOOLEAN\".", autoName(b.a, e), x.Type().SQL())
	}
	return &expr.Cast{Base: expr.Base{At: e.Pos()}, Child: x, To: types.BooleanType, Mode: b.a.mode()}, nil
}

// after is the binder of the clauses that see the list's aliases before the input's columns.
func (k *block) after(clause string) *binder {
	b := k.binder(clause)
	s := *k.scope
	s.first = true
	s.aliases = nil
	for _, it := range k.items {
		s.aliases = append(s.aliases, alias{name: it.col.Name, col: it.col, it: it})
	}
	b.scope = &s
	return b
}

// inline replaces references to items by the items' expressions.
func (k *block) inline(e expr.Expr) expr.Expr {
	return expr.Rewrite(e, func(x expr.Expr) expr.Expr {
		if c, ok := x.(*expr.Column); ok {
			if it := k.byItem[c.ID]; it != nil && it.e != nil && !isColumn(it.e, c.ID) {
				return k.inline(it.e)
			}
		}
		return x
	})
}

func isColumn(e expr.Expr, id expr.ColumnID) bool {
	c, ok := e.(*expr.Column)
	return ok && c.ID == id
}

// bindQualify binds QUALIFY; its predicate becomes an extra column-less expression that project filters by.
func (k *block) bindQualify() (*item, error) {
	if k.sel.Qualify == nil {
		return nil, nil
	}
	b := k.binder("QUALIFY")
	pred, err := b.predicate(k.sel.Qualify, "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", "Filter expression")
	if err != nil {
		return nil, err
	}
	it := &item{ast: k.sel.Qualify, e: k.inline(pred)}
	windowed := containsWindow(it.e)
	for _, o := range k.items {
		windowed = windowed || containsWindow(o.e)
	}
	if !windowed {
		return nil, sqlerr.New("QUALIFY_REQUIRES_WINDOW_FUNCTION", k.sel.Qualify.Pos(), "At least one window function should be present in QUALIFY or the SELECT list.")
	}
	k.extra = append(k.extra, it)
	return it, nil
}

// all returns items and extra expressions.
func (k *block) all() []*item { return append(k.items[:len(k.items):len(k.items)], k.extra...) }
