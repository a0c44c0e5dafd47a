package mysql

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// renamed are functions of the same meaning under another name. What is neither here nor translated below keeps its name: a function of
// Sparrow or of the program.
var renamed = map[string]string{
	"length": "octet_length", "character_length": "char_length", "now": "localtimestamp", "sysdate": "localtimestamp", "localtime": "localtimestamp",
	"current_timestamp": "localtimestamp", "curdate": "current_date", "database": "current_database", "schema": "current_database", "mid": "substring",
	"substr": "substring", "lcase": "lower", "ucase": "upper", "ceil": "ceiling", "pow": "power", "dayofmonth": "day", "sha": "sha1",
	"session_user": "current_user", "system_user": "current_user", "user": "current_user", "position": "locate",
}

// different are functions that Sparrow has under the same name with another meaning.
var different = map[string]bool{
	"week": true, "char": true, "char_func": true, "insert": true, "insert_func": true, "format": true, "time": true, "timediff": true,
	"make_set": true, "makedate": true, "sec_to_time": true, "addtime": true, "subtime": true, "yearweek": true, "json_array_length": true,
	"extractvalue": true, "hour_second": true, "aes_encrypt": true, "aes_decrypt": true, "get_format": true,
}

// dateParts are the units of EXTRACT with the function that gives them.
var dateParts = map[ast.TimeUnitType]string{ast.TimeUnitYear: "year", ast.TimeUnitQuarter: "quarter", ast.TimeUnitMonth: "month", ast.TimeUnitDay: "day",
	ast.TimeUnitHour: "hour", ast.TimeUnitMinute: "minute", ast.TimeUnitSecond: "second"}

// arity is the number of arguments of the functions whose translation looks at them by position.
var arity = map[string]int{"date_format": 2, "str_to_date": 2, "extract": 2, "timestampdiff": 3, "timestampadd": 3, ast.DateLiteral: 1, ast.TimestampLiteral: 1,
	ast.TimeLiteral: 1, "mod": 2, "truncate": 2, "convert_tz": 3}

// function translates a call of a scalar function.
func (t *translator) function(x *ast.FuncCallExpr) expr.Expr {
	name := x.FnName.L
	if n, ok := arity[name]; ok && len(x.Args) != n {
		t.fail(sqlerr.New("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", t.pos(x), "The function %s requires %d parameters but the actual number is %d.", x.FnName.O, n, len(x.Args)))
		return expr.Null
	}
	if e, ok := t.timeFunction(x, name); ok {
		return e
	}
	if len(x.Args) == 1 {
		if e, ok := t.unaryFunction(x, name); ok {
			return e
		}
	}
	switch name {
	case "mod":
		return t.call(x, "%", t.expr(x.Args[0]), t.divisor(x, t.expr(x.Args[1])))
	case "truncate":
		return t.truncate(x)
	case "greatest", "least": // unlike Spark's they give NULL where one argument is
		if len(x.Args) > 0 {
			return t.unlessNull(x, t.exprs(x.Args), name)
		}
	case "field":
		if len(x.Args) > 1 {
			return t.field(x)
		}
	case "trim":
		if len(x.Args) > 1 {
			return t.trim(x)
		}
	case "convert_tz":
		a := t.exprs(x.Args)
		return t.call(x, "convert_timezone", a[1], a[2], a[0])
	}
	if different[name] {
		t.unsupported("FUNCTION", x, "function %s", strings.ToUpper(name))
		return expr.Null
	}
	if x.Schema.O == "" {
		if other, ok := renamed[name]; ok {
			if other == "localtimestamp" { // the number of digits of NOW(6) does not matter
				return t.call(x, other)
			}
			return t.call(x, other, t.exprs(x.Args)...)
		}
	}
	c := t.call(x, x.FnName.O, t.exprs(x.Args)...)
	if x.Schema.O != "" {
		c.Name = []string{x.Schema.O, x.FnName.O}
	}
	return c
}

