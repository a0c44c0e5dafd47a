package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// parseFuncs read dates and timestamps from text, by a pattern or, without one, as a cast does.
func parseFuncs() []*expr.Func {
	var fs []*expr.Func
	for _, f := range []struct {
		name, since, trySince, what, example, want string
		result                                     types.Type
	}{
		{"to_date", "1.5.0", "4.0.0", "a date", "('2016-12-31', 'yyyy-MM-dd')", "2016-12-31", types.DateType},
		{"to_timestamp", "2.2.0", "3.4.0", "a timestamp", "('2016-12-31', 'yyyy-MM-dd')", "2016-12-31 00:00:00", types.TimestampType},
		{"to_timestamp_ltz", "3.4.0", "", "a timestamp with local time zone", "('2016-12-31', 'yyyy-MM-dd')", "2016-12-31 00:00:00", types.TimestampType},
		{"to_timestamp_ntz", "3.4.0", "", "a timestamp without time zone", "('2016-12-31', 'yyyy-MM-dd')", "2016-12-31 00:00:00", types.TimestampNTZType},
		{"to_time", "4.1.0", "4.1.0", "a time of day", "('00.12.00', 'HH.mm.ss')", "00:12:00", types.TimeType},
	} {
		try := "try_to_timestamp"
		if f.result.Kind == types.Date {
			try = "try_to_date"
		}
		strict := &expr.Func{Name: f.name, Group: datetimeGroup, Since: f.since, Usage: f.name + "(text[, pattern]) - Reads " + f.what + " from text by a datetime pattern, as a cast does if none is given.", Fallible: true,
			Examples: []expr.Example{{SQL: "SELECT " + f.name + f.example, Want: f.want}},
			Resolve:  resolveParse(f.result), Rewrite: rewriteParse, New: newParse(try),
			Sigs: []expr.Sig{optional(1, returns(f.result, types.ClassAny, types.ClassString))}}
		fs = append(fs, strict)
		if f.trySince != "" {
			t := tryForm(strict, f.trySince, f.want)
			t.Rewrite = func(c *expr.Call) (expr.Expr, error) {
				d := *c
				d.Mode = expr.Try
				return rewriteParse(&d)
			}
			fs = append(fs, t)
		}
	}
	unix := func(name, since, usage string, optionalArgs int) *expr.Func {
		return &expr.Func{Name: name, Group: datetimeGroup, Since: since, Usage: name + usage, Fallible: true,
			Examples: []expr.Example{{SQL: "SELECT " + name + "('1970-01-02', 'yyyy-MM-dd')", Want: "86400"}},
			Sigs:     []expr.Sig{optional(optionalArgs, returns(types.BigIntType, types.ClassAny, types.ClassString))}, Resolve: resolveUnixTime, Rewrite: rewriteUnixTime, New: newUnixTime}
	}
	return append(fs,
		unix("unix_timestamp", "1.5.0", "([t[, pattern]]) - Returns the seconds since 1970-01-01 00:00:00 UTC of a date, a timestamp, text in a pattern (yyyy-MM-dd HH:mm:ss if none is given), or of the start of the query.", 2),
		unix("to_unix_timestamp", "1.6.0", "(t[, pattern]) - Returns the seconds since 1970-01-01 00:00:00 UTC of a date, a timestamp, or text in a pattern (yyyy-MM-dd HH:mm:ss if none is given).", 1))
}

// resolveParse leaves what is no text as it is if there is no pattern, for the cast.
func resolveParse(to types.Type) func(*expr.Resolving) (*expr.Resolution, error) {
	text := types.Class{Name: `STRING" or "DATE" or "TIMESTAMP" or "TIMESTAMP_NTZ`, Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
		if t.Kind == types.Null {
			return types.StringType, true
		}
		return t, t.Kind == types.String || t.IsDatetime()
	}}
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		if len(c.Args) == 1 {
			null := true
			if c.Mode == expr.ANSI {
				null = c.Args[0].Nullable()
			}
			return &expr.Resolution{Params: c.Types(), Result: to, Nullable: &null}, nil
		}
		res, err := bySigs(c, c.Args)
		if err != nil {
			return nil, err
		}
		res.Params[0], err = accept(c, 0, text)
		return res, err
	}
}

// rewriteParse turns calls without a pattern, and calls on what is no text, into casts.
func rewriteParse(c *expr.Call) (expr.Expr, error) {
	if len(c.Args) == 2 && c.Args[0].Type().Kind == types.String {
		return c, nil
	}
	if c.Args[0].Type().Equal(c.T) {
		return c.Args[0], nil
	}
	return castTo(c.Args[0], c)
}

// castTo makes the explicit cast that a function stands for.
func castTo(e expr.Expr, c *expr.Call) (expr.Expr, error) {
	from := e.Type()
	if !types.CanCast(from, c.T, c.Mode != expr.Legacy) {
		return nil, WrongType(c.Func.Name, c.Args, 0, "STRING", c.At)
	}
	return &expr.Cast{Base: c.Base, Child: e, To: c.T, Mode: c.Mode}, nil
}

func resolveUnixTime(c *expr.Resolving) (*expr.Resolution, error) {
	res, err := bySigs(c, c.Args)
	if err != nil || len(c.Args) == 0 {
		return res, err
	}
	switch t := c.Args[0].Type(); t.Kind {
	case types.Date:
		res.Params[0] = types.TimestampType
	case types.Null:
		res.Params[0] = types.StringType
	case types.String, types.Timestamp, types.TimestampNTZ:
	default:
		return nil, WrongType(c.Func.Name, c.Args, 0, `STRING" or "DATE" or "TIMESTAMP" or "TIMESTAMP_NTZ`, c.Pos)
	}
	return res, nil
}

// rewriteUnixTime turns a call without arguments into the start of the query.
func rewriteUnixTime(c *expr.Call) (expr.Expr, error) {
	if len(c.Args) > 0 {
		return c, nil
	}
	now, err := Call("current_timestamp")
	if err != nil {
		return nil, err
	}
	return Call("unix_seconds", now)
}

// newUnixTime counts seconds of timestamps, or parses text.
func newUnixTime(s *expr.Spec) (expr.Kernel, error) {
	if s.Args[0].Kind == types.String {
		return newParse("try_to_timestamp")(s)
	}
	return func(k *expr.KernelCall) {
		t, out := columnOf[int64](k.Args[0]), columnar.Values[int64](k.Out)
		for i := range out {
			out[i] = floorDiv(t.at(i), microsPerSecond)
		}
	}, nil
}
