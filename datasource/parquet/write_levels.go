package parquet

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// writeSlots are the places of one node in a batch: each has its levels and the array row it shows, or -1 if it ends above the array's values.
// The top of a batch is the identity: rows nil, no levels.
type writeSlots struct {
	n        int
	def, rep []uint8
	rows     []int32
}

// present drops the slots whose row is null; the others rise to the node's level.
func (s writeSlots) present(node *writeNode, values arrow.Array) (writeSlots, error) {
	nulls := values.NullN() > 0
	_, void := values.(*array.Null) // it has no bitmap
	if !node.optional {
		for i := range s.n {
			if nulls && (s.rows == nil && values.IsNull(i) || s.rows != nil && s.rows[i] >= 0 && values.IsNull(int(s.rows[i])) || void) {
				return s, sqlerr.New("NOT_NULL_ASSERT_VIOLATION", sqlerr.Pos{}, "NULL value appeared in a non-nullable field that the Parquet file declares REQUIRED.")
			}
		}
		return s, nil
	}
	if s.rows == nil && !nulls {
		// Every row is there: levels are a constant, given when the page is written.
		if s.def == nil {
			return s, nil
		}
	}
	out := writeSlots{n: s.n, def: make([]uint8, s.n), rep: s.rep, rows: make([]int32, s.n)}
	for i := range s.n {
		row := int32(i)
		if s.rows != nil {
			row = s.rows[i]
		}
		switch {
		case row < 0:
			out.def[i] = s.def[i]
		case nulls && (void || values.IsNull(int(row))):
			out.def[i] = node.def - 1
			row = -1
		default:
			out.def[i] = node.def
		}
		out.rows[i] = row
	}
	return out, nil
}

// explicit writes out the levels and rows of the identity.
func (s writeSlots) explicit(def uint8) writeSlots {
	if s.rows != nil {
		return s
	}
	s.rows, s.def = make([]int32, s.n), make([]uint8, s.n)
	for i := range s.rows {
		s.rows[i] = int32(i)
		s.def[i] = def
	}
	return s
}

// elements replaces each slot of a list by the slots of its elements; an empty or missing list stays one slot.
func (s writeSlots) elements(node *writeNode, bounds func(i int) (int64, int64)) writeSlots {
	s = s.explicit(node.def)
	out := writeSlots{def: make([]uint8, 0, s.n), rep: make([]uint8, 0, s.n), rows: make([]int32, 0, s.n)}
	for i, row := range s.rows {
		var rep uint8
		if s.rep != nil {
			rep = s.rep[i]
		}
		var from, to int64
		if row >= 0 {
			from, to = bounds(int(row))
		}
		if from >= to {
			out.def, out.rep, out.rows = append(out.def, s.def[i]), append(out.rep, rep), append(out.rows, -1)
			continue
		}
		for j := from; j < to; j++ {
			out.def, out.rep, out.rows = append(out.def, node.def+1), append(out.rep, rep), append(out.rows, int32(j))
			rep = node.rep
		}
	}
	out.n = len(out.rows)
	return out
}

// shred walks a column down to its leaves and hands each leaf's array and slots to visit.
func (node *writeNode) shred(values arrow.Array, s writeSlots, visit func(leaf int, values arrow.Array, s writeSlots) error) error {
	s, err := s.present(node, values)
	if err != nil {
		return err
	}
	switch node.shape {
	case shapeLeaf:
		return visit(node.leaf, values, s)
	case shapeStruct:
		if s.rows == nil && node.def > 0 {
			s = s.explicit(node.def)
		}
		fields := values.(*array.Struct)
		for i, child := range node.children {
			if err := child.shred(fields.Field(i), s, visit); err != nil {
				return err
			}
		}
		return nil
	}
	if m, ok := values.(*array.Map); ok {
		s = s.elements(node, m.ValueOffsets)
		if err := node.children[0].shred(m.Keys(), s, visit); err != nil {
			return err
		}
		return node.children[1].shred(m.Items(), s, visit)
	}
	list, ok := values.(array.ListLike)
	if !ok {
		return sqlerr.Internal("parquet writer: %s is not a list", values.DataType())
	}
	return node.children[0].shred(list.ListValues(), s.elements(node, list.ValueOffsets), visit)
}
