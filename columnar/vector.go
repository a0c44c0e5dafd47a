// Package columnar holds data in columns: Vector (one column of a batch), Batch, and the one way to retain rows.
//
// A Vector is one struct, reused in place. Its logical type says what values mean, its Width how they lie in memory; the two are
// separate because a decimal is an int64 or an Int128 whatever its precision. Bulk data holds no Go pointers.
//
// Sparrow makes no compatibility promise for this package.
package columnar

import (
	"math/bits"
	"sync/atomic"
	"unsafe"

	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// BatchSize is the number of rows operators aim at in a batch. Between 1,024 and 16,384 it hardly matters for speed.
const BatchSize = 4096

// Form says how rows map to stored values.
type Form uint8

// The forms of a vector.
const (
	Flat       Form = iota // value i at position i
	Constant               // one value for all rows at position 0
	Dictionary             // value i at position Codes[i] of Dict
)

// Width is the memory layout of values.
type Width uint8

// The widths, with the Go type that Values expects.
const (
	WNone     Width = iota // void: no data, all rows null
	WBool                  // uint8, 0 or 1
	W8                     // int8
	W16                    // int16
	W32                    // int32: int, date, interval year-month
	W64                    // int64: bigint, timestamps, time, interval day-time, decimals that fit
	W128                   // types.Int128: decimals
	WF32                   // float32
	WF64                   // float64
	WView                  // View: string, binary
	WInterval              // types.Interval
	WList                  // Span into Children[0]: array
	WMap                   // Span into Children[0] (keys) and Children[1] (values)
	WStruct                // no data of its own; Children hold the fields, row by row
)

var widthBytes = [...]int{WNone: 0, WBool: 1, W8: 1, W16: 2, W32: 4, W64: 8, W128: 16, WF32: 4, WF64: 8, WView: 16, WInterval: 16, WList: 8, WMap: 8, WStruct: 0}

// Bytes returns the size of a value.
func (w Width) Bytes() int { return widthBytes[w] }

// WidthOf returns the layout that new vectors of a type get. Decimals of up to 18 digits are W64; any decimal vector may be
// W64 or W128 and consumers accept both.
func WidthOf(t types.Type) Width {
	switch t.Kind {
	case types.Boolean:
		return WBool
	case types.TinyInt:
		return W8
	case types.SmallInt:
		return W16
	case types.Int, types.Date, types.YearMonth:
		return W32
	case types.BigInt, types.Timestamp, types.TimestampNTZ, types.Time, types.DayTime:
		return W64
	case types.Decimal:
		if t.Precision <= 18 {
			return W64
		}
		return W128
	case types.Float:
		return WF32
	case types.Double:
		return WF64
	case types.String, types.Binary, types.Variant:
		return WView
	case types.CalendarInterval:
		return WInterval
	case types.Array:
		return WList
	case types.Map:
		return WMap
	case types.Struct:
		return WStruct
	}
	return WNone
}

// Class says who owns the memory of a vector and how long it lives.
type Class uint8

// The memory classes. Vectors of class Stage and Shared never change again.
const (
	Scratch Class = iota // a worker's: dead when the call that got it returns
	Stage                // an arena's, dead when that is freed; what refers to it holds the arena
	Shared               // Go heap; used again only as dictionaries that nobody claimed
)

// Span is an array's or map's part of the child vectors: Len values from Off.
type Span struct{ Off, Len int32 }

// Vector is a column of Len rows. Exactly one of these holds:
//
//   - Flat: Data has Len values (WList, WMap: Spans; WStruct: none, Children have Len rows).
//   - Constant: as Flat but with one value.
//   - Dictionary: Codes has Len positions in Dict, which is Flat, Shared or outlives the vector, and may be used by other vectors.
//
// Valid is nil when no row is null, else bit i tells whether row i is not null (bit 0 for Constant). In a Dictionary a row is null
// when its bit is 0 or its entry is null. Values below nulls are unspecified and must never raise an error or influence a result.
type Vector struct {
	Type  types.Type
	Width Width
	Form  Form
	Class Class
	Len   int
	Valid []uint64

	data []byte // aligned to 16 bytes

	own   memory      // what Reset may reuse; Valid, Codes and Buffers may also be another's
	arena *slab.Arena // where memory comes from; nil: the Go heap

	Buffers  [][]byte // string bytes that long Views point into
	Children []*Vector

	Codes []int32
	Dict  *Vector

	origin  origin       // of a Dictionary, see SetOrigin
	claimed *atomic.Bool // of a dictionary that its maker wants back, see Reclaimable

	// Bounds, when HasBounds, are proven by the reader or by arithmetic: every non-null value of an integer, date or decimal
	// vector (unscaled) lies in [Lo, Hi]. They let kernels choose unchecked 64-bit arithmetic, packed keys and direct-indexed tables.
	HasBounds bool
	Lo, Hi    int64
}

// Fixed lists the Go types of values.
type Fixed interface {
	~uint8 | ~int8 | ~int16 | ~int32 | ~int64 | ~uint32 | ~uint64 | ~float32 | ~float64 | types.Int128 | types.Interval | View | Span
}

// Values returns the stored values of a flat or constant vector as T, which must be the Go type of its Width.
func Values[T Fixed](v *Vector) []T {
	if len(v.data) == 0 {
		return nil
	}
	var t T
	return unsafe.Slice((*T)(unsafe.Pointer(&v.data[0])), len(v.data)/int(unsafe.Sizeof(t)))
}

// alignedBytes allocates n bytes, or more in capacity, whose address is a multiple of 16.
func alignedBytes(a *slab.Arena, n int) []byte {
	if n == 0 {
		return nil
	}
	s := slab.Make[types.Int128](a, (n+15)/16) // Go aligns large objects to more than 16; small ones of this size class to 16
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), cap(s)*16)[:n]
}

