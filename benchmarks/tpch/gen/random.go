package gen

// Every column of dbgen draws from its own Lehmer generator, x' = 16807 x mod 2^31-1, and every row owns a fixed number of draws from it,
// whether it uses them or not. That is what makes the rows addressable: row r starts at draw r*perRow.
const (
	multiplier = 16807
	modulus    = 1<<31 - 1
)

// mulmod multiplies two residues of the Mersenne prime 2^31-1.
func mulmod(a, b uint64) uint64 {
	p := a * b
	x := p&modulus + p>>31
	if x >= modulus {
		x -= modulus
	}
	return x
}

// power returns multiplier^n mod modulus.
func power(n uint64) uint64 {
	result, square := uint64(1), uint64(multiplier)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			result = mulmod(result, square)
		}
		square = mulmod(square, square)
	}
	return result
}

// jumps holds multiplier^n for every n a row can leave unused; the widest row is a part's name (92 draws).
var jumps = func() (t [128]uint64) {
	t[0] = 1
	for i := 1; i < len(t); i++ {
		t[i] = mulmod(t[i-1], multiplier)
	}
	return t
}()

// stream is one Lehmer generator with its draws per row.
type stream struct {
	seed   uint64
	perRow int
	used   int
}

func newStream(seed uint64, perRow int, firstRow int64) stream {
	return stream{seed: mulmod(seed, power(uint64(perRow)*uint64(firstRow))), perRow: perRow}
}

func (s *stream) next() uint64 {
	s.used++
	s.seed = mulmod(s.seed, multiplier)
	return s.seed
}

// endRow skips the draws the row did not use.
func (s *stream) endRow() {
	s.seed = mulmod(s.seed, jumps[s.perRow-s.used])
	s.used = 0
}

// exactSpan bounds the spans for which dbgen's double arithmetic, floor(seed/modulus*span), equals the exact quotient. The exact value is at
// least 1/modulus away from an integer (modulus is prime), the double's error is below span*2^-52, and 2e6*2^-52 < 1/modulus.
const exactSpan = 2_000_000

// below draws a number in [0, span).
func (s *stream) below(span int64) int64 {
	seed := s.next()
	if span > exactSpan {
		return int64(float64(seed) / modulus * float64(span))
	}
	// Division by 2^31-1 of a product far below its square: the quotient is the high part, plus one when the parts add up to the modulus.
	p := seed * uint64(span)
	high := p >> 31
	return int64(high + (high+p&modulus+1)>>31)
}

// uniform draws numbers of one closed interval.
type uniform struct {
	stream
	low, span int64
}

func newUniform(seed uint64, low, high int64, perRow int, firstRow int64) uniform {
	return uniform{newStream(seed, perRow, firstRow), low, high - low + 1}
}

func (u *uniform) value() int64 { return u.low + u.below(u.span) }

// bigScale is the scale factor from which dbgen draws customer and part keys with 64-bit numbers.
const bigScale = 30000

// key draws order and part references: like uniform below bigScale, from a 64-bit congruential generator above.
type key struct {
	uniform
	wide   bool
	seed64 int64
}

func newKey(seed uint64, high int64, sf float64, perRow int, firstRow int64) key {
	k := key{uniform: newUniform(seed, 1, high, perRow, firstRow), wide: sf >= bigScale}
	k.seed64 = skip64(int64(seed), int64(perRow)*firstRow)
	return k
}

func (k *key) value() int64 {
	if !k.wide {
		return k.uniform.value()
	}
	k.used++
	k.seed64 = k.seed64*6364136223846793005 + 1
	return k.low + max(k.seed64, -k.seed64)%k.span
}

func (k *key) endRow() {
	if !k.wide {
		k.stream.endRow()
		return
	}
	k.seed64 = skip64(k.seed64, int64(k.perRow-k.used))
	k.used = 0
}

// skip64 moves a 64-bit stream. dbgen uses the 32-bit rule here, signed overflow included, and so must we to get its rows.
func skip64(seed, n int64) int64 {
	square := int64(multiplier)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			seed = square * seed % modulus
		}
		square = square * square % modulus
	}
	return seed
}

// alphabet is what addresses are made of.
const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ,"

const (
	addressMin, addressMax = 10, 40 // 0.4 and 1.6 times the mean length of 25
	addressDraws           = 9      // the length and one draw for five characters
	phoneDraws             = 3
)

// appendAddress appends a random string.
func (s *stream) appendAddress(dst []byte) []byte {
	n := addressMin + int(s.below(addressMax-addressMin+1))
	var bits int64
	for i := range n {
		if i%5 == 0 {
			// dbgen asks for [0, 2^31-1]; the span overflows its int, hence the negative number.
			bits = int64(float64(s.next()) / modulus * -(1 << 31))
		}
		dst = append(dst, alphabet[bits&63])
		bits >>= 6
	}
	return dst
}

// appendPhone appends "CC-aaa-bbb-cccc", whose country code follows the nation.
func (s *stream) appendPhone(dst []byte, nation int64) []byte {
	dst = appendPadded(dst, 10+nation, 2)
	dst = appendPadded(append(dst, '-'), 100+s.below(900), 3)
	dst = appendPadded(append(dst, '-'), 100+s.below(900), 3)
	return appendPadded(append(dst, '-'), 1000+s.below(9000), 4)
}

// appendPadded appends v with leading zeros.
func appendPadded(dst []byte, v int64, width int) []byte {
	var digits [20]byte
	i := len(digits)
	for n := 0; v > 0 || n < width; n++ {
		i--
		digits[i] = byte('0' + v%10)
		v /= 10
	}
	return append(dst, digits[i:]...)
}
