package functions

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// roundMode says what becomes of the digits that rounding drops.
type roundMode uint8

const (
	halfUp   roundMode = iota // away from zero at the half
	halfEven                  // to the even neighbour at the half
	ceiling                   // towards positive infinity
	floored                   // towards negative infinity
)

func roundFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "round", Group: mathGroup, Since: "1.5.0", Fallible: true,
			Usage:    "round(x[, d]) - Rounds x to d decimal places (0 if not given), halves away from zero; a negative d rounds to tens, hundreds …",
			Examples: []expr.Example{{SQL: "SELECT round(2.5, 0)", Want: "3"}, {SQL: "SELECT round(-25, -1)", Want: "-30"}},
			Resolve:  resolveRound(types.ClassNumeric, false), New: newRound(halfUp)},
		{Name: "bround", Group: mathGroup, Since: "2.0.0", Fallible: true,
			Usage:    "bround(x[, d]) - Rounds x to d decimal places (0 if not given), halves to the even neighbour.",
			Examples: []expr.Example{{SQL: "SELECT bround(2.5, 0)", Want: "2"}, {SQL: "SELECT bround(25, -1)", Want: "20"}},
			Resolve:  resolveRound(types.ClassNumeric, false), New: newRound(halfEven)},
		{Name: "ceil", Aliases: []string{"ceiling"}, Group: mathGroup, Since: "3.3.0",
			Usage:    "ceil(x[, d]) - Returns the smallest number with d decimal places (0 if not given) that is not less than x.",
			Examples: []expr.Example{{SQL: "SELECT ceil(-0.1)", Want: "0"}, {SQL: "SELECT ceil(3.1411, 3)", Want: "3.142"}, {SQL: "SELECT ceil(3.1411, -3)", Want: "1000"}},
			Resolve:  resolveRound(types.ClassDecimal, true), Fallible: true, New: newRound(ceiling)},
		{Name: "floor", Group: mathGroup, Since: "3.3.0",
			Usage:    "floor(x[, d]) - Returns the largest number with d decimal places (0 if not given) that is not greater than x.",
			Examples: []expr.Example{{SQL: "SELECT floor(-0.1)", Want: "-1"}, {SQL: "SELECT floor(3.1411, 3)", Want: "3.141"}, {SQL: "SELECT floor(3.1411, -3)", Want: "0"}},
			Resolve:  resolveRound(types.ClassDecimal, true), Fallible: true, New: newRound(floored)},
	}
}

// resolveRound types round and its kin. whole is for ceil and floor, which without a number of places return bigint or a decimal without
// fraction, and with one compute in decimal.
func resolveRound(class types.Class, whole bool) func(c *expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		if len(c.Args) == 0 || len(c.Args) > 2 {
			return nil, WrongCount(c.Func.Name, "1, 2", len(c.Args), c.Pos)
		}
		if whole && len(c.Args) == 1 {
			return resolveWhole(c)
		}
		places := int32(0)
		if len(c.Args) == 2 {
			p, err := constantPlaces(c, whole)
			if err != nil {
				return nil, err
			}
			if p == nil {
				return &expr.Resolution{Params: []types.Type{c.Args[0].Type(), types.IntType}, Result: c.Args[0].Type()}, nil
			}
			places = *p
		}
		t, err := accept(c, 0, class)
		if err != nil {
			return nil, err
		}
		r := &expr.Resolution{Params: []types.Type{t}, Result: t}
		if t.Kind == types.Decimal {
			r.Result = roundedDecimal(t, int(places))
		}
		r.Args = []expr.Expr{c.Args[0], &expr.Literal{Base: expr.Base{At: c.Pos}, Value: places, T: types.IntType}}
		r.Params = append(r.Params, types.IntType)
		if len(c.Args) == 1 {
			r.Args, r.Params = r.Args[:1], r.Params[:1]
		}
		return r, nil
	}
}

// resolveWhole types ceil and floor of one argument.
func resolveWhole(c *expr.Resolving) (*expr.Resolution, error) {
	t, err := accept(c, 0, types.ClassOneOf(types.ClassBigInt, types.ClassDouble, types.ClassDecimal))
	if k := c.Args[0].Type().Kind; k == types.Float || k == types.String {
		t, err = types.DoubleType, nil
	}
	if err != nil {
		return nil, err
	}
	r := &expr.Resolution{Params: []types.Type{t}, Result: types.BigIntType}
	if t.Kind == types.Decimal {
		r.Result = t
		if t.Scale > 0 {
			r.Result = types.DecimalOf(min(int(t.Precision)-int(t.Scale)+1, types.MaxPrecision), 0)
		}
	}
	return r, nil
}

// roundedDecimal is the type of a decimal rounded to a number of places: one digit more before the point, for 9.9 → 10.
func roundedDecimal(t types.Type, places int) types.Type {
	whole := int(t.Precision) - int(t.Scale) + 1
	if places < 0 {
		return types.DecimalOf(min(max(whole, 1-places), types.MaxPrecision), 0)
	}
	scale := min(int(t.Scale), places)
	return types.DecimalOf(min(whole+scale, types.MaxPrecision), scale)
}

