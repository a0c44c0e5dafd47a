package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// moments holds count, mean and the second to fourth central moments (not divided by the count) of one group. Updating and merging
// them by differences from the mean is stable where sums of powers cancel (Chan, Golub and LeVeque; Pébay 2008).
type moments struct{ n, mean, m2, m3, m4 float64 }

func (m *moments) add(x float64) {
	m.n++
	d := x - m.mean
	dn := d / m.n
	m.mean += dn
	m.m2 += d * (d - dn)
}

// add4 is add with the third and fourth moments.
func (m *moments) add4(x float64) {
	m.n++
	d := x - m.mean
	dn := d / m.n
	m.mean += dn
	d2, dn2 := d*d, dn*dn
	m.m2 += d * (d - dn)
	m.m3 += -3*dn*m.m2 + d*(d2-dn2)
	m.m4 += -4*dn*m.m3 - 6*dn2*m.m2 + d*(d*d2-dn*dn2)
}

func (m *moments) merge(o moments) {
	if o.n == 0 {
		return
	}
	if m.n == 0 {
		*m = o
		return
	}
	n := m.n + o.n
	d := o.mean - m.mean
	dn := d / n
	m4 := m.m4 + o.m4 + dn*dn*dn*d*m.n*o.n*(m.n*m.n-m.n*o.n+o.n*o.n) +
		6*dn*dn*(m.n*m.n*o.m2+o.n*o.n*m.m2) + 4*dn*(m.n*o.m3-o.n*m.m3)
	m3 := m.m3 + o.m3 + dn*dn*d*m.n*o.n*(m.n-o.n) + 3*dn*(m.n*o.m2-o.n*m.m2)
	m.m2 += o.m2 + d*dn*m.n*o.n
	m.mean += dn * o.n
	m.n, m.m3, m.m4 = n, m3, m4
}

// momentsAccumulator serves stddev, variance, skewness and kurtosis.
type momentsAccumulator struct {
	reader
	order  int // the highest moment wanted: 2, or 4 for skewness and kurtosis
	result func(m moments) (x float64, ok bool)
	state  []moments
}

func newMoments(order int, result func(m moments) (float64, bool)) func(*expr.Spec) (expr.Accumulator, error) {
	return func(*expr.Spec) (expr.Accumulator, error) {
		return &momentsAccumulator{order: order, result: result}, nil
	}
}

func varPop(m moments) (float64, bool) { return m.m2 / m.n, m.n > 0 }

func varSamp(m moments) (float64, bool) { return m.m2 / (m.n - 1), m.n > 1 }

func stddevPop(m moments) (float64, bool) { return math.Sqrt(m.m2 / m.n), m.n > 0 }

func stddevSamp(m moments) (float64, bool) { return math.Sqrt(m.m2 / (m.n - 1)), m.n > 1 }

func skewness(m moments) (float64, bool) {
	return math.Sqrt(m.n) * m.m3 / math.Sqrt(m.m2*m.m2*m.m2), m.n > 0 && m.m2 != 0
}

func kurtosis(m moments) (float64, bool) {
	return m.n*m.m4/(m.m2*m.m2) - 3, m.n > 0 && m.m2 != 0
}

func (a *momentsAccumulator) Resize(n int) { a.state = resized(a.state, n, moments{}) }

func (a *momentsAccumulator) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[0])
	if in.n == 0 {
		return nil
	}
	v := columnar.Values[float64](a.flat(args[0], rows.N, 0))
	for i := range in.n {
		r, g := in.row(i)
		if a.order > 2 {
			a.state[g].add4(v[r])
		} else {
			a.state[g].add(v[r])
		}
	}
	return nil
}

func (a *momentsAccumulator) PartialTypes() []types.Type { return doubles(a.order + 1) }

func doubles(n int) []types.Type {
	ts := make([]types.Type, n)
	for i := range ts {
		ts[i] = types.DoubleType
	}
	return ts
}

func (m *moments) fields() [5]*float64 { return [5]*float64{&m.n, &m.mean, &m.m2, &m.m3, &m.m4} }

func (a *momentsAccumulator) Partial() ([]*columnar.Vector, error) {
	out := make([]*columnar.Vector, a.order+1)
	for i := range out {
		out[i] = columnar.New(types.DoubleType, len(a.state))
		v := columnar.Values[float64](out[i])
		for g := range a.state {
			v[g] = *a.state[g].fields()[i]
		}
	}
	return out, nil
}

func (a *momentsAccumulator) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
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
		var o moments
		f := o.fields()
		for k, c := range cols {
			*f[k] = c[r]
		}
		a.state[g].merge(o)
	}
	return nil
}

func (a *momentsAccumulator) Final() (*columnar.Vector, error) {
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

func (a *momentsAccumulator) Bytes() int64 { return int64(40*cap(a.state)) + a.bytes() }
