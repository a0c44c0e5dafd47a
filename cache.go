package sparrow

import (
	"context"
	"strings"
	"sync"

	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/optimizer"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// planCache keeps the rows of cached plans. A plan that computes the same as a cached one, columns compared by position, reads the rows.
type planCache struct {
	mu      sync.Mutex
	entries []*cached
}

type cached struct {
	name string // of CACHE TABLE; "" for DataFrame.Cache
	form string
	run  func(ctx context.Context) (*exec.StageOutput, *exec.Query, error)
	lazy bool

	once  sync.Once
	out   *exec.StageOutput
	query *exec.Query
	err   error
}

func (e *cached) load(ctx context.Context) (*exec.StageOutput, error) {
	e.once.Do(func() { e.out, e.query, e.err = e.run(context.WithoutCancel(ctx)) })
	return e.out, e.err
}

func (c *planCache) add(e *cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = append(c.entries, e)
}

// drop forgets a cached table and reports whether it was there.
func (c *planCache) drop(name string) bool {
	return c.dropIf(func(e *cached) bool { return strings.EqualFold(e.name, name) })
}

func (c *planCache) dropIf(match func(*cached) bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	var keep []*cached
	for _, e := range c.entries {
		if !match(e) {
			keep = append(keep, e)
		} else if e.query != nil {
			e.query.Close()
		}
	}
	found := len(keep) < len(c.entries)
	c.entries = keep
	return found
}

func (c *planCache) clear() { c.dropIf(func(*cached) bool { return true }) }

func (c *planCache) find(form string) *cached {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.entries {
		if e.form == form {
			return e
		}
	}
	return nil
}

func (c *planCache) empty() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries) == 0
}

// replace puts the rows of cached plans in the place of equal subplans.
func (c *planCache) replace(p logical.Plan) logical.Plan {
	if c.empty() {
		return p
	}
	if a, ok := p.(*logical.SubqueryAlias); !ok || a.Out != nil {
		if e := c.find(optimizer.Canonical(p)); e != nil {
			if out, err := e.load(context.Background()); err == nil {
				return &logical.Stage{Handle: out, Out: p.Output(), Facts: logical.Facts{Rows: out.Rows, Bytes: out.Bytes}}
			}
		}
	}
	return logical.RewriteChildren(p, c.replace)
}

// cachePlan makes an entry for an analyzed plan.
func (st *statement) cachePlan(name string, analyzed logical.Plan, lazy bool) *cached {
	e := &cached{name: name, form: optimizer.Canonical(analyzed), lazy: lazy}
	e.run = func(ctx context.Context) (*exec.StageOutput, *exec.Query, error) {
		x, err := st.start(ctx, analyzed, materialized)
		if err != nil {
			return nil, nil, err
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
	for { // a name is not part of what is cached
		a, ok := analyzed.(*logical.SubqueryAlias)
		if !ok || a.Out != nil {
			break
		}
		analyzed = a.Input
	}
	e := st.cachePlan(name, analyzed, n.Lazy)
	if !n.Lazy {
		if _, err := e.load(ctx); err != nil {
			return sqlerr.Attach(err, st.text)
		}
	}
	c.drop(name)
	c.add(e)
	return nil
}
