package mysql

import (
	"fmt"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
	driver "github.com/pingcap/tidb/pkg/parser/test_driver"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// interval translates INTERVAL e unit. A sum of a date and days is a date, so that the type of the interval must be DAY and not more.
func (t *translator) interval(n ast.ExprNode, unit ast.TimeUnitType) expr.Expr {
	name := unit.String()
	times := int64(1)
	switch unit {
	case ast.TimeUnitWeek:
		name, times = "DAY", 7
	case ast.TimeUnitQuarter:
		name, times = "MONTH", 3
	case ast.TimeUnitDay, ast.TimeUnitMonth, ast.TimeUnitYear, ast.TimeUnitHour, ast.TimeUnitMinute, ast.TimeUnitSecond:
	default:
		return t.compound(n, name)
	}
	if v, ok := number(n); ok {
		return t.spark(n, fmt.Sprintf("INTERVAL '%d' %s", v*times, name))
	}
	if s, ok := text(n); ok && times == 1 {
		return t.spark(n, fmt.Sprintf("INTERVAL %s %s", quoted(strings.TrimSpace(s)), name))
	}
	if v, ok := n.(*driver.ValueExpr); ok && unit != ast.TimeUnitSecond {
		t.unsupported("INTERVAL", v, "INTERVAL of a fraction")
	}
	one := t.spark(n, fmt.Sprintf("INTERVAL '%d' %s", times, name))
	product := t.call(n, "*", t.expr(n), one)
	if name == "DAY" {
		return &expr.Cast{Base: t.base(n), Child: product, To: one.Type()}
	}
	return product
}

// compound translates a literal of a compound unit: '1 2' DAY_HOUR is '1 2' DAY TO HOUR.
func (t *translator) compound(n ast.ExprNode, unit string) expr.Expr {
	from, to, ok := strings.Cut(unit, "_")
	s, literal := text(n)
	if !ok || !literal || to == "MICROSECOND" {
		t.unsupported("INTERVAL", n, "INTERVAL in %s", unit)
		return expr.Null
	}
	return t.spark(n, fmt.Sprintf("INTERVAL %s %s TO %s", quoted(s), from, to))
}

// addition translates DATE_ADD, DATE_SUB and date ± INTERVAL.
func (t *translator) addition(x *ast.FuncCallExpr, op string) expr.Expr {
	if len(x.Args) != 3 {
		t.unsupported("FUNCTION", x, "%s with %d arguments", x.FnName.O, len(x.Args))
		return expr.Null
	}
	unit, ok := x.Args[2].(*ast.TimeUnitExpr)
	if !ok {
		t.unsupported("INTERVAL", x, "INTERVAL")
		return expr.Null
	}
	date := t.expr(x.Args[0])
	if s, ok := text(x.Args[0]); ok { // a string with a time is a DATETIME, without one a date
		to := types.DateType
		if strings.Contains(s, ":") {
			to = types.TimestampNTZType
		}
		date = &expr.Cast{Base: t.base(x.Args[0]), Child: date, To: to}
	}
	return t.call(x, op, date, t.interval(x.Args[1], unit.Unit))
}

// fields are the letters of DATE_FORMAT as letters of Spark's patterns.
var fields = map[byte]string{'Y': "yyyy", 'y': "yy", 'm': "MM", 'c': "M", 'd': "dd", 'e': "d", 'H': "HH", 'k': "H", 'h': "hh", 'I': "hh", 'l': "h",
	'i': "mm", 's': "ss", 'S': "ss", 'f': "SSSSSS", 'p': "a", 'M': "MMMM", 'b': "MMM", 'W': "EEEE", 'a': "EEE", 'j': "DDD", 'T': "HH:mm:ss",
	'r': "hh:mm:ss a"}

// loose are the letters that also read a number of one digit, where no other number follows at once.
var loose = map[byte]string{'m': "M", 'd': "d", 'H': "H", 'h': "h", 'I': "h", 'i': "m", 's': "s", 'S': "s"}

// pattern translates a pattern that is a literal. timed reports that it has fields of a time, dated of a date.
func (t *translator) pattern(n ast.ExprNode, parse bool) (e expr.Expr, dated, timed bool) {
	s, ok := text(n)
	if !ok {
		t.unsupported("DATE_PATTERN", n, "date pattern that is not a literal")
		return expr.Null, false, false
	}
	var b strings.Builder
	plain := "" // letters that stand for themselves, not yet written
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+1 < len(s) {
			i++
			c = s[i]
			f, ok := fields[c]
			if l := loose[c]; parse && l != "" && (i+1 == len(s) || s[i+1] != '%') && (i < 2 || i >= 3 && !(s[i-3] == '%')) {
				f = l
			}
			if ok {
				timed = timed || strings.IndexByte("HkhIlisSfpTr", c) >= 0
				dated = dated || strings.IndexByte("HkhIlisSfpTr", c) < 0
				writePlain(&b, plain)
				plain = ""
				b.WriteString(f)
				continue
			}
			if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
				t.unsupported("DATE_PATTERN", n, "date pattern %%%c", c)
			}
		}
		plain += string(s[i : i+1])
	}
	writePlain(&b, plain)
	return &expr.Literal{Base: t.base(n), Value: b.String(), T: types.StringType}, dated, timed
}

// writePlain quotes text that may have a meaning in Spark's patterns.
func writePlain(b *strings.Builder, s string) {
	if s == "" || strings.Trim(s, " -/:.,") == "" {
		b.WriteString(s)
		return
	}
	b.WriteString("'" + strings.ReplaceAll(s, "'", "''") + "'")
}

// strToDate translates STR_TO_DATE, which gives NULL for what does not fit: a date, or a DATETIME if the pattern has fields of a time.
func (t *translator) strToDate(x *ast.FuncCallExpr) expr.Expr {
	p, dated, timed := t.pattern(x.Args[1], true)
	if timed && !dated {
		t.unsupported("TIME", x, "STR_TO_DATE of a time")
	}
	to := types.DateType
	if timed {
		to = types.TimestampNTZType
	}
	return &expr.Cast{Base: t.base(x), Child: t.call(x, "try_to_timestamp", t.expr(x.Args[0]), p), To: to}
}
