package functions

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"math"
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

const hashGroup = "hash_funcs"

func hashFuncs() []*expr.Func {
	bin := types.ClassBinary
	return []*expr.Func{
		{Name: "crc32", Group: hashGroup, Since: "1.5.0", Usage: "crc32(b) - Returns the cyclic redundancy check value of a binary.",
			Examples: []expr.Example{{SQL: "SELECT crc32('Spark')", Want: "1557323817"}},
			Sigs:     []expr.Sig{returns(types.BigIntType, bin)}, New: textMap(func(s []byte) int64 { return int64(crc32.ChecksumIEEE(s)) })},
		{Name: "md5", Group: hashGroup, Since: "1.5.0", Usage: "md5(b) - Returns the MD5 checksum of a binary in hexadecimal digits.",
			Examples: []expr.Example{{SQL: "SELECT md5('Spark')", Want: "8cde774d6f7333752ed72cacddb05126"}},
			Sigs:     []expr.Sig{returns(types.StringType, bin)}, New: appendMap(func(dst, s []byte) []byte { h := md5.Sum(s); return hex.AppendEncode(dst, h[:]) })},
		{Name: "sha1", Aliases: []string{"sha"}, Group: hashGroup, Since: "1.5.0", Usage: "sha1(b) - Returns the SHA-1 hash of a binary in hexadecimal digits.",
			Examples: []expr.Example{{SQL: "SELECT sha1('Spark')", Want: "85f5955f4b27a9a4c2aab6ffe5d7189fc298b92c"}},
			Sigs:     []expr.Sig{returns(types.StringType, bin)}, New: appendMap(func(dst, s []byte) []byte { h := sha1.Sum(s); return hex.AppendEncode(dst, h[:]) })},
		{Name: "sha2", Group: hashGroup, Since: "1.5.0", Usage: "sha2(b, bits) - Returns the SHA-2 hash of a binary of 224, 256 (also 0), 384 or 512 bits in hexadecimal digits; NULL for another number.",
			Examples: []expr.Example{{SQL: "SELECT sha2('Spark', 256)", Want: "529bc3b07127ecb7e53a4dcf1991d9152c24537d919178022b2c42657f79a26b"}},
			Sigs:     []expr.Sig{returns(types.StringType, bin, types.ClassInt)}, AlwaysNull: true, New: kernelOf(sha2)},
		{Name: "hash", Group: hashGroup, Since: "2.0.0", Usage: "hash(x, …) - Returns an int hash (Murmur3) of the arguments.",
			Examples: []expr.Example{{SQL: "SELECT hash('Spark', array(123), 2)", Want: "-1321691492"}},
			Resolve:  resolveHash(types.IntType), NullRule: expr.NullCustom, NeverNull: true, New: kernelOf(murmurKernel)},
		{Name: "xxhash64", Group: hashGroup, Since: "3.0.0", Usage: "xxhash64(x, …) - Returns a bigint hash (xxHash64) of the arguments.",
			Examples: []expr.Example{{SQL: "SELECT xxhash64('Spark', array(123), 2)", Want: "5602566077635097486"}},
			Resolve:  resolveHash(types.BigIntType), NullRule: expr.NullCustom, NeverNull: true, New: newXXHash},
	}
}

func sha2(k *expr.KernelCall) {
	text, size := textsOf(k.Args[0]), columnOf[int32](k.Args[1])
	var buf [128]byte
	for i := range live(k) {
		b := text.at(i)
		switch size.at(i) {
		case 224:
			h := sha256.Sum224(b)
			k.Out.SetBytes(i, hex.AppendEncode(buf[:0], h[:]))
		case 0, 256:
			h := sha256.Sum256(b)
			k.Out.SetBytes(i, hex.AppendEncode(buf[:0], h[:]))
		case 384:
			h := sha512.Sum384(b)
			k.Out.SetBytes(i, hex.AppendEncode(buf[:0], h[:]))
		case 512:
			h := sha512.Sum512(b)
			k.Out.SetBytes(i, hex.AppendEncode(buf[:0], h[:]))
		default:
			k.Out.SetNull(i)
		}
	}
}

func resolveHash(result types.Type) func(c *expr.Resolving) (*expr.Resolution, error) {
	return func(c *expr.Resolving) (*expr.Resolution, error) {
		if len(c.Args) == 0 {
			return nil, WrongCount(c.Func.Name, "> 0", 0, c.Pos)
		}
		for _, t := range c.Types() {
			switch {
			case holds(t, types.Map):
				return nil, sqlerr.New("DATATYPE_MISMATCH.HASH_MAP_TYPE", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: Input to the function `%s` cannot contain elements of the \"MAP\" type.", describeCall(c.Func.Name, c.Args), c.Func.Name).
					WithHint("In Spark, same maps may have different hashcode, thus hash expressions are prohibited on \"MAP\" elements.")
			case holds(t, types.Variant):
				return nil, sqlerr.New("DATATYPE_MISMATCH.HASH_VARIANT_TYPE", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: Input to the function `%s` cannot contain elements of the \"VARIANT\" type yet.", describeCall(c.Func.Name, c.Args), c.Func.Name)
			}
		}
		return &expr.Resolution{Params: c.Types(), Result: result}, nil
	}
}

// holds reports whether a type is of a kind or has one inside.
func holds(t types.Type, kind types.Kind) bool {
	switch t.Kind {
	case kind:
		return true
	case types.Array:
		return holds(t.Elem(), kind)
	case types.Map:
		return holds(t.Key(), kind) || holds(t.Elem(), kind)
	case types.Struct:
		for _, f := range t.Fields() {
			if holds(f.Type, kind) {
				return true
			}
		}
	}
	return false
}

