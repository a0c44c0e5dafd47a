package analyzer

import (
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func (a *analyzer) confTrue(key string) bool { return !strings.EqualFold(a.Conf(key), "false") }

// relation binds a table name: a definition of WITH, a view, a table, or files.
func (a *analyzer) relation(n *logical.UnresolvedRelation, outer *scope) (*relation, error) {
	if n.Version != nil || n.Timestamp != nil {
		return nil, sqlerr.Unsupported("TIME_TRAVEL", n.At, "Time travel on the relation: %s.", catalog.QuoteName(n.Parts))
	}
	parts := n.Parts
	if n.Identifier != nil {
		var err error
		if parts, err = a.identifierName(n.Identifier); err != nil {
			return nil, err
		}
	}
	if len(parts) == 2 && parts[1] == "" {
		return nil, sqlerr.New("INVALID_EMPTY_LOCATION", n.At, "The location name cannot be empty string, but `` was given.")
	}
	if n.Path != "" {
		r, err := a.open(n)
		if err != nil {
			return nil, placed(err, n.At)
		}
		return a.table(r.Table, []string{n.Path}, n.Base), nil
	}
	if len(parts) == 1 {
		if r, err := a.cteReference(parts[0], n.Base); r != nil || err != nil {
			return r, err
		}
	}
	r, err := a.lookup(n, parts)
	if err != nil {
		return nil, placed(err, n.At)
	}
	if r.View != nil {
		return a.view(r.View, n.Base)
	}
	return a.table(r.Table, parts, n.Base), nil
}

// open opens the files of a path, once for a statement.
func (a *analyzer) open(n *logical.UnresolvedRelation) (*catalog.Relation, error) {
	if r, ok := a.bindings.Relation(n).(*catalog.Relation); ok {
		return r, nil
	}
	r, err := a.Catalog.Open(a.ctx, "", n.Path, n.Options)
	if err == nil {
		a.bindings.SetRelation(n, r)
	}
	return r, err
}

// lookup finds what a name means: what it meant when its statement was first bound, a table with the files it has now.
func (a *analyzer) lookup(n *logical.UnresolvedRelation, parts []string) (*catalog.Relation, error) {
	if r, ok := a.bindings.Relation(n).(*catalog.Relation); ok {
		if r.View != nil || r.Table.Database == "" {
			return r, nil
		}
		if now := a.Catalog.FindIn(r.Table.FullName(), a.env.Database); now != nil && now.Table != nil {
			return now, nil
		}
		return nil, a.Catalog.NotFound(parts, n.At)
	}
	r := a.Catalog.FindIn(parts, a.env.Database)
	if r == nil {
		var err error
		if r, err = a.Catalog.Resolve(a.ctx, parts, n.Options, n.At); err != nil {
			return nil, err
		}
	}
	a.bindings.SetRelation(n, r)
	return r, nil
}

// openView is a view whose text is being bound. Another view of the same name is another view: it was there before.
type openView struct {
	view *catalog.View
	name string
}

func viewNames(open []openView) []string {
	names := make([]string, len(open))
	for i, v := range open {
		names[i] = v.name
	}
	return names
}

// placed gives an error the place of the node that caused it.
func placed(err error, pos sqlerr.Pos) error {
	if e := sqlerr.As(err); e != nil {
		e.At(pos)
	}
	return err
}

// table makes a scan under fresh column numbers.
func (a *analyzer) table(t *catalog.Table, parts []string, base logical.Base) *relation {
	s := &logical.Scan{Base: base, Name: strings.Join(parts, "."), Table: t.Source}
	for i, f := range t.Schema() {
		s.Out = append(s.Out, &expr.Column{ID: a.NextID(), Name: f.Name, T: plainStrings(f.Type), Null: f.Nullable})
		s.Fields = append(s.Fields, i)
	}
	name := t.FullName()
	if t.Database == "" {
		name = []string{t.Name}
	}
	return resolved(&logical.SubqueryAlias{Base: base, Input: s, Name: name}).qualified(name)
}

// view binds a view's query under the settings and the current database it was made with.
func (a *analyzer) view(v *catalog.View, base logical.Base) (*relation, error) {
	name := v.FullName()
	key := strings.ToLower(catalog.QuoteName(name))
	for _, open := range a.views {
		if open.view == v {
			return nil, sqlerr.New("RECURSIVE_VIEW", base.At, "Recursive view %s detected (cycle: %s).", catalog.QuoteName(name), strings.Join(append(viewNames(a.views), key), " -> "))
		}
	}
	if len(a.views) > 100 {
		return nil, sqlerr.New("VIEW_EXCEED_MAX_NESTED_DEPTH", base.At, "The depth of view %s exceeds the maximum view resolution depth (100).", catalog.QuoteName(name))
	}
	inner := a.forView(v)
	inner.views = append(a.views[:len(a.views):len(a.views)], openView{v, key})
	p := v.Plan
	if p == nil {
		var err error
		if p, err = a.Parse(v.Text, &sqlerr.Origin{Name: "view " + strings.Join(name, "."), Text: v.Text}); err != nil {
			return nil, err
		}
	}
	r, err := inner.plan(p, nil)
	if err != nil {
		return nil, placed(err, base.At)
	}
	r = inner.exact(r)
	if v.Zone != nil && v.Zone.String() != a.env.Zone.String() {
		r.plan = inZone(r.plan, v.Zone)
	}
	return a.viewColumns(v, r, base)
}

// inZone makes the calls and casts of a plan compute in a time zone, but those of views made under yet another.
func inZone(p logical.Plan, zone *time.Location) logical.Plan {
	return logical.Rewrite(p, func(n logical.Plan) logical.Plan {
		return logical.MapExpressions(n, func(e expr.Expr) expr.Expr {
			return expr.Rewrite(e, func(x expr.Expr) expr.Expr { return nodeInZone(x, zone) })
		})
	})
}

func nodeInZone(e expr.Expr, zone *time.Location) expr.Expr {
	switch x := e.(type) {
	case *expr.Call:
		if x.Zone == nil {
			c := *x
			c.Zone = zone
			return &c
		}
	case *expr.Cast:
		if x.Zone == nil {
			c := *x
			c.Zone = zone
			return &c
		}
	case *expr.Subquery:
		s := *x
		s.Query = inZone(x.Query.(logical.Plan), zone)
		return &s
	}
	return e
}

func (a *analyzer) forView(v *catalog.View) *analyzer {
	inner := *a
	env := *a.env
	if v.Current != "" {
		env.Database = v.Current
	}
	inner.ctes, inner.bindings = nil, nil
	if v.Conf != nil {
		if ansi, ok := v.Conf["spark.sql.ansi.enabled"]; ok {
			env.ANSI = strings.EqualFold(ansi, "true")
		}
		s := *a.Session
		outer := a.Conf
		s.Conf = func(key string) string {
			if value, ok := v.Conf[key]; ok {
				return value
			}
			return outer(key)
		}
		inner.Session = &s
	}
	inner.env = env.In(v.Zone)
	return &inner
}

// viewOutput takes the columns that the view's query gave when the view was made, by name: the tables below may have other ones since.
func viewOutput(v *catalog.View, r *relation, base logical.Base) (*relation, error) {
	if len(v.Schema) == 0 {
		return r, nil
	}
	same := len(v.Schema) == len(r.cols)
	for i, f := range v.Schema {
		same = same && strings.EqualFold(f.Name, r.cols[i].Name)
	}
	if same {
		return r, nil
	}
	var cols []column
	seen := map[string]int{}
	for _, f := range v.Schema {
		key := strings.ToLower(f.Name)
		want, hits := 0, []column(nil)
		for _, g := range v.Schema {
			if strings.EqualFold(g.Name, f.Name) {
				want++
			}
		}
		for _, c := range r.cols {
			if strings.EqualFold(c.Name, f.Name) {
				hits = append(hits, c)
			}
		}
		if len(hits) != want {
			return nil, sqlerr.New("INCOMPATIBLE_VIEW_SCHEMA_CHANGE", base.At, "The SQL query of view %s has an incompatible schema change and column %s cannot be resolved. Expected %d columns named %s but got %d.",
				catalog.QuoteName(v.FullName()), types.Quote(f.Name), want, types.Quote(f.Name), len(hits))
		}
		cols = append(cols, hits[seen[key]])
		seen[key]++
	}
	out := *r
	out.cols = cols
	return &out, nil
}

// viewColumns gives the query's columns the names and types of the view.
func (a *analyzer) viewColumns(v *catalog.View, r *relation, base logical.Base) (*relation, error) {
	name := v.FullName()
	r, err := viewOutput(v, r, base)
	if err != nil {
		return nil, err
	}
	list := make([]logical.Named, len(r.cols))
	changed := false
	for i, c := range r.cols {
		col := c.Column
		var e expr.Expr = c.Column
		if len(v.Schema) > 0 && !v.Temporary && !v.Schema[i].Type.SameShape(c.T) {
			e = a.implicit(e, v.Schema[i].Type)
		}
		if i < len(v.Columns) && v.Columns[i] != c.Name || e != expr.Expr(c.Column) {
			col = &expr.Column{ID: a.NextID(), Name: c.Name, T: e.Type(), Null: e.Nullable()}
			if i < len(v.Columns) {
				col.Name = v.Columns[i]
			}
			changed = true
		}
		list[i] = logical.Named{Col: col, Expr: e}
	}
	p := r.plan
	changed = changed || len(r.cols) != len(p.Output())
	if changed {
		p = &logical.Project{Base: base, Input: p, List: list}
	}
	return resolved(&logical.SubqueryAlias{Base: base, Input: p, Name: name}).qualified(name), nil
}

// alias binds t AS a(c1, c2).
func (a *analyzer) alias(n *logical.UnresolvedAlias, outer *scope) (*relation, error) {
	r, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	return a.aliased(r, n)
}

func (a *analyzer) aliased(r *relation, n *logical.UnresolvedAlias) (*relation, error) {
	frames := r.cols
	r = a.exact(r)
	var name []string
	if n.Name != "" {
		name = []string{n.Name}
	}
	s := &logical.SubqueryAlias{Base: n.Base, Input: r.plan, Name: name}
	if n.Columns != nil {
		if len(n.Columns) != len(r.cols) {
			return nil, arityMismatch(n, len(r.cols))
		}
		for i, c := range r.cols {
			to := a.fresh(c.Column)
			to.Name = n.Columns[i]
			s.Out = append(s.Out, to)
		}
	}
	out := resolved(s).qualified(name)
	for i := range out.cols {
		out.cols[i].frames = frames[i].frames
	}
	return out, nil
}

func arityMismatch(n *logical.UnresolvedAlias, have int) error {
	switch n.Input.(type) {
	case *logical.TableFunction:
		return sqlerr.New("NUM_TABLE_VALUE_ALIASES_MISMATCH", n.At, "Number of given aliases does not match number of output columns. Number of aliases: %d; number of output columns: %d.", len(n.Columns), have)
	case *logical.UnresolvedValues:
		return sqlerr.New("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", n.At, "The inline table has %d columns, but its alias names %d.", have, len(n.Columns))
	}
	return sqlerr.New("ASSIGNMENT_ARITY_MISMATCH", n.At, "The number of columns or variables assigned or aliased: %d does not match the number of source expressions: %d.", len(n.Columns), have)
}

// resolvedAlias keeps the names of an alias in a plan that is bound already.
func (a *analyzer) resolvedAlias(n *logical.SubqueryAlias, outer *scope) (*relation, error) {
	r, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	r = a.exact(r)
	c := *n
	c.Input = r.plan
	return resolved(&c).qualified(n.Name), nil
}

// columnsOf makes fresh columns of a schema.
func (a *analyzer) columnsOf(s types.Schema) []*expr.Column {
	out := make([]*expr.Column, len(s))
	for i, f := range s {
		out[i] = &expr.Column{ID: a.NextID(), Name: f.Name, T: f.Type, Null: f.Nullable}
	}
	return out
}
