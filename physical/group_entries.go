package physical

import (
	"bytes"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// entryRows are keys of groups that are codes of the same entries: columns of one side of a join. A group refers to an entry that has its values, so
// neither the table nor what it gives out copies them (a dimension's strings: TPC-H Q10), and equal entries are one group.
type entryRows struct {
	dicts []*columnar.Vector
	codes []int32 // by group
	batch []int32 // of the batch that is looked up, by row
}

// newEntryRows returns nil for other keys: the entries must live as long as the stage that made them and have values that can be told apart by their bytes.
func newEntryRows(keys []*columnar.Vector) *entryRows {
	for _, v := range keys {
		if !sameCodes(v, keys[0]) || v.Valid != nil || v.Dict.Class != columnar.Stage || !bytewise(v) {
			return nil
		}
	}
	e := &entryRows{dicts: make([]*columnar.Vector, len(keys))}
	for i, v := range keys {
		e.dicts[i] = v.Dict
	}
	return e
}

// bytewise reports whether values of a column are equal if and only if their bytes are.
func bytewise(v *columnar.Vector) bool {
	switch v.Type.Kind {
	case types.Float, types.Double:
		return false
	}
	return v.Width != columnar.WNone && v.Width <= columnar.WView && v.Dict.Form == columnar.Flat
}

// load takes a batch of keys to look up; false if they are not codes of the entries.
func (e *entryRows) load(keys []*columnar.Vector, rows columnar.Rows) bool {
	for i, v := range keys {
		if v.Form != columnar.Dictionary || v.Dict != e.dicts[i] || v.Valid != nil || !sameCodes(v, keys[0]) {
			return false
		}
	}
	e.batch = sized(e.batch, rows.Count())
	for i := range e.batch {
		e.batch[i] = keys[0].Codes[rows.Row(i)]
	}
	return true
}

// equal reports whether two entries have the same values.
func (e *entryRows) equal(a, b int32) bool {
	if a == b {
		return true
	}
	for _, d := range e.dicts {
		if !equalValues(d, int(a), int(b)) {
			return false
		}
	}
	return true
}

func equalValues(v *columnar.Vector, a, b int) bool {
	if v.Valid != nil {
		if null := v.IsNull(a); null || v.IsNull(b) {
			return null == v.IsNull(b)
		}
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

// column returns key column c of all groups as codes, in memory of the arena or of the table.
func (e *entryRows) column(a *slab.Arena, c int) *columnar.Vector {
	d := e.dicts[c]
	if a == nil {
		return columnar.NewDictionary(d, e.codes[:len(e.codes):len(e.codes)])
	}
	out := columnar.NewIn(a, d.Type, d.Width, 0)
	copy(out.SetCodes(d, len(e.codes)), e.codes)
	return out
}