// timeFunction translates the functions of dates that take units, patterns or literals.
func (t *translator) timeFunction(x *ast.FuncCallExpr, name string) (expr.Expr, bool) {
	switch name {
	case ast.DateLiteral, ast.TimestampLiteral, ast.TimeLiteral:
		s, _ := text(x.Args[0])
		word := map[string]string{ast.DateLiteral: "DATE", ast.TimestampLiteral: "TIMESTAMP_NTZ", ast.TimeLiteral: "TIME"}[name]
		return t.spark(x, word+quoted(s)), true
	case "date_add", "adddate":
		return t.addition(x, "+"), true
	case "date_sub", "subdate":
		return t.addition(x, "-"), true
	case "extract":
		unit, ok := x.Args[0].(*ast.TimeUnitExpr)
		if f := dateParts[unitOf(unit)]; ok && f != "" {
			return t.call(x, f, t.expr(x.Args[1])), true
		}
		t.unsupported("EXTRACT", x, "EXTRACT of this unit")
		return expr.Null, true
	case "timestampdiff", "timestampadd":
		unit, ok := x.Args[0].(*ast.TimeUnitExpr)
		if !ok {
			return nil, false
		}
		if name == "timestampadd" {
			return t.call(x, "+", t.expr(x.Args[2]), t.interval(x.Args[1], unit.Unit)), true
		}
		lit := &expr.Literal{Base: t.base(x), Value: unit.Unit.String(), T: types.StringType}
		return t.call(x, name, lit, t.expr(x.Args[1]), t.expr(x.Args[2])), true
	case "date_format":
		p, _, _ := t.pattern(x.Args[1], false)
		return t.call(x, "date_format", t.expr(x.Args[0]), p), true
	case "str_to_date":
		return t.strToDate(x), true
	case "from_unixtime":
		if len(x.Args) == 2 {
			p, _, _ := t.pattern(x.Args[1], false)
			return t.call(x, "date_format", t.call(x, "timestamp_seconds", t.expr(x.Args[0])), p), true
		}
	}
	return nil, false
}

func unitOf(u *ast.TimeUnitExpr) ast.TimeUnitType {
	if u == nil {
		return ast.TimeUnitInvalid
	}
	return u.Unit
}

// unaryFunction translates functions of one argument that are something else in Spark.
func (t *translator) unaryFunction(x *ast.FuncCallExpr, name string) (expr.Expr, bool) {
	format := func(pattern string) (expr.Expr, bool) {
		return t.call(x, "date_format", t.expr(x.Args[0]), &expr.Literal{Value: pattern, T: types.StringType}), true
	}
	cast := func(e expr.Expr, to types.Type) (expr.Expr, bool) {
		return &expr.Cast{Base: t.base(x), Child: e, To: to}, true
	}
	switch name {
	case "dayname":
		return format("EEEE")
	case "monthname":
		return format("MMMM")
	case "date":
		return cast(t.expr(x.Args[0]), types.DateType)
	case "timestamp":
		return cast(t.expr(x.Args[0]), types.TimestampNTZType)
	case "from_unixtime":
		return cast(t.call(x, "timestamp_seconds", t.expr(x.Args[0])), types.TimestampNTZType)
	}
	return nil, false
}

// truncate cuts digits off, towards zero.
func (t *translator) truncate(x *ast.FuncCallExpr) expr.Expr {
	v, d := t.expr(x.Args[0]), t.expr(x.Args[1])
	return &expr.Case{Base: t.base(x), Whens: []expr.When{{Cond: t.call(x, "<", v, count(0)), Then: t.call(x, "ceil", v, d)}}, Else: t.call(x, "floor", v, d)}
}

