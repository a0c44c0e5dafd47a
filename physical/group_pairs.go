package physical

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// pairTable is a group table of keys in two parts. Each part has a table of its own, so that it is found in the cheapest way for it and its
// values are kept once however many partners they have; a group is a pair of numbers, which are the slots of a table of words.
type pairTable struct {
	parts [2]pairPart
	words *wordTable
	keys  []uint64
}

// pairPart is the key columns cols. Without a table it is one column of the type plain, whose values are their own numbers: they fit in 32 bits.
type pairPart struct {
	cols  []int
	table *groupTable
	plain types.Type

	vecs    []*columnar.Vector
	numbers []int32
}

// newNumberedPairs is for keys of a number that is not null and values of the types ts. A long number is taken to be small until one is not: those that
// stand for things seldom reach 2^31 (TPC-H Q16).
func newNumberedPairs(a *slab.Arena, ts []types.Type) *pairTable {
	t := &pairTable{words: newWordTable(a, nil)}
	t.parts[0] = pairPart{cols: []int{0}, plain: types.IntType}
	p := &t.parts[1]
	for c := range ts {
		p.cols = append(p.cols, c+1)
	}
	if len(ts) == 1 && ts[0].Kind == types.BigInt {
		p.plain = ts[0]
	} else {
		p.table = newGroupTable(a, ts)
	}
	return t
}

// newCodedPairs divides keys into those that have the codes of one of them, and the others, if there are both and more than one of the
// first: one load finds the number of those. It returns nil for other keys.
func newCodedPairs(a *slab.Arena, ts []types.Type, keys []*columnar.Vector) *pairTable {
	var best []int
	for c, v := range keys {
		same := []int{}
		for k := c; k < len(keys); k++ {
			if sharedCodes(v, keys[k]) {
				if of, _, _ := keys[k].Origin(); of.Class != columnar.Scratch {
					same = append(same, k)
				}
			}
		}
		if len(same) > len(best) {
			best = same
		}
	}
	if len(best) < 2 || len(best) == len(keys) {
		return nil
	}
	t := &pairTable{words: newWordTable(a, nil)}
	for c := range keys {
		p := &t.parts[1]
		if len(best) > 0 && best[0] == c {
			p, best = &t.parts[0], best[1:]
		}
		p.cols = append(p.cols, c)
	}
	for i := range t.parts {
		t.parts[i].makeTable(a, ts)
	}
	return t
}

func (p *pairPart) makeTable(a *slab.Arena, ts []types.Type) {
	some := make([]types.Type, len(p.cols))
	for i, c := range p.cols {
		some[i] = ts[c]
	}
	p.table = newGroupTable(a, some)
}

func (t *pairTable) find(keys []*columnar.Vector, rows columnar.Rows, out []int32) {
	n := rows.Count()
	t.keys = sized(t.keys, n)
	if p := &t.parts[1]; p.table == nil && !p.fits(keys, rows) {
		t.number(p)
	}
	high, low := t.parts[0].find(keys, rows)[:n], t.parts[1].find(keys, rows)[:n]
	for i := range t.keys {
		t.keys[i] = uint64(high[i])<<32 | uint64(uint32(low[i]))
	}
	t.words.probe(t.keys, out)
}

// find returns the number of each row, until the next call.
func (p *pairPart) find(keys []*columnar.Vector, rows columnar.Rows) []int32 {
	p.numbers = sized(p.numbers, rows.Count())
	if p.table == nil {
		if v := keys[p.cols[0]]; v.Base().Width == columnar.W32 {
			plainNumbers(p.numbers, columnar.Values[int32](v.Base()), v, rows)
		} else {
			plainNumbers(p.numbers, columnar.Values[int64](v.Base()), v, rows)
		}
		return p.numbers
	}
	p.vecs = p.vecs[:0]
	for _, c := range p.cols {
		p.vecs = append(p.vecs, keys[c])
	}
	p.table.find(p.vecs, rows, p.numbers)
	return p.numbers
}

func plainNumbers[T int32 | int64](numbers []int32, values []T, v *columnar.Vector, rows columnar.Rows) {
	if v.Form == columnar.Flat {
		for i := range numbers {
			numbers[i] = int32(values[rows.Row(i)])
		}
		return
	}
	for i := range numbers {
		numbers[i] = int32(values[v.At(rows.Row(i))])
	}
}

