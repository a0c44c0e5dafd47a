package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// blockOver binds a select list over a relation whose names stay in reach above: DataFrame calls and pipe operators.
func (a *analyzer) blockOver(in *relation, sel *logical.Select, outer *scope) (*relation, error) {
	k := &block{a: a, sel: sel, outer: outer, from: in, plan: in.plan, scope: in.scope(outer), byItem: map[expr.ColumnID]*item{}}
	if err := k.namedWindows(sel.Windows); err != nil {
		return nil, err
	}
	if err := k.list(); err != nil {
		return nil, err
	}
	var es []expr.Expr
	for _, it := range k.all() {
		es = append(es, it.e)
	}
	k.from = in.give(es)
	k.plan = k.from.plan
	return k.finish(nil)
}

// widening lets clauses above a projection use columns of its input that it does not give: they are added to its list when wanted.
func widening(r, in *relation) *relation {
	top, ok := r.plan.(*logical.Project)
	if !ok {
		return r
	}
	if _, plain := top.Input.(*logical.Project); plain && top.Input != in.plan {
		return r // layers of lateral aliases
	}
	for _, c := range append(append(in.cols[:len(in.cols):len(in.cols)], in.hidden...), in.missing...) {
		if !hasColumn(r.cols, c.ID) {
			r.missing = append(r.missing, c)
		}
	}
	r.widen = widened(r, in, top, nil)
	return r
}

// widened is the widen of a projection that already gives have beside its list.
func widened(r, in *relation, top *logical.Project, have []column) func([]column) *relation {
	return func(extra []column) *relation {
		all := have[:len(have):len(have)]
		for _, c := range extra {
			if !hasColumn(all, c.ID) {
				all = append(all, c)
			}
		}
		p := *top
		p.List = top.List[:len(top.List):len(top.List)]
		es := make([]expr.Expr, len(all))
		for i, c := range all {
			p.List = append(p.List, logical.Named{Col: c.Column, Expr: c.Column})
			es[i] = c.Column
		}
		if wide := in.give(es); wide != in {
			p.Input = replaceInput(top.Input, in.plan, wide.plan)
		}
		n := *r
		n.plan = &p
		n.widen = widened(r, in, top, all)
		return &n
	}
}

// replaceInput puts another plan in the place of old below p.
func replaceInput(p, old, with logical.Plan) logical.Plan {
	if p == old {
		return with
	}
	return logical.RewriteChildren(p, func(c logical.Plan) logical.Plan { return replaceInput(c, old, with) })
}

// project binds a DataFrame's select and |> SELECT.
func (a *analyzer) project(n *logical.UnresolvedProject, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	return a.blockOver(in, &logical.Select{Base: n.Base, List: n.List}, outer)
}

// filter binds a DataFrame's filter and |> WHERE.
func (a *analyzer) filter(n *logical.UnresolvedFilter, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	return a.filtered(in, n.Pred, n.Base, outer)
}

func (a *analyzer) filtered(in *relation, pred expr.Expr, base logical.Base, outer *scope) (*relation, error) {
	e, err := a.condition(pred, in.scope(outer), "WHERE")
	if err != nil {
		return nil, err
	}
	in = in.give([]expr.Expr{e})
	rebuild := func(p logical.Plan) logical.Plan { return &logical.Filter{Base: base, Input: p, Pred: e} }
	return in.over(rebuild(in.plan), rebuild), nil
}

