package gen

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

const (
	supplierBase            = 10_000
	balanceLow, balanceHigh = -99_999, 999_999
	noted                   = 10 // suppliers in supplierBase whose comment has a complaint or a recommendation
	noteCustomer            = "Customer "
	noteComplaints          = "Complaints"
	noteRecommends          = "Recommends"
	noteLength              = int64(len(noteCustomer) + len(noteComplaints))
	complaintShare, ofNoted = 50, 101
)

type supplier struct {
	span
	address, phone          stream
	nation, balance         uniform
	comment                 comment
	note, gap, place, which stream
}

func openSupplier(_ float64, first, count int64) source {
	return &supplier{
		span:    span{first, first + count},
		address: newStream(706178559, addressDraws, first),
		nation:  newUniform(110356601, 0, int64(len(nations)-1), 1, first),
		phone:   newStream(884434366, phoneDraws, first),
		balance: newUniform(962338209, balanceLow, balanceHigh, 1, first),
		comment: newComment(sharedPool(), 1341315363, 63, 1, first),
		note:    newStream(202794285, 1, first),
		gap:     newStream(263032577, 1, first),
		place:   newStream(715851524, 1, first),
		which:   newStream(753643799, 1, first),
	}
}

func (s *supplier) next(max int) ([]arrow.Array, int) {
	n := s.take(max)
	key, nation, balance := make([]int64, n), make([]int64, n), make([]decimal128.Num, n)
	name, address, phone, remark := newText(n, 18), newText(n, 26), newText(n, 15), newText(n, 64)
	for i := range n {
		s.at++
		key[i] = s.at
		name.addNumbered("Supplier#", s.at)
		address.bytes = s.address.appendAddress(address.bytes)
		address.end()
		nation[i] = s.nation.value()
		phone.bytes = s.phone.appendPhone(phone.bytes, nation[i])
		phone.end()
		balance[i] = decimal128.FromI64(s.balance.value())
		start := len(remark.bytes)
		remark.addComment(&s.comment)
		if 1+s.note.below(supplierBase) <= noted {
			s.writeNote(remark.bytes[start:])
		}
		s.endRow()
	}
	return []arrow.Array{keys(key), name.array(), address.array(), keys(nation), phone.array(), amounts(balance), remark.array()}, n
}

// writeNote overwrites two places of the comment, so that Q16 finds "Customer ... Complaints".
func (s *supplier) writeNote(remark []byte) {
	free := int64(len(remark)) - noteLength
	gap := s.gap.below(free + 1)
	place := s.place.below(free - gap + 1)
	kind := noteRecommends
	if s.which.below(ofNoted) < complaintShare {
		kind = noteComplaints
	}
	copy(remark[place:], noteCustomer)
	copy(remark[place+gap+int64(len(noteCustomer)):], kind)
}

func (s *supplier) endRow() {
	s.address.endRow()
	s.nation.endRow()
	s.phone.endRow()
	s.balance.endRow()
	s.comment.endRow()
	s.note.endRow()
	s.gap.endRow()
	s.place.endRow()
	s.which.endRow()
}
