package functions

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// isTemporal reports dates, timestamps, times and intervals.
func isTemporal(t types.Type) bool { return t.IsDatetime() || t.IsInterval() || t.Kind == types.Time }

// daysOnly is the type of the difference of two dates.
var daysOnly = types.Type{Kind: types.DayTime, From: types.Day, To: types.Day}

// pair is the typing of an operator on two operands: what they are cast to and what comes out.
type pair struct{ a, b, result types.Type }

func (p pair) swapped() pair { return pair{p.b, p.a, p.result} }

// resolveTemporal types arithmetic with dates, timestamps and intervals.
func resolveTemporal(c *expr.Resolving, a, b types.Type) (*expr.Resolution, error) {
	var p pair
	ok := false
	switch c.Func.Op {
	case expr.OpAdd:
		if p, ok = addPair(a, b); !ok {
			p, ok = addPair(b, a)
			p = p.swapped()
		}
	case expr.OpSub:
		p, ok = subPair(a, b)
	case expr.OpMul:
		if p, ok = scalePair(a, b); !ok {
			p, ok = scalePair(b, a)
			p = p.swapped()
		}
	case expr.OpDiv:
		p, ok = scalePair(a, b)
	case expr.OpIntDiv:
		t, fits := types.Tightest(a, b, true)
		p, ok = pair{t, t, types.BigIntType}, fits && (t.Kind == types.YearMonth || t.Kind == types.DayTime)
	}
	if !ok {
		return nil, wrongTemporal(c, a, b)
	}
	if c.Func.Op == expr.OpSub && p.a.IsDatetime() && p.b.IsDatetime() && legacyIntervals(c.Env) {
		p.result = types.CalendarType
	}
	null := c.Args[0].Nullable() || c.Args[1].Nullable() || c.Mode != expr.ANSI
	return &expr.Resolution{Params: []types.Type{p.a, p.b}, Result: p.result, Nullable: &null}, nil
}

// legacyIntervals reports whether differences of dates and timestamps are calendar intervals.
func legacyIntervals(e *expr.Env) bool {
	return e != nil && e.Conf != nil && strings.EqualFold(e.Conf("spark.sql.legacy.interval.enabled"), "true")
}

// wrongTemporal is Spark's error for a temporal operand beside one that does not fit: it takes the operator for the function that the first of
// them suggests.
func wrongTemporal(c *expr.Resolving, a, b types.Type) error {
	const days = `INT" or "SMALLINT" or "TINYINT`
	swapped := []expr.Expr{c.Args[1], c.Args[0]}
	switch op := c.Func.Op; {
	case (op == expr.OpAdd || op == expr.OpSub) && a.IsInterval() && b.IsInterval() && a.Kind != types.CalendarInterval && b.Kind != types.CalendarInterval:
		return WrongType(c.Func.Name, c.Args, 0, `TIMESTAMP" or "DATE" or "TIME`, c.Pos)
	case op == expr.OpAdd && a.Kind == types.Date && b.Kind != types.String:
		return WrongType("date_add", c.Args, 1, days, c.Pos)
	case op == expr.OpAdd && b.Kind == types.Date && a.Kind != types.String:
		return WrongType("date_add", swapped, 1, days, c.Pos)
	case op == expr.OpSub && isTimestamp(a):
		return WrongType("-", c.Args, 1, "TIMESTAMP", c.Pos)
	case op == expr.OpSub && isTimestamp(b):
		return WrongType("-", c.Args, 0, "TIMESTAMP", c.Pos)
	case op == expr.OpSub && a.Kind == types.Date:
		return WrongType("date_sub", c.Args, 1, days, c.Pos)
	case op == expr.OpSub && b.Kind == types.Date:
		return WrongType("-", c.Args, 0, "DATE", c.Pos)
	}
	return wrongOperands(c, numericOrInterval)
}

// addPair types a + b where a is the point in time, or both are intervals.
func addPair(a, b types.Type) (pair, bool) {
	if p, ok := shiftPair(a, b); ok {
		return p, true
	}
	return intervalPair(a, b)
}

