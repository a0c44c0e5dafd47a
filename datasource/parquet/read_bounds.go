package parquet

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/parquet-go/parquet-go/format"

	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/types"
)

// bounds is what statistics say of a column in a row group or page.
type bounds struct {
	min, max   any // nil: unknown. Never NaN.
	nulls      int64
	nullsKnown bool
	rows       int64
	// exact tells that min and max are values of the column.
	exact bool
}

func (b *bounds) allNull() bool { return b.nullsKnown && b.nulls >= b.rows && b.rows > 0 }

// statValue decodes a bound of a leaf to a Go value of its type, nil if it cannot be used.
func (l *fileLeaf) statValue(b []byte) any {
	switch l.physical {
	case format.Boolean:
		if len(b) == 1 {
			return b[0] != 0
		}
	case format.Int32:
		if len(b) == 4 {
			return l.intStat(int64(int32(binary.LittleEndian.Uint32(b))))
		}
	case format.Int64:
		if len(b) == 8 {
			return l.intStat(int64(binary.LittleEndian.Uint64(b)))
		}
	case format.Float:
		if len(b) == 4 {
			if f := math.Float32frombits(binary.LittleEndian.Uint32(b)); f == f {
				return f
			}
		}
	case format.Double:
		if len(b) == 8 {
			if f := math.Float64frombits(binary.LittleEndian.Uint64(b)); f == f {
				return f
			}
		}
	case format.ByteArray, format.FixedLenByteArray:
		return l.bytesStat(b)
	}
	return nil
}

func (l *fileLeaf) bytesStat(b []byte) any {
	switch l.conv.kind {
	case convBytes:
		if l.typ.Kind == types.String {
			return string(b)
		}
		return append([]byte{}, b...)
	case convDecimal64, convDecimal128:
		if x, ok := bigEndian(b); ok {
			return x
		}
	}
	return nil
}

// intStat converts a stored integer as the reader converts values.
func (l *fileLeaf) intStat(x int64) any {
	switch l.conv.kind {
	case convUint8:
		x = int64(uint8(x))
	case convUint16:
		x = int64(uint16(x))
	case convUint32:
		x = int64(uint32(x))
	case convUint64:
		return types.Int128{Lo: uint64(x)}
	case convMul:
		if x > math.MaxInt64/l.conv.factor || x < math.MinInt64/l.conv.factor {
			return nil
		}
		x *= l.conv.factor
	case convInt64:
		x *= l.conv.factor
	case convDiv:
		q := x / l.conv.factor
		if x%l.conv.factor < 0 {
			q--
		}
		x = q
	}
	return goInt(l.typ, x)
}

// goInt returns the Go value of a type that is stored as an integer.
func goInt(t types.Type, x int64) any {
	switch t.Kind {
	case types.TinyInt:
		return int8(x)
	case types.SmallInt:
		return int16(x)
	case types.Int, types.Date, types.YearMonth:
		return int32(x)
	case types.Decimal:
		return types.Int128Of(x)
	}
	return x
}

// chunkBounds returns what a chunk's statistics say, for a column that is in no list.
func (f *footer) chunkBounds(group int, l *fileLeaf) bounds {
	rg := &f.meta.RowGroups[group]
	st := &rg.Columns[l.index].MetaData.Statistics
	b := bounds{rows: rg.NumRows}
	if l.maxDef == 0 {
		b.nullsKnown = true
	} else if f.nullsKnown[group*len(f.leaves)+l.index] && st.NullCount >= 0 && st.NullCount <= rg.NumRows {
		b.nulls, b.nullsKnown = st.NullCount, true
	}
	low, high := st.MinValue, st.MaxValue
	if low == nil && high == nil && l.signed {
		low, high = st.Min, st.Max
	}
	b.set(l, low, high)
	return b
}

func (b *bounds) set(l *fileLeaf, low, high []byte) {
	if low == nil || high == nil {
		return
	}
	b.min, b.max = l.statValue(low), l.statValue(high)
	if b.min == nil || b.max == nil || compareValues(b.min, b.max) > 0 {
		b.min, b.max = nil, nil
		return
	}
	b.exact = l.conv.kind != convBytes && !l.typ.IsFloating() && l.conv.kind != convDiv
}

// widenTo converts bounds of a file's type to the table's, which widening allows; they become unknown if that is not plain.
func (b *bounds) widenTo(from, to types.Type) {
	if from.SameShape(to) {
		return
	}
	b.min, b.max = widenValue(b.min, from, to), widenValue(b.max, from, to)
	if b.min == nil || b.max == nil {
		b.min, b.max = nil, nil
	}
}

