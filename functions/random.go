package functions

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Random values follow from the seed, the morsel and the row within it alone, whatever the batches and whoever computes them. A morsel stands for
// Spark's partition, so that the first morsel shows the values that Spark shows for a seed.

func randomFuncs() []*expr.Func {
	seed := types.ClassBigInt
	return []*expr.Func{
		{Name: "rand", Aliases: []string{"random"}, Group: mathGroup, Since: "1.5.0", Usage: "rand([seed]) - Returns random doubles, evenly distributed from 0.0 to below 1.0.",
			Examples: []expr.Example{{SQL: "SELECT rand(0)", Want: "0.7604953758285915"}}, Volatile: true, NullRule: expr.NullCustom, NeverNull: true,
			Sigs: []expr.Sig{optional(1, returns(types.DoubleType, seed))}, Resolve: withSeed(0), New: newRand},
		{Name: "randn", Group: mathGroup, Since: "1.5.0", Usage: "randn([seed]) - Returns random doubles of the standard normal distribution.",
			Examples: []expr.Example{{SQL: "SELECT randn(0)", Want: "1.6034991609278433"}}, Volatile: true, NullRule: expr.NullCustom, NeverNull: true,
			Sigs: []expr.Sig{optional(1, returns(types.DoubleType, seed))}, Resolve: withSeed(0), New: newRandn},
		{Name: "randstr", Group: stringGroup, Since: "4.0.0", Usage: "randstr(length[, seed]) - Returns random strings of letters and digits.",
			Examples: []expr.Example{{SQL: "SELECT randstr(3, 0) AS result", Want: "ceV"}}, Volatile: true, NullRule: expr.NullCustom, Fallible: true,
			Sigs: []expr.Sig{optional(1, returns(types.StringType, types.ClassInt, seed))}, Resolve: withSeed(1), New: newRandStr},
		{Name: "uniform", Group: mathGroup, Since: "4.0.0", Usage: "uniform(min, max[, seed]) - Returns random numbers, evenly distributed from min to max, of the wider type of the two.",
			Examples: []expr.Example{{SQL: "SELECT uniform(10, 20, 0) > 0 AS result", Want: "true"}}, Volatile: true,
			Resolve: resolveUniform, NullRule: expr.NullIfAny, New: newUniform},
		{Name: "uuid", Group: miscGroup, Since: "2.3.0", Usage: "uuid([seed]) - Returns random universally unique identifiers (version 4).",
			Examples: []expr.Example{{SQL: "SELECT length(uuid())", Want: "36"}}, Volatile: true, NullRule: expr.NullCustom, NeverNull: true,
			Sigs: []expr.Sig{optional(1, returns(types.StringType, seed))}, Resolve: withSeed(0), New: newUUID},
	}
}

// withSeed resolves by the overloads and gives a call without a seed, which is argument arg, a random one: it is chosen once, so that every worker and
// every execution of the plan sees the same values.
func withSeed(arg int) func(c *expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) { return bySigsSeeded(c, arg) }
}

func bySigsSeeded(c *expr.Resolving, arg int) (*expr.Resolution, error) {
	args := seeded(c.Args, arg)
	res, err := bySigs(c, args)
	if err == nil {
		res.Args = args
	}
	return res, err
}

func seeded(args []expr.Expr, arg int) []expr.Expr {
	if len(args) != arg {
		return args
	}
	return append(slices.Clone(args), &expr.Literal{Value: rand.Int64(), T: types.BigIntType})
}

// seedOf returns the constant seed of a call, 0 for NULL.
func seedOf(s *expr.Spec, arg int) (int64, error) {
	v, err := constant(s, arg)
	if err != nil {
		return 0, sqlerr.New("SEED_EXPRESSION_IS_UNFOLDABLE", s.Pos, "The seed expression of the call must be foldable.")
	}
	n, _ := integerOf(v)
	return n, nil
}

func newRand(s *expr.Spec) (expr.Kernel, error) {
	seed, err := seedOf(s, 0)
	return func(k *expr.KernelCall) {
		x := generatorAt(seed, k, 2)
		out := columnar.Values[float64](k.Out)
		for i := range out {
			out[i] = x.double()
		}
	}, err
}

// gaussianBlock is the number of rows after which randn begins anew from the seed: normal values cannot be skipped, as each takes as many steps as
// it happens to need.
const gaussianBlock = 4096

