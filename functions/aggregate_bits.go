package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

type integer interface{ int8 | int16 | int32 | int64 }

// bitOp is a bitwise operation that folds rows.
type bitOp uint8

const (
	bitAnd bitOp = iota
	bitOr
	bitXor
)

// bitFold is bit_and, bit_or and bit_xor; start is the operation's neutral element.
type bitFold[T integer] struct {
	reader
	t      types.Type
	op     bitOp
	start  T
	values []T
	seen   []uint8
}

func newBitAnd(s *expr.Spec) (expr.Accumulator, error) { return newBitFold(s, bitAnd) }
func newBitOr(s *expr.Spec) (expr.Accumulator, error)  { return newBitFold(s, bitOr) }
func newBitXor(s *expr.Spec) (expr.Accumulator, error) { return newBitFold(s, bitXor) }

func newBitFold(s *expr.Spec, op bitOp) (expr.Accumulator, error) {
	t := s.Args[0]
	switch t.Kind {
	case types.TinyInt:
		return bitFoldOf[int8](t, op), nil
	case types.SmallInt:
		return bitFoldOf[int16](t, op), nil
	case types.Int:
		return bitFoldOf[int32](t, op), nil
	case types.BigInt:
		return bitFoldOf[int64](t, op), nil
	}
	return nil, sqlerr.Internal("no bitwise aggregate of %s", t)
}

func bitFoldOf[T integer](t types.Type, op bitOp) *bitFold[T] {
	a := &bitFold[T]{t: t, op: op}
	if op == bitAnd {
		a.start = -1
	}
	return a
}

func (a *bitFold[T]) Resize(n int) {
	a.values = resized(a.values, n, a.start)
	a.seen = resized(a.seen, n, 0)
}

func (a *bitFold[T]) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[0])
	if in.n == 0 {
		return nil
	}
	v := columnar.Values[T](a.flat(args[0], rows.N, 0))
	for i := range in.n {
		r, g := in.row(i)
		switch a.op {
		case bitAnd:
			a.values[g] &= v[r]
		case bitOr:
			a.values[g] |= v[r]
		case bitXor:
			a.values[g] ^= v[r]
		}
		a.seen[g] = 1
	}
	return nil
}

func (a *bitFold[T]) Final() (*columnar.Vector, error) {
	out := columnar.New(a.t, len(a.values))
	copy(columnar.Values[T](out), a.values)
	return setNulls(out, func(g int) bool { return a.seen[g] == 0 }), nil
}

func (a *bitFold[T]) Partial() ([]*columnar.Vector, error) { return finalAsPartial(a) }

func (a *bitFold[T]) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	return a.Update(groups, partial, rows)
}

func (a *bitFold[T]) PartialTypes() []types.Type { return []types.Type{a.t} }

func (a *bitFold[T]) Bytes() int64 {
	return int64(columnar.WidthOf(a.t).Bytes()*cap(a.values)+cap(a.seen)) + a.bytes()
}

// bitmapBytes is the size of a bitmap: one bucket of Spark's bitmap functions has 32768 positions.
const bitmapBytes = 4096

// bitmapAccumulator is bitmap_construct_agg, which sets bits by position, and bitmap_or_agg and bitmap_and_agg, which combine bitmaps.
type bitmapAccumulator struct {
	reader
	construct bool
	op        bitOp
	pos       func(position int64) error
	bits      []byte // bitmapBytes a group
}

func newBitmapConstruct(s *expr.Spec) (expr.Accumulator, error) {
	return &bitmapAccumulator{construct: true, op: bitOr, pos: func(p int64) error {
		return sqlerr.New("INVALID_BITMAP_POSITION", s.Pos, "The 0-indexed bitmap position %d is out of bounds. The bitmap has %d bits (%d bytes).", p, 8*bitmapBytes, bitmapBytes)
	}}, nil
}

func newBitmapOr(*expr.Spec) (expr.Accumulator, error) { return &bitmapAccumulator{op: bitOr}, nil }

func newBitmapAnd(*expr.Spec) (expr.Accumulator, error) { return &bitmapAccumulator{op: bitAnd}, nil }

func (a *bitmapAccumulator) Resize(n int) {
	start := byte(0)
	if a.op == bitAnd {
		start = 0xFF
	}
	a.bits = resized(a.bits, n*bitmapBytes, start)
}

func (a *bitmapAccumulator) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	if !a.construct {
		return a.Merge(groups, args, rows)
	}
	in := a.skipNulls(groups, rows, args[0])
	if in.n == 0 {
		return nil
	}
	v := columnar.Values[int64](a.flat(args[0], rows.N, 0))
	for i := range in.n {
		r, g := in.row(i)
		p := v[r]
		if p < 0 || p >= 8*bitmapBytes {
			return a.pos(p)
		}
		a.bits[g*bitmapBytes+int(p>>3)] |= 1 << (p & 7)
	}
	return nil
}

// Merge combines bitmaps byte by byte; what a short one lacks counts as zeros.
func (a *bitmapAccumulator) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, partial[0])
	if in.n == 0 {
		return nil
	}
	v := a.flat(partial[0], rows.N, 0)
	for i := range in.n {
		r, g := in.row(i)
		state, b := a.bits[g*bitmapBytes:(g+1)*bitmapBytes], v.Bytes(r)
		b = b[:min(len(b), bitmapBytes)]
		if a.op == bitAnd {
			for k, x := range b {
				state[k] &= x
			}
			clear(state[len(b):])
			continue
		}
		for k, x := range b {
			state[k] |= x
		}
	}
	return nil
}

func (a *bitmapAccumulator) Final() (*columnar.Vector, error) {
	n := len(a.bits) / bitmapBytes
	out := columnar.New(types.BinaryType, n)
	for g := range n {
		out.SetBytes(g, a.bits[g*bitmapBytes:(g+1)*bitmapBytes])
	}
	return out, nil
}

func (a *bitmapAccumulator) Partial() ([]*columnar.Vector, error) { return finalAsPartial(a) }

func (a *bitmapAccumulator) PartialTypes() []types.Type { return []types.Type{types.BinaryType} }

func (a *bitmapAccumulator) Bytes() int64 { return int64(cap(a.bits)) + a.bytes() }
