package optimizer

import (
	"slices"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
)

// pushFilters moves every conjunct as far down as it may go, in one walk from the root. On the way it
//
//   - gives inner joins their conditions from the filter above and splits conditions by side,
//   - turns outer joins into inner ones where a filter above rejects their nulls, and into anti joins where it keeps nothing else,
//   - infers filters over columns that are equal (a = b AND a > 5 gives b > 5), and from ORs what they say of one side of a join or of the
//     keys of a grouping,
//   - sinks semi and anti joins below inner joins to the side they test.
//
// A conjunct that may fail stays where it is; below a join or aggregate goes only coalesce(try(p), true), which rejects nothing that p would
// not reject and raises nothing.
func pushFilters(c *Context, p logical.Plan) (logical.Plan, error) {
	f := filterPusher{c}
	return f.push(p, nil), nil
}

type filterPusher struct{ *Context }

// push returns a plan equal to Filter(preds, p).
func (f filterPusher) push(p logical.Plan, preds []expr.Expr) logical.Plan {
	switch n := p.(type) {
	case *logical.Filter:
		all := preds
		var own []expr.Expr
		for _, x := range expr.Conjuncts(n.Pred) {
			if !isTrue(x) && !containsExpr(own, x) {
				own = append(own, x)
			}
		}
		for _, x := range all {
			if !isTrue(x) && !containsExpr(own, x) {
				own = append(own, x)
			}
		}
		out := f.push(n.Input, own)
		if o, ok := out.(*logical.Filter); ok && o.Input == n.Input && samePreds(o.Pred, n.Pred) {
			return n
		}
		return out
	case *logical.Project:
		return f.project(n, preds)
	case *logical.Aggregate:
		return f.aggregate(n, preds)
	case *logical.Window:
		return f.window(n, preds)
	case *logical.SetOp:
		return f.union(n, preds)
	case *logical.Distinct:
		return f.below(n, preds, func(e expr.Expr) bool { return true })
	case *logical.DistinctOn:
		on := columnSet{}
		for _, e := range n.On {
			if c, ok := e.(*expr.Column); ok {
				on[c.ID] = true
			}
		}
		return f.below(n, preds, on.covers)
	case *logical.Sort, *logical.Repartition:
		return f.below(n, preds, func(e expr.Expr) bool { return true })
	case *logical.Generate:
		return f.below(n, preds, setOf(n.Input.Output()).covers)
	case *logical.With:
		kids := make([]logical.Plan, 0, len(n.Defs)+1)
		for _, d := range n.Defs {
			kids = append(kids, f.push(d.Plan, nil))
		}
		return over(n, append(kids, f.push(n.Body, preds))...)
	case *logical.Join:
		return f.join(n, preds)
	}
	return filter(logical.RewriteChildren(p, func(c logical.Plan) logical.Plan { return f.push(c, nil) }), preds)
}

// below pushes the conjuncts that may pass a node with one input; the others stay above.
func (f filterPusher) below(n logical.Plan, preds []expr.Expr, may func(expr.Expr) bool) logical.Plan {
	var down, stay []expr.Expr
	for _, p := range preds {
		switch {
		case expr.IsVolatile(p):
			stay = append(stay, p)
		case may(p):
			down, stay = lower(p, p, down, stay)
		default:
			stay = append(stay, p)
			if w := weakened(p, may); w != nil {
				down = append(down, w)
			}
		}
	}
	return filter(over(n, f.push(n.Children()[0], down)), stay)
}

// over returns n over other inputs, and n itself where they are the ones it has.
func over(n logical.Plan, inputs ...logical.Plan) logical.Plan {
	if slices.Equal(n.Children(), inputs) {
		return n
	}
	return n.WithChildren(inputs)
}

// samePreds reports whether two predicates are the same conjuncts.
func samePreds(a, b expr.Expr) bool { return slices.Equal(expr.Conjuncts(a), expr.Conjuncts(b)) }

func (f filterPusher) project(n *logical.Project, preds []expr.Expr) logical.Plan {
	sub := map[expr.ColumnID]expr.Expr{}
	fixed := columnSet{}
	for _, it := range n.List {
		sub[it.Col.ID] = it.Expr
		if expr.IsVolatile(it.Expr) {
			fixed[it.Col.ID] = true
		}
	}
	var down, stay []expr.Expr
	for _, p := range preds {
		if fixed.touches(p) || expr.IsVolatile(p) {
			stay = append(stay, p)
			continue
		}
		down = append(down, expr.Substitute(p, sub))
	}
	return filter(over(n, f.push(n.Input, down)), stay)
}

