package functions

import (
	"bytes"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// searchFuncs measure text and look for text in text.
func searchFuncs() []*expr.Func {
	str, either, integer := types.ClassString, types.ClassStringOrBinary, types.ClassInt
	return []*expr.Func{
		{Name: "ascii", Group: stringGroup, Since: "1.5.0", Usage: "ascii(s) - Returns the code point of the first character, 0 for an empty string.",
			Examples: []expr.Example{{SQL: "SELECT ascii('222')", Want: "50"}, {SQL: "SELECT ascii(2)", Want: "50"}},
			Sigs:     []expr.Sig{returns(types.IntType, str)}, New: textMap(firstChar)},
		{Name: "bit_length", Group: stringGroup, Since: "2.3.0", Usage: "bit_length(s) - Returns the number of bits of a string or binary.",
			Examples: []expr.Example{{SQL: "SELECT bit_length('Spark SQL')", Want: "72"}},
			Sigs:     []expr.Sig{returns(types.IntType, either)}, New: textMap(func(s []byte) int32 { return int32(8 * len(s)) })},
		{Name: "octet_length", Group: stringGroup, Since: "2.3.0", Usage: "octet_length(s) - Returns the number of bytes of a string or binary.",
			Examples: []expr.Example{{SQL: "SELECT octet_length('Spark SQL')", Want: "9"}},
			Sigs:     []expr.Sig{returns(types.IntType, either)}, New: textMap(func(s []byte) int32 { return int32(len(s)) })},
		{Name: "length", Aliases: []string{"len", "char_length", "character_length"}, Group: stringGroup, Since: "1.5.0", Usage: "length(s) - Returns the number of characters of a string, spaces included, or of bytes of a binary.",
			Examples: []expr.Example{{SQL: "SELECT length('Spark SQL ')", Want: "10"}, {SQL: "SELECT char_length(x'537061726b2053514c')", Want: "9"}},
			Sigs:     []expr.Sig{returns(types.IntType, either)}, New: newLength},
		{Name: "instr", Group: stringGroup, Since: "1.5.0", Usage: "instr(s, part[, start[, n]]) - Returns the place, from 1, of the first (n-th) occurrence of part at or after start, 0 if there is none. A negative start searches backwards from the end.",
			Examples: []expr.Example{{SQL: "SELECT instr('SparkSQL', 'SQL')", Want: "6"}, {SQL: "SELECT instr('abcabc', 'b', 1, 2)", Want: "5"}}, Fallible: true,
			Sigs: []expr.Sig{optional(2, returns(types.IntType, str, str, integer, integer))}, New: newInstr},
		{Name: "locate", Aliases: []string{"position"}, Group: stringGroup, Since: "1.5.0", Usage: "locate(part, s[, start]) - Returns the place, from 1, of the first occurrence of part in s at or after start, 0 if there is none.",
			Examples: []expr.Example{{SQL: "SELECT locate('bar', 'foobarbar')", Want: "4"}, {SQL: "SELECT locate('bar', 'foobarbar', 5)", Want: "7"}, {SQL: "SELECT POSITION('bar' IN 'foobarbar')", Want: "4"}},
			Sigs:     []expr.Sig{optional(1, returns(types.IntType, str, str, integer))}, Resolve: withDefaults(intLiteral(1)), NullRule: expr.NullCustom, New: kernelOf(locate)},
		{Name: "find_in_set", Group: stringGroup, Since: "1.5.0", Usage: "find_in_set(s, list) - Returns the place, from 1, of s in a list separated by commas; 0 if it is not there or contains a comma.",
			Examples: []expr.Example{{SQL: "SELECT find_in_set('ab','abc,b,ab,c,def')", Want: "3"}},
			Sigs:     []expr.Sig{returns(types.IntType, str, str)}, New: textMap2(findInSet)},
		{Name: "levenshtein", Group: stringGroup, Since: "1.5.0", Usage: "levenshtein(a, b[, limit]) - Returns the edit distance of two strings; -1 if it is above the limit.",
			Examples: []expr.Example{{SQL: "SELECT levenshtein('kitten', 'sitting')", Want: "3"}, {SQL: "SELECT levenshtein('kitten', 'sitting', 2)", Want: "-1"}},
			Sigs:     []expr.Sig{optional(1, returns(types.IntType, str, str, integer))}, New: newLevenshtein},
		{Name: "jaro_winkler_similarity", Group: stringGroup, Since: "4.3.0", Usage: "jaro_winkler_similarity(a, b) - Returns how alike two strings are, from 0.0 to 1.0, by Jaro's measure with Winkler's bonus for a common beginning.",
			Examples: []expr.Example{{SQL: "SELECT jaro_winkler_similarity('kitten', 'sitting')", Want: "0.746031746031746"}},
			Sigs:     []expr.Sig{returns(types.DoubleType, str, str)}, New: newJaroWinkler},
		{Name: "soundex", Group: stringGroup, Since: "1.5.0", Usage: "soundex(s) - Returns the Soundex code of a word: a letter and three digits.",
			Examples: []expr.Example{{SQL: "SELECT soundex('Miller')", Want: "M460"}},
			Sigs:     []expr.Sig{returns(types.StringType, str)}, New: appendMap(appendSoundex)},
		{Name: "luhn_check", Group: stringGroup, Since: "3.5.0", Usage: "luhn_check(digits) - Tells whether a string of digits is valid by the Luhn checksum of card numbers.",
			Examples: []expr.Example{{SQL: "SELECT luhn_check('8112189876')", Want: "true"}, {SQL: "SELECT luhn_check('79927398714')", Want: "false"}},
			Sigs:     []expr.Sig{returns(types.BooleanType, str)}, New: textMap(func(s []byte) uint8 { return boolByte(luhn(s)) })},
	}
}

func firstChar(s []byte) int32 {
	if len(s) == 0 {
		return 0
	}
	r, _ := utf8.DecodeRune(s)
	return r
}

func newLength(s *expr.Spec) (expr.Kernel, error) {
	if s.Args[0].Kind == types.Binary {
		return textMap(func(b []byte) int32 { return int32(len(b)) })(s)
	}
	return textMap(func(b []byte) int32 { return int32(charCount(b)) })(s)
}

func newInstr(s *expr.Spec) (expr.Kernel, error) {
	if len(s.Args) == 2 {
		return textMap2(func(s, p []byte) int32 { return charPlace(s, bytes.Index(s, p)) })(s)
	}
	return func(k *expr.KernelCall) {
		text, sub, start, out := textsOf(k.Args[0]), textsOf(k.Args[1]), columnOf[int32](k.Args[2]), columnar.Values[int32](k.Out)
		for i := range live(k) {
			n := int32(1)
			if len(k.Args) > 3 {
				n = columnar.Values[int32](k.Args[3])[i&formMask(k.Args[3])]
			}
			if n < 1 {
				reject(k, i, s, "INVALID_PARAMETER_VALUE.OCCURRENCE", "The value of parameter(s) `occurrence` in `instr` is invalid: expects a positive integer, but got %d.", n)
				continue
			}
			out[i] = nthPlace(text.at(i), sub.at(i), int(start.at(i)), int(n))
		}
	}, nil
}

// charPlace turns a byte offset into a place in characters, counted from 1; 0 for no place.
func charPlace(s []byte, at int) int32 {
	if at < 0 {
		return 0
	}
	return int32(charCount(s[:at])) + 1
}

// nthPlace searches the n-th occurrence of sub at or after the start-th character, or backwards from the end for a negative start.
func nthPlace(s, sub []byte, start, n int) int32 {
	if start == 0 {
		return 0
	}
	if start > 0 {
		if start > charCount(s)+1 {
			return 0
		}
		for from := byteOffset(s, start-1); ; n-- {
			at := bytes.Index(s[from:], sub)
			switch {
			case at < 0:
				return 0
			case n == 1:
				return charPlace(s, from+at)
			case from+at >= len(s):
				return 0
			}
			from += at + charLen(s[from+at])
		}
	}
	last := charCount(s) + start
	if last < 0 {
		return 0
	}
	for end := min(byteOffset(s, last)+len(sub), len(s)); ; n-- {
		at := bytes.LastIndex(s[:end], sub)
		switch {
		case at < 0:
			return 0
		case n == 1:
			return charPlace(s, at)
		}
		if end = at + len(sub) - 1; end < 0 {
			return 0
		}
	}
}

// locate is null where part or text are, but 0 where the start is null, as in Spark.
func locate(k *expr.KernelCall) {
	sub, text, start, out := textsOf(k.Args[0]), textsOf(k.Args[1]), columnOf[int32](k.Args[2]), columnar.Values[int32](k.Out)
	for i := range each(k) {
		switch {
		case k.Args[2].IsNull(i):
			out[i] = 0
		case k.Args[0].IsNull(i) || k.Args[1].IsNull(i):
			k.Out.SetNull(i)
		default:
			out[i] = placeFrom(sub.at(i), text.at(i), int(start.at(i)))
		}
	}
}

func placeFrom(sub, s []byte, start int) int32 {
	switch {
	case start < 1:
		return 0
	case len(sub) == 0:
		return 1
	}
	from := byteOffset(s, start-1)
	at := bytes.Index(s[from:], sub)
	if at < 0 {
		return 0
	}
	return charPlace(s, from+at)
}

func findInSet(s, list []byte) int32 {
	if bytes.IndexByte(s, ',') >= 0 {
		return 0
	}
	for n := int32(1); ; n++ {
		item, rest, more := bytes.Cut(list, []byte{','})
		if bytes.Equal(item, s) {
			return n
		}
		if !more {
			return 0
		}
		list = rest
	}
}
