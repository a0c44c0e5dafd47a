package functions

import (
	"bytes"
	"unicode/utf8"
)

// Characters are counted as Spark does: by the length that each first byte announces; bytes that cannot begin a character count as one.

// charLen is the length of the character that begins with byte c.
func charLen(c byte) int {
	switch {
	case c < 0xC2:
		return 1
	case c < 0xE0:
		return 2
	case c < 0xF0:
		return 3
	case c < 0xF5:
		return 4
	}
	return 1
}

// charCount returns the number of characters of s.
func charCount(s []byte) int {
	n := 0
	for i := 0; i < len(s); n++ {
		i += charLen(s[i])
	}
	return n
}

// isASCII reports whether all bytes are below 0x80.
func isASCII(s []byte) bool {
	for _, c := range s {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// byteOffset returns where the n-th character of s begins, counted from 0; len(s) if there are fewer, 0 for negative n.
func byteOffset(s []byte, n int) int {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		i += charLen(s[i])
	}
	return min(i, len(s))
}

// textPart is SUBSTRING in characters: length characters from pos, counted from 1, or from the end if negative.
func textPart(s []byte, pos, length int) []byte {
	start := 0
	switch {
	case pos > 0:
		start = pos - 1
	case pos < 0:
		start = charCount(s) + pos
	}
	end := start + length
	if end <= start || end <= 0 || start >= len(s) {
		return nil
	}
	start = max(start, 0)
	from := byteOffset(s, start)
	return s[from : from+byteOffset(s[from:], end-start)]
}

// bytePart is SUBSTRING in bytes.
func bytePart(s []byte, pos, length int) []byte {
	start := 0
	switch {
	case pos > 0:
		start = pos - 1
	case pos < 0:
		start = len(s) + pos
	}
	end := min(start+length, len(s))
	start = max(start, 0)
	if start >= end {
		return nil
	}
	return s[start:end]
}

// trimSpaces removes spaces, and only these, at both ends.
func trimSpaces(s []byte) []byte { return trimRightSpaces(trimLeftSpaces(s)) }

func trimLeftSpaces(s []byte) []byte {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	return s
}

func trimRightSpaces(s []byte) []byte {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// trimLeftSet removes leading characters that occur in set.
func trimLeftSet(s, set []byte) []byte {
	for len(s) > 0 {
		n := min(charLen(s[0]), len(s))
		if !bytes.Contains(set, s[:n]) {
			break
		}
		s = s[n:]
	}
	return s
}

// trimRightSet removes trailing characters that occur in set.
func trimRightSet(s, set []byte) []byte {
	for len(s) > 0 {
		_, n := utf8.DecodeLastRune(s)
		if !bytes.Contains(set, s[len(s)-n:]) {
			break
		}
		s = s[:len(s)-n]
	}
	return s
}

func trimSet(s, set []byte) []byte { return trimRightSet(trimLeftSet(s, set), set) }

// appendReversed appends the characters of s from last to first.
func appendReversed(dst, s []byte) []byte {
	for len(s) > 0 {
		_, n := utf8.DecodeLastRune(s)
		dst = append(dst, s[len(s)-n:]...)
		s = s[:len(s)-n]
	}
	return dst
}
