// Package naive executes analyzed plans row by row: nested loops, subqueries as written, whole relations in memory. It is the oracle of
// FuzzQuery and as slow as it is simple. It shares the analyzer, scalar kernels (called with one row) and rare aggregates with the engine, and
// nothing else: no optimizer, planner, operator or executor.
package naive

import (
	"context"
	"fmt"
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// relation is rows with the columns they have.
type relation struct {
	cols []*expr.Column
	rows [][]any
}

// executor is one execution.
type executor struct {
	ctx      context.Context
	env      *expr.Env
	defs     map[int64]*relation          // shared definitions in reach, and the last round of recursive ones
	cache    map[logical.Plan]outcome     // uncorrelated subqueries
	prepared map[expr.Expr]*prepared      // expressions with their subqueries taken out
	scans    map[datasource.Table][][]any // rows of tables
	ids      expr.ColumnID                // of placeholders, negative
	steps    int
}

type outcome struct {
	rel *relation
	err error
}

// MaxSteps bounds the rows that an execution touches; beyond it Execute fails with ErrTooLong.
const MaxSteps = 3_000_000

// ErrTooLong is the error of a plan that the oracle gives up on.
var ErrTooLong = fmt.Errorf("naive: more than %d rows touched", MaxSteps)

// Unsupported is the error of a plan node that the oracle does not know.
type Unsupported struct{ What string }

// Error names what is unknown.
func (u *Unsupported) Error() string { return "naive: " + u.What + " is not supported" }

// Execute returns the rows of an analyzed plan, as Go values of package types. Their order is that of the plan's ORDER BY.
func Execute(ctx context.Context, p logical.Plan, env *expr.Env) ([][]any, error) {
	x := &executor{ctx: ctx, env: env, defs: map[int64]*relation{}, cache: map[logical.Plan]outcome{}, prepared: map[expr.Expr]*prepared{},
		scans: map[datasource.Table][][]any{}}
	r, err := x.run(p, nil)
	if err != nil {
		return nil, err
	}
	return r.rows, nil
}

// step counts work.
func (x *executor) step(n int) error {
	if x.steps += n; x.steps > MaxSteps {
		return ErrTooLong
	}
	return x.ctx.Err()
}

// run executes a node; outer is the row around a correlated subquery.
func (x *executor) run(p logical.Plan, outer *scope) (*relation, error) {
	rows, err := x.rows(p, outer)
	if err != nil {
		return nil, err
	}
	return &relation{p.Output(), rows}, x.step(len(rows) + 1)
}

func (x *executor) rows(p logical.Plan, outer *scope) ([][]any, error) {
	switch n := p.(type) {
	case *logical.Scan:
		return x.scan(n)
	case *logical.Values:
		return x.values(n, outer)
	case *logical.Range:
		return x.span(n)
	case *logical.Join:
		return x.join(n, outer)
	case *logical.Apply:
		return x.join(&logical.Join{Base: n.Base, Kind: n.Kind, Left: n.Left, Right: n.Right, Cond: n.Cond, MarkCol: n.MarkCol, Lateral: true}, outer)
	case *logical.With:
		return x.with(n, outer)
	case *logical.Ref:
		return x.ref(n.Def, n.Name)
	case *logical.Recursive:
		return x.recursive(n, outer)
	case *logical.SetOp:
		return x.setOp(n, outer)
	}
	if len(p.Children()) != 1 {
		return nil, &Unsupported{logical.FormatNode(p)}
	}
	in, err := x.run(p.Children()[0], outer)
	if err != nil {
		return nil, err
	}
	switch n := p.(type) {
	case *logical.Project:
		return x.project(n, in, outer)
	case *logical.Filter:
		return x.filter(n, in, outer)
	case *logical.Aggregate:
		return x.aggregate(n, in, outer)
	case *logical.Window:
		return x.window(n, in, outer)
	case *logical.Sort:
		return x.sorted(in, n.Keys, outer)
	case *logical.Limit:
		from := min(int(n.Offset), len(in.rows))
		to := len(in.rows)
		if n.Count >= 0 && n.Count < int64(to-from) {
			to = from + int(n.Count)
		}
		return in.rows[from:to], nil
	case *logical.Distinct:
		return distinct(in.rows), nil
	case *logical.Generate:
		return x.generate(n, in, outer)
	case *logical.Repartition, *logical.SubqueryAlias:
		return in.rows, nil
	}
	return nil, &Unsupported{logical.FormatNode(p)}
}

func (x *executor) scan(n *logical.Scan) ([][]any, error) {
	all, ok := x.scans[n.Table]
	if !ok {
		t, isVector := n.Table.(datasource.VectorTable)
		if !isVector {
			return nil, &Unsupported{"a source of records"}
		}
		var err error
		if all, err = readAll(x.ctx, t, x.env); err != nil {
			return nil, err
		}
		x.scans[n.Table] = all
	}
	out := make([][]any, len(all))
	for i, r := range all {
		for _, f := range n.Fields {
			out[i] = append(out[i], r[f])
		}
	}
	return out, nil
}

func readAll(ctx context.Context, t datasource.VectorTable, env *expr.Env) ([][]any, error) {
	req := &datasource.VectorRequest{Env: env, Threads: 1, Flatten: true}
	for i, f := range t.SQLSchema() {
		req.Fields = append(req.Fields, i)
		req.Columns = append(req.Columns, &expr.Column{ID: expr.ColumnID(-1 - i), Name: f.Name, T: f.Type, Null: f.Nullable})
	}
	s, err := t.ScanVectors(ctx, req)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	r, err := s.NewReader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out [][]any
	for m := range s.Morsels() {
		if err := r.Open(m); err != nil {
			return nil, err
		}
		var b columnar.Batch
		for {
			more, err := r.Next(&b)
			if err != nil {
				return nil, err
			}
			if !more {
				break
			}
			out = append(out, batchRows(&b)...)
		}
	}
	return out, nil
}

func batchRows(b *columnar.Batch) [][]any {
	var out [][]any
	set := b.Rows()
	for i := range set.Count() {
		row := make([]any, len(b.Cols))
		for j, c := range b.Cols {
			row[j] = c.Value(set.Row(i))
		}
		out = append(out, row)
	}
	return out
}

func (x *executor) values(n *logical.Values, outer *scope) ([][]any, error) {
	out := make([][]any, len(n.Rows))
	for i, r := range n.Rows {
		var err error
		if out[i], err = x.list(r, outer); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (x *executor) span(n *logical.Range) ([][]any, error) {
	var out [][]any
	for v := n.Start; n.Step > 0 && v < n.End || n.Step < 0 && v > n.End; v += n.Step {
		if err := x.step(1); err != nil {
			return nil, err
		}
		out = append(out, []any{v})
	}
	return out, nil
}

func (x *executor) project(n *logical.Project, in *relation, outer *scope) ([][]any, error) {
	out := make([][]any, 0, len(in.rows))
	at := newScope(in.cols, outer)
	for _, row := range in.rows {
		at.row = row
		made := make([]any, len(n.List))
		for i, it := range n.List {
			var err error
			if made[i], err = x.eval(it.Expr, at); err != nil {
				return nil, err
			}
		}
		out = append(out, made)
	}
	return out, nil
}

func (x *executor) filter(n *logical.Filter, in *relation, outer *scope) ([][]any, error) {
	var out [][]any
	at := newScope(in.cols, outer)
	for _, row := range in.rows {
		at.row = row
		v, err := x.eval(n.Pred, at)
		if err != nil {
			return nil, err
		}
		if v == true {
			out = append(out, row)
		}
	}
	return out, nil
}

func (x *executor) with(n *logical.With, outer *scope) ([][]any, error) {
	for _, d := range n.Defs {
		r, err := x.run(d.Plan, outer)
		if err != nil {
			return nil, err
		}
		x.defs[d.ID] = r
	}
	return x.rows(n.Body, outer)
}

func (x *executor) ref(id int64, name string) ([][]any, error) {
	r := x.defs[id]
	if r == nil {
		return nil, fmt.Errorf("naive: the definition %s is not in reach", name)
	}
	return r.rows, nil
}

func (x *executor) recursive(n *logical.Recursive, outer *scope) ([][]any, error) {
	levels := n.MaxLevels
	if levels == 0 {
		levels = 100
	}
	last, err := x.rows(n.Anchor, outer)
	if err != nil {
		return nil, err
	}
	var all [][]any
	for level := 0; len(last) > 0; level++ {
		if level >= levels && levels > 0 {
			return nil, sqlerr.New("RECURSION_LEVEL_LIMIT_EXCEEDED", n.At, "too deep")
		}
		all = append(all, last...)
		x.defs[n.ID] = &relation{n.Out, last}
		x.cache = map[logical.Plan]outcome{} // subqueries may read the last round
		if last, err = x.rows(n.Step, outer); err != nil {
			return nil, err
		}
		if !n.All {
			return nil, &Unsupported{"recursive UNION DISTINCT"}
		}
	}
	return all, nil
}

func (x *executor) generate(n *logical.Generate, in *relation, outer *scope) ([][]any, error) {
	fn, err := n.Call.Func.NewGenerator(expr.SpecOf(n.Call, x.env))
	if err != nil {
		return nil, err
	}
	var out [][]any
	at := newScope(in.cols, outer)
	for _, row := range in.rows {
		at.row = row
		args := make([]*columnar.Vector, len(n.Call.Args))
		for i, a := range n.Call.Args {
			v, err := x.eval(a, at)
			if err != nil {
				return nil, err
			}
			args[i] = columnar.NewConstant(a.Type(), v, 1)
		}
		var at expr.GeneratorCursor
		from, cols, err := fn(args, columnar.AllRows(1), &at, math.MaxInt32)
		if err != nil {
			return nil, err
		}
		for i := range from {
			made := append([]any{}, row...)
			for _, c := range cols {
				made = append(made, c.Value(i))
			}
			out = append(out, made)
		}
		if len(from) == 0 && n.Outer {
			out = append(out, append(append([]any{}, row...), make([]any, len(n.Out))...))
		}
	}
	return out, nil
}
