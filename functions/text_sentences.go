package functions

import (
	"unicode"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

func sentenceFuncs() []*expr.Func {
	str := types.ClassString
	words := types.ArrayOf(types.ArrayOf(types.StringType, false), false)
	return []*expr.Func{
		{Name: "sentences", Group: stringGroup, Since: "2.0.0", Usage: "sentences(s[, language[, country]]) - Cuts text into sentences and these into words. Sentences end with a full stop, question or exclamation mark before white space; the language is not looked at.",
			Examples: []expr.Example{{SQL: "SELECT sentences('Hi there! Good morning.')", Want: `[["Hi","there"],["Good","morning"]]`}},
			Sigs:     []expr.Sig{optional(2, returns(words, str, str, str))}, Resolve: withDefaults(stringLiteral(""), stringLiteral("")), NullRule: expr.NullCustom, New: newSentences},
		{Name: "shuffle", Group: "array_funcs", Since: "2.4.0", Usage: "shuffle(array[, seed]) - Returns the elements of an array in random order.",
			Examples: []expr.Example{{SQL: "SELECT array_sort(shuffle(array(3, 1, 2)))", Want: "[1,2,3]"}}, Volatile: true,
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassArray, types.ClassBigInt}, Optional: 1}}, Resolve: withSeed(1), New: newShuffle},
	}
}

func newSentences(*expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		text := textsOf(k.Args[0])
		outer := columnar.Values[columnar.Span](k.Out)
		clear(outer)
		lists := k.Out.Children[0]
		for i := range each(k) {
			if k.Args[0].IsNull(i) {
				k.Out.SetNull(i)
				continue
			}
			outer[i].Off = int32(lists.Len)
			b := text.at(i)
			for len(b) > 0 {
				n := sentenceEnd(b)
				if addWords(lists, b[:n]) {
					outer[i].Len++
				}
				b = b[n:]
			}
		}
	}, nil
}

// sentenceEnd returns the length of the first sentence.
func sentenceEnd(b []byte) int {
	ended := false
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == '.' || r == '!' || r == '?' || r == '。' || r == '！' || r == '？':
			ended = true
		case unicode.IsSpace(r) && ended:
			return i
		case r != '"' && r != '\'' && r != ')':
			ended = false
		}
		i += n
	}
	return len(b)
}

// addWords appends the words of a sentence as one list; false if it has none.
func addWords(lists *columnar.Vector, b []byte) bool {
	words := lists.Children[0]
	start := words.Len
	for i := 0; i < len(b); {
		n := wordEnd(b[i:])
		if n == 0 {
			_, n = utf8.DecodeRune(b[i:])
			i += n
			continue
		}
		at := words.Len
		words.Grow(at + 1)
		words.SetBytes(at, b[i:i+n])
		i += n
	}
	if words.Len == start {
		return false
	}
	at := lists.Len
	lists.Grow(at + 1)
	columnar.Values[columnar.Span](lists)[at] = columnar.Span{Off: int32(start), Len: int32(words.Len - start)}
	return true
}

// wordEnd returns the length of the word at the start of b: letters and digits, and single points or apostrophes between them.
func wordEnd(b []byte) int {
	end := 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_':
			end = i + n
		case i != end || end == 0 || r != '\'' && r != '.' && r != '’':
			return end
		}
		i += n
	}
	return end
}

func newShuffle(s *expr.Spec) (expr.Kernel, error) {
	seed, err := seedOf(s, 1)
	var positions []int32
	return func(k *expr.KernelCall) {
		spans, out := columnOf[columnar.Span](k.Args[0]), columnar.Values[columnar.Span](k.Out)
		clear(out)
		positions = positions[:0]
		for i := range live(k) {
			x := newXORShift(seed + int64(k.Morsel)<<40 + k.RowBase + int64(i))
			s := spans.at(i)
			off := len(positions)
			for j := range s.Len {
				positions = append(positions, s.Off+j)
			}
			row := positions[off:]
			for j := len(row) - 1; j > 0; j-- {
				o := int(uint32(x.int())) % (j + 1)
				row[j], row[o] = row[o], row[j]
			}
			out[i] = columnar.Span{Off: int32(off), Len: s.Len}
		}
		takeElements(k.Out, k.Args[0].Children[0], positions)
	}, err
}