func newRound(mode roundMode) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		places := 0
		if len(s.Args) == 2 {
			v, err := constant(s, 1)
			if err != nil {
				return nil, err
			}
			if v == nil {
				return func(k *expr.KernelCall) { k.Out.SetAllNull() }, nil
			}
			places = int(v.(int32))
		}
		switch t := s.Args[0]; {
		case t.Kind == types.Decimal:
			return roundDecimal(s, mode, places), nil
		case t.IsInteger() && s.Result.Kind == types.BigInt && (mode == ceiling || mode == floored):
			return func(k *expr.KernelCall) { mapValues(k, func(x int64) int64 { return x }) }, nil
		case t.IsInteger():
			return roundInteger(s, mode, places), nil
		case s.Result.Kind == types.BigInt:
			return newWhole(s, mode), nil
		case t.Kind == types.Float:
			return func(k *expr.KernelCall) {
				mapValues(k, func(x float32) float32 { return float32(roundDouble(float64(x), places, mode)) })
			}, nil
		}
		return func(k *expr.KernelCall) {
			mapValues(k, func(x float64) float64 { return roundDouble(x, places, mode) })
		}, nil
	}
}

// newWhole is ceil or floor of a double as a bigint: beyond its range an error in ANSI mode, else the range's end, as Java casts.
func newWhole(s *expr.Spec, mode roundMode) expr.Kernel {
	round := math.Ceil
	if mode == floored {
		round = math.Floor
	}
	return func(k *expr.KernelCall) {
		a, out := columnOf[float64](k.Args[0]), columnar.Values[int64](k.Out)
		for i := range live(k) {
			x := round(a.at(i))
			if s.Mode != expr.Legacy && (x >= 1<<63 || x < -1<<63) {
				raise(k, i, s.Pos, "ARITHMETIC_OVERFLOW", "The whole number does not fit in BIGINT.")
				continue
			}
			out[i] = saturated(x)
		}
	}
}

// saturated is Java's cast of a double to long.
func saturated(x float64) int64 {
	switch {
	case x != x:
		return 0
	case x >= 1<<63:
		return math.MaxInt64
	case x < -1<<63:
		return math.MinInt64
	}
	return int64(x)
}

func roundDecimal(s *expr.Spec, mode roundMode, places int) expr.Kernel {
	from, to := int(s.Args[0].Scale), s.Result
	places = min(places, from)
	return func(k *expr.KernelCall) {
		for i := range live(k) {
			x, ok := roundUnscaled(unscaledAt(k.Args[0], i), from-places, mode)
			if ok && places < 0 {
				x, ok = types.Rescale(x, places, 0)
			}
			if !ok || !types.FitsPrecision(x, int(to.Precision)) {
				if s.Mode != expr.ANSI {
					k.Out.SetNull(i)
					continue
				}
				raise(k, i, s.Pos, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "The rounded value cannot be represented as DECIMAL(%d, %d).", to.Precision, to.Scale)
				continue
			}
			setUnscaled(k.Out, i, x)
		}
	}
}

// roundUnscaled drops the last n decimal digits of x.
func roundUnscaled(x types.Int128, n int, mode roundMode) (types.Int128, bool) {
	if n <= 0 || x.Sign() == 0 {
		return x, true
	}
	if mode == halfUp {
		return types.Rescale(x, n, 0)
	}
	if n > types.MaxPrecision { // less than a half of the last digit that remains
		return types.Int128Of(awayFromZero(mode, x.Sign(), -1, false)), true
	}
	unit := types.Pow10(n)
	q, r := types.QuoRem(x, unit)
	if r.Sign() == 0 {
		return q, true
	}
	half := r.Abs().Cmp(unit.Sub(r.Abs()))
	return q.Add(types.Int128Of(awayFromZero(mode, x.Sign(), half, q.Lo&1 != 0))), true
}

// awayFromZero returns what to add to a truncated quotient whose rest is not zero; half compares the rest with a half.
func awayFromZero(mode roundMode, sign, half int, odd bool) int64 {
	up := false
	switch mode {
	case ceiling:
		up = sign > 0
	case floored:
		up = sign < 0
	case halfUp:
		up = half >= 0
	case halfEven:
		up = half > 0 || half == 0 && odd
	}
	if !up {
		return 0
	}
	return int64(sign)
}

func roundInteger(s *expr.Spec, mode roundMode, places int) expr.Kernel {
	t := s.Result
	return func(k *expr.KernelCall) {
		for i := range live(k) {
			x := integerAt(k.Args[0], i)
			if places < 0 {
				y, ok := roundUnscaled(types.Int128Of(x), -places, mode)
				if ok {
					y, ok = types.Rescale(y, places, 0)
				}
				if !ok || !y.IsInt64() || !fitsInteger(y.Int64(), t.Kind) {
					if s.Mode == expr.ANSI {
						overflow(k, i, s.Pos, t)
						continue
					}
				}
				x = y.Int64()
			}
			setInteger(k.Out, i, x)
		}
	}
}

// overflow fails a row whose result does not fit its integer type.
func overflow(k *expr.KernelCall, i int, pos sqlerr.Pos, t types.Type) {
	raise(k, i, pos, "ARITHMETIC_OVERFLOW", "%s overflow. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.", t)
}

func fitsInteger(x int64, k types.Kind) bool {
	switch k {
	case types.TinyInt:
		return x == int64(int8(x))
	case types.SmallInt:
		return x == int64(int16(x))
	case types.Int:
		return x == int64(int32(x))
	}
	return true
}

// setInteger stores the low bits of x in an integer vector of any width.
func setInteger(v *columnar.Vector, i int, x int64) {
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
