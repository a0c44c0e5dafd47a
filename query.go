package sparrow

import (
	"context"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/adaptive"
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/optimizer"
	"github.com/sparrow-engine/sparrow/physical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// optimizing returns the context in which the optimizer works for a statement.
func (st *statement) optimizing(ctx context.Context) *optimizer.Context {
	excluded := map[string]bool{}
	for _, name := range strings.Split(st.conf.Get("spark.sql.optimizer.excludedRules"), ",") {
		excluded[strings.TrimSpace(name)] = true
	}
	off := !st.conf.Bool("sparrow.optimizer.enabled")
	c := &optimizer.Context{Ctx: ctx, Env: st.env, NextID: st.nextID, Cost: cost.NewEstimator(ctx), Disabled: func(rule string) bool { return off || excluded[rule] }}
	c.Cost.Distort = st.distortion()
	if st.conf.Bool("sparrow.optimizer.check") {
		c.Check = logical.Check
	}
	return c
}

// execution is a running query: its final plan and what happened on the way.
type execution struct {
	*adaptive.Execution
	query     *exec.Query
	optimized logical.Plan
	final     logical.Plan
	out       *exec.StageOutput
	planning  time.Duration
	elapsed   time.Duration
}

// makeSink makes the sink that takes a query's rows, whose columns are in.
type makeSink func(q *exec.Query, in []*expr.Column) (exec.Sink, error)

// streamed gives the rows to consume, in order, while the query runs (see exec.Stream).
func streamed(consume func(*columnar.Batch) error) makeSink {
	return func(_ *exec.Query, in []*expr.Column) (exec.Sink, error) { return physical.NewStream(in, consume), nil }
}

// materialized keeps the rows in order until the query is closed. Their memory is not Go's, whose collector would let as much garbage gather beside them.
func materialized(q *exec.Query, in []*expr.Column) (exec.Sink, error) {
	return physical.NewMaterialize(in, true, q), nil
}

// start optimizes and runs an analyzed plan into a sink, telling the context's observer (see WithProgress). The caller closes the execution.
func (st *statement) start(ctx context.Context, analyzed logical.Plan, sink makeSink) (*execution, error) {
	begin := time.Now()
	opt := st.optimizing(ctx)
	withCached, release := st.session.cache.replace(ctx, st, analyzed)
	optimized, err := optimizer.Optimize(opt, withCached)
	if err != nil {
		release()
		return nil, sqlerr.Attach(err, st.text)
	}
	planned := time.Since(begin)
	ctx, cancel := context.WithCancel(ctx)
	q := exec.NewQuery(ctx, exec.Options{Threads: threads(st.conf), Memory: st.conf.Bytes("sparrow.memory"), TempDir: st.conf.Get("sparrow.spill.dir"),
		BatchSize: int(st.conf.Int("sparrow.batchSize")), Env: st.env, Chaos: st.chaos(cancel)})
	q.OnClose(func() error { cancel(); release(); return nil })
	var x *execution
	defer func() {
		if x == nil { // an error, or a panic of who consumes the rows
			q.Close()
		}
	}()
	running := &execution{query: q, optimized: optimized, planning: planned, Execution: &adaptive.Execution{
		Query: q,
		Planner: &physical.Planner{Query: q, Env: st.env, RuntimeFilters: st.conf.Bool("sparrow.runtimeFilters.enabled"), Flatten: st.conf.Bool("sparrow.scan.flatten"),
			BatchSize: int(st.conf.Int("sparrow.batchSize")), Threads: threads(st.conf)},
		Opt:     opt,
		Enabled: st.conf.Bool("sparrow.adaptive.enabled") && st.conf.Bool("spark.sql.adaptive.enabled"),
		Force:   st.conf.Bool("sparrow.adaptive.force"), Notify: observer(ctx, q),
		MaxRecursion: int(st.conf.Int("spark.sql.cteRecursionLevelLimit")), MaxRecursionRows: st.conf.Int("spark.sql.cteRecursionRowLimit"),
	}}
	running.out, running.final, err = running.Run(optimized, func(in []*expr.Column) (exec.Sink, error) { return sink(q, in) })
	running.elapsed = time.Since(begin)
	if err != nil {
		return nil, sqlerr.Attach(err, st.text)
	}
	x = running
	return x, nil
}

// run executes an analyzed plan and gives the result's batches in order while it runs; they belong to consume.
func (st *statement) run(ctx context.Context, analyzed logical.Plan, consume func(b *columnar.Batch) error) error {
	x, err := st.start(ctx, analyzed, streamed(consume))
	if err == nil {
		x.query.Close()
	}
	return err
}
