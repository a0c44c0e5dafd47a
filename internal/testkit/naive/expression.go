package naive

import (
	"fmt"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// scope gives the values of columns: those of a row, then those of the row around it.
type scope struct {
	index map[expr.ColumnID]int
	row   []any
	outer *scope
}

func newScope(cols []*expr.Column, outer *scope) *scope {
	s := &scope{index: make(map[expr.ColumnID]int, len(cols)), outer: outer}
	for i, c := range cols {
		s.index[c.ID] = i
	}
	return s
}

func (s *scope) lookup(id expr.ColumnID) (any, bool) {
	for ; s != nil; s = s.outer {
		if i, ok := s.index[id]; ok {
			return s.row[i], true
		}
	}
	return nil, false
}

// with is the scope with another row.
func (s *scope) with(row []any) *scope { return &scope{s.index, row, s.outer} }

// prepared is an expression whose subqueries are columns, computed when a row asks for them.
type prepared struct {
	e    expr.Expr
	subs map[expr.ColumnID]*expr.Subquery
}

func (x *executor) prepare(e expr.Expr) *prepared {
	if p := x.prepared[e]; p != nil {
		return p
	}
	p := &prepared{subs: map[expr.ColumnID]*expr.Subquery{}}
	p.e = expr.Rewrite(e, func(n expr.Expr) expr.Expr {
		q, ok := n.(*expr.Subquery)
		if !ok {
			return n
		}
		x.ids--
		p.subs[x.ids] = q
		return &expr.Column{ID: x.ids, Name: "subquery", T: q.T, Null: true}
	})
	x.prepared[e] = p
	return p
}

// eval computes an expression for the row of a scope.
func (x *executor) eval(e expr.Expr, s *scope) (any, error) {
	return x.evalPrepared(x.prepare(e), x.prepare(e).e, s)
}

func (x *executor) evalPrepared(p *prepared, e expr.Expr, s *scope) (any, error) {
	// A column cannot fail for RowEval. What a subquery's failure makes of the rest does not matter: its error is the outcome.
	var failed error
	v, err := eval.RowEval(e, func(id expr.ColumnID) any {
		if failed != nil {
			return nil
		}
		if q, ok := p.subs[id]; ok {
			v, err := x.subquery(p, q, s)
			if err != nil {
				failed = err
			}
			return v
		}
		v, ok := s.lookup(id)
		if !ok {
			failed = fmt.Errorf("naive: no column %d", id)
		}
		return v
	}, x.env)
	if failed != nil {
		return nil, failed
	}
	return v, err
}

func (x *executor) list(es []expr.Expr, s *scope) ([]any, error) {
	out := make([]any, len(es))
	for i, e := range es {
		var err error
		if out[i], err = x.eval(e, s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// query runs a subquery's plan, once if it reads nothing of the row.
func (x *executor) query(p logical.Plan, s *scope) (*relation, error) {
	if o, ok := x.cache[p]; ok {
		return o.rel, o.err
	}
	rel, err := x.run(p, s)
	if len(logical.Free(p)) == 0 {
		x.cache[p] = outcome{rel, err}
	}
	return rel, err
}

func (x *executor) subquery(p *prepared, q *expr.Subquery, s *scope) (any, error) {
	switch q.Kind {
	case expr.ScalarSubquery:
		r, err := x.query(q.Query.(logical.Plan), s)
		switch {
		case err != nil:
			return nil, err
		case len(r.rows) == 0:
			return nil, nil
		case len(r.rows) > 1:
			return nil, sqlerr.New("SCALAR_SUBQUERY_TOO_MANY_ROWS", q.At, "more than one row")
		}
		return r.rows[0][0], nil
	case expr.ExistsSubquery:
		r, err := x.query(q.Query.(logical.Plan), s)
		if err != nil {
			return nil, err
		}
		return len(r.rows) > 0, nil
	}
	left := make([]any, len(q.Left))
	for i, e := range q.Left {
		var err error
		if left[i], err = x.evalPrepared(p, e, s); err != nil {
			return nil, err
		}
	}
	r, err := x.query(q.Query.(logical.Plan), s)
	if err != nil {
		return nil, err
	}
	return quantified(q, left, r.rows)
}

// quantified is IN, and comparison with ANY or ALL rows.
func quantified(q *expr.Subquery, left []any, rows [][]any) (any, error) {
	op := q.Op
	if q.Kind == expr.InSubquery {
		op = "="
	}
	var result any = q.All
	for _, row := range rows {
		if len(row) != len(left) {
			return nil, &Unsupported{"a row value of another form"}
		}
		v, err := compareRows(op, left, row)
		switch {
		case err != nil:
			return nil, err
		case v == nil:
			result = nil
		case v.(bool) != q.All:
			return !q.All, nil
		}
	}
	return result, nil
}

// compareRows is three-valued.
func compareRows(op string, a, b []any) (any, error) {
	if op != "=" && len(a) != 1 {
		return nil, &Unsupported{"an ordering of rows"}
	}
	var result any = true
	for i := range a {
		if a[i] == nil || b[i] == nil {
			result = nil
			continue
		}
		c := eval.CompareValues(a[i], b[i])
		holds := map[string]bool{"=": c == 0, "<>": c != 0, "!=": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[op]
		if !holds {
			return false, nil
		}
	}
	return result, nil
}
