package cost

import (
	"math"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// Guesses where nothing is known.
const (
	guessEquals = 0.05
	guessRange  = 0.3
	guessLike   = 0.1
	guessOther  = 0.3
)

// filtered returns the statistics of the rows for which pred is true.
func filtered(in *Stats, pred expr.Expr) *Stats {
	sel := in.selectivity(pred)
	out := in.withRows(in.Rows * sel)
	if sel < 1 {
		out.Error = math.Max(in.Error, 1) * 2
	}
	for _, c := range expr.Conjuncts(pred) {
		out.narrow(c)
	}
	return out
}

// narrow applies what a conjunct says of its column: bounds, a single value.
func (s *Stats) narrow(pred expr.Expr) {
	if col, n := oneOf(pred); col != nil {
		if c, known := s.Columns.Of(col.ID); known {
			c.NullFrac = 0
			if c.Distinct == 0 || c.Distinct > n {
				c.Distinct = n
			}
			s.Columns.set(col.ID, c)
		}
		return
	}
	call, ok := pred.(*expr.Call)
	if !ok || len(call.Args) != 2 {
		return
	}
	col, lit, op := columnAgainstLiteral(call)
	if col == nil {
		return
	}
	c, known := s.Columns.Of(col.ID)
	if !known {
		c = unknown()
	}
	v := Number(lit.Value, lit.T)
	c.NullFrac = 0
	switch op {
	case expr.OpEq, expr.OpNullSafeEq:
		c.Distinct, c.Min, c.Max = 1, v, v
	case expr.OpLt, expr.OpLe:
		if c.Max > v || math.IsNaN(c.Max) {
			c.narrowDistinct(c.Min, v)
			c.Max = v
		}
	case expr.OpGt, expr.OpGe:
		if c.Min < v || math.IsNaN(c.Min) {
			c.narrowDistinct(v, c.Max)
			c.Min = v
		}
	}
	s.Columns.set(col.ID, c)
}

// oneOf recognizes predicates that leave a column at most n values: IN, and OR of equalities with literals or of conjunctions that hold one.
func oneOf(pred expr.Expr) (col *expr.Column, n float64) {
	switch x := pred.(type) {
	case *expr.In:
		return columnUnder(x.Child), float64(len(x.List))
	case *expr.Or:
		for _, a := range x.Args {
			c, k := equalOne(a)
			if c == nil || col != nil && c.ID != col.ID {
				return nil, 0
			}
			col, n = c, n+k
		}
	}
	return col, n
}

func equalOne(branch expr.Expr) (*expr.Column, float64) {
	for _, p := range expr.Conjuncts(branch) {
		if call, ok := p.(*expr.Call); ok && len(call.Args) == 2 && call.Func.Op == expr.OpEq {
			if c, _, _ := columnAgainstLiteral(call); c != nil {
				return c, 1
			}
		}
	}
	return nil, 0
}

func (c *Column) narrowDistinct(lo, hi float64) {
	if span := c.Max - c.Min; span > 0 && hi >= lo {
		c.Distinct = math.Max(1, c.Distinct*(hi-lo)/span)
	}
}

// columnAgainstLiteral recognizes column op literal in either order; op is turned so that the column is on the left.
func columnAgainstLiteral(call *expr.Call) (*expr.Column, *expr.Literal, expr.Op) {
	op := call.Func.Op
	if c := columnUnder(call.Args[0]); c != nil {
		if l, ok := call.Args[1].(*expr.Literal); ok {
			return c, l, op
		}
	}
	if c := columnUnder(call.Args[1]); c != nil {
		if l, ok := call.Args[0].(*expr.Literal); ok {
			return c, l, flip(op)
		}
	}
	return nil, nil, op
}

func columnUnder(x expr.Expr) *expr.Column {
	for {
		switch y := x.(type) {
		case *expr.Column:
			return y
		case *expr.Cast:
			x = y.Child
		default:
			return nil
		}
	}
}

func flip(op expr.Op) expr.Op {
	switch op {
	case expr.OpLt:
		return expr.OpGt
	case expr.OpLe:
		return expr.OpGe
	case expr.OpGt:
		return expr.OpLt
	case expr.OpGe:
		return expr.OpLe
	}
	return op
}

// Selectivity estimates the share of rows for which pred is true.
func (s *Stats) selectivity(pred expr.Expr) float64 {
	switch x := pred.(type) {
	case nil:
		return 1
	case *expr.Literal:
		if x.Value == true {
			return 1
		}
		return 0
	case *expr.And:
		return s.conjunction(x.Args)
	case *expr.Or:
		no := 1.0
		for _, a := range x.Args {
			no *= 1 - s.selectivity(a)
		}
		return 1 - no
	case *expr.Not:
		return 1 - s.selectivity(x.Child)
	case *expr.In:
		return math.Min(1, float64(len(x.List))*s.equals(x.Child))
	case *expr.Call:
		return s.comparison(x)
	case *expr.Column:
		return 0.5
	}
	return guessOther
}

// conjunction multiplies, but takes two bounds of one column together: a range of a tenth is not 0.3 times 0.3 of the rest.
func (s *Stats) conjunction(args []expr.Expr) float64 {
	type bounds struct{ lo, hi float64 }
	ranges := map[expr.ColumnID]bounds{}
	sel := 1.0
	for _, a := range args {
		if call, ok := a.(*expr.Call); ok && len(call.Args) == 2 {
			col, lit, op := columnAgainstLiteral(call)
			if col != nil {
				c, known := s.Columns.Of(col.ID)
				v := Number(lit.Value, lit.T)
				if known && c.Max > c.Min && !math.IsNaN(v) {
					b, seen := ranges[col.ID]
					if !seen {
						b = bounds{c.Min, c.Max}
					}
					switch op {
					case expr.OpLt, expr.OpLe:
						b.hi = math.Min(b.hi, v)
						ranges[col.ID] = b
						continue
					case expr.OpGt, expr.OpGe:
						b.lo = math.Max(b.lo, v)
						ranges[col.ID] = b
						continue
					}
				}
			}
		}
		sel *= s.selectivity(a)
	}
	for id, b := range ranges {
		c, _ := s.Columns.Of(id)
		step := 0.0
		if c.Distinct > 0 {
			step = 1 / c.Distinct
		}
		sel *= clamp(math.Max((b.hi-b.lo)/(c.Max-c.Min), step), 0, 1)
		if b.hi < b.lo {
			return 0
		}
	}
	return sel
}

func (s *Stats) equals(x expr.Expr) float64 {
	if c := columnUnder(x); c != nil {
		if k, ok := s.Columns.Of(c.ID); ok && k.Distinct > 0 {
			return (1 - k.NullFrac) / math.Max(1, k.Distinct)
		}
	}
	if call, ok := x.(*expr.Call); ok && call.Func.Kind == expr.Scalar {
		return math.Max(1/s.distinct(x), 0.001)
	}
	return guessEquals
}

func (s *Stats) comparison(x *expr.Call) float64 {
	switch x.Func.Op {
	case expr.OpIsNull, expr.OpIsNotNull:
		null := 0.01
		if c := columnUnder(x.Args[0]); c != nil {
			if k, ok := s.Columns.Of(c.ID); ok {
				null = k.NullFrac
			}
			if !c.Null {
				null = 0
			}
		}
		if x.Func.Op == expr.OpIsNull {
			return null
		}
		return 1 - null
	case expr.OpLike, expr.OpContains, expr.OpStartsWith, expr.OpEndsWith:
		return guessLike
	}
	if len(x.Args) != 2 {
		return guessOther
	}
	col, lit, op := columnAgainstLiteral(x)
	switch op {
	case expr.OpEq, expr.OpNullSafeEq:
		if lit != nil {
			if k, ok := s.Columns.Of(col.ID); ok {
				if v := Number(lit.Value, lit.T); v < k.Min || v > k.Max {
					return 0
				}
			}
			return s.equals(col)
		}
		if _, ok := x.Args[1].(*expr.Literal); ok {
			return s.equals(x.Args[0])
		}
		return 1 / math.Max(s.distinct(x.Args[0]), s.distinct(x.Args[1]))
	case expr.OpNe:
		if lit != nil {
			return 1 - s.equals(col)
		}
		return 0.9
	case expr.OpLt, expr.OpLe, expr.OpGt, expr.OpGe:
		if lit == nil {
			return guessRange
		}
		k, ok := s.Columns.Of(col.ID)
		v := Number(lit.Value, lit.T)
		if !ok || math.IsNaN(v) || !(k.Max >= k.Min) {
			return guessRange
		}
		below := 0.5
		if k.Max > k.Min {
			below = clamp((v-k.Min)/(k.Max-k.Min), 0, 1)
		} else if v < k.Min {
			below = 0
		} else if v > k.Max {
			below = 1
		}
		if op == expr.OpGt || op == expr.OpGe {
			below = 1 - below
		}
		return below * (1 - k.NullFrac)
	}
	if x.T.Kind == types.Boolean {
		return guessOther
	}
	return 1
}

func clamp(v, lo, hi float64) float64 { return math.Max(lo, math.Min(hi, v)) }
