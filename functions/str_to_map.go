package functions

import (
	"bytes"
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// textMaps make maps of text.
func textMaps() []*expr.Func {
	str := types.ClassString
	return []*expr.Func{
		{Name: "str_to_map", Group: mapGroup, Since: "2.0.1", Usage: "str_to_map(text[, pairs[, values]]) - Cuts text into pairs, these into keys and values, by regular expressions; by default commas and colons.",
			Examples: []expr.Example{{SQL: "SELECT str_to_map('a:1,b:2,c:3', ',', ':')", Want: `{"a":"1","b":"2","c":"3"}`}, {SQL: "SELECT str_to_map('a')", Want: `{"a":null}`}},
			Sigs:     []expr.Sig{optional(2, returns(types.MapOf(types.StringType, types.StringType, true), str, str, str))}, Resolve: withDefaults(stringLiteral(","), stringLiteral(":")),
			Fallible: true, New: newStrToMap},
	}
}

// separator finds a regular expression, or plain text if the pattern has no special characters.
type separator struct {
	src   string
	plain []byte
	re    *pattern
}

func (p *separator) compile(src []byte, pos sqlerr.Pos) error {
	if p.src == string(src) && (p.plain != nil || p.re != nil) {
		return nil
	}
	*p = separator{src: string(src)}
	if len(src) > 0 && !strings.ContainsAny(p.src, `\.[]{}()*+-?^$|&`) {
		p.plain = []byte(p.src)
		return nil
	}
	var err error
	if p.re, err = compilePattern(p.src); err != nil {
		return sqlerr.New("INVALID_PARAMETER_VALUE.PATTERN", pos, "The value of parameter(s) `regexp` in `str_to_map` is invalid: '%s'.", p.src)
	}
	return nil
}

// cut returns the text before the first match and that behind it. Matches of no characters are passed over.
func (p *separator) cut(s []byte) (before, after []byte, found bool) {
	if p.plain != nil {
		return bytes.Cut(s, p.plain)
	}
	before = s
	_ = p.re.all(s, func(loc []int) bool { // without an error: a match that takes too long is none
		if loc[1] > loc[0] {
			before, after, found = s[:loc[0]], s[loc[1]:], true
		}
		return !found
	})
	return before, after, found
}

func newStrToMap(spec *expr.Spec) (expr.Kernel, error) {
	w := newMapWriter(spec)
	var pairs, values separator
	var keys, vals columnar.Vector
	return func(k *expr.KernelCall) {
		in, ps, vs := textsOf(k.Args[0]), textsOf(k.Args[1]), textsOf(k.Args[2])
		keys.Reset(types.StringType, columnar.WView, 0)
		vals.Reset(types.StringType, columnar.WView, 0)
		w.begin(k, &keys)
		for i := range live(k) {
			if err := pairs.compile(ps.at(i), spec.Pos); err != nil {
				k.Fatal = err
				return
			}
			if err := values.compile(vs.at(i), spec.Pos); err != nil {
				k.Fatal = err
				return
			}
			ok := true
			for rest, more := in.at(i), true; more && ok; {
				var pair []byte
				pair, rest, more = pairs.cut(rest)
				ok = w.put(k, i, addEntry(&keys, &vals, &values, pair), int32(vals.Len-1))
			}
			if !ok {
				w.drop()
				continue
			}
			w.end(i)
		}
		w.finish(k, &vals)
	}, nil
}

// addEntry appends a key and its value, which is null where there is no separator, and returns their position.
func addEntry(keys, vals *columnar.Vector, p *separator, pair []byte) int32 {
	n := keys.Len
	keys.Grow(n + 1)
	vals.Grow(n + 1)
	key, value, found := p.cut(pair)
	keys.SetBytes(n, key)
	vals.SetBytes(n, value)
	if !found {
		vals.SetNull(n)
	}
	return int32(n)
}
