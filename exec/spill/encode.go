package spill

import (
	"encoding/binary"
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// encoder writes flat vectors behind each other: numbers of 8 bytes, and byte sections that begin at multiples of 16.
type encoder struct{ buf []byte }

func (e *encoder) reset() {
	if cap(e.buf) < headerBytes {
		e.buf = make([]byte, headerBytes, 64<<10)
	}
	e.buf = e.buf[:headerBytes]
}

func (e *encoder) number(x int) { e.buf = binary.LittleEndian.AppendUint64(e.buf, uint64(x)) }

func (e *encoder) section(b []byte) {
	e.number(len(b))
	e.align()
	e.buf = append(e.buf, b...)
	e.align()
}

func (e *encoder) align() {
	for len(e.buf)%16 != 0 {
		e.buf = append(e.buf, 0)
	}
}

func (e *encoder) batch(b *columnar.Batch, morsel, seq int) {
	e.number(b.N)
	e.number(morsel)
	e.number(seq)
	for _, c := range b.Cols {
		e.vector(c)
	}
}

func (e *encoder) vector(v *columnar.Vector) {
	if v.Form != columnar.Flat { // a child
		flat := columnar.NewWidth(v.Type, v.Base().Width, 0)
		columnar.AppendFlat(flat, v, columnar.AllRows(v.Len))
		v = flat
	}
	e.number(int(v.Width))
	e.number(v.Len)
	bounds := 0
	if v.HasBounds {
		bounds = 1
	}
	e.number(bounds)
	e.number(int(v.Lo))
	e.number(int(v.Hi))
	var valid []uint64
	if v.Valid != nil {
		valid = v.Valid[:columnar.Words(v.Len)]
	}
	e.section(wordBytes(valid))
	e.section(v.Data())
	e.number(len(v.Buffers))
	for _, b := range v.Buffers {
		e.section(b)
	}
	for _, c := range v.Children {
		e.vector(c)
	}
}

func wordBytes(w []uint64) []byte {
	if len(w) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&w[0])), len(w)*8)
}

// decoder reads what encoder wrote; vectors share its memory. The block's checksum was right, so what it says is trusted.
type decoder struct {
	data []byte
	at   int
}

func (d *decoder) number() int {
	x := binary.LittleEndian.Uint64(d.data[d.at:])
	d.at += 8
	return int(x)
}

func (d *decoder) section() []byte {
	n := d.number()
	d.align()
	b := d.data[d.at : d.at+n : d.at+n]
	d.at += n
	d.align()
	return b
}

func (d *decoder) align() { d.at = (d.at + 15) &^ 15 }

func (d *decoder) batch(ts []types.Type, dst *columnar.Batch) error {
	*dst = columnar.Batch{Cols: dst.Cols[:0], N: d.number(), Morsel: d.number(), Seq: d.number()}
	for _, t := range ts {
		dst.Cols = append(dst.Cols, d.vector(t))
	}
	if d.at != len(d.data) {
		return sqlerr.Internal("a spilled block has columns of other types than its file")
	}
	return nil
}

func (d *decoder) vector(t types.Type) *columnar.Vector {
	width, n := columnar.Width(d.number()), d.number()
	hasBounds, lo, hi := d.number() != 0, int64(d.number()), int64(d.number())
	var valid []uint64
	if b := d.section(); len(b) > 0 {
		valid = unsafe.Slice((*uint64)(unsafe.Pointer(&b[0])), len(b)/8)
	}
	v := columnar.FromData(t, width, d.section(), n, valid)
	v.HasBounds, v.Lo, v.Hi = hasBounds, lo, hi
	for range d.number() {
		v.Buffers = append(v.Buffers, d.section())
	}
	switch width {
	case columnar.WList:
		v.Children = []*columnar.Vector{d.vector(t.Elem())}
	case columnar.WMap:
		v.Children = []*columnar.Vector{d.vector(t.Key()), d.vector(t.Elem())}
	case columnar.WStruct:
		for _, f := range t.Fields() {
			v.Children = append(v.Children, d.vector(f.Type))
		}
	}
	return v
}