func newRandn(s *expr.Spec) (expr.Kernel, error) {
	seed, err := seedOf(s, 0)
	return func(k *expr.KernelCall) {
		out := columnar.Values[float64](k.Out)
		for done := 0; done < len(out); {
			row := k.RowBase + int64(done)
			block, from := row/gaussianBlock, int(row%gaussianBlock)
			x := newXORShift(seed + int64(k.Morsel))
			if block > 0 {
				x = newXORShift(int64(x.state) + block)
			}
			done += gaussianRows(x, out[done:], from)
		}
	}, err
}

// gaussianRows fills rows of one block from its row from on, and returns how many.
func gaussianRows(x xorShift, out []float64, from int) int {
	n := min(len(out), gaussianBlock-from)
	for i := 0; i < from+n; i += 2 {
		a, b := x.gaussians()
		if i >= from {
			out[i-from] = a
		}
		if i+1 >= from && i+1 < from+n {
			out[i+1-from] = b
		}
	}
	return n
}

const letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func newRandStr(s *expr.Spec) (expr.Kernel, error) {
	v, err := constant(s, 0)
	if err != nil {
		return nil, err
	}
	n, ok := integerOf(v)
	if !ok || n < 0 {
		return nil, sqlerr.New("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", s.Pos, "The `length` of randstr must be between [0, positive] (current value = %v).", v)
	}
	seed, err := seedOf(s, 1)
	buf := make([]byte, n)
	return func(k *expr.KernelCall) {
		x := generatorAt(seed, k, n)
		for i := range k.Out.Len {
			for j := range buf {
				r := x.int() % int32(len(letters))
				buf[j] = letters[max(r, -r)]
			}
			k.Out.SetBytes(i, buf)
		}
	}, err
}

// resolveUniform types uniform: integers give the wider integer type, decimals the wider decimal, else float or double.
func resolveUniform(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 2 || len(c.Args) > 3 {
		return nil, WrongCount(c.Func.Name, "2, 3", len(c.Args), c.Pos)
	}
	params := c.Types()
	for i := range 2 {
		if t := params[i]; !t.IsNumeric() && t.Kind != types.Null {
			return nil, WrongType(c.Func.Name, c.Args, i, `INTEGRAL" or "FRACTIONAL`, c.Pos)
		}
		if literalOf(c.Args[i]) == nil {
			if _, ok := c.Args[i].(*expr.Column); ok {
				return nil, sqlerr.New("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: the input `%s` should be a foldable expression.", describeCall(c.Func.Name, c.Args), [...]string{"min", "max"}[i])
			}
		}
	}
	t, ok := types.CommonIn(true, params[:2]...)
	if !ok {
		return nil, dataDiffTypes(c)
	}
	params = []types.Type{types.DoubleType, types.DoubleType, types.BigIntType}
	return &expr.Resolution{Args: seeded(c.Args, 2), Params: params, Result: t}, nil
}

func newUniform(s *expr.Spec) (expr.Kernel, error) {
	seed, err := seedOf(s, 2)
	return func(k *expr.KernelCall) {
		x := generatorAt(seed, k, 2)
		low, high := columnOf[float64](k.Args[0]), columnOf[float64](k.Args[1])
		for i := range k.Out.Len {
			r := x.double()
			if k.Out.IsNull(i) {
				continue
			}
			lo := low.at(i)
			storeNumber(k, i, lo+r*(high.at(i)-lo))
		}
	}, err
}

// storeNumber stores a double as a value of the result's numeric type, truncated or rounded as a cast does.
func storeNumber(k *expr.KernelCall, i int, x float64) {
	switch t := k.Out.Type; {
	case t.Kind == types.Double:
		setDouble(k, i, x)
	case t.Kind == types.Float:
		columnar.Values[float32](k.Out)[i] = float32(x)
	case t.Kind == types.Decimal:
		v, ok := types.DecimalFromFloat64(x, int(t.Scale))
		if !ok || !types.FitsPrecision(v, int(t.Precision)) {
			k.Out.SetNull(i)
			return
		}
		setUnscaled(k.Out, i, v)
	default:
		setInteger(k.Out, i, saturated(x))
	}
}

func newUUID(s *expr.Spec) (expr.Kernel, error) {
	seed, err := seedOf(s, 0)
	return func(k *expr.KernelCall) {
		x := generatorAt(seed, k, 8)
		for i := range k.Out.Len {
			var b [16]byte
			for j := range 8 {
				x.step() // the low bits of one step alone would show its pattern
				binary.BigEndian.PutUint16(b[2*j:], uint16(x.state>>24))
			}
			b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
			k.Out.SetBytes(i, appendUUID(make([]byte, 0, 36), b))
		}
	}, err
}

func appendUUID(dst []byte, b [16]byte) []byte {
	const digits = "0123456789abcdef"
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, digits[c>>4], digits[c&15])
	}
	return dst
}