// sparkSeed is where Spark's hash functions start; every argument's hash seeds the next one's, and nulls change nothing.
const sparkSeed = 42

func murmurKernel(k *expr.KernelCall) {
	out := columnar.Values[int32](k.Out)
	for i := range out {
		out[i] = sparkSeed
	}
	for _, a := range k.Args {
		murmurColumn(k, a, out)
	}
}

// murmurColumn hashes one argument into the running hashes, without a choice of type per row for the common widths.
func murmurColumn(k *expr.KernelCall, a *columnar.Vector, out []int32) {
	decimal := a.Type.Kind == types.Decimal
	switch {
	case a.Width == columnar.W32:
		vals := columnOf[int32](a)
		for i := range each(k) {
			if !a.IsNull(i) {
				out[i] = murmurInt(vals.at(i), out[i])
			}
		}
	case a.Width == columnar.W64 && !decimal:
		vals := columnOf[int64](a)
		for i := range each(k) {
			if !a.IsNull(i) {
				out[i] = murmurLong(vals.at(i), out[i])
			}
		}
	case a.Width == columnar.WView:
		vals := textsOf(a)
		for i := range each(k) {
			if !a.IsNull(i) {
				out[i] = murmurBytes(vals.at(i), out[i])
			}
		}
	default:
		for i := range each(k) {
			out[i] = murmurValue(a, i, out[i])
		}
	}
}

// murmurValue is Spark's Murmur3 of row i of any vector.
func murmurValue(v *columnar.Vector, i int, seed int32) int32 {
	if v.IsNull(i) {
		return seed
	}
	b := v.Base()
	i = v.At(i)
	switch b.Width {
	case columnar.WBool:
		return murmurInt(int32(columnar.Values[uint8](b)[i]), seed)
	case columnar.W8, columnar.W16, columnar.W32:
		return murmurInt(int32(integerAt(b, i)), seed)
	case columnar.W64, columnar.W128:
		if v.Type.Kind != types.Decimal || v.Type.Precision <= 18 {
			return murmurLong(unscaledAt(b, i).Int64(), seed)
		}
		var t [16]byte
		return murmurBytes(appendBigEndian(t[:0], unscaledAt(b, i)), seed)
	case columnar.WF32:
		return murmurInt(int32(floatBits(columnar.Values[float32](b)[i])), seed)
	case columnar.WF64:
		return murmurLong(int64(doubleBits(columnar.Values[float64](b)[i])), seed)
	case columnar.WView:
		return murmurBytes(b.Bytes(i), seed)
	case columnar.WInterval:
		x := columnar.Values[types.Interval](b)[i]
		return murmurInt(x.Months, murmurInt(x.Days, murmurLong(x.Micros, seed)))
	case columnar.WList:
		s := columnar.Values[columnar.Span](b)[i]
		for j := range s.Len {
			seed = murmurValue(b.Children[0], int(s.Off+j), seed)
		}
	case columnar.WStruct:
		for _, c := range b.Children {
			seed = murmurValue(c, i, seed)
		}
	}
	return seed
}

// floatBits and doubleBits give equal numbers equal bits: one NaN, one zero.
func floatBits(x float32) uint32 {
	switch {
	case x == 0:
		return 0
	case x != x:
		return 0x7FC00000
	}
	return math.Float32bits(x)
}

func doubleBits(x float64) uint64 {
	switch {
	case x == 0:
		return 0
	case x != x:
		return 0x7FF8000000000000
	}
	return math.Float64bits(x)
}

func murmurMixK(k uint32) uint32 { return bits.RotateLeft32(k*0xCC9E2D51, 15) * 0x1B873593 }

func murmurMixH(h, k uint32) uint32 { return bits.RotateLeft32(h^k, 13)*5 + 0xE6546B64 }

func murmurFinish(h, n uint32) int32 {
	h ^= n
	h = (h ^ h>>16) * 0x85EBCA6B
	h = (h ^ h>>13) * 0xC2B2AE35
	return int32(h ^ h>>16)
}

func murmurInt(x, seed int32) int32 {
	return murmurFinish(murmurMixH(uint32(seed), murmurMixK(uint32(x))), 4)
}

func murmurLong(x int64, seed int32) int32 {
	h := murmurMixH(uint32(seed), murmurMixK(uint32(x)))
	return murmurFinish(murmurMixH(h, murmurMixK(uint32(x>>32))), 8)
}

// murmurBytes is Murmur3_x86_32 but for the tail, whose bytes Spark mixes in one by one as signed words.
func murmurBytes(b []byte, seed int32) int32 {
	h, n := uint32(seed), len(b)
	for len(b) >= 4 {
		h = murmurMixH(h, murmurMixK(binary.LittleEndian.Uint32(b)))
		b = b[4:]
	}
	for _, c := range b {
		h = murmurMixH(h, murmurMixK(uint32(int32(int8(c)))))
	}
	return murmurFinish(h, uint32(n))
}

// newXXHash shares the hash of approx_count_distinct.
func newXXHash(*expr.Spec) (expr.Kernel, error) {
	h := &approxCount{}
	return func(k *expr.KernelCall) {
		out := columnar.Values[int64](k.Out)
		for i := range out {
			out[i] = sparkSeed
		}
		for _, a := range k.Args {
			if a.Width == columnar.W64 && a.Type.Kind != types.Decimal {
				vals := columnOf[int64](a)
				for i := range each(k) {
					if !a.IsNull(i) {
						out[i] = int64(hashLong(uint64(vals.at(i)), uint64(out[i])))
					}
				}
				continue
			}
			for i := range each(k) {
				out[i] = int64(h.hash(a, i&formMask(a), uint64(out[i])))
			}
		}
	}, nil
}
