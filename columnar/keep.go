package columnar

import (
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/internal/slab"
)

// Who may keep what is decided here: Append copies values and refers to dictionaries that MayRefer allows, Finish gives the copy its class, and
// Keep makes what leaves the query.

// MayRefer reports whether v, a vector that is being filled to be kept, may hold codes into a dictionary.
func (v *Vector) MayRefer(dict *Vector) bool {
	return dict.Class == Shared || dict.Class == Stage && v.arena != nil
}

// Finish ends the filling of a vector: it never changes again. Its class tells where its memory is. An arena holds the arenas of the
// dictionaries that its vectors have codes of.
//
// Codes of a stage's vector become values where the dictionary is Go's and has more entries than the vector has rows: a few rows of each row group of
// a file would else keep all of its dictionaries (TPC-H Q21 at SF 10: 100 MB).
func (v *Vector) Finish() {
	if v.arena != nil && v.Form == Dictionary && v.Dict.Class == Shared && v.Dict.Len > v.Len {
		v.ownValues()
	}
	v.Class = Shared
	if v.arena != nil {
		v.Class = Stage
	}
	if v.Form == Dictionary {
		v.Dict.Claim()
		if v.Dict.Class == Stage {
			v.arena.Hold(v.Dict.arena)
		}
	}
	for _, c := range v.Children {
		c.Finish()
	}
}

// LiveAs makes v, computed from d and perhaps sharing its strings and elements, live as long as d: a dictionary in its stead.
func (v *Vector) LiveAs(d *Vector) { v.Class, v.arena, v.claimed = d.Class, d.arena, d.claimed }

// Reclaimable says that the maker of a dictionary of class Shared asks later whether it was claimed. If not, nothing but dead batches refers to
// what it holds, and the maker may use its memory again.
func (v *Vector) Reclaimable() { v.claimed = new(atomic.Bool) }

// Claim says that something which outlives the batch refers to what a dictionary holds. Append and Finish do so; who keeps a dictionary in
// another way has to. Keeping its address, to know it again, is no such reference.
func (v *Vector) Claim() {
	if v.claimed != nil && !v.claimed.Load() {
		v.claimed.Store(true)
	}
}

// Claimed reports whether a dictionary must be left to those who refer to it.
func (v *Vector) Claimed() bool { return v.claimed == nil || v.claimed.Load() }

// LivesAs reports whether v lives at least as long as d.
func (v *Vector) LivesAs(d *Vector) bool {
	return v.Class == Shared || v.Class == Stage && d.Class == Stage && v.arena == d.arena
}

// Free gives the memory of a vector that NewIn made back before its arena is freed. Nothing may refer to it any more, and it is empty then.
func (v *Vector) Free() {
	if v.arena == nil {
		return
	}
	slab.Free(v.arena, v.data)
	slab.Free(v.arena, v.own.words)
	slab.Free(v.arena, v.own.codes)
	for _, bs := range [][][]byte{v.own.used, v.own.spare} {
		for _, b := range bs {
			slab.Free(v.arena, b)
		}
	}
	for _, c := range v.Children {
		c.Free()
	}
	*v = Vector{Type: v.Type, Width: v.Width, arena: v.arena}
}

// Keep returns all rows of v in memory of class Shared: for users, functions in Go, and what outlives the query. A vector that is there already is
// returned as it is; others are copied, codes of other dictionaries to values.
func Keep(v *Vector) *Vector {
	if v.Class == Shared && v.allShared() {
		return v
	}
	return KeepRows(v, AllRows(v.Len))
}

// KeepRows is Keep of some rows, which are always copied.
func KeepRows(v *Vector, rows Rows) *Vector {
	out := New(v.Type, 0)
	Append(out, v, rows)
	out.Finish()
	return out
}

// allShared reports whether the dictionaries of a vector are of class Shared.
func (v *Vector) allShared() bool {
	if v.Form == Dictionary && (v.Dict.Class != Shared || !v.Dict.allShared()) {
		return false
	}
	for _, c := range v.Children {
		if !c.allShared() {
			return false
		}
	}
	return true
}
