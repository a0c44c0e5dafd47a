package exec

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
)

// run is a pipeline in progress.
type run struct {
	q      *Query
	sink   Sink
	stream *Stream     // the sink if it is one
	locals []LocalSink // by worker, nil until the worker has a batch to consume
	base   int         // morsels of earlier phases and branches
	clock  clock
	limit  int64 // rows after which the run ends early, 0 for none
	rows   atomic.Int64
	rest   *Rest
}

// Run executes a pipeline: phase by phase, the morsels of a phase's branches shared by the workers. Batches get a Morsel that is unique over
// all branches, higher in later ones.
func (q *Query) Run(p *Pipeline) (*StageOutput, error) {
	out, _, err := q.RunSome(p)
	return out, err
}

// RunSome is Run that obeys MaxRows, for a pipeline of one phase whose steps keep nothing from one morsel to the next. Rest is nil if everything was
// read.
func (q *Query) RunSome(p *Pipeline) (*StageOutput, *Rest, error) {
	defer q.measure(p.Sink)()
	r := &run{q: q, sink: p.Sink, locals: make([]LocalSink, q.opts.Threads), clock: clock{time.Now()}, limit: p.MaxRows}
	r.stream, _ = p.Sink.(*Stream)
	defer func() { q.returned(r.rest) }()
	for _, branches := range phases(p.Branches) {
		if err := r.runPhase(branches); err != nil {
			return nil, nil, err
		}
	}
	if err := q.Err(); err != nil {
		return nil, nil, err
	}
	var out *StageOutput
	err := protect(func() error {
		for _, l := range r.locals {
			if l != nil {
				if err := p.Sink.Combine(l); err != nil {
					return err
				}
			}
		}
		var err error
		if out, err = p.Sink.Finalize(q); out != nil {
			out.Sink = p.Sink
		}
		return err
	}, nil)
	return out, r.rest, err
}

// phases groups branches by phase, in order.
func phases(branches []Branch) [][]*Branch {
	var out [][]*Branch
	sorted := make([]*Branch, len(branches))
	for i := range branches {
		sorted[i] = &branches[i]
	}
	slices.SortStableFunc(sorted, func(a, b *Branch) int { return a.Phase - b.Phase })
	for i, b := range sorted {
		if i == 0 || b.Phase != sorted[i-1].Phase {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], b)
	}
	return out
}

// live is a branch while it runs.
type live struct {
	*Branch
	first   int // number of its first morsel in the phase
	morsels int
	base    int // of Batch.Morsel
	stopped atomic.Bool
}

func (r *run) runPhase(branches []*Branch) error {
	lives := make([]*live, len(branches))
	total := 0
	for i, b := range branches {
		lives[i] = &live{Branch: b, first: total, morsels: b.Source.Morsels(), base: r.base}
		total += lives[i].morsels
		r.base += span(b.Source)
	}
	if total == 0 {
		return nil
	}
	r.q.done.Store(0)
	r.q.total.Store(int64(total))
	ph := &phase{run: r, lives: lives, morsels: total}
	ph.wanted.Store(int64(len(lives)))
	workers := min(total, r.q.opts.Threads)
	if r.stream != nil {
		return r.stream.phase(r.q, workers, total, ph.work)
	}
	if err := r.q.together(workers, ph.work, nil); err != nil {
		return err
	}
	if taken := int(ph.next.Load()); r.full() && taken < total {
		r.rest = unreadOf(lives, taken, total)
	}
	return nil
}

// span returns how many numbers of morsels a source may give its batches; those of unread morsels do not begin at 0.
func span(s Source) int {
	if u, ok := s.(*unread); ok {
		return span(u.Source)
	}
	return s.Morsels()
}

// phase is the branches that run at the same time.
type phase struct {
	*run
	lives   []*live
	morsels int
	next    atomic.Int64 // morsel to be taken
	wanted  atomic.Int64 // branches that have not stopped
}

// work takes morsels until there are no more, or nobody wants them.
func (p *phase) work(w *Worker) (err error) {
	rw := &runWorker{phase: p, w: w, chains: make([]*chain, len(p.lives))}
	defer func() { err = errors.Join(err, rw.close()) }()
	for at := 0; p.wanted.Load() > 0 && !p.full(); {
		m := int(p.next.Add(1)) - 1
		if m >= p.morsels {
			break
		}
		p.q.done.Add(1)
		for m >= p.lives[at].first+p.lives[at].morsels {
			at++
		}
		if err := p.part(w, m, func() error { return rw.morsel(p.lives[at], at, m-p.lives[at].first) }); err != nil {
			return err
		}
	}
	if p.stream != nil {
		p.stream.lastMorsel()
	}
	return p.part(w, p.morsels+w.ID, rw.finish)
}

