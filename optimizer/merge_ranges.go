package optimizer

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
)

// mergeRanges keeps the tightest bounds of a column and finds those that contradict each other.
//
//	a > 5 AND a >= 3        → a > 5
//	a > 5 AND a < 3         → false
//
// It fires in conditions where a null counts as false; see propagateConstants. Bounds are literals of the column's type.
var mergeRanges = each(func(c *Context, n logical.Plan) logical.Plan {
	return mapCondition(n, func(pred expr.Expr) expr.Expr {
		and, ok := pred.(*expr.And)
		if !ok {
			return pred
		}
		return simplifier{c}.bounds(and)
	})
})

type bound struct {
	at    int // position among the conjuncts
	value *expr.Literal
	open  bool
}

func (s simplifier) bounds(and *expr.And) expr.Expr {
	args := expr.Conjuncts(and)
	lower, upper := map[expr.ColumnID]bound{}, map[expr.ColumnID]bound{}
	drop := map[int]bool{}
	for i, p := range args {
		col, b, low, ok := boundOf(p, i)
		if !ok {
			continue
		}
		side := upper
		if low {
			side = lower
		}
		have, seen := side[col.ID]
		switch {
		case !seen:
			side[col.ID] = b
		case s.tighter(b, have, low):
			drop[have.at] = true
			side[col.ID] = b
		default:
			drop[i] = true
		}
	}
	for id, lo := range lower {
		if hi, ok := upper[id]; ok && (s.less(hi.value, lo.value) || (lo.open || hi.open) && !s.less(lo.value, hi.value)) {
			return expr.False
		}
	}
	if len(drop) == 0 {
		return and
	}
	var keep []expr.Expr
	for i, p := range args {
		if !drop[i] {
			keep = append(keep, p)
		}
	}
	return expr.Conjunction(keep)
}

func boundOf(p expr.Expr, at int) (col *expr.Column, b bound, low, ok bool) {
	call, isCall := p.(*expr.Call)
	if !isCall || len(call.Args) != 2 {
		return nil, b, false, false
	}
	col, okC := call.Args[0].(*expr.Column)
	lit, okL := call.Args[1].(*expr.Literal)
	if !okC || !okL || lit.Value == nil || !col.T.Equal(lit.T) {
		return nil, b, false, false
	}
	b = bound{at: at, value: lit}
	switch call.Func.Op {
	case expr.OpGt:
		b.open, low = true, true
	case expr.OpGe:
		low = true
	case expr.OpLt:
		b.open = true
	case expr.OpLe:
	default:
		return nil, b, false, false
	}
	return col, b, low, true
}

// tighter reports whether a admits fewer values than b.
func (s simplifier) tighter(a, b bound, low bool) bool {
	x, y := a.value, b.value
	if low {
		x, y = y, x
	}
	if s.less(x, y) {
		return true
	}
	return !s.less(y, x) && a.open && !b.open
}

func (s simplifier) less(a, b *expr.Literal) bool {
	e, err := functions.Call("<", a, b)
	if err != nil {
		return false
	}
	v, err := eval.EvalConstant(e, s.Env)
	return err == nil && v == true
}
