package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// AggregateSpec describes a grouping as logical.Aggregate does.
type AggregateSpec struct {
	Keys, Aggs []logical.Named
	Sets       [][]int
	GroupingID *expr.Column
	// Having, over the columns Output, is true for the groups that are wanted; nil: all.
	Having expr.Expr
	Output []*expr.Column
	// Groups is how many there will be, estimated from what finished stages measured; 0 if they say nothing of it.
	Groups float64
	Query  *exec.Query
}

// aggregatePlan is the compiled form of an AggregateSpec, shared by all workers. Columns are those that the program computes: the keys, then
// arguments, order keys and filters of the functions, each different expression once.
type aggregatePlan struct {
	spec     AggregateSpec
	arena    *slab.Arena // of tables and partitions, until the groups are merged
	program  *eval.Program
	exprs    []expr.Expr
	funcs    []aggregateFunc
	results  []aggregateResult // by AggregateSpec.Aggs
	distinct []distinctSpec
	out      []types.Type
	having   func() selector // nil: all groups are wanted
	rowBytes int64           // what a row is expected to take that is a group of its own
	origins  originColumns
}

// aggregateResult is one of the functions asked for. Several may have the same arguments and read one state.
type aggregateResult struct {
	call  *expr.Aggregate
	spec  *expr.Spec
	state int  // of aggregatePlan.funcs
	reads bool // the state is that of another function
}

// aggregateFunc is one function of the plan that has a state. Its accumulator gets the columns args of the rows in which column filter is true.
type aggregateFunc struct {
	call     *expr.Aggregate
	spec     *expr.Spec
	args     []int
	filter   int  // -1: all rows
	distinct int  // the set of (group, arguments) that feeds it, -1: rows do
	partial  int  // columns of its partial state
	rows     bool // the state is rows (expr.RowState)
}

// distinctSpec is a set of different (group, arguments), shared by functions of the same arguments and filter.
type distinctSpec struct {
	args   []int
	filter int
}

func planAggregate(s AggregateSpec, in []*expr.Column) (*aggregatePlan, error) {
	p := &aggregatePlan{spec: s, arena: s.Query.NewArena()}
	for _, k := range s.Keys {
		p.exprs = append(p.exprs, k.Expr)
		p.out = append(p.out, k.Col.T)
	}
	seen := map[string]int{}
	for _, a := range s.Aggs {
		call, ok := a.Expr.(*expr.Aggregate)
		if !ok {
			return nil, sqlerr.Internal("%T is no aggregate function", a.Expr)
		}
		if err := p.addFunc(call, seen); err != nil {
			return nil, err
		}
		p.out = append(p.out, a.Col.T)
	}
	if s.GroupingID != nil {
		p.out = append(p.out, s.GroupingID.T)
	}
	p.rowBytes = p.expectedRow()
	var err error
	if s.Having != nil {
		if p.having, err = compilePredicate(s.Having, s.Output, s.Query.Env()); err != nil {
			return nil, err
		}
	}
	p.program, err = eval.Compile(p.exprs, in, s.Query.Env())
	return p, err
}

// expectedRow guesses a row's bytes: its columns, slots for it in the tables of groups and of each set, and a few words a function.
func (p *aggregatePlan) expectedRow() int64 {
	const slots, state, text = 48, 24, 160
	n := slots*(1+len(p.distinct)) + state*len(p.funcs)
	for _, e := range p.exprs {
		if w := columnar.WidthOf(e.Type()); w < columnar.WView {
			n += 8
		} else {
			n += text
		}
	}
	return int64(n)
}

