package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// percentileApprox is percentile_approx: a quantileSummary a group.
type percentileApprox struct {
	reader
	spec  *expr.Spec
	at    percentages
	err   float64
	state []quantileSummary
}

const defaultAccuracy = 10000

func newPercentileApprox(s *expr.Spec) (expr.Accumulator, error) {
	at, err := newPercentages(s, 1)
	if err != nil {
		return nil, err
	}
	accuracy := int64(defaultAccuracy)
	if len(s.Args) > 2 {
		v, err := constant(s, 2)
		if err != nil {
			return nil, err
		}
		accuracy, _ = integerOf(v)
		if accuracy < 1 || accuracy > math.MaxInt32 {
			return nil, outOfRange(s, "accuracy", "(0, 2147483647]", v)
		}
	}
	return &percentileApprox{spec: s, at: at, err: 1 / float64(accuracy)}, nil
}

func (a *percentileApprox) Resize(n int) {
	a.state = resized(a.state, n, quantileSummary{relativeError: a.err})
}

func (a *percentileApprox) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[0])
	if in.n == 0 {
		return nil
	}
	v := a.flat(args[0], rows.N, 0)
	for i := range in.n {
		r, g := in.row(i)
		a.state[g].insert(numberAt(v, r))
	}
	return nil
}

func (a *percentileApprox) PartialTypes() []types.Type { return []types.Type{types.BinaryType} }

func (a *percentileApprox) Partial() ([]*columnar.Vector, error) {
	out := columnar.New(types.BinaryType, len(a.state))
	var b []byte
	for g := range a.state {
		b = a.state[g].appendTo(b[:0])
		out.SetBytes(g, b)
	}
	return []*columnar.Vector{out}, nil
}

func (a *percentileApprox) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, partial[0])
	v := a.flat(partial[0], rows.N, 0)
	for i := range in.n {
		r, g := in.row(i)
		a.state[g].merge(readSummary(v.Bytes(r)))
	}
	return nil
}

func (a *percentileApprox) Final() (*columnar.Vector, error) {
	out := a.at.output(a.spec.Result, len(a.state))
	for g := range a.state {
		q := &a.state[g]
		if !q.finish() {
			a.at.setNull(out, g)
			continue
		}
		for k, x := range q.query(a.at.values) {
			a.at.set(out, g, k, x)
		}
	}
	return out, nil
}

func (a *percentileApprox) Bytes() int64 {
	n := a.bytes()
	for g := range a.state {
		n += a.state[g].bytes()
	}
	return n
}
