package functions

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/sparrow-engine/sparrow/expr"
)

// charset converts between UTF-8 and another encoding; false reports what the encoding cannot hold.
type charset struct {
	encode, decode func(dst, s []byte) ([]byte, bool)
}

// charsetOf returns the encoding of a name. lenient replaces what cannot be converted instead of failing; java also takes the other single-byte
// charsets that a Java runtime knows.
func charsetOf(name string, lenient, java bool) (charset, bool) {
	switch strings.ToUpper(name) {
	case "US-ASCII":
		return charset{singleBytes(0x80, lenient), fromSingleBytes(0x80, lenient)}, true
	case "ISO-8859-1":
		return charset{singleBytes(0x100, lenient), fromSingleBytes(0x100, lenient)}, true
	case "UTF-8":
		if lenient {
			return charset{mended, mended}, true
		}
		return charset{checkUTF8, checkUTF8}, true
	case "UTF-16BE":
		return charset{appendUTF16(1, 0), decodeUTF16(1, 0)}, true
	case "UTF-16LE":
		return charset{appendUTF16(0, 1), decodeUTF16(0, 1)}, true
	case "UTF-16":
		return charset{func(dst, s []byte) ([]byte, bool) { return appendUTF16(1, 0)(append(dst, 0xFE, 0xFF), s) }, decodeMarkedUTF16}, true
	case "UTF-32":
		return charset{appendUTF32, decodeUTF32}, true
	}
	if java {
		return charmapOf(name)
	}
	return charset{}, false
}

// charmapOf finds a single-byte charset such as windows-1252 or KOI8-R.
func charmapOf(name string) (charset, bool) {
	plain := func(s string) string {
		return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(s))
	}
	for _, e := range charmap.All {
		m, ok := e.(*charmap.Charmap)
		if !ok || plain(m.String()) != plain(name) {
			continue
		}
		return charset{
			encode: func(dst, s []byte) ([]byte, bool) {
				for _, r := range string(s) {
					b, ok := m.EncodeRune(r)
					if !ok {
						b = '?'
					}
					dst = append(dst, b)
				}
				return dst, true
			},
			decode: func(dst, s []byte) ([]byte, bool) {
				for _, c := range s {
					dst = utf8.AppendRune(dst, m.DecodeByte(c))
				}
				return dst, true
			},
		}, true
	}
	return charset{}, false
}

// isOn reports whether a boolean setting of the session is on.
func isOn(s *expr.Spec, key string) bool { return setting(s, key) == "true" }

func newCharset(name string, direction func(charset) func(dst, s []byte) ([]byte, bool)) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		var buf []byte
		lenient, java := isOn(s, "spark.sql.legacy.codingErrorAction"), isOn(s, "spark.sql.legacy.javaCharsets")
		last, known := "", false
		var convert func(dst, s []byte) ([]byte, bool)
		return func(k *expr.KernelCall) {
			text, sets := textsOf(k.Args[0]), textsOf(k.Args[1])
			for i := range live(k) {
				if set := sets.at(i); convert == nil || string(set) != last {
					var c charset
					last = string(set)
					c, known = charsetOf(last, lenient, java)
					convert = direction(c)
				}
				if !known {
					convert = nil
					reject(k, i, s, "INVALID_PARAMETER_VALUE.CHARSET", "The value of parameter(s) `charset` in `%s` is invalid: expects one of the iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8, but got %s.", name, last)
					continue
				}
				var ok bool
				if buf, ok = convert(buf[:0], text.at(i)); !ok {
					reject(k, i, s, "MALFORMED_CHARACTER_CODING", "Invalid value found when performing `%s` with %s.", name, last)
					continue
				}
				k.Out.SetBytes(i, buf)
			}
		}, nil
	}
}

func checkUTF8(dst, s []byte) ([]byte, bool) { return append(dst, s...), utf8.Valid(s) }

func mended(dst, s []byte) ([]byte, bool) { return appendValidUTF8(dst, s), true }

func singleBytes(limit rune, lenient bool) func(dst, s []byte) ([]byte, bool) {
	return func(dst, s []byte) ([]byte, bool) {
		for len(s) > 0 {
			r, n := utf8.DecodeRune(s)
			if r >= limit {
				if !lenient {
					return dst, false
				}
				r = '?'
			}
			dst = append(dst, byte(r))
			s = s[n:]
		}
		return dst, true
	}
}

func fromSingleBytes(limit rune, lenient bool) func(dst, s []byte) ([]byte, bool) {
	return func(dst, s []byte) ([]byte, bool) {
		for _, c := range s {
			r := rune(c)
			if r >= limit {
				if !lenient {
					return dst, false
				}
				r = utf8.RuneError
			}
			dst = utf8.AppendRune(dst, r)
		}
		return dst, true
	}
}

// appendUTF16 encodes with the high byte of a unit at hi and the low one at lo.
func appendUTF16(lo, hi int) func(dst, s []byte) ([]byte, bool) {
	unit := func(dst []byte, u uint16) []byte {
		var b [2]byte
		b[hi], b[lo] = byte(u>>8), byte(u)
		return append(dst, b[0], b[1])
	}
	return func(dst, s []byte) ([]byte, bool) {
		for len(s) > 0 {
			r, n := utf8.DecodeRune(s)
			if r == utf8.RuneError && n == 1 {
				return dst, false
			}
			if r < 0x10000 {
				dst = unit(dst, uint16(r))
			} else {
				a, b := utf16.EncodeRune(r)
				dst = unit(unit(dst, uint16(a)), uint16(b))
			}
			s = s[n:]
		}
		return dst, true
	}
}

func decodeUTF16(lo, hi int) func(dst, s []byte) ([]byte, bool) {
	return func(dst, s []byte) ([]byte, bool) {
		for len(s) >= 2 {
			r := rune(s[hi])<<8 | rune(s[lo])
			s = s[2:]
			if utf16.IsSurrogate(r) {
				if len(s) < 2 {
					return dst, false
				}
				if r = utf16.DecodeRune(r, rune(s[hi])<<8|rune(s[lo])); r == utf8.RuneError {
					return dst, false
				}
				s = s[2:]
			}
			dst = utf8.AppendRune(dst, r)
		}
		return dst, len(s) == 0
	}
}

// decodeMarkedUTF16 reads the byte order mark; without one the high byte comes first.
func decodeMarkedUTF16(dst, s []byte) ([]byte, bool) {
	if len(s) >= 2 && s[0] == 0xFF && s[1] == 0xFE {
		return decodeUTF16(0, 1)(dst, s[2:])
	}
	return decodeUTF16(1, 0)(dst, bytes.TrimPrefix(s, []byte{0xFE, 0xFF}))
}

func appendUTF32(dst, s []byte) ([]byte, bool) {
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		if r == utf8.RuneError && n == 1 {
			return dst, false
		}
		dst = append(dst, byte(r>>24), byte(r>>16), byte(r>>8), byte(r))
		s = s[n:]
	}
	return dst, true
}

func decodeUTF32(dst, s []byte) ([]byte, bool) {
	s = bytes.TrimPrefix(s, []byte{0, 0, 0xFE, 0xFF})
	for len(s) >= 4 {
		r := rune(s[0])<<24 | rune(s[1])<<16 | rune(s[2])<<8 | rune(s[3])
		if !utf8.ValidRune(r) {
			return dst, false
		}
		dst = utf8.AppendRune(dst, r)
		s = s[4:]
	}
	return dst, len(s) == 0
}
