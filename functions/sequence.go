package functions

import (
	"math"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// sequences make arrays of values in regular distances.
func sequences() []*expr.Func {
	return []*expr.Func{
		{Name: "sequence", Group: arrayGroup, Since: "2.4.0", Usage: "sequence(start, stop[, step]) - Returns the values from start to stop, both included; numbers, or dates and timestamps with an interval as step. The default step is 1 or a day, towards stop.",
			Examples: []expr.Example{{SQL: "SELECT sequence(1, 5)", Want: "[1,2,3,4,5]"}, {SQL: "SELECT sequence(5, 1)", Want: "[5,4,3,2,1]"}},
			Resolve:  resolveSequence, Fallible: true, New: newSequence},
	}
}

func resolveSequence(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 2 || len(c.Args) > 3 {
		return nil, WrongCount(c.Func.Name, "[2, 3]", len(c.Args), c.Pos)
	}
	params := c.Types()
	t, ok := types.CommonIn(c.Mode != expr.Legacy, params[0], params[1])
	switch {
	case ok && t.IsInteger():
		if len(params) == 3 {
			if t, ok = types.CommonIn(c.Mode != expr.Legacy, t, params[2]); ok && t.IsInteger() {
				params[2] = t
				break
			}
			return nil, wrongSequence(c)
		}
	case ok && t.IsDatetime():
		if len(params) == 3 {
			switch s := params[2]; {
			case s.Kind == types.Null, s.Kind == types.String:
				params[2] = types.CalendarType
			case !s.IsInterval():
				return nil, wrongSequence(c)
			}
		}
	default:
		return nil, wrongSequence(c)
	}
	params[0], params[1] = t, t
	return &expr.Resolution{Params: params, Result: types.ArrayOf(t, false)}, nil
}

func wrongSequence(c *expr.Resolving) error {
	return sqlerr.New("DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: The `sequence` uses the wrong parameter type. The parameter type must conform to: 1. The start and stop expressions must resolve to the same type. 2. If start and stop expressions resolve to the \"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"DATE\" type, then the step expression must resolve to the \"INTERVAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\" type. 3. Otherwise, if start and stop expressions resolve to the \"INTEGRAL\" type, then the step expression must resolve to the same type.",
		describeCall(c.Func.Name, c.Args))
}

// progression computes the values of a sequence; item n is start plus n steps.
type progression struct {
	spec   *expr.Spec
	values []int64
	zone   *time.Location // of timestamps; dates and local timestamps count in UTC
	day    bool           // dates: values are days, items microseconds
}

func newSequence(s *expr.Spec) (expr.Kernel, error) {
	t := s.Args[0]
	p := &progression{spec: s, zone: zoneOf(s, t), day: t.Kind == types.Date}
	return func(k *expr.KernelCall) {
		p.values = p.values[:0]
		out := columnar.Values[columnar.Span](k.Out)
		clear(out)
		for i := range live(k) {
			from := len(p.values)
			start, stop := integerAt(k.Args[0], i), integerAt(k.Args[1], i)
			ok := false
			if t.IsInteger() {
				ok = p.integers(k, i, start, stop)
			} else {
				ok = p.times(k, i, start, stop)
			}
			if !ok {
				p.values = p.values[:from]
			}
			out[i] = columnar.Span{Off: int32(from), Len: int32(len(p.values) - from)}
		}
		storeIntegers(k.Out.Children[0], p.values)
	}, nil
}

// storeIntegers makes v a vector of integers, of the width of its type.
func storeIntegers(v *columnar.Vector, xs []int64) {
	v.Reset(v.Type, v.Width, len(xs))
	for i, x := range xs {
		switch v.Width {
		case columnar.W8:
			columnar.Values[int8](v)[i] = int8(x)
		case columnar.W16:
			columnar.Values[int16](v)[i] = int16(x)
		case columnar.W32:
			columnar.Values[int32](v)[i] = int32(x)
		default:
			columnar.Values[int64](v)[i] = x
		}
	}
}

// room checks that a step leads from start to stop in a number of items that an array holds.
func (p *progression) room(k *expr.KernelCall, i int, start, stop, step int64) (n int64, ok bool) {
	if step > 0 && start > stop || step < 0 && start < stop || step == 0 && start != stop {
		reject(k, i, p.spec, "INTERNAL_ERROR", "Illegal sequence boundaries: %d to %d by %d", start, stop, step)
		return 0, false
	}
	if step == 0 || start == stop {
		return 1, true
	}
	count := (uint64(stop) - uint64(start)) / uint64(step)
	if step < 0 {
		count = (uint64(start) - uint64(stop)) / -uint64(step)
	}
	if count >= maxElements || int64(count)+int64(len(p.values)) >= maxElements {
		reject(k, i, p.spec, "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER", "Can't create array with %d elements which exceeding the array size limit %d, the value returned by the parameter(s) `count` in the function `sequence` is invalid.", count+1, int64(maxElements))
		return 0, false
	}
	return int64(count) + 1, true
}

func (p *progression) integers(k *expr.KernelCall, i int, start, stop int64) bool {
	step := int64(1)
	if len(k.Args) > 2 {
		step = integerAt(k.Args[2], i)
	} else if start > stop {
		step = -1
	}
	n, ok := p.room(k, i, start, stop, step)
	for j := range n {
		p.values = append(p.values, start+j*step)
	}
	return ok
}

// step returns the interval of row i.
func (p *progression) step(k *expr.KernelCall, i int, start, stop int64) types.Interval {
	if len(k.Args) < 3 {
		if start > stop {
			return types.Interval{Days: -1}
		}
		return types.Interval{Days: 1}
	}
	a := k.Args[2]
	switch a.Type.Kind {
	case types.YearMonth:
		return types.Interval{Months: int32(integerAt(a, i))}
	case types.DayTime:
		return types.Interval{Micros: integerAt(a, i)}
	}
	return columnar.Values[types.Interval](a)[i&formMask(a)]
}

// microsPerMonth is what Spark estimates the length of a sequence with.
const microsPerMonth = 28 * microsPerDay

func (p *progression) times(k *expr.KernelCall, i int, start, stop int64) bool {
	step := p.step(k, i, start, stop)
	if p.day {
		if step.Micros%microsPerDay != 0 || step.Micros != 0 && len(k.Args) > 2 && k.Args[2].Type.Kind != types.DayTime && step.Days == 0 && step.Months == 0 && step.Micros%microsPerDay != 0 {
			reject(k, i, p.spec, "INTERNAL_ERROR", "sequence step must be an interval day granularity if start and end values are dates")
			return false
		}
		start, stop = start*microsPerDay, stop*microsPerDay
	}
	about := step.Micros + int64(step.Days)*microsPerDay + int64(step.Months)*microsPerMonth
	if _, ok := p.room(k, i, start, stop, about); !ok {
		return false
	}
	if about == 0 {
		p.add(start)
		return true
	}
	for n, t := int64(0), start; about > 0 && t <= stop || about < 0 && t >= stop; {
		p.add(t)
		n++
		if n*max(int64(step.Months), -int64(step.Months), int64(step.Days), -int64(step.Days)) > math.MaxInt32 {
			break
		}
		var ok bool
		if t, ok = shiftTimestamp(start, types.Interval{Months: int32(n) * step.Months, Days: int32(n) * step.Days, Micros: n * step.Micros}, p.zone); !ok {
			break
		}
	}
	return true
}

func (p *progression) add(t int64) {
	if p.day {
		t = floorDiv(t, microsPerDay)
	}
	p.values = append(p.values, t)
}
