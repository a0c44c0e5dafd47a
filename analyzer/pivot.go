package analyzer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// pivot binds PIVOT as two aggregations: the aggregates for every group and pivot value, then for each group the one of every value.
//
//	PIVOT (sum(x) FOR k IN (1, 2))  → Aggregate g: first(s) FILTER (k <=> 1), first(s) FILTER (k <=> 2) (Aggregate g, k: sum(x) AS s)
//
// The second step keeps what a value without rows gives apart from an aggregate of no rows: null, not a count of 0.
func (a *analyzer) pivot(n *logical.Pivot, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	in = in.closed()
	p := &pivot{a: a, n: n, in: in, b: a.binder(in.scope(outer), "PIVOT")}
	if p.keys, err = p.b.exprs(n.For); err != nil {
		return nil, err
	}
	if err := p.bindAggregates(); err != nil {
		return nil, err
	}
	if err := p.bindGroups(); err != nil {
		return nil, err
	}
	return p.plan()
}

type pivot struct {
	a      *analyzer
	n      *logical.Pivot
	in     *relation
	b      *binder
	keys   []expr.Expr
	groups []logical.Named
	aggs   []item
}

func (p *pivot) bindAggregates() error {
	b := *p.b
	b.aggregates = true
	for _, e := range p.n.Aggs {
		it := item{ast: e}
		if al, ok := e.(*expr.Alias); ok {
			it.ast, it.name = al.Child, al.Names[0]
		}
		x, err := b.expr(it.ast)
		if err != nil {
			return err
		}
		if !containsAggregate(x) || outsideAggregates(x) {
			return sqlerr.New("_LEGACY_ERROR_TEMP_1006", it.ast.Pos(), "Aggregate expression required for pivot, but \"%s\" did not appear in any aggregate function.", autoName(p.a, it.ast))
		}
		it.e = x
		p.aggs = append(p.aggs, it)
	}
	return nil
}

// bindGroups groups by the named columns, or by all that neither pivot nor aggregates use.
func (p *pivot) bindGroups() error {
	add := func(e expr.Expr, name string) {
		col := &expr.Column{ID: p.a.NextID(), Name: name, T: e.Type(), Null: e.Nullable()}
		if c, ok := e.(*expr.Column); ok {
			col = c
		}
		p.groups = append(p.groups, logical.Named{Col: col, Expr: e})
	}
	if p.n.Groups != nil {
		for _, g := range p.n.Groups {
			x, err := p.b.expr(g)
			if err != nil {
				return err
			}
			name := autoName(p.a, g)
			if al, ok := g.(*expr.Alias); ok {
				name = al.Names[0]
			}
			add(x, name)
		}
		return nil
	}
	used := map[expr.ColumnID]bool{}
	note := func(e expr.Expr) { expr.Columns(e, func(c *expr.Column) { used[c.ID] = true }) }
	for _, k := range p.keys {
		note(k)
	}
	for _, it := range p.aggs {
		note(it.e)
	}
	for _, c := range p.in.cols {
		if !used[c.ID] {
			add(c.Column, c.Name)
		}
	}
	return nil
}

func (p *pivot) plan() (*relation, error) {
	inner := &logical.Aggregate{Base: p.n.Base, Input: p.in.plan, Keys: p.groups}
	var keyCols []*expr.Column
	for _, k := range p.keys {
		col := &expr.Column{ID: p.a.NextID(), Name: "pivot", T: k.Type(), Null: k.Nullable()}
		keyCols = append(keyCols, col)
		inner.Keys = append(inner.Keys[:len(inner.Keys):len(inner.Keys)], logical.Named{Col: col, Expr: k})
	}
	values := make([]*expr.Column, len(p.aggs)) // the aggregates' results, by way of a projection
	mid := &logical.Project{Base: p.n.Base, Input: inner, List: passThrough(inner.Output())}
	for i, it := range p.aggs {
		x := expr.Rewrite(it.e, func(e expr.Expr) expr.Expr {
			ag, ok := e.(*expr.Aggregate)
			if !ok {
				return e
			}
			c := &expr.Column{ID: p.a.NextID(), Name: ag.Func.Name, T: ag.T, Null: ag.Null}
			inner.Aggs = append(inner.Aggs, logical.Named{Col: c, Expr: ag})
			return c
		})
		values[i] = &expr.Column{ID: p.a.NextID(), Name: "value", T: x.Type(), Null: x.Nullable()}
		mid.List = append(mid.List, logical.Named{Col: values[i], Expr: x})
	}
	outer := &logical.Aggregate{Base: p.n.Base, Input: mid}
	for _, g := range p.groups {
		outer.Keys = append(outer.Keys, logical.Named{Col: g.Col, Expr: g.Col})
	}
	for _, v := range p.n.Values {
		if err := p.value(outer, v, keyCols, values); err != nil {
			return nil, err
		}
	}
	r := resolved(outer)
	for i := range p.groups {
		for _, c := range p.in.cols {
			if c.ID == r.cols[i].ID {
				r.cols[i].qualifier = c.qualifier
			}
		}
	}
	return r, nil
}

