package physical

import (
	"math/bits"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
)

// Strings that do not fit in what a key has room for, and have few different values, are numbered in their order: a name of a kind, of a country, of a
// brand. The key is exact then, where its beginning would leave rows to be compared (TPC-H Q16: 8.3 to 1.3 ms of sorting).

const (
	// rankRows is how many rows make ranks worth their finding, and how many are looked at to tell.
	rankRows = 1 << 10
	// rankShare is how many rows a value must have on average.
	rankShare = 4
	// mostRanks is how many different values are numbered at most.
	mostRanks = 1 << 12
)

// stringRanks are the places of a column's values among its different values, by chunk.
type stringRanks struct {
	chunks   []chunkRanks
	distinct int
}

// chunkRanks has a rank for each row, or, if the column has codes of fewer entries, for each entry.
type chunkRanks struct {
	of      []int32
	entries bool
}

// fewValues guesses how many different values a string column has, from rows all over it, and reports whether they are few. What the sample lacks is
// told by the values that it has once and twice (Chao, "Nonparametric estimation of the number of classes in a population", 1984).
func (k *keptRows) fewValues(c int) (distinct int, few bool) {
	n := k.len()
	step, seen, at := max(n/rankRows, 1), map[string]int{}, 0
	for _, chunk := range k.chunks {
		v := chunk.cols[c]
		for ; at < v.Len; at += step {
			if !v.IsNull(at) {
				seen[string(v.Base().Bytes(v.At(at)))]++
			}
		}
		at -= v.Len
	}
	once, twice := 0, 0
	for _, times := range seen {
		switch times {
		case 1:
			once++
		case 2:
			twice++
		}
	}
	distinct = len(seen) + once*max(once-1, 0)/(2*(twice+1))
	return distinct, distinct*rankShare <= n && distinct <= mostRanks
}

// rank numbers the values of a string column; nil if there are too many.
func (k *keptRows) rank(run runner, c int) (*stringRanks, error) {
	r := &stringRanks{chunks: make([]chunkRanks, len(k.chunks))}
	values := make([][]string, len(k.chunks)) // different ones of each chunk, in the order of their first appearance
	err := run(len(k.chunks), func(i int) error {
		r.chunks[i], values[i] = rankChunk(k.arena, k.chunks[i].cols[c])
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := slices.Concat(values...)
	slices.Sort(all)
	all = slices.Compact(all)
	if r.distinct = len(all); r.distinct > mostRanks || slices.ContainsFunc(r.chunks, func(c chunkRanks) bool { return c.of == nil }) {
		r.free(k.arena)
		return nil, nil
	}
	err = run(len(k.chunks), func(i int) error {
		ranks := make([]int32, len(values[i]))
		for n, s := range values[i] {
			at, _ := slices.BinarySearch(all, s)
			ranks[n] = int32(at)
		}
		for row, n := range r.chunks[i].of {
			if n >= 0 {
				r.chunks[i].of[row] = ranks[n]
			}
		}
		return nil
	})
	return r, err
}

// rankChunk numbers the values of a chunk in the order of their first appearance, nulls with -1. It gives up, with no numbers, when they are too many.
func rankChunk(a *slab.Arena, v *columnar.Vector) (r chunkRanks, values []string) {
	n, at := v.Len, func(i int) int { return v.At(i) }
	b := v.Base()
	if v.Form == columnar.Dictionary && b.Len < n {
		r.entries = true
		n, at = b.Len, func(i int) int { return i }
		v = b
	}
	numbers := map[string]int32{}
	r.of = slab.Make[int32](a, n)
	nulls := v.MayHaveNulls()
	for i := range n {
		if nulls && v.IsNull(i) {
			r.of[i] = -1
			continue
		}
		s := b.Bytes(at(i))
		number, ok := numbers[string(s)]
		if !ok {
			if len(values) == mostRanks {
				slab.Free(a, r.of)
				return chunkRanks{}, nil
			}
			number = int32(len(values))
			values = append(values, string(s))
			numbers[values[number]] = number
		}
		r.of[i] = number
	}
	return r, values
}

func (r *stringRanks) free(a *slab.Arena) {
	for i := range r.chunks {
		slab.Free(a, r.chunks[i].of)
	}
}

// ranked returns the ranks of the next key, of strings, if it has few values and the keys before it leave rows to be told apart.
func (s *sortKeys) ranked(run runner, c int) (*stringRanks, error) {
	n := s.rows.len()
	if n < rankRows || s.told() >= bits.Len(uint(n)) {
		return nil, nil
	}
	if _, few := s.rows.fewValues(c); !few {
		return nil, nil
	}
	return s.rows.rank(run, c)
}

// told returns about how many bits the keys so far tell rows apart by, at most.
func (s *sortKeys) told() int {
	n := 0
	for k, f := range s.fields {
		if f.kind == keyShort {
			distinct, _ := s.rows.fewValues(s.cols[k])
			n += bits.Len(uint(distinct))
		} else {
			n += f.width
		}
	}
	return n
}

// free gives the memory of ranks back.
func (s *sortKeys) free() {
	for _, f := range s.fields {
		if f.ranks != nil {
			f.ranks.free(s.rows.arena)
		}
	}
}

// encode is keyField.encode of a key that has ranks.
func (r *chunkRanks) encode(f *keyField, v *columnar.Vector, from int, dst []uint64) {
	nulls := v.MayHaveNulls()
	for i := range dst {
		code := f.null
		if !nulls || !v.IsNull(from+i) {
			at := from + i
			if r.entries {
				at = int(v.Codes[at])
			}
			code = f.code(uint64(r.of[at]))
		}
		dst[i] |= code << f.shift
	}
}
