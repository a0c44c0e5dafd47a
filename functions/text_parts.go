package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

const stringGroup = "string_funcs"

// sameText is a signature whose result is string or binary as the first parameter is.
func sameText(params ...types.Class) expr.Sig {
	return expr.Sig{Params: params, Result: func(args []types.Type) (types.Type, error) {
		if args[0].Kind == types.Binary {
			return types.BinaryType, nil
		}
		return types.StringType, nil
	}}
}

// binaryOnly takes binary, and NULL as binary, and casts nothing else.
var binaryOnly = types.Class{Name: "BINARY", Accept: func(t types.Type, _, _ bool) (types.Type, bool) { return t, t.Kind == types.Binary }}

// partFuncs take parts out of text or put parts in.
func partFuncs() []*expr.Func {
	str, bin, either, integer := types.ClassString, binaryOnly, types.ClassStringOrBinary, types.ClassInt
	return []*expr.Func{
		{Name: "substring", Aliases: []string{"substr"}, Group: stringGroup, Since: "1.5.0",
			Usage:    "substring(s, pos[, len]) - Returns the part of a string (in characters) or binary (in bytes) that begins at pos, counted from 1 or, if negative, from the end.",
			Examples: []expr.Example{{SQL: "SELECT substring('Spark SQL', 5)", Want: "k SQL"}, {SQL: "SELECT substring('Spark SQL', -3)", Want: "SQL"}, {SQL: "SELECT substring('Spark SQL' FROM 5 FOR 1)", Want: "k"}},
			Sigs:     []expr.Sig{optional(1, sameText(either, integer, integer))}, Resolve: withDefaults(intLiteral(math.MaxInt32)), New: newSubstring},
		{Name: "left", Group: stringGroup, Since: "2.3.0", Usage: "left(s, n) - Returns the first n characters of a string, or bytes of a binary.",
			Examples: []expr.Example{{SQL: "SELECT left('Spark SQL', 3)", Want: "Spa"}},
			Sigs:     []expr.Sig{sameText(either, integer)}, New: newLeft},
		{Name: "right", Group: stringGroup, Since: "2.3.0", Usage: "right(s, n) - Returns the last n characters of a string.",
			Examples: []expr.Example{{SQL: "SELECT right('Spark SQL', 3)", Want: "SQL"}},
			Sigs:     []expr.Sig{returns(types.StringType, str, integer)}, New: kernelOf(right)},
		{Name: "trim", Group: stringGroup, Since: "1.5.0", Usage: "trim([[BOTH | LEADING | TRAILING] [chars] FROM] s) - Removes spaces, or the characters given, at both ends or at one.",
			Examples: []expr.Example{{SQL: "SELECT trim('    SparkSQL   ')", Want: "SparkSQL"}, {SQL: "SELECT trim(BOTH 'SL' FROM 'SSparkSQLS')", Want: "parkSQ"}},
			Sigs:     []expr.Sig{returns(types.StringType, str), returns(types.StringType, str, str)}, New: newTrim(trimSpaces, trimSet, 0)},
		{Name: "ltrim", Group: stringGroup, Since: "1.5.0", Usage: "ltrim([chars,] s) - Removes leading spaces, or characters that occur in chars.",
			Examples: []expr.Example{{SQL: "SELECT ltrim('    SparkSQL   ')", Want: "SparkSQL   "}},
			Sigs:     []expr.Sig{returns(types.StringType, str), returns(types.StringType, str, str)}, New: newTrim(trimLeftSpaces, trimLeftSet, 0)},
		{Name: "rtrim", Group: stringGroup, Since: "1.5.0", Usage: "rtrim([chars,] s) - Removes trailing spaces, or characters that occur in chars.",
			Examples: []expr.Example{{SQL: "SELECT rtrim('    SparkSQL   ')", Want: "    SparkSQL"}},
			Sigs:     []expr.Sig{returns(types.StringType, str), returns(types.StringType, str, str)}, New: newTrim(trimRightSpaces, trimRightSet, 0)},
		{Name: "btrim", Group: stringGroup, Since: "3.2.0", Usage: "btrim(s[, chars]) - Removes spaces, or characters that occur in chars, at both ends of a string or binary.",
			Examples: []expr.Example{{SQL: "SELECT btrim('    SparkSQL   ')", Want: "SparkSQL"}, {SQL: "SELECT btrim('SSparkSQLS', 'SL')", Want: "parkSQ"}},
			Sigs:     []expr.Sig{returns(types.StringType, str), returns(types.StringType, str, str)}, New: newTrim(trimSpaces, trimSet, 1)},
		{Name: "lpad", Group: stringGroup, Since: "1.5.0", Usage: "lpad(s, n[, pad]) - Fills a string or binary on the left to a length of n with pad (spaces, zero bytes), or cuts it to n.",
			Examples: []expr.Example{{SQL: "SELECT lpad('hi', 5, '??')", Want: "???hi"}, {SQL: "SELECT lpad('hi', 1, '??')", Want: "h"}, {SQL: "SELECT hex(lpad(unhex('aabb'), 5))", Want: "000000AABB"}},
			Sigs:     padSigs(), Resolve: resolvePad, Fallible: true, New: newPad(true)},
		{Name: "rpad", Group: stringGroup, Since: "1.5.0", Usage: "rpad(s, n[, pad]) - Fills a string or binary on the right to a length of n with pad (spaces, zero bytes), or cuts it to n.",
			Examples: []expr.Example{{SQL: "SELECT rpad('hi', 5, '??')", Want: "hi???"}, {SQL: "SELECT rpad('hi', 1, '??')", Want: "h"}},
			Sigs:     padSigs(), Resolve: resolvePad, Fallible: true, New: newPad(false)},
		{Name: "overlay", Group: stringGroup, Since: "3.0.0", Usage: "overlay(s PLACING new FROM pos [FOR len]) - Replaces len characters (as many as new has) of s from pos on by new; binaries count in bytes.",
			Examples: []expr.Example{{SQL: "SELECT overlay('Spark SQL' PLACING 'CORE' FROM 7)", Want: "Spark CORE"}, {SQL: "SELECT overlay('Spark SQL' PLACING 'tructured' FROM 2 FOR 4)", Want: "Structured SQL"}},
			Sigs:     []expr.Sig{optional(1, sameText(bin, bin, integer, integer)), optional(1, returns(types.StringType, str, str, integer, integer))}, Resolve: withDefaults(intLiteral(-1)), New: newOverlay},
		{Name: "repeat", Group: stringGroup, Since: "1.5.0", Usage: "repeat(s, n) - Returns s n times in a row.",
			Examples: []expr.Example{{SQL: "SELECT repeat('123', 2)", Want: "123123"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.StringType, str, integer)}, New: newRepeat},
		{Name: "space", Group: stringGroup, Since: "1.5.0", Usage: "space(n) - Returns n spaces.",
			Examples: []expr.Example{{SQL: "SELECT concat(space(2), '1')", Want: "  1"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.StringType, integer)}, New: newSpace},
		{Name: "split_part", Group: stringGroup, Since: "3.3.0", Usage: "split_part(s, delimiter, n) - Returns the n-th part of s between delimiters, counted from the end if n is negative; empty if there are fewer.",
			Examples: []expr.Example{{SQL: "SELECT split_part('11.12.13', '.', 3)", Want: "13"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.StringType, str, str, integer)}, New: newSplitPart},
		{Name: "substring_index", Group: stringGroup, Since: "1.5.0", Usage: "substring_index(s, delimiter, n) - Returns what is before the n-th delimiter or, for negative n, after the n-th from the end.",
			Examples: []expr.Example{{SQL: "SELECT substring_index('www.apache.org', '.', 2)", Want: "www.apache"}},
			Sigs:     []expr.Sig{returns(types.StringType, str, str, integer)}, New: kernelOf(substringIndex)},
	}
}

