package optimizer

import (
	"maps"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// pruneColumns drops columns, aggregates and window functions that nobody reads, from the root down to the scans. A shared definition keeps
// the union of what its readers need.
//
//	Project a (Project a, b+1 (Scan a, b, c))   → Project a (Project a (Scan a))
func pruneColumns(c *Context, p logical.Plan) (logical.Plan, error) {
	pr := pruner{Context: c, refs: map[int64]map[int]bool{}}
	return restrict(pr.prune(p, setOf(p.Output())), p.Output()), nil
}

type pruner struct {
	*Context
	refs map[int64]map[int]bool // positions of definitions that are read
}

// with returns the set with the columns of expressions: s itself where it has them.
func (s columnSet) with(es ...expr.Expr) columnSet {
	out, own := s, false
	for _, e := range es {
		expr.Columns(e, func(c *expr.Column) {
			if out[c.ID] {
				return
			}
			if !own {
				out, own = make(columnSet, len(s)+2), true
				maps.Copy(out, s)
			}
			out[c.ID] = true
		})
	}
	return out
}

// keep returns the list's items that are needed; at least none.
func keepNamed(list []logical.Named, need columnSet) []logical.Named {
	var out []logical.Named
	for _, it := range list {
		if need[it.Col.ID] {
			out = append(out, it)
		}
	}
	return out
}

// prune returns p with at least the needed columns; it may produce more.
func (pr *pruner) prune(p logical.Plan, need columnSet) logical.Plan {
	switch n := p.(type) {
	case *logical.Scan:
		return pruneScan(n, need)
	case *logical.Values:
		return pruneValues(n, need)
	case *logical.Project:
		out := *n
		out.List = keepNamed(n.List, need)
		below := columnSet{}
		for _, it := range out.List {
			below.addExpr(it.Expr)
		}
		out.Input = pr.prune(n.Input, below)
		return &out
	case *logical.Filter:
		out := *n
		out.Input = pr.prune(n.Input, need.with(n.Pred))
		return &out
	case *logical.Join:
		return pr.join(n, need)
	case *logical.Aggregate:
		return pr.aggregate(n, need)
	case *logical.Window:
		out := *n
		out.Funcs = keepNamed(n.Funcs, need)
		below := need.with(logical.Expressions(&out)...)
		if len(out.Funcs) == 0 {
			return pr.prune(n.Input, need)
		}
		out.Input = narrow(pr.prune(n.Input, below), below)
		return &out
	case *logical.SetOp:
		return pr.setOp(n, need)
	case *logical.Generate:
		out := *n
		out.Input = pr.prune(n.Input, need.with(n.Call))
		return &out
	case *logical.Sort, *logical.Repartition:
		below := need.with(logical.Expressions(p)...)
		return p.WithChildren([]logical.Plan{narrow(pr.prune(p.Children()[0], below), below)})
	case *logical.DistinctOn:
		return p.WithChildren([]logical.Plan{pr.prune(n.Input, need.with(n.On...))})
	case *logical.Limit, *logical.Sample:
		return p.WithChildren([]logical.Plan{pr.prune(p.Children()[0], need)})
	case *logical.Distinct:
		return p.WithChildren([]logical.Plan{restrict(pr.prune(n.Input, setOf(n.Input.Output())), n.Input.Output())})
	case *logical.With:
		return pr.with(n, need)
	case *logical.Ref:
		used := pr.refs[n.Def]
		if used == nil {
			used = map[int]bool{}
			pr.refs[n.Def] = used
		}
		for i, c := range n.Out {
			if need[c.ID] {
				used[i] = true
			}
		}
		return n
	}
	return logical.RewriteChildren(p, func(c logical.Plan) logical.Plan {
		return restrict(pr.prune(c, setOf(c.Output())), c.Output())
	})
}

// pruneScan keeps the needed columns and those its filters read.
func pruneScan(n *logical.Scan, need columnSet) logical.Plan {
	need = need.with(n.Filters...)
	var out []*expr.Column
	var fields []int
	for i, c := range n.Out {
		if need[c.ID] {
			out, fields = append(out, c), append(fields, n.Fields[i])
		}
	}
	if len(out) == len(n.Out) {
		return n
	}
	s := *n
	s.Out, s.Fields = out, fields
	return &s
}

func pruneValues(n *logical.Values, need columnSet) logical.Plan {
	var keep []int
	for i, c := range n.Out {
		if need[c.ID] {
			keep = append(keep, i)
		}
	}
	if len(keep) == len(n.Out) {
		return n
	}
	v := &logical.Values{Base: n.Base, Rows: make([][]expr.Expr, len(n.Rows))}
	for _, i := range keep {
		v.Out = append(v.Out, n.Out[i])
	}
	for r, row := range n.Rows {
		for _, i := range keep {
			v.Rows[r] = append(v.Rows[r], row[i])
		}
	}
	return v
}

func (pr *pruner) join(n *logical.Join, need columnSet) logical.Plan {
	all := need
	if n.Cond != nil {
		all = need.with(n.Cond)
	}
	out := *n
	// An input keeps only what is read above or by the condition, so that joins carry no dead columns.
	out.Left = narrow(pr.prune(n.Left, all), all)
	out.Right = narrow(pr.prune(n.Right, all), all)
	return &out
}

// narrow projects away columns a plan produces but nobody needs, so that who keeps its rows does not keep those.
func narrow(p logical.Plan, need columnSet) logical.Plan {
	have := p.Output()
	var keep []*expr.Column
	for _, c := range have {
		if need[c.ID] {
			keep = append(keep, c)
		}
	}
	if len(keep) == len(have) {
		return p
	}
	return &logical.Project{Input: p, List: passThrough(keep)}
}

func (pr *pruner) aggregate(n *logical.Aggregate, need columnSet) logical.Plan {
	out := *n
	out.Aggs = keepNamed(n.Aggs, need)
	below := columnSet{}.with(logical.Expressions(&out)...)
	out.Input = narrow(pr.prune(n.Input, below), below)
	return &out
}

func (pr *pruner) setOp(n *logical.SetOp, need columnSet) logical.Plan {
	out := *n
	if n.Kind == logical.UnionOp && n.All {
		out.Out = nil
		var keep []int
		for i, c := range n.Out {
			if need[c.ID] {
				keep, out.Out = append(keep, i), append(out.Out, c)
			}
		}
		out.Inputs = make([]logical.Plan, len(n.Inputs))
		for i, in := range n.Inputs {
			cols := in.Output()
			want := make([]*expr.Column, len(keep))
			for j, k := range keep {
				want[j] = cols[k]
			}
			out.Inputs[i] = restrict(pr.prune(in, setOf(want)), want)
		}
		return &out
	}
	out.Inputs = make([]logical.Plan, len(n.Inputs))
	for i, in := range n.Inputs {
		out.Inputs[i] = restrict(pr.prune(in, setOf(in.Output())), in.Output())
	}
	return &out
}

// with prunes the body first, then each definition to what all its readers need; the readers then read fewer positions.
func (pr *pruner) with(n *logical.With, need columnSet) logical.Plan {
	out := *n
	out.Body = pr.prune(n.Body, need)
	out.Defs = make([]logical.Def, len(n.Defs))
	kept := map[int64][]int{}
	for i := len(n.Defs) - 1; i >= 0; i-- {
		d := n.Defs[i]
		cols := d.Plan.Output()
		var want []*expr.Column
		var positions []int
		for j, c := range cols {
			if pr.refs[d.ID][j] {
				want, positions = append(want, c), append(positions, j)
			}
		}
		kept[d.ID] = positions
		d.Plan = restrict(pr.prune(d.Plan, setOf(want)), want)
		out.Defs[i] = d
	}
	shrink := func(p logical.Plan) logical.Plan {
		return logical.Rewrite(p, func(x logical.Plan) logical.Plan {
			r, ok := x.(*logical.Ref)
			if !ok {
				return x
			}
			positions, mine := kept[r.Def]
			if !mine || len(positions) == len(r.Out) {
				return x
			}
			c := *r
			c.Out = make([]*expr.Column, len(positions))
			for i, j := range positions {
				c.Out[i] = r.Out[j]
			}
			return &c
		})
	}
	out.Body = shrink(out.Body)
	for i := range out.Defs {
		out.Defs[i].Plan = shrink(out.Defs[i].Plan)
	}
	return &out
}
