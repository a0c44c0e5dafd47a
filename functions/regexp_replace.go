package functions

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// resolveRegexpReplace checks a constant position.
func resolveRegexpReplace(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) == 4 {
		if l := literalOf(c.Args[3]); l != nil && l.Value != nil {
			if v, ok := integerOf(l.Value); ok && v < 1 {
				return nil, sqlerr.New("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: The `position` must be between (0, 2147483647] (current value = %d).", describeCall(c.Func.Name, c.Args), v)
			}
		}
	}
	return withDefaults(intLiteral(1))(c)
}

func newRegexpReplace(s *expr.Spec) (expr.Kernel, error) {
	var buf []byte
	var r replacement
	return onMatches("regexp_replace", func(k *expr.KernelCall, i int, text []byte, p *pattern) error {
		pos := int(integerAt(k.Args[3], i))
		if pos < 1 {
			reject(k, i, s, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "The `position` of regexp_replace must be between (0, 2147483647] (current value = %d).", pos)
			return nil
		}
		if ok := r.load(k.Args[2].Bytes(i), p); !ok {
			reject(k, i, s, "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", "The value of parameter(s) `rep` in `regexp_replace` is invalid: '%s' refers to a group that the pattern does not have.", k.Args[2].Bytes(i))
			return nil
		}
		from := byteOffset(text, pos-1)
		if pos > 1 && from == len(text) {
			k.Out.SetBytes(i, text)
			return nil
		}
		buf = append(buf[:0], text[:from]...)
		text = text[from:]
		at := 0
		err := p.all(text, func(loc []int) bool {
			buf = r.appendTo(append(buf, text[at:loc[0]]...), text, loc)
			at = loc[1]
			return true
		})
		buf = append(buf, text[at:]...)
		k.Out.SetBytes(i, buf)
		return err
	})(s)
}

// replacement is Java's replacement text: parts of text, each followed by what a group matched.
type replacement struct {
	src   string
	p     *pattern
	ok    bool
	parts []replacementPart
}

type replacementPart struct {
	text  []byte
	group int // -1: none
}

// load reads a text with $1, ${name} and backslash escapes; it reports whether the groups exist.
func (r *replacement) load(src []byte, p *pattern) bool {
	if r.p == p && r.src == string(src) {
		return r.ok
	}
	r.src, r.p, r.ok, r.parts = string(src), p, true, r.parts[:0]
	var text []byte
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case c == '\\' && i+1 < len(src):
			i++
			text = append(text, src[i])
		case c == '\\':
			r.ok = false
		case c == '$':
			g, n := p.groupOf(src[i+1:])
			r.ok = r.ok && n > 0
			r.parts = append(r.parts, replacementPart{text, g})
			text = nil
			i += n
		default:
			text = append(text, c)
		}
	}
	r.parts = append(r.parts, replacementPart{text, -1})
	return r.ok
}

// groupOf reads the group after a dollar sign: {name}, or digits as long as there is such a group. n is the number of bytes, 0 for no group.
func (p *pattern) groupOf(s []byte) (group, n int) {
	if len(s) > 0 && s[0] == '{' {
		for j, c := range s {
			if c == '}' {
				if g, ok := p.names[string(s[1:j])]; ok {
					return g, j + 1
				}
				return 0, 0
			}
		}
		return 0, 0
	}
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		g := group*10 + int(s[n]-'0')
		if g > p.groups {
			break
		}
		group = g
		n++
	}
	return group, n
}

func (r *replacement) appendTo(dst, s []byte, loc []int) []byte {
	for _, p := range r.parts {
		dst = append(dst, p.text...)
		if p.group >= 0 {
			dst = append(dst, groupText(s, loc, p.group)...)
		}
	}
	return dst
}
