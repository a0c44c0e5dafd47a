package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
)

// keyHasher hashes keys. The hashes of the columns are added up, each times a factor of its place, so that what columns that are codes of one side of a join add
// is known once the row of that side was met (entryHashes): a dimension's strings are then hashed once an entry, not once a row (TPC-H Q10 and Q16). Equal keys have
// equal hashes whatever form they come in.
type keyHasher struct {
	// remember asks for memory for the hashes of entries, nil: they are not kept.
	remember func(bytes int64) bool
	entries  []*entryHashes
	done     []bool
	one      []uint64
}

// entryHashes are what some key columns that have the same codes add to a hash.
type entryHashes struct {
	dicts  []*columnar.Vector
	known  []uint64 // by code; 0: not known
	missed []int32  // rows
	sums   []uint64
	set    []*columnar.Vector
	places []int
}

const (
	// hashFactor is the factor of a key column to that of the one before.
	hashFactor = 0xd1342543de82ef95
	// mostEntryHashes bounds the entries whose hashes are kept: more leave the cache, and each is met seldom.
	mostEntryHashes = 1 << 18
)

// hash returns the hash of the keys of each of the rows, in dst if it is large enough.
func (h *keyHasher) hash(keys []*columnar.Vector, rows columnar.Rows, dst []uint64) []uint64 {
	n := rows.Count()
	dst = sized(dst, n)
	if len(keys) == 1 && (h.remember == nil || entriesOf(keys[0]) == nil) {
		kernel.Hash(keys[0], rows, dst, false)
		return dst
	}
	clear(dst)
	h.done = sized(h.done, len(keys))
	clear(h.done)
	for c, v := range keys {
		if h.done[c] {
			continue
		}
		if e := h.known(keys, c, n); e != nil {
			e.add(h, rows, dst)
			continue
		}
		h.add(v, c, rows, dst)
	}
	if len(keys) > 1 {
		for i, x := range dst {
			dst[i] = kernel.HashUint64(x)
		}
	}
	return dst
}

// add adds what the key column at a place adds.
func (h *keyHasher) add(v *columnar.Vector, place int, rows columnar.Rows, dst []uint64) {
	h.one = sized(h.one, len(dst))
	kernel.Hash(v, rows, h.one, false)
	factor := uint64(1)
	for range place {
		factor *= hashFactor
	}
	for i, x := range h.one {
		dst[i] += x * factor
	}
}

// known returns the hashes of the entries of a key column and of those behind it with the same codes, and marks these as done; nil if they are not kept.
// Few entries are hashed anew for each batch, those of a scan change too often.
func (h *keyHasher) known(keys []*columnar.Vector, c, n int) *entryHashes {
	if h.remember == nil {
		return nil
	}
	v := keys[c]
	of := entriesOf(v)
	if of == nil || of.Len <= n || of.Len > mostEntryHashes {
		return nil
	}
	for len(h.entries) <= c {
		h.entries = append(h.entries, nil)
	}
	e := h.entries[c]
	if e == nil {
		e = &entryHashes{}
		h.entries[c] = e
	}
	e.set, e.places = append(e.set[:0], v), append(e.places[:0], c)
	for j := c + 1; j < len(keys); j++ {
		if w := keys[j]; !h.done[j] && entriesOf(w) != nil && sameCodes(v, w) {
			e.set, e.places = append(e.set, w), append(e.places, j)
		}
	}
	same := len(e.dicts) == len(e.set)
	for i := range e.set {
		same = same && e.dicts[i] == entriesOf(e.set[i])
	}
	if !same {
		if more := 8 * int64(of.Len-cap(e.known)); more > 0 && !h.remember(more) {
			h.entries[c] = nil
			return nil
		}
		e.dicts = e.dicts[:0]
		for _, w := range e.set {
			e.dicts = append(e.dicts, entriesOf(w))
		}
		if cap(e.known) < of.Len {
			e.known = make([]uint64, of.Len)
		} else {
			e.known = e.known[:of.Len]
			clear(e.known)
		}
	}
	for _, j := range e.places {
		h.done[j] = true
	}
	return e
}

// entriesOf returns the entries that decide a key column together with its codes, those of a stage; nil if there are none.
func entriesOf(v *columnar.Vector) *columnar.Vector {
	if v.Form != columnar.Dictionary {
		return nil
	}
	of, _, valid := v.Origin()
	if valid != nil || of.Class != columnar.Stage {
		return nil
	}
	return of
}

// add adds the hashes of the rows' entries. Those that are not known are computed.
func (e *entryHashes) add(h *keyHasher, rows columnar.Rows, dst []uint64) {
	_, codes, _ := e.set[0].Origin()
	e.missed = e.missed[:0]
	for i := range dst {
		r := rows.Row(i)
		x := e.known[codes[r]]
		if x == 0 {
			e.missed = append(e.missed, int32(r))
		}
		dst[i] += x
	}
	if len(e.missed) == 0 {
		return
	}
	sums := sized(e.sums, len(e.missed))
	clear(sums)
	e.sums = sums
	for i, v := range e.set {
		h.add(v, e.places[i], columnar.Rows{Sel: e.missed, N: rows.N}, sums)
	}
	at := 0
	for i := range dst {
		r := rows.Row(i)
		if at < len(e.missed) && e.missed[at] == int32(r) {
			e.known[codes[r]] = sums[at]
			dst[i] += sums[at]
			at++
		}
	}
}

// bytes returns the memory held.
func (h *keyHasher) bytes() (n int64) {
	for _, e := range h.entries {
		if e != nil {
			n += int64(8 * cap(e.known))
		}
	}
	return n
}

// forget gives the memory up.
func (h *keyHasher) forget() { h.entries = nil }
