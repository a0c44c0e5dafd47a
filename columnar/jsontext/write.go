package jsontext

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
	"github.com/sparrow-engine/sparrow/types/text"
	"github.com/sparrow-engine/sparrow/types/variant"
)

// Writer appends values of vectors as JSON. The zero value with a Zone writes what Spark's to_json does.
type Writer struct {
	Zone       *time.Location
	SortKeys   bool // write fields of structs and entries of maps in the order of their names
	KeepNulls  bool // write fields of structs that are null, which are left out otherwise
	FullMicros bool // give six digits of a second where Spark's three would lose some
	// Date, Timestamp and NTZ, if set, write those types in another form.
	Date      func(dst []byte, days int32) []byte
	Timestamp func(dst []byte, micros int64) []byte
	NTZ       func(dst []byte, local int64) []byte
}

// Append appends row i of a vector of any form.
func (w *Writer) Append(dst []byte, v *columnar.Vector, i int) []byte {
	if v.IsNull(i) {
		return append(dst, "null"...)
	}
	b, k := v.Base(), v.At(i)
	switch b.Width {
	case columnar.WBool:
		return strconv.AppendBool(dst, columnar.Values[uint8](b)[k] != 0)
	case columnar.W8:
		return strconv.AppendInt(dst, int64(columnar.Values[int8](b)[k]), 10)
	case columnar.W16:
		return strconv.AppendInt(dst, int64(columnar.Values[int16](b)[k]), 10)
	case columnar.W32:
		return w.appendInt32(dst, columnar.Values[int32](b)[k], v.Type)
	case columnar.W64:
		return w.appendInt64(dst, columnar.Values[int64](b)[k], v.Type)
	case columnar.W128:
		return types.AppendDecimalJava(dst, columnar.Values[types.Int128](b)[k], int(v.Type.Scale))
	case columnar.WF32:
		return text.AppendJSONFloat(dst, float64(columnar.Values[float32](b)[k]), 32)
	case columnar.WF64:
		return text.AppendJSONFloat(dst, columnar.Values[float64](b)[k], 64)
	case columnar.WInterval:
		return text.AppendJSONString(dst, temporal.FormatInterval(columnar.Values[types.Interval](b)[k]))
	case columnar.WView:
		switch v.Type.Kind {
		case types.Variant:
			return text.AppendVariant(dst, variant.Of(b.Bytes(k)), w.Zone)
		case types.String:
			return text.AppendJSONString(dst, b.Bytes(k))
		}
		dst = append(dst, '"')
		return append(base64.StdEncoding.AppendEncode(dst, b.Bytes(k)), '"')
	case columnar.WList:
		return w.appendList(dst, b.Children[0], columnar.Values[columnar.Span](b)[k])
	case columnar.WMap:
		return w.appendMap(dst, b, columnar.Values[columnar.Span](b)[k])
	case columnar.WStruct:
		return w.AppendRow(dst, v.Type.Fields(), b.Children, k)
	}
	return append(dst, "null"...)
}

// AppendRow appends row i of columns as an object.
func (w *Writer) AppendRow(dst []byte, fields []types.Field, cols []*columnar.Vector, i int) []byte {
	dst = append(dst, '{')
	first := true
	for n := range fields {
		j := n
		if w.SortKeys {
			j = nthField(fields, n)
		}
		f := fields[j]
		if !w.KeepNulls && cols[j].IsNull(i) {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(text.AppendJSONString(dst, f.Name), ':')
		dst = w.Append(dst, cols[j], i)
	}
	return append(dst, '}')
}

// nthField returns the field that is n-th in the order of names.
func nthField(fields []types.Field, n int) int {
	for j := range fields {
		before := 0
		for k := range fields {
			if fields[k].Name < fields[j].Name || fields[k].Name == fields[j].Name && k < j {
				before++
			}
		}
		if before == n {
			return j
		}
	}
	return n
}

func (w *Writer) appendList(dst []byte, child *columnar.Vector, s columnar.Span) []byte {
	dst = append(dst, '[')
	for k := range s.Len {
		if k > 0 {
			dst = append(dst, ',')
		}
		dst = w.Append(dst, child, int(s.Off+k))
	}
	return append(dst, ']')
}

func (w *Writer) appendMap(dst []byte, v *columnar.Vector, s columnar.Span) []byte {
	dst = append(dst, '{')
	order := w.entryOrder(v.Children[0], s)
	for k := range int(s.Len) {
		if k > 0 {
			dst = append(dst, ',')
		}
		at := int(s.Off) + k
		if order != nil {
			at = order[k]
		}
		dst = append(w.appendKey(dst, v.Children[0], at), ':')
		dst = w.Append(dst, v.Children[1], at)
	}
	return append(dst, '}')
}

// entryOrder returns the positions of a map's entries in the order of their keys' text, nil if they stay as they are.
func (w *Writer) entryOrder(keys *columnar.Vector, s columnar.Span) []int {
	if !w.SortKeys {
		return nil
	}
	order := make([]int, s.Len)
	names := make(map[int]string, s.Len)
	for k := range order {
		order[k] = int(s.Off) + k
		names[order[k]] = string(w.appendKey(nil, keys, order[k]))
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(names[a], names[b]) })
	return order
}

