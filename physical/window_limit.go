package physical

import (
	"math"
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/types"
)

// partitionLimit keeps rows that cannot be among the first of their partition from being sorted (Spark's WindowGroupLimit). For each partition
// it has the least codes of the first order key that a worker met, in a heap: a row with a greater code than the greatest of them comes
// behind as many rows as are wanted. Rows with equal codes stay, so that the code need not tell all values apart.
type partitionLimit struct {
	plan  *sortPlan
	most  int
	keys  []int        // columns that partition
	table *groupTable  // nil: one partition
	order int          // the column that orders
	desc  kernel.Order // of that

	heaps         []uint64 // most of each partition
	sizes         []int32
	seen, dropped int

	groups []int32
	codes  []uint64
	vecs   []*columnar.Vector
	sel    []int32
}

const (
	// mostLimitWords bounds the codes that a worker keeps. Partitions beyond have few rows each, of which few can be dropped.
	mostLimitWords = 1 << 19
	// limitTrial is after how many rows a limit that drops less than one of limitShare is given up.
	limitTrial, limitShare = 1 << 16, 8
)

// newPartitionLimit returns nil where the codes would be too many, or say nothing.
func newPartitionLimit(p *sortPlan, partition int, most int64) *partitionLimit {
	if most <= 0 || most > mostLimitWords || partition >= len(p.cols) {
		return nil
	}
	l := &partitionLimit{plan: p, most: int(most), keys: p.cols[:partition], order: p.cols[partition], desc: p.orders[partition]}
	if columnar.WidthOf(p.types[l.order]) >= columnar.WInterval {
		return nil
	}
	if partition > 0 {
		var ts []types.Type
		for _, c := range l.keys {
			ts = append(ts, p.types[c])
		}
		l.table = newGroupTable(p.arena, ts)
	}
	return l
}

// bytes returns the memory held.
func (l *partitionLimit) bytes() int64 {
	if l == nil {
		return 0
	}
	n := int64(8*cap(l.heaps) + 4*cap(l.sizes))
	if l.table != nil {
		n += l.table.bytes()
	}
	return n
}

// keep returns the rows that may be among the first of their partitions, until the next call, and whether to ask again.
func (l *partitionLimit) keep(cols []*columnar.Vector, rows columnar.Rows) (columnar.Rows, bool) {
	n := rows.Count()
	l.groups, l.codes, l.sel = sized(l.groups, n), sized(l.codes, n), sized(l.sel, n)[:0]
	partitions := 1
	if l.table != nil {
		l.vecs = pick(l.vecs, cols, l.keys)
		l.table.find(l.vecs, rows, l.groups)
		partitions = l.table.len()
	} else {
		clear(l.groups)
	}
	if partitions*l.most > mostLimitWords {
		return rows, false
	}
	for len(l.sizes) < partitions {
		l.sizes = append(l.sizes, 0)
		l.heaps = append(l.heaps, make([]uint64, l.most)...)
	}
	orderCodes(cols[l.order], rows, l.desc, l.codes)
	for i, code := range l.codes {
		if l.pass(int(l.groups[i]), code) {
			l.sel = append(l.sel, int32(rows.Row(i)))
		}
	}
	l.seen += n
	l.dropped += n - len(l.sel)
	return columnar.Rows{Sel: l.sel, N: rows.N}, l.seen < limitTrial || l.dropped*limitShare >= l.seen
}

// pass reports whether a row with a code may be among the first of a partition, and remembers the code then.
func (l *partitionLimit) pass(group int, code uint64) bool {
	heap := l.heaps[group*l.most : (group+1)*l.most]
	if size := int(l.sizes[group]); size < l.most {
		heap[size] = code
		l.sizes[group]++
		for at := size; at > 0; { // up to where its parent is not less
			parent := (at - 1) / 2
			if heap[parent] >= heap[at] {
				break
			}
			heap[parent], heap[at] = heap[at], heap[parent]
			at = parent
		}
		return true
	}
	if code >= heap[0] {
		return code == heap[0]
	}
	at := 0
	for { // down to where no child is greater
		child := 2*at + 1
		if child >= len(heap) {
			break
		}
		if child+1 < len(heap) && heap[child+1] > heap[child] {
			child++
		}
		if heap[child] <= code {
			break
		}
		heap[at] = heap[child]
		at = child
	}
	heap[at] = code
	return true
}

// orderCodes writes numbers that are in the order of the rows' values, equal ones for some that differ little; nulls have the least or greatest.
func orderCodes(v *columnar.Vector, rows columnar.Rows, o kernel.Order, dst []uint64) {
	b := v.Base()
	switch b.Width {
	case columnar.WBool:
		codesOf(v, columnar.Values[uint8](b), rows, o, dst, func(x uint8) uint64 { return uint64(x) })
	case columnar.W8:
		codesOf(v, columnar.Values[int8](b), rows, o, dst, func(x int8) uint64 { return orderedInt(int64(x)) })
	case columnar.W16:
		codesOf(v, columnar.Values[int16](b), rows, o, dst, func(x int16) uint64 { return orderedInt(int64(x)) })
	case columnar.W32:
		codesOf(v, columnar.Values[int32](b), rows, o, dst, func(x int32) uint64 { return orderedInt(int64(x)) })
	case columnar.W64:
		codesOf(v, columnar.Values[int64](b), rows, o, dst, orderedInt)
	case columnar.W128:
		codesOf(v, columnar.Values[types.Int128](b), rows, o, dst, func(x types.Int128) uint64 {
			if x.IsInt64() {
				return orderedInt(x.Int64())
			}
			return uint64(^(x.Hi >> 63)) // the least or greatest
		})
	case columnar.WF32:
		codesOf(v, columnar.Values[float32](b), rows, o, dst, func(x float32) uint64 { return kernel.OrderedFloat(float64(x)) })
	case columnar.WF64:
		codesOf(v, columnar.Values[float64](b), rows, o, dst, kernel.OrderedFloat)
	case columnar.WView:
		codesOf(v, columnar.Values[columnar.View](b), rows, o, dst, func(x columnar.View) uint64 {
			return uint64(bits.ReverseBytes32(x.Prefix)) << 32
		})
	default:
		clear(dst)
	}
}

// codesOf is inlined together with the literal function passed to it. Codes have 63 bits, so that nulls have places of their own.
func codesOf[T any](v *columnar.Vector, vals []T, rows columnar.Rows, o kernel.Order, dst []uint64, number func(T) uint64) {
	flip, null := uint64(0), uint64(math.MaxUint64)
	if o.Desc {
		flip = math.MaxUint64
	}
	if o.NullsFirst {
		null = 0
	}
	nulls := v.MayHaveNulls()
	for i := range dst {
		r := rows.Row(i)
		if nulls && v.IsNull(r) {
			dst[i] = null
			continue
		}
		dst[i] = (number(vals[v.At(r)])^flip)>>1 + 1
	}
}
