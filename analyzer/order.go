package analyzer

import (
	"math"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// order binds the clauses around a query body. Over a SELECT block they are bound with it, since they see its input.
func (a *analyzer) order(n *logical.Order, outer *scope) (*relation, error) {
	if sel, ok := n.Input.(*logical.Select); ok {
		return a.selectBlock(sel, n, outer)
	}
	r, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	if n.ByAll && match(r.cols, allName, 0) != nil {
		n = byColumnAll(n)
	}
	by, err := a.orderKeys(n, r.output())
	if err != nil {
		return nil, err
	}
	if len(by) > 0 {
		if r, err = a.sortBy(r, by, true, n.Base, outer); err != nil {
			return nil, err
		}
	}
	if r, err = a.partitioned(r, n, outer); err != nil {
		return nil, err
	}
	return a.limited(r, n)
}

// orderKeys returns the unbound keys of ORDER BY; ALL and ordinals become columns.
func (a *analyzer) orderKeys(n *logical.Order, out []*expr.Column) ([]expr.SortKey, error) {
	if n.ByAll {
		keys := make([]expr.SortKey, len(out))
		for i, c := range out {
			if len(n.By) > 0 {
				keys[i] = n.By[0]
			}
			keys[i].Expr = c
		}
		return keys, nil
	}
	return a.ordinals(n.By, out)
}

func resultColumns(items []*item) []column {
	out := make([]column, len(items))
	for i, it := range items {
		out[i].Column = it.col
	}
	return out
}

// byColumnAll is ORDER BY ALL where a column of that name is meant.
func byColumnAll(n *logical.Order) *logical.Order {
	c := *n
	key := expr.SortKey{}
	if len(n.By) > 0 {
		key = n.By[0]
	}
	key.Expr = &expr.Name{Base: expr.Base{At: n.At}, Parts: allName.Parts}
	c.ByAll, c.By = false, []expr.SortKey{key}
	return &c
}

func (a *analyzer) ordinals(by []expr.SortKey, out []*expr.Column) ([]expr.SortKey, error) {
	keys := append([]expr.SortKey{}, by...)
	for i, k := range keys {
		p, ok := ordinal(k.Expr)
		if !ok || !a.confTrue("spark.sql.orderByOrdinal") {
			continue
		}
		if p < 1 || p > len(out) {
			return nil, sqlerr.New("ORDER_BY_POS_OUT_OF_RANGE", k.Expr.Pos(), "ORDER BY position %d is not in select list (valid range is [1, %d]).", p, len(out))
		}
		keys[i].Expr = out[p-1]
	}
	return keys, nil
}

// sortBy sorts a relation. Keys may need columns that only a wider projection below gives.
func (a *analyzer) sortBy(r *relation, by []expr.SortKey, global bool, base logical.Base, outer *scope) (*relation, error) {
	b := a.binder(r.scope(outer), "ORDER BY")
	b.windows = true
	keys, err := b.keys(by)
	if err != nil {
		return nil, err
	}
	w := windows{a: a, cols: map[string]*expr.Column{}}
	for i := range keys {
		keys[i].Expr = w.lift(keys[i].Expr)
	}
	es := make([]expr.Expr, len(keys))
	for i, k := range keys {
		es[i] = k.Expr
	}
	r = r.give(es)
	rebuild := func(in logical.Plan) logical.Plan {
		return &logical.Sort{Base: base, Input: w.over(in, base), Keys: keys, Global: global}
	}
	return r.over(rebuild(r.plan), rebuild), nil
}

// give widens the relation so that its plan gives the missing columns that expressions refer to.
func (r *relation) give(es []expr.Expr) *relation {
	var extra []column
	for _, m := range r.missing {
		used := false
		for _, e := range es {
			expr.Columns(e, func(c *expr.Column) { used = used || c.ID == m.ID })
		}
		if used {
			extra = append(extra, m)
		}
	}
	if len(extra) == 0 {
		return r
	}
	return r.widen(extra)
}

// partitioned applies DISTRIBUTE BY, CLUSTER BY and SORT BY.
func (a *analyzer) partitioned(r *relation, n *logical.Order, outer *scope) (*relation, error) {
	by := n.DistributeBy
	sorted := n.SortBy
	for _, e := range n.ClusterBy {
		by = append(by[:len(by):len(by)], e)
		sorted = append(sorted[:len(sorted):len(sorted)], expr.SortKey{Expr: e})
	}
	if len(by) > 0 {
		b := a.binder(r.scope(outer), "DISTRIBUTE BY")
		es, err := b.exprs(by)
		if err != nil {
			return nil, err
		}
		r = r.give(es)
		keys := make([]expr.SortKey, len(es))
		for i, e := range es {
			keys[i].Expr = e
		}
		rebuild := func(in logical.Plan) logical.Plan {
			return &logical.Repartition{Base: n.Base, Input: in, By: keys}
		}
		r = r.over(rebuild(r.plan), rebuild)
	}
	if len(sorted) == 0 {
		return r, nil
	}
	return a.sortBy(r, sorted, false, n.Base, outer)
}

// limited applies LIMIT and OFFSET.
func (a *analyzer) limited(r *relation, n *logical.Order) (*relation, error) {
	if n.LimitAll {
		a.unlimited(r.plan)
	}
	count, offset, err := a.limits(n)
	if err != nil || count < 0 && offset == 0 {
		return r, err
	}
	rebuild := func(in logical.Plan) logical.Plan {
		return &logical.Limit{Base: n.Base, Input: in, Count: count, Offset: offset}
	}
	return r.over(rebuild(r.plan), rebuild), nil
}

// unlimited lifts the bound on the rows of the recursive definition that LIMIT ALL stands over.
func (a *analyzer) unlimited(p logical.Plan) {
	for {
		switch n := p.(type) {
		case *logical.Project:
			p = n.Input
			continue
		case *logical.SubqueryAlias:
			p = n.Input
			continue
		case *logical.Ref:
			for s := a.ctes; s != nil; s = s.outer {
				if s.def == n.Def && s.plan != nil {
					p = s.plan
					break
				}
			}
			if p != logical.Plan(n) {
				continue
			}
		case *logical.Recursive:
			n.AnyRows = true // the node is this analysis's own
		}
		return
	}
}

func (a *analyzer) limits(n *logical.Order) (count, offset int64, err error) {
	count = -1
	if n.Limit != nil {
		if count, err = a.limitValue(n.Limit, "limit"); err != nil {
			return 0, 0, err
		}
	}
	if n.Offset != nil {
		if offset, err = a.limitValue(n.Offset, "offset"); err != nil {
			return 0, 0, err
		}
	}
	return count, offset, nil
}

// limitValue computes the constant of LIMIT or OFFSET.
func (a *analyzer) limitValue(e expr.Expr, what string) (int64, error) {
	bad := func(sub, format string, args ...any) error {
		return sqlerr.New("INVALID_LIMIT_LIKE_EXPRESSION."+sub, e.Pos(), "The limit like expression \"%s\" is invalid: the "+what+" expression "+format, append([]any{autoName(a, e)}, args...)...)
	}
	x, err := a.binder(nil, what).expr(e)
	if err != nil {
		if se := sqlerr.As(err); se != nil && (se.Condition == "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION") {
			return 0, bad("IS_UNFOLDABLE", "must evaluate to a constant value.")
		}
		return 0, err
	}
	lit, err := a.constant(x)
	if err != nil {
		return 0, err
	}
	if lit == nil {
		return 0, bad("IS_UNFOLDABLE", "must evaluate to a constant value.")
	}
	if !lit.T.IsInteger() || lit.T.Kind == types.BigInt && !fitsInt(lit) {
		if lit.Value == nil && lit.T.Kind == types.Null {
			return 0, bad("IS_NULL", "must not be null.")
		}
		return 0, bad("DATA_TYPE", "must be integer type, but got \"%s\".", lit.T.SQL())
	}
	if lit.Value == nil {
		return 0, bad("IS_NULL", "must not be null.")
	}
	v := integer(lit.Value)
	if v < 0 {
		return 0, bad("IS_NEGATIVE", "must be equal to or greater than 0, but got %d.", v)
	}
	return v, nil
}

func fitsInt(l *expr.Literal) bool {
	v, ok := l.Value.(int64)
	return !ok || v <= math.MaxInt32 && v >= math.MinInt32
}

func integer(v any) int64 {
	switch v := v.(type) {
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case int64:
		return v
	}
	return 0
}

// constant computes an expression without columns; nil if it is not constant.
func (a *analyzer) constant(e expr.Expr) (*expr.Literal, error) {
	if l, ok := e.(*expr.Literal); ok {
		return l, nil
	}
	if !foldable(e) {
		return nil, nil
	}
	v, err := eval.EvalConstant(e, a.env)
	if err != nil {
		return nil, err
	}
	return &expr.Literal{Base: expr.Base{At: e.Pos()}, Value: v, T: e.Type()}, nil
}

// foldable reports expressions that have one value for the whole query.
func foldable(e expr.Expr) bool {
	params := map[expr.ColumnID]bool{}
	return !expr.Any(e, func(x expr.Expr) bool {
		switch x := x.(type) {
		case *expr.Lambda:
			for _, p := range x.Params {
				params[p.ID] = true
			}
		case *expr.Column:
			return !params[x.ID]
		case *expr.Subquery, *expr.Aggregate, *expr.Window:
			return true
		case *expr.Call:
			return x.Func.Volatile || x.Func.Kind != expr.Scalar
		}
		return false
	})
}

// ---- ORDER BY over a SELECT block

// bindOrder binds the keys of ORDER BY, SORT BY and the like over the list's columns and the block's input.
func (k *block) bindOrder(ord *logical.Order) (*orderKeys, error) {
	if ord == nil {
		return nil, nil
	}
	cols := make([]*expr.Column, len(k.items))
	for i, it := range k.items {
		cols[i] = it.col
	}
	if ord.ByAll && match(append(k.scope.cols[:len(k.scope.cols):len(k.scope.cols)], resultColumns(k.items)...), allName, 0) != nil {
		ord = byColumnAll(ord)
	}
	by, err := k.a.orderKeys(ord, cols)
	if err != nil {
		return nil, err
	}
	b := k.after("ORDER BY")
	out := &orderKeys{}
	if out.by, err = k.sortItems(b, by); err != nil {
		return nil, err
	}
	sorted := ord.SortBy
	dist := ord.DistributeBy
	for _, e := range ord.ClusterBy {
		dist = append(dist[:len(dist):len(dist)], e)
		sorted = append(sorted[:len(sorted):len(sorted)], expr.SortKey{Expr: e})
	}
	var distKeys []expr.SortKey
	for _, e := range dist {
		distKeys = append(distKeys, expr.SortKey{Expr: e})
	}
	if out.distribute, err = k.sortItems(b, distKeys); err != nil {
		return nil, err
	}
	out.sort, err = k.sortItems(b, sorted)
	return out, err
}

// orderKeys are keys whose expressions are items of the block.
type orderKeys struct{ by, distribute, sort []itemKey }

type itemKey struct {
	key expr.SortKey
	it  *item
}

// sortItems finds each key among the items or adds it as an extra one.
func (k *block) sortItems(b *binder, by []expr.SortKey) ([]itemKey, error) {
	keys, err := b.keys(by)
	if err != nil {
		return nil, err
	}
	out := make([]itemKey, len(keys))
	for i, key := range keys {
		it := k.itemOf(key.Expr)
		if containsWindow(key.Expr) || containsAggregate(key.Expr) {
			key.Expr = k.inline(key.Expr) // computed below the list
		}
		if it == nil {
			if _, ok := key.Expr.(*expr.Literal); ok && k.sel.Distinct {
				continue
			}
			if k.sel.Distinct && !k.fromItems(key.Expr) {
				return nil, k.hiddenInDistinct(b, by[i].Expr)
			}
			if k.group == nil && containsAggregate(key.Expr) {
				k.group = &grouped{block: k, implicit: true}
			}
			it = &item{ast: by[i].Expr, e: key.Expr, col: &expr.Column{ID: k.a.NextID(), Name: autoName(k.a, by[i].Expr), T: key.Expr.Type(), Null: key.Expr.Nullable()}}
			k.byItem[it.col.ID] = it
			k.extra = append(k.extra, it)
		}
		out[i] = itemKey{key: key, it: it}
	}
	return out, nil
}

// itemOf returns the item that a bound key names or repeats.
func (k *block) itemOf(e expr.Expr) *item {
	if c, ok := e.(*expr.Column); ok {
		for _, it := range k.items {
			if it.col.ID == c.ID {
				return it
			}
		}
	}
	in := k.inline(e)
	for _, it := range k.items {
		if expr.Equal(k.inline(it.e), in) && !expr.IsVolatile(in) {
			return it
		}
	}
	return nil
}

// fromItems reports expressions that only need the list's columns.
func (k *block) fromItems(e expr.Expr) bool {
	ok := true
	expr.Columns(e, func(c *expr.Column) {
		if k.ofInput(c.ID) && k.byItem[c.ID] == nil {
			ok = false
		}
	})
	return ok && !containsAggregate(e)
}

func (k *block) hiddenInDistinct(b *binder, e expr.Expr) error {
	var names []string
	for _, it := range k.items {
		names = append(names, it.col.Name)
	}
	bad := autoName(k.a, e)
	expr.Walk(e, func(x expr.Expr) bool {
		if n, ok := x.(*expr.Name); ok {
			bad = n.Parts[len(n.Parts)-1]
		}
		return true
	})
	return unresolvedName(bad, names, e.Pos())
}

// orderBy puts DISTINCT, the sorts and the limit above the projection and drops the extra columns again.
func (k *block) orderBy(ord *logical.Order, keys *orderKeys) (*relation, error) {
	r := k.result()
	if k.sel.Distinct {
		if len(k.extra) > 0 { // only items below: computed above the Distinct
			return k.distinctOrder(ord, keys, r)
		}
		if err := setElements(r.cols, k.sel.At); err != nil {
			return nil, err
		}
		r.plan = &logical.Distinct{Base: k.sel.Base, Input: k.a.exact(r).plan}
		r = r.closed()
	}
	if keys != nil {
		r.plan = keys.over(r.plan, ord)
	}
	r, err := k.a.partitionHints(r, k.sel.Hints)
	if err != nil {
		return nil, err
	}
	if ord == nil {
		if k.group == nil && !k.sel.Distinct {
			r = widening(r, k.from)
		}
		return r, nil
	}
	return k.a.limited(k.a.exact(r).named(r), ord)
}

// distinctOrder sorts distinct rows by expressions over their columns.
func (k *block) distinctOrder(ord *logical.Order, keys *orderKeys, r *relation) (*relation, error) {
	list := passThrough(r.output())
	for _, it := range k.extra {
		list = append(list, logical.Named{Col: it.col, Expr: it.e})
	}
	distinct := &logical.Distinct{Base: k.sel.Base, Input: k.a.exact(r).plan}
	r.plan = keys.over(&logical.Project{Base: k.sel.Base, Input: distinct, List: list}, ord)
	return k.a.limited(k.a.exact(r), ord)
}

func passThrough(cols []*expr.Column) []logical.Named {
	list := make([]logical.Named, len(cols))
	for i, c := range cols {
		list[i] = logical.Named{Col: c, Expr: c}
	}
	return list
}

// named keeps the names of another relation of the same columns.
func (r *relation) named(as *relation) *relation {
	n := *r
	n.cols = make([]column, len(r.cols))
	for i, c := range r.cols {
		c.qualifier, c.frames = as.cols[i].qualifier, as.cols[i].frames
		n.cols[i] = c
	}
	return &n
}

func (o *orderKeys) over(p logical.Plan, ord *logical.Order) logical.Plan {
	cols := func(ks []itemKey) []expr.SortKey {
		var out []expr.SortKey
		for _, k := range ks {
			if k.it != nil {
				key := k.key
				key.Expr = k.it.col
				out = append(out, key)
			}
		}
		return out
	}
	if by := cols(o.by); len(by) > 0 {
		p = &logical.Sort{Base: ord.Base, Input: p, Keys: by, Global: true}
	}
	if by := cols(o.distribute); len(by) > 0 {
		p = &logical.Repartition{Base: ord.Base, Input: p, By: by}
	}
	if by := cols(o.sort); len(by) > 0 {
		p = &logical.Sort{Base: ord.Base, Input: p, Keys: by}
	}
	return p
}

// result is the relation of the block's items.
func (k *block) result() *relation {
	r := &relation{plan: k.plan}
	in := map[expr.ColumnID]column{}
	for _, c := range append(k.from.cols[:len(k.from.cols):len(k.from.cols)], k.from.hidden...) {
		in[c.ID] = c
	}
	for _, it := range k.items {
		c := column{Column: it.col}
		if src, ok := in[it.col.ID]; ok {
			c.qualifier, c.frames = src.qualifier, src.frames
		}
		r.cols = append(r.cols, c)
	}
	return r
}
