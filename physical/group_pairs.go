package physical

import (
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

// pairPart is the key columns cols. Without a table it is one column of numbers that are not negative and not null.
type pairPart struct {
	cols  []int
	table *groupTable

	vecs    []*columnar.Vector
	numbers []int32
}

// newNumberedPairs is for keys of a number and values of the types ts.
func newNumberedPairs(a *slab.Arena, ts []types.Type) *pairTable {
	t := &pairTable{words: newWordTable(a, nil)}
	t.parts[0].cols = []int{0}
	for c := range ts {
		t.parts[1].cols = append(t.parts[1].cols, c+1)
	}
	t.parts[1].table = newGroupTable(a, ts)
	return t
}

// newCodedPairs divides keys into those that have the codes of one of them, and the others, if there are both and more than one of the
// first: one load finds the number of those. It returns nil for other keys.
func newCodedPairs(a *slab.Arena, ts []types.Type, keys []*columnar.Vector) *pairTable {
	var best []int
	for c, v := range keys {
		same := []int{}
		for k := c; k < len(keys); k++ {
			if sharedCodes(v, keys[k]) && keys[k].Dict.Class != columnar.Scratch {
				same = append(same, k)
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
	high, low := t.parts[0].find(keys, rows)[:n], t.parts[1].find(keys, rows)[:n]
	for i := range t.keys {
		t.keys[i] = uint64(high[i])<<32 | uint64(low[i])
	}
	t.words.probe(t.keys, out)
}

// find returns the number of each row, until the next call.
func (p *pairPart) find(keys []*columnar.Vector, rows columnar.Rows) []int32 {
	p.numbers = sized(p.numbers, rows.Count())
	if p.table == nil {
		x := columnar.Values[int32](keys[p.cols[0]])
		for i := range p.numbers {
			p.numbers[i] = x[rows.Row(i)]
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

func (p *pairPart) column(a *slab.Arena, tables, k int, words []uint64, shift uint) *columnar.Vector {
	numbers := columnar.NewWidth(types.IntType, columnar.W32, len(words))
	numbers.Finish()
	at := columnar.Values[int32](numbers)
	unpack(at, words, shift)
	if p.table == nil {
		return numbers
	}
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
