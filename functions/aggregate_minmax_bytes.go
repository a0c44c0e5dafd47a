package functions

import (
	"bytes"
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// bytesExtreme is min or max over strings and binaries, ordered by their bytes. The values lie in best, whose buffers are rewritten
// when replaced bytes make up most of them.
type bytesExtreme struct {
	reader
	isMax       bool
	best        *columnar.Vector
	seen        []uint8
	live, stale int // bytes in best's buffers
}

const compactFrom = 64 << 10 // below this much garbage compacting is not worth it

func newBytesExtreme(t types.Type, isMax bool) *bytesExtreme {
	return &bytesExtreme{isMax: isMax, best: columnar.New(t, 0)}
}

// Idempotent implements expr.Idempotent.
func (a *bytesExtreme) Idempotent() {}

func (a *bytesExtreme) Resize(n int) {
	if n > len(a.seen) {
		old := len(a.seen)
		a.best.Grow(n)
		clear(columnar.Values[columnar.View](a.best)[old:n])
		a.seen = resized(a.seen, n, 0)
	}
}

func (a *bytesExtreme) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[0])
	if in.n == 0 {
		return nil
	}
	if args[0].Form == columnar.Constant && in.groups == nil {
		in = input{n: 1}
	}
	v := a.flat(args[0], rows.N, 0)
	if in.groups == nil {
		a.updateOne(v, in)
		return nil
	}
	views := columnar.Values[columnar.View](v)
	best := columnar.Values[columnar.View](a.best)
	for i := range in.n {
		r, g := in.row(i)
		if a.seen[g] == 0 || a.better(compareViews(&views[r], v.Buffers, &best[g], a.best.Buffers)) {
			a.set(g, &views[r], v.Buffers)
		}
	}
	a.compact()
	return nil
}

// updateOne finds the batch's extreme first, so that a rising sequence copies once a batch.
func (a *bytesExtreme) updateOne(v *columnar.Vector, in input) {
	views := columnar.Values[columnar.View](v)
	r, _ := in.row(0)
	m := &views[r]
	for i := 1; i < in.n; i++ {
		r, _ := in.row(i)
		if a.better(compareViews(&views[r], v.Buffers, m, v.Buffers)) {
			m = &views[r]
		}
	}
	if a.seen[0] == 0 || a.better(compareViews(m, v.Buffers, &columnar.Values[columnar.View](a.best)[0], a.best.Buffers)) {
		a.set(0, m, v.Buffers)
		a.compact()
	}
}

func (a *bytesExtreme) better(c int) bool { return c > 0 == a.isMax && c != 0 }

func (a *bytesExtreme) set(g int, x *columnar.View, buffers [][]byte) {
	if old := &columnar.Values[columnar.View](a.best)[g]; !old.Inline() {
		a.stale += int(old.Len)
		a.live -= int(old.Len)
	}
	if !x.Inline() {
		a.live += int(x.Len)
	}
	a.best.SetBytes(g, x.Bytes(buffers))
	a.seen[g] = 1
}

func (a *bytesExtreme) compact() {
	if a.stale < compactFrom || a.stale < a.live {
		return
	}
	fresh := columnar.New(a.best.Type, 0)
	appendRows(fresh, a.best, nil, len(a.seen))
	a.best, a.stale = fresh, 0
}

// compareViews orders two values by their bytes; the prefix decides most.
func compareViews(x *columnar.View, xb [][]byte, y *columnar.View, yb [][]byte) int {
	if x.Prefix != y.Prefix {
		if bits.ReverseBytes32(x.Prefix) < bits.ReverseBytes32(y.Prefix) {
			return -1
		}
		return 1
	}
	return bytes.Compare(x.Bytes(xb), y.Bytes(yb))
}

func (a *bytesExtreme) Final() (*columnar.Vector, error) {
	out := columnar.New(a.best.Type, 0)
	appendRows(out, a.best, nil, len(a.seen))
	return setNulls(out, func(g int) bool { return a.seen[g] == 0 }), nil
}

func (a *bytesExtreme) Partial() ([]*columnar.Vector, error) { return finalAsPartial(a) }

func (a *bytesExtreme) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	return a.Update(groups, partial, rows)
}

func (a *bytesExtreme) PartialTypes() []types.Type { return []types.Type{a.best.Type} }

func (a *bytesExtreme) Bytes() int64 { return vectorBytes(a.best) + int64(cap(a.seen)) + a.bytes() }
