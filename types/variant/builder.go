package variant

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/sparrow-engine/sparrow/types"
)

// Builder writes one variant after the other: values from the outside in, the elements of an array or object between Open and Array or Object. The zero
// Builder is ready.
type Builder struct {
	buf    []byte
	ids    map[string]int
	names  []string
	fields []field // of all objects and arrays that are open
	out    []byte
}

type field struct{ id, off int }

// Mark is an array or object that is being written.
type Mark struct{ start, fields int }

// Reset begins a new variant.
func (b *Builder) Reset() {
	b.buf, b.names, b.fields = b.buf[:0], b.names[:0], b.fields[:0]
	clear(b.ids)
}

// Result returns the variant: metadata, then value. It is valid until the next call.
func (b *Builder) Result() []byte {
	total := 0
	for _, n := range b.names {
		total += len(n)
	}
	size := widthOf(max(total, len(b.names)))
	b.out = append(b.out[:0], byte(version|(size-1)<<6))
	b.out = appendUint(b.out, len(b.names), size)
	at := 0
	for _, n := range b.names {
		b.out = appendUint(b.out, at, size)
		at += len(n)
	}
	b.out = appendUint(b.out, at, size)
	for _, n := range b.names {
		b.out = append(b.out, n...)
	}
	b.out = append(b.out, b.buf...)
	return b.out
}

// widthOf is the number of bytes that a number needs.
func widthOf(n int) int {
	w := 1
	for n > 0xff {
		n >>= 8
		w++
	}
	return w
}

func appendUint(dst []byte, v, n int) []byte {
	for range n {
		dst = append(dst, byte(v))
		v >>= 8
	}
	return dst
}

func (b *Builder) primitive(id byte) { b.buf = append(b.buf, id<<headerBits) }

// Null writes the JSON null.
func (b *Builder) Null() { b.primitive(idNull) }

// Bool writes a boolean.
func (b *Builder) Bool(v bool) {
	if v {
		b.primitive(idTrue)
	} else {
		b.primitive(idFalse)
	}
}

// Long writes an integer in as few bytes as it needs.
func (b *Builder) Long(v int64) {
	switch {
	case v == int64(int8(v)):
		b.buf = append(b.buf, idInt8<<headerBits, byte(v))
	case v == int64(int16(v)):
		b.primitive(idInt16)
		b.buf = binary.LittleEndian.AppendUint16(b.buf, uint16(v))
	case v == int64(int32(v)):
		b.primitive(idInt32)
		b.buf = binary.LittleEndian.AppendUint32(b.buf, uint32(v))
	default:
		b.int64(idInt64, v)
	}
}

func (b *Builder) int64(id byte, v int64) {
	b.primitive(id)
	b.buf = binary.LittleEndian.AppendUint64(b.buf, uint64(v))
}

// Double writes a double.
func (b *Builder) Double(v float64) { b.int64(idDouble, int64(math.Float64bits(v))) }

// Float writes a float.
func (b *Builder) Float(v float32) {
	b.primitive(idFloat)
	b.buf = binary.LittleEndian.AppendUint32(b.buf, math.Float32bits(v))
}

// Decimal writes a decimal of at most 38 digits and scale 0 to 38.
func (b *Builder) Decimal(unscaled types.Int128, scale int) {
	switch digits := max(unscaled.Digits(), scale); {
	case digits <= 9:
		b.buf = append(b.buf, idDecimal4<<headerBits, byte(scale))
		b.buf = binary.LittleEndian.AppendUint32(b.buf, uint32(unscaled.Lo))
	case digits <= 18:
		b.buf = append(b.buf, idDecimal8<<headerBits, byte(scale))
		b.buf = binary.LittleEndian.AppendUint64(b.buf, unscaled.Lo)
	default:
		b.buf = append(b.buf, idDecimal16<<headerBits, byte(scale))
		b.buf = binary.LittleEndian.AppendUint64(b.buf, unscaled.Lo)
		b.buf = binary.LittleEndian.AppendUint64(b.buf, uint64(unscaled.Hi))
	}
}

// Date writes a date as days since 1970-01-01.
func (b *Builder) Date(days int32) {
	b.primitive(idDate)
	b.buf = binary.LittleEndian.AppendUint32(b.buf, uint32(days))
}

