package gen

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

const customerBase = 150_000

type customer struct {
	span
	address, phone, segment stream
	nation, balance         uniform
	comment                 comment
}

func openCustomer(_ float64, first, count int64) source {
	return &customer{
		span:    span{first, first + count},
		address: newStream(881155353, addressDraws, first),
		nation:  newUniform(1489529863, 0, int64(len(nations)-1), 1, first),
		phone:   newStream(1521138112, phoneDraws, first),
		balance: newUniform(298370230, balanceLow, balanceHigh, 1, first),
		segment: newStream(1140279430, 1, first),
		comment: newComment(sharedPool(), 1335826707, 73, 1, first),
	}
}

func (c *customer) next(max int) ([]arrow.Array, int) {
	n := c.take(max)
	key, nation, balance := make([]int64, n), make([]int64, n), make([]decimal128.Num, n)
	name, address, phone, segment, remark := newText(n, 18), newText(n, 26), newText(n, 15), newText(n, 10), newRemarks(&c.comment, n)
	for i := range n {
		c.at++
		key[i] = c.at
		name.addNumbered("Customer#", c.at)
		address.bytes = c.address.appendAddress(address.bytes)
		address.end()
		nation[i] = c.nation.value()
		phone.bytes = c.phone.appendPhone(phone.bytes, nation[i])
		phone.end()
		balance[i] = decimal128.FromI64(c.balance.value())
		segment.add(segments[c.segment.below(int64(len(segments)))])
		remark.add(&c.comment)

		c.address.endRow()
		c.nation.endRow()
		c.phone.endRow()
		c.balance.endRow()
		c.segment.endRow()
		c.comment.endRow()
	}
	return []arrow.Array{keys(key), name.array(), address.array(), keys(nation), phone.array(), amounts(balance), segment.array(), remark.array()}, n
}
