package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// timeWindows replaces window(t, duration[, slide[, start]]) in the list and GROUP BY of a block by a column of that name, which a lateral view
// supplies: the intervals [start, end) that hold the row's time. Rows without a time are in none.
//
//	SELECT window, count(*) FROM e GROUP BY window(t, '1 hour')
//	SELECT window, count(*) FROM e LATERAL VIEW explode(array(named_struct('start', …, 'end', …))) AS window GROUP BY window
//
// Compare Spark's rule TimeWindowing.
func (a *analyzer) timeWindows(sel *logical.Select) (*logical.Select, error) {
	var call *expr.UnresolvedCall
	var several error
	replace := func(e expr.Expr) expr.Expr {
		if e == nil {
			return nil
		}
		return expr.Rewrite(e, func(x expr.Expr) expr.Expr {
			c, ok := x.(*expr.UnresolvedCall)
			if !ok || len(c.Name) != 1 || !strings.EqualFold(c.Name[0], "window") || c.Over != nil {
				return x
			}
			if call == nil {
				call = c
			} else if autoName(a, call) != autoName(a, c) {
				several = sqlerr.New("_LEGACY_ERROR_TEMP_1039", c.At, "Multiple time/session window expressions would result in a cartesian product of rows, therefore they are currently not supported.")
			}
			return &expr.Name{Base: c.Base, Parts: []string{"window"}}
		})
	}
	out := *sel
	out.List = make([]expr.Expr, len(sel.List))
	for i, e := range sel.List {
		out.List[i] = replace(e)
	}
	if sel.Group != nil {
		g := *sel.Group
		g.Items = make([]logical.GroupItem, len(sel.Group.Items))
		for i, it := range sel.Group.Items {
			it.Expr = replace(it.Expr)
			g.Items[i] = it
		}
		out.Group = &g
	}
	if call == nil || several != nil {
		return sel, several
	}
	w, err := windowArguments(call)
	if err != nil {
		return nil, err
	}
	out.Views = append(sel.Views[:len(sel.Views):len(sel.Views)], logical.LateralView{Call: w.explode(), Name: "time window", Columns: []string{"window"}, Pos: call.At})
	return &out, nil
}

// timeWindow is a call of window: microseconds, and the expression of the time.
type timeWindow struct {
	base                   expr.Base
	time                   expr.Expr
	duration, slide, start int64
}

func windowArguments(c *expr.UnresolvedCall) (*timeWindow, error) {
	if len(c.Args) < 2 || len(c.Args) > 4 {
		return nil, sqlerr.New("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", c.At, "The `window` requires [2, 3, 4] parameters but the actual number is %d.", len(c.Args))
	}
	w := &timeWindow{base: c.Base, time: c.Args[0]}
	var v [3]int64
	for i, e := range c.Args[1:] {
		micros, err := windowDuration(e)
		if err != nil {
			return nil, err
		}
		v[i] = micros
	}
	if w.duration, w.slide, w.start = v[0], v[1], v[2]; len(c.Args) == 2 {
		w.slide = w.duration
	}
	switch {
	case w.duration <= 0 || w.slide <= 0:
		return nil, sqlerr.New("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", c.At, "Cannot resolve \"window\" due to data type mismatch: The durations must be between (0, 9223372036854775807] (current values = %dL, %dL).", w.duration, w.slide)
	case w.slide > w.duration:
		return nil, sqlerr.New("DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION", c.At, "Cannot resolve \"window\" due to data type mismatch: The `slide_duration`(%dL) must be <= the `window_duration`(%dL).", w.slide, w.duration)
	case max(w.start, -w.start) >= w.slide:
		return nil, sqlerr.New("DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION", c.At, "Cannot resolve \"window\" due to data type mismatch: The `abs(start_time)`(%dL) must be < the `slide_duration`(%dL).", max(w.start, -w.start), w.slide)
	}
	return w, nil
}

// windowDuration reads a literal: text of an interval without months, or microseconds.
func windowDuration(e expr.Expr) (int64, error) {
	l, ok := e.(*expr.Literal)
	if ok {
		switch v := l.Value.(type) {
		case int32:
			return int64(v), nil
		case int64:
			if l.T.Kind == types.BigInt {
				return v, nil
			}
		case string:
			iv, ok := temporal.ParseInterval(v)
			switch {
			case !ok:
				return 0, sqlerr.New("CANNOT_PARSE_INTERVAL", l.At, "Unable to parse '%s'. Please ensure that the value provided is in a valid format for defining an interval.", v)
			case iv.Months != 0:
				return 0, sqlerr.New("_LEGACY_ERROR_TEMP_3231", l.At, "Intervals greater than a month is not supported (%s).", v)
			}
			sum, _ := types.AddInt128(types.MulInt64(int64(iv.Days), temporal.Day), types.Int128Of(iv.Micros))
			if sum.IsInt64() {
				return sum.Int64(), nil
			}
		}
	}
	return 0, sqlerr.New("_LEGACY_ERROR_TEMP_1207", e.Pos(), "The duration and time inputs to window must be an integer, long or string literal.")
}

func (w *timeWindow) call(name string, args ...expr.Expr) *expr.UnresolvedCall {
	return &expr.UnresolvedCall{Base: w.base, Name: []string{name}, Args: args}
}

func (w *timeWindow) literal(v any, t types.Type) expr.Expr {
	return &expr.Literal{Base: w.base, Value: v, T: t}
}

// bound is the latest start at or before the time, shifted.
func (w *timeWindow) bound(shift int64) expr.Expr {
	return w.call("window_bound", w.time, w.literal(w.slide, types.BigIntType), w.literal(w.start, types.BigIntType), w.literal(shift, types.BigIntType))
}

// explode makes a row of every interval that holds the time, the latest first. All that start after time - duration do; where the duration is no
// multiple of the slide, the earliest may end before.
func (w *timeWindow) explode() *expr.UnresolvedCall {
	n := (w.duration + w.slide - 1) / w.slide
	array := w.call("array")
	for k := range n {
		end := w.bound(w.duration - k*w.slide)
		var e expr.Expr = w.call("named_struct", w.literal("start", types.StringType), w.bound(-k*w.slide), w.literal("end", types.StringType), end)
		if k == n-1 && w.duration%w.slide != 0 {
			e = &expr.Case{Base: w.base, Whens: []expr.When{{Cond: w.call(">", end, w.time), Then: e}}}
		}
		array.Args = append(array.Args, e)
	}
	if w.duration%w.slide != 0 {
		array = w.call("array_compact", array)
	}
	return w.call("explode", &expr.Case{Base: w.base, Whens: []expr.When{{Cond: w.call("isnotnull", w.time), Then: array}}})
}