// Timestamp writes an instant in microseconds.
func (b *Builder) Timestamp(micros int64) { b.int64(idTimestamp, micros) }

// TimestampNTZ writes a wall clock time in microseconds.
func (b *Builder) TimestampNTZ(micros int64) { b.int64(idTimestampNTZ, micros) }

// Binary writes bytes.
func (b *Builder) Binary(v []byte) {
	b.primitive(idBinary)
	b.buf = binary.LittleEndian.AppendUint32(b.buf, uint32(len(v)))
	b.buf = append(b.buf, v...)
}

// String writes text.
func (b *Builder) String(v []byte) {
	if len(v) <= maxShort {
		b.buf = append(b.buf, basicShort|byte(len(v))<<headerBits)
	} else {
		b.primitive(idString)
		b.buf = binary.LittleEndian.AppendUint32(b.buf, uint32(len(v)))
	}
	b.buf = append(b.buf, v...)
}

// Open begins an array or object.
func (b *Builder) Open() Mark { return Mark{len(b.buf), len(b.fields)} }

// Elem says that the value to be written next is an element of the innermost array.
func (b *Builder) Elem(m Mark) { b.fields = append(b.fields, field{off: len(b.buf) - m.start}) }

// Key says that the value to be written next is that of a field of the innermost object.
func (b *Builder) Key(m Mark, name []byte) {
	id, ok := b.ids[string(name)]
	if !ok {
		if b.ids == nil {
			b.ids = map[string]int{}
		}
		id = len(b.names)
		b.names = append(b.names, string(name))
		b.ids[b.names[id]] = id
	}
	b.fields = append(b.fields, field{id, len(b.buf) - m.start})
}

// Array ends an array.
func (b *Builder) Array(m Mark) {
	fields := b.fields[m.fields:]
	n, size := len(fields), len(b.buf)-m.start
	large, sizeBytes := sizeForm(n)
	off := widthOf(size)
	head := make([]byte, 0, 32)
	head = append(head, byte(basicArray|(large<<2|off-1)<<headerBits))
	head = appendUint(head, n, sizeBytes)
	b.close(m, head, fields, off, size)
}

// Object ends an object. If two of its fields have one name, it returns the name; the object then is not valid.
func (b *Builder) Object(m Mark) (duplicate string, ok bool) {
	fields := b.fields[m.fields:]
	slices.SortFunc(fields, func(x, y field) int { return strings.Compare(b.names[x.id], b.names[y.id]) })
	top := 0
	for i, f := range fields {
		if i > 0 && f.id == fields[i-1].id {
			return b.names[f.id], false
		}
		top = max(top, f.id)
	}
	n, size := len(fields), len(b.buf)-m.start
	large, sizeBytes := sizeForm(n)
	id, off := widthOf(top), widthOf(size)
	head := make([]byte, 0, 64)
	head = append(head, byte(basicObject|(large<<4|(id-1)<<2|off-1)<<headerBits))
	head = appendUint(head, n, sizeBytes)
	for _, f := range fields {
		head = appendUint(head, f.id, id)
	}
	b.close(m, head, fields, off, size)
	return "", true
}

// sizeForm says how the number of elements is written.
func sizeForm(n int) (large, bytes int) {
	if n > math.MaxUint8 {
		return 1, 4
	}
	return 0, 1
}

// close puts a head and the offsets before the values of an array or object.
func (b *Builder) close(m Mark, head []byte, fields []field, off, size int) {
	for _, f := range fields {
		head = appendUint(head, f.off, off)
	}
	head = appendUint(head, size, off)
	b.buf = slices.Insert(b.buf, m.start, head...)
	b.fields = b.fields[:m.fields]
}

// Copy writes a value of another variant.
func (b *Builder) Copy(v Value) {
	switch v.Kind() {
	case Object:
		m := b.Open()
		for i := range v.Len() {
			b.Key(m, v.Key(i))
			b.Copy(v.Elem(i))
		}
		b.Object(m)
	case Array:
		m := b.Open()
		for i := range v.Len() {
			b.Elem(m)
			b.Copy(v.Elem(i))
		}
		b.Array(m)
	default:
		b.buf = append(b.buf, v.data[:v.size()]...)
	}
}
