package functions

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/expr"
)

// newMask replaces characters by class. The replacements are single characters or null.
func newMask(s *expr.Spec) (expr.Kernel, error) {
	var buf []byte
	return func(k *expr.KernelCall) {
		for i := range each(k) {
			if k.Args[0].IsNull(i) {
				k.Out.SetNull(i)
				continue
			}
			var with [4][]byte // upper, lower, digit, other; nil keeps
			ok := true
			for j := range with {
				a := k.Args[j+1]
				if a.IsNull(i) {
					continue
				}
				with[j] = a.Bytes(i)
				ok = ok && charCount(with[j]) == 1
			}
			if !ok {
				reject(k, i, s, "DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE", "Cannot resolve \"mask\" due to data type mismatch: Length of a replacement should be 1.")
				continue
			}
			buf = appendMasked(buf[:0], k.Args[0].Bytes(i), &with)
			k.Out.SetBytes(i, buf)
		}
	}, nil
}

func appendMasked(dst, s []byte, with *[4][]byte) []byte {
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		class := 3
		switch {
		case unicode.IsUpper(r):
			class = 0
		case unicode.IsLower(r):
			class = 1
		case unicode.IsDigit(r):
			class = 2
		}
		if w := with[class]; w != nil {
			dst = append(dst, w...)
		} else {
			dst = append(dst, s[:n]...)
		}
		s = s[n:]
	}
	return dst
}

func appendValidUTF8(dst, s []byte) []byte {
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		if r == utf8.RuneError && n == 1 {
			n = malformed(s)
		}
		dst = utf8.AppendRune(dst, r)
		s = s[n:]
	}
	return dst
}

// malformed returns how many bytes at the start of s one replacement character stands for: the longest beginning of a character (Unicode's
// "substitution of maximal subparts").
func malformed(s []byte) int {
	want := charLen(s[0])
	for n := 1; n < want && n < len(s); n++ {
		if s[n]&0xC0 != 0x80 || n == 1 && !secondByte(s[0], s[1]) {
			return n
		}
	}
	return min(want, len(s))
}

// secondByte reports whether b may follow the first byte of a character of three or four bytes.
func secondByte(a, b byte) bool {
	switch a {
	case 0xE0:
		return b >= 0xA0
	case 0xED:
		return b < 0xA0
	case 0xF0:
		return b >= 0x90
	case 0xF4:
		return b < 0x90
	}
	return true
}

func newValidateUTF8(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		text := textsOf(k.Args[0])
		for i := range live(k) {
			b := text.at(i)
			if !utf8.Valid(b) {
				reject(k, i, s, "INVALID_UTF8_STRING", "Invalid UTF8 byte sequence found in string: %s.", escapeInvalid(b))
				continue
			}
			k.Out.SetBytes(i, b)
		}
	}, nil
}

// escapeInvalid shows bytes that are no text as \x80.
func escapeInvalid(b []byte) string {
	out := ""
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			out += fmt.Sprintf("\\x%02X", b[0])
		} else {
			out += string(b[:n])
		}
		b = b[n:]
	}
	return out
}
