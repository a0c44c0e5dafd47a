package sql

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

func (p *parser) spanOf(t token) sqlerr.Pos { return p.place(t.start, t.end) }

func (p *parser) isString(k kind) bool {
	return k == tokString || k == tokDQString && !p.opts.DoubleQuotedIdentifiers
}

// stringLit takes one string literal or several, which are concatenated.
func (p *parser) stringLit() string {
	if !p.isString(p.kind()) {
		p.unexpected("a string")
		return ""
	}
	s := p.unquoted(p.tokenText(p.advance()))
	if !p.isString(p.kind()) {
		return s
	}
	var b strings.Builder
	b.WriteString(s)
	for p.isString(p.kind()) {
		b.WriteString(p.unquoted(p.tokenText(p.advance())))
	}
	return b.String()
}

// unquoted returns the value of a string literal as the settings read it.
func (p *parser) unquoted(s string) string {
	if s[0] == 'r' || s[0] == 'R' {
		return unquote(s)
	}
	q := s[:1]
	if p.opts.EscapedStrings { // backslashes stand for themselves
		return strings.ReplaceAll(s[1:len(s)-1], q+q, q)
	}
	if p.opts.AdjacentStrings && strings.Contains(s[1:len(s)-1], q+q) {
		var b strings.Builder
		for _, part := range adjacent(s) {
			b.WriteString(unquote(part))
		}
		return b.String()
	}
	return unquote(s)
}

// adjacent cuts a literal at its doubled quotes into literals next to each other: 'a”b' → 'a', 'b'.
func adjacent(s string) []string {
	q, from := s[0], 0
	var out []string
	for i := 1; i < len(s)-1; i++ {
		switch s[i] {
		case '\\':
			i++
		case q:
			out = append(out, s[from:i+1])
			i++
			from = i
		}
	}
	return append(out, s[from:])
}

// unquote returns the value of a string literal with its quotes.
func unquote(s string) string {
	if s[0] == 'r' || s[0] == 'R' {
		return s[2 : len(s)-1]
	}
	q := s[0]
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 && strings.IndexByte(s, q) < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == q: // doubled
			i++
			b = append(b, c)
		case c == '\\' && i+1 < len(s):
			var n int
			b, n = unescape(b, s[i:])
			i += n - 1
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// unescape appends what the escape sequence at the start of s stands for and returns its length.
func unescape(b []byte, s string) ([]byte, int) {
	c := s[1]
	switch c {
	case 'u':
		if r, ok := hexRune(s, 4); ok {
			return utf8.AppendRune(b, r), 6
		}
	case 'U':
		if r, ok := hexRune(s, 8); ok {
			return utf8.AppendRune(b, r), 10
		}
	case '0', '1':
		if len(s) >= 4 && isOctal(s[2]) && isOctal(s[3]) {
			return utf8.AppendRune(b, rune(c-'0')<<6|rune(s[2]-'0')<<3|rune(s[3]-'0')), 4
		}
		if c == '0' {
			return append(b, 0), 2
		}
	case 'b':
		return append(b, '\b'), 2
	case 'n':
		return append(b, '\n'), 2
	case 'r':
		return append(b, '\r'), 2
	case 't':
		return append(b, '\t'), 2
	case 'Z':
		return append(b, 26), 2
	case '%', '_': // stay escaped, for LIKE
		return append(b, '\\', c), 2
	}
	return append(b, c), 2
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }

func hexRune(s string, n int) (rune, bool) {
	if len(s) < 2+n {
		return 0, false
	}
	v, err := strconv.ParseUint(s[2:2+n], 16, 32)
	return rune(v), err == nil && v <= utf8.MaxRune
}

// number reads a numeric literal with its sign.
func (p *parser) number() expr.Expr {
	start := p.start()
	sign := ""
	if p.accept(tokMinus) {
		sign = "-"
	}
	t := p.advance()
	lit := &expr.Literal{Base: p.ebase(start)}
	text := sign + p.tokenText(t)
	switch t.kind {
	case tokInteger:
		lit.Value, lit.T = p.integer(text)
	case tokTinyInt:
		v := p.ranged(text[:len(text)-1], 8, types.TinyIntType)
		lit.Value, lit.T = int8(v), types.TinyIntType
	case tokSmallInt:
		v := p.ranged(text[:len(text)-1], 16, types.SmallIntType)
		lit.Value, lit.T = int16(v), types.SmallIntType
	case tokBigInt:
		lit.Value, lit.T = p.ranged(text[:len(text)-1], 64, types.BigIntType), types.BigIntType
	case tokFloat:
		lit.Value, lit.T = float32(p.floating(text[:len(text)-1], 32)), types.FloatType
	case tokDouble:
		lit.Value, lit.T = p.floating(text[:len(text)-1], 64), types.DoubleType
	case tokExponent:
		lit.Value, lit.T = p.floating(text, 64), types.DoubleType
	case tokBigDecimal:
		lit.Value, lit.T = p.decimal(text[:len(text)-2])
	case tokDecimal:
		lit.Value, lit.T = p.decimal(text)
	default:
		p.pos--
		p.unexpected("a number")
	}
	return lit
}

// integer gives the narrowest of INT, BIGINT and DECIMAL.
func (p *parser) integer(text string) (any, types.Type) {
	v, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return p.decimal(text)
	case v == int64(int32(v)):
		return int32(v), types.IntType
	}
	return v, types.BigIntType
}

