package types

// minAdjustedScale is how many digits of scale survive when a result needs more than 38 digits.
const minAdjustedScale = 6

// DecimalFor returns the decimal type that holds every value of a numeric type (floating ones: Spark's choice); others are returned
// as they are.
func DecimalFor(t Type) Type {
	switch t.Kind {
	case TinyInt:
		return DecimalOf(3, 0)
	case SmallInt:
		return DecimalOf(5, 0)
	case Int:
		return DecimalOf(10, 0)
	case BigInt:
		return DecimalOf(20, 0)
	case Float:
		return DecimalOf(14, 7)
	case Double:
		return DecimalOf(30, 15)
	}
	return t
}

// BoundedDecimal returns decimal(p, s) cut to 38 digits each.
func BoundedDecimal(p, s int) Type { return DecimalOf(min(p, MaxPrecision), min(s, MaxPrecision)) }

// AdjustDecimal returns decimal(p, s), or if p is above 38 the type of 38 digits that keeps the integral digits and at least
// min(s, 6) of scale. This is spark.sql.decimalOperations.allowPrecisionLoss=true; without it the digits are cut off.
func AdjustDecimal(p, s int, allowLoss bool) Type {
	if p <= MaxPrecision || !allowLoss {
		return BoundedDecimal(p, s)
	}
	return DecimalOf(MaxPrecision, max(MaxPrecision-(p-s), min(s, minAdjustedScale)))
}

// WiderDecimal returns the decimal that holds the values of both, giving up scale before integral digits.
func WiderDecimal(a, b Type) Type {
	s := int(max(a.Scale, b.Scale))
	p := max(integral(a), integral(b)) + s
	if p <= MaxPrecision {
		return DecimalOf(p, s)
	}
	return DecimalOf(MaxPrecision, max(0, s-(p-MaxPrecision)))
}

func integral(t Type) int { return int(t.Precision) - int(t.Scale) }

// DecimalAdd is the type of a + b and a - b.
func DecimalAdd(a, b Type, allowLoss bool) Type {
	s := int(max(a.Scale, b.Scale))
	return AdjustDecimal(max(integral(a), integral(b))+s+1, s, allowLoss)
}

// DecimalMul is the type of a * b.
func DecimalMul(a, b Type, allowLoss bool) Type {
	return AdjustDecimal(int(a.Precision)+int(b.Precision)+1, int(a.Scale)+int(b.Scale), allowLoss)
}

// DecimalDiv is the type of a / b.
func DecimalDiv(a, b Type, allowLoss bool) Type {
	if allowLoss {
		s := max(minAdjustedScale, int(a.Scale)+int(b.Precision)+1)
		return AdjustDecimal(integral(a)+int(b.Scale)+s, s, true)
	}
	i := min(MaxPrecision, integral(a)+int(b.Scale))
	s := min(MaxPrecision, max(minAdjustedScale, int(a.Scale)+int(b.Precision)+1))
	if diff := i + s - MaxPrecision; diff > 0 {
		s -= diff/2 + 1
		i = MaxPrecision - s
	}
	return BoundedDecimal(i+s, s)
}

// DecimalMod is the type of a % b.
func DecimalMod(a, b Type, allowLoss bool) Type {
	s := int(max(a.Scale, b.Scale))
	return AdjustDecimal(min(integral(a), integral(b))+s, s, allowLoss)
}

// DecimalIntDiv is the type of the exact quotient of a div b before it becomes a bigint.
func DecimalIntDiv(a, b Type, allowLoss bool) Type {
	p := integral(a) + int(b.Scale)
	if p == 0 {
		p = 1
	}
	return AdjustDecimal(p, 0, allowLoss)
}
