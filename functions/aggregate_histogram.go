package functions

import (
	"math"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// histogramBin is a centre and the number of values around it.
type histogramBin struct{ x, y float64 }

// histogram is histogram_numeric: the streaming histogram of Ben-Haim and Tom-Tov, whose closest two bins are joined when there are
// too many.
type histogram struct {
	reader
	spec  *expr.Spec
	bins  int
	state [][]histogramBin
}

func newHistogram(s *expr.Spec) (expr.Accumulator, error) {
	v, err := constant(s, 1)
	if err != nil {
		return nil, err
	}
	n, ok := v.(int32)
	if !ok || n < 2 {
		return nil, outOfRange(s, "nb", "[2, 2147483647]", v)
	}
	return &histogram{spec: s, bins: int(n)}, nil
}

func (a *histogram) Resize(n int) { a.state = resized(a.state, n, nil) }

func (a *histogram) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[0])
	if in.n == 0 {
		return nil
	}
	v := a.flat(args[0], rows.N, 0)
	for i := range in.n {
		r, g := in.row(i)
		a.insert(g, histogramBin{numberAt(v, r), 1})
	}
	return nil
}

func (a *histogram) insert(g int, b histogramBin) {
	bins := a.state[g]
	i, found := slices.BinarySearchFunc(bins, b.x, func(h histogramBin, x float64) int { return kernel.CompareFloat(h.x, x) })
	if found {
		bins[i].y += b.y
		return
	}
	bins = slices.Insert(bins, i, b)
	if len(bins) > a.bins {
		bins = joinClosest(bins)
	}
	a.state[g] = bins
}

// joinClosest replaces the first of the closest pairs by its weighted centre.
func joinClosest(bins []histogramBin) []histogramBin {
	at, least := 0, math.Inf(1)
	for i := range len(bins) - 1 {
		if d := bins[i+1].x - bins[i].x; d < least {
			at, least = i, d
		}
	}
	l, r := bins[at], bins[at+1]
	y := l.y + r.y
	bins[at] = histogramBin{l.x*(l.y/y) + r.x/y*r.y, y}
	return slices.Delete(bins, at+1, at+2)
}

// PartialTypes is an array of centres and counts in turn.
func (a *histogram) PartialTypes() []types.Type {
	return []types.Type{types.ArrayOf(types.DoubleType, false)}
}

func (a *histogram) Partial() ([]*columnar.Vector, error) {
	out := columnar.New(a.PartialTypes()[0], len(a.state))
	var flat []float64
	for g, bins := range a.state {
		columnar.Values[columnar.Span](out)[g] = columnar.Span{Off: int32(len(flat)), Len: int32(2 * len(bins))}
		for _, b := range bins {
			flat = append(flat, b.x, b.y)
		}
	}
	out.Children[0] = doubleVector(flat)
	return []*columnar.Vector{out}, nil
}

func (a *histogram) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, partial[0])
	v := a.flat(partial[0], rows.N, 0)
	for i := range in.n {
		r, g := in.row(i)
		s := columnar.Values[columnar.Span](v)[r]
		flat := columnar.Values[float64](v.Children[0])[s.Off : s.Off+s.Len]
		for k := 0; k < len(flat); k += 2 {
			a.insert(g, histogramBin{flat[k], flat[k+1]})
		}
	}
	return nil
}

func (a *histogram) Final() (*columnar.Vector, error) {
	out := columnar.New(a.spec.Result, len(a.state))
	total := 0
	for _, bins := range a.state {
		total += len(bins)
	}
	elems := columnar.New(a.spec.Result.Elem(), total)
	k := 0
	for g, bins := range a.state {
		columnar.Values[columnar.Span](out)[g] = columnar.Span{Off: int32(k), Len: int32(len(bins))}
		if len(bins) == 0 {
			out.SetNull(g)
		}
		for _, b := range bins {
			setNumber(elems.Children[0], k, b.x)
			setNumber(elems.Children[1], k, b.y)
			k++
		}
	}
	out.Children[0] = elems
	return out, nil
}

func (a *histogram) Bytes() int64 {
	n := int64(24*cap(a.state)) + a.bytes()
	for _, bins := range a.state {
		n += int64(16 * cap(bins))
	}
	return n
}