// New returns a flat vector of n rows of unspecified value, none null, with the usual width of its type.
func New(t types.Type, n int) *Vector { return NewWidth(t, WidthOf(t), n) }

// NewWidth is New with a chosen width (decimals).
func NewWidth(t types.Type, w Width, n int) *Vector {
	v := &Vector{}
	v.Reset(t, w, n)
	return v
}

// NewIn is NewWidth of a vector whose memory comes from an arena, which may be nil for the Go heap. Append fills it, Finish ends that.
func NewIn(a *slab.Arena, t types.Type, w Width, n int) *Vector {
	v := &Vector{arena: a}
	v.Reset(t, w, n)
	return v
}

// Reset makes v a flat vector of n rows of unspecified value, none null, reusing its memory. Children of a former use are dropped
// except for struct, array and map vectors of the same type, whose children the caller resets.
func (v *Vector) Reset(t types.Type, w Width, n int) {
	v.Type, v.Width, v.Form, v.Len = t, w, Flat, n
	v.Valid, v.Codes, v.Dict, v.HasBounds = nil, nil, nil, false
	v.origin, v.Buffers = origin{}, nil
	v.own.recycle()
	size := n * w.Bytes()
	if cap(v.data) < size {
		grown := max(size, min(2*cap(v.data), BatchSize*w.Bytes()))
		slab.Free(v.arena, v.data)
		v.data = alignedBytes(v.arena, grown)
	}
	v.data = v.data[:size]
	if w == WNone {
		v.SetAllNull()
	}
	switch w {
	case WList, WMap, WStruct:
		v.initChildren()
	default:
		v.Children = nil
	}
}

func (v *Vector) initChildren() {
	var ts []types.Type
	switch v.Width {
	case WList:
		ts = []types.Type{v.Type.Elem()}
	case WMap:
		ts = []types.Type{v.Type.Key(), v.Type.Elem()}
	case WStruct:
		for _, f := range v.Type.Fields() {
			ts = append(ts, f.Type)
		}
	}
	v.Children = make([]*Vector, len(ts))
	for i, t := range ts {
		n := 0
		if v.Width == WStruct {
			n = v.Len
		}
		v.Children[i] = NewIn(v.arena, t, WidthOf(t), n)
	}
}

// NewConstant returns a constant vector of n rows with a Go value (see package types).
func NewConstant(t types.Type, value any, n int) *Vector {
	v := New(t, 1)
	if value == nil {
		v.SetNull(0)
	} else {
		v.SetValue(0, value)
	}
	v.Form, v.Len, v.Class = Constant, n, Shared
	return v
}

// NewDictionary returns a vector of codes into dict.
func NewDictionary(dict *Vector, codes []int32) *Vector {
	return &Vector{Type: dict.Type, Width: dict.Width, Form: Dictionary, Len: len(codes), Codes: codes, Dict: dict,
		HasBounds: dict.HasBounds, Lo: dict.Lo, Hi: dict.Hi}
}

// FromData returns a flat vector over existing memory, which must be aligned to the width's size.
func FromData(t types.Type, w Width, data []byte, n int, valid []uint64) *Vector {
	return &Vector{Type: t, Width: w, Len: n, data: data, Valid: valid}
}

// Data returns the raw bytes of the stored values.
func (v *Vector) Data() []byte { return v.data }

// Physical returns the number of stored values: 1 for Constant, the dictionary's for Dictionary, else Len.
func (v *Vector) Physical() int {
	switch v.Form {
	case Constant:
		return 1
	case Dictionary:
		return v.Dict.Len
	}
	return v.Len
}

// Base returns the vector that stores the values: Dict for Dictionary, else v itself.
func (v *Vector) Base() *Vector {
	if v.Form == Dictionary {
		return v.Dict
	}
	return v
}

// At returns the position of row i in Base.
func (v *Vector) At(i int) int {
	switch v.Form {
	case Constant:
		return 0
	case Dictionary:
		return int(v.Codes[i])
	}
	return i
}

