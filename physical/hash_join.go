package physical

import (
	"fmt"
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/budget"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// HashJoinSpec describes a join with at least one key. Left is the probe side, right the build side.
type HashJoinSpec struct {
	Kind                 logical.JoinKind
	Probe, Build         []*expr.Column
	ProbeKeys, BuildKeys []expr.Expr // pairs that must be equal
	NullSafe             []bool      // pair by pair: nulls are equal to each other
	Residual             expr.Expr   // nil: none; evaluated on pairs with equal keys before they count as matches
	Output               []*expr.Column
	// MarkCol is the column a Mark join adds. If it is nullable, the join is IN: a comparison with null makes it null; else it is EXISTS.
	MarkCol *expr.Column
	At      sqlerr.Pos // in the text, for the error of a Single join
	Query   *exec.Query
}

// HashJoin joins the rows of a pipeline with a finished build side, for all kinds of joins.
type HashJoin struct {
	spec     HashJoinSpec
	stage    *exec.StageOutput
	build    *columnar.Batch
	index    *joinIndex
	out      joinOutput
	keys     func() evaluator
	residual func() selector  // Residual as a condition, nil without
	truth    func() evaluator // Residual as a value, for three-valued marks

	mu      sync.Mutex
	matched []uint64 // right and full outer: build rows with a partner; nil: none

	spilled *spilledJoin // instead of build and index, when they do not fit in memory
	whole   *buildFacts  // of one part of a spilled join: the facts of all parts
}

// NewHashJoin makes the join; its table is built here, or taken from an earlier join of the same build side on the same keys. If the budget
// refuses the memory for it, both sides are partitioned into files and joined part by part when the probe side is through.
func NewHashJoin(spec HashJoinSpec, build *exec.StageOutput) (*HashJoin, error) {
	j := &HashJoin{spec: spec, stage: build}
	err := j.compile()
	if err != nil {
		return nil, err
	}
	if j.build, err = build.Flat(); err == nil {
		if err = holdMatchBits(spec.Query, spec.Kind, build); err == nil {
			j.index, err = j.indexed()
		}
	}
	if budget.Refused(err) {
		j.spilled, err = newSpilledJoin(j)
		return j, err
	}
	if err != nil {
		return nil, err
	}
	j.out.setBuild(j.build)
	return j, nil
}

// inMemory returns the join of one part of both sides. The index is the caller's to release.
func (j *HashJoin) inMemory(build *columnar.Batch) (*HashJoin, error) {
	part := &HashJoin{spec: j.spec, build: build, out: j.out, keys: j.keys, residual: j.residual, truth: j.truth, whole: &j.spilled.facts}
	arena := j.spec.Query.NewArena()
	keys, _, err := part.buildKeys(arena, func(int64) error { return nil }) // the part's memory is the caller's
	if err != nil {
		return nil, err
	}
	if part.index, err = newJoinIndex(&j.spec, arena, keys, build.N, true); err != nil {
		return nil, err
	}
	part.out.setBuild(build)
	return part, nil
}

// compile prepares everything but the build side.
func (j *HashJoin) compile() (err error) {
	spec := &j.spec
	if j.out, err = newJoinOutput(spec.Kind, spec.Probe, spec.Build, spec.Output); err != nil {
		return err
	}
	env := spec.Query.Env()
	if j.keys, err = compileAll(spec.ProbeKeys, spec.Probe, env); err != nil {
		return err
	}
	if spec.Residual == nil {
		return nil
	}
	both := append(spec.Probe[:len(spec.Probe):len(spec.Probe)], spec.Build...)
	if j.threeValued() {
		j.truth, err = compileAll([]expr.Expr{spec.Residual}, both, env)
	} else {
		j.residual, err = compilePredicate(spec.Residual, both, env)
	}
	return err
}

// threeValued reports whether a comparison with null makes the outcome null.
func (j *HashJoin) threeValued() bool {
	return j.spec.Kind == logical.NullAwareAnti || j.spec.Kind == logical.Mark && j.spec.MarkCol != nil && j.spec.MarkCol.Null
}

// indexed returns the build side's table, cached by key columns.
func (j *HashJoin) indexed() (*joinIndex, error) {
	make := func() (any, error) {
		b, arena := j.spec.Query.Budget(), j.stage.NewArena()
		keys, held, err := j.buildKeys(arena, func(n int64) error {
			if !b.Claim(n, 0) {
				return b.OutOfMemory("The keys of a join", n)
			}
			return nil
		})
		var x *joinIndex
		if err == nil {
			x, err = newJoinIndex(&j.spec, arena, keys, j.build.N, false)
		}
		if err != nil {
			arena.Close()
			b.Release(held)
			return nil, err
		}
		j.stage.HoldsIndex(j.spec.Query, x.held+held)
		return x, nil
	}
	var x any
	var err error
	if at, ok := allColumns(j.spec.BuildKeys, j.spec.Build); ok {
		x, err = j.stage.Index(fmt.Sprint("join ", at, j.spec.NullSafe, j.spec.onlyAsks()), true, make)
	} else {
		x, err = make()
	}
	if err != nil {
		return nil, err
	}
	return x.(*joinIndex), nil
}

// buildKeys returns the build side's keys, one vector of all rows a key. Those that are computed lie in memory of the arena, of which held bytes were
// asked of reserve.
func (j *HashJoin) buildKeys(arena *slab.Arena, reserve func(n int64) error) (keys []*columnar.Vector, held int64, err error) {
	if at, ok := allColumns(j.spec.BuildKeys, j.spec.Build); ok {
		for _, k := range at {
			keys = append(keys, j.build.Cols[k])
		}
		return keys, 0, nil
	}
	compiled, err := compileAll(j.spec.BuildKeys, j.spec.Build, j.spec.Query.Env())
	if err != nil {
		return nil, 0, err
	}
	for _, e := range j.spec.BuildKeys {
		keys = append(keys, columnar.NewIn(arena, e.Type(), columnar.WidthOf(e.Type()), 0))
	}
	eval := compiled()
	for off := 0; off < j.build.N; off += columnar.BatchSize {
		n := min(columnar.BatchSize, j.build.N-off)
		b := columnar.Batch{N: n}
		for _, c := range j.build.Cols {
			b.Cols = append(b.Cols, c.Slice(off, n))
		}
		vs, err := eval.Eval(&b)
		if err != nil {
			return nil, held, err
		}
		for i, v := range vs {
			columnar.Append(keys[i], v, b.Rows())
		}
		if more := batchSize(&columnar.Batch{Cols: keys}) - held; more > 0 {
			if err := reserve(more); err != nil {
				return nil, held, err
			}
			held += more
		}
		if err := j.spec.Query.Err(); err != nil {
			return nil, held, err
		}
	}
	return keys, held, nil
}

// holdMatchBits asks for a bit for each build row of a join that remembers which have a partner, in every worker and in all.
func holdMatchBits(q *exec.Query, kind logical.JoinKind, build *exec.StageOutput) error {
	if !givesUnmatched(kind) {
		return nil
	}
	memory := allowance{budget: q.Budget()}
	if n := int64(q.Threads()+1) * 8 * int64(columnar.Words(int(build.Rows))); !memory.cover(n) {
		return q.Budget().OutOfMemory("The matches of a join", n)
	}
	build.HoldsIndex(q, memory.held)
	return nil
}

// givesUnmatched reports whether a kind of join gives build rows without a partner.
func givesUnmatched(kind logical.JoinKind) bool {
	return kind == logical.RightOuter || kind == logical.FullOuter
}

// KeyFilter returns a filter of probe rows by the i-th key, nil if there is none for its type.
func (j *HashJoin) KeyFilter(i int) datasource.KeyFilter {
	if at, ok := allColumns(j.spec.BuildKeys[i:i+1], j.spec.Build); ok {
		f, err := NewKeyFilter(j.spec.Query, j.stage, at[0])
		if err != nil {
			return nil
		}
		return f
	}
	if j.spilled != nil {
		return nil
	}
	key := j.index.keys[i]
	f, err := newKeySet(key.Type, int64(key.Len), oneVector(key), func(n int64) bool {
		if !j.spec.Query.Budget().Reserve(n) {
			return false
		}
		j.stage.HoldsFilter(j.spec.Query, n)
		return true
	})
	if err != nil || f == nil {
		return nil
	}
	return f
}

// Probe returns the step that joins batches of the probe side.
func (j *HashJoin) Probe() exec.Step {
	if j.spilled != nil {
		return j.spilled
	}
	return (*hashProbe)(j)
}

type hashProbe HashJoin

func (p *hashProbe) Name() string { return "HashJoin" }

func (p *hashProbe) New(w *exec.Worker, next exec.Push) (exec.Push, func() error, error) {
	x := newProber((*HashJoin)(p), w, next)
	return x.push, x.finish, nil
}

// Unmatched returns the source of build rows without a partner, to be read when all probe rows are through; nil for kinds of joins that
// do not give them. For a join that spilled it gives all rows of the join.
func (j *HashJoin) Unmatched() exec.Source {
	if j.spilled != nil {
		return (*spilledSource)(j.spilled)
	}
	return j.unmatched()
}

func (j *HashJoin) unmatched() exec.Source {
	if !givesUnmatched(j.spec.Kind) {
		return nil
	}
	return &unmatched{out: &j.out, chunks: []exec.Chunk{{Batch: j.build}}, starts: []int{0, j.build.N}, matched: func() []uint64 { return j.matched }}
}

// mergeMatched adds one worker's matches.
func (j *HashJoin) mergeMatched(bits []uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.matched == nil {
		j.matched = bits
		return
	}
	for i, w := range bits {
		j.matched[i] |= w
	}
}

// joinOutput says how the output of a join is made of its inputs: probe columns, then build columns.
type joinOutput struct {
	probe, build []int          // positions in the inputs
	probeCols    []*expr.Column // their columns
	buildCols    []*expr.Column // likewise
	values       columnar.Batch // the build columns of the output
}

func newJoinOutput(kind logical.JoinKind, probe, build, output []*expr.Column) (joinOutput, error) {
	var o joinOutput
	pat, bat := columnPositions(probe), columnPositions(build)
	if kind == logical.Mark {
		output = output[:len(output)-1]
	}
	for _, c := range output {
		if k, ok := pat[c.ID]; ok && len(o.build) == 0 {
			o.probe, o.probeCols = append(o.probe, k), append(o.probeCols, c)
			continue
		}
		k, ok := bat[c.ID]
		if !ok {
			return o, sqlerr.Internal("a join gives column %s, which neither input has in this place", c.Name)
		}
		o.build, o.buildCols = append(o.build, k), append(o.buildCols, c)
	}
	return o, nil
}

// setBuild picks the output's columns of the build side.
func (o *joinOutput) setBuild(rows *columnar.Batch) {
	o.values = columnar.Batch{N: rows.N}
	for _, k := range o.build {
		o.values.Cols = append(o.values.Cols, rows.Cols[k])
	}
}
