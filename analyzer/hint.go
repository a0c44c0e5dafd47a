package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// joinHint returns the strategy that a hint asks for, "" for other hints.
func joinHint(name string) string {
	switch strings.ToUpper(name) {
	case "BROADCAST", "BROADCASTJOIN", "MAPJOIN":
		return "BROADCAST"
	case "SHUFFLE_HASH":
		return "SHUFFLE_HASH"
	case "MERGE", "SHUFFLE_MERGE", "MERGEJOIN":
		return "MERGE"
	case "SHUFFLE_REPLICATE_NL":
		return "SHUFFLE_REPLICATE_NL"
	}
	return ""
}

// joinHints marks the joins of a FROM clause whose sides are named by hints. Hints that name nothing are ignored, as in Spark.
func (a *analyzer) joinHints(r *relation, hints []logical.Hint) *relation {
	for _, h := range hints {
		strategy := joinHint(h.Name)
		if strategy == "" {
			continue
		}
		for _, arg := range h.Args {
			if n, ok := arg.(*expr.Name); ok {
				out := *r
				out.plan = hinted(r.plan, n.Parts, strategy)
				r = &out
			}
		}
	}
	return r
}

func hinted(p logical.Plan, name []string, strategy string) logical.Plan {
	return logical.Rewrite(p, func(n logical.Plan) logical.Plan {
		j, ok := n.(*logical.Join)
		if !ok {
			return n
		}
		c := *j
		if isNamed(j.Left, name) && c.Hint.Left == "" {
			c.Hint.Left = strategy
		}
		if isNamed(j.Right, name) && c.Hint.Right == "" {
			c.Hint.Right = strategy
		}
		if c.Hint == j.Hint {
			return n
		}
		return &c
	})
}

func isNamed(p logical.Plan, name []string) bool {
	s, ok := p.(*logical.SubqueryAlias)
	return ok && endsWith(s.Name, name)
}

// partitionHints applies COALESCE, REPARTITION, REPARTITION_BY_RANGE and REBALANCE.
func (a *analyzer) partitionHints(r *relation, hints []logical.Hint) *relation {
	for _, h := range hints {
		rep := &logical.Repartition{Base: logical.Base{At: h.Pos}}
		switch strings.ToUpper(h.Name) {
		case "COALESCE", "REPARTITION", "REBALANCE":
		case "REPARTITION_BY_RANGE":
			rep.Range = true
		default:
			continue
		}
		b := a.binder(r.scope(nil), "hint")
		for _, arg := range h.Args {
			if n, ok := ordinal(arg); ok {
				rep.N = n
				continue
			}
			if e, err := b.expr(arg); err == nil {
				rep.By = append(rep.By, expr.SortKey{Expr: e, NullsFirst: true})
			}
		}
		out := *r
		rep.Input = r.plan
		out.plan = rep
		r = &out
	}
	return r
}
