package physical

import (
	"math"
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// wordTable is a group table of keys that fit in 64 bits, with linear probing; the key lies in the slot. As long as keys ascend, taken as
// signed numbers, it needs no slots: a key is the last one or a new one. While they lie close to each other they index an array instead of slots: neither
// hashed nor compared, and no larger in the cache (200,000 groups in a table by hash are 16 MB, in an array 1 MB).
type wordTable struct {
	arena  *slab.Arena
	fields []packedField
	keys   []uint64 // by group
	slots  []wordSlot
	mask   uint64
	near   []int32 // group plus one by the key's distance from base, 0: none; in place of slots, nil: these are used
	base   uint64
	// ascending tells that all keys so far ascend and none of them is in a slot.
	ascending bool
	// null is the group of the null of a single key that has no spare bit, -1 if there is none yet.
	null int32

	words  []uint64
	sel    []int32
	groups []int32
}

type wordSlot struct {
	key   uint64
	group int32 // plus one; 0: free
}

// packedField is the place of a key column in the word. A null is the bit above the value, where there is one.
type packedField struct {
	t           types.Type
	width       columnar.Width
	shift, bits uint
	nullBit     uint64 // 0: none
	// narrow tells that the place has the distance of a value from base, for values of which that has no more than so many bits.
	narrow bool
	base   int64
}

// packing lays columns out in one word, if they fit.
func packing(ts []types.Type) ([]packedField, bool) {
	if len(ts) == 0 {
		return nil, false
	}
	var fields []packedField
	shift := uint(0)
	for _, t := range ts {
		w := columnar.WidthOf(t)
		if w == columnar.WNone || w.Bytes() > 8 || w >= columnar.WList {
			return nil, false
		}
		f := packedField{t: t, width: w, shift: shift, bits: uint(8 * w.Bytes())}
		shift += f.bits
		if len(ts) > 1 {
			f.nullBit = 1 << shift
			shift++
		}
		fields = append(fields, f)
	}
	return fields, shift <= 64
}

// narrowPacking lays numbers out in one word that do not fit by their types, but by the values of a first batch: numbers that stand for things seldom
// need all of their bits. What is left of the word is shared out, so that other batches fit as well.
func narrowPacking(ts []types.Type, keys []*columnar.Vector) ([]packedField, bool) {
	for c, v := range keys {
		switch w := columnar.WidthOf(ts[c]); w {
		case columnar.W8, columnar.W16, columnar.W32, columnar.W64:
			if v.Base().Width != w {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	fields, need := make([]packedField, len(ts)), uint(0)
	lows, highs := make([]int64, len(ts)), make([]int64, len(ts))
	for c, v := range keys {
		lows[c], highs[c] = v.Lo, v.Hi
		if !v.HasBounds {
			lows[c], highs[c], _, _ = exec.Extremes(v)
		}
		fields[c] = packedField{t: ts[c], width: columnar.WidthOf(ts[c]), narrow: true, bits: uint(bits.Len64(uint64(highs[c]) - uint64(lows[c])))}
		need += fields[c].bits + 1
	}
	if need+spareBits*uint(len(ts)) > 64 {
		return nil, false
	}
	spare, shift := (64-need)/uint(len(ts)), uint(0)
	for c := range fields {
		f := &fields[c]
		f.bits = min(f.bits+spare, 62)
		f.shift, f.nullBit = shift, 1<<(shift+f.bits)
		shift += f.bits + 1
		if lows[c] < 0 || highs[c] >= 1<<f.bits {
			f.base = lows[c] - min((1<<f.bits-1-(highs[c]-lows[c]))/2, lows[c]-math.MinInt64)
		}
	}
	return fields, true
}

// spareBits is how many bits a narrow place must have beyond what the first batch needs.
const spareBits = 3

const (
	// wordSlots is the size of an empty table.
	wordSlots = 64
	// nearness is how many numbers there may be for a key if they index an array, which is no larger then than the slots.
	nearness = 32
)

func newWordTable(a *slab.Arena, fields []packedField) *wordTable {
	return &wordTable{arena: a, fields: fields, null: -1, slots: make([]wordSlot, wordSlots), mask: wordSlots - 1, ascending: true}
}

func (t *wordTable) bytes() int64 { return int64(8*cap(t.keys) + 16*len(t.slots) + 4*len(t.near)) }

func (t *wordTable) growth(n int) int64 {
	bytes := 8 * grown(len(t.keys), cap(t.keys), n)
	switch {
	case t.near != nil:
		bytes += 4 * int64(len(t.near)) // for numbers on either side
	case !t.ascending:
		bytes += 16 * moreSlots(len(t.slots), len(t.keys), n)
	}
	return bytes
}

func (t *wordTable) reset() {
	switch {
	case t.near != nil:
		slab.Free(t.arena, t.near)
		t.near = nil
	case !t.ascending:
		clear(t.slots)
	}
	t.keys, t.null, t.ascending = t.keys[:0], -1, true
}

func (t *wordTable) free() {
	slab.Free(t.arena, t.keys)
	slab.Free(t.arena, t.slots)
	slab.Free(t.arena, t.near)
	slab.Free(t.arena, t.words)
	t.keys, t.slots, t.near, t.words = nil, nil, nil, nil
}

// find reports whether the keys fit; if not, none was looked up.
func (t *wordTable) find(keys []*columnar.Vector, rows columnar.Rows, out []int32) bool {
	n := rows.Count()
	t.words = scratch(t.arena, t.words, n)
	if len(keys) == 1 {
		t.findOne(keys[0], rows, out)
		return true
	}
	clear(t.words)
	for c, v := range keys {
		if !t.fields[c].pack(v, rows, t.words) {
			return false
		}
	}
	t.probe(t.words, out)
	return true
}

// findOne serves a single key, whose nulls have no place in the word.
func (t *wordTable) findOne(v *columnar.Vector, rows columnar.Rows, out []int32) {
	if !v.MayHaveNulls() {
		loadWords(v, rows, t.words, 0)
		t.probe(t.words, out)
		return
	}
	t.sel = kernel.SelectNotNull(v, rows, t.sel)
	if t.ascending && len(t.sel) < len(out) { // a null has no place in the order
		t.index()
	}
	some := columnar.Rows{Sel: t.sel, N: rows.N}
	words := t.words[:len(t.sel)]
	loadWords(v, some, words, 0)
	t.groups = sized(t.groups, len(words))
	t.probe(words, t.groups)
	k := 0
	for i := range out {
		if k < len(t.sel) && int(t.sel[k]) == rows.Row(i) {
			out[i] = t.groups[k]
			k++
			continue
		}
		if t.null < 0 {
			t.null = int32(len(t.keys))
			t.addKey(0)
		}
		out[i] = t.null
	}
}

func (t *wordTable) probe(words []uint64, out []int32) {
	for len(words) > 0 {
		n := 0
		switch {
		case t.ascending:
			n = t.follow(words, out)
		case t.near != nil:
			n = t.findNear(words, out)
		default:
			n = t.findSlots(words, out)
		}
		words, out = words[n:], out[n:]
	}
}

// findSlots looks words up until keys lie near to each other, and returns how many.
func (t *wordTable) findSlots(words []uint64, out []int32) int {
	out = out[:len(words)]
	last, group := ^words[0], int32(0)
	for i, k := range words {
		if k != last {
			last = k
			at := kernel.HashUint64(k) & t.mask
			for {
				s := &t.slots[at]
				if s.key == k && s.group != 0 {
					group = s.group - 1
					break
				}
				if s.group == 0 {
					if group = t.insert(k, s); t.near != nil {
						out[i] = group
						return i + 1
					}
					break
				}
				at = (at + 1) & t.mask
			}
		}
		out[i] = group
	}
	return len(words)
}

// findNear looks words up until one is too far from the others, and returns how many.
func (t *wordTable) findNear(words []uint64, out []int32) int {
	t.reserve(len(words))
	keys, near, base, out := t.keys, t.near, t.base, out[:len(words)]
	for i, k := range words {
		d := k - base
		if d >= uint64(len(near)) {
			if t.keys = keys; !t.nearWith(int64(k)) {
				t.fillSlots()
				return i
			}
			near, base = t.near, t.base
			d = k - base
		}
		g := near[d]
		if g == 0 {
			keys = append(keys, k)
			g = int32(len(keys))
			near[d] = g
		}
		out[i] = g - 1
	}
	t.keys = keys
	return len(words)
}

// nearWith has the keys and one more index an array, and reports whether they are near enough to each other.
func (t *wordTable) nearWith(more int64) bool {
	lo, hi := more, more
	for g, k := range t.keys {
		if int32(g) != t.null {
			lo, hi = min(lo, int64(k)), max(hi, int64(k))
		}
	}
	span := uint64(hi) - uint64(lo)
	if span >= nearness*uint64(len(t.keys)) {
		return false
	}
	room := max(span/8, wordSlots) // on either side, since the next keys are like these
	slab.Free(t.arena, t.near)
	slab.Free(t.arena, t.slots)
	t.near, t.base, t.slots = slab.MakeZeroed[int32](t.arena, int(span+1+2*room)), uint64(lo)-room, nil
	for g, k := range t.keys {
		if int32(g) != t.null {
			t.near[k-t.base] = int32(g) + 1
		}
	}
	return true
}

// follow numbers words as long as they ascend, and returns how many. When one does not, keys go to slots from then on.
func (t *wordTable) follow(words []uint64, out []int32) int {
	if len(words) == 0 {
		return 0
	}
	if len(t.keys) == 0 {
		t.addKey(words[0])
	}
	t.reserve(len(words))
	keys, out := t.keys, out[:len(words)]
	last, group := keys[len(keys)-1], int32(len(keys)-1)
	for i, k := range words {
		if k != last {
			if int64(k) < int64(last) {
				t.keys = keys
				t.index()
				return i
			}
			keys = append(keys, k)
			last = k
			group++
		}
		out[i] = group
	}
	t.keys = keys
	return len(words)
}

// index ends the ascending order.
func (t *wordTable) index() {
	t.ascending = false
	if last := len(t.keys) - 1; last < 0 || !t.nearWith(int64(t.keys[last])) {
		t.fillSlots()
	}
}

// fillSlots puts the keys into slots.
func (t *wordTable) fillSlots() {
	slab.Free(t.arena, t.near)
	t.near = nil
	size := max(len(t.slots), wordSlots)
	for size < 4*len(t.keys) {
		size *= 4
	}
	t.rehash(size)
}

func (t *wordTable) insert(k uint64, s *wordSlot) int32 {
	g := int32(len(t.keys))
	t.addKey(k)
	*s = wordSlot{k, g + 1}
	if 2*len(t.keys) > len(t.slots) && !t.nearWith(int64(k)) {
		t.rehash(4 * len(t.slots))
	}
	return g
}

func (t *wordTable) addKey(k uint64) {
	t.reserve(1)
	t.keys = append(t.keys, k)
}

// reserve makes room for n more keys.
func (t *wordTable) reserve(n int) {
	if len(t.keys)+n > cap(t.keys) {
		grown := slab.Make[uint64](t.arena, max(2*len(t.keys), len(t.keys)+n, wordSlots/2))[:len(t.keys)]
		copy(grown, t.keys)
		slab.Free(t.arena, t.keys)
		t.keys = grown
	}
}

// rehash puts the keys into size slots.
func (t *wordTable) rehash(size int) {
	slab.Free(t.arena, t.slots)
	t.slots, t.mask = slab.MakeZeroed[wordSlot](t.arena, size), uint64(size-1)
	for g, k := range t.keys {
		if int32(g) == t.null {
			continue
		}
		at := kernel.HashUint64(k) & t.mask
		for t.slots[at].group != 0 {
			at = (at + 1) & t.mask
		}
		t.slots[at] = wordSlot{k, int32(g) + 1}
	}
}

// pack puts the values of a column into its place in the words, which are zero there, and reports whether they fit.
func (f *packedField) pack(v *columnar.Vector, rows columnar.Rows, words []uint64) bool {
	switch {
	case f.narrow:
		return f.packNarrow(v, rows, words)
	case !v.MayHaveNulls():
		loadWords(v, rows, words, f.shift)
		return true
	}
	one := []uint64{0}
	for i := range words {
		r := rows.Row(i)
		if v.IsNull(r) {
			words[i] |= f.nullBit
			continue
		}
		one[0] = 0
		loadWords(v, columnar.Rows{Sel: []int32{int32(r)}, N: rows.N}, one, f.shift)
		words[i] |= one[0]
	}
	return true
}

func (f *packedField) packNarrow(v *columnar.Vector, rows columnar.Rows, words []uint64) bool {
	b := v.Base()
	switch {
	case b.Width != f.width:
		return false
	case f.width == columnar.W8:
		return packDistances(f, columnar.Values[int8](b), v, rows, words)
	case f.width == columnar.W16:
		return packDistances(f, columnar.Values[int16](b), v, rows, words)
	case f.width == columnar.W32:
		return packDistances(f, columnar.Values[int32](b), v, rows, words)
	}
	return packDistances(f, columnar.Values[int64](b), v, rows, words)
}

func packDistances[T int8 | int16 | int32 | int64](f *packedField, vals []T, v *columnar.Vector, rows columnar.Rows, words []uint64) bool {
	beyond, base, shift := uint64(0), f.base, f.shift
	switch {
	case v.MayHaveNulls():
		for i := range words {
			r := rows.Row(i)
			if v.IsNull(r) {
				words[i] |= f.nullBit
				continue
			}
			d := uint64(int64(vals[v.At(r)]) - base)
			beyond |= d
			words[i] |= d << shift
		}
	case v.Form == columnar.Flat && rows.All():
		for i, x := range vals[:len(words)] {
			d := uint64(int64(x) - base)
			beyond |= d
			words[i] |= d << shift
		}
	default:
		for i := range words {
			d := uint64(int64(vals[v.At(rows.Row(i))]) - base)
			beyond |= d
			words[i] |= d << shift
		}
	}
	return beyond>>f.bits == 0
}

// loadWords combines values, none of them null, into words at a shift. A shift of 0 overwrites the word.
func loadWords(v *columnar.Vector, rows columnar.Rows, words []uint64, shift uint) {
	b := v.Base()
	switch b.Width {
	case columnar.WBool, columnar.W8:
		load(columnar.Values[uint8](b), v, rows, words, shift, func(x uint8) uint64 { return uint64(x) })
	case columnar.W16:
		load(columnar.Values[int16](b), v, rows, words, shift, func(x int16) uint64 { return uint64(uint16(x)) })
	case columnar.W32:
		load(columnar.Values[int32](b), v, rows, words, shift, func(x int32) uint64 { return uint64(uint32(x)) })
	case columnar.W64:
		load(columnar.Values[int64](b), v, rows, words, shift, func(x int64) uint64 { return uint64(x) })
	case columnar.W128: // a decimal of up to 18 digits
		load(columnar.Values[types.Int128](b), v, rows, words, shift, func(x types.Int128) uint64 { return x.Lo })
	case columnar.WF32:
		load(columnar.Values[float32](b), v, rows, words, shift, func(x float32) uint64 { return uint64(math.Float32bits(normalFloat32(x))) })
	case columnar.WF64:
		load(columnar.Values[float64](b), v, rows, words, shift, func(x float64) uint64 { return math.Float64bits(normalFloat(x)) })
	}
}

// normalFloat makes zeros, and NaNs, alike.
func normalFloat(f float64) float64 {
	switch {
	case f == 0:
		return 0
	case f != f:
		return math.NaN()
	}
	return f
}

func normalFloat32(f float32) float32 {
	if f != f {
		return float32(math.NaN())
	}
	return float32(normalFloat(float64(f)))
}

// load is inlined together with the literal function passed to it.
func load[T any](vals []T, v *columnar.Vector, rows columnar.Rows, words []uint64, shift uint, f func(T) uint64) {
	switch {
	case v.Form == columnar.Constant:
		x := f(vals[0])
		for i := range words {
			words[i] = words[i]&(1<<shift-1) | x<<shift
		}
	case shift != 0:
		for i := range words {
			words[i] |= f(vals[v.At(rows.Row(i))]) << shift
		}
	case v.Form == columnar.Dictionary:
		for i := range words {
			words[i] = f(vals[v.Codes[rows.Row(i)]])
		}
	case rows.Sel != nil:
		for i, r := range rows.Sel {
			words[i] = f(vals[r])
		}
	default:
		for i, x := range vals[:len(words)] {
			words[i] = f(x)
		}
	}
}

// column unpacks a key column into memory of the arena.
func (t *wordTable) column(a *slab.Arena, c int) *columnar.Vector {
	f := &t.fields[c]
	out := columnar.NewIn(a, f.t, f.width, len(t.keys))
	switch f.width {
	case columnar.WBool, columnar.W8:
		unpackField(columnar.Values[uint8](out), t.keys, f)
	case columnar.W16:
		unpackField(columnar.Values[int16](out), t.keys, f)
	case columnar.W32, columnar.WF32:
		unpackField(columnar.Values[uint32](out), t.keys, f)
	default:
		unpackField(columnar.Values[int64](out), t.keys, f)
	}
	if t.null >= 0 {
		out.SetNull(int(t.null))
	}
	if f.nullBit != 0 {
		for g, k := range t.keys {
			if k&f.nullBit != 0 {
				out.SetNull(g)
			}
		}
	}
	return out
}

func unpackField[T uint8 | int16 | uint32 | int64](out []T, keys []uint64, f *packedField) {
	if !f.narrow {
		unpack(out, keys, f.shift)
		return
	}
	shift, mask, base := f.shift, uint64(1)<<f.bits-1, uint64(f.base)
	for g, k := range keys {
		out[g] = T(k>>shift&mask + base)
	}
}

func unpack[T uint8 | int16 | int32 | uint32 | int64](out []T, keys []uint64, shift uint) {
	for g, k := range keys {
		out[g] = T(k >> shift)
	}
}
