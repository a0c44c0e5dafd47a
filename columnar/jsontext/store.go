package jsontext

import (
	"encoding/base64"
	"math"
	"strconv"
	"time"
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
	"github.com/sparrow-engine/sparrow/types/variant"
)

// Column is a type prepared for reading: the fields of structs by name.
type Column struct {
	Type     types.Type
	children []*Column
	fields   map[string]int
}

// NewColumn prepares a type.
func NewColumn(t types.Type) *Column {
	c := &Column{Type: t}
	switch t.Kind {
	case types.Array:
		c.children = []*Column{NewColumn(t.Elem())}
	case types.Map:
		c.children = []*Column{NewColumn(t.Key()), NewColumn(t.Elem())}
	case types.Struct:
		c.fields = make(map[string]int, len(t.Fields()))
		for i, f := range t.Fields() {
			c.children = append(c.children, NewColumn(f.Type))
			c.fields[f.Name] = i
		}
	}
	return c
}

// Reader stores JSON values as rows of vectors.
type Reader struct {
	Scanner
	// Zone is where timestamps without a zone are; it must be set.
	Zone *time.Location
	// Date, Timestamp and NTZ, if set, read those types in another form than that of a cast.
	Date      func(s string) (int32, bool)
	Timestamp func(s string) (int64, bool)
	NTZ       func(s string) (int64, bool)

	builder variant.Builder
}

// SetNull makes row i null and its value harmless.
func SetNull(v *columnar.Vector, i int) {
	v.SetNull(i)
	switch v.Width {
	case columnar.WView:
		v.SetBytes(i, nil)
	case columnar.WList, columnar.WMap:
		columnar.Values[columnar.Span](v)[i] = columnar.Span{}
	case columnar.WStruct:
		for _, c := range v.Children {
			SetNull(c, i)
		}
	}
}

// present takes back an earlier null of row i.
func present(v *columnar.Vector, i int) {
	if v.Valid != nil {
		v.EnsureValid()[i>>6] |= 1 << (i & 63)
	}
}

// Store takes the next value, whose kind is k, and stores it as row i of v, a flat vector of the column's type. A value that does not fit the type is
// null, or of an object the fields that fit, and fits is false. The error is a *SyntaxError; the row is then unspecified but harmless once set to null.
func (r *Reader) Store(v *columnar.Vector, i int, c *Column, k Kind) (fits bool, err error) {
	if k == Null && c.Type.Kind != types.Variant {
		SetNull(v, i)
		_, err := r.Literal()
		return true, err
	}
	present(v, i)
	switch {
	case c.Type.Kind == types.String:
		return true, r.storeString(v, i, k)
	case c.Type.Kind == types.Variant:
		return true, r.storeVariant(v, i, k)
	case c.Type.Kind == types.Struct && k == Object:
		return r.storeStruct(v, i, c)
	case c.Type.Kind == types.Map && k == Object:
		return r.storeMap(v, i, c)
	case c.Type.Kind == types.Array && k == Array:
		return r.storeArray(v, i, c)
	case k == Object || k == Array || c.Type.IsNested():
		SetNull(v, i)
		return false, r.Skip(k)
	}
	fits, err = r.storeScalar(v, i, c.Type, k)
	if !fits {
		SetNull(v, i)
	}
	return fits, err
}

// storeString stores a string, or the text of another value as it stands.
func (r *Reader) storeString(v *columnar.Vector, i int, k Kind) error {
	if k == String {
		s, err := r.Str()
		v.SetBytes(i, s)
		return err
	}
	from := r.Offset()
	err := r.Skip(k)
	v.SetBytes(i, r.Since(from))
	return err
}

func (r *Reader) storeStruct(v *columnar.Vector, i int, c *Column) (fits bool, err error) {
	for _, child := range v.Children {
		SetNull(child, i)
	}
	if err := r.Enter(); err != nil {
		return false, err
	}
	fits = true
	for first := true; ; first = false {
		name, k, err := r.Field(first)
		if err != nil || k == End {
			return fits, err
		}
		at, known := c.fields[string(name)]
		if !known {
			if err := r.Skip(k); err != nil {
				return false, err
			}
			continue
		}
		ok, err := r.Store(v.Children[at], i, c.children[at], k)
		if err != nil {
			return false, err
		}
		fits = fits && ok
	}
}

