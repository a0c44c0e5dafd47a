package columnar

import (
	"slices"

	"github.com/sparrow-engine/sparrow/internal/invariants"
)

// Loan is vectors of class Scratch that are lent for the time of a call, as builds with the tag invariants lend them: copies with garbage where values
// must not matter, and garbage altogether when the call is over. The same vector or codes stay the same in the copies.
type Loan struct {
	vectors map[*Vector]*Vector
	codes   map[*int32][]int32
	memory  [][]byte // to be scribbled over
}

// Batch lends a batch.
func (l *Loan) Batch(b *Batch) *Batch {
	lent := *b
	lent.Cols = l.Vectors(b.Cols)
	return &lent
}

// Vectors lends vectors.
func (l *Loan) Vectors(vs []*Vector) []*Vector {
	out := make([]*Vector, len(vs))
	for i, v := range vs {
		out[i] = l.vector(v)
	}
	return out
}

// Back ends the loan: what was lent is scribbled over.
func (l *Loan) Back() {
	for _, b := range l.memory {
		invariants.Scribble(b)
	}
	*l = Loan{}
}

func (l *Loan) vector(v *Vector) *Vector {
	if v.Class != Scratch {
		return v.poisoned()
	}
	if lent := l.vectors[v]; lent != nil {
		return lent
	}
	if l.vectors == nil {
		l.vectors, l.codes = map[*Vector]*Vector{}, map[*int32][]int32{}
	}
	lent := *v
	l.vectors[v] = &lent
	lent.own = memory{}
	lent.Buffers = slices.Clone(v.Buffers)
	lent.Valid = slices.Clone(v.Valid)
	l.memory = append(l.memory, bytesOf(lent.Valid))
	if v.Form == Dictionary {
		lent.Codes = l.codesOf(v.Codes)
		if v.Dict.Class == Scratch {
			lent.Dict = l.vector(v.Dict)
		}
		return &lent
	}
	lent.data = slices.Clone(v.data)
	if len(v.data) > 0 {
		lent.data = alignedBytes(nil, len(v.data))
		copy(lent.data, v.data)
		l.memory = append(l.memory, lent.data)
	}
	if v.Width == WStruct {
		lent.Children = l.Vectors(v.Children)
	}
	lent.poison()
	return &lent
}

func (l *Loan) codesOf(codes []int32) []int32 {
	if len(codes) == 0 {
		return codes
	}
	lent := l.codes[&codes[0]]
	if len(lent) < len(codes) {
		lent = slices.Clone(codes)
		l.codes[&codes[0]] = lent
		l.memory = append(l.memory, bytesOf(lent))
	}
	return lent[:len(codes)]
}

// poisoned returns a vector that is kept with garbage under its nulls, v itself if it has none.
func (v *Vector) poisoned() *Vector {
	if v.Form == Dictionary || v.Valid == nil || len(v.data) == 0 {
		return v
	}
	p := *v
	p.own = memory{}
	p.data = alignedBytes(nil, len(v.data))
	copy(p.data, v.data)
	p.poison()
	return &p
}

// poison puts garbage under the nulls of a flat or constant vector: values that exist in the type, so that kernels may compute with them, and
// as unlikely as possible.
func (v *Vector) poison() {
	if v.Valid == nil {
		return
	}
	for i := range v.validLen() {
		if v.Valid[i>>6]>>(i&63)&1 != 0 {
			continue
		}
		switch v.Width {
		case WNone, WStruct:
		case WBool:
			Values[uint8](v)[i] ^= 1
		case WView:
			Values[View](v)[i] = InlineView([]byte("\xa5 poison \xa5"))
		case WList, WMap:
			Values[Span](v)[i] = Span{Len: int32(min(1, v.Children[0].Len))}
		default:
			w := v.Width.Bytes()
			invariants.Scribble(v.data[i*w : (i+1)*w])
		}
	}
}

// Spoil scribbles over a dictionary that nobody has claimed.
func (v *Vector) Spoil() {
	invariants.Scribble(v.data)
	for _, b := range v.Buffers {
		invariants.Scribble(b)
	}
}

// AppendPoison returns a dictionary with one more entry that no code refers to.
func AppendPoison(dict *Vector) *Vector {
	if dict.Len == 0 {
		return dict
	}
	out := NewWidth(dict.Type, dict.Width, 0)
	Append(out, dict, AllRows(dict.Len))
	switch {
	case dict.Width == WView:
		out.Grow(dict.Len + 1)
		out.SetBytes(dict.Len, []byte("\xa5 poison that no row refers to \xa5"))
	case dict.HasBounds: // which hold for every entry
		Append(out, dict, Rows{Sel: []int32{0}, N: dict.Len})
	default:
		out.Grow(dict.Len + 1)
		w := dict.Width.Bytes()
		invariants.Scribble(out.data[dict.Len*w:])
		if dict.Width == WBool {
			Values[uint8](out)[dict.Len] = 1
		}
	}
	return out
}
