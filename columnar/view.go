package columnar

import (
	"encoding/binary"
	"unsafe"
)

// View is a string or binary value in 16 bytes, laid out as Arrow's string view: the length, then up to 12 bytes in place, or a
// 4-byte prefix, the number of the buffer and the offset in it.
type View struct {
	Len    uint32
	Prefix uint32 // bytes 0 to 3, little endian
	Buf    uint32 // bytes 4 to 7 of an inlined value, else index into Buffers
	Off    uint32 // bytes 8 to 11 of an inlined value, else offset in the buffer
}

// MaxInline is the length up to which a value lies in the view itself.
const MaxInline = 12

// Inline reports whether the value lies in the view itself.
func (x *View) Inline() bool { return x.Len <= MaxInline }

// Bytes returns the value's bytes; for an inlined one they alias x. The caller must not change them.
func (x *View) Bytes(buffers [][]byte) []byte {
	if x.Len <= MaxInline {
		return unsafe.Slice((*byte)(unsafe.Pointer(&x.Prefix)), x.Len)
	}
	return buffers[x.Buf][x.Off : x.Off+x.Len : x.Off+x.Len]
}

// InlineView returns the view of at most MaxInline bytes.
func InlineView(b []byte) View {
	var t [16]byte
	copy(t[4:], b)
	return View{uint32(len(b)), binary.LittleEndian.Uint32(t[4:]), binary.LittleEndian.Uint32(t[8:]), binary.LittleEndian.Uint32(t[12:])}
}

// RefView returns the view of b, which lies at off in buffer buf and is longer than MaxInline.
func RefView(b []byte, buf, off int) View {
	return View{uint32(len(b)), binary.LittleEndian.Uint32(b), uint32(buf), uint32(off)}
}

// Bytes returns the bytes of row i of a string or binary vector of any form; they alias the vector.
func (v *Vector) Bytes(i int) []byte {
	b := v.Base()
	return (&Values[View](b)[v.At(i)]).Bytes(b.Buffers)
}

// SetBytes stores b as row i of a flat or constant vector, copying bytes that do not fit in the view into a buffer of the vector.
func (v *Vector) SetBytes(i int, b []byte) {
	if len(b) <= MaxInline {
		Values[View](v)[i] = InlineView(b)
		return
	}
	dst, buf, off := v.Reserve(len(b))
	copy(dst, b)
	Values[View](v)[i] = RefView(b, buf, off)
}

// Reserve returns a slice of n fresh bytes in the vector's buffers and its place, for kernels that write results directly; store
// the row with SetReserved.
func (v *Vector) Reserve(n int) (dst []byte, buf, off int) {
	if v.own.open == 0 || cap(v.Buffers[v.own.open-1])-len(v.Buffers[v.own.open-1]) < n {
		v.Buffers = append(v.Buffers, v.own.buffer(v.arena, n))
		v.own.open = len(v.Buffers)
	}
	buf = v.own.open - 1
	off = len(v.Buffers[buf])
	v.Buffers[buf] = v.Buffers[buf][:off+n]
	return v.Buffers[buf][off : off+n], buf, off
}

// SetReserved makes row i the first n bytes at (buf, off) of the vector's buffers.
func (v *Vector) SetReserved(i, n, buf, off int) {
	b := v.Buffers[buf][off : off+n]
	if n <= MaxInline {
		Values[View](v)[i] = InlineView(b)
		return
	}
	Values[View](v)[i] = RefView(b, buf, off)
}
