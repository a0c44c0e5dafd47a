package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// comoments holds count, means and the second central moments (not divided by the count) of pairs.
type comoments struct{ n, x, y, xy, xx, yy float64 }

func (m *comoments) add(x, y float64) {
	m.n++
	dx, dy := x-m.x, y-m.y
	m.x += dx / m.n
	m.y += dy / m.n
	m.xy += dx * (y - m.y)
	m.xx += dx * (x - m.x)
	m.yy += dy * (y - m.y)
}

func (m *comoments) merge(o comoments) {
	if o.n == 0 {
		return
	}
	n := m.n + o.n
	dx, dy := o.x-m.x, o.y-m.y
	dxn, dyn := dx/n, dy/n
	m.xy += o.xy + dx*dyn*m.n*o.n
	m.xx += o.xx + dx*dxn*m.n*o.n
	m.yy += o.yy + dy*dyn*m.n*o.n
	m.x += dxn * o.n
	m.y += dyn * o.n
	m.n = n
}

// The results of covariance, correlation and regression. In regr_ functions the first argument is the dependent variable; newComoments
// swaps them, so that x is always the independent one.

func covarPop(m comoments) (float64, bool)  { return m.xy / m.n, m.n > 0 }
func covarSamp(m comoments) (float64, bool) { return m.xy / (m.n - 1), m.n > 1 }

func corr(m comoments) (float64, bool) {
	d := math.Sqrt(m.xx * m.yy)
	return m.xy / d, m.n > 1 && d != 0
}

func regrAvgX(m comoments) (float64, bool) { return m.x, m.n > 0 }
func regrAvgY(m comoments) (float64, bool) { return m.y, m.n > 0 }
func regrSXX(m comoments) (float64, bool)  { return m.xx, m.n > 0 }
func regrSYY(m comoments) (float64, bool)  { return m.yy, m.n > 0 }
func regrSXY(m comoments) (float64, bool)  { return m.xy, m.n > 0 }

func regrR2(m comoments) (float64, bool) {
	switch {
	case m.n == 0 || m.xx == 0:
		return 0, false
	case m.yy == 0:
		return 1, true
	}
	return m.xy * m.xy / m.xx / m.yy, true
}

func regrSlope(m comoments) (float64, bool) { return m.xy / m.xx, m.n > 1 && m.xx != 0 }

func regrIntercept(m comoments) (float64, bool) {
	return m.y - m.xy/m.xx*m.x, m.n > 1 && m.xx != 0
}

// comomentsAccumulator serves covar_, corr and the regr_ family. Rows with a null in either argument do not count.
type comomentsAccumulator struct {
	reader
	swap   bool
	result func(m comoments) (x float64, ok bool)
	state  []comoments
}

func newComoments(swap bool, result func(m comoments) (float64, bool)) func(*expr.Spec) (expr.Accumulator, error) {
	return func(*expr.Spec) (expr.Accumulator, error) {
		return &comomentsAccumulator{swap: swap, result: result}, nil
	}
}

func (a *comomentsAccumulator) Resize(n int) { a.state = resized(a.state, n, comoments{}) }

func (a *comomentsAccumulator) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args...)
	if in.n == 0 {
		return nil
	}
	x := columnar.Values[float64](a.flat(args[0], rows.N, 0))
	y := columnar.Values[float64](a.flat(args[1], rows.N, 1))
	if a.swap {
		x, y = y, x
	}
	for i := range in.n {
		r, g := in.row(i)
		a.state[g].add(x[r], y[r])
	}
	return nil
}

func (m *comoments) fields() [6]*float64 {
	return [6]*float64{&m.n, &m.x, &m.y, &m.xy, &m.xx, &m.yy}
}

func (a *comomentsAccumulator) PartialTypes() []types.Type { return doubles(6) }

func (a *comomentsAccumulator) Partial() ([]*columnar.Vector, error) {
	out := make([]*columnar.Vector, 6)
	for i := range out {
		out[i] = columnar.New(types.DoubleType, len(a.state))
		v := columnar.Values[float64](out[i])
		for g := range a.state {
			v[g] = *a.state[g].fields()[i]
		}
	}
	return out, nil
}

func (a *comomentsAccumulator) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, partial...)
	if in.n == 0 {
		return nil
	}
	cols := make([][]float64, len(partial))
	for i, p := range partial {
		cols[i] = columnar.Values[float64](a.flat(p, rows.N, i))
	}
	for i := range in.n {
		r, g := in.row(i)
		var o comoments
		f := o.fields()
		for k, c := range cols {
			*f[k] = c[r]
		}
		a.state[g].merge(o)
	}
	return nil
}

func (a *comomentsAccumulator) Final() (*columnar.Vector, error) {
	out := columnar.New(types.DoubleType, len(a.state))
	v := columnar.Values[float64](out)
	for g, m := range a.state {
		x, ok := a.result(m)
		if v[g] = x; !ok {
			out.SetNull(g)
		}
	}
	return out, nil
}

func (a *comomentsAccumulator) Bytes() int64 { return int64(48*cap(a.state)) + a.bytes() }