func (t *translator) unlessNull(x *ast.FuncCallExpr, args []expr.Expr, name string) expr.Expr {
	nulls := make([]expr.Expr, len(args))
	for i, a := range args {
		nulls[i] = t.call(x, "isnotnull", a)
	}
	cond := nulls[0]
	if len(nulls) > 1 {
		cond = &expr.And{Base: t.base(x), Args: nulls}
	}
	return &expr.Case{Base: t.base(x), Whens: []expr.When{{Cond: cond, Then: t.call(x, name, args...)}}}
}

// field translates FIELD(x, a, b), the position of x among the others, 0 if there is none.
func (t *translator) field(x *ast.FuncCallExpr) expr.Expr {
	c := &expr.Case{Base: t.base(x), Operand: t.expr(x.Args[0]), Else: count(0)}
	for i, a := range x.Args[1:] {
		c.Whens = append(c.Whens, expr.When{Cond: t.expr(a), Then: count(int32(i + 1))})
	}
	return c
}

// trim translates TRIM of other characters than spaces, which in MySQL are a string to cut off and in Spark a set of characters: they are
// the same if it is one character.
func (t *translator) trim(x *ast.FuncCallExpr) expr.Expr {
	name, what := "trim", x.Args[1]
	if len(x.Args) == 3 {
		if d, ok := x.Args[2].(*ast.TrimDirectionExpr); ok {
			switch d.Direction {
			case ast.TrimLeading:
				name = "ltrim"
			case ast.TrimTrailing:
				name = "rtrim"
			}
		}
	}
	s, ok := text(what)
	if !ok || len([]rune(s)) != 1 {
		t.unsupported("TRIM", x, "TRIM of what is not one character")
		return expr.Null
	}
	return t.call(x, name, &expr.Literal{Base: t.base(what), Value: s, T: types.StringType}, t.expr(x.Args[0]))
}

// aggregates are those with another name in Sparrow: MySQL's deviations are of the population.
var aggregates = map[string]string{"std": "stddev_pop", "stddev": "stddev_pop", "variance": "var_pop"}

func (t *translator) aggregate(x *ast.AggregateFuncExpr) expr.Expr {
	name := strings.ToLower(x.F)
	if name == "group_concat" {
		return t.groupConcat(x)
	}
	if other, ok := aggregates[name]; ok {
		name = other
	}
	if strings.HasPrefix(name, "json_") || strings.HasPrefix(name, "approx_") {
		t.unsupported("FUNCTION", x, "function %s", strings.ToUpper(name))
	}
	c := t.call(x, name, t.exprs(x.Args)...)
	c.Distinct = x.Distinct
	return c
}

// groupConcat translates GROUP_CONCAT, whose last argument is the separator. An order is by what the text says; with DISTINCT it must be the
// value itself.
func (t *translator) groupConcat(x *ast.AggregateFuncExpr) expr.Expr {
	last := len(x.Args) - 1
	args, separator := t.exprs(x.Args[:last]), t.expr(x.Args[last])
	value := args[0]
	if len(args) > 1 {
		value = t.call(x, "concat", args...)
	} else if !x.Distinct {
		value = &expr.Cast{Base: t.base(x), Child: value, To: types.StringType}
	}
	c := t.call(x, "listagg", value, separator)
	c.Distinct = x.Distinct
	if x.Order != nil {
		c.Order, c.Within = t.keys(x.Order.Items), true
	}
	return c
}

func (t *translator) windowFunction(x *ast.WindowFuncExpr) expr.Expr {
	name := strings.ToLower(x.Name)
	if other, ok := aggregates[name]; ok {
		name = other
	}
	if x.FromLast || name == "group_concat" {
		t.unsupported("WINDOW_FUNCTION", x, "%s over this window", strings.ToUpper(name))
	}
	c := t.call(x, name, t.exprs(x.Args)...)
	c.Distinct, c.IgnoreNulls, c.NullsSet = x.Distinct, x.IgnoreNull, x.IgnoreNull
	w := t.window(&x.Spec)
	c.Over = &w
	return c
}