func (p *parser) ranged(text string, bits int, t types.Type) int64 {
	v, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		limit := uint64(1) << (bits - 1)
		p.rangeError(text, t, "-"+strconv.FormatUint(limit, 10), strconv.FormatUint(limit-1, 10))
	}
	return v
}

func (p *parser) rangeError(text string, t types.Type, lo, hi string) {
	at := p.tokens[max(0, p.pos-1)]
	p.failf("INVALID_NUMERIC_LITERAL_RANGE", p.spanOf(at), "Numeric literal %s is outside the valid range for %s with minimum value of %s and maximum value of %s. Please adjust the value accordingly.", text, t, lo, hi)
}

func (p *parser) floating(text string, bits int) float64 {
	v, err := strconv.ParseFloat(text, bits)
	if err != nil || math.IsInf(v, 0) {
		if bits == 32 {
			p.rangeError(text, types.FloatType, "-3.4028234663852886E+38", "3.4028234663852886E+38")
		} else {
			p.rangeError(text, types.DoubleType, "-1.7976931348623157E+308", "1.7976931348623157E+308")
		}
		return 0
	}
	return v
}

// decimal gives the type that holds the digits as written: 1.50 is decimal(3,2), 0.05 is decimal(2,2).
func (p *parser) decimal(text string) (any, types.Type) {
	x, precision, scale, ok := types.ParseDecimal(text)
	if scale < 0 {
		precision -= scale
		if ok = ok && precision <= types.MaxPrecision; ok {
			x, ok = types.Rescale(x, scale, 0)
		}
		scale = 0
	}
	if precision = max(precision, scale); !ok || precision > types.MaxPrecision {
		at := p.tokens[max(0, p.pos-1)]
		if !ok {
			precision = max(precision, digitCount(text))
		}
		p.failf("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", p.spanOf(at), "Decimal precision %d exceeds max precision %d.", precision, types.MaxPrecision)
		return types.Int128{}, types.DecimalOf(types.MaxPrecision, 0)
	}
	return x, types.DecimalOf(precision, scale)
}

func digitCount(s string) int {
	n := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}

