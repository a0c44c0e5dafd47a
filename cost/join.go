package cost

import (
	"maps"
	"math"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// EquiKeys splits a join condition into pairs of expressions of the left and right side that are compared for equality, and the rest.
// NullSafe tells, pair by pair, whether the comparison is <=>.
func EquiKeys(cond expr.Expr, left, right []*expr.Column) (l, r []expr.Expr, nullSafe []bool, rest []expr.Expr) {
	lset, rset := idSet(left), idSet(right)
	for _, c := range expr.Conjuncts(cond) {
		if call, ok := c.(*expr.Call); ok && (call.Func.Op == expr.OpEq || call.Func.Op == expr.OpNullSafeEq) {
			a, b := call.Args[0], call.Args[1]
			if from(a, rset) && from(b, lset) {
				a, b = b, a
			}
			if from(a, lset) && from(b, rset) {
				l, r = append(l, a), append(r, b)
				nullSafe = append(nullSafe, call.Func.Op == expr.OpNullSafeEq)
				continue
			}
		}
		rest = append(rest, c)
	}
	return l, r, nullSafe, rest
}

func idSet(cols []*expr.Column) map[expr.ColumnID]bool {
	m := make(map[expr.ColumnID]bool, len(cols))
	for _, c := range cols {
		m[c.ID] = true
	}
	return m
}

// from reports whether e refers to columns of the set, and to no others.
func from(e expr.Expr, set map[expr.ColumnID]bool) bool {
	any, all := false, true
	expr.Columns(e, func(c *expr.Column) {
		any = true
		all = all && set[c.ID]
	})
	return any && all
}

func (e *Estimator) join(kind logical.JoinKind, left, right logical.Plan, cond expr.Expr, mark *expr.Column) *Stats {
	l, r := e.Of(left), e.Of(right)
	return JoinStats(kind, l, r, left.Output(), right.Output(), cond)
}

// JoinStats estimates a join of two estimated inputs: |L|·|R| / max(d(L.k), d(R.k)) for every key, times the residual's selectivity.
func JoinStats(kind logical.JoinKind, l, r *Stats, lcols, rcols []*expr.Column, cond expr.Expr) *Stats {
	lk, rk, _, rest := EquiKeys(cond, lcols, rcols)
	both := &Stats{Error: l.Error * r.Error}
	if len(rest) > 0 {
		both.Columns = make(map[expr.ColumnID]Column, len(l.Columns)+len(r.Columns))
		maps.Copy(both.Columns, l.Columns)
		maps.Copy(both.Columns, r.Columns)
	}
	sel := 1.0
	lmatch, rmatch := 1.0, 1.0 // share of rows with a partner
	for i := range lk {
		dl, dr := l.distinct(lk[i]), r.distinct(rk[i])
		f := 1 / math.Max(1, math.Max(dl, dr))
		if i > 0 {
			// Keys beyond the first are seldom independent (a composite foreign key), so they count by the square root.
			f = math.Sqrt(f)
		}
		sel *= f
		lmatch = math.Min(lmatch, dr/math.Max(dl, dr))
		rmatch = math.Min(rmatch, dl/math.Max(dl, dr))
	}
	rows := l.Rows * r.Rows * sel
	if len(lk) > 1 {
		// A composite key never gives more than the larger side when one side is its referenced table.
		rows = math.Min(rows, math.Max(l.Rows, r.Rows))
	}
	restSel := 1.0
	both.Rows = math.Max(rows, 1)
	for _, c := range rest {
		restSel *= both.selectivity(c)
	}
	rows *= restSel
	if len(rest) > 0 {
		lmatch, rmatch = lmatch*math.Min(1, restSel*math.Max(1, rows/math.Max(1, l.Rows))), rmatch*restSel
	}
	if len(lk) == 0 && len(rest) == 0 {
		lmatch, rmatch = 1, 1
	}
	out := &Stats{Error: both.Error * 1.5}
	switch kind {
	case logical.LeftSemi:
		out.Rows = l.Rows * lmatch
	case logical.LeftAnti, logical.NullAwareAnti:
		out.Rows = math.Max(l.Rows*(1-lmatch), l.Rows*0.05)
	case logical.Mark:
		out.Rows = l.Rows
	case logical.LeftOuter:
		out.Rows = math.Max(rows, l.Rows)
	case logical.Single:
		out.Rows = l.Rows
	case logical.RightOuter:
		out.Rows = math.Max(rows, r.Rows)
	case logical.FullOuter:
		out.Rows = math.Max(rows, l.Rows+r.Rows*(1-rmatch))
	default:
		out.Rows = rows
	}
	cols := make(map[expr.ColumnID]Column, len(l.Columns)+len(r.Columns))
	for _, side := range []*Stats{l, r} {
		for id, c := range side.Columns {
			if out.Rows < side.Rows {
				c.Distinct = shrink(c.Distinct, side.Rows, out.Rows)
			} else if out.Rows > side.Rows {
				c.Unique = false
			}
			cols[id] = c
		}
	}
	if kind == logical.Inner || kind == logical.LeftSemi {
		for i := range lk { // both sides keep only the common values
			a, b := columnUnder(lk[i]), columnUnder(rk[i])
			if a != nil && b != nil {
				ca, okA := cols[a.ID]
				cb, okB := cols[b.ID]
				if okA && okB {
					d := math.Min(ca.Distinct, cb.Distinct)
					ca.Distinct, cb.Distinct = d, d
					cols[a.ID], cols[b.ID] = ca, cb
				}
			}
		}
	}
	out.Columns = cols
	return out
}

// A left side is worth running first, so that its keys filter what the right side reads, when it has at most a quarter of the rows and
// half of the key values.
const (
	reducerRows = 0.25
	reducerKeys = 0.5
	// Where distinct counts are unknown, a key value is taken to have so many rows on the right side.
	guessedKeys = 8
)

// Reduction estimates the share of the right side's rows that are left when the keys of the left side filter them before they are built:
// 1 where that does not pay or the kind of join needs every row of the right side.
func Reduction(kind logical.JoinKind, l, r *Stats, lcols, rcols []*expr.Column, cond expr.Expr) float64 {
	if !Reducible(kind) || l.Rows > reducerRows*r.Rows {
		return 1
	}
	lk, rk, nullSafe, _ := EquiKeys(cond, lcols, rcols)
	share := 1.0
	for i := range lk {
		a, okA := lk[i].(*expr.Column)
		b, okB := rk[i].(*expr.Column)
		if !okA || !okB || nullSafe[i] {
			continue
		}
		if da, db := l.Columns[a.ID].Distinct, r.Columns[b.ID].Distinct; da > 0 && db > 0 {
			share = math.Min(share, math.Min(da, l.Rows)/db)
		} else if l.Rows*guessedKeys < r.Rows {
			share = math.Min(share, l.Rows*guessedKeys/r.Rows)
		}
	}
	if share > reducerKeys {
		return 1
	}
	return share
}

// Reducible reports kinds of joins in which a row of the right side without partner changes nothing.
func Reducible(k logical.JoinKind) bool {
	switch k {
	case logical.LeftSemi, logical.LeftAnti, logical.LeftOuter, logical.Single, logical.Mark:
		return true
	}
	return false
}
