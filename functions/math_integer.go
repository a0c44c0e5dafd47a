package functions

import (
	"math"
	"math/bits"
	"strconv"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

func integerFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "bin", Group: mathGroup, Since: "1.5.0", Usage: "bin(n) - Returns a bigint in binary digits, a negative one in two's complement.",
			Examples: []expr.Example{{SQL: "SELECT bin(13)", Want: "1101"}, {SQL: "SELECT bin(13.3)", Want: "1101"}},
			Sigs:     []expr.Sig{returns(types.StringType, types.ClassBigInt)}, New: kernelOf(bin)},
		{Name: "factorial", Group: mathGroup, Since: "1.5.0", Usage: "factorial(n) - Returns n!, NULL for n outside 0 to 20.",
			Examples: []expr.Example{{SQL: "SELECT factorial(5)", Want: "120"}}, AlwaysNull: true,
			Sigs: []expr.Sig{returns(types.BigIntType, types.ClassInt)}, New: kernelOf(factorial)},
		{Name: "hex", Group: mathGroup, Since: "1.5.0", Usage: "hex(x) - Returns a bigint, or the bytes of a binary or string, in hexadecimal digits.",
			Examples: []expr.Example{{SQL: "SELECT hex(17)", Want: "11"}, {SQL: "SELECT hex('Spark SQL')", Want: "537061726B2053514C"}},
			Sigs:     []expr.Sig{returns(types.StringType, types.ClassOneOf(types.ClassBigInt, types.ClassBinary, types.ClassString))}, New: newHex},
		{Name: "unhex", Group: mathGroup, Since: "1.5.0", Usage: "unhex(s) - Turns hexadecimal digits into bytes; NULL if there are others.",
			Examples: []expr.Example{{SQL: "SELECT decode(unhex('537061726B2053514C'), 'UTF-8')", Want: "Spark SQL"}}, AlwaysNull: true,
			Sigs: []expr.Sig{returns(types.BinaryType, types.ClassString)}, New: appendPartial(appendUnhex)},
		{Name: "conv", Group: mathGroup, Since: "1.5.0", Usage: "conv(digits, from, to) - Converts a number between bases 2 to 36; a negative target base means a signed result.",
			Examples: []expr.Example{{SQL: "SELECT conv('100', 2, 10)", Want: "4"}, {SQL: "SELECT conv(-10, 16, -10)", Want: "-16"}}, AlwaysNull: true, Fallible: true,
			Sigs: []expr.Sig{returns(types.StringType, types.ClassString, types.ClassInt, types.ClassInt)}, New: newConv},
		{Name: "sign", Aliases: []string{"signum"}, Group: mathGroup, Since: "1.4.0", Usage: "sign(x) - Returns -1.0, 0.0 or 1.0 as x is negative, zero or positive.",
			Examples: []expr.Example{{SQL: "SELECT sign(40)", Want: "1.0"}, {SQL: "SELECT sign(INTERVAL -'100' YEAR)", Want: "-1.0"}},
			Sigs:     []expr.Sig{returns(types.DoubleType, types.ClassOneOf(types.ClassDouble, types.ClassYearMonth, types.ClassDayTime))}, New: newSign},
		{Name: "width_bucket", Group: mathGroup, Since: "3.1.0", Usage: "width_bucket(x, low, high, n) - Returns the number of the bucket of x when low to high is cut into n equal ones; 0 and n + 1 lie outside.",
			Examples: []expr.Example{{SQL: "SELECT width_bucket(5.3, 0.2, 10.6, 5)", Want: "3"}, {SQL: "SELECT width_bucket(-2.1, 1.3, 3.4, 3)", Want: "0"}, {SQL: "SELECT width_bucket(-0.9, 5.2, 0.5, 2)", Want: "3"}},
			Sigs: []expr.Sig{
				returns(types.BigIntType, types.ClassDouble, types.ClassDouble, types.ClassDouble, types.ClassBigInt),
				returns(types.BigIntType, types.ClassYearMonth, types.ClassYearMonth, types.ClassYearMonth, types.ClassBigInt),
				returns(types.BigIntType, types.ClassDayTime, types.ClassDayTime, types.ClassDayTime, types.ClassBigInt)},
			AlwaysNull: true, New: newWidthBucket},
	}
}

func bin(k *expr.KernelCall) {
	a := columnOf[int64](k.Args[0])
	var buf [64]byte
	for i := range live(k) {
		k.Out.SetBytes(i, strconv.AppendUint(buf[:0], uint64(a.at(i)), 2))
	}
}

func factorial(k *expr.KernelCall) {
	a, out := columnOf[int32](k.Args[0]), columnar.Values[int64](k.Out)
	for i := range live(k) {
		n := a.at(i)
		if n < 0 || n > 20 {
			k.Out.SetNull(i)
			continue
		}
		f := int64(1)
		for j := int64(2); j <= int64(n); j++ {
			f *= j
		}
		out[i] = f
	}
}

const upperHex = "0123456789ABCDEF"

func newHex(s *expr.Spec) (expr.Kernel, error) {
	if s.Args[0].Kind != types.BigInt {
		return appendMap(appendHex)(s)
	}
	return func(k *expr.KernelCall) {
		a := columnOf[int64](k.Args[0])
		var buf [16]byte
		for i := range live(k) {
			x, at := uint64(a.at(i)), len(buf)
			for ok := true; ok; ok = x != 0 {
				at--
				buf[at] = upperHex[x&15]
				x >>= 4
			}
			k.Out.SetBytes(i, buf[at:])
		}
	}, nil
}

