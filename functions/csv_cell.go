package functions

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// cellReader turns cells of text into values of any type but nested ones.
type cellReader struct {
	zone             *time.Location
	nan, inf, negInf string // the words for these doubles
}

// store makes a cell row i of v and reports whether it is a value of the type.
func (r *cellReader) store(v *columnar.Vector, i int, cell []byte) bool {
	s := string(cell)
	switch t := v.Type; t.Kind {
	case types.String:
		v.SetBytes(i, cell)
		return true
	case types.Boolean:
		return strings.EqualFold(s, "true") && put(v, i, uint8(1)) || strings.EqualFold(s, "false") && put(v, i, uint8(0))
	case types.TinyInt:
		x, err := strconv.ParseInt(s, 10, 8)
		return err == nil && put(v, i, int8(x))
	case types.SmallInt:
		x, err := strconv.ParseInt(s, 10, 16)
		return err == nil && put(v, i, int16(x))
	case types.Int:
		x, err := strconv.ParseInt(s, 10, 32)
		return err == nil && put(v, i, int32(x))
	case types.BigInt:
		x, err := strconv.ParseInt(s, 10, 64)
		return err == nil && put(v, i, x)
	case types.Float:
		x, ok := r.float(s, 32)
		return ok && put(v, i, float32(x))
	case types.Double:
		x, ok := r.float(s, 64)
		return ok && put(v, i, x)
	case types.Decimal:
		x, status := types.ParseDecimalAs(string(bytes.ReplaceAll(cell, []byte(","), nil)), int(t.Precision), int(t.Scale))
		if status == 0 {
			setUnscaled(v, i, x)
		}
		return status == 0
	}
	return r.storeTime(v, i, s)
}

func put[T columnar.Fixed](v *columnar.Vector, i int, x T) bool {
	columnar.Values[T](v)[i] = x
	return true
}

// float reads a number as Java does, which does not mind white space around it.
func (r *cellReader) float(s string, bits int) (float64, bool) {
	switch s {
	case r.nan:
		return math.NaN(), true
	case r.inf:
		return math.Inf(1), true
	case r.negInf:
		return math.Inf(-1), true
	}
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(s, "xXpP_iI") && s != "Infinity" && s != "-Infinity" {
		return 0, false
	}
	x, err := strconv.ParseFloat(s, bits)
	if e, ok := err.(*strconv.NumError); ok && e.Err == strconv.ErrRange {
		err = nil // infinite, as in Java
	}
	return x, err == nil
}

func (r *cellReader) storeTime(v *columnar.Vector, i int, s string) bool {
	switch t := v.Type; t.Kind {
	case types.Date:
		x, ok := temporal.ParseDate(s)
		return ok && put(v, i, x)
	case types.Timestamp:
		x, ok := temporal.ParseTimestamp(s, r.zone, nil)
		return ok && put(v, i, x)
	case types.TimestampNTZ:
		x, ok := temporal.ParseNTZ(s, true)
		return ok && put(v, i, x)
	case types.YearMonth:
		x, ok := temporal.ParseYearMonth(s, t.From, t.To)
		return ok && put(v, i, x)
	case types.DayTime:
		x, ok := temporal.ParseDayTime(s, t.From, t.To)
		return ok && put(v, i, x)
	case types.CalendarInterval:
		x, ok := temporal.ParseInterval(s)
		return ok && put(v, i, x)
	}
	return false
}
