package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// unnester carries the domain of correlated columns from the leaves of a plan upward; see decorrelate.
type unnester struct {
	*decorrelator
	outer columnSet
	keys  []*expr.Column
	def   int64 // the domain's definition, one column a key
}

// push returns p with the domain joined in, and the domain's columns in it, parallel to keys; references to outer columns are replaced.
func (u *unnester) push(p logical.Plan) (logical.Plan, []*expr.Column) {
	if !u.correlated(p) {
		ref := u.domain()
		return &logical.Join{Kind: logical.Inner, Left: ref, Right: p}, ref.Out
	}
	switch n := p.(type) {
	case *logical.Filter, *logical.Sort, *logical.Sample, *logical.Repartition, *logical.Generate:
		in, m := u.push(n.Children()[0])
		return u.substitute(n, m).WithChildren([]logical.Plan{in}), m
	case *logical.Distinct:
		in, m := u.push(n.Input)
		return &logical.Distinct{Base: n.Base, Input: in}, m
	case *logical.DistinctOn:
		in, m := u.push(n.Input)
		c := *u.substitute(n, m).(*logical.DistinctOn)
		c.Input = in
		for _, k := range m {
			c.On = append(c.On, k)
		}
		return &c, m
	case *logical.Project:
		in, m := u.push(n.Input)
		c := *u.substitute(n, m).(*logical.Project)
		c.Input = in
		c.List = append(c.List[:len(c.List):len(c.List)], passThrough(m)...)
		return &c, m
	case *logical.Aggregate:
		return u.aggregate(n)
	case *logical.Window:
		in, m := u.push(n.Input)
		return partitionBy(u.substitute(n, m).(*logical.Window), in, exprsOf(m)), m
	case *logical.Limit:
		return u.limit(n)
	case *logical.Join:
		return u.join(n)
	case *logical.SetOp:
		return u.union(n)
	case *logical.With:
		for _, def := range n.Defs {
			if u.correlated(def.Plan) {
				u.fail(unsupportedCorrelation(def.Plan))
			}
		}
		body, m := u.push(n.Body)
		c := *n
		c.Body = body
		return &c, m
	case *logical.Values:
		return u.values(n)
	}
	u.fail(unsupportedCorrelation(p))
	return p, u.keys
}

func (u *unnester) correlated(p logical.Plan) bool {
	for _, c := range logical.Free(p) {
		if u.outer[c.ID] {
			return true
		}
	}
	return false
}

func (u *unnester) domain() *logical.Ref {
	return &logical.Ref{Def: u.def, Name: "domain", Out: u.freshAll(u.keys)}
}

func exprsOf(cols []*expr.Column) []expr.Expr {
	out := make([]expr.Expr, len(cols))
	for i, c := range cols {
		out[i] = c
	}
	return out
}

func (u *unnester) replace(e expr.Expr, m []*expr.Column) expr.Expr {
	if e == nil {
		return nil
	}
	sub := make(map[expr.ColumnID]expr.Expr, len(m))
	for i, k := range u.keys {
		sub[k.ID] = m[i]
	}
	return expr.Substitute(e, sub)
}

func (u *unnester) substitute(p logical.Plan, m []*expr.Column) logical.Plan {
	return logical.MapExpressions(p, func(e expr.Expr) expr.Expr { return u.replace(e, m) })
}

func (u *unnester) equal(a, b []*expr.Column) []expr.Expr {
	out := make([]expr.Expr, len(a))
	for i := range a {
		out[i] = u.call("<=>", a[i], b[i])
	}
	return out
}

func (u *unnester) aggregate(n *logical.Aggregate) (logical.Plan, []*expr.Column) {
	in, m := u.push(n.Input)
	c := *u.substitute(n, m).(*logical.Aggregate)
	c.Input = in
	scalar := len(n.Keys) == 0
	first := len(c.Keys)
	c.Keys = append(c.Keys[:len(c.Keys):len(c.Keys)], passThrough(m)...)
	if n.Sets != nil {
		c.Sets = make([][]int, len(n.Sets))
		for i, s := range n.Sets {
			c.Sets[i] = append([]int{}, s...)
			for j := range m {
				c.Sets[i] = append(c.Sets[i], first+j)
			}
		}
	}
	if !scalar {
		return &c, m
	}
	// No keys: every value of the domain has a row, with the empty aggregate where nothing came in.
	ref := u.domain()
	matched := &expr.Column{ID: u.NextID(), Name: "matched", T: types.BooleanType}
	var below, list []logical.Named
	below = append(below, passThrough(m)...)
	below = append(below, logical.Named{Col: matched, Expr: expr.True})
	flag := *matched
	flag.Null = true
	c.Aggs = append([]logical.Named{}, c.Aggs...)
	for i, a := range c.Aggs {
		def, err := emptyAggregate(u.Context, a.Expr)
		u.fail(err)
		inner := u.fresh(a.Col) // the number stays with the column above
		c.Aggs[i].Col = inner
		below = append(below, logical.Named{Col: inner, Expr: inner})
		null := *inner
		null.Null = true
		list = append(list, logical.Named{Col: a.Col, Expr: &expr.Case{Whens: []expr.When{{Cond: u.call("isnull", &flag), Then: def}}, Else: &null, T: a.Col.T}})
	}
	j := &logical.Join{Kind: logical.LeftOuter, Left: ref, Right: &logical.Project{Input: &c, List: below}, Cond: expr.Conjunction(u.equal(ref.Out, m))}
	return &logical.Project{Input: j, List: append(list, passThrough(ref.Out)...)}, ref.Out
}

