package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// pruneNestedFields leaves out of the structs that scans read the fields that nobody uses, at any depth, also in arrays and maps. It
// narrows the types of the scans' columns and of all that is made of them, and renumbers the fields; sources read what the type says.
//
//	Project s.a, transform(l, x -> x.b) (Scan s:struct<a,c>, l:array<struct<b,d>>)  → the same (Scan s:struct<a>, l:array<struct<b>>)
//
// A test for null, or the size of an array, reads no field: struct<>. The rule does not fire for values that are used as a whole (results,
// keys, arguments of most functions), nor for structs whose fields are told apart by case only. Spark's nested schema pruning
// (SchemaPruning, NestedColumnAliasing) is the model; here types flow through the whole plan, so aliases, joins, unions, shared definitions,
// explode and lambdas need no projections of their own.
func pruneNestedFields(_ *Context, p logical.Plan) (logical.Plan, error) {
	if !scansStruct(p) {
		return p, nil
	}
	u := &nestedUses{columns: map[expr.ColumnID]*use{}, made: map[expr.Expr]*use{}, defs: map[int64][]*expr.Column{}}
	u.plan(p)
	u.wholeColumns(p.Output())
	return logical.Rewrite(p, u.retype), nil
}

func scansStruct(p logical.Plan) (found bool) {
	logical.Walk(p, func(n logical.Plan) bool {
		if s, ok := n.(*logical.Scan); ok {
			for _, c := range s.Out {
				found = found || holdsStruct(c.T)
			}
		}
		return !found
	})
	return found
}

// nestedUses collects what a plan reads of the structs in its columns.
type nestedUses struct {
	columns map[expr.ColumnID]*use
	made    map[expr.Expr]*use // of calls and other expressions that pass structs on
	defs    map[int64][]*expr.Column
}

func (u *nestedUses) column(c *expr.Column) *use {
	if k, ok := u.columns[c.ID]; ok {
		return k.find()
	}
	k := newUse(c.T)
	u.columns[c.ID] = k
	return k
}

func (u *nestedUses) wholeColumns(cols []*expr.Column) {
	for _, c := range cols {
		u.column(c).readWhole()
	}
}

// plan notes what a node and its inputs read.
func (u *nestedUses) plan(p logical.Plan) {
	for _, k := range p.Children() {
		u.plan(k)
		if w, ok := p.(*logical.With); ok {
			for _, d := range w.Defs {
				if d.Plan == k {
					u.defs[d.ID] = k.Output()
				}
			}
		}
	}
	switch n := p.(type) {
	case *logical.Scan, *logical.Filter, *logical.Join, *logical.Sort, *logical.Limit, *logical.Sample, *logical.Repartition, *logical.DistinctOn, *logical.With:
		u.wholes(logical.Expressions(p))
	case *logical.Project:
		for _, it := range n.List {
			u.becomes(it.Col, u.value(it.Expr))
		}
	case *logical.Generate:
		u.generate(n)
	case *logical.Ref:
		u.same(n.Out, u.defs[n.Def])
	case *logical.SetOp:
		for _, in := range n.Inputs {
			if n.Kind == logical.UnionOp && n.All {
				u.same(n.Out, in.Output())
			} else {
				u.same(n.Out, nil)
				u.wholeColumns(in.Output())
			}
		}
	default: // reads its inputs, or makes its columns, as a whole
		u.wholes(logical.Expressions(p))
		u.wholeColumns(logical.Produced(p))
		if !passesRows(p) {
			for _, k := range p.Children() {
				u.wholeColumns(k.Output())
			}
		}
	}
}

// passesRows reports nodes that read only what their expressions name.
func passesRows(p logical.Plan) bool {
	switch p.(type) {
	case *logical.Aggregate, *logical.Window:
		return true
	}
	return false
}

// becomes notes that a column has an expression's value.
func (u *nestedUses) becomes(c *expr.Column, v *use) {
	if k := u.column(c); k != nil {
		join(k, v)
	}
}

// same notes that columns have the values of others, by position; without others they are whole.
func (u *nestedUses) same(cols, others []*expr.Column) {
	for i, c := range cols {
		if i < len(others) {
			u.becomes(c, u.column(others[i]))
		} else {
			u.column(c).readWhole()
		}
	}
}

// generate notes what a generator reads: explode passes the elements of its argument on.
func (u *nestedUses) generate(n *logical.Generate) {
	switch n.Call.Func.Name {
	case "explode", "explode_outer", "posexplode", "posexplode_outer":
		v, last := u.value(n.Call.Args[0]), n.Out[len(n.Out)-1]
		if n.Call.Args[0].Type().Kind == types.Map {
			u.becomes(last, v.kid(1))
			u.column(n.Out[len(n.Out)-2]).readWhole()
		} else {
			u.becomes(last, v.kid(0))
		}
	default:
		u.wholes(n.Call.Args)
		u.wholeColumns(n.Out)
	}
}

// retype replaces the types of a node whose inputs have been narrowed.
func (u *nestedUses) retype(p logical.Plan) logical.Plan {
	p = logical.MapExpressions(p, u.expr)
	switch n := p.(type) {
	case *logical.Scan:
		if out := u.cols(n.Out); out != nil {
			c := *n
			c.Out = out
			return &c
		}
	case *logical.Project:
		var list []logical.Named
		for i, it := range n.List {
			if c := u.col(it.Col); c != it.Col {
				if list == nil {
					list = append(list, n.List...)
				}
				list[i].Col = c
			}
		}
		if list != nil {
			c := *n
			c.List = list
			return &c
		}
	case *logical.Generate:
		if out := u.cols(n.Out); out != nil {
			c := *n
			c.Out = out
			return &c
		}
	case *logical.SetOp:
		if out := u.cols(n.Out); out != nil {
			c := *n
			c.Out = out
			return &c
		}
	case *logical.Ref:
		if out := u.cols(n.Out); out != nil {
			c := *n
			c.Out = out
			return &c
		}
	}
	return p
}

// cols returns columns under their narrow types, nil if none has changed.
func (u *nestedUses) cols(cols []*expr.Column) []*expr.Column {
	var out []*expr.Column
	for i, c := range cols {
		if n := u.col(c); n != c {
			if out == nil {
				out = append(out, cols...)
			}
			out[i] = n
		}
	}
	return out
}

func (u *nestedUses) col(c *expr.Column) *expr.Column {
	t := u.columns[c.ID].narrow(c.T)
	if t.SameShape(c.T) {
		return c
	}
	n := *c
	n.T = t
	return &n
}