// shiftPair types a ± b where b moves the point in time a.
func shiftPair(a, b types.Type) (pair, bool) {
	switch {
	case a.Kind == types.Date && b.Kind == types.DayTime:
		if b.Equal(daysOnly) {
			return pair{a, b, a}, true
		}
		return pair{types.TimestampType, b, types.TimestampType}, true
	case a.Kind == types.Date && (b.Kind == types.YearMonth || b.Kind == types.CalendarInterval):
		return pair{a, b, a}, true
	case a.Kind == types.Date && b.Kind == types.Null:
		return pair{types.TimestampType, types.DayTimeType, types.TimestampType}, true
	case a.Kind == types.Date && b.IsInteger() && b.Kind != types.BigInt:
		return pair{a, types.IntType, a}, true
	case a.IsDatetime() && b.IsInterval():
		return pair{a, b, a}, true
	case isTimestamp(a) && b.Kind == types.Null:
		return pair{a, types.DayTimeType, a}, true
	case a.Kind == types.Time && (b.Kind == types.DayTime || b.Kind == types.Null):
		t := a
		t.Precision = max(t.Precision, types.TimeType.Precision)
		return pair{t, types.DayTimeType, t}, true
	case a.Kind == types.String && (b.Kind == types.DayTime || b.Kind == types.CalendarInterval):
		return pair{types.TimestampType, b, types.TimestampType}, true // and back to string, see rewriteArithmetic
	}
	return pair{}, false
}

func intervalPair(a, b types.Type) (pair, bool) {
	switch {
	case a.Kind == types.Null && b.IsInterval():
		return pair{b, b, b}, true
	case b.Kind == types.Null && a.IsInterval():
		return pair{a, a, a}, true
	case a.IsInterval() && a.Kind == b.Kind:
		t, ok := types.Tightest(a, b, true)
		return pair{t, t, t}, ok
	}
	return pair{}, false
}

func subPair(a, b types.Type) (pair, bool) {
	switch {
	case a.Kind == types.Date && (b.Kind == types.Date || b.Kind == types.String || b.Kind == types.Null), b.Kind == types.Date && (a.Kind == types.String || a.Kind == types.Null):
		return pair{types.DateType, types.DateType, daysOnly}, true
	case isTimestamp(a) && isInstant(b), isTimestamp(b) && isInstant(a):
		t := types.TimestampType
		if a.Kind != types.Timestamp && b.Kind != types.Timestamp && a.Kind != types.String && b.Kind != types.String {
			t = types.TimestampNTZType
		}
		return pair{t, t, types.DayTimeType}, true
	}
	if a.Kind == types.Time && b.Kind == types.Time {
		return pair{a, b, types.DayTimeOf(types.Hour, types.Second)}, true
	}
	if p, ok := shiftPair(a, b); ok {
		return p, true
	}
	return intervalPair(a, b)
}

func isTimestamp(t types.Type) bool { return t.Kind == types.Timestamp || t.Kind == types.TimestampNTZ }

// isInstant reports what can be subtracted from a timestamp.
func isInstant(t types.Type) bool {
	return t.IsDatetime() || t.Kind == types.String || t.Kind == types.Null
}

// scalePair types interval * number and interval / number.
func scalePair(a, b types.Type) (pair, bool) {
	if !a.IsInterval() {
		return pair{}, false
	}
	if a.Kind == types.CalendarInterval {
		return pair{a, types.DoubleType, a}, b.IsNumeric() || b.Kind == types.String || b.Kind == types.Null
	}
	switch {
	case b.IsInteger():
		return pair{a, types.BigIntType, fullInterval(a)}, true
	case b.Kind == types.Decimal:
		return pair{a, b, fullInterval(a)}, true
	case b.IsFloating(), b.Kind == types.String, b.Kind == types.Null:
		return pair{a, types.DoubleType, fullInterval(a)}, true
	}
	return pair{}, false
}
