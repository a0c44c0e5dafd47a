package cost

import (
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

func (e *Estimator) join(kind logical.JoinKind, left, right logical.Plan, cond expr.Expr) *Stats {
	var c JoinCond
	c.Left, c.Right, c.NullSafe, c.Rest = EquiKeys(cond, left.Output(), right.Output())
	return JoinStats(kind, e.Of(left), e.Of(right), &c, func(expr.ColumnID) bool { return true })
}

// JoinCond is the condition of a join as EquiKeys splits it: pairs of expressions of the left and right side that are compared for equality,
// with <=> where NullSafe says so, and the rest.
type JoinCond struct {
	Left, Right []expr.Expr
	NullSafe    []bool
	Rest        []expr.Expr
}

// JoinStats estimates a join of two estimated inputs: |L|·|R| / max(d(L.k), d(R.k)) for every key, times the residual's selectivity.
// Of the columns that are no keys it estimates those for which needed is true.
func JoinStats(kind logical.JoinKind, l, r *Stats, on *JoinCond, needed func(expr.ColumnID) bool) *Stats {
	m := matchesOf(l, r, on)
	out := &Stats{Rows: m.output(kind, l.Rows, r.Rows), Error: l.Error * r.Error * 1.5}
	out.Columns = joined(l, r, out.Rows, func(id expr.ColumnID) bool { return needed(id) || on.equates(id) })
	if kind == logical.Inner || kind == logical.LeftSemi {
		out.Columns.equate(on)
	}
	return out
}

// matches is how the rows of two inputs meet: the number of pairs, and the shares of rows with a partner.
type matches struct{ rows, left, right float64 }

func matchesOf(l, r *Stats, on *JoinCond) matches {
	sel := 1.0
	m := matches{left: 1, right: 1}
	for i := range on.Left {
		dl, dr := l.distinct(on.Left[i]), r.distinct(on.Right[i])
		f := 1 / math.Max(1, math.Max(dl, dr))
		if i > 0 {
			// Keys beyond the first are seldom independent (a composite foreign key), so they count by the square root.
			f = math.Sqrt(f)
		}
		sel *= f
		m.left = math.Min(m.left, dr/math.Max(dl, dr))
		m.right = math.Min(m.right, dl/math.Max(dl, dr))
	}
	m.rows = l.Rows * r.Rows * sel
	if len(on.Left) > 1 {
		// A composite key never gives more than the larger side when one side is its referenced table.
		m.rows = math.Min(m.rows, math.Max(l.Rows, r.Rows))
	}
	if len(on.Rest) > 0 {
		both := Stats{Rows: math.Max(m.rows, 1), Columns: union(l.Columns, r.Columns)}
		rest := 1.0
		for _, c := range on.Rest {
			rest *= both.selectivity(c)
		}
		m.rows *= rest
		m.left, m.right = m.left*math.Min(1, rest*math.Max(1, m.rows/math.Max(1, l.Rows))), m.right*rest
	}
	return m
}

// output is the number of rows of a join of that kind.
func (m matches) output(kind logical.JoinKind, l, r float64) float64 {
	switch kind {
	case logical.LeftSemi:
		return l * m.left
	case logical.LeftAnti, logical.NullAwareAnti:
		return math.Max(l*(1-m.left), l*0.05)
	case logical.Mark, logical.Single:
		return l
	case logical.LeftOuter:
		return math.Max(m.rows, l)
	case logical.RightOuter:
		return math.Max(m.rows, r)
	case logical.FullOuter:
		return math.Max(m.rows, l+r*(1-m.right))
	}
	return m.rows
}

// equates reports whether a column is one side of an equality.
func (on *JoinCond) equates(id expr.ColumnID) bool {
	for i := range on.Left {
		if a, b := columnUnder(on.Left[i]), columnUnder(on.Right[i]); a != nil && a.ID == id || b != nil && b.ID == id {
			return true
		}
	}
	return false
}

// joined is the needed columns of both inputs of a join of rows rows.
func joined(l, r *Stats, rows float64, needed func(expr.ColumnID) bool) Columns {
	a, b := l.Columns, r.Columns
	out := make(Columns, 0, len(a)+len(b))
	for len(a)+len(b) > 0 {
		side, total := &a, l.Rows
		if len(a) == 0 || len(b) > 0 && b[0].id < a[0].id {
			side, total = &b, r.Rows
		}
		if c := (*side)[0]; needed(c.id) {
			c.drawn(total, rows)
			out = append(out, c)
		}
		*side = (*side)[1:]
	}
	return out
}

// equate leaves both columns of an equality the values that they have in common.
func (cs Columns) equate(on *JoinCond) {
	for i := range on.Left {
		a, b := columnUnder(on.Left[i]), columnUnder(on.Right[i])
		if a == nil || b == nil {
			continue
		}
		x, okA := cs.find(a.ID)
		y, okB := cs.find(b.ID)
		if okA && okB {
			d := math.Min(cs[x].Distinct, cs[y].Distinct)
			cs[x].Distinct, cs[y].Distinct = d, d
		}
	}
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
func Reduction(kind logical.JoinKind, l, r *Stats, on *JoinCond) float64 {
	if !Reducible(kind) || l.Rows > reducerRows*r.Rows {
		return 1
	}
	share := 1.0
	for i := range on.Left {
		a, okA := on.Left[i].(*expr.Column)
		b, okB := on.Right[i].(*expr.Column)
		if !okA || !okB || on.NullSafe[i] {
			continue
		}
		ca, _ := l.Columns.Of(a.ID)
		cb, _ := r.Columns.Of(b.ID)
		if ca.Distinct > 0 && cb.Distinct > 0 {
			share = math.Min(share, math.Min(ca.Distinct, l.Rows)/cb.Distinct)
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
