package gen

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// money is the type of every amount, in cents.
var money = &arrow.Decimal128Type{Precision: 15, Scale: 2}

func newArray(t arrow.DataType, rows int, buffers ...[]byte) arrow.Array {
	all := make([]*memory.Buffer, 1, 1+len(buffers)) // the first is the validity bitmap: nothing is null
	for _, b := range buffers {
		all = append(all, memory.NewBufferBytes(b))
	}
	data := array.NewData(t, rows, all, nil, 0, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

func keys(values []int64) arrow.Array {
	return newArray(arrow.PrimitiveTypes.Int64, len(values), arrow.Int64Traits.CastToBytes(values))
}

func ints(values []int32) arrow.Array {
	return newArray(arrow.PrimitiveTypes.Int32, len(values), arrow.Int32Traits.CastToBytes(values))
}

func dates(values []int32) arrow.Array {
	return newArray(arrow.FixedWidthTypes.Date32, len(values), arrow.Int32Traits.CastToBytes(values))
}

func amounts(values []decimal128.Num) arrow.Array {
	return newArray(money, len(values), arrow.Decimal128Traits.CastToBytes(values))
}

// text collects the strings of one column: append to bytes, then end the value.
type text struct {
	offsets []int32
	bytes   []byte
}

func newText(rows, width int) text {
	return text{offsets: make([]int32, 1, rows+1), bytes: make([]byte, 0, rows*width+wordWidth)}
}

func (t *text) end() { t.offsets = append(t.offsets, int32(len(t.bytes))) }

func (t *text) add(s string) {
	t.bytes = append(t.bytes, s...)
	t.end()
}

// addNumbered adds a name like Customer#000000001.
func (t *text) addNumbered(prefix string, n int64) {
	t.bytes = appendPadded(append(t.bytes, prefix...), n, 9)
	t.end()
}

func (t *text) addComment(c *comment) {
	t.bytes = c.append(t.bytes)
	t.end()
}

func (t *text) array() arrow.Array {
	return newArray(arrow.BinaryTypes.String, len(t.offsets)-1, arrow.Int32Traits.CastToBytes(t.offsets), t.bytes)
}

// remarks collects the comments of a large table: drawn with the row, copied when all places are known.
type remarks struct {
	pool  *pool
	spots []spot
	total int
	touch byte
}

func newRemarks(c *comment, rows int) remarks {
	return remarks{pool: c.pool, spots: make([]spot, 0, rows)}
}

func (r *remarks) add(c *comment) {
	s := c.draw()
	r.spots = append(r.spots, s)
	r.total += int(s.length)
}

func (r *remarks) array() arrow.Array {
	t := text{offsets: make([]int32, 1, len(r.spots)+1), bytes: make([]byte, 0, r.total+wordWidth)}
	for rest := r.spots; len(rest) > 0; {
		block := rest[:min(touchBlock, len(rest))]
		rest = rest[len(block):]
		r.touch += r.pool.touch(block)
		for _, s := range block {
			t.bytes = r.pool.appendText(t.bytes, int(s.offset), int(s.length))
			t.end()
		}
	}
	return t.array()
}