func widenValue(v any, from, to types.Type) any {
	x, isInt := asInt64(v)
	switch {
	case v == nil:
		return nil
	case isInt && to.IsInteger():
		return goInt(to, x)
	case isInt && to.Kind == types.Decimal && from.IsInteger():
		if y, ok := types.Rescale(types.Int128Of(x), 0, int(to.Scale)); ok {
			return y
		}
	case from.Kind == types.Decimal && to.Kind == types.Decimal:
		if y, ok := types.Rescale(v.(types.Int128), int(from.Scale), int(to.Scale)); ok {
			return y
		}
	case from.Kind == types.Float && to.Kind == types.Double:
		return float64(v.(float32))
	}
	return nil
}

// asInt64 returns the value of an integer, date, timestamp or interval.
func asInt64(v any) (int64, bool) {
	switch x := v.(type) {
	case int8:
		return int64(x), true
	case int16:
		return int64(x), true
	case int32:
		return int64(x), true
	case int64:
		return x, true
	}
	return 0, false
}

// compareValues compares Go values of one type as SQL orders them.
func compareValues(a, b any) int {
	switch x := a.(type) {
	case bool:
		y := b.(bool)
		switch {
		case x == y:
			return 0
		case y:
			return -1
		}
		return 1
	case types.Int128:
		return x.Cmp(b.(types.Int128))
	case float32:
		return kernel.CompareFloat(float64(x), float64(b.(float32)))
	case float64:
		return kernel.CompareFloat(x, b.(float64))
	case string:
		return bytes.Compare([]byte(x), []byte(b.(string)))
	case []byte:
		return bytes.Compare(x, b.([]byte))
	}
	x, _ := asInt64(a)
	y, _ := asInt64(b)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// sameGoType reports whether two values can be compared by compareValues.
func sameGoType(a, b any) bool {
	switch a.(type) {
	case bool:
		_, ok := b.(bool)
		return ok
	case types.Int128:
		_, ok := b.(types.Int128)
		return ok
	case float32:
		_, ok := b.(float32)
		return ok
	case float64:
		_, ok := b.(float64)
		return ok
	case string:
		_, ok := b.(string)
		return ok
	case []byte:
		_, ok := b.([]byte)
		return ok
	}
	_, ok1 := asInt64(a)
	_, ok2 := asInt64(b)
	return ok1 && ok2
}

// excludes reports whether no row can satisfy p, given the bounds of what it is about (nil: unknown).
func excludes(p *datasource.Predicate, of func(*datasource.Predicate) *bounds) bool {
	switch p.Op {
	case datasource.And:
		for i := range p.Args {
			if excludes(&p.Args[i], of) {
				return true
			}
		}
		return false
	case datasource.Or:
		for i := range p.Args {
			if !excludes(&p.Args[i], of) {
				return false
			}
		}
		return len(p.Args) > 0
	}
	b := of(p)
	if b == nil {
		return false
	}
	switch p.Op {
	case datasource.IsNull:
		return b.nullsKnown && b.nulls == 0
	case datasource.IsNotNull:
		return b.allNull()
	}
	if b.allNull() {
		return true
	}
	if b.min == nil {
		return false
	}
	if p.Op == datasource.In {
		for _, v := range p.Values {
			if !b.excludes(datasource.Eq, v) {
				return false
			}
		}
		return true
	}
	return b.excludes(p.Op, p.Value)
}

// excludes reports whether no value within the bounds compares as op says. Bounds of floats tell nothing of NaN, which is larger than
// all, and NaN as a value tells nothing either.
func (b *bounds) excludes(op datasource.Op, v any) bool {
	if v == nil || !sameGoType(b.min, v) {
		return false
	}
	float := false
	switch x := v.(type) {
	case float32:
		float = true
		if x != x {
			return false
		}
	case float64:
		float = true
		if x != x {
			return false
		}
	}
	switch op {
	case datasource.Eq:
		return compareValues(v, b.min) < 0 || compareValues(v, b.max) > 0
	case datasource.Ne:
		return b.exact && !float && compareValues(b.min, v) == 0 && compareValues(b.max, v) == 0
	case datasource.Lt:
		return compareValues(b.min, v) >= 0
	case datasource.Le:
		return compareValues(b.min, v) > 0
	case datasource.Gt:
		return !float && compareValues(b.max, v) <= 0
	case datasource.Ge:
		return !float && compareValues(b.max, v) < 0
	case datasource.StartsWith:
		prefix, ok := v.(string)
		low, _ := b.min.(string)
		high, _ := b.max.(string)
		if !ok {
			return false
		}
		return high < prefix || low > prefix && (len(low) < len(prefix) || low[:len(prefix)] != prefix)
	}
	return false
}
