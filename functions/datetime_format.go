package functions

import (
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

const defaultPattern = "yyyy-MM-dd HH:mm:ss"

// formatFuncs write dates, times and timestamps by a pattern.
func formatFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "date_format", Group: datetimeGroup, Since: "1.5.0", Usage: "date_format(t, pattern) - Writes a date, timestamp or time by a datetime pattern.",
			Examples: []expr.Example{{SQL: "SELECT date_format('2016-04-08', 'y')", Want: "2016"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.StringType, types.ClassTimestamp, types.ClassString), returns(types.StringType, types.ClassTime, types.ClassString)}, New: newDateFormat},
		{Name: "from_unixtime", Group: datetimeGroup, Since: "1.5.0", Usage: "from_unixtime(seconds[, pattern]) - Writes the time a number of seconds after 1970-01-01 00:00:00 UTC by a datetime pattern, yyyy-MM-dd HH:mm:ss if none is given.",
			Examples: []expr.Example{{SQL: "SELECT from_unixtime(0, 'yyyy-MM-dd HH:mm:ss')", Want: "1970-01-01 00:00:00"}}, Fallible: true,
			Sigs: []expr.Sig{optional(1, returns(types.StringType, types.ClassBigInt, types.ClassString))}, New: newFromUnixTime},
	}
}

// patternReader reads patterns row by row; equal ones in a row are compiled once.
type patternReader struct {
	names   texts
	rows    bool // there are names
	parsing bool
	text    string
	pattern *temporal.Pattern
	err     error
}

// patternsOf prepares the patterns of argument j; a literal is compiled when the kernel is made. A wrong one fails the rows that use it: a null is not
// read by any pattern.
func patternsOf(s *expr.Spec, j int, parsing bool) patternReader {
	r := patternReader{parsing: parsing}
	switch {
	case j >= len(s.Args):
		r.compile(defaultPattern)
	case s.Consts[j] == nil || s.Consts[j].Value == nil:
		r.rows = true
	default:
		text, _ := s.Consts[j].Value.(string)
		r.compile(text)
		r.rows = r.err != nil
	}
	return r
}

func (r *patternReader) compile(text string) {
	r.text = text
	r.pattern, r.err = temporal.CompilePattern(text, r.parsing)
}

// of returns the reader for one call of a kernel.
func (r patternReader) of(k *expr.KernelCall, j int) patternReader {
	if r.rows {
		r.names = textsOf(k.Args[j])
	}
	return r
}

// at returns the pattern of a row; nil with an error that no session setting silences if it is none.
func (r *patternReader) at(k *expr.KernelCall, i int, s *expr.Spec) *temporal.Pattern {
	if !r.rows {
		return r.pattern
	}
	if text := r.names.at(i); r.pattern == nil || string(text) != r.text {
		r.compile(string(text))
	}
	if r.err == nil {
		return r.pattern
	}
	if k.Fail(i) {
		if k.Err = sqlerr.As(r.err); k.Err != nil {
			k.Err.At(s.Pos)
		}
		if s.Mode == expr.Legacy {
			k.Fatal = r.err
		}
	}
	return nil
}

func newDateFormat(s *expr.Spec) (expr.Kernel, error) {
	patterns := patternsOf(s, 1, false)
	if s.Args[0].Kind == types.Time {
		return formatTimes(s, patterns), nil
	}
	return formatInstants(s, patterns, 1), nil
}

func newFromUnixTime(s *expr.Spec) (expr.Kernel, error) {
	patterns := patternsOf(s, 1, false)
	return formatInstants(s, patterns, microsPerSecond), nil
}

// formatInstants writes instants that are counted in units of microseconds.
func formatInstants(s *expr.Spec, patterns patternReader, unit int64) expr.Kernel {
	zone := zoneOf(s, types.TimestampType)
	return func(k *expr.KernelCall) {
		t, patterns, clock := columnOf[int64](k.Args[0]), patterns.of(k, 1), clockOf(zone)
		var buf []byte
		for i := range live(k) {
			p := patterns.at(k, i, s)
			if p == nil {
				continue
			}
			micros := t.at(i) * unit
			clock.local(micros)
			buf = p.AppendAt(buf[:0], micros, clock.offset, zone)
			k.Out.SetBytes(i, buf)
		}
	}
}

