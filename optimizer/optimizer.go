// Package optimizer rewrites resolved plans: a table of batches of rules, each rule one file named as the rule.
//
// Every rule runs through one function (Context.run), where timing, tracing, disabling by name and the invariant check live; rules contain
// none of it.
//
// Sparrow makes no compatibility promise for this package.
package optimizer

import (
	"context"
	"slices"
	"time"

	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Context is what rules may use.
type Context struct {
	Ctx    context.Context
	Env    *expr.Env
	NextID func() expr.ColumnID
	Cost   *cost.Estimator
	// Disabled tells, by name, which rules are switched off. Rules that correctness needs ignore it.
	Disabled func(rule string) bool
	// Trace, if set, is told of every rule that changed the plan.
	Trace func(Applied)
	// Check, if set, verifies the plan after every rule that changed it.
	Check func(logical.Plan) error

	// MinGain is the share of the estimated cost that another order of joins must save to take the place of the one a plan has: a running
	// query does not change its mind for little.
	MinGain float64
}

// Applied is one change of the plan.
type Applied struct {
	Rule          string
	Before, After logical.Plan
	Elapsed       time.Duration
}

// Rule is a rewriting of a whole plan. It returns the same plan when it changes nothing.
type Rule struct {
	Name string
	// Why says why the rule stands where it stands.
	Why      string
	Required bool // correctness needs it: it cannot be disabled
	Rewrite  func(c *Context, p logical.Plan) (logical.Plan, error)
}

// Batch is rules in order, repeated while they change the plan, at most Rounds times.
type Batch struct {
	Name   string
	Rounds int
	// First: the other rules follow up on the first, and do not run if that changed nothing.
	First bool
	Rules []Rule
}

// Optimize runs the batches.
func Optimize(c *Context, p logical.Plan) (logical.Plan, error) { return Run(c, p, Batches) }

// Run runs the given batches.
func Run(c *Context, p logical.Plan, batches []Batch) (logical.Plan, error) {
	if c.Cost == nil {
		c.Cost = cost.NewEstimator(c.Ctx)
	}
	for _, b := range batches {
		for range b.Rounds {
			before := p
			for i := range b.Rules {
				var err error
				if p, err = c.run(&b.Rules[i], p); err != nil {
					return nil, err
				}
				if b.First && p == before {
					break
				}
			}
			if p == before {
				break
			}
		}
	}
	return p, nil
}

func (c *Context) run(r *Rule, p logical.Plan) (logical.Plan, error) {
	if err := c.Ctx.Err(); err != nil {
		return nil, err
	}
	if !r.Required && c.Disabled != nil && c.Disabled(r.Name) {
		return p, nil
	}
	start := time.Now()
	out, err := r.Rewrite(c, p)
	if err != nil || out == p {
		return p, err
	}
	if c.Trace != nil {
		c.Trace(Applied{r.Name, p, out, time.Since(start)})
	}
	if c.Check != nil {
		if err := c.Check(out); err != nil {
			return nil, sqlerr.Internal("rule %s made a wrong plan: %v", r.Name, err).WithCause(err)
		}
	}
	return out, nil
}

// each makes a Rewrite of a function on single nodes, applied bottom-up.
func each(f func(c *Context, n logical.Plan) logical.Plan) func(*Context, logical.Plan) (logical.Plan, error) {
	return func(c *Context, p logical.Plan) (logical.Plan, error) {
		return logical.Rewrite(p, func(n logical.Plan) logical.Plan { return f(c, n) }), nil
	}
}

// fresh returns a new column like col.
func (c *Context) fresh(col *expr.Column) *expr.Column {
	n := *col
	n.ID = c.NextID()
	return &n
}

// passThrough lists columns for a Project that changes nothing.
func passThrough(cols []*expr.Column) []logical.Named {
	out := make([]logical.Named, len(cols))
	for i, col := range cols {
		out[i] = logical.Named{Col: col, Expr: col}
	}
	return out
}

// restrict puts a Project over p unless it already produces exactly cols.
func restrict(p logical.Plan, cols []*expr.Column) logical.Plan {
	have := p.Output()
	if len(have) == len(cols) {
		same := true
		for i := range cols {
			same = same && have[i].ID == cols[i].ID
		}
		if same {
			return p
		}
	}
	return &logical.Project{Input: p, List: passThrough(cols)}
}

func filter(p logical.Plan, preds []expr.Expr) logical.Plan {
	if len(preds) == 0 {
		return p
	}
	return &logical.Filter{Input: p, Pred: expr.Conjunction(preds)}
}

// columnSet is a set of column numbers.
type columnSet map[expr.ColumnID]bool

func setOf(cols []*expr.Column) columnSet {
	s := make(columnSet, len(cols))
	for _, c := range cols {
		s[c.ID] = true
	}
	return s
}

func (s columnSet) addExpr(e expr.Expr) {
	expr.Columns(e, func(c *expr.Column) { s[c.ID] = true })
}

// covers reports whether e refers only to columns of the set.
func (s columnSet) covers(e expr.Expr) bool {
	ok := true
	expr.Columns(e, func(c *expr.Column) { ok = ok && s[c.ID] })
	return ok
}

// touches reports whether e refers to a column of the set.
func (s columnSet) touches(e expr.Expr) bool {
	hit := false
	expr.Columns(e, func(c *expr.Column) { hit = hit || s[c.ID] })
	return hit
}

// columnList is a set of column numbers as an ascending list: made in one piece, for the many sets that are asked a few times.
type columnList []expr.ColumnID

func listOf(cols []*expr.Column) columnList {
	s := make(columnList, len(cols))
	for i, c := range cols {
		s[i] = c.ID
	}
	slices.Sort(s)
	return s
}

func (s columnList) has(id expr.ColumnID) bool {
	_, ok := slices.BinarySearch(s, id)
	return ok
}

// covers reports whether e refers only to columns of the set.
func (s columnList) covers(e expr.Expr) bool {
	ok := true
	expr.Columns(e, func(c *expr.Column) { ok = ok && s.has(c.ID) })
	return ok
}

// own reports whether e is about columns of the set alone.
func (s columnList) own(e expr.Expr) bool { return s.covers(e) && s.touches(e) }

// touches reports whether e refers to a column of the set.
func (s columnList) touches(e expr.Expr) bool {
	hit := false
	expr.Columns(e, func(c *expr.Column) { hit = hit || s.has(c.ID) })
	return hit
}
