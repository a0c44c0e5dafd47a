package gen

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

const (
	partBase         = 200_000
	nameWords        = 5
	suppliersPerPart = 4
)

// retailPrice is a function of the key, so that lineitem need not look it up.
func retailPrice(part int64) int64 { return 90_000 + part/10%20_001 + part%1000*100 }

// partSupplier returns the i-th of a part's four suppliers, spread over the suppliers so that partsupp and lineitem agree without a lookup.
func partSupplier(part, i, suppliers int64) int64 {
	return (part+i*(suppliers/suppliersPerPart+(part-1)/suppliers))%suppliers + 1
}

type part struct {
	span
	name, kind, container stream
	maker, brand, size    uniform
	comment               comment
}

func openPart(_ float64, first, count int64) source {
	return &part{
		span:      span{first, first + count},
		name:      newStream(709314158, len(colors), first),
		maker:     newUniform(1, 1, 5, 1, first),
		brand:     newUniform(46831694, 1, 5, 1, first),
		kind:      newStream(1841581359, 1, first),
		size:      newUniform(1193163244, 1, 50, 1, first),
		container: newStream(727633698, 1, first),
		comment:   newComment(sharedPool(), 804159733, 14, 1, first),
	}
}

func (p *part) next(max int) ([]arrow.Array, int) {
	n := p.take(max)
	key, size, price := make([]int64, n), make([]int32, n), make([]decimal128.Num, n)
	name, maker, brand := newText(n, 36), newText(n, 14), newText(n, 8)
	kind, container, remark := newText(n, 22), newText(n, 9), newRemarks(&p.comment, n)
	for i := range n {
		p.at++
		key[i] = p.at
		name.bytes = p.appendName(name.bytes)
		name.end()
		m := p.maker.value()
		maker.bytes = appendPadded(append(maker.bytes, "Manufacturer#"...), m, 1)
		maker.end()
		brand.bytes = appendPadded(append(brand.bytes, "Brand#"...), m*10+p.brand.value(), 1)
		brand.end()
		kind.add(partTypes[p.kind.below(int64(len(partTypes)))])
		size[i] = int32(p.size.value())
		container.add(containers[p.container.below(int64(len(containers)))])
		price[i] = decimal128.FromI64(retailPrice(p.at))
		remark.add(&p.comment)

		p.name.endRow()
		p.maker.endRow()
		p.brand.endRow()
		p.kind.endRow()
		p.size.endRow()
		p.container.endRow()
		p.comment.endRow()
	}
	return []arrow.Array{keys(key), name.array(), maker.array(), brand.array(), kind.array(), ints(size), container.array(), amounts(price),
		remark.array()}, n
}

// appendName appends five different colors: the first steps of a shuffle.
func (p *part) appendName(dst []byte) []byte {
	var order [128]uint8
	total := len(colors)
	for i := range total {
		order[i] = uint8(i)
	}
	for i := range nameWords {
		j := i + int(p.name.below(int64(total-i)))
		order[i], order[j] = order[j], order[i]
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, colors[order[i]]...)
	}
	return dst
}

type partSupp struct {
	span
	supplier  int64 // which of the part's suppliers is next
	suppliers int64
	quantity  uniform
	cost      uniform
	comment   comment
}

func openPartSupp(sf float64, first, count int64) source {
	return &partSupp{
		span:      span{first, first + count},
		suppliers: int64(supplierBase * sf),
		quantity:  newUniform(1671059989, 1, 9999, suppliersPerPart, first),
		cost:      newUniform(1051288424, 100, 100_000, suppliersPerPart, first),
		comment:   newComment(sharedPool(), 1961692154, 124, suppliersPerPart, first),
	}
}

func (p *partSupp) next(max int) ([]arrow.Array, int) {
	n := int(min(int64(max), (p.end-p.at)*suppliersPerPart-p.supplier))
	partKey, suppKey := make([]int64, n), make([]int64, n)
	quantity, cost, remark := make([]int32, n), make([]decimal128.Num, n), newRemarks(&p.comment, n)
	for i := range n {
		partKey[i] = p.at + 1
		suppKey[i] = partSupplier(p.at+1, p.supplier, p.suppliers)
		quantity[i] = int32(p.quantity.value())
		cost[i] = decimal128.FromI64(p.cost.value())
		remark.add(&p.comment)
		if p.supplier++; p.supplier == suppliersPerPart {
			p.supplier = 0
			p.at++
			p.quantity.endRow()
			p.cost.endRow()
			p.comment.endRow()
		}
	}
	return []arrow.Array{keys(partKey), keys(suppKey), ints(quantity), amounts(cost), remark.array()}, n
}