// appendKey appends a key of a map as a name: dates and timestamps as their numbers, as Spark does.
func (w *Writer) appendKey(dst []byte, v *columnar.Vector, i int) []byte {
	x, t := v.Value(i), v.Type
	switch t.Kind {
	case types.Date:
		t = types.IntType
	case types.Timestamp, types.TimestampNTZ:
		t = types.BigIntType
	}
	return text.AppendJSONString(dst, w.keyText(x, t))
}

// keyText is the text of a key: structs as Spark's rows print themselves, in brackets.
func (w *Writer) keyText(x any, t types.Type) string {
	if t.Kind != types.Struct {
		return text.Cast(x, t, w.Zone)
	}
	parts := make([]string, len(t.Fields()))
	for i, f := range t.Fields() {
		parts[i] = "null"
		if v := x.([]any)[i]; v != nil {
			parts[i] = w.keyText(v, f.Type)
		}
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func (w *Writer) appendInt32(dst []byte, x int32, t types.Type) []byte {
	if t.Kind == types.Int {
		return strconv.AppendInt(dst, int64(x), 10)
	}
	dst = append(dst, '"')
	if t.Kind == types.Date && w.Date != nil {
		dst = w.Date(dst, x)
	} else {
		dst = text.AppendInt32(dst, x, t)
	}
	return append(dst, '"')
}

func (w *Writer) appendInt64(dst []byte, x int64, t types.Type) []byte {
	switch t.Kind {
	case types.BigInt:
		return strconv.AppendInt(dst, x, 10)
	case types.Decimal:
		return types.AppendDecimalJava(dst, types.Int128Of(x), int(t.Scale))
	}
	dst = append(dst, '"')
	switch {
	case t.Kind == types.Timestamp && w.Timestamp != nil:
		dst = w.Timestamp(dst, x)
	case t.Kind == types.TimestampNTZ && w.NTZ != nil:
		dst = w.NTZ(dst, x)
	case t.Kind == types.Timestamp:
		offset := temporal.Offset(x, w.Zone)
		dst = AppendOffset(AppendClock(dst, x+offset, w.FullMicros), offset)
	case t.Kind == types.TimestampNTZ:
		dst = AppendClock(dst, x, w.FullMicros)
	default:
		dst = text.AppendInt64(dst, x, t, w.Zone)
	}
	return append(dst, '"')
}

// AppendClock appends a wall clock time as yyyy-MM-ddTHH:mm:ss.SSS; full gives six digits where three would lose some.
func AppendClock(dst []byte, local int64, full bool) []byte {
	days, micros := temporal.Split(local)
	dst = append(temporal.AppendDate(dst, days), 'T')
	dst = temporal.AppendTime(dst, micros/1e6*1e6)
	digits, f := 3, micros%1e6
	if full && f%1000 != 0 {
		digits = 6
	} else {
		f /= 1000
	}
	dst = append(dst, '.')
	for p := pow10(digits - 1); p > 0; p /= 10 {
		dst = append(dst, byte('0'+f/p%10))
	}
	return dst
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// AppendOffset appends the distance of a zone from UTC, in microseconds: Z or +01:00.
func AppendOffset(dst []byte, offset int64) []byte {
	if offset == 0 {
		return append(dst, 'Z')
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	two := func(n int64) { dst = append(dst, byte('0'+n/10), byte('0'+n%10)) }
	s := offset / 1e6
	dst = append(dst, sign)
	two(s / 3600)
	dst = append(dst, ':')
	two(s / 60 % 60)
	if s%60 != 0 {
		dst = append(dst, ':')
		two(s % 60)
	}
	return dst
}
