package functions

import (
	"bytes"

	"github.com/sparrow-engine/sparrow/expr"
)

func newSplitPart(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		text, delim, nth := textsOf(k.Args[0]), textsOf(k.Args[1]), columnOf[int32](k.Args[2])
		for i := range live(k) {
			n := int(nth.at(i))
			if n == 0 {
				reject(k, i, s, "INVALID_INDEX_OF_ZERO", "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).")
				continue
			}
			k.Out.SetBytes(i, splitPart(text.at(i), delim.at(i), n))
		}
	}, nil
}

func splitPart(s, delim []byte, n int) []byte {
	if len(delim) == 0 {
		if n == 1 || n == -1 {
			return s
		}
		return nil
	}
	if n < 0 {
		if n += bytes.Count(s, delim) + 2; n <= 0 {
			return nil
		}
	}
	for ; n > 1; n-- {
		at := bytes.Index(s, delim)
		if at < 0 {
			return nil
		}
		s = s[at+len(delim):]
	}
	if at := bytes.Index(s, delim); at >= 0 {
		return s[:at]
	}
	return s
}

func substringIndex(k *expr.KernelCall) {
	text, delim, count := textsOf(k.Args[0]), textsOf(k.Args[1]), columnOf[int32](k.Args[2])
	for i := range live(k) {
		k.Out.SetBytes(i, beforeDelimiter(text.at(i), delim.at(i), int(count.at(i))))
	}
}

func beforeDelimiter(s, delim []byte, n int) []byte {
	if n == 0 || len(delim) == 0 {
		return nil
	}
	if n > 0 {
		at := -1
		for ; n > 0; n-- {
			j := bytes.Index(s[at+1:], delim)
			if j < 0 {
				return s
			}
			at += 1 + j
		}
		return s[:at]
	}
	at := len(s) + 1 - len(delim)
	for ; n < 0; n++ {
		end := at + len(delim) - 1
		if end < 0 {
			return s
		}
		if at = bytes.LastIndex(s[:min(end, len(s))], delim); at < 0 {
			return s
		}
	}
	return s[at+len(delim):]
}