// typedLiteral reads DATE'…', TIMESTAMP'…', X'…' and their kin.
func (p *parser) typedLiteral() expr.Expr {
	start := p.start()
	name := strings.ToUpper(p.tokenText(p.advance()))
	t := p.advance()
	s := unquote(p.tokenText(t))
	at := p.from(start)
	invalid := func() expr.Expr {
		p.failf("INVALID_TYPED_LITERAL", at, "The value of the typed literal \"%s\" is invalid: %s.", name, quoteString(s))
		return expr.Null
	}
	switch name {
	case "X":
		if len(s)%2 == 1 {
			s = "0" + s
		}
		v, err := hex.DecodeString(s)
		if err != nil {
			s = unquote(p.tokenText(t))
			return invalid()
		}
		return &expr.Literal{Base: p.ebase(start), Value: v, T: types.BinaryType}
	case "DATE":
		if e := p.specialDate(start, s, types.DateType); e != nil {
			return e
		}
		if d, ok := temporal.ParseDate(s); ok {
			return &expr.Literal{Base: p.ebase(start), Value: d, T: types.DateType}
		}
		return invalid()
	case "TIMESTAMP", "TIMESTAMP_LTZ", "TIMESTAMP_NTZ":
		to := types.TimestampType
		if name == "TIMESTAMP_NTZ" || name == "TIMESTAMP" && p.opts.TimestampNTZ && !temporal.HasZone(s) {
			to = types.TimestampNTZType
		}
		if e := p.specialDate(start, s, to); e != nil {
			return e
		}
		return p.timestampLiteral(start, t, s, to, invalid)
	case "TIME":
		return p.castLiteral(start, t, s, types.TimeType)
	case "INTERVAL":
		return p.intervalText(start, s)
	}
	p.failf("UNSUPPORTED_TYPED_LITERAL", at, "Literals of the type \"%s\" are not supported. Supported types are \"DATE\", \"TIMESTAMP_NTZ\", \"TIMESTAMP_LTZ\", \"TIMESTAMP\", \"INTERVAL\", \"X\", \"TIME\".", name)
	return expr.Null
}

// timestampLiteral checks the text now; the value of a timestamp depends on the session's time zone, so that it stays a cast.
func (p *parser) timestampLiteral(start int32, t token, s string, to types.Type, invalid func() expr.Expr) expr.Expr {
	if to.Kind == types.TimestampNTZ {
		v, ok := temporal.ParseNTZ(s, true)
		if !ok {
			return invalid()
		}
		return &expr.Literal{Base: p.ebase(start), Value: v, T: to}
	}
	if _, ok := temporal.ParseTimestamp(s, time.UTC, func() int32 { return 0 }); !ok {
		return invalid()
	}
	return p.castLiteral(start, t, s, to)
}

func (p *parser) castLiteral(start int32, t token, s string, to types.Type) expr.Expr {
	return &expr.Cast{Base: p.ebase(start), Child: p.literalString(t, s), To: to, Literal: true}
}

// specialDate reads the texts epoch, now, today, tomorrow and yesterday; nil for others.
func (p *parser) specialDate(start int32, s string, to types.Type) expr.Expr {
	var e expr.Expr
	days := 0
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "epoch":
		if to.Kind != types.Date { // the instant, not a midnight of the session's zone
			return &expr.Literal{Base: p.ebase(start), Value: int64(0), T: to}
		}
		e = &expr.Literal{Base: p.ebase(start), Value: int32(0), T: types.DateType}
	case "now":
		if to.Kind == types.Date {
			return p.call(start, "current_date")
		}
		return &expr.Cast{Base: p.ebase(start), Child: p.call(start, "current_timestamp"), To: to}
	case "today":
		e = p.call(start, "current_date")
	case "tomorrow":
		days = 1
	case "yesterday":
		days = -1
	default:
		return nil
	}
	if days != 0 {
		n := &expr.Literal{Base: p.ebase(start), Value: int32(days), T: types.IntType}
		e = p.call(start, "date_add", p.call(start, "current_date"), n)
	}
	if to.Kind != types.Date {
		e = &expr.Cast{Base: p.ebase(start), Child: e, To: to}
	}
	return e
}
