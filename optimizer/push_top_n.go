package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// pushTopN moves ORDER BY with LIMIT towards the scans. The outer one stays, except above a projection.
//
//	TopN n by a (Project a, f(b) (t))      → Project a, f(b) (TopN n by a (t))
//	TopN n by a.x (a LEFT JOIN b)          → TopN n by a.x (TopN n by a.x (a) LEFT JOIN b)
//	TopN n by x (a UNION ALL b)            → TopN n by x (TopN n by x (a) UNION ALL TopN n by x (b))
//
// It does not fire when a key is computed by the projection, when the projection drops columns (the rows would grow) or computes nothing, when
// a key comes from the outer join's right side, or when a key may fail.
var pushTopN = each(func(_ *Context, n logical.Plan) logical.Plan {
	l, ok := n.(*logical.Limit)
	if !ok || l.Count < 0 {
		return n
	}
	s, ok := l.Input.(*logical.Sort)
	if !ok || !totalKeys(s.Keys) {
		return n
	}
	switch in := s.Input.(type) {
	case *logical.Project:
		if picked := picksColumns(in); picked != nil { // look through it
			keys := substituteKeys(s.Keys, picked)
			if below, changed := topNBelow(in.Input, s, keys, l.Count+l.Offset); changed {
				p := *in
				p.Input = below
				return resorted(l, s, &p)
			}
			return n
		}
		return topNBelowProject(l, s, in)
	default:
		if below, changed := topNBelow(in, s, s.Keys, l.Count+l.Offset); changed {
			return resorted(l, s, below)
		}
	}
	return n
})

// picksColumns maps the columns of a projection that computes nothing to its input's; nil for others.
func picksColumns(p *logical.Project) map[expr.ColumnID]expr.Expr {
	out := map[expr.ColumnID]expr.Expr{}
	for _, it := range p.List {
		if _, ok := it.Expr.(*expr.Column); !ok {
			return nil
		}
		out[it.Col.ID] = it.Expr
	}
	return out
}

func substituteKeys(keys []expr.SortKey, sub map[expr.ColumnID]expr.Expr) []expr.SortKey {
	out := make([]expr.SortKey, len(keys))
	for i, k := range keys {
		k.Expr = expr.Substitute(k.Expr, sub)
		out[i] = k
	}
	return out
}

// topNBelow bounds the inputs of an outer join or union.
func topNBelow(p logical.Plan, s *logical.Sort, keys []expr.SortKey, count int64) (logical.Plan, bool) {
	switch in := p.(type) {
	case *logical.Join:
		if in.Kind != logical.LeftOuter || !keysFrom(keys, setOf(in.Left.Output())) {
			return p, false
		}
		left, changed := topN(in.Left, s, keys, count)
		j := *in
		j.Left = left
		return &j, changed
	case *logical.SetOp:
		return topNBelowUnion(in, s, keys, count)
	}
	return p, false
}

func totalKeys(keys []expr.SortKey) bool {
	for _, k := range keys {
		if expr.MayFail(k.Expr) || expr.IsVolatile(k.Expr) {
			return false
		}
	}
	return true
}

func keysFrom(keys []expr.SortKey, cols columnSet) bool {
	for _, k := range keys {
		if !cols.covers(k.Expr) {
			return false
		}
	}
	return true
}

func resorted(l *logical.Limit, s *logical.Sort, in logical.Plan) logical.Plan {
	sort, limit := *s, *l
	sort.Input, limit.Input = in, &sort
	return &limit
}

// topN puts a top-N over p unless there is a bound already.
func topN(p logical.Plan, like *logical.Sort, keys []expr.SortKey, count int64) (logical.Plan, bool) {
	if isBounded(p, count) {
		return p, false
	}
	sort := *like
	sort.Input, sort.Keys = p, keys
	return &logical.Limit{Input: &sort, Count: count}, true
}

func topNBelowProject(l *logical.Limit, s *logical.Sort, p *logical.Project) logical.Plan {
	sub, used := map[expr.ColumnID]expr.Expr{}, columnSet{}
	for _, it := range p.List {
		if expr.IsVolatile(it.Expr) {
			return l
		}
		used.addExpr(it.Expr)
		if trivial(it.Expr) {
			sub[it.Col.ID] = it.Expr
		}
	}
	for _, c := range p.Input.Output() {
		if !used[c.ID] {
			return l
		}
	}
	for _, k := range s.Keys {
		ok := true
		expr.Columns(k.Expr, func(c *expr.Column) { ok = ok && sub[c.ID] != nil })
		if !ok {
			return l
		}
	}
	keys := substituteKeys(s.Keys, sub)
	sort, limit, out := *s, *l, *p
	sort.Keys, sort.Input = keys, p.Input
	limit.Input = &sort
	out.Input = &limit
	return &out
}

func topNBelowUnion(u *logical.SetOp, s *logical.Sort, keys []expr.SortKey, count int64) (logical.Plan, bool) {
	if u.Kind != logical.UnionOp || !u.All {
		return u, false
	}
	out := *u
	out.Inputs = make([]logical.Plan, len(u.Inputs))
	changed := false
	for i, in := range u.Inputs {
		sub := map[expr.ColumnID]expr.Expr{}
		for j, c := range in.Output() {
			sub[u.Out[j].ID] = c
		}
		pushed, did := topN(in, s, substituteKeys(keys, sub), count)
		out.Inputs[i], changed = pushed, changed || did
	}
	return &out, changed
}