// value adds the columns of one pivot value.
func (p *pivot) value(outer *logical.Aggregate, v expr.Expr, keys, values []*expr.Column) error {
	name := ""
	if al, ok := v.(*expr.Alias); ok {
		v, name = al.Child, al.Names[0]
	}
	match, text, err := p.match(v, keys)
	if err != nil {
		return err
	}
	if name == "" {
		name = text
	}
	for i, it := range p.aggs {
		bound, err := p.first(values[i], match, v.Pos())
		if err != nil {
			return err
		}
		label := name
		if len(p.aggs) > 1 {
			suffix := it.name
			if suffix == "" {
				suffix = autoName(p.a, it.ast)
			}
			label = name + "_" + suffix
		}
		outer.Aggs = append(outer.Aggs, logical.Named{Col: &expr.Column{ID: p.a.NextID(), Name: label, T: bound.Type(), Null: true}, Expr: bound})
	}
	return nil
}

// first is first(value) FILTER (WHERE match).
func (p *pivot) first(value *expr.Column, match expr.Expr, pos sqlerr.Pos) (expr.Expr, error) {
	e, err := p.b.call("first", pos, value)
	if err != nil {
		return nil, err
	}
	ag, ok := e.(*expr.Aggregate)
	if !ok {
		return nil, sqlerr.Internal("first became %T", e)
	}
	c := *ag
	c.Filter = match
	return &c, nil
}

// match is the test for one pivot value, and the value's text.
func (p *pivot) match(v expr.Expr, keys []*expr.Column) (expr.Expr, string, error) {
	x, err := p.a.binder(nil, "PIVOT").expr(v)
	if err != nil {
		if e := sqlerr.As(err); e != nil && e.Condition == "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION" {
			err = sqlerr.New("NON_LITERAL_PIVOT_VALUES", v.Pos(), "Literal expressions required for pivot values, found \"%s\".", autoName(p.a, v))
		}
		return nil, "", err
	}
	parts := []expr.Expr{x}
	if len(keys) > 1 {
		if x.Type().Kind != types.Struct || len(x.Type().Fields()) != len(keys) {
			return nil, "", p.mismatch(v, x, keys)
		}
		parts = fieldsOf(x)
	}
	var conds []expr.Expr
	text := ""
	for i, part := range parts {
		lit, err := p.a.constant(part)
		if err != nil {
			return nil, "", err
		}
		if lit == nil {
			return nil, "", sqlerr.New("NON_LITERAL_PIVOT_VALUES", v.Pos(), "Literal expressions required for pivot values, found \"%s\".", autoName(p.a, v))
		}
		if !types.CanCast(lit.T, keys[i].T, p.a.env.ANSI) {
			return nil, "", p.mismatch(v, x, keys)
		}
		eq, err := p.b.call("<=>", v.Pos(), keys[i], p.a.implicit(lit, keys[i].T))
		if err != nil {
			return nil, "", err
		}
		conds = append(conds, eq)
		if i > 0 {
			text += ", "
		}
		text += p.cell(lit)
	}
	if len(parts) > 1 {
		text = "{" + text + "}"
	}
	return expr.Conjunction(conds), text, nil
}

// cell is a value as CAST(… AS STRING) prints it.
func (p *pivot) cell(l *expr.Literal) string {
	if l.Value == nil {
		return "null"
	}
	if s, err := p.a.constant(&expr.Cast{Child: l, To: types.StringType, Mode: p.a.mode()}); err == nil && s != nil {
		if text, ok := s.Value.(string); ok {
			return text
		}
	}
	return literalText(l, p.a)
}

func (p *pivot) mismatch(v, x expr.Expr, keys []*expr.Column) error {
	want := keys[0].T.SQL()
	if len(keys) > 1 {
		var fs []types.Field
		for _, k := range keys {
			fs = append(fs, types.Field{Name: k.Name, Type: k.T, Nullable: k.Null})
		}
		want = types.StructOf(fs...).SQL()
	}
	return sqlerr.New("PIVOT_VALUE_DATA_TYPE_MISMATCH", v.Pos(), "Invalid pivot value \"%s\": value data type \"%s\" does not match pivot column data type \"%s\".", autoName(p.a, v), x.Type().SQL(), want)
}