// aggregate binds a DataFrame's groupBy(…).agg(…) and |> AGGREGATE: the grouping columns come first.
func (a *analyzer) aggregate(n *logical.UnresolvedAggregate, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	sel := &logical.Select{Base: n.Base, Group: n.Group, List: n.List}
	if n.Group != nil {
		g := *n.Group
		g.Items = append([]logical.GroupItem{}, g.Items...)
		for i, it := range g.Items {
			if p, ok := ordinal(it.Expr); ok && it.Kind == logical.GroupExpr {
				if p < 1 || p > len(in.cols) {
					return nil, sqlerr.New("GROUP_BY_POS_OUT_OF_RANGE", it.Expr.Pos(), "GROUP BY position %d is not in the input (valid range is [1, %d]).", p, len(in.cols))
				}
				g.Items[i].Expr = in.cols[p-1].Column
			}
		}
		if n.KeysFirst {
			sel.List = append(groupingExprs(g.Items, nil), n.List...)
		}
		for i, it := range g.Items {
			if al, ok := it.Expr.(*expr.Alias); ok {
				g.Items[i].Expr = al.Child
			}
		}
		sel.Group = &g
	} else {
		sel.Group = &logical.Grouping{Pos: n.At}
	}
	return a.blockOver(in.closed(), sel, outer)
}

// groupingExprs lists the expressions of grouping items, each once.
func groupingExprs(items []logical.GroupItem, out []expr.Expr) []expr.Expr {
	add := func(e expr.Expr) {
		for _, o := range out {
			if sameText(o, e) {
				return
			}
		}
		out = append(out, e)
	}
	for _, it := range items {
		if it.Expr != nil {
			add(it.Expr)
		}
		for _, set := range it.Sets {
			for _, e := range set {
				add(e)
			}
		}
		out = groupingExprs(it.Nested, out)
	}
	return out
}

func sameText(a, b expr.Expr) bool {
	x, ok := a.(*expr.Name)
	y, ok2 := b.(*expr.Name)
	return ok && ok2 && strings.EqualFold(strings.Join(x.Parts, "\x00"), strings.Join(y.Parts, "\x00"))
}

// withColumns binds withColumns, |> EXTEND (Append) and |> SET (MustExist).
func (a *analyzer) withColumns(n *logical.WithColumns, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	var list []expr.Expr
	used := map[*expr.Alias]bool{}
	for _, c := range in.cols {
		var e expr.Expr = c.Column
		for _, al := range n.List {
			if !n.Append && len(al.Names) == 1 && strings.EqualFold(al.Names[0], c.Name) {
				e = &expr.Alias{Base: al.Base, Child: al.Child, Names: []string{c.Name}}
				used[al] = true
			}
		}
		list = append(list, e)
	}
	for _, al := range n.List {
		switch {
		case used[al]:
		case n.MustExist:
			return nil, unresolvedName(al.Names[0], columnNames(in.cols), al.At)
		case len(al.Names) == 0:
			list = append(list, al.Child)
		default:
			list = append(list, al)
		}
	}
	return a.blockOver(in, &logical.Select{Base: n.Base, List: list}, outer)
}

// unresolvedName is the error for a column that a relation does not have.
func unresolvedName(name string, have []string, pos sqlerr.Pos) error {
	e := sqlerr.New("UNRESOLVED_COLUMN.WITH_SUGGESTION", pos, "A column, variable, or function parameter with name %s cannot be resolved.", catalog.QuoteName([]string{name}))
	near := sqlerr.Nearest(name, have, 5)
	if len(near) == 0 {
		near = have[:min(5, len(have))]
	}
	return e.WithHint("Did you mean one of the following? [%s].", catalog.QuoteList(near))
}

// dropColumns binds drop and |> DROP; a DataFrame's drop ignores columns that are not there.
func (a *analyzer) dropColumns(n *logical.DropColumns, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	drop := map[expr.ColumnID]bool{}
	for _, e := range n.Columns {
		name, ok := e.(*expr.Name)
		if ok && !n.MustExist && len(name.Parts) == 1 && name.PlanID == 0 {
			for _, c := range match(in.cols, name, 0) {
				drop[c.ID] = true
			}
			continue
		}
		x, err := a.binder(in.scope(nil), "DROP").expr(e)
		if err != nil {
			if n.MustExist {
				return nil, err
			}
			continue
		}
		if c, ok := x.(*expr.Column); ok {
			drop[c.ID] = true
		}
	}
	out := in.closed()
	out.hidden, out.cols = nil, nil
	for _, c := range in.cols {
		if !drop[c.ID] {
			out.cols = append(out.cols, c)
		}
	}
	return out, nil
}