// part chooses between characters and bytes.
func part(t types.Type) func(s []byte, pos, length int) []byte {
	if t.Kind == types.Binary {
		return bytePart
	}
	return textPart
}

func newSubstring(s *expr.Spec) (expr.Kernel, error) {
	cut, binary := part(s.Args[0]), s.Args[0].Kind == types.Binary
	return func(k *expr.KernelCall) {
		text, pos, length := textsOf(k.Args[0]), columnOf[int32](k.Args[1]), columnOf[int32](k.Args[2])
		out := columnar.Values[columnar.View](k.Out)
		for i := range live(k) {
			p, n := pos.at(i), length.at(i)
			if p == 0 || p == 1 {
				if head, ok := headView(text.view(i), n, binary); ok {
					out[i] = head
					continue
				}
			}
			k.Out.SetBytes(i, cut(text.at(i), int(p), int(n)))
		}
	}, nil
}

func newLeft(s *expr.Spec) (expr.Kernel, error) {
	cut, binary := part(s.Args[0]), s.Args[0].Kind == types.Binary
	return func(k *expr.KernelCall) {
		text, length := textsOf(k.Args[0]), columnOf[int32](k.Args[1])
		out := columnar.Values[columnar.View](k.Out)
		for i := range live(k) {
			n := length.at(i)
			if head, ok := headView(text.view(i), n, binary); ok {
				out[i] = head
				continue
			}
			k.Out.SetBytes(i, cut(text.at(i), 1, int(n)))
		}
	}, nil
}

// headView returns the first n characters, or bytes of a binary, of a value if its view tells them: up to four, which are ASCII or all there
// is. The value's bytes are not looked at, which for long values lie elsewhere.
func headView(x *columnar.View, n int32, binary bool) (columnar.View, bool) {
	if n < 0 || n > 4 {
		return columnar.View{}, false
	}
	if x.Len <= uint32(n) {
		return *x, true
	}
	prefix := x.Prefix & (1<<(8*uint32(n)) - 1)
	return columnar.View{Len: uint32(n), Prefix: prefix}, binary || prefix&0x80808080 == 0
}

