package physical

import (
	"cmp"
	"math"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// orderedKeys are the values of a sort key as numbers that grow along the rows: negated where the order descends.
type orderedKeys struct {
	ints   []types.Int128
	floats []float64 // set instead for float and double
}

func (k *orderedKeys) compare(i int, l *orderedKeys, j int) int {
	if k.floats != nil {
		return kernel.CompareFloat(k.floats[i], l.floats[j])
	}
	return k.ints[i].Cmp(l.ints[j])
}

// rangeKeys returns the keys of rows and the keys moved by a bound's offset.
func rangeKeys(v *columnar.Vector, b expr.Bound, desc bool, zone *time.Location) (keys, moved *orderedKeys, err error) {
	lit, ok := b.Offset.(*expr.Literal)
	if !ok {
		return nil, nil, sqlerr.Internal("a frame bound is no literal")
	}
	back := (b.Kind == expr.Preceding) != desc // towards smaller values
	if v.Type.IsFloating() {
		keys, moved = floatKeys(v, literalFloat(lit), back, desc)
		return keys, moved, nil
	}
	move, scale, err := mover(v.Type, lit, back, zone)
	if err != nil {
		return nil, nil, err
	}
	keys, moved = &orderedKeys{ints: make([]types.Int128, v.Len)}, &orderedKeys{ints: make([]types.Int128, v.Len)}
	flat := columnar.Flatten(&columnar.Vector{}, v, columnar.AllRows(v.Len))
	for i := range v.Len {
		if flat.IsNull(i) {
			continue
		}
		x := intKey(flat, i)
		moved.ints[i] = move(x)
		if keys.ints[i] = x; scale != 1 {
			keys.ints[i] = types.MulInt64(x.Int64(), scale)
		}
		if desc {
			keys.ints[i], moved.ints[i] = keys.ints[i].Neg(), moved.ints[i].Neg()
		}
	}
	return keys, moved, nil
}

func floatKeys(v *columnar.Vector, offset float64, back, desc bool) (keys, moved *orderedKeys) {
	if back {
		offset = -offset
	}
	keys, moved = &orderedKeys{floats: make([]float64, v.Len)}, &orderedKeys{floats: make([]float64, v.Len)}
	for i := range v.Len {
		if v.IsNull(i) {
			continue
		}
		var x float64
		if b := v.Base(); b.Width == columnar.WF32 {
			x = float64(columnar.Values[float32](b)[v.At(i)])
		} else {
			x = columnar.Values[float64](b)[v.At(i)]
		}
		y := x + offset
		if desc { // NaN, the largest, comes first then
			x, y = negated(x), negated(y)
		}
		keys.floats[i], moved.floats[i] = x, y
	}
	return keys, moved
}

// negated reverses the order of doubles, in which NaN is above infinity; values of that size are apart from infinity in no other way.
func negated(x float64) float64 {
	switch {
	case x != x:
		return math.Inf(-1)
	case math.IsInf(x, 1):
		return -math.MaxFloat64
	}
	return -x
}

func intKey(v *columnar.Vector, i int) types.Int128 {
	switch v.Width {
	case columnar.W8:
		return types.Int128Of(int64(columnar.Values[int8](v)[i]))
	case columnar.W16:
		return types.Int128Of(int64(columnar.Values[int16](v)[i]))
	case columnar.W32:
		return types.Int128Of(int64(columnar.Values[int32](v)[i]))
	case columnar.W64:
		return types.Int128Of(columnar.Values[int64](v)[i])
	}
	return columnar.Values[types.Int128](v)[i]
}

const microsPerDay = int64(24 * time.Hour / time.Microsecond)

// mover returns the function that moves a key by an offset. Moved dates are in units of 1/scale of the key's: days, or microseconds when the
// offset is shorter than a day.
func mover(key types.Type, offset *expr.Literal, back bool, zone *time.Location) (move func(types.Int128) types.Int128, scale int64, err error) {
	sign := int64(1)
	if back {
		sign = -1
	}
	switch {
	case key.IsNumeric() || key.Kind == types.Date && offset.T.IsInteger() || key.IsInterval() && offset.T.Kind == key.Kind:
		d := literalInt128(offset)
		if back {
			d = d.Neg()
		}
		return func(x types.Int128) types.Int128 { return addClamped(x, d) }, 1, nil
	case key.Kind == types.Date && offset.T.Kind == types.YearMonth:
		months := int(sign * literalInt(offset))
		return func(x types.Int128) types.Int128 {
			return types.Int128Of(int64(temporal.AddMonths(int32(x.Int64()), months)))
		}, 1, nil
	case key.Kind == types.Date && offset.T.Kind == types.DayTime:
		d := sign * literalInt(offset)
		return func(x types.Int128) types.Int128 {
			return types.MulInt64(x.Int64(), microsPerDay).Add(types.Int128Of(d))
		}, microsPerDay, nil
	case key.Kind == types.Timestamp || key.Kind == types.TimestampNTZ:
		iv, ok := literalInterval(offset)
		if !ok {
			break
		}
		if key.Kind == types.TimestampNTZ || zone == nil {
			zone = time.UTC
		}
		return func(x types.Int128) types.Int128 { return types.Int128Of(moveMicros(x.Int64(), iv, sign, zone)) }, 1, nil
	}
	return nil, 0, sqlerr.New("DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE", offset.Pos(),
		"The data type \"%s\" used in the order specification does not support the data type \"%s\" which is used in the range frame.", key.SQL(), offset.T.SQL())
}

// moveMicros adds an interval to a timestamp; its months and days are those of the zone's calendar.
func moveMicros(x int64, iv types.Interval, sign int64, zone *time.Location) int64 {
	if iv.Months != 0 || iv.Days != 0 {
		local := temporal.ToLocal(x, zone)
		days, rest := temporal.FloorDiv64(local, microsPerDay), temporal.FloorMod64(local, microsPerDay)
		days = int64(temporal.AddMonths(int32(days), int(sign)*int(iv.Months)))
		x = temporal.ToUTC((days+sign*int64(iv.Days))*microsPerDay+rest, zone)
	}
	return x + sign*iv.Micros
}

func literalInterval(l *expr.Literal) (types.Interval, bool) {
	switch x := l.Value.(type) {
	case types.Interval:
		return x, true
	case int32:
		return types.Interval{Months: x}, l.T.Kind == types.YearMonth
	case int64:
		return types.Interval{Micros: x}, l.T.Kind == types.DayTime
	}
	return types.Interval{}, false
}

func literalInt128(l *expr.Literal) types.Int128 {
	if x, ok := l.Value.(types.Int128); ok {
		return x
	}
	return types.Int128Of(literalInt(l))
}

func literalFloat(l *expr.Literal) float64 {
	switch x := l.Value.(type) {
	case float32:
		return float64(x)
	case float64:
		return x
	}
	return float64(literalInt(l))
}

// addClamped adds and stays at the bound that the sum would pass.
func addClamped(x, d types.Int128) types.Int128 {
	sum, overflow := types.AddInt128(x, d)
	switch {
	case !overflow:
		return sum
	case cmp.Compare(d.Sign(), 0) < 0:
		return types.MinInt128
	}
	return types.MaxInt128
}