// part runs what pushes the rows of one part of the phase: a morsel, or behind all of them what a worker's steps held back.
func (p *phase) part(w *Worker, number int, f func() error) error {
	if p.stream == nil {
		return f()
	}
	return p.stream.part(w, number, f)
}

// full reports whether the sink has taken all rows that the run may give it.
func (r *run) full() bool { return r.limit > 0 && r.rows.Load() > r.limit }

// unreadOf returns branches over the morsels from taken on.
func unreadOf(lives []*live, taken, total int) *Rest {
	rest := &Rest{Read: taken, Unread: total - taken}
	for _, b := range lives {
		if from := taken - b.first; from < b.morsels {
			rest.Branches = append(rest.Branches, Branch{Source: &unread{b.Source, max(from, 0)}, Steps: b.Steps})
		}
	}
	return rest
}

// runWorker is one worker's part of a phase.
type runWorker struct {
	*phase
	w      *Worker
	chains []*chain // by branch, nil until it gets a morsel
}

// chain is one worker's instance of a branch.
type chain struct {
	branch   *Branch
	reader   Reader
	push     Push
	finishes []func() error
	batch    columnar.Batch
	gauges   []gauge // of the steps and the sink
	reading  time.Duration
}

// morsel pushes the batches of one morsel through the branch.
func (r *runWorker) morsel(b *live, at, m int) error {
	if b.stopped.Load() {
		return nil
	}
	if r.chains[at] == nil {
		c, err := r.open(b)
		if err != nil {
			return err
		}
		r.chains[at] = c
	}
	c := r.chains[at]
	if err := r.w.Err(); err != nil {
		return err
	}
	if err := c.open(r.clock, m); err != nil {
		return err
	}
	if p, ok := c.reader.(Pusher); ok {
		return r.ended(b, p.Push(func(batch *columnar.Batch) error {
			batch.Morsel += b.base
			return c.push(batch)
		}))
	}
	for !b.stopped.Load() {
		if err := r.w.Err(); err != nil {
			return err
		}
		if err := r.q.interrupted(); err != nil {
			return err
		}
		ok, err := c.next(r.clock)
		if err != nil || !ok {
			return err
		}
		if c.batch.Count() == 0 {
			continue
		}
		c.batch.Morsel += b.base
		if err := r.ended(b, c.push(&c.batch)); err != nil {
			return err
		}
	}
	return nil
}

// ended notes ErrStop and returns any other error.
func (p *phase) ended(b *live, err error) error {
	if err == ErrStop {
		if b.stopped.CompareAndSwap(false, true) {
			p.wanted.Add(-1)
		}
		return nil
	}
	return err
}

// open builds the chain of a branch from its end.
func (r *runWorker) open(b *live) (*chain, error) {
	n := len(b.Steps)
	c := &chain{branch: b.Branch, gauges: make([]gauge, n+1)}
	if r.locals[r.w.ID] == nil {
		l, err := r.sink.NewLocal(r.w)
		if err != nil {
			return nil, err
		}
		r.locals[r.w.ID] = l
	}
	consume := r.locals[r.w.ID].Consume
	if r.limit > 0 {
		counted := consume
		consume = func(b *columnar.Batch) error {
			r.rows.Add(int64(b.Count()))
			return counted(b)
		}
	}
	c.push = c.gauges[n].push(r.clock, consume)
	for i := n - 1; i >= 0; i-- {
		push, finish, err := b.Steps[i].New(r.w, c.push)
		if err != nil {
			return nil, err
		}
		c.push = c.gauges[i].push(r.clock, push)
		if finish != nil {
			c.finishes = append(c.finishes, c.gauges[i].finish(r.clock, finish))
		}
	}
	var err error
	c.reader, err = b.Source.NewReader(r.w)
	return c, err
}

func (c *chain) open(t clock, morsel int) error {
	from := t.now()
	err := c.reader.Open(morsel)
	c.reading += t.now() - from
	return err
}

func (c *chain) next(t clock) (bool, error) {
	from := t.now()
	ok, err := c.reader.Next(&c.batch)
	c.reading += t.now() - from
	return ok, err
}

// finish ends the steps of all chains, from the source on.
func (r *runWorker) finish() error {
	for _, c := range r.chains {
		if c == nil {
			continue
		}
		for i := len(c.finishes) - 1; i >= 0; i-- {
			if err := c.finishes[i](); err != nil && err != ErrStop {
				return err
			}
		}
	}
	return nil
}

func (r *runWorker) close() error {
	var errs []error
	for _, c := range r.chains {
		if c != nil {
			c.report(r.q, c.branch, r.sink)
			errs = append(errs, c.reader.Close())
		}
	}
	return errors.Join(errs...)
}