func right(k *expr.KernelCall) {
	text, n := textsOf(k.Args[0]), columnOf[int32](k.Args[1])
	for i := range live(k) {
		var b []byte
		if c := n.at(i); c > 0 {
			b = textPart(text.at(i), -int(c), math.MaxInt32)
		}
		k.Out.SetBytes(i, b)
	}
}

// newTrim makes the trim functions; text says which of two arguments is trimmed when both are given, 0 the second (Spark's order for trim).
func newTrim(spaces func([]byte) []byte, chars func(s, set []byte) []byte, order int) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		if len(s.Args) == 1 {
			return sliceMap(spaces)(s)
		}
		return func(k *expr.KernelCall) {
			text, set := textsOf(k.Args[1-order]), textsOf(k.Args[order])
			for i := range live(k) {
				k.Out.SetBytes(i, chars(text.at(i), set.at(i)))
			}
		}, nil
	}
}

func padSigs() []expr.Sig {
	return []expr.Sig{optional(1, sameText(binaryOnly, types.ClassInt, binaryOnly)), optional(1, returns(types.StringType, types.ClassString, types.ClassInt, types.ClassString))}
}

// resolvePad fills in the pad: a space, or a zero byte for a binary.
func resolvePad(c *expr.Resolving) (*expr.Resolution, error) {
	pad := stringLiteral(" ")
	if len(c.Args) > 0 && c.Args[0].Type().Kind == types.Binary {
		pad = &expr.Literal{Value: []byte{0}, T: types.BinaryType}
	}
	return withDefaults(pad)(c)
}

func newPad(left bool) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		count, offset := charCount, byteOffset
		if s.Result.Kind == types.Binary {
			count, offset = func(b []byte) int { return len(b) }, func(b []byte, n int) int { return min(max(n, 0), len(b)) }
		}
		var buf []byte
		return func(k *expr.KernelCall) {
			text, length, pads := textsOf(k.Args[0]), columnOf[int32](k.Args[1]), textsOf(k.Args[2])
			for i := range live(k) {
				b, n, pad := text.at(i), int(length.at(i)), pads.at(i)
				missing := n - count(b)
				if missing <= 0 || len(pad) == 0 {
					k.Out.SetBytes(i, b[:offset(b, n)])
					continue
				}
				unit := count(pad)
				if tooLong(k, i, s, len(b)+(missing/unit+1)*len(pad)) {
					continue
				}
				buf = buf[:0]
				if !left {
					buf = append(buf, b...)
				}
				for ; missing >= unit; missing -= unit {
					buf = append(buf, pad...)
				}
				buf = append(buf, pad[:offset(pad, missing)]...)
				if left {
					buf = append(buf, b...)
				}
				k.Out.SetBytes(i, buf)
			}
		}, nil
	}
}

// maxText is the longest string a function makes: what one row may reasonably hold in memory (Java's arrays end at the same place).
const maxText = 1<<31 - 16

// tooLong fails a row whose result would need n bytes and more than is allowed.
func tooLong(k *expr.KernelCall, i int, s *expr.Spec, n int) bool {
	if n <= maxText {
		return false
	}
	reject(k, i, s, "EXCEED_LIMIT_LENGTH", "Exceeds the length limitation of a string: %d.", maxText)
	return true
}

func newOverlay(s *expr.Spec) (expr.Kernel, error) {
	cut, count := part(s.Result), charCount
	if s.Result.Kind == types.Binary {
		count = func(b []byte) int { return len(b) }
	}
	var buf []byte
	return func(k *expr.KernelCall) {
		text, with, pos, length := textsOf(k.Args[0]), textsOf(k.Args[1]), columnOf[int32](k.Args[2]), columnOf[int32](k.Args[3])
		for i := range live(k) {
			b, w, p, n := text.at(i), with.at(i), int(pos.at(i)), int(length.at(i))
			if n < 0 {
				n = count(w)
			}
			buf = append(buf[:0], cut(b, 1, p-1)...)
			buf = append(buf, w...)
			buf = append(buf, cut(b, p+n, math.MaxInt32)...)
			k.Out.SetBytes(i, buf)
		}
	}, nil
}

func newRepeat(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		text, times := textsOf(k.Args[0]), columnOf[int32](k.Args[1])
		for i := range live(k) {
			b, n := text.at(i), max(int(times.at(i)), 0)
			if !tooLong(k, i, s, len(b)*n) {
				fillRow(k.Out, i, b, n)
			}
		}
	}, nil
}

func newSpace(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		n := columnOf[int32](k.Args[0])
		for i := range live(k) {
			fillRow(k.Out, i, []byte{' '}, max(int(n.at(i)), 0))
		}
	}, nil
}

// fillRow stores n repetitions of b, doubling what is there.
func fillRow(out *columnar.Vector, i int, b []byte, n int) {
	size := len(b) * n
	dst, buf, off := out.Reserve(size)
	if size > 0 {
		for at := copy(dst, b); at < size; at *= 2 {
			copy(dst[at:], dst[:at])
		}
	}
	out.SetReserved(i, size, buf, off)
}