func (p *aggregatePlan) addFunc(call *expr.Aggregate, seen map[string]int) error {
	f := aggregateFunc{call: call, spec: expr.SpecOf(call, p.spec.Query.Env()), filter: -1, distinct: -1}
	f.spec.Arena = p.arena
	if call.Func.NewAccumulator == nil {
		return sqlerr.Unsupported("AGGREGATE_FUNCTION", call.Pos(), "The aggregate function %s is not supported yet.", call.Func.Name)
	}
	acc, err := call.Func.NewAccumulator(f.spec)
	if err != nil {
		return err
	}
	f.partial = len(acc.PartialTypes())
	_, f.rows = acc.(expr.RowState)
	for _, a := range call.Args {
		f.args = append(f.args, p.column(filtered(call, a), seen))
	}
	for _, k := range call.Order {
		f.args = append(f.args, p.column(filtered(call, k.Expr), seen))
	}
	if call.Filter != nil {
		f.filter = p.column(call.Filter, seen)
	}
	if call.Distinct && len(f.args) > 0 {
		f.distinct = p.distinctSet(f.args, f.filter)
	}
	result := aggregateResult{call: call, spec: f.spec, state: len(p.funcs)}
	if i, ok := p.readable(acc, &f); ok {
		result.state, result.reads = i, true
	} else {
		p.funcs = append(p.funcs, f)
	}
	p.results = append(p.results, result)
	return nil
}

// readable returns an earlier function whose state also gives the result of f, of which acc is an accumulator.
func (p *aggregatePlan) readable(acc expr.Accumulator, f *aggregateFunc) (int, bool) {
	r, ok := acc.(expr.StateReader)
	if !ok {
		return 0, false
	}
	for i, g := range p.funcs {
		if g.filter != f.filter || g.distinct != f.distinct || !slices.Equal(g.args, f.args) {
			continue
		}
		// The accumulator was made without an error before.
		if other, err := g.call.Func.NewAccumulator(g.spec); err == nil && r.ReadState(other) {
			return i, true
		}
	}
	return 0, false
}

// allKeys returns the positions of all keys.
func (p *aggregatePlan) allKeys() []int {
	all := make([]int, len(p.spec.Keys))
	for i := range all {
		all[i] = i
	}
	return all
}

// readOnce reports whether a table may have states in files, which are gone once they were read.
func (p *aggregatePlan) readOnce() bool {
	return len(p.distinct) > 0 || slices.ContainsFunc(p.funcs, func(f aggregateFunc) bool { return f.rows })
}

// hasSets reports grouping sets over keys; GROUPING SETS (()) is an aggregate without keys, which has a row for no input.
func (p *aggregatePlan) hasSets() bool { return p.spec.Sets != nil && len(p.spec.Keys) > 0 }

// filtered keeps an argument that may fail from the rows that the function's filter rejects.
func filtered(call *expr.Aggregate, arg expr.Expr) expr.Expr {
	if call.Filter == nil || !expr.MayFail(arg) {
		return arg
	}
	return &expr.Case{Base: expr.Base{At: arg.Pos()}, Whens: []expr.When{{Cond: call.Filter, Then: arg}}, T: arg.Type()}
}

// column returns the number of a computed column. Volatile expressions are computed for each place they stand in.
func (p *aggregatePlan) column(e expr.Expr, seen map[string]int) int {
	key := expr.Key(e)
	if c, ok := seen[key]; ok {
		return c
	}
	seen[key] = len(p.exprs)
	p.exprs = append(p.exprs, e)
	return len(p.exprs) - 1
}

func (p *aggregatePlan) distinctSet(args []int, filter int) int {
	for i, d := range p.distinct {
		if d.filter == filter && slices.Equal(d.args, args) {
			return i
		}
	}
	p.distinct = append(p.distinct, distinctSpec{args, filter})
	return len(p.distinct) - 1
}

// ordered reports whether a result depends on the order of rows.
func (p *aggregatePlan) ordered() bool {
	return slices.ContainsFunc(p.funcs, func(f aggregateFunc) bool { return orderSensitive(f.call.Func.Name) })
}

// orderSensitive lists the functions whose results depend on the order in which rows arrive. Of sums of doubles only the last bits do.
func orderSensitive(name string) bool {
	switch name {
	case "first", "first_value", "last", "last_value", "any_value", "collect_list", "array_agg", "collect_set", "listagg", "string_agg",
		"max_by", "min_by":
		return true
	}
	return false
}

// keyTypes returns the types of some of the keys.
func (p *aggregatePlan) keyTypes(keys []int) []types.Type {
	ts := make([]types.Type, len(keys))
	for i, k := range keys {
		ts[i] = p.exprs[k].Type()
	}
	return ts
}
