package functions

import (
	"strings"

	"github.com/sparrow-engine/sparrow/types"
)

// appendNumber writes x of a scale by the format. What does not fit, before the point or behind it, shows as # without separators.
func (p *numberPattern) appendNumber(dst []byte, x types.Int128, scale int) []byte {
	neg := x.Sign() < 0
	y, ok := types.Rescale(x.Abs(), scale, p.after)
	text := types.FormatDecimal(y, p.after)
	before, after, _ := strings.Cut(text, ".")
	before = strings.TrimLeft(before, "0")
	size := 0
	for _, g := range p.groups {
		size += g.size
	}
	if back, exact := types.Rescale(y, p.after, scale); !ok || len(before) > size || p.after < scale && (!exact || back != x.Abs()) {
		before, after = strings.Repeat("#", size), strings.Repeat("#", p.after)
	}
	number := p.grouped(before, size)
	spaces := len(number) - len(strings.TrimLeft(number, " "))
	dst = append(dst, number[:spaces]...)
	dst = p.appendLead(dst, neg)
	dst = append(dst, number[spaces:]...)
	if p.point {
		dst = append(append(dst, '.'), after...)
	}
	return p.appendTrail(dst, neg)
}

// grouped lays the digits before the point out, with spaces or zeros in front, and separators between digits.
func (p *numberPattern) grouped(before string, size int) string {
	var b []byte
	missing := size - len(before)
	at := 0
	for i, g := range p.groups {
		if i > 0 {
			c := byte(',')
			if len(b) == 0 || b[len(b)-1] == ' ' || b[len(b)-1] == '#' {
				c = ' '
			}
			b = append(b, c)
		}
		for range g.size {
			last := at == size-1 && len(before) == 0 // zero shows one digit
			switch {
			case at >= missing:
				b = append(b, before[at-missing])
			case g.exact || last || len(b) > 0 && b[len(b)-1] != ' ':
				b = append(b, '0')
			default:
				b = append(b, ' ')
			}
			at++
		}
	}
	return string(b)
}

func (p *numberPattern) appendLead(dst []byte, neg bool) []byte {
	switch {
	case p.trail == brackets && neg:
		dst = append(dst, '<')
	case p.lead == plusMinus && !neg:
		dst = append(dst, '+')
	case p.lead != noSign && neg:
		dst = append(dst, '-')
	case p.lead == minusOnly:
		dst = append(dst, ' ')
	}
	if p.dollar {
		dst = append(dst, '$')
	}
	return dst
}

func (p *numberPattern) appendTrail(dst []byte, neg bool) []byte {
	switch {
	case p.trail == brackets && neg:
		return append(dst, '>')
	case p.trail == brackets:
		return append(dst, "  "...)
	case p.trail == plusMinus && !neg:
		return append(dst, '+')
	case p.trail != noSign && neg:
		return append(dst, '-')
	case p.trail == minusOnly:
		return append(dst, ' ')
	}
	return dst
}
