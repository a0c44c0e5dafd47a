package gen

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

const (
	ordersBase    = 1_500_000
	maxLines      = 7
	firstDate     = 8035 // 1992-01-01 in days since 1970
	lastDate      = 10591
	currentDate   = 9298 // 1995-06-17, the specification's today
	maxShipDays   = 121
	maxReceive    = 30
	lastOrderDate = lastDate - maxShipDays - maxReceive
)

// orderKey spreads the keys: of 32 consecutive numbers the first 8 are used.
func orderKey(order int64) int64 { return order>>3<<5 | order&7 }

// lines draws what both orders and lineitem need to know of an order's lines; an order's status and total follow from its lines.
type lines struct {
	orderDate, count        uniform
	quantity, discount, tax uniform
	partKey                 key
	shipDays                uniform
}

func newLines(sf float64, first int64) lines {
	return lines{
		orderDate: newUniform(1066728069, firstDate, lastOrderDate, 1, first),
		count:     newUniform(1434868289, 1, maxLines, 1, first),
		quantity:  newUniform(209208115, 1, 50, maxLines, first),
		discount:  newUniform(554590007, 0, 10, maxLines, first),
		tax:       newUniform(721958466, 0, 8, maxLines, first),
		partKey:   newKey(1808217256, int64(partBase*sf), sf, maxLines, first),
		shipDays:  newUniform(1769349045, 1, maxShipDays, maxLines, first),
	}
}

func (l *lines) endRow() {
	l.orderDate.endRow()
	l.count.endRow()
	l.quantity.endRow()
	l.discount.endRow()
	l.tax.endRow()
	l.partKey.endRow()
	l.shipDays.endRow()
}

type orders struct {
	span
	lines
	customer    key
	maxCustomer int64
	priority    stream
	clerk       uniform
	comment     comment
}

func openOrders(sf float64, first, count int64) source {
	customers := int64(customerBase * sf)
	return &orders{
		span:        span{first, first + count},
		lines:       newLines(sf, first),
		customer:    newKey(851767375, customers, sf, 1, first),
		maxCustomer: customers,
		priority:    newStream(591449447, 1, first),
		clerk:       newUniform(1171034773, 1, max(int64(sf*1000), 1000), 1, first),
		comment:     newComment(sharedPool(), 276090261, 49, 1, first),
	}
}

// customerKey draws a customer; every third never orders.
func (o *orders) customerKey() int64 {
	c := o.customer.value()
	for step := int64(1); c%3 == 0; step = -step {
		c = min(c+step, o.maxCustomer)
	}
	return c
}

// drawLines returns the order's total and status.
func (o *orders) drawLines(date int64) (total int64, status string) {
	count, shipped := o.count.value(), int64(0)
	for range count {
		quantity, discount, tax := o.quantity.value(), o.discount.value(), o.tax.value()
		price := retailPrice(o.partKey.value()) * quantity
		total += price * (100 - discount) / 100 * (100 + tax) / 100
		if date+o.shipDays.value() <= currentDate {
			shipped++
		}
	}
	switch shipped {
	case count:
		return total, "F"
	case 0:
		return total, "O"
	}
	return total, "P"
}

func (o *orders) next(max int) ([]arrow.Array, int) {
	n := o.take(max)
	key, customer, total, date, shipPriority := make([]int64, n), make([]int64, n), make([]decimal128.Num, n), make([]int32, n), make([]int32, n)
	status, priority, clerk, remark := newText(n, 1), newText(n, 9), newText(n, 15), newRemarks(&o.comment, n)
	for i := range n {
		o.at++
		key[i] = orderKey(o.at)
		day := o.orderDate.value()
		date[i] = int32(day)
		customer[i] = o.customerKey()
		cents, state := o.drawLines(day)
		total[i] = decimal128.FromI64(cents)
		status.add(state)
		priority.add(priorities[o.priority.below(int64(len(priorities)))])
		clerk.addNumbered("Clerk#", o.clerk.value())
		remark.add(&o.comment)

		o.lines.endRow()
		o.customer.endRow()
		o.priority.endRow()
		o.clerk.endRow()
		o.comment.endRow()
	}
	return []arrow.Array{keys(key), keys(customer), status.array(), amounts(total), dates(date), priority.array(), clerk.array(), ints(shipPriority),
		remark.array()}, n
}
