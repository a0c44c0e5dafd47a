package eval

import (
	"encoding/binary"
	"strconv"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
	"github.com/sparrow-engine/sparrow/types/text"
)

// toString returns the cast to string. char and varchar are plain strings to a cast: lengths are checked when a table is written, as in Spark.
func (c *caster) toString() (expr.Kernel, error) {
	var app func(dst []byte, v *columnar.Vector, r int) []byte
	zone := c.zone()
	switch c.from.Kind {
	case types.String, types.Binary:
		return shareBytes, nil
	case types.Boolean:
		app = func(dst []byte, v *columnar.Vector, r int) []byte {
			return strconv.AppendBool(dst, columnar.Values[uint8](v)[r] != 0)
		}
	case types.TinyInt:
		app = appendInteger[int8]
	case types.SmallInt:
		app = appendInteger[int16]
	case types.Int:
		app = appendInteger[int32]
	case types.BigInt:
		app = appendInteger[int64]
	case types.Float, types.Double:
		bits := 64
		if c.from.Kind == types.Float {
			bits = 32
		}
		app = func(dst []byte, v *columnar.Vector, r int) []byte { return text.AppendFloat(dst, floatAt(v, r), bits) }
	case types.Decimal:
		app = c.appendDecimal
	case types.Date, types.YearMonth:
		app = func(dst []byte, v *columnar.Vector, r int) []byte {
			return text.AppendInt32(dst, columnar.Values[int32](v)[r], c.from)
		}
	case types.Timestamp, types.TimestampNTZ, types.Time, types.DayTime:
		app = func(dst []byte, v *columnar.Vector, r int) []byte {
			return text.AppendInt64(dst, columnar.Values[int64](v)[r], c.from, zone)
		}
	case types.CalendarInterval:
		app = func(dst []byte, v *columnar.Vector, r int) []byte {
			return append(dst, temporal.FormatInterval(columnar.Values[types.Interval](v)[r])...)
		}
	case types.Array, types.Map, types.Struct:
		app = func(dst []byte, v *columnar.Vector, r int) []byte {
			return text.AppendCast(dst, v.Value(r), c.from, zone)
		}
	default:
		return nil, c.mismatch()
	}
	var buf []byte
	return func(k *expr.KernelCall) {
		v := k.Args[0]
		each(k.Rows, func(r int) {
			if v.MayHaveNulls() && v.IsNull(r) {
				return
			}
			buf = app(buf[:0], v, r)
			k.Out.SetBytes(r, buf)
		})
	}, nil
}

// appendDecimal prints in plain notation; outside ANSI mode as BigDecimal does, with an exponent for small values.
func (c *caster) appendDecimal(dst []byte, v *columnar.Vector, r int) []byte {
	if c.mode == expr.Legacy {
		return types.AppendDecimalJava(dst, wideAt(v, r), int(c.from.Scale))
	}
	return types.AppendDecimal(dst, wideAt(v, r), int(c.from.Scale))
}

func appendInteger[A integer](dst []byte, v *columnar.Vector, r int) []byte {
	return strconv.AppendInt(dst, int64(columnar.Values[A](v)[r]), 10)
}

// shareBytes changes the type of strings and binaries, whose bytes are the same.
func shareBytes(k *expr.KernelCall) {
	xs, out := columnar.Values[columnar.View](k.Args[0]), columnar.Values[columnar.View](k.Out)
	k.Out.Buffers = k.Args[0].Buffers
	if k.Rows.Sel == nil {
		copy(out, xs)
		return
	}
	for _, r := range k.Rows.Sel {
		out[r] = xs[r]
	}
}

// toBinary returns the cast to binary, nil if there is none: strings as UTF-8; integers in big endian, but not in ANSI mode.
func (c *caster) toBinary() expr.Kernel {
	switch {
	case c.from.Kind == types.String:
		return shareBytes
	case !c.from.IsInteger() || c.mode != expr.Legacy:
		return nil
	}
	size := columnar.WidthOf(c.from).Bytes()
	return func(k *expr.KernelCall) {
		v := k.Args[0]
		each(k.Rows, func(r int) {
			var b [8]byte
			var x int64
			switch size {
			case 1:
				x = int64(columnar.Values[int8](v)[r])
			case 2:
				x = int64(columnar.Values[int16](v)[r])
			case 4:
				x = int64(columnar.Values[int32](v)[r])
			default:
				x = columnar.Values[int64](v)[r]
			}
			binary.BigEndian.PutUint64(b[:], uint64(x))
			k.Out.SetBytes(r, b[8-size:])
		})
	}
}