// renameColumns binds withColumnsRenamed and toDF.
func (a *analyzer) renameColumns(n *logical.RenameColumns, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	if n.All && len(n.To) != len(in.cols) {
		return nil, sqlerr.New("ASSIGNMENT_ARITY_MISMATCH", n.At, "The number of columns or variables assigned or aliased: %d does not match the number of source expressions: %d.", len(n.To), len(in.cols))
	}
	out := in.closed()
	out.cols = append([]column{}, in.cols...)
	for i, c := range out.cols {
		to := ""
		if n.All {
			to = n.To[i]
		}
		for j, from := range n.From {
			if !n.All && strings.EqualFold(from, c.Name) {
				to = n.To[j]
			}
		}
		if to != "" {
			renamed := *c.Column
			renamed.Name = to
			out.cols[i].Column = &renamed
		}
	}
	return out, nil
}

// dataFrame marks the columns that a DataFrame's plan gives.
func (a *analyzer) dataFrame(n *logical.DataFrame, outer *scope) (*relation, error) {
	inner := a
	if n.Bindings != nil {
		inner = a.forFrame(n.Bindings)
	}
	in, err := inner.plan(n.Input, outer)
	if err != nil {
		if n.Bindings != nil && n.Bindings.Text != "" {
			err = sqlerr.Attach(err, n.Bindings.Text)
		}
		return nil, err
	}
	out := *in
	mark := func(cols []column) []column {
		m := append([]column{}, cols...)
		for i := range m {
			m[i].frames = append(m[i].frames[:len(m[i].frames):len(m[i].frames)], n.ID)
		}
		return m
	}
	out.cols, out.hidden = mark(in.cols), mark(in.hidden)
	return &out, nil
}

// forFrame binds under the parameters and names of a DataFrame's own statement.
func (a *analyzer) forFrame(b *logical.Bindings) *analyzer {
	inner, s := *a, *a.Session
	s.Params = Params{Positional: b.Positional, Named: b.Named}
	inner.Session, inner.bindings, inner.ctes = &s, b, nil
	return &inner
}

// sort binds a DataFrame's sort.
func (a *analyzer) sort(n *logical.Sort, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	keys, err := a.ordinals(n.Keys, in.output())
	if err != nil {
		return nil, err
	}
	return a.sortBy(in, keys, n.Global, n.Base, outer)
}

func (a *analyzer) distinctOn(n *logical.DistinctOn, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	in = in.closed()
	on, err := a.binder(in.scope(outer), "DISTINCT ON").exprs(n.On)
	if err != nil {
		return nil, err
	}
	in.plan = &logical.DistinctOn{Base: n.Base, Input: in.plan, On: on}
	return in, nil
}

func (a *analyzer) distinct(n *logical.Distinct, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	out := a.exact(in).closed()
	out.plan = &logical.Distinct{Base: n.Base, Input: out.plan}
	return out, nil
}

func (a *analyzer) repartition(n *logical.Repartition, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	keys, err := a.binder(in.scope(outer), "REPARTITION").keys(n.By)
	if err != nil {
		return nil, err
	}
	rebuild := func(p logical.Plan) logical.Plan {
		c := *n
		c.Input, c.By = p, keys
		return &c
	}
	return in.over(rebuild(in.plan), rebuild), nil
}

// passThrough binds nodes that keep their input's columns: LIMIT, a sample, a filter.
func (a *analyzer) passThrough(p logical.Plan, outer *scope) (*relation, error) {
	in, err := a.plan(p.Children()[0], outer)
	if err != nil {
		return nil, err
	}
	if f, ok := p.(*logical.Filter); ok {
		return a.filtered(in, f.Pred, f.Base, outer)
	}
	rebuild := func(in logical.Plan) logical.Plan { return p.WithChildren([]logical.Plan{in}) }
	return in.over(rebuild(in.plan), rebuild), nil
}