// limit keeps the first rows of every value of the domain.
func (u *unnester) limit(n *logical.Limit) (logical.Plan, []*expr.Column) {
	var keys []expr.SortKey
	input := n.Input
	if s, ok := input.(*logical.Sort); ok {
		keys, input = append([]expr.SortKey{}, s.Keys...), s.Input
	}
	in, m := u.push(input)
	for i := range keys {
		keys[i].Expr = u.replace(keys[i].Expr, m)
	}
	if len(keys) == 0 {
		keys = []expr.SortKey{{Expr: expr.True}}
	}
	num := &expr.Column{ID: u.NextID(), Name: "row", T: types.IntType}
	w := &logical.Window{Input: in, Funcs: []logical.Named{{Col: num, Expr: &expr.Window{
		Call: &expr.Call{Func: functions.Lookup("row_number"), T: types.IntType},
		Spec: expr.WindowSpec{Partition: exprsOf(m), Order: keys}}}}}
	var preds []expr.Expr
	if n.Offset > 0 {
		preds = append(preds, u.call(">", num, &expr.Literal{Value: clampInt32(n.Offset), T: types.IntType}))
	}
	if n.Count >= 0 {
		preds = append(preds, u.call("<=", num, &expr.Literal{Value: clampInt32(n.Offset + n.Count), T: types.IntType}))
	}
	return &logical.Project{Input: filter(w, preds), List: passThrough(in.Output())}, m
}

func clampInt32(v int64) int32 { return int32(min(v, 1<<31-1)) }

func (u *unnester) join(n *logical.Join) (logical.Plan, []*expr.Column) {
	lc, rc := u.correlated(n.Left), u.correlated(n.Right)
	cc := n.Cond != nil && u.outer.touches(n.Cond)
	c := *n
	switch n.Kind {
	case logical.Inner:
		if !rc && (lc || !cc) || !lc && !rc {
			left, m := u.push(n.Left)
			c.Left, c.Cond = left, u.replace(n.Cond, m)
			return &c, m
		}
		if !lc {
			right, m := u.push(n.Right)
			c.Right, c.Cond = right, u.replace(n.Cond, m)
			return &c, m
		}
	case logical.RightOuter:
		right, m := u.push(n.Right)
		c.Right = right
		if !lc {
			c.Cond = u.replace(n.Cond, m)
			return &c, m
		}
		left, ml := u.push(n.Left)
		c.Left = left
		c.Cond = expr.Conjunction(append(expr.Conjuncts(u.replace(n.Cond, m)), u.equal(m, ml)...))
		return restrict(&c, without(c.Output(), ml)), m
	case logical.FullOuter:
		u.fail(unsupportedCorrelation(n))
		return n, u.keys
	default:
		if !rc {
			left, m := u.push(n.Left)
			c.Left, c.Cond = left, u.replace(n.Cond, m)
			return &c, m
		}
	}
	left, ml := u.push(n.Left)
	right, mr := u.push(n.Right)
	c.Left, c.Right = left, right
	c.Cond = expr.Conjunction(append(expr.Conjuncts(u.replace(n.Cond, ml)), u.equal(ml, mr)...))
	return restrict(&c, without(c.Output(), mr)), ml
}

func without(cols, drop []*expr.Column) []*expr.Column {
	d := setOf(drop)
	var out []*expr.Column
	for _, c := range cols {
		if !d[c.ID] {
			out = append(out, c)
		}
	}
	return out
}

func (u *unnester) union(n *logical.SetOp) (logical.Plan, []*expr.Column) {
	if n.Kind != logical.UnionOp || !n.All {
		u.fail(unsupportedCorrelation(n))
		return n, u.keys
	}
	c := *n
	c.Inputs = make([]logical.Plan, len(n.Inputs))
	for i, in := range n.Inputs {
		pushed, m := u.push(in)
		c.Inputs[i] = restrict(pushed, append(in.Output()[:len(in.Output()):len(in.Output())], m...))
	}
	m := u.freshAll(u.keys)
	c.Out = append(n.Out[:len(n.Out):len(n.Out)], m...)
	return &c, m
}

// values turns rows of correlated expressions into projections of the domain.
func (u *unnester) values(n *logical.Values) (logical.Plan, []*expr.Column) {
	inputs := make([]logical.Plan, len(n.Rows))
	var m []*expr.Column
	for i, row := range n.Rows {
		ref := u.domain()
		var list []logical.Named
		for j, e := range row {
			col := n.Out[j]
			if len(n.Rows) > 1 {
				col = u.fresh(col)
			}
			list = append(list, logical.Named{Col: col, Expr: u.replace(e, ref.Out)})
		}
		inputs[i] = &logical.Project{Input: ref, List: append(list, passThrough(ref.Out)...)}
		m = ref.Out
	}
	if len(inputs) == 1 {
		return inputs[0], m
	}
	m = u.freshAll(u.keys)
	return &logical.SetOp{Kind: logical.UnionOp, All: true, Inputs: inputs, Out: append(n.Out[:len(n.Out):len(n.Out)], m...)}, m
}
