package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

func regexpFuncs() []*expr.Func {
	str, integer := types.ClassString, types.ClassInt
	list := types.ArrayOf(types.StringType, true)
	return []*expr.Func{
		{Name: "rlike", Aliases: []string{"regexp", "regexp_like"}, Group: "predicate_funcs", Since: "1.0.0", Usage: "rlike(s, pattern) - Tells whether the regular expression matches any part of s. The syntax is Java's.",
			Examples: []expr.Example{{SQL: `SELECT rlike('1a 2b 14m', r'\d+b')`, Want: "true"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.BooleanType, str, str)}, New: newRLike},
		{Name: "regexp_count", Group: stringGroup, Since: "3.4.0", Usage: "regexp_count(s, pattern) - Returns how often the pattern matches.",
			Examples: []expr.Example{{SQL: "SELECT regexp_count('Steven Jones and Stephen Smith are the best players', 'Ste(v|ph)en')", Want: "2"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.IntType, str, str)}, New: newRegexpCount},
		{Name: "regexp_extract", Group: stringGroup, Since: "1.5.0", Usage: "regexp_extract(s, pattern[, group]) - Returns what the group (1 if not given, 0 for all) of the first match matched; empty if there is none.",
			Examples: []expr.Example{{SQL: `SELECT regexp_extract('100-200', r'(\d+)-(\d+)', 1)`, Want: "100"}}, Fallible: true,
			Sigs: []expr.Sig{optional(1, returns(types.StringType, str, str, integer))}, Resolve: withDefaults(intLiteral(1)), New: newRegexpExtract},
		{Name: "regexp_extract_all", Group: stringGroup, Since: "3.1.0", Usage: "regexp_extract_all(s, pattern[, group]) - Returns what the group (1 if not given, 0 for all) of every match matched.",
			Examples: []expr.Example{{SQL: `SELECT regexp_extract_all('100-200, 300-400', r'(\d+)-(\d+)', 1)`, Want: `["100","300"]`}}, Fallible: true,
			Sigs: []expr.Sig{optional(1, returns(list, str, str, integer))}, Resolve: withDefaults(intLiteral(1)), New: newRegexpExtractAll},
		{Name: "regexp_instr", Group: stringGroup, Since: "3.4.0", Usage: "regexp_instr(s, pattern[, group]) - Returns the place, from 1, of the first match; 0 if there is none.",
			Examples: []expr.Example{{SQL: "SELECT regexp_instr('user@spark.apache.org', '@[^.]*')", Want: "5"}}, Fallible: true,
			Sigs: []expr.Sig{optional(1, returns(types.IntType, str, str, integer))}, Resolve: withDefaults(intLiteral(0)), New: newRegexpInstr},
		{Name: "regexp_replace", Group: stringGroup, Since: "1.5.0", Usage: "regexp_replace(s, pattern, new[, from]) - Replaces every match, from a position on, by text in which $1 stands for the first group.",
			Examples: []expr.Example{{SQL: `SELECT regexp_replace('100-200', r'(\d+)', 'num')`, Want: "num-num"}}, Fallible: true,
			Sigs: []expr.Sig{optional(1, returns(types.StringType, str, str, str, integer))}, Resolve: resolveRegexpReplace, New: newRegexpReplace},
		{Name: "regexp_substr", Group: stringGroup, Since: "3.4.0", Usage: "regexp_substr(s, pattern) - Returns the first match, NULL if there is none.",
			Examples: []expr.Example{{SQL: "SELECT regexp_substr('Steven Jones and Stephen Smith are the best players', 'Ste(v|ph)en')", Want: "Steven"}}, AlwaysNull: true, Fallible: true,
			Sigs: []expr.Sig{returns(types.StringType, str, str)}, New: newRegexpSubstr},
		{Name: "split", Group: stringGroup, Since: "1.5.0", Usage: "split(s, pattern[, limit]) - Returns the parts of s between matches of the pattern, at most limit of them if it is positive.",
			Examples: []expr.Example{{SQL: "SELECT split('oneAtwoBthreeC', '[ABC]')", Want: `["one","two","three",""]`}, {SQL: "SELECT split('oneAtwoBthreeC', '[ABC]', 2)", Want: `["one","twoBthreeC"]`}}, Fallible: true,
			Sigs: []expr.Sig{optional(1, returns(types.ArrayOf(types.StringType, false), str, str, integer))}, Resolve: withDefaults(intLiteral(-1)), New: newSplit},
	}
}

// onMatches makes a kernel from what it does with one text and its pattern.
func onMatches(name string, f func(k *expr.KernelCall, i int, s []byte, p *pattern) error) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		c := &patterns{name: name, s: s}
		return func(k *expr.KernelCall) {
			text, source := textsOf(k.Args[0]), textsOf(k.Args[1])
			for i := range live(k) {
				if p := c.get(k, i, source.at(i)); p != nil {
					if err := f(k, i, text.at(i), p); err != nil {
						c.timeout(k, i, err)
					}
				}
			}
		}, nil
	}
}

func newRLike(s *expr.Spec) (expr.Kernel, error) {
	return onMatches("rlike", func(k *expr.KernelCall, i int, s []byte, p *pattern) error {
		ok, err := p.matches(s)
		columnar.Values[uint8](k.Out)[i] = boolByte(ok)
		return err
	})(s)
}