// fits reports whether the values of a batch can be numbers themselves.
func (p *pairPart) fits(keys []*columnar.Vector, rows columnar.Rows) bool {
	v := keys[p.cols[0]]
	if v.MayHaveNulls() {
		return false
	}
	if v.Base().Width == columnar.W32 || v.HasBounds && v.Lo >= math.MinInt32 && v.Hi <= math.MaxInt32 {
		return true
	}
	values, beyond := columnar.Values[int64](v.Base()), uint64(0)
	for i := range rows.Count() {
		beyond |= uint64(values[v.At(rows.Row(i))]-math.MinInt32) >> 32
	}
	return beyond == 0
}

// number gives a part whose values were their own numbers a table.
func (t *pairTable) number(p *pairPart) {
	values := p.plainColumn(t.words.keys, 0)
	p.table = newGroupTable(t.words.arena, []types.Type{p.plain})
	numbers := make([]int32, values.Len)
	p.table.find([]*columnar.Vector{values}, columnar.AllRows(values.Len), numbers)
	for g, n := range numbers {
		t.words.keys[g] = t.words.keys[g]>>32<<32 | uint64(n)
	}
	t.words.fillSlots()
}

// plainColumn returns the values that the words have at a shift as numbers.
func (p *pairPart) plainColumn(words []uint64, shift uint) *columnar.Vector {
	out := columnar.New(p.plain, len(words))
	if out.Width == columnar.W32 {
		unpack(columnar.Values[int32](out), words, shift)
	} else {
		values := columnar.Values[int64](out)
		for g, w := range words {
			values[g] = int64(int32(w >> shift))
		}
	}
	out.Finish()
	return out
}

// column returns key column c of all groups, codes in memory of the arena.
func (t *pairTable) column(a *slab.Arena, tables, c int) *columnar.Vector {
	shift := uint(32)
	for i := range t.parts {
		p := &t.parts[i]
		for k, col := range p.cols {
			if col == c {
				return p.column(a, tables, k, t.words.keys, shift)
			}
		}
		shift = 0
	}
	return nil
}

// columns returns all key columns of all groups. Those that are codes of entries tell their origin.
func (t *pairTable) columns() []*columnar.Vector {
	out := make([]*columnar.Vector, len(t.parts[0].cols)+len(t.parts[1].cols))
	shift := uint(32)
	for i := range t.parts {
		p := &t.parts[i]
		if p.table == nil {
			out[p.cols[0]] = p.plainColumn(t.words.keys, shift)
		} else {
			values, at, r := p.table.columns(), make([]int32, len(t.words.keys)), &repeater{}
			unpack(at, t.words.keys, shift)
			for k, v := range r.appendRows(nil, values, at, nil) {
				if values[k].Form != columnar.Dictionary {
					v = &columnar.Vector{}
					columnar.Gather(v, values[k], at)
					v.Finish()
				}
				out[p.cols[k]] = v
			}
		}
		shift = 0
	}
	return out
}

func (p *pairPart) column(a *slab.Arena, tables, k int, words []uint64, shift uint) *columnar.Vector {
	if p.table == nil {
		return p.plainColumn(words, shift)
	}
	at := make([]int32, len(words))
	unpack(at, words, shift)
	values, out := p.table.column(nil, k), &columnar.Vector{}
	if values.Form == columnar.Dictionary && a != nil {
		if repeated(values, tables) {
			values = columnar.Keep(values)
		} else {
			out = columnar.NewIn(a, values.Type, values.Width, 0)
		}
	}
	columnar.Gather(out, values, at)
	if out.Form != columnar.Dictionary {
		out.Finish()
	}
	return out
}

func (t *pairTable) bytes() int64 {
	n := t.words.bytes()
	for _, p := range t.parts {
		if p.table != nil {
			n += p.table.bytes()
		}
	}
	return n
}

func (t *pairTable) growth(n int) int64 {
	bytes := t.words.growth(n)
	for _, p := range t.parts {
		if p.table != nil {
			bytes += p.table.growth(n)
		}
	}
	return bytes
}

func (t *pairTable) free() {
	t.words.free()
	for _, p := range t.parts {
		if p.table != nil {
			p.table.free()
		}
	}
}

func (t *pairTable) reset() {
	t.words.reset()
	for _, p := range t.parts {
		if p.table != nil {
			p.table.reset()
		}
	}
}