func (f filterPusher) aggregate(n *logical.Aggregate, preds []expr.Expr) logical.Plan {
	sub := map[expr.ColumnID]expr.Expr{}
	keys := columnSet{}
	for i, k := range n.Keys {
		if inAllSets(n.Sets, i) {
			keys[k.Col.ID] = true
			sub[k.Col.ID] = k.Expr
		}
	}
	var down, stay []expr.Expr
	for _, p := range preds {
		switch {
		case len(n.Keys) == 0 || expr.IsVolatile(p):
			stay = append(stay, p)
		case keys.covers(p):
			down, stay = lower(p, expr.Substitute(p, sub), down, stay)
		default:
			stay = append(stay, p)
			if w := weakened(p, keys.covers); w != nil {
				down, _ = lower(w, expr.Substitute(w, sub), down, nil)
			}
		}
	}
	return filter(over(n, f.push(n.Input, down)), stay)
}

func inAllSets(sets [][]int, key int) bool {
	for _, s := range sets {
		found := false
		for _, k := range s {
			found = found || k == key
		}
		if !found {
			return false
		}
	}
	return true
}

// window lets conjuncts on partition keys pass: they remove whole partitions.
func (f filterPusher) window(n *logical.Window, preds []expr.Expr) logical.Plan {
	var common columnSet
	for _, fn := range n.Funcs {
		s := columnSet{}
		for _, e := range fn.Expr.(*expr.Window).Spec.Partition {
			if c, ok := e.(*expr.Column); ok && (common == nil || common[c.ID]) {
				s[c.ID] = true
			}
		}
		common = s
	}
	return f.below(n, preds, func(e expr.Expr) bool { return len(common) > 0 && common.covers(e) })
}

func (f filterPusher) union(n *logical.SetOp, preds []expr.Expr) logical.Plan {
	inputs := make([]logical.Plan, len(n.Inputs))
	var down, stay []expr.Expr
	for _, p := range preds {
		if n.Kind == logical.UnionOp && n.All && !expr.IsVolatile(p) {
			down = append(down, p)
		} else {
			stay = append(stay, p)
		}
	}
	for i, in := range n.Inputs {
		sub := map[expr.ColumnID]expr.Expr{}
		for j, c := range in.Output() {
			sub[n.Out[j].ID] = c
		}
		mine := make([]expr.Expr, len(down))
		for j, p := range down {
			mine[j] = expr.Substitute(p, sub)
		}
		inputs[i] = f.push(in, mine)
	}
	return filter(over(n, inputs...), stay)
}

// lower sorts a conjunct p, which reads below where it would go, into those that move down and those that stay: a total one moves, one that may
// fail stays and sends down another that neither fails nor rejects more. Functions of the program are not called twice for that.
func lower(p, below expr.Expr, down, stay []expr.Expr) ([]expr.Expr, []expr.Expr) {
	if !expr.MayFail(below) {
		return append(down, below), stay
	}
	if !expr.Any(below, callsUser) {
		down = append(down, tolerant(below))
	}
	return down, append(stay, p)
}

func callsUser(e expr.Expr) bool {
	c, ok := e.(*expr.Call)
	return ok && c.Func.User
}

// tolerant returns a conjunct that neither fails nor rejects more than p.
func tolerant(p expr.Expr) expr.Expr {
	tried := expr.Rewrite(p, func(x expr.Expr) expr.Expr {
		switch x := x.(type) {
		case *expr.Call:
			if x.Mode == expr.ANSI && x.Func.Fallible {
				c := *x
				c.Mode, c.Null = expr.Try, true
				return &c
			}
		case *expr.Cast:
			if x.Mode == expr.ANSI {
				c := *x
				c.Mode = expr.Try
				return &c
			}
		}
		return x
	})
	return &expr.Coalesce{Args: []expr.Expr{tried, expr.True}, T: p.Type()}
}

func mustCall(name string, args ...expr.Expr) expr.Expr {
	e, err := functions.Call(name, args...)
	if err != nil {
		return nil
	}
	return e
}
