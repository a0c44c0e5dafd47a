package text

import (
	"encoding/base64"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
	"github.com/sparrow-engine/sparrow/types/variant"
)

// AppendVariant appends a variant as JSON, as Spark prints it: instants in zone with their offset, bytes in base 64, what JSON has no number for in quotes.
func AppendVariant(dst []byte, v variant.Value, zone *time.Location) []byte {
	switch v.Kind() {
	case variant.Null:
		return append(dst, "null"...)
	case variant.Bool:
		return strconv.AppendBool(dst, v.Bool())
	case variant.Long:
		return strconv.AppendInt(dst, v.Int(), 10)
	case variant.Decimal:
		unscaled, scale := v.Decimal()
		return types.AppendDecimal(dst, unscaled, scale)
	case variant.Float:
		return AppendJSONFloat(dst, v.Float(), 32)
	case variant.Double:
		return AppendJSONFloat(dst, v.Float(), 64)
	case variant.String:
		return AppendJSONString(dst, v.Bytes())
	case variant.Object, variant.Array:
		return appendVariantParts(dst, v, zone)
	}
	return append(appendVariantQuoted(append(dst, '"'), v, zone), '"')
}

func appendVariantParts(dst []byte, v variant.Value, zone *time.Location) []byte {
	open, end := byte('['), byte(']')
	object := v.Kind() == variant.Object
	if object {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		if object {
			dst = append(AppendJSONString(dst, v.Key(i)), ':')
		}
		dst = AppendVariant(dst, v.Elem(i), zone)
	}
	return append(dst, end)
}

func appendVariantQuoted(dst []byte, v variant.Value, zone *time.Location) []byte {
	switch v.Kind() {
	case variant.Date:
		return temporal.AppendDate(dst, int32(v.Int()))
	case variant.TimestampNTZ:
		return temporal.AppendNTZ(dst, v.Int())
	case variant.Timestamp:
		return appendOffset(AppendTimestamp(dst, v.Int(), zone), temporal.Offset(v.Int(), zone))
	case variant.Binary:
		return base64.StdEncoding.AppendEncode(dst, v.Bytes())
	}
	return dst
}

// appendOffset appends a distance from UTC in microseconds as +01:00, without seconds.
func appendOffset(dst []byte, offset int64) []byte {
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	minutes := offset / temporal.Minute
	dst = append(dst, sign, byte('0'+minutes/600), byte('0'+minutes/60%10))
	return append(dst, ':', byte('0'+minutes%60/10), byte('0'+minutes%10))
}

// AppendJSONFloat appends a floating point number as JSON, which has neither NaN nor infinities: these stand in quotes.
func AppendJSONFloat(dst []byte, f float64, size int) []byte {
	if f != f || f-f != 0 {
		return append(AppendFloat(append(dst, '"'), f, size), '"')
	}
	return AppendFloat(dst, f, size)
}

const hexDigits = "0123456789ABCDEF"

// AppendJSONString appends text as JSON, in quotes. Bytes that are not UTF-8 become U+FFFD.
func AppendJSONString[S string | []byte](dst []byte, s S) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
			if r == utf8.RuneError && n <= 1 {
				dst = append(append(dst, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = appendEscape(append(dst, s[start:i]...), c)
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\t':
		return append(dst, '\\', 't')
	case '\r':
		return append(dst, '\\', 'r')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}
