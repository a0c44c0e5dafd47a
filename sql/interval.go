package sql

import (
	"math"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// intervalUnit maps the words after an interval's number; field says which bound of the type it gives.
func intervalUnit(k kind) (name string, field types.IntervalField, ok bool) {
	switch k {
	case kwYEAR, kwYEARS:
		return "year", types.Year, true
	case kwMONTH, kwMONTHS:
		return "month", types.Month, true
	case kwWEEK, kwWEEKS:
		return "week", types.Day, true
	case kwDAY, kwDAYS:
		return "day", types.Day, true
	case kwHOUR, kwHOURS:
		return "hour", types.Hour, true
	case kwMINUTE, kwMINUTES:
		return "minute", types.Minute, true
	case kwSECOND, kwSECONDS:
		return "second", types.Second, true
	case kwMILLISECOND, kwMILLISECONDS:
		return "millisecond", types.Second, true
	case kwMICROSECOND, kwMICROSECONDS:
		return "microsecond", types.Second, true
	case kwNANOSECOND, kwNANOSECONDS:
		return "nanosecond", types.Second, true
	}
	return "", 0, false
}

// intervalStarts reports whether INTERVAL at the position begins a literal.
func (p *parser) intervalStarts() bool {
	n := 1
	if k := p.peek(n); k == tokPlus || k == tokMinus {
		n++
	}
	k := p.peek(n)
	if k == tokInteger || k == tokDecimal || p.isString(k) {
		_, _, ok := intervalUnit(p.peek(n + 1))
		return ok || n == 1
	}
	return false
}

// interval reads INTERVAL '1 day', INTERVAL 1 DAY 2 HOURS and INTERVAL '1 02' DAY TO HOUR.
func (p *parser) interval() expr.Expr {
	start := p.start()
	if p.isString(p.peek(1)) {
		if _, _, ok := intervalUnit(p.peek(2)); !ok {
			p.pos++
			return p.intervalText(start, unquote(p.tokenText(p.advance())))
		}
	}
	p.pos++
	var text strings.Builder
	var set unitSet
	for n := 0; p.intervalValueAt(); n++ {
		value, isText := p.intervalValue()
		name, field, ok := intervalUnit(p.kind())
		if !ok {
			p.unexpected("a unit of an interval")
			return expr.Null
		}
		p.pos++
		if p.at(kwTO) && n == 0 {
			return p.unitToUnit(start, value, isText, field)
		}
		set.add(field)
		text.WriteString(value + " " + name + " ")
	}
	at := p.from(start)
	iv, ok := temporal.ParseInterval(nanosToMicros(text.String()))
	if !ok {
		p.failf("INVALID_INTERVAL_FORMAT."+temporal.IntervalProblem(text.String()), at, "Error parsing %s to interval. Please ensure that the value provided is in a valid format for defining an interval.", quoteString(text.String()))
		return expr.Null
	}
	return p.intervalLiteral(start, iv, set)
}

// intervalValueAt reports whether a number or string with a unit follows.
func (p *parser) intervalValueAt() bool {
	n := 0
	if k := p.kind(); k == tokPlus || k == tokMinus {
		n = 1
	}
	k := p.peek(n)
	if k != tokInteger && k != tokDecimal && !p.isString(k) {
		return false
	}
	_, _, ok := intervalUnit(p.peek(n + 1))
	return ok || p.peek(-1) == kwINTERVAL
}

// intervalValue takes [+|-] number or string.
func (p *parser) intervalValue() (string, bool) {
	sign := ""
	switch {
	case p.accept(tokMinus):
		sign = "-"
	case p.accept(tokPlus):
	}
	t := p.advance()
	s := p.tokenText(t)
	isText := p.isString(t.kind)
	if isText {
		s = strings.TrimSpace(unquote(s))
		if sign == "-" && strings.HasPrefix(s, "-") {
			return s[1:], isText
		}
		s = strings.TrimPrefix(s, "+")
	}
	return sign + s, isText
}

// unitSet collects the fields of an interval's units.
type unitSet struct {
	min, max  types.IntervalField
	used      bool
	yearMonth bool
	dayTime   bool
}

func (s *unitSet) add(f types.IntervalField) {
	if !s.used {
		s.min, s.max, s.used = f, f, true
	}
	s.min, s.max = min(s.min, f), max(s.max, f)
	if f <= types.Month {
		s.yearMonth = true
	} else {
		s.dayTime = true
	}
}

// intervalLiteral gives the literal the type of its units.
func (p *parser) intervalLiteral(start int32, iv types.Interval, set unitSet) expr.Expr {
	lit := &expr.Literal{Base: p.ebase(start)}
	switch {
	case p.opts.LegacyIntervals:
		lit.Value, lit.T = iv, types.CalendarType
	case set.yearMonth && set.dayTime:
		p.failf("_LEGACY_ERROR_TEMP_0029", p.from(start), "Cannot mix year-month and day-time fields: %s.", p.source(start))
	case set.yearMonth:
		lit.Value, lit.T = iv.Months, types.YearMonthOf(set.min, set.max)
	default:
		if !set.used {
			set.min, set.max = types.Day, types.Second
		}
		micros, ok := dayTimeMicros(iv)
		if !ok {
			p.failf("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", p.from(start), "Integer overflow while operating with intervals. Try devising appropriate values for the interval parameters.")
			return expr.Null
		}
		lit.Value, lit.T = micros, types.DayTimeOf(set.min, set.max)
	}
	return lit
}

func dayTimeMicros(iv types.Interval) (int64, bool) {
	sum, _ := types.AddInt128(types.MulInt64(int64(iv.Days), temporal.Day), types.Int128Of(iv.Micros))
	return sum.Int64(), sum.IsInt64()
}

func (p *parser) badInterval(at sqlerr.Pos, s string) expr.Expr {
	p.failf("INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", at, "Error parsing %s to interval. Please ensure that the value provided is in a valid format for defining an interval.", quoteString(s))
	return expr.Null
}

// intervalText reads the text of INTERVAL '1 year 2 months'.
func (p *parser) intervalText(start int32, s string) expr.Expr {
	iv, ok := temporal.ParseInterval(nanosToMicros(s))
	if !ok {
		p.failf("INVALID_TYPED_LITERAL", p.from(start), "The value of the typed literal \"INTERVAL\" is invalid: %s.", quoteString(s))
		return expr.Null
	}
	var set unitSet
	for _, w := range strings.Fields(s) {
		if _, field, ok := intervalUnit(lookupKeyword(w)); ok {
			set.add(field)
		}
	}
	return p.intervalLiteral(start, iv, set)
}

// nanosToMicros rewrites "n nanoseconds", which no value keeps, as whole microseconds.
func nanosToMicros(s string) string {
	lower := strings.ToLower(s)
	if !strings.Contains(lower, "nanosecond") {
		return s
	}
	words := strings.Fields(lower)
	for i := 1; i < len(words); i++ {
		if strings.HasPrefix(words[i], "nanosecond") {
			v, err := strconv.ParseInt(words[i-1], 10, 64)
			if err != nil {
				return s
			}
			words[i-1], words[i] = strconv.FormatInt(v/1000, 10), "microseconds"
		}
	}
	return strings.Join(words, " ")
}

// unitToUnit reads TO unit after the first unit.
func (p *parser) unitToUnit(start int32, value string, isText bool, from types.IntervalField) expr.Expr {
	p.pos++
	_, to, ok := intervalUnit(p.kind())
	if !ok {
		p.unexpected("a unit of an interval")
		return expr.Null
	}
	p.pos++
	at := p.from(start)
	yearMonth := from == types.Year && to == types.Month
	if !yearMonth && (from < types.Day || to <= from) {
		p.failf("INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION", at, "Cannot support (interval '%s' %s to %s) expression.", value, from, to)
		return expr.Null
	}
	if !isText {
		p.failf("INVALID_FROM_TO_UNIT_VALUE", at, "The value of from-to unit must be a string.")
		return expr.Null
	}
	if _, _, ok := intervalUnit(p.peek(1)); ok && p.intervalValueAt() {
		p.unexpected("one pair of units")
		return expr.Null
	}
	return p.unitToUnitLiteral(start, at, value, from, to)
}

func (p *parser) unitToUnitLiteral(start int32, at sqlerr.Pos, value string, from, to types.IntervalField) expr.Expr {
	lit := &expr.Literal{Base: p.ebase(start)}
	var iv types.Interval
	if to == types.Month {
		v, ok := temporal.ParseYearMonth(value, from, to)
		if !ok {
			return p.unmatched(at, value, from, to)
		}
		iv.Months = v
		lit.Value, lit.T = v, types.YearMonthOf(from, to)
	} else {
		v, ok := temporal.ParseDayTime(value, from, to)
		if !ok {
			return p.unmatched(at, value, from, to)
		}
		iv.Days, iv.Micros = splitDays(v)
		lit.Value, lit.T = v, types.DayTimeOf(from, to)
	}
	if p.opts.LegacyIntervals {
		lit.Value, lit.T = iv, types.CalendarType
	}
	return lit
}

// splitDays makes days and microseconds of a duration, as the calendar interval of DAY TO SECOND text has them.
func splitDays(v int64) (int32, int64) {
	if d := v / temporal.Day; d >= math.MinInt32 && d <= math.MaxInt32 {
		return int32(d), v % temporal.Day
	}
	return 0, v
}

// unmatched is the error of text that does not have the form of its units, or that has it but a part out of range.
func (p *parser) unmatched(at sqlerr.Pos, value string, from, to types.IntervalField) expr.Expr {
	zeros := strings.Map(func(r rune) rune {
		if r >= '1' && r <= '9' {
			return '0'
		}
		return r
	}, value)
	_, ok := temporal.ParseYearMonth(zeros, from, to)
	if to != types.Month {
		_, ok = temporal.ParseDayTime(zeros, from, to)
	}
	switch {
	case ok && to == types.Month:
		return p.badInterval(at, value)
	case ok:
		p.failf("_LEGACY_ERROR_TEMP_0063", at, "A part of the interval %s is out of range.", quoteString(value))
		return expr.Null
	}
	p.failf("INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING", at, "Error parsing '%s' to interval. Interval string does not match the format of interval %s to %s.", value, from, to)
	return expr.Null
}
