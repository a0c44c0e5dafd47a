package analyzer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// column is a column of a relation as names see it.
type column struct {
	*expr.Column
	qualifier []string // catalog, database and table, or an alias
	frames    []int64  // the DataFrames whose plans gave it
}

// relation is a bound plan with its names. The plan may give more columns than the visible ones; exact cuts it down.
type relation struct {
	plan logical.Plan
	cols []column // visible, in order
	// hidden are columns of plan that only a qualified name reaches: the other side's key of a USING join.
	hidden []column
	// missing are columns that plan does not give but would if a projection below were wider. widen returns the relation whose plan
	// gives them too; it is nil when there are none.
	missing []column
	widen   func(extra []column) *relation
}

// resolved is the relation of a plan that is bound already.
func resolved(p logical.Plan) *relation {
	r := &relation{plan: p}
	for _, c := range p.Output() {
		r.cols = append(r.cols, column{Column: c})
	}
	return r
}

// output returns the visible columns.
func (r *relation) output() []*expr.Column {
	out := make([]*expr.Column, len(r.cols))
	for i, c := range r.cols {
		out[i] = c.Column
	}
	return out
}

// over returns the relation with another plan that gives the same columns. rebuild makes the plan again when a missing column is wanted.
func (r *relation) over(p logical.Plan, rebuild func(in logical.Plan) logical.Plan) *relation {
	n := *r
	n.plan = p
	if r.widen != nil {
		n.widen = func(extra []column) *relation {
			w := r.widen(extra)
			return w.over(rebuild(w.plan), rebuild)
		}
	}
	return &n
}

// closed returns the relation without what only a wider projection could give.
func (r *relation) closed() *relation {
	n := *r
	n.missing, n.widen = nil, nil
	return &n
}

// qualified returns the relation under one name, hiding the names below.
func (r *relation) qualified(name []string) *relation {
	n := &relation{plan: r.plan, cols: make([]column, len(r.cols))}
	for i, c := range r.cols {
		c.qualifier = name
		n.cols[i] = c
	}
	return n
}

// refresh takes nullability from the plan's output, which a join may have changed.
func refresh(cols []column, p logical.Plan) []column {
	by := map[expr.ColumnID]*expr.Column{}
	for _, c := range p.Output() {
		by[c.ID] = c
	}
	out := make([]column, len(cols))
	for i, c := range cols {
		if n := by[c.ID]; n != nil && n.Null != c.Null {
			m := *c.Column
			m.Null = n.Null
			c.Column = &m
		}
		out[i] = c
	}
	return out
}

// exact returns the relation with a plan that gives the visible columns and no others.
func (a *analyzer) exact(r *relation) *relation {
	out := r.plan.Output()
	same := len(out) == len(r.cols)
	for i := 0; same && i < len(out); i++ {
		same = out[i].ID == r.cols[i].ID && out[i].Name == r.cols[i].Name
	}
	if same {
		return r
	}
	seen := map[expr.ColumnID]bool{}
	list := make([]logical.Named, len(r.cols))
	n := *r
	n.cols = append([]column{}, r.cols...)
	for i, c := range r.cols {
		to := c.Column
		if seen[c.ID] {
			to = a.fresh(to)
			n.cols[i].Column = to
		}
		seen[c.ID] = true
		list[i] = logical.Named{Col: to, Expr: c.Column}
	}
	n.plan = &logical.Project{Input: r.plan, List: list}
	n.hidden, n.missing, n.widen = nil, nil, nil
	return &n
}

// scope is where names are looked up: columns, then aliases of the select list, then the scope around.
type scope struct {
	cols    []column
	hidden  []column
	missing []column
	aliases []alias
	// first makes aliases win over columns (HAVING, ORDER BY).
	first bool
	vars  map[string]expr.Expr // lambda parameters and parameters of SQL functions, by lower-case name
	// lambda marks a scope of lambda parameters only: names not found go on to outer without being correlated.
	lambda bool
	outer  *scope
	// fallback, if set, looks a name up that the columns do not have: GROUP BY finds aliases of the list by it.
	fallback func(n *expr.Name) (*found, error)
	// host is the block to which aggregates over this scope's columns in subqueries belong: those of HAVING.
	host *block
	// lateral marks the scope of a lateral join's right side, in which outer columns are like the query's own.
	lateral bool
}

// alias is an item of the select list that later items, HAVING and ORDER BY may name.
type alias struct {
	name string
	col  *expr.Column
	it   *item
}

// namesAlias reports references to items of the select list.
func (s *scope) namesAlias(e expr.Expr) bool {
	found := false
	expr.Columns(e, func(c *expr.Column) {
		for _, a := range s.aliases {
			found = found || a.col.ID == c.ID && !hasColumn(s.cols, c.ID)
		}
	})
	return found
}

func (r *relation) scope(outer *scope) *scope {
	return &scope{cols: r.cols, hidden: r.hidden, missing: r.missing, outer: outer}
}

// joined is the scope of a join's condition.
func joined(l, r *relation, outer *scope) *scope {
	return &scope{cols: append(l.cols[:len(l.cols):len(l.cols)], r.cols...), hidden: append(l.hidden[:len(l.hidden):len(l.hidden)], r.hidden...), outer: outer}
}

// oneRow is the relation of a query without FROM.
func oneRow() *relation {
	return &relation{plan: &logical.Values{Rows: [][]expr.Expr{{}}}}
}