// addRow makes v one row longer.
func addRow(v *columnar.Vector) int {
	n := v.Len
	v.Grow(n + 1)
	return n
}

func (r *Reader) storeArray(v *columnar.Vector, i int, c *Column) (fits bool, err error) {
	child := v.Children[0]
	off := child.Len
	columnar.Values[columnar.Span](v)[i] = columnar.Span{}
	if err := r.Enter(); err != nil {
		return false, err
	}
	fits = true
	for first := true; ; first = false {
		k, err := r.Element(first)
		if err != nil {
			return false, err
		}
		if k == End {
			if !fits { // as in Spark, an element that does not fit makes the array null
				SetNull(v, i)
				return false, nil
			}
			columnar.Values[columnar.Span](v)[i] = columnar.Span{Off: int32(off), Len: int32(child.Len - off)}
			return true, nil
		}
		at := addRow(child)
		clearRow(child, at)
		ok, err := r.Store(child, at, c.children[0], k)
		if err != nil {
			SetNull(child, at)
			return false, err
		}
		fits = fits && ok
	}
}

// clearRow gives a fresh row a harmless value.
func clearRow(v *columnar.Vector, i int) {
	switch v.Width {
	case columnar.WView:
		v.SetBytes(i, nil)
	case columnar.WList, columnar.WMap:
		columnar.Values[columnar.Span](v)[i] = columnar.Span{}
	case columnar.WStruct:
		for _, c := range v.Children {
			clearRow(c, i)
		}
	}
}

func (r *Reader) storeMap(v *columnar.Vector, i int, c *Column) (fits bool, err error) {
	keys, vals := v.Children[0], v.Children[1]
	off := keys.Len
	columnar.Values[columnar.Span](v)[i] = columnar.Span{}
	if err := r.Enter(); err != nil {
		return false, err
	}
	fits = true
	for first := true; ; first = false {
		name, k, err := r.Field(first)
		if err != nil {
			return false, err
		}
		if k == End {
			if !fits {
				SetNull(v, i)
				return false, nil
			}
			columnar.Values[columnar.Span](v)[i] = columnar.Span{Off: int32(off), Len: int32(keys.Len - off)}
			return true, nil
		}
		at := off
		for at < keys.Len && string(keys.Bytes(at)) != string(name) { // the last of equal keys counts, at the first one's place
			at++
		}
		if at == keys.Len {
			clearRow(keys, addRow(keys))
			clearRow(vals, addRow(vals))
			keys.SetBytes(at, name)
		}
		ok, err := r.Store(vals, at, c.children[1], k)
		if err != nil {
			SetNull(vals, at)
			return false, err
		}
		fits = fits && ok
	}
}

func set[T columnar.Fixed](v *columnar.Vector, i int, x T) bool {
	columnar.Values[T](v)[i] = x
	return true
}

func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// storeScalar takes a value that is neither object nor array nor null and stores it.
func (r *Reader) storeScalar(v *columnar.Vector, i int, t types.Type, k Kind) (fits bool, err error) {
	switch k {
	case Bool:
		c, err := r.Literal()
		if t.Kind != types.Boolean || err != nil {
			return false, err
		}
		x := uint8(0)
		if c == 't' {
			x = 1
		}
		return set(v, i, x), nil
	case Number:
		text, kind, err := r.Num()
		return err == nil && r.storeNumber(v, i, t, text, kind), err
	}
	text, err := r.Str()
	return err == nil && len(text) > 0 && r.storeText(v, i, t, text), err
}

