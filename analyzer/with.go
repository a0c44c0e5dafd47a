package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// cteScope is the definitions of WITH in reach, innermost first.
type cteScope struct {
	name  string
	def   int64
	cols  []column // nil while the anchor of a recursive definition is being bound
	plan  logical.Plan
	outer *cteScope
}

// with binds WITH. A definition is bound once; every reference reads it under fresh numbers.
func (a *analyzer) with(n *logical.UnresolvedWith, outer *scope) (*relation, error) {
	inner := *a
	w := &logical.With{Base: n.Base}
	seen := map[string]bool{}
	for i := range n.Defs {
		d := &n.Defs[i]
		key := strings.ToLower(d.Name)
		if seen[key] {
			return nil, sqlerr.New("DUPLICATED_CTE_NAMES", d.Pos, "CTE definition can't have duplicate names: %s.", types.Quote(d.Name))
		}
		seen[key] = true
		def, cols, err := inner.definition(d, n.Recursive, outer)
		if err != nil {
			return nil, err
		}
		w.Defs = append(w.Defs, *def)
		inner.ctes = &cteScope{name: key, def: def.ID, cols: cols, plan: def.Plan, outer: inner.ctes}
	}
	r, err := inner.plan(n.Body, outer)
	if err != nil {
		return nil, err
	}
	over := func(in logical.Plan) logical.Plan {
		c := *w
		c.Body = in
		return &c
	}
	return r.over(over(r.plan), over), nil
}

// recursiveWith binds a recursive definition whose query begins with WITH.
func (a *analyzer) recursiveWith(d *logical.CTE, w *logical.UnresolvedWith, outer *scope) (*relation, error) {
	inner := *a
	out := &logical.With{Base: w.Base}
	for i := range w.Defs {
		def, cols, err := inner.definition(&w.Defs[i], w.Recursive, outer)
		if err != nil {
			return nil, err
		}
		out.Defs = append(out.Defs, *def)
		inner.ctes = &cteScope{name: strings.ToLower(w.Defs[i].Name), def: def.ID, cols: cols, outer: inner.ctes}
	}
	body := *d
	body.Query = w.Body
	r, err := inner.recursive(&body, outer)
	if err != nil {
		return nil, err
	}
	out.Body = r.plan
	r.plan = out
	return r, nil
}

// nestedDefinitions rejects a definition inside another query of WITH, or inside a subquery, that has the name of one in reach: with
// spark.sql.legacy.ctePrecedencePolicy=EXCEPTION it is not decided which is meant. start marks the start of a query; queries in FROM are none.
func nestedDefinitions(p logical.Plan, outer []string, start bool) error {
	if w, ok := p.(*logical.UnresolvedWith); ok && start {
		names := outer[:len(outer):len(outer)]
		for _, d := range w.Defs {
			if containsFold(outer, d.Name) {
				return sqlerr.New("AMBIGUOUS_ALIAS_IN_NESTED_CTE", d.Pos, "Name %s is ambiguous in nested CTE.", types.Quote(d.Name)).
					WithHint("Set \"spark.sql.legacy.ctePrecedencePolicy\" to \"CORRECTED\" so that the name defined in the inner CTE takes precedence.")
			}
			if err := nestedDefinitions(d.Query, names, true); err != nil {
				return err
			}
			names = append(names, d.Name)
		}
		return nestedDefinitions(w.Body, names, false)
	}
	for _, e := range unboundExpressions(p) {
		var err error
		expr.Walk(e, func(x expr.Expr) bool {
			if s, ok := x.(*expr.Subquery); ok && err == nil {
				if q, ok := s.Query.(logical.Plan); ok {
					err = nestedDefinitions(q, outer, true)
				}
			}
			return err == nil
		})
		if err != nil {
			return err
		}
	}
	for _, c := range p.Children() {
		if err := nestedDefinitions(c, outer, false); err != nil {
			return err
		}
	}
	return nil
}

func mentionsInDefs(w *logical.UnresolvedWith, name string) bool {
	for _, d := range w.Defs {
		if mentions(d.Query, name) {
			return true
		}
	}
	return false
}

