package analyzer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// grouped is the grouping of a block: keys, sets, and the aggregates found so far.
type grouped struct {
	block    *block
	keys     []logical.Named
	sets     [][]int
	id       *expr.Column // grouping id, with sets
	aggs     []logical.Named
	byText   map[string]*expr.Column // aggregates and keys by expr.Key
	implicit bool                    // no GROUP BY
}

// groupBy binds the items of GROUP BY.
func (k *block) groupBy(g *logical.Grouping) error {
	k.group = &grouped{block: k}
	s := *k.scope
	b := k.a.binder(&s, "GROUP BY")
	s.fallback = func(n *expr.Name) (*found, error) { return k.groupAlias(b, n) }
	sets := [][]int{{}}
	for i := range g.Items {
		more, err := k.itemSets(b, &g.Items[i])
		if err != nil {
			return err
		}
		sets = cross(sets, more)
	}
	plain := !hasSets(g.Items)
	switch g.Legacy {
	case logical.GroupRollup:
		sets, plain = rollup(single(sets[0])), false
	case logical.GroupCube:
		sets, plain = cube(single(sets[0])), false
	case logical.GroupSets:
		sets, plain = nil, false
		for _, set := range g.LegacySets {
			ks, err := k.keyList(b, set)
			if err != nil {
				return err
			}
			sets = append(sets, ks)
		}
	}
	if global := len(k.group.keys) == 0 && len(sets) == 1; !plain && !global { // GROUPING SETS (()) is one group, also of no rows
		k.group.useSets(sets)
	}
	return nil
}

func hasSets(items []logical.GroupItem) bool {
	for _, it := range items {
		if it.Kind != logical.GroupExpr {
			return true
		}
	}
	return false
}

// itemSets returns the grouping sets of one item; positions are those of the keys.
func (k *block) itemSets(b *binder, it *logical.GroupItem) ([][]int, error) {
	if it.Kind == logical.GroupExpr {
		key, err := k.key(b, it.Expr)
		if err != nil || key < 0 {
			return [][]int{{}}, err
		}
		return [][]int{{key}}, nil
	}
	var parts [][]int
	for _, set := range it.Sets {
		ks, err := k.keyList(b, set)
		if err != nil {
			return nil, err
		}
		parts = append(parts, ks)
	}
	switch it.Kind {
	case logical.GroupRollup:
		return rollup(parts), nil
	case logical.GroupCube:
		return cube(parts), nil
	}
	for i := range it.Nested {
		more, err := k.itemSets(b, &it.Nested[i])
		if err != nil {
			return nil, err
		}
		parts = append(parts, more...)
	}
	return parts, nil
}

func (k *block) keyList(b *binder, es []expr.Expr) ([]int, error) {
	out := []int{}
	for _, e := range es {
		key, err := k.key(b, e)
		if err != nil {
			return nil, err
		}
		if key >= 0 {
			out = append(out, key)
		}
	}
	return out, nil
}

// key binds one grouping expression and returns its position among the keys: an ordinal, a column, an alias of the list, any expression.
func (k *block) key(b *binder, e expr.Expr) (int, error) {
	x, err := k.keyExpr(b, e)
	if err != nil {
		return 0, err
	}
	if x.Type().Kind == types.Variant {
		return 0, sqlerr.New("GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE", e.Pos(), "The expression \"%s\" cannot be used as a grouping expression because its data type \"%s\" is not an orderable data type.", autoName(k.a, e), x.Type().SQL())
	}
	return k.group.addKey(x, autoName(k.a, e)), nil
}

func (k *block) keyExpr(b *binder, e expr.Expr) (expr.Expr, error) {
	if n, ok := ordinal(e); ok && k.a.confTrue("spark.sql.groupByOrdinal") {
		if n < 1 || n > len(k.items) {
			return nil, sqlerr.New("GROUP_BY_POS_OUT_OF_RANGE", e.Pos(), "GROUP BY position %d is not in select list (valid range is [1, %d]).", n, len(k.items))
		}
		for _, it := range k.items {
			if it.star {
				return nil, sqlerr.New("STAR_GROUP_BY_POS", e.Pos(), "Star (*) is not allowed in a select list when GROUP BY an ordinal position is used.")
			}
		}
		return k.listKey(b, k.items[n-1], e, n)
	}
	return b.expr(e)
}

// groupAlias finds an item of the list by its name.
func (k *block) groupAlias(b *binder, n *expr.Name) (*found, error) {
	if len(n.Parts) > 1 || n.PlanID != 0 || !k.a.confTrue("spark.sql.groupByAliases") {
		return nil, nil
	}
	for _, it := range k.items {
		if it.name != "" && equalFold(it.name, n.Parts[0]) || it.name == "" && !isPlain(it.ast) && autoName(k.a, it.ast) == n.Parts[0] {
			e, err := k.listKey(b, it, n, 0)
			if err != nil {
				return nil, err
			}
			return &found{e: e, pretty: n.Parts[0]}, nil
		}
	}
	return nil, nil
}