func (r *Reader) storeNumber(v *columnar.Vector, i int, t types.Type, text []byte, kind NumberKind) bool {
	switch t.Kind {
	case types.Float, types.Double:
		return r.storeFloat(v, i, t, text, kind)
	case types.Decimal:
		return kind != Special && storeDecimal(v, i, t, text)
	}
	if kind != Integer {
		return false
	}
	x, err := strconv.ParseInt(view(text), 10, 64)
	if err != nil {
		return false
	}
	switch t.Kind {
	case types.TinyInt:
		return int64(int8(x)) == x && set(v, i, int8(x))
	case types.SmallInt:
		return int64(int16(x)) == x && set(v, i, int16(x))
	case types.Int:
		return int64(int32(x)) == x && set(v, i, int32(x))
	case types.BigInt:
		return set(v, i, x)
	case types.Timestamp: // seconds
		return x <= math.MaxInt64/1_000_000 && x >= math.MinInt64/1_000_000 && set(v, i, x*1e6)
	}
	return false
}

func (r *Reader) storeFloat(v *columnar.Vector, i int, t types.Type, text []byte, kind NumberKind) bool {
	x := 0.0
	switch {
	case kind == Special:
		switch text[0] {
		case 'N':
			x = math.NaN()
		case '-':
			x = math.Inf(-1)
		default:
			x = math.Inf(1)
		}
	case t.Kind == types.Float:
		x, _ = strconv.ParseFloat(view(text), 32) // out of range is infinite, as in Java
	default:
		x, _ = strconv.ParseFloat(view(text), 64)
	}
	if t.Kind == types.Float {
		return set(v, i, float32(x))
	}
	return set(v, i, x)
}

func storeDecimal(v *columnar.Vector, i int, t types.Type, text []byte) bool {
	x, status := types.ParseDecimalAs(view(text), int(t.Precision), int(t.Scale))
	if status != 0 {
		return false
	}
	if v.Width == columnar.W64 {
		return set(v, i, x.Int64())
	}
	return set(v, i, x)
}

// storeText stores a string in a column of another type.
func (r *Reader) storeText(v *columnar.Vector, i int, t types.Type, text []byte) bool {
	switch t.Kind {
	case types.Float, types.Double:
		for _, w := range specials {
			if w == view(text) && !r.Dialect.OnlyNumeric {
				return r.storeFloat(v, i, t, text, Special)
			}
		}
		return false
	case types.Decimal:
		return storeDecimal(v, i, t, text)
	case types.Binary:
		b, err := base64.StdEncoding.DecodeString(view(text))
		if err != nil {
			if b, err = base64.RawStdEncoding.DecodeString(view(text)); err != nil {
				return false
			}
		}
		v.SetBytes(i, b)
		return true
	case types.Date, types.Timestamp, types.TimestampNTZ:
		return r.storeTime(v, i, t, text)
	case types.YearMonth:
		x, ok := temporal.ParseYearMonth(temporal.IntervalBody(string(text)), t.From, t.To)
		return ok && set(v, i, x)
	case types.DayTime:
		x, ok := temporal.ParseDayTime(temporal.IntervalBody(string(text)), t.From, t.To)
		return ok && set(v, i, x)
	case types.CalendarInterval:
		x, ok := temporal.ParseInterval(string(text))
		return ok && set(v, i, x)
	}
	return false
}

func (r *Reader) storeTime(v *columnar.Vector, i int, t types.Type, text []byte) bool {
	switch t.Kind {
	case types.Date:
		if r.Date != nil {
			x, ok := r.Date(string(text))
			return ok && set(v, i, x)
		}
		x, ok := temporal.ParseDate(view(text))
		return ok && set(v, i, x)
	case types.Timestamp:
		if r.Timestamp != nil {
			x, ok := r.Timestamp(string(text))
			return ok && set(v, i, x)
		}
		x, ok := temporal.ParseTimestamp(view(text), r.Zone, nil)
		return ok && set(v, i, x)
	}
	if r.NTZ != nil {
		x, ok := r.NTZ(string(text))
		return ok && set(v, i, x)
	}
	x, ok := temporal.ParseNTZ(view(text), true)
	return ok && set(v, i, x)
}