func appendHex(dst, s []byte) []byte {
	for _, c := range s {
		dst = append(dst, upperHex[c>>4], upperHex[c&15])
	}
	return dst
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// appendUnhex reads pairs of digits; an odd first one stands alone.
func appendUnhex(dst, s []byte) ([]byte, bool) {
	if len(s)&1 != 0 {
		d, ok := hexDigit(s[0])
		if !ok {
			return dst, false
		}
		dst, s = append(dst, d), s[1:]
	}
	for i := 0; i < len(s); i += 2 {
		hi, ok1 := hexDigit(s[i])
		lo, ok2 := hexDigit(s[i+1])
		if !ok1 || !ok2 {
			return dst, false
		}
		dst = append(dst, hi<<4|lo)
	}
	return dst, true
}

func newConv(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		text, from, to := textsOf(k.Args[0]), columnOf[int32](k.Args[1]), columnOf[int32](k.Args[2])
		var buf [65]byte
		for i := range live(k) {
			f, t := from.at(i), to.at(i)
			if f < 2 || f > 36 || t > -2 && t < 2 || t < -36 || t > 36 {
				k.Out.SetNull(i)
				continue
			}
			out, ok, overflow := convert(buf[:0], text.at(i), uint64(f), int(t))
			switch {
			case overflow && s.Mode != expr.Legacy:
				raise(k, i, s.Pos, "ARITHMETIC_OVERFLOW", "Overflow in function conv(). If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.")
			case !ok:
				k.Out.SetNull(i)
			default:
				k.Out.SetBytes(i, out)
			}
		}
	}, nil
}

// convert follows Hive's conv: blanks around are dropped, reading stops at the first character that is no digit, numbers are unsigned and stay at
// 2^64-1 when too large.
func convert(dst, s []byte, from uint64, to int) (out []byte, ok, overflow bool) {
	s = trimSpaces(s)
	neg := len(s) > 0 && s[0] == '-'
	if neg {
		s = s[1:]
	}
	if len(s) == 0 && !neg {
		return nil, false, false
	}
	var v uint64
	for _, c := range s {
		d := digitValue(c)
		if d >= from {
			break
		}
		hi, lo := bits.Mul64(v, from)
		sum, carry := bits.Add64(lo, d, 0)
		if hi != 0 || carry != 0 {
			v, overflow = math.MaxUint64, true
			break
		}
		v = sum
	}
	if neg && to > 0 { // the number is read as signed, then shown as unsigned
		if int64(v) < 0 {
			v = math.MaxUint64
		} else {
			v = -v
		}
	}
	if to < 0 {
		to = -to
		if int64(v) < 0 {
			v, neg = -v, true
		}
		if neg {
			dst = append(dst, '-')
		}
	}
	start := len(dst)
	dst = strconv.AppendUint(dst, v, to)
	for i := start; i < len(dst); i++ {
		if dst[i] >= 'a' {
			dst[i] -= 0x20
		}
	}
	return dst, true, overflow
}

// digitValue is the value of a digit in bases up to 36, or 255.
func digitValue(c byte) uint64 {
	switch {
	case c >= '0' && c <= '9':
		return uint64(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		return uint64(c|0x20-'a') + 10
	}
	return 255
}

func newSign(s *expr.Spec) (expr.Kernel, error) {
	switch s.Args[0].Kind {
	case types.YearMonth:
		return func(k *expr.KernelCall) { mapValues(k, signOf[int32]) }, nil
	case types.DayTime:
		return func(k *expr.KernelCall) { mapValues(k, signOf[int64]) }, nil
	}
	return func(k *expr.KernelCall) { mapValues(k, signum) }, nil
}

func signOf[T int32 | int64](x T) float64 {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}

// signum keeps zeros and NaN as they are, like Java's.
func signum(x float64) float64 {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return x
}

func newWidthBucket(s *expr.Spec) (expr.Kernel, error) {
	read := func(v *columnar.Vector, i int) float64 { return columnar.Values[float64](v)[i&formMask(v)] }
	if s.Args[0].Kind != types.Double {
		read = func(v *columnar.Vector, i int) float64 { return float64(integerAt(v, i)) }
	}
	return func(k *expr.KernelCall) {
		n, out := columnOf[int64](k.Args[3]), columnar.Values[int64](k.Out)
		for i := range live(k) {
			b, ok := widthBucket(read(k.Args[0], i), read(k.Args[1], i), read(k.Args[2], i), n.at(i))
			if out[i] = b; !ok {
				k.Out.SetNull(i)
			}
		}
	}, nil
}

func widthBucket(x, low, high float64, n int64) (int64, bool) {
	if n <= 0 || n == math.MaxInt64 || low == high || math.IsNaN(x) || math.IsNaN(low) || math.IsNaN(high) || math.IsInf(low, 0) || math.IsInf(high, 0) {
		return 0, false
	}
	lo, hi := min(low, high), max(low, high)
	switch {
	case low < high && x < lo, low > high && x > hi:
		return 0, true
	case low < high && x >= hi, low > high && x <= lo:
		return n + 1, true
	case low < high:
		return int64(float64(n)*(x-lo)/(hi-lo)) + 1, true
	}
	return int64(float64(n)*(hi-x)/(hi-lo)) + 1, true
}
