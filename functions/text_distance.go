package functions

import (
	"unicode"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
)

func newLevenshtein(s *expr.Spec) (expr.Kernel, error) {
	var a, b []rune
	var row []int32
	return func(k *expr.KernelCall) {
		x, y, out := textsOf(k.Args[0]), textsOf(k.Args[1]), columnar.Values[int32](k.Out)
		for i := range live(k) {
			a, b = appendRunes(a[:0], x.at(i)), appendRunes(b[:0], y.at(i))
			var d int32
			d, row = editDistance(a, b, row)
			if len(k.Args) > 2 && d > columnar.Values[int32](k.Args[2])[i&formMask(k.Args[2])] {
				d = -1
			}
			out[i] = d
		}
	}, nil
}

func appendRunes(dst []rune, s []byte) []rune {
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		dst = append(dst, r)
		s = s[n:]
	}
	return dst
}

// editDistance is Wagner and Fischer's algorithm with one row, which it returns for reuse.
func editDistance(a, b []rune, row []int32) (int32, []int32) {
	row = row[:0]
	for j := range len(b) + 1 {
		row = append(row, int32(j))
	}
	for i, x := range a {
		diag := row[0]
		row[0] = int32(i + 1)
		for j, y := range b {
			cost := diag
			if x != y {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, diag+1, row[j]+1)
		}
	}
	return row[len(b)], row
}

func newJaroWinkler(*expr.Spec) (expr.Kernel, error) {
	var a, b []rune
	var used []bool
	return func(k *expr.KernelCall) {
		x, y, out := textsOf(k.Args[0]), textsOf(k.Args[1]), columnar.Values[float64](k.Out)
		for i := range live(k) {
			a, b = appendRunes(a[:0], x.at(i)), appendRunes(b[:0], y.at(i))
			used = append(used[:0], make([]bool, len(a)+len(b))...)
			out[i] = jaroWinkler(a, b, used[:len(a)], used[len(a):])
		}
	}, nil
}

// jaroWinkler takes a common prefix of up to four characters into account at a weight of 0.1. Two empty strings are equal.
func jaroWinkler(a, b []rune, usedA, usedB []bool) float64 {
	if len(a) == 0 && len(b) == 0 {
		return 1
	}
	reach := max(max(len(a), len(b))/2-1, 0)
	matches := 0
	for i, x := range a {
		for j := max(0, i-reach); j < min(len(b), i+reach+1); j++ {
			if !usedB[j] && b[j] == x {
				usedA[i], usedB[j] = true, true
				matches++
				break
			}
		}
	}
	if matches == 0 {
		return 0
	}
	swapped, j := 0, 0
	for i, x := range a {
		if !usedA[i] {
			continue
		}
		for !usedB[j] {
			j++
		}
		if b[j] != x {
			swapped++
		}
		j++
	}
	m := float64(matches)
	jaro := (m/float64(len(a)) + m/float64(len(b)) + (m-float64(swapped/2))/m) / 3
	prefix := 0
	for prefix < min(4, len(a), len(b)) && a[prefix] == b[prefix] {
		prefix++
	}
	return jaro + 0.1*float64(prefix)*(1-jaro)
}

// appendSoundex follows Spark's UTF8String: text that does not begin with a letter is returned as it is.
func appendSoundex(dst, s []byte) []byte {
	if len(s) == 0 || !unicode.IsLetter(rune(s[0])) || s[0] >= utf8.RuneSelf {
		return append(dst, s...)
	}
	first := s[0] &^ 0x20
	code := [4]byte{first, '0', '0', '0'}
	last, n := soundexDigit(first), 1
	for _, c := range s[1:] {
		d := soundexDigit(c &^ 0x20)
		switch d {
		case '7':
			continue // H and W: the letters on both sides count as neighbours
		case '0':
			last = d
			continue
		}
		if d == last {
			continue
		}
		code[n], last = d, d
		if n++; n == 4 {
			break
		}
	}
	return append(dst, code[:]...)
}

func soundexDigit(c byte) byte {
	if c < 'A' || c > 'Z' {
		return '0'
	}
	return "01230127022455012623017202"[c-'A']
}

// luhn sums the digits from the right, every second one doubled.
func luhn(s []byte) bool {
	sum := 0
	for i := range s {
		c := s[len(s)-1-i]
		if c < '0' || c > '9' {
			return false
		}
		d := int(c - '0')
		if i&1 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return len(s) > 0 && sum%10 == 0
}