// IsNull reports whether row i is null. Hot loops use Valid word by word instead.
func (v *Vector) IsNull(i int) bool {
	switch v.Form {
	case Constant:
		i = 0
	case Dictionary:
		if v.Valid != nil && v.Valid[i>>6]>>(i&63)&1 == 0 {
			return true
		}
		return v.Dict.IsNull(int(v.Codes[i]))
	}
	return v.Valid != nil && v.Valid[i>>6]>>(i&63)&1 == 0
}

// origin is another column of which a dictionary vector has rows, as long as it has these codes and this validity.
type origin struct {
	of    *Vector
	rows  []int32
	codes *int32
	valid *uint64
}

// SetOrigin tells that row i of v, a dictionary vector, is row rows[i] of another column, null or not: columns that come from one side of a
// join have the same rows then, whatever their codes are. That holds until Codes or Valid of v are others.
func (v *Vector) SetOrigin(of *Vector, rows []int32) {
	v.origin = origin{of, rows, unsafe.SliceData(v.Codes), unsafe.SliceData(v.Valid)}
}

// Origin returns the column of which v, a dictionary vector, has the given rows, as far as valid, if not nil, has their bits: what SetOrigin
// told, otherwise the dictionary itself.
func (v *Vector) Origin() (of *Vector, rows []int32, valid []uint64) {
	if o := &v.origin; o.of != nil && len(o.rows) == len(v.Codes) && o.codes == unsafe.SliceData(v.Codes) && o.valid == unsafe.SliceData(v.Valid) {
		return o.of, o.rows, nil
	}
	return v.Dict, v.Codes, v.Valid
}

// MayHaveNulls reports whether any row could be null, without counting.
func (v *Vector) MayHaveNulls() bool {
	return v.Valid != nil || v.Form == Dictionary && v.Dict.Valid != nil
}

// NullCount counts null rows.
func (v *Vector) NullCount() int {
	if v.Form == Flat && v.Valid != nil {
		return v.Len - CountBits(v.Valid, v.Len)
	}
	n := 0
	v.EachNull(AllRows(v.Len), func(int) { n++ })
	return n
}

// EachNull calls f with each i for which the i-th of the rows is null, ascending. Where no row is, it costs a test for 64 rows.
func (v *Vector) EachNull(rows Rows, f func(i int)) {
	switch {
	case !v.MayHaveNulls():
	case v.Form == Constant:
		if v.IsNull(0) {
			for i := range rows.Count() {
				f(i)
			}
		}
	case v.Form == Dictionary && v.Dict.Valid != nil:
		for i := range rows.Count() {
			r := rows.Row(i)
			if v.Valid != nil && v.Valid[r>>6]>>(r&63)&1 == 0 {
				f(i)
			} else if c := v.Codes[r]; v.Dict.Valid[c>>6]>>(c&63)&1 == 0 {
				f(i)
			}
		}
	default:
		eachInvalid(v.Valid, rows, f)
	}
}

// eachInvalid calls f with each i for which the bit of the i-th of the rows is 0.
func eachInvalid(valid []uint64, rows Rows, f func(i int)) {
	if !rows.All() {
		for i, r := range rows.Sel {
			if valid[r>>6]>>(r&63)&1 == 0 {
				f(i)
			}
		}
		return
	}
	for w, word := range valid[:Words(rows.N)] {
		null := ^word
		if rest := rows.N - w<<6; rest < 64 {
			null &= 1<<rest - 1
		}
		for ; null != 0; null &= null - 1 {
			f(w<<6 + bits.TrailingZeros64(null))
		}
	}
}

// validLen returns the number of stored validity bits: one for Constant.
func (v *Vector) validLen() int {
	if v.Form == Constant {
		return 1
	}
	return v.Len
}

// EnsureValid makes Valid writable bits, all set if it was nil, and returns it. Bits shared with another vector are copied first.
func (v *Vector) EnsureValid() []uint64 {
	n := Words(v.validLen())
	switch {
	case v.Valid == nil:
		v.Valid = v.own.validity(v.arena, n)
		for i := range v.Valid {
			v.Valid[i] = ^uint64(0)
		}
	case !v.own.isValidity(v.Valid):
		old := v.Valid
		v.Valid = v.own.validity(v.arena, max(n, len(old)))
		copy(v.Valid, old)
	}
	return v.Valid
}

// SetNull makes row i null (of a Constant: all rows).
func (v *Vector) SetNull(i int) {
	if v.Form == Constant {
		i = 0
	}
	v.EnsureValid()[i>>6] &^= 1 << (i & 63)
}

// SetAllNull makes every row null.
func (v *Vector) SetAllNull() {
	v.Valid = v.own.validity(v.arena, Words(v.validLen()))
	clear(v.Valid)
}

// Words returns the number of 64-bit words for n bits.
func Words(n int) int { return (n + 63) >> 6 }

// CountBits counts the set bits among the first n.
func CountBits(words []uint64, n int) int {
	c := 0
	for _, w := range words[:n>>6] {
		c += bits.OnesCount64(w)
	}
	if r := n & 63; r != 0 {
		c += bits.OnesCount64(words[n>>6] & (1<<r - 1))
	}
	return c
}
