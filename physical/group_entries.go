package physical

import (
	"bytes"
	"slices"
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// entryRows are keys of groups that are codes of entries, columns of the sides of joins. A group refers to entries that have its values, so neither the
// table nor what it gives out copies them (a dimension's strings: TPC-H Q10), and equal entries are one group.
type entryRows struct {
	dicts []*columnar.Vector
	side  []int     // by column: which of the codes are its
	codes [][]int32 // by side and group
	batch [][]int32 // of the batch that is looked up, by side and row
}

// newEntryRows returns nil for other keys: the entries must not change and have values that can be told apart by their bytes.
func newEntryRows(keys []*columnar.Vector) *entryRows {
	e := &entryRows{}
	var first []*columnar.Vector // of each side
	for _, v := range keys {
		if v.Form != columnar.Dictionary {
			return nil
		}
		of, _, valid := v.Origin()
		if valid != nil || of.Class == columnar.Scratch || !bytewise(of) {
			return nil
		}
		side := slices.IndexFunc(first, func(f *columnar.Vector) bool { return sameCodes(v, f) })
		if side < 0 {
			side, first = len(first), append(first, v)
		}
		of.Base().Claim()
		e.dicts, e.side = append(e.dicts, of), append(e.side, side)
	}
	e.codes, e.batch = make([][]int32, len(first)), make([][]int32, len(first))
	return e
}

// fromSmallSide reports whether all keys are columns of one side of a join that stays in the cache: its rows index an array, and groups as entries are
// given out without their values.
func fromSmallSide(keys []*columnar.Vector) bool {
	for _, v := range keys {
		if v.Form != columnar.Dictionary || !sharedCodes(v, keys[0]) {
			return false
		}
		of, _, valid := v.Origin()
		if valid != nil || of.Class == columnar.Scratch || of == v.Dict && of.Class != columnar.Stage || of.Len > cachedEntries {
			return false // dictionaries of a file change
		}
	}
	return true
}

// bytewise reports whether values of a column are equal if and only if their bytes are.
func bytewise(v *columnar.Vector) bool {
	switch v.Type.Kind {
	case types.Float, types.Double:
		return false
	}
	return v.Width != columnar.WNone && v.Width <= columnar.WView && v.Form != columnar.Constant
}

// load takes a batch of keys to look up; false if they are not codes of the entries.
func (e *entryRows) load(keys []*columnar.Vector, rows columnar.Rows) bool {
	first := make([]*columnar.Vector, len(e.codes))
	for i, v := range keys {
		if v.Form != columnar.Dictionary {
			return false
		}
		if of, _, valid := v.Origin(); of != e.dicts[i] || valid != nil {
			return false
		}
		if f := &first[e.side[i]]; *f == nil {
			*f = v
		} else if !sameCodes(v, *f) {
			return false
		}
	}
	for side, v := range first {
		codes := sized(e.batch[side], rows.Count())
		_, from, _ := v.Origin()
		for i := range codes {
			codes[i] = from[rows.Row(i)]
		}
		e.batch[side] = codes
	}
	return true
}

// append makes the key of row i of the batch that of a new group.
func (e *entryRows) append(i int) {
	for side, codes := range e.batch {
		e.codes[side] = append(e.codes[side], codes[i])
	}
}

// equal reports whether key i of some codes by side has the values of key j of others.
func (e *entryRows) equal(a [][]int32, i int, b [][]int32, j int) bool {
	for c, d := range e.dicts {
		x, y := a[e.side[c]][i], b[e.side[c]][j]
		if x != y && !equalValues(d, int(x), int(y)) {
			return false
		}
	}
	return true
}

// bytes returns the memory held.
func (e *entryRows) bytes() (n int64) {
	for _, codes := range e.codes {
		n += int64(4 * cap(codes))
	}
	return n
}

// growth returns the memory that n more keys take at once.
func (e *entryRows) growth(n int) (bytes int64) {
	for _, codes := range e.codes {
		bytes += 4 * grown(len(codes), cap(codes), n)
	}
	return bytes
}

func equalValues(v *columnar.Vector, a, b int) bool {
	if v.MayHaveNulls() {
		if null := v.IsNull(a); null || v.IsNull(b) {
			return null == v.IsNull(b)
		}
	}
	if v.Form == columnar.Dictionary {
		if a, b = int(v.Codes[a]), int(v.Codes[b]); a == b {
			return true
		}
		v = v.Dict
	}
	switch v.Width {
	case columnar.WView:
		return bytes.Equal(v.Bytes(a), v.Bytes(b))
	case columnar.W64:
		x := columnar.Values[int64](v)
		return x[a] == x[b]
	}
	w := v.Width.Bytes()
	return bytes.Equal(v.Data()[a*w:(a+1)*w], v.Data()[b*w:(b+1)*w])
}

// column returns key column c of all groups: codes, in memory of the arena or of the table, or values.
func (e *entryRows) column(a *slab.Arena, tables, c int) *columnar.Vector {
	d, codes := e.dicts[c], e.codes[e.side[c]]
	if d.Form == columnar.Dictionary {
		out := columnar.NewIn(a, d.Type, d.Width, 0)
		columnar.Gather(out, d, codes)
		if a == nil {
			out.SetOrigin(d, codes[:len(codes):len(codes)])
		}
		return out
	}
	v := columnar.NewDictionary(d, codes[:len(codes):len(codes)])
	if a == nil {
		return v
	}
	if repeated(v, tables) {
		return columnar.Keep(v)
	}
	out := columnar.NewIn(a, d.Type, d.Width, 0)
	copy(out.SetCodes(d, len(codes)), codes)
	return out
}

// sameCodes reports whether two columns of a batch are codes, and the same in every row: shared ones, or, once each was appended to a column of its own,
// equal ones into as many entries.
func sameCodes(a, b *columnar.Vector) bool {
	if sharedCodes(a, b) {
		return true
	}
	of, rows, _ := a.Origin()
	with, others, _ := b.Origin()
	return of.Len == with.Len && slices.Equal(rows, others)
}

// cachedEntries is how many entries are read from anywhere at little cost.
const cachedEntries = 1 << 16

// repeated reports whether a column of codes, one of as many as there are tables, tells that the groups of all tables are more than there are entries: then
// each value comes many times, and codes of more entries than groups that lie all over a build side cost who reads them more than values side by side (TPC-H Q16 at SF 10: 430 and
// 160 ms for the next grouping), unless the entries stay in the cache.
func repeated(v *columnar.Vector, tables int) bool {
	return v.Dict.Len > cachedEntries && v.Len*tables > v.Dict.Len && v.Dict.Len > v.Len
}

// originColumns are columns of the sides of joins as dictionaries, each made once for all workers.
type originColumns struct {
	mu    sync.Mutex
	dicts map[*columnar.Vector]*columnar.Vector
}

// Bounds of the dictionaries that are made.
const (
	mostOrigins     = 32
	mostOriginBytes = 4 << 20
)

// codes returns a column as codes of the one that its rows come from, all of whose nulls are entries; nil if there is none, or one that is too large or
// whose values cannot be told apart by their bytes.
func (o *originColumns) codes(v *columnar.Vector) *columnar.Vector {
	if v.Form != columnar.Dictionary {
		return nil
	}
	of, rows, valid := v.Origin()
	if valid != nil || of.Class == columnar.Scratch || !bytewise(of) {
		return nil
	}
	if of.Form == columnar.Dictionary {
		if of = o.dictionary(of); of == nil {
			return nil
		}
	}
	return columnar.NewDictionary(of, rows)
}

// dictionary returns the values of a column that is codes itself.
func (o *originColumns) dictionary(of *columnar.Vector) *columnar.Vector {
	o.mu.Lock()
	defer o.mu.Unlock()
	d, ok := o.dicts[of]
	if ok || of.Len > cachedEntries || len(o.dicts) == mostOrigins {
		return d
	}
	d = columnar.New(of.Type, 0)
	columnar.AppendFlat(d, of, columnar.AllRows(of.Len))
	if d.Finish(); d.Size() > mostOriginBytes {
		d = nil
	}
	if o.dicts == nil {
		o.dicts = map[*columnar.Vector]*columnar.Vector{}
	}
	o.dicts[of] = d
	return d
}
