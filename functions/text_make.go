package functions

import (
	"bytes"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// makeFuncs change text and put it together.
func makeFuncs() []*expr.Func {
	str := types.ClassString
	text := []expr.Sig{returns(types.StringType, str)}
	return []*expr.Func{
		{Name: "upper", Aliases: []string{"ucase"}, Group: stringGroup, Since: "1.0.1", Usage: "upper(s) - Returns s in upper case.",
			Examples: []expr.Example{{SQL: "SELECT upper('SparkSql')", Want: "SPARKSQL"}}, Sigs: text, New: newUpper},
		{Name: "lower", Aliases: []string{"lcase"}, Group: stringGroup, Since: "1.0.1", Usage: "lower(s) - Returns s in lower case.",
			Examples: []expr.Example{{SQL: "SELECT lower('SparkSql')", Want: "sparksql"}}, Sigs: text, New: newLower},
		{Name: "initcap", Group: stringGroup, Since: "1.5.0", Usage: "initcap(s) - Returns s with the first letter of each word in upper and all others in lower case; spaces separate words.",
			Examples: []expr.Example{{SQL: "SELECT initcap('sPark sql')", Want: "Spark Sql"}}, Sigs: text, New: appendMap(appendInitcap)},
		{Name: "reverse", Group: "collection_funcs", Since: "1.5.0", Usage: "reverse(s) - Returns the characters of a string, or the elements of an array, from last to first.",
			Examples: []expr.Example{{SQL: "SELECT reverse('Spark SQL')", Want: "LQS krapS"}}, Resolve: resolveReverse, New: newReverse},
		{Name: "concat", Aliases: []string{"||"}, Group: "collection_funcs", Since: "1.5.0", Usage: "concat(a, b, …) - Returns strings, binaries or arrays joined together.",
			Examples: []expr.Example{{SQL: "SELECT concat('Spark', 'SQL')", Want: "SparkSQL"}}, Resolve: resolveConcat, New: newConcat},
		{Name: "concat_ws", Group: stringGroup, Since: "1.5.0", Usage: "concat_ws(separator, s, …) - Returns strings and the elements of string arrays, without nulls, joined by a separator.",
			Examples: []expr.Example{{SQL: "SELECT concat_ws(' ', 'Spark', 'SQL')", Want: "Spark SQL"}, {SQL: "SELECT concat_ws('/', 'foo', null, 'bar')", Want: "foo/bar"}},
			Sigs:     []expr.Sig{{Params: []types.Class{str, types.ClassOneOf(types.ClassArrayOf(str), str)}, Variadic: true, Result: stringResult}}, NullRule: expr.NullCustom, New: newConcatWS},
		{Name: "elt", Group: stringGroup, Since: "2.0.0", Usage: "elt(n, a, b, …) - Returns the n-th of the arguments that follow; n outside is an error.",
			Examples: []expr.Example{{SQL: "SELECT elt(1, 'scala', 'java')", Want: "scala"}}, Resolve: resolveElt, NullRule: expr.NullCustom, AlwaysNull: true, Fallible: true, New: newElt},
		{Name: "replace", Group: stringGroup, Since: "2.3.0", Usage: "replace(s, search[, new]) - Replaces every occurrence of search by new, or removes it.",
			Examples: []expr.Example{{SQL: "SELECT replace('ABCabc', 'abc', 'DEF')", Want: "ABCDEF"}},
			Sigs:     []expr.Sig{optional(1, returns(types.StringType, str, str, str))}, Resolve: withDefaults(stringLiteral("")), New: newReplace},
		{Name: "translate", Group: stringGroup, Since: "1.5.0", Usage: "translate(s, from, to) - Replaces each character that occurs in from by the one at the same place in to, or removes it if to is shorter.",
			Examples: []expr.Example{{SQL: "SELECT translate('AaBbCc', 'abc', '123')", Want: "A1B2C3"}},
			Sigs:     []expr.Sig{returns(types.StringType, str, str, str)}, New: newTranslate},
		{Name: "char", Aliases: []string{"chr"}, Group: stringGroup, Since: "2.3.0", Usage: "char(n) - Returns the character with the code n modulo 256; an empty string for negative n.",
			Examples: []expr.Example{{SQL: "SELECT char(65)", Want: "A"}},
			Sigs:     []expr.Sig{returns(types.StringType, types.ClassBigInt)}, New: kernelOf(char)},
		{Name: "quote", Group: stringGroup, Since: "4.1.0", Usage: "quote(s) - Returns s in single quotes, with those inside escaped by backslashes.",
			Examples: []expr.Example{{SQL: `SELECT quote('Don\'t')`, Want: `'Don\'t'`}}, Sigs: text, New: appendMap(appendQuoted)},
		{Name: "mask", Group: stringGroup, Since: "3.4.0", Usage: "mask(s[, upper[, lower[, digit[, other]]]]) - Replaces upper-case letters by X, lower-case ones by x and digits by n, or by the characters given; NULL keeps characters as they are.",
			Examples: []expr.Example{{SQL: "SELECT mask('abcd-EFGH-8765-4321')", Want: "xxxx-XXXX-nnnn-nnnn"}, {SQL: "SELECT mask('AbCD123-@$#', 'Q', 'q', 'd', 'o')", Want: "QqQQdddoooo"}},
			Sigs:     []expr.Sig{{Params: []types.Class{str, str, str, str, str}, Optional: 4, Names: []string{"str", "upperChar", "lowerChar", "digitChar", "otherChar"}, Result: stringResult}},
			Resolve:  withDefaults(stringLiteral("X"), stringLiteral("x"), stringLiteral("n"), &expr.Literal{T: types.StringType}),
			NullRule: expr.NullCustom, Fallible: true, New: newMask},
		{Name: "is_valid_utf8", Group: stringGroup, Since: "4.0.0", Usage: "is_valid_utf8(s) - Tells whether s is well-formed UTF-8.",
			Examples: []expr.Example{{SQL: "SELECT is_valid_utf8(x'61')", Want: "true"}, {SQL: "SELECT is_valid_utf8(x'80')", Want: "false"}},
			Sigs:     []expr.Sig{returns(types.BooleanType, str)}, New: textMap(func(s []byte) uint8 { return boolByte(utf8.Valid(s)) })},
		{Name: "make_valid_utf8", Group: stringGroup, Since: "4.0.0", Usage: "make_valid_utf8(s) - Returns s with what is not well-formed UTF-8 replaced by the replacement character.",
			Examples: []expr.Example{{SQL: "SELECT make_valid_utf8(x'61')", Want: "a"}}, Sigs: text, New: appendMap(appendValidUTF8)},
		{Name: "validate_utf8", Group: stringGroup, Since: "4.0.0", Usage: "validate_utf8(s) - Returns s if it is well-formed UTF-8, else raises an error.",
			Examples: []expr.Example{{SQL: "SELECT validate_utf8('Spark')", Want: "Spark"}}, Sigs: text, Fallible: true, New: newValidateUTF8},
		{Name: "try_validate_utf8", Group: stringGroup, Since: "4.0.0", Usage: "try_validate_utf8(s) - Returns s if it is well-formed UTF-8, else NULL.",
			Examples: []expr.Example{{SQL: "SELECT try_validate_utf8('Spark')", Want: "Spark"}}, Sigs: text, AlwaysNull: true, New: tolerant(newValidateUTF8)},
		{Name: "collation", Group: stringGroup, Since: "4.0.0", Usage: "collation(s) - Returns the name of the collation of s, which always is UTF8_BINARY.",
			Examples: []expr.Example{{SQL: "SELECT collation('Spark SQL')", Want: "SYSTEM.BUILTIN.UTF8_BINARY"}}, Sigs: text,
			Rewrite: func(c *expr.Call) (expr.Expr, error) { return stringLiteral("SYSTEM.BUILTIN.UTF8_BINARY"), nil }},
		{Name: "collate", Group: stringGroup, Since: "4.0.0", Usage: "collate(s, name) - Marks s with a collation; only UTF8_BINARY exists.",
			Examples: []expr.Example{{SQL: "SELECT collate('Spark SQL', 'UTF8_BINARY')", Want: "Spark SQL"}},
			Sigs:     []expr.Sig{returns(types.StringType, str, str)}, Rewrite: collate},
	}
}

func stringResult([]types.Type) (types.Type, error) { return types.StringType, nil }

func collate(c *expr.Call) (expr.Expr, error) {
	if l := literalOf(c.Args[1]); l != nil {
		if name, _ := l.Value.(string); name != "" && bytes.EqualFold([]byte(name), []byte("UTF8_BINARY")) {
			return c.Args[0], nil
		}
	}
	return nil, sqlerr.Unsupported("COLLATION", c.At, "Collations other than UTF8_BINARY are not supported.")
}

func newReplace(*expr.Spec) (expr.Kernel, error) {
	var buf []byte
	return func(k *expr.KernelCall) {
		text, search, with := textsOf(k.Args[0]), textsOf(k.Args[1]), textsOf(k.Args[2])
		for i := range live(k) {
			b, old, w := text.at(i), search.at(i), with.at(i)
			at := -1
			if len(old) > 0 {
				at = bytes.Index(b, old)
			}
			if at < 0 {
				k.Out.SetBytes(i, b)
				continue
			}
			buf = buf[:0]
			for ; at >= 0; at = bytes.Index(b, old) {
				buf = append(append(buf, b[:at]...), w...)
				b = b[at+len(old):]
			}
			buf = append(buf, b...)
			k.Out.SetBytes(i, buf)
		}
	}, nil
}

// translation is the table of one pair of texts; -1 removes a character.
type translation struct {
	from, to string
	ready    bool
	ascii    [utf8.RuneSelf]rune
	other    map[rune]rune
}

func (t *translation) load(from, to []byte) {
	if t.ready && t.from == string(from) && t.to == string(to) {
		return
	}
	t.from, t.to, t.ready, t.other = string(from), string(to), true, map[rune]rune{}
	for i := range t.ascii {
		t.ascii[i] = rune(i)
	}
	targets := []rune(t.to)
	seen := map[rune]bool{}
	for i, r := range []rune(t.from) {
		if seen[r] {
			continue // the first one counts
		}
		seen[r] = true
		x := rune(-1)
		if i < len(targets) {
			x = targets[i]
		}
		if r < utf8.RuneSelf {
			t.ascii[r] = x
		} else {
			t.other[r] = x
		}
	}
}

func (t *translation) apply(dst, s []byte) []byte {
	for len(s) > 0 {
		r, n := rune(s[0]), 1
		if r < utf8.RuneSelf {
			r = t.ascii[r]
		} else {
			r, n = utf8.DecodeRune(s)
			x, ok := t.other[r]
			if !ok {
				dst = append(dst, s[:n]...)
				s = s[n:]
				continue
			}
			r = x
		}
		if r >= 0 {
			dst = utf8.AppendRune(dst, r)
		}
		s = s[n:]
	}
	return dst
}

func newTranslate(*expr.Spec) (expr.Kernel, error) {
	table := &translation{}
	var buf []byte
	return func(k *expr.KernelCall) {
		text, from, to := textsOf(k.Args[0]), textsOf(k.Args[1]), textsOf(k.Args[2])
		for i := range live(k) {
			table.load(from.at(i), to.at(i))
			buf = table.apply(buf[:0], text.at(i))
			k.Out.SetBytes(i, buf)
		}
	}, nil
}

func char(k *expr.KernelCall) {
	code := columnOf[int64](k.Args[0])
	var buf [utf8.UTFMax]byte
	for i := range live(k) {
		n := code.at(i)
		if n < 0 {
			k.Out.SetBytes(i, nil)
			continue
		}
		k.Out.SetBytes(i, utf8.AppendRune(buf[:0], rune(n&0xFF)))
	}
}

func appendQuoted(dst, s []byte) []byte {
	dst = append(dst, '\'')
	for _, c := range s {
		if c == '\'' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '\'')
}
