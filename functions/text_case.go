package functions

import (
	"unicode"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/expr"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// newUpper and newLower map case with Unicode's full mappings (ß becomes SS); text of ASCII alone takes the short way.

func newUpper(*expr.Spec) (expr.Kernel, error) { return caseKernel('a', 'z', cases.Upper), nil }

func newLower(*expr.Spec) (expr.Kernel, error) { return caseKernel('A', 'Z', cases.Lower), nil }

func caseKernel(first, last byte, full func(language.Tag, ...cases.Option) cases.Caser) expr.Kernel {
	return func(k *expr.KernelCall) {
		s := textsOf(k.Args[0])
		var caser *cases.Caser
		for i := range live(k) {
			b := s.at(i)
			if isASCII(b) {
				dst, buf, off := k.Out.Reserve(len(b))
				for j, c := range b {
					if c >= first && c <= last {
						c ^= 0x20
					}
					dst[j] = c
				}
				k.Out.SetReserved(i, len(b), buf, off)
				continue
			}
			if caser == nil {
				c := full(language.Und)
				caser = &c
			}
			k.Out.SetBytes(i, caser.Bytes(b))
		}
	}
}

// appendInitcap makes the first letter of each word, as spaces separate them, upper case and the others lower case.
func appendInitcap(dst, s []byte) []byte {
	fresh := true
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		switch {
		case r == utf8.RuneError && n == 1:
			dst = append(dst, s[0])
		case fresh:
			dst = utf8.AppendRune(dst, unicode.ToTitle(r))
		default:
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
		fresh = r == ' '
		s = s[n:]
	}
	return dst
}
