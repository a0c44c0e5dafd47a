package gen

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

type lineItem struct {
	span
	lines
	line, lineCount int64 // of the current order; lineCount 0 before its first line
	date            int64
	suppliers       int64

	supplier                stream
	commitDays, receiveDays uniform
	flag, instruct, mode    stream
	comment                 comment
}

func openLineItem(sf float64, first, count int64) source {
	return &lineItem{
		span:        span{first, first + count},
		lines:       newLines(sf, first),
		suppliers:   int64(supplierBase * sf),
		supplier:    newStream(2095021727, maxLines, first),
		commitDays:  newUniform(904914315, 30, 90, maxLines, first),
		receiveDays: newUniform(373135028, 1, maxReceive, maxLines, first),
		flag:        newStream(717419739, maxLines, first),
		instruct:    newStream(1371272478, maxLines, first),
		mode:        newStream(675466456, maxLines, first),
		comment:     newComment(sharedPool(), 1095462486, 27, maxLines, first),
	}
}

// lineColumns are the columns of one batch.
type lineColumns struct {
	order, part, supplier          []int64
	number, ship, commit, receive  []int32
	quantity, price, discount, tax []decimal128.Num
	flag, status, instruct, mode   text
	remark                         remarks
}

func (l *lineItem) newColumns(n int) *lineColumns {
	return &lineColumns{
		order: make([]int64, 0, n), part: make([]int64, 0, n), supplier: make([]int64, 0, n),
		number: make([]int32, 0, n), ship: make([]int32, 0, n), commit: make([]int32, 0, n), receive: make([]int32, 0, n),
		quantity: make([]decimal128.Num, 0, n), price: make([]decimal128.Num, 0, n),
		discount: make([]decimal128.Num, 0, n), tax: make([]decimal128.Num, 0, n),
		flag: newText(n, 1), status: newText(n, 1), instruct: newText(n, 13), mode: newText(n, 5), remark: newRemarks(&l.comment, n),
	}
}

func (c *lineColumns) arrays() []arrow.Array {
	return []arrow.Array{keys(c.order), keys(c.part), keys(c.supplier), ints(c.number), amounts(c.quantity), amounts(c.price), amounts(c.discount),
		amounts(c.tax), c.flag.array(), c.status.array(), dates(c.ship), dates(c.commit), dates(c.receive), c.instruct.array(), c.mode.array(),
		c.remark.array()}
}

func (l *lineItem) next(max int) ([]arrow.Array, int) {
	capacity := int(min(int64(max), (l.end-l.at)*maxLines))
	c := l.newColumns(capacity)
	for len(c.order) < capacity && l.at < l.end {
		if l.lineCount == 0 {
			l.date, l.lineCount = l.orderDate.value(), l.count.value()
		}
		l.addLine(c)
		if l.line++; l.line == l.lineCount {
			l.line, l.lineCount = 0, 0
			l.at++
			l.endRow()
		}
	}
	return c.arrays(), len(c.order)
}

func (l *lineItem) addLine(c *lineColumns) {
	c.order = append(c.order, orderKey(l.at+1))
	c.number = append(c.number, int32(l.line+1))
	quantity := l.quantity.value()
	part := l.partKey.value()
	c.part = append(c.part, part)
	c.supplier = append(c.supplier, partSupplier(part, l.supplier.below(suppliersPerPart), l.suppliers))
	c.quantity = append(c.quantity, decimal128.FromI64(quantity*100))
	c.price = append(c.price, decimal128.FromI64(retailPrice(part)*quantity))
	c.discount = append(c.discount, decimal128.FromI64(l.discount.value()))
	c.tax = append(c.tax, decimal128.FromI64(l.tax.value()))

	ship := l.date + l.shipDays.value()
	receive := ship + l.receiveDays.value()
	c.ship = append(c.ship, int32(ship))
	c.commit = append(c.commit, int32(l.date+l.commitDays.value()))
	c.receive = append(c.receive, int32(receive))
	flag, status := "N", "O"
	if receive <= currentDate {
		flag = returnFlags[l.flag.below(int64(len(returnFlags)))]
	}
	if ship <= currentDate {
		status = "F"
	}
	c.flag.add(flag)
	c.status.add(status)
	c.instruct.add(instructs[l.instruct.below(int64(len(instructs)))])
	c.mode.add(shipModes[l.mode.below(int64(len(shipModes)))])
	c.remark.add(&l.comment)
}

func (l *lineItem) endRow() {
	l.lines.endRow()
	l.supplier.endRow()
	l.commitDays.endRow()
	l.receiveDays.endRow()
	l.flag.endRow()
	l.instruct.endRow()
	l.mode.endRow()
	l.comment.endRow()
}
