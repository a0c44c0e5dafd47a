// Package row packs the values of several columns into rows: a fixed part of whole words, and a heap for long strings.
//
// Packed rows serve keys. Values are stored in a normal form (NaN and zeros of floats, zero bytes below nulls), so that rows are equal as
// SQL's GROUP BY understands it exactly when their words are equal and their long strings have the same bytes: one comparison in one cache
// line instead of one for each column. Rows hold no pointers.
//
// Sparrow makes no compatibility promise for this package.
package row

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// Layout says where the values of a row lie.
type Layout struct {
	Types  []types.Type
	fields []field
	// Words is the size of the fixed part in units of 8 bytes.
	Words int
	// places are the words that may be the place of a string in a heap, which differs between equal rows; short are the others.
	places, short []int
	hasHeap       bool
	nulls         int // byte offset of the null bits, one a field
}

type field struct {
	width  columnar.Width // of the stored value; WView for nested values, which are encoded
	nested bool
	off    int // in bytes
}

// NewLayout returns the layout of rows of the types: wide values first, each aligned to its size, then the null bits.
func NewLayout(ts []types.Type) *Layout {
	l := &Layout{Types: ts, fields: make([]field, len(ts))}
	for i, t := range ts {
		w := columnar.WidthOf(t)
		if w >= columnar.WList {
			l.fields[i] = field{width: columnar.WView, nested: true}
		} else {
			l.fields[i] = field{width: w}
		}
	}
	size := 0
	for _, bytes := range []int{16, 8, 4, 2, 1, 0} {
		for i := range l.fields {
			if f := &l.fields[i]; f.width.Bytes() == bytes {
				f.off = size
				size += bytes
			}
		}
	}
	l.nulls = size
	size += (len(ts) + 7) / 8
	l.Words = (size + 7) / 8
	for _, f := range l.fields {
		if f.width == columnar.WView {
			l.hasHeap = true
			l.places = append(l.places, f.off/8+1)
		}
	}
	for w := range l.Words {
		if !slices.Contains(l.places, w) {
			l.short = append(l.short, w)
		}
	}
	return l
}

// Page is packed rows, appended one after the other.
type Page struct {
	Layout *Layout
	words  []uint64
	n      int
	heap   [][]byte
	// wide[c] tells whether decimal column c has a value that needs more than 64 bits.
	wide []bool
	enc  []byte
	// Scratch of Scatter.
	pos []int32
}

// NewPage returns an empty page.
func NewPage(l *Layout) *Page { return &Page{Layout: l, wide: make([]bool, len(l.Types))} }

// Len returns the number of rows.
func (p *Page) Len() int { return p.n }

// Reset empties the page and keeps its memory.
func (p *Page) Reset() { p.n, p.words, p.heap = 0, p.words[:0], p.heap[:0] }

// Bytes returns the memory held.
func (p *Page) Bytes() int64 {
	n := int64(8 * cap(p.words))
	for _, b := range p.heap {
		n += int64(cap(b))
	}
	return n
}

// Growth returns the memory that n more rows make the page take at once, beside what each takes.
func (p *Page) Growth(n int) int64 {
	more := int64(0)
	if len(p.words)+n*p.Layout.Words > cap(p.words) {
		more = int64(8 * max(cap(p.words), n*p.Layout.Words))
	}
	if k := len(p.heap) - 1; k >= 0 && p.n > 0 {
		used := 0
		for _, b := range p.heap {
			used += len(b)
		}
		if used*n/p.n > cap(p.heap[k])-len(p.heap[k]) {
			more += int64(min(2*cap(p.heap[k]), maxBlock))
		}
	}
	return more
}

// grow makes room for n more rows of zeros and returns the word at which they begin.
func (p *Page) grow(n int) int {
	old := len(p.words)
	size := old + n*p.Layout.Words
	if cap(p.words) < size {
		w := make([]uint64, size, max(size, 2*cap(p.words)))
		copy(w, p.words)
		p.words = w
	} else {
		p.words = p.words[:size]
		clear(p.words[old:])
	}
	p.n += n
	return old
}

// Sizes of heap blocks.
const (
	minBlock = 1 << 10
	maxBlock = 1 << 20
)

// store copies b to the heap and returns its place. Blocks are never moved, since gathered columns share them.
func (p *Page) store(b []byte) (block, off int) {
	k := len(p.heap) - 1
	if k < 0 || cap(p.heap[k])-len(p.heap[k]) < len(b) {
		size := minBlock
		if k >= 0 {
			size = min(2*cap(p.heap[k]), maxBlock)
		}
		p.heap = append(p.heap, make([]byte, 0, max(size, len(b))))
		k++
	}
	off = len(p.heap[k])
	p.heap[k] = append(p.heap[k], b...)
	return k, off
}