// formatTimes writes times of day; patterns with parts of dates are errors.
func formatTimes(s *expr.Spec, patterns patternReader) expr.Kernel {
	return func(k *expr.KernelCall) {
		t, patterns := columnOf[int64](k.Args[0]), patterns.of(k, 1)
		var buf []byte
		for i := range live(k) {
			p := patterns.at(k, i, s)
			if p == nil {
				continue
			}
			if !p.OnlyTime() {
				reject(k, i, s, "INVALID_PARAMETER_VALUE.PATTERN", "The value of parameter(s) `format` in `date_format` is invalid: '%s'.", patterns.text)
				continue
			}
			buf = p.AppendAt(buf[:0], t.at(i)/1000, 0, time.UTC)
			k.Out.SetBytes(i, buf)
		}
	}
}

// parsedResult is the kernel's result for a parsed time.
func parsedResult(local int64, zone *time.Location, kind types.Kind) int64 {
	switch kind {
	case types.Date:
		return floorDiv(local, microsPerDay)
	case types.TimestampNTZ:
		return local
	case types.Time:
		return (local - floorDiv(local, microsPerDay)*microsPerDay) * 1000
	case types.BigInt:
		return temporal.ToUTC(local, zone) / microsPerSecond
	}
	return temporal.ToUTC(local, zone)
}

// parseClocks reads times of day without a pattern.
func parseClocks(s *expr.Spec) expr.Kernel {
	return func(k *expr.KernelCall) {
		text, out := textsOf(k.Args[0]), columnar.Values[int64](k.Out)
		for i := range live(k) {
			micros, ok := temporal.ParseTime(string(text.at(i)))
			if out[i] = micros * 1000; !ok {
				raise(k, i, s.Pos, "CANNOT_PARSE_TIME", "The input string '%s' cannot be parsed to a TIME value because it does not match to the datetime format 'HH:mm:ss.SSSSSS'.", text.at(i))
			}
		}
	}
}

// newParse reads text by a pattern as the result type: a timestamp, date, time or seconds. try names the function that the error proposes.
func newParse(try string) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		if s.Result.Kind == types.Time && len(s.Args) == 1 {
			return parseClocks(s), nil
		}
		patterns := patternsOf(s, 1, true)
		session, kind := zoneOf(s, types.TimestampType), s.Result.Kind
		return func(k *expr.KernelCall) {
			text, patterns := textsOf(k.Args[0]), patterns.of(k, 1)
			for i := range live(k) {
				p := patterns.at(k, i, s)
				if p == nil {
					continue
				}
				local, zone, err := p.Parse(string(text.at(i)))
				switch {
				case err != nil && err.Overflow:
					reject(k, i, s, "ARITHMETIC_OVERFLOW", "%s.", err.Message)
					continue
				case err != nil && kind == types.Time:
					raise(k, i, s.Pos, "CANNOT_PARSE_TIME", "The input string '%s' cannot be parsed to a TIME value because it does not match the datetime format '%s'.", text.at(i), patterns.text)
					continue
				case err != nil:
					raise(k, i, s.Pos, "CANNOT_PARSE_TIMESTAMP", "%s. Use `%s` to tolerate invalid input string and return NULL instead.", err.Message, try)
					continue
				case zone == nil:
					zone = session
				case kind == types.Date: // the day is that of the session's clocks
					local = temporal.ToLocal(temporal.ToUTC(local, zone), session)
				}
				v := parsedResult(local, zone, kind)
				if kind == types.Date {
					columnar.Values[int32](k.Out)[i] = int32(v)
				} else {
					columnar.Values[int64](k.Out)[i] = v
				}
			}
		}, nil
	}
}
