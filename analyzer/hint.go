package analyzer

import (
	"fmt"
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
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

// joinHints marks the joins of a FROM clause whose sides are named by hints. As in Spark, a hint that is not known, or names nothing that is
// joined, is told as a warning and has no effect.
func (a *analyzer) joinHints(r *relation, hints []logical.Hint) *relation {
	for _, h := range hints {
		strategy := joinHint(h.Name)
		if strategy == "" {
			if partitionHint(h.Name) == "" {
				a.warn("The hint %s is not known.", h.Name)
			}
			continue
		}
		for _, arg := range h.Args {
			n, ok := arg.(*expr.Name)
			if !ok {
				continue
			}
			out := *r
			if out.plan = hinted(r.plan, n.Parts, strategy); out.plan == r.plan {
				a.warn("The relation %s of the hint %s is not joined here.", catalog.QuoteName(n.Parts), h.Name)
			}
			r = &out
		}
	}
	return r
}

func (a *analyzer) warn(format string, args ...any) {
	if a.Warn != nil {
		a.Warn(fmt.Sprintf(format, args...))
	}
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

// partitionHint returns the name of a hint about partitions, "" for other hints.
func partitionHint(name string) string {
	switch n := strings.ToUpper(name); n {
	case "COALESCE", "REPARTITION", "REBALANCE", "REPARTITION_BY_RANGE":
		return n
	}
	return ""
}

// partitionHints applies COALESCE, REPARTITION, REPARTITION_BY_RANGE and REBALANCE.
func (a *analyzer) partitionHints(r *relation, hints []logical.Hint) (*relation, error) {
	for _, h := range hints {
		name := partitionHint(h.Name)
		if name == "" {
			continue
		}
		rep := &logical.Repartition{Base: logical.Base{At: h.Pos}, Input: r.plan, Range: name == "REPARTITION_BY_RANGE"}
		b := a.binder(r.scope(nil), "hint")
		for _, arg := range h.Args {
			if n, ok := ordinal(arg); ok {
				if n < 1 {
					return nil, sqlerr.New("INVALID_PARAMETER_VALUE.INTEGER", arg.Pos(), "The number of partitions must be positive, but is %d.", n)
				}
				rep.N = n
				continue
			}
			e, err := b.expr(arg)
			if err != nil {
				return nil, err
			}
			rep.By = append(rep.By, expr.SortKey{Expr: e, NullsFirst: true})
		}
		if name == "COALESCE" && (rep.N == 0 || len(rep.By) > 0) {
			return nil, sqlerr.New("INVALID_PARAMETER_VALUE.INTEGER", h.Pos, "The hint COALESCE expects a number of partitions.")
		}
		out := *r
		out.plan = rep
		r = &out
	}
	return r, nil
}