func newRegexpCount(s *expr.Spec) (expr.Kernel, error) {
	return onMatches("regexp_count", func(k *expr.KernelCall, i int, s []byte, p *pattern) error {
		n := int32(0)
		err := p.all(s, func([]int) bool { n++; return true })
		columnar.Values[int32](k.Out)[i] = n
		return err
	})(s)
}

func newRegexpInstr(s *expr.Spec) (expr.Kernel, error) {
	return onMatches("regexp_instr", func(k *expr.KernelCall, i int, s []byte, p *pattern) error {
		loc, err := p.first(s)
		at := int32(0)
		if loc != nil {
			at = charPlace(s, loc[0])
		}
		columnar.Values[int32](k.Out)[i] = at
		return err
	})(s)
}

func newRegexpSubstr(s *expr.Spec) (expr.Kernel, error) {
	return onMatches("regexp_substr", func(k *expr.KernelCall, i int, s []byte, p *pattern) error {
		loc, err := p.first(s)
		if loc == nil || loc[0] == loc[1] {
			k.Out.SetNull(i)
			return err
		}
		k.Out.SetBytes(i, s[loc[0]:loc[1]])
		return err
	})(s)
}

// groupIndex returns the group argument of row i; ok is false after failing the row if the pattern has no such group.
func groupIndex(k *expr.KernelCall, i int, s *expr.Spec, name string, p *pattern) (g int, ok bool) {
	g = int(integerAt(k.Args[2], i))
	if g < 0 || g > p.groups {
		reject(k, i, s, "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", "The value of parameter(s) `idx` in `%s` is invalid: Expects group index between 0 and %d, but got %d.", name, p.groups, g)
		return g, false
	}
	return g, true
}

// groupText returns what group g matched, nothing if it took no part.
func groupText(s []byte, loc []int, g int) []byte {
	if 2*g+1 >= len(loc) || loc[2*g] < 0 {
		return nil
	}
	return s[loc[2*g]:loc[2*g+1]]
}

func newRegexpExtract(s *expr.Spec) (expr.Kernel, error) {
	return onMatches("regexp_extract", func(k *expr.KernelCall, i int, text []byte, p *pattern) error {
		g, ok := groupIndex(k, i, s, "regexp_extract", p)
		if !ok {
			return nil
		}
		loc, err := p.first(text)
		k.Out.SetBytes(i, groupText(text, loc, g))
		return err
	})(s)
}

// textList fills rows of an array of strings.
type textList struct {
	spans []columnar.Span
	child *columnar.Vector
}

func newTextList(out *columnar.Vector) textList {
	spans := columnar.Values[columnar.Span](out)
	clear(spans)
	return textList{spans, out.Children[0]}
}

func (l *textList) begin(i int) { l.spans[i] = columnar.Span{Off: int32(l.child.Len)} }

func (l *textList) add(i int, b []byte) {
	n := l.child.Len
	l.child.Grow(n + 1)
	l.child.SetBytes(n, b)
	l.spans[i].Len++
}

func newRegexpExtractAll(s *expr.Spec) (expr.Kernel, error) {
	var list textList
	inner, err := onMatches("regexp_extract_all", func(k *expr.KernelCall, i int, text []byte, p *pattern) error {
		g, ok := groupIndex(k, i, s, "regexp_extract_all", p)
		if !ok {
			return nil
		}
		list.begin(i)
		return p.all(text, func(loc []int) bool {
			list.add(i, groupText(text, loc, g))
			return true
		})
	})(s)
	return func(k *expr.KernelCall) {
		list = newTextList(k.Out)
		inner(k)
	}, err
}

func newSplit(s *expr.Spec) (expr.Kernel, error) {
	c := &patterns{name: "split", s: s}
	return func(k *expr.KernelCall) {
		text, source, limits := textsOf(k.Args[0]), textsOf(k.Args[1]), columnOf[int32](k.Args[2])
		list := newTextList(k.Out)
		for i := range live(k) {
			b, src, limit := text.at(i), source.at(i), int(limits.at(i))
			if limit <= 0 {
				limit = math.MaxInt
			}
			if len(src) == 0 && len(b) > 0 {
				list.begin(i)
				list.splitChars(i, b, limit)
				continue
			}
			p := c.get(k, i, src)
			if p == nil {
				continue
			}
			list.begin(i)
			if err := list.split(i, b, p, limit); err != nil {
				c.timeout(k, i, err)
			}
		}
	}, nil
}

// splitChars makes every character a part; the last of a limited number has the rest.
func (l *textList) splitChars(i int, b []byte, limit int) {
	for n := 1; n < limit && len(b) > 0; n++ {
		c := min(charLen(b[0]), len(b))
		l.add(i, b[:c])
		b = b[c:]
	}
	if len(b) > 0 {
		l.add(i, b)
	}
}

// split follows java.lang.String: an empty match at the beginning makes no part.
func (l *textList) split(i int, b []byte, p *pattern, limit int) error {
	at, n := 0, 1
	err := p.all(b, func(loc []int) bool {
		if n >= limit {
			return false
		}
		if loc[1] == 0 {
			return true
		}
		l.add(i, b[at:loc[0]])
		at = loc[1]
		n++
		return true
	})
	l.add(i, b[at:])
	return err
}