// listKey groups by an item of the list.
func (k *block) listKey(b *binder, it *item, e expr.Expr, n int) (expr.Expr, error) {
	lb := k.binder("SELECT")
	x, err := lb.expr(it.ast)
	if err != nil {
		return nil, err
	}
	if containsAggregate(x) {
		if n > 0 {
			return nil, sqlerr.New("GROUP_BY_POS_AGGREGATE", e.Pos(), "GROUP BY %d refers to an expression %s that contains an aggregate function. Aggregate functions are not allowed in GROUP BY.", n, autoName(k.a, it.ast))
		}
		return nil, sqlerr.New("GROUP_BY_AGGREGATE", e.Pos(), "Aggregate functions are not allowed in GROUP BY, but found \"%s\".", autoName(k.a, it.ast))
	}
	return x, nil
}

// ordinal reports integer literals.
func ordinal(e expr.Expr) (int, bool) {
	l, ok := e.(*expr.Literal)
	if !ok {
		return 0, false
	}
	v, ok := l.Value.(int32)
	return int(v), ok
}

// addKey returns the position of a key, adding it if it is new.
func (g *grouped) addKey(x expr.Expr, name string) int {
	for i, key := range g.keys {
		if sameExpr(key.Expr, x) {
			return i
		}
	}
	col := &expr.Column{ID: g.block.a.NextID(), Name: name, T: x.Type(), Null: x.Nullable()}
	if c, ok := x.(*expr.Column); ok && g.block.ofInput(c.ID) && !c.T.Contains(types.Map) { // a map that is put in order is another value
		cc := *c
		col = &cc
	}
	g.keys = append(g.keys, logical.Named{Col: col, Expr: x})
	return len(g.keys) - 1
}

// useSets gives every key a number of its own, since it is null in the sets that lack it.
func (g *grouped) useSets(sets [][]int) {
	g.sets = sets
	for i := range g.keys {
		missing := false
		for _, s := range sets {
			missing = missing || !contains(s, i)
		}
		c := *g.keys[i].Col
		c.ID = g.block.a.NextID()
		c.Null = c.Null || missing
		g.keys[i].Col = &c
	}
	g.id = &expr.Column{ID: g.block.a.NextID(), Name: "spark_grouping_id", T: types.BigIntType}
}

func contains(s []int, x int) bool {
	for _, y := range s {
		if x == y {
			return true
		}
	}
	return false
}

func single(keys []int) [][]int {
	out := make([][]int, len(keys))
	for i, k := range keys {
		out[i] = []int{k}
	}
	return out
}

// rollup returns the prefixes of the parts, longest first.
func rollup(parts [][]int) [][]int {
	var out [][]int
	for n := len(parts); n >= 0; n-- {
		set := []int{}
		for _, p := range parts[:n] {
			set = union(set, p)
		}
		out = append(out, set)
	}
	return out
}

// cube returns the subsets of the parts, the whole first.
func cube(parts [][]int) [][]int {
	var out [][]int
	for m := 1<<len(parts) - 1; m >= 0; m-- {
		set := []int{}
		for i, p := range parts {
			if m>>(len(parts)-1-i)&1 == 1 {
				set = union(set, p)
			}
		}
		out = append(out, set)
	}
	return out
}

func cross(a, b [][]int) [][]int {
	var out [][]int
	for _, x := range a {
		for _, y := range b {
			out = append(out, union(x, y))
		}
	}
	return out
}

func union(a, b []int) []int {
	out := append([]int{}, a...)
	for _, x := range b {
		if !contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// groupByAll groups by the items without aggregates.
func (k *block) groupByAll(g *logical.Grouping) error {
	k.group = &grouped{block: k}
	loose := false
	for _, it := range k.items {
		if it.e == nil {
			continue
		}
		x := k.inline(it.e)
		if !containsAggregate(x) {
			k.group.addKey(x, it.col.Name)
		} else {
			loose = loose || outsideAggregates(x)
		}
	}
	if len(k.group.keys) == 0 && loose {
		return sqlerr.New("UNRESOLVED_ALL_IN_GROUP_BY", g.Pos, "Cannot infer grouping columns for GROUP BY ALL based on the select clause. Please explicitly specify the grouping columns.")
	}
	return nil
}

// outsideAggregates reports column references outside of aggregate functions.
func outsideAggregates(e expr.Expr) bool {
	found := false
	expr.Walk(e, func(x expr.Expr) bool {
		switch x := x.(type) {
		case *expr.Aggregate:
			return false
		case *expr.Column:
			found = true
		case *expr.Subquery:
			found = found || len(expr.FreeOf(x.Query)) > 0
		}
		return true
	})
	return found
}
