package functions

import (
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

const bitwiseGroup = "bitwise_funcs"

func bitwiseFuncs() []*expr.Func {
	integral := types.ClassIntegral
	return []*expr.Func{
		{Name: "bit_count", Group: bitwiseGroup, Since: "3.0.0", Usage: "bit_count(n) - Returns the number of bits set in an integer, widened to 64 bits, or in a boolean.",
			Examples: []expr.Example{{SQL: "SELECT bit_count(0)", Want: "0"}},
			Sigs:     []expr.Sig{returns(types.IntType, types.ClassOneOf(integral, booleanOnly))}, New: newBitCount},
		{Name: "bit_get", Aliases: []string{"getbit"}, Group: bitwiseGroup, Since: "3.2.0", Usage: "bit_get(n, pos) - Returns the bit of an integer at a position counted from the right, from 0.",
			Examples: []expr.Example{{SQL: "SELECT bit_get(11, 0)", Want: "1"}, {SQL: "SELECT bit_get(11, 2)", Want: "0"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.TinyIntType, integral, types.ClassInt)}, New: newBitGet},
	}
}

// booleanOnly takes booleans and casts nothing.
var booleanOnly = types.Class{Name: "BOOLEAN", Accept: func(t types.Type, _, _ bool) (types.Type, bool) { return t, t.Kind == types.Boolean }}

func newBitCount(s *expr.Spec) (expr.Kernel, error) {
	if s.Args[0].Kind == types.Boolean {
		return func(k *expr.KernelCall) { mapValues(k, func(x uint8) int32 { return int32(x & 1) }) }, nil
	}
	return func(k *expr.KernelCall) {
		out := columnar.Values[int32](k.Out)
		for i := range live(k) {
			out[i] = int32(bits.OnesCount64(uint64(integerAt(k.Args[0], i))))
		}
	}, nil
}

func newBitGet(s *expr.Spec) (expr.Kernel, error) {
	size := int32(8 * columnar.WidthOf(s.Args[0]).Bytes())
	return func(k *expr.KernelCall) {
		pos, out := columnOf[int32](k.Args[1]), columnar.Values[int8](k.Out)
		for i := range live(k) {
			p := pos.at(i)
			if p < 0 || p >= size {
				reject(k, i, s, "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE", "The value of parameter(s) `pos` in `getbit` is invalid: expects an integer value in [0, %d), but got %d.", size, p)
				continue
			}
			out[i] = int8(integerAt(k.Args[0], i) >> p & 1)
		}
	}, nil
}
