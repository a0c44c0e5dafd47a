package sparrow

import (
	"context"
	"strings"
	"sync"

	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// planCache keeps the rows of cached plans. A plan that computes the same as a cached one, columns compared by position, reads the rows.
type planCache struct {
	mu      sync.Mutex
	entries []*cached
}

// cached is a plan and, once it has run, its rows. They live until the entry is dropped and no query reads them any more.
type cached struct {
	name string // of CACHE TABLE; "" for DataFrame.Cache
	form string
	run  func(ctx context.Context) (*exec.StageOutput, *exec.Query, error)

	running chan struct{} // holds a token while run is running
	mu      sync.Mutex
	out     *exec.StageOutput
	query   *exec.Query
	readers int
	dropped bool
}

// load returns the rows, computed by the first caller; others wait for them. An error is not kept: the next caller tries again.
func (e *cached) load(ctx context.Context) error {
	select {
	case e.running <- struct{}{}:
		defer func() { <-e.running }()
	case <-ctx.Done():
		return ctx.Err()
	}
	e.mu.Lock()
	done := e.out != nil
	e.mu.Unlock()
	if done {
		return nil
	}
	out, q, err := e.run(ctx)
	if err != nil {
		return err
	}
	e.mu.Lock()
	e.out, e.query = out, q
	e.mu.Unlock()
	e.closeIfUnused()
	return nil
}

// acquire returns the rows for a reader, which calls release at its end; nil if there are none.
func (e *cached) acquire() *exec.StageOutput {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.out == nil {
		return nil
	}
	e.readers++
	return e.out
}

func (e *cached) release() {
	e.mu.Lock()
	e.readers--
	e.mu.Unlock()
	e.closeIfUnused()
}

func (e *cached) drop() {
	e.mu.Lock()
	e.dropped = true
	e.mu.Unlock()
	e.closeIfUnused()
}

func (e *cached) closeIfUnused() {
	e.mu.Lock()
	var q *exec.Query
	if e.dropped && e.readers == 0 && e.query != nil {
		q, e.query, e.out = e.query, nil, nil
	}
	e.mu.Unlock()
	if q != nil {
		q.Close()
	}
}

func (c *planCache) add(e *cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = append(c.entries, e)
}

// addOnce is add of a plan that is not there yet.
func (c *planCache) addOnce(e *cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.find(e.form) == nil {
		c.entries = append(c.entries, e)
	}
}

// drop forgets a cached table and reports whether it was there.
func (c *planCache) drop(name string) bool {
	return c.dropIf(func(e *cached) bool { return strings.EqualFold(e.name, name) })
}

func (c *planCache) dropIf(match func(*cached) bool) bool {
	c.mu.Lock()
	var keep, gone []*cached
	for _, e := range c.entries {
		if match(e) {
			gone = append(gone, e)
		} else {
			keep = append(keep, e)
		}
	}
	c.entries = keep
	c.mu.Unlock()
	for _, e := range gone {
		e.drop()
	}
	return len(gone) > 0
}

func (c *planCache) clear() { c.dropIf(func(*cached) bool { return true }) }

func (c *planCache) has(form string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.find(form) != nil
}

// find is called with the lock held.
func (c *planCache) find(form string) *cached {
	for _, e := range c.entries {
		if e.form == form {
			return e
		}
	}
	return nil
}

// lookup returns the entries that are there at the moment.
func (c *planCache) lookup() []*cached {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries[:len(c.entries):len(c.entries)]
}

// replace puts the rows of cached plans in the place of equal subplans, which are computed if no query was there before. release, to be called
// when the plan has run or will not, lets the rows go.
func (c *planCache) replace(ctx context.Context, st *statement, p logical.Plan) (out logical.Plan, release func()) {
	r := &cacheReader{ctx: ctx, st: st, entries: c.lookup()}
	if len(r.entries) == 0 {
		return p, func() {}
	}
	return r.plan(p), r.release
}

type cacheReader struct {
	ctx     context.Context
	st      *statement
	entries []*cached
	used    []*cached
}

func (r *cacheReader) release() {
	for _, e := range r.used {
		e.release()
	}
}

func (r *cacheReader) plan(p logical.Plan) logical.Plan {
	if plain(p) == p && !r.computing() {
		form := r.st.form(p)
		for _, e := range r.entries {
			if e.form != form {
				continue
			}
			if s := r.stage(e, p); s != nil {
				return s
			}
		}
	}
	return logical.RewriteChildren(p, r.plan)
}

// stage returns a leaf with the rows of an entry, nil if they cannot be had: then the plan runs, and reports what is wrong.
func (r *cacheReader) stage(e *cached, p logical.Plan) logical.Plan {
	if err := e.load(context.WithValue(r.ctx, computingKey{}, true)); err != nil {
		return nil
	}
	rows := e.acquire()
	if rows == nil {
		return nil
	}
	r.used = append(r.used, e)
	return &logical.Stage{Handle: rows, Out: p.Output(), Facts: logical.Facts{Rows: rows.Rows, Bytes: rows.Bytes}}
}

// computingKey marks the context in which a cached plan is computed: it does not read the cache, where it would wait for itself.
type computingKey struct{}

func (r *cacheReader) computing() bool { return r.ctx.Value(computingKey{}) != nil }

// plain returns a plan without names on top of it, which are no part of what it computes.
func plain(p logical.Plan) logical.Plan {
	for {
		a, ok := p.(*logical.SubqueryAlias)
		if !ok || a.Out != nil {
			return p
		}
		p = a.Input
	}
}

// cachePlan makes an entry for an analyzed plan.
func (st *statement) cachePlan(name string, analyzed logical.Plan) *cached {
	e := &cached{name: name, form: st.form(analyzed), running: make(chan struct{}, 1)}
	e.run = func(ctx context.Context) (*exec.StageOutput, *exec.Query, error) {
		// The rows outlive ctx, which may end only their computation.
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		watched := context.AfterFunc(ctx, cancel)
		x, err := st.start(own, analyzed, materialized)
		if err != nil {
			cancel()
			return nil, nil, err
		}
		x.query.OnClose(func() error { cancel(); return nil })
		if !watched() {
			x.query.Close()
			return nil, nil, ctx.Err()
		}
		return x.out, x.query, nil
	}
	return e
}

func (st *statement) cacheTable(ctx context.Context, n *logical.Cache) error {
	c := &st.session.cache
	name := strings.Join(n.Name, ".")
	switch {
	case n.Clear:
		c.clear()
		return nil
	case n.Refresh:
		if n.Path == "" {
			if _, err := st.session.catalog.Resolve(ctx, n.Name, nil, n.At); err != nil {
				return err
			}
			c.drop(name)
		} else {
			c.clear()
		}
		return nil
	case n.Uncache:
		if _, err := st.session.catalog.Resolve(ctx, n.Name, nil, n.At); err != nil && !n.IfExists {
			return err
		}
		c.drop(name)
		return nil
	}
	if n.Query != nil {
		if err := st.createView(ctx, &logical.CreateView{Base: n.Base, Name: n.Name, Query: n.Query, Temporary: true}); err != nil {
			return err
		}
	}
	analyzed, err := st.analyze(ctx, &logical.UnresolvedRelation{Base: n.Base, Parts: n.Name})
	if err != nil {
		return err
	}
	e := st.cachePlan(name, plain(analyzed))
	if !n.Lazy {
		if err := e.load(ctx); err != nil {
			return sqlerr.Attach(err, st.text)
		}
	}
	c.drop(name)
	c.add(e)
	return nil
}
