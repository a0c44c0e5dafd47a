package lines

import (
	"errors"
	"math"
	"strconv"
	"time"
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// Cells stores the text of cells as values of a column.
type Cells struct {
	Type types.Type
	Zone *time.Location
	// Date and Timestamp, if set, read those types in another form than Spark's usual one.
	Date      func(s string) (int32, bool)
	Timestamp func(s string) (int64, bool)
}

// Set stores text as row i of v, a flat vector of the column's type, and reports whether it is a value of the type.
func (c *Cells) Set(v *columnar.Vector, i int, text []byte) bool {
	switch c.Type.Kind {
	case types.String, types.Binary:
		v.SetBytes(i, text)
		return true
	case types.Boolean:
		return setBool(v, i, text)
	case types.TinyInt:
		x, ok := integer(text, 8)
		return ok && set(v, i, int8(x))
	case types.SmallInt:
		x, ok := integer(text, 16)
		return ok && set(v, i, int16(x))
	case types.Int:
		x, ok := integer(text, 32)
		return ok && set(v, i, int32(x))
	case types.BigInt:
		x, ok := integer(text, 64)
		return ok && set(v, i, x)
	case types.Float:
		x, ok := float(text, 32)
		return ok && set(v, i, float32(x))
	case types.Double:
		x, ok := float(text, 64)
		return ok && set(v, i, x)
	case types.Decimal:
		x, status := types.ParseDecimalAs(view(text), int(c.Type.Precision), int(c.Type.Scale))
		if status != 0 {
			return false
		}
		if v.Width == columnar.W64 {
			return set(v, i, x.Int64())
		}
		return set(v, i, x)
	case types.Date:
		if c.Date != nil {
			d, ok := c.Date(string(text))
			return ok && set(v, i, d)
		}
		d, ok := temporal.ParseDate(view(text))
		return ok && set(v, i, d)
	case types.Timestamp:
		if c.Timestamp != nil {
			t, ok := c.Timestamp(string(text))
			return ok && set(v, i, t)
		}
		t, ok := temporal.ParseTimestamp(view(text), c.Zone, nil)
		return ok && set(v, i, t)
	case types.TimestampNTZ:
		t, ok := temporal.ParseNTZ(view(text), true)
		return ok && set(v, i, t)
	case types.YearMonth:
		m, ok := temporal.ParseYearMonth(string(text), c.Type.From, c.Type.To)
		return ok && set(v, i, m)
	case types.DayTime:
		d, ok := temporal.ParseDayTime(string(text), c.Type.From, c.Type.To)
		return ok && set(v, i, d)
	case types.CalendarInterval:
		x, ok := temporal.ParseInterval(string(text))
		return ok && set(v, i, x)
	}
	return false
}

// float reads a decimal number, NaN, Inf or -Inf as Spark's CSV source does; a number out of range is infinite, as in Java.
func float(text []byte, bits int) (float64, bool) {
	switch string(text) {
	case "NaN":
		return math.NaN(), true
	case "Inf", "Infinity", "+Infinity":
		return math.Inf(1), true
	case "-Inf", "-Infinity":
		return math.Inf(-1), true
	}
	for _, c := range text { // neither hexadecimal numbers nor underscores
		if c-'0' > 9 && c != '.' && c|32 != 'e' && c != '+' && c != '-' {
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(view(text), bits)
	return x, err == nil || errors.Is(err, strconv.ErrRange)
}

func set[T columnar.Fixed](v *columnar.Vector, i int, x T) bool {
	columnar.Values[T](v)[i] = x
	return true
}

// view is text as a string without a copy, for parsers that do not keep it.
func view(text []byte) string { return unsafe.String(unsafe.SliceData(text), len(text)) }

func setBool(v *columnar.Vector, i int, text []byte) bool {
	switch len(text) {
	case 4:
		if text[0]|32 == 't' && text[1]|32 == 'r' && text[2]|32 == 'u' && text[3]|32 == 'e' {
			return set(v, i, uint8(1))
		}
	case 5:
		if text[0]|32 == 'f' && text[1]|32 == 'a' && text[2]|32 == 'l' && text[3]|32 == 's' && text[4]|32 == 'e' {
			return set(v, i, uint8(0))
		}
	}
	return false
}

// integer reads a signed decimal number that fits in so many bits.
func integer(text []byte, bits int) (int64, bool) {
	if n := len(text); n == 0 || n > 18 {
		x, err := strconv.ParseInt(view(text), 10, bits)
		return x, err == nil
	}
	s, neg := text, false
	if s[0] == '-' || s[0] == '+' {
		neg, s = s[0] == '-', s[1:]
		if len(s) == 0 {
			return 0, false
		}
	}
	x := int64(0)
	for _, c := range s {
		d := c - '0'
		if d > 9 {
			return 0, false
		}
		x = x*10 + int64(d)
	}
	if neg {
		x = -x
	}
	return x, bits == 64 || x>>(bits-1) == 0 || x>>(bits-1) == -1
}

// Guess is the inference of a column's type from its cells: the narrowest of int, bigint, decimal(p, 0), double, date, timestamp and boolean that takes all
// of them, else string.
type Guess struct {
	seen    bool
	alive   uint
	digits  int // of the longest number without a point
	scratch []*columnar.Vector // one value of each candidate
}

var candidates = []types.Type{types.IntType, types.BigIntType, types.DecimalOf(types.MaxPrecision, 0), types.DoubleType, types.DateType, types.TimestampType, types.BooleanType}

// shortest is the length of the shortest text that counts as a candidate: years alone are numbers.
var shortest = []int{1, 1, 1, 1, 8, 10, 4}

// Add takes a cell that is not null into account; c gives zone and formats.
func (g *Guess) Add(c *Cells, text []byte) {
	if !g.seen {
		g.seen, g.alive = true, 1<<len(candidates)-1
		for _, t := range candidates {
			g.scratch = append(g.scratch, columnar.New(t, 1))
		}
	}
	if g.alive == 0 {
		return
	}
	d := *c
	for i, t := range candidates {
		if g.alive>>i&1 == 0 {
			continue
		}
		d.Type = t
		if len(text) < shortest[i] || t.Kind == types.Decimal && !g.whole(text) || !d.Set(g.scratch[i], 0, text) {
			g.alive &^= 1 << i
		}
	}
}

// whole reports whether text is a number without a point or exponent and counts its digits.
func (g *Guess) whole(text []byte) bool {
	if text[0] == '-' || text[0] == '+' {
		text = text[1:]
	}
	for _, c := range text {
		if c-'0' > 9 {
			return false
		}
	}
	g.digits = max(g.digits, len(text))
	return len(text) > 0
}

// Type returns the type; string if there was no cell.
func (g *Guess) Type() types.Type {
	for i, t := range candidates {
		switch {
		case g.alive>>i&1 == 0:
		case t.Kind == types.Decimal:
			return types.DecimalOf(g.digits, 0)
		default:
			return t
		}
	}
	return types.StringType
}

// Join takes what another guess has seen into account.
func (g *Guess) Join(other *Guess) {
	switch {
	case !other.seen:
	case !g.seen:
		*g = *other
	default:
		g.alive &= other.alive
		g.digits = max(g.digits, other.digits)
	}
}
