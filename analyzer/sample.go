package analyzer

import (
	"math/rand/v2"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// sample binds TABLESAMPLE. A number of rows is a limit, as in Spark.
func (a *analyzer) sample(n *logical.TableSample, outer *scope) (*relation, error) {
	in, err := a.plan(n.Input, outer)
	if err != nil {
		return nil, err
	}
	if n.Method == "SYSTEM" && !scans(in.plan) {
		return nil, sqlerr.Unsupported("TABLESAMPLE_SYSTEM_NO_SCAN", n.At, "TABLESAMPLE SYSTEM samples blocks of a table and cannot stand over a query.")
	}
	var node logical.Plan
	if n.Rows != nil {
		count, err := a.limitValue(n.Rows, "limit")
		if err != nil {
			return nil, err
		}
		node = &logical.Limit{Base: n.Base, Count: count}
	} else {
		share, err := a.share(n)
		if err != nil {
			return nil, err
		}
		seed := n.Seed
		if !n.Repeatable {
			seed = rand.Int64()
		}
		node = &logical.Sample{Base: n.Base, Upper: share, WithReplacement: n.WithReplace, Rows: -1, Seed: seed}
	}
	rebuild := func(in logical.Plan) logical.Plan { return node.WithChildren([]logical.Plan{in}) }
	return in.over(rebuild(in.plan), rebuild), nil
}

// scans reports a table under its names.
func scans(p logical.Plan) bool {
	for {
		switch n := p.(type) {
		case *logical.SubqueryAlias:
			p = n.Input
		case *logical.Scan:
			return true
		default:
			return false
		}
	}
}

// share returns the fraction of rows a sample keeps.
func (a *analyzer) share(n *logical.TableSample) (float64, error) {
	f := n.SampleFraction
	switch {
	case n.Of > 0:
		f = float64(n.Bucket) / float64(n.Of)
	case n.Percent != nil:
		x, err := a.binder(nil, "TABLESAMPLE").expr(n.Percent)
		if err != nil {
			return 0, err
		}
		lit, err := a.constant(&expr.Cast{Child: x, To: types.DoubleType, Mode: a.mode(), Implicit: true})
		if err != nil {
			return 0, err
		}
		if lit == nil || lit.Value == nil {
			return 0, sqlerr.New("INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE", n.Percent.Pos(), "The percentage of TABLESAMPLE must be a constant.")
		}
		f = lit.Value.(float64) / 100
	}
	if f < 0 || f > 1 && !n.WithReplace {
		return 0, sqlerr.New("_LEGACY_ERROR_TEMP_0064", n.At, "Sampling fraction (%v) must be on interval [0, 1].", f)
	}
	return f, nil
}
