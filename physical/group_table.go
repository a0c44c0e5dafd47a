package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// groupTable numbers the different keys it is shown 0, 1, 2 … in the order of their first appearance. Nulls are equal to each other.
//
// How a row finds its number is chosen here and nowhere else:
//
//   - Keys that are all dictionary codes or small integers index an array (group_direct.go): a load a row. It is a cache in front of one of
//     the others, because dictionaries change along the way.
//   - Keys of up to 64 bits together are the slots of an open-addressing table themselves (group_words.go): no row is compared elsewhere.
//   - Any other keys are packed into rows and looked up by hash (group_rows.go): one comparison in one place instead of one a column.
//
// All of them look at the row before first: data clustered by its key is common and costs one comparison a row then.
type groupTable struct {
	types  []types.Type
	words  *wordTable // either
	rows   *rowTable  // or
	direct directIndex
}

func newGroupTable(a *slab.Arena, ts []types.Type) *groupTable {
	t := &groupTable{types: ts}
	if p, ok := packing(ts); ok {
		t.words = newWordTable(a, p)
	} else {
		t.rows = newRowTable(a, ts)
	}
	return t
}

// find writes the number of the key of the i-th of rows to out[i].
func (t *groupTable) find(keys []*columnar.Vector, rows columnar.Rows, out []int32) {
	if t.direct.prepare(keys, rows) {
		t.direct.find(t, keys, rows, out)
		return
	}
	t.lookup(keys, rows, out)
}

func (t *groupTable) lookup(keys []*columnar.Vector, rows columnar.Rows, out []int32) {
	if t.words != nil {
		t.words.find(keys, rows, out)
	} else {
		t.rows.find(keys, rows, out)
	}
}

// len returns the number of different keys.
func (t *groupTable) len() int {
	if t.words != nil {
		return len(t.words.keys)
	}
	return t.rows.page.Len()
}

// column returns key column c of all groups, in memory of the arena or of Go.
func (t *groupTable) column(a *slab.Arena, c int) *columnar.Vector {
	if t.words != nil {
		return t.words.column(a, c)
	}
	return t.rows.page.Column(c, 0, t.len())
}

func (t *groupTable) columns() []*columnar.Vector {
	out := make([]*columnar.Vector, len(t.types))
	for c := range out {
		out[c] = t.column(nil, c)
	}
	return out
}

// bytes returns the memory held.
func (t *groupTable) bytes() int64 {
	n := int64(4 * cap(t.direct.slots))
	if t.words != nil {
		return n + t.words.bytes()
	}
	return n + t.rows.bytes()
}

// free gives the memory back before the arena is freed. The table cannot be used any more; columns returned before stay as they are.
func (t *groupTable) free() {
	if t.words != nil {
		t.words.free()
	} else {
		t.rows.free()
	}
}

// reset forgets all keys. Columns returned before stay as they are.
func (t *groupTable) reset() {
	t.direct.clear()
	if t.words != nil {
		t.words.reset()
	} else {
		t.rows.reset()
	}
}

// sized returns s with n elements of unspecified value, in its memory if they fit.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, max(n, min(2*cap(s), columnar.BatchSize)))
	}
	return s[:n]
}