// definition binds one definition.
func (a *analyzer) definition(d *logical.CTE, recursive bool, outer *scope) (*logical.Def, []column, error) {
	var r *relation
	var err error
	if recursive && mentions(d.Query, d.Name) {
		r, err = a.recursive(d, outer)
	} else {
		if d.MaxLevels != nil && !recursive {
			return nil, nil, sqlerr.New("INVALID_RECURSIVE_CTE", d.Pos, "MAX RECURSION LEVEL is set for a definition that is not recursive.")
		}
		r, err = a.plan(d.Query, outer)
		if err == nil {
			r, err = a.renamed(a.exact(sealed(d.Query, r)), d)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return &logical.Def{ID: int64(a.NextID()), Name: d.Name, Plan: r.plan}, r.cols, nil
}

// renamed gives the columns of a definition the names that it lists.
func (a *analyzer) renamed(r *relation, d *logical.CTE) (*relation, error) {
	if d.Columns == nil {
		return r, nil
	}
	if len(d.Columns) != len(r.cols) {
		return nil, sqlerr.New("ASSIGNMENT_ARITY_MISMATCH", d.Pos, "The number of columns or variables assigned or aliased: %d does not match the number of source expressions: %d.", len(d.Columns), len(r.cols))
	}
	list := make([]logical.Named, len(r.cols))
	for i, c := range r.cols {
		to := a.fresh(c.Column)
		to.Name = d.Columns[i]
		list[i] = logical.Named{Col: to, Expr: c.Column}
	}
	return resolved(&logical.Project{Base: logical.Base{At: d.Pos}, Input: r.plan, List: list}), nil
}

// cteReference reads a definition in reach, or gives nil.
func (a *analyzer) cteReference(name string, base logical.Base) (*relation, error) {
	for s := a.ctes; s != nil; s = s.outer {
		if !strings.EqualFold(s.name, name) {
			continue
		}
		if s.cols == nil {
			return nil, sqlerr.New("INVALID_RECURSIVE_CTE", base.At, "Invalid recursive definition found. Recursive queries must contain an UNION or an UNION ALL statement with 2 children. The first child needs to be the anchor term without any recursive references.")
		}
		ref := &logical.Ref{Base: base, Def: s.def, Name: name}
		for _, c := range s.cols {
			ref.Out = append(ref.Out, a.fresh(c.Column))
		}
		return resolved(&logical.SubqueryAlias{Base: base, Input: ref, Name: []string{name}}).qualified([]string{name}), nil
	}
	return nil, nil
}

// recursive binds a definition that reads itself: UNION [ALL] of an anchor and a step.
func (a *analyzer) recursive(d *logical.CTE, outer *scope) (*relation, error) {
	query := d.Query
	columns := d.Columns
	if w, ok := query.(*logical.UnresolvedWith); ok && !mentionsInDefs(w, d.Name) {
		return a.recursiveWith(d, w, outer)
	}
	if al, ok := query.(*logical.UnresolvedAlias); ok && columns == nil {
		query, columns = al.Input, al.Columns
	}
	u, ok := query.(*logical.SetOp)
	if !ok || u.Kind != logical.UnionOp || len(u.Inputs) < 2 || mentions(u.Inputs[0], d.Name) {
		return nil, sqlerr.New("INVALID_RECURSIVE_CTE", d.Pos, "Invalid recursive definition found. Recursive queries must contain an UNION or an UNION ALL statement with 2 children. The first child needs to be the anchor term without any recursive references.")
	}
	if !u.All {
		return nil, sqlerr.New("UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE", d.Pos, "The UNION operator is not yet supported within recursive common table expressions (WITH clauses that refer to themselves, directly or indirectly).").WithHint("Please use UNION ALL instead.")
	}
	inner := *a
	self := &cteScope{name: strings.ToLower(d.Name), outer: a.ctes}
	inner.ctes = self
	anchor, step := u.Inputs[0], u.Inputs[len(u.Inputs)-1]
	if len(u.Inputs) > 2 {
		anchor = &logical.SetOp{Base: u.Base, Kind: u.Kind, All: u.All, Inputs: u.Inputs[:len(u.Inputs)-1]}
	}
	ar, err := inner.plan(anchor, outer)
	if err != nil {
		return nil, err
	}
	if ar, err = a.renamed(a.exact(sealed(anchor, ar)), &logical.CTE{Columns: columns, Pos: d.Pos}); err != nil {
		return nil, err
	}
	return inner.step(d, u, self, ar, step, outer)
}

// step binds the part that reads the last rows, and casts its columns to the anchor's types.
func (a *analyzer) step(d *logical.CTE, u *logical.SetOp, self *cteScope, anchor *relation, step logical.Plan, outer *scope) (*relation, error) {
	self.def = int64(a.NextID())
	want := make([]types.Type, len(anchor.cols))
	for i, c := range anchor.cols {
		n := *c.Column
		n.Null = true // the step may give nulls
		self.cols = append(self.cols, column{Column: &n})
		want[i] = c.T
	}
	sr, err := a.plan(step, outer)
	if err != nil {
		return nil, err
	}
	sr = a.exact(sr)
	if len(sr.cols) != len(anchor.cols) {
		return nil, sqlerr.New("NUM_COLUMNS_MISMATCH", step.Pos(), "UNION can only be performed on inputs with the same number of columns, but the first input has %d columns and the second input has %d columns.", len(anchor.cols), len(sr.cols))
	}
	for i, c := range sr.cols {
		t, ok := types.Wider(want[i], c.T, a.env.ANSI)
		if !ok {
			return nil, sqlerr.New("INCOMPATIBLE_COLUMN_TYPE", step.Pos(), "UNION can only be performed on tables with compatible column types. The column %s of the second table is \"%s\" type which is not compatible with \"%s\" at the same column of the first table.", types.Quote(c.Name), c.T.SQL(), want[i].SQL())
		}
		if anchor.cols[i].T.Kind == types.Null {
			want[i] = t
		}
	}
	if err := recursivePlace(sr.plan, self.def, step); err != nil {
		return nil, err
	}
	out := &logical.Recursive{Base: u.Base, ID: self.def, Name: d.Name, Anchor: a.castTo(anchor, want).plan, Step: a.castTo(sr, want).plan, All: u.All}
	for i, c := range anchor.cols {
		out.Out = append(out.Out, &expr.Column{ID: a.NextID(), Name: c.Name, T: want[i], Null: c.Null || sr.cols[i].Null})
	}
	if d.MaxLevels != nil {
		n, err := a.limitValue(d.MaxLevels, "max recursion level")
		if err != nil {
			return nil, err
		}
		out.MaxLevels = int(n)
	}
	return resolved(out), nil
}

// recursivePlace rejects references to the recursion where rows of earlier rounds would be needed: below aggregates, in subqueries, on
// the side of an outer join that may be null-filled.
func recursivePlace(p logical.Plan, def int64, step logical.Plan) error {
	bad := sqlerr.New("INVALID_RECURSIVE_REFERENCE.PLACE", step.Pos(), "Invalid recursive reference found: recursive references cannot be used on the right side of left outer/semi/anti joins, on the left side of right outer joins, in full outer joins, in aggregates, and in subquery expressions.")
	inExpr, blocked := false, false
	logical.Walk(p, func(n logical.Plan) bool {
		for _, e := range logical.Expressions(n) {
			expr.Walk(e, func(x expr.Expr) bool {
				if s, ok := x.(*expr.Subquery); ok {
					inExpr = inExpr || reads(s.Query.(logical.Plan), def)
				}
				return true
			})
		}
		switch n := n.(type) {
		case *logical.Aggregate, *logical.Distinct, *logical.Window, *logical.Sort:
			blocked = blocked || reads(n, def)
		case *logical.Join:
			switch n.Kind {
			case logical.LeftOuter, logical.LeftSemi, logical.LeftAnti:
				blocked = blocked || reads(n.Right, def)
			case logical.RightOuter:
				blocked = blocked || reads(n.Left, def)
			case logical.FullOuter:
				blocked = blocked || reads(n, def)
			}
		}
		return true
	})
	if inExpr || blocked {
		return bad
	}
	return nil
}

func reads(p logical.Plan, def int64) bool {
	found := false
	logical.Walk(p, func(n logical.Plan) bool {
		if r, ok := n.(*logical.Ref); ok && r.Def == def {
			found = true
		}
		return !found
	})
	return found
}

// mentions reports whether an unbound query names a relation, also in subqueries. A nested WITH of the same name hides it.
func mentions(p logical.Plan, name string) bool {
	found := false
	logical.Walk(p, func(n logical.Plan) bool {
		switch n := n.(type) {
		case *logical.UnresolvedRelation:
			found = found || len(n.Parts) == 1 && strings.EqualFold(n.Parts[0], name)
		case *logical.UnresolvedWith:
			for _, d := range n.Defs {
				if strings.EqualFold(d.Name, name) {
					return false
				}
			}
		}
		for _, e := range unboundExpressions(n) {
			expr.Walk(e, func(x expr.Expr) bool {
				if s, ok := x.(*expr.Subquery); ok {
					if q, ok := s.Query.(logical.Plan); ok {
						found = found || mentions(q, name)
					}
				}
				return !found
			})
		}
		return !found
	})
	return found
}

// unboundExpressions returns the expressions of a node before analysis.
func unboundExpressions(p logical.Plan) []expr.Expr {
	var out []expr.Expr
	add := func(es ...expr.Expr) {
		for _, e := range es {
			if e != nil {
				out = append(out, e)
			}
		}
	}
	switch n := p.(type) {
	case *logical.Select:
		add(n.List...)
		add(n.Where, n.Having, n.Qualify)
		if n.Group != nil {
			add(groupingExprs(n.Group.Items, nil)...)
		}
		for _, v := range n.Views {
			add(v.Call)
		}
	case *logical.Order:
		for _, k := range n.By {
			add(k.Expr)
		}
		add(n.Limit, n.Offset)
	case *logical.UnresolvedFilter:
		add(n.Pred)
	case *logical.UnresolvedProject:
		add(n.List...)
	case *logical.UnresolvedJoin:
		add(n.Cond)
	case *logical.UnresolvedAggregate:
		add(n.List...)
	case *logical.WithColumns:
		for _, al := range n.List {
			add(al)
		}
	case *logical.UnresolvedValues:
		for _, r := range n.Rows {
			add(r...)
		}
	case *logical.TableFunction:
		if n.Call != nil {
			add(n.Call)
		}
	}
	return out
}
