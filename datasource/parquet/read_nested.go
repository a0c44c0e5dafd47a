package parquet

import (
	"errors"

	"github.com/sparrow-engine/sparrow/columnar"
)

// nestState holds the levels of a nested column: those read ahead, and those of the current batch with the values that belong to them.
type nestState struct {
	aheadDefs, aheadReps []int32
	at, n                int // unread part of what is ahead

	defs, reps []uint8
	vals       columnar.Vector // the values that are there, one after the other
}

const (
	levelsAhead = 1024
	// maxBatchLevels bounds the elements of one batch; runs let a small file claim any number.
	maxBatchLevels = 1 << 27
)

var errLevels = errors.New("repetition or definition levels are damaged")

func (s *nestState) reset() { s.at, s.n = 0, 0 }

// seekNested goes to a row of a nested column. Pages can be passed over where a level is a row: in structs.
func (c *leafReader) seekNested(row int64) error {
	if ahead := int64(c.nest.n - c.nest.at); c.leaf.maxRep == 0 && c.row+ahead < row {
		if err := c.readLevels(int(ahead), false); err != nil {
			return err
		}
		if err := c.seekPage(row); err != nil {
			return err
		}
	}
	if c.row < row {
		return c.readLevels(int(row-c.row), false)
	}
	return nil
}

// readLevels reads the levels of n rows and, if keep is set, the values; else it passes over them.
func (c *leafReader) readLevels(n int, keep bool) error {
	c.begin(0)
	c.bounded = false
	s := &c.nest
	s.defs, s.reps = s.defs[:0], s.reps[:0]
	if keep {
		s.vals.Reset(c.typ, c.width, 0)
	}
	rows := 0
	for {
		if s.at == s.n {
			if rows == n && c.leaf.maxRep == 0 {
				break
			}
			if ok, err := c.readAhead(); err != nil {
				return err
			} else if !ok {
				break
			}
		}
		end, err := s.rowEnd(&rows, n)
		if err != nil {
			return err
		}
		if err := c.consume(end, keep); err != nil {
			return err
		}
		if end < s.n {
			break
		}
	}
	if rows < n {
		return errEnded
	}
	c.row += int64(n)
	s.vals.Buffers = c.buffers
	return nil
}

// rowEnd returns the end of the levels ahead that belong to the first n rows, of which *rows have begun.
func (s *nestState) rowEnd(rows *int, n int) (int, error) {
	i := s.at
	for ; i < s.n; i++ {
		if s.aheadReps[i] == 0 {
			if *rows == n {
				break
			}
			*rows++
		} else if *rows == 0 {
			return 0, errLevels
		}
	}
	return i, nil
}

// consume takes the levels ahead up to end.
func (c *leafReader) consume(end int, keep bool) error {
	s := &c.nest
	values := 0
	full := int32(c.leaf.maxDef)
	for _, d := range s.aheadDefs[s.at:end] {
		if d == full {
			values++
		}
	}
	from := s.at
	s.at = end
	if !keep {
		if c.levelsOnly {
			return nil
		}
		return c.skipValues(values)
	}
	if len(s.defs)+end-from > maxBatchLevels {
		return errLevels
	}
	for i := from; i < end; i++ {
		s.defs = append(s.defs, uint8(s.aheadDefs[i]))
		s.reps = append(s.reps, uint8(s.aheadReps[i]))
	}
	if c.levelsOnly {
		return nil
	}
	at := s.vals.Len
	s.vals.Grow(at + values)
	return c.fill(&s.vals, at, values)
}

// readAhead reads levels of the current or the next page; ok is false at the end of the chunk.
func (c *leafReader) readAhead() (ok bool, err error) {
	s, p := &c.nest, &c.page
	if p.left == 0 {
		if err := c.nextPage(); err == errEnded {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
	if !p.loaded {
		if err := c.load(); err != nil {
			return false, err
		}
	}
	n := min(p.left, levelsAhead)
	s.aheadDefs, s.aheadReps = grow(s.aheadDefs, n), grow(s.aheadReps, n)
	if err := p.defs.read(s.aheadDefs); err != nil {
		return false, err
	}
	if err := p.reps.read(s.aheadReps); err != nil {
		return false, err
	}
	if !allBelow(s.aheadDefs, uint32(c.leaf.maxDef)+1) || !allBelow(s.aheadReps, uint32(c.leaf.maxRep)+1) {
		return false, errLevels
	}
	p.left -= n
	s.at, s.n = 0, n
	return true, nil
}

// assemble makes dst the slots of a node: the places at which its nearest list above has an element (for a top column: the rows). A level
// entry of any leaf below is such a place if it repeats at most at rep and is defined at least to def. Compare Melnik et al., Dremel.
func (n *readNode) assemble(dst *columnar.Vector, rep, def uint8, slots int) error {
	if n.file == nil {
		setMissing(dst, n, slots)
		return nil
	}
	switch n.file.shape {
	case nodeStruct:
		return n.assembleStruct(dst, rep, def, slots)
	case nodeList, nodeMap:
		return n.assembleList(dst, rep, def, slots)
	}
	return n.assembleLeaf(dst, def, slots)
}

// setMissing makes dst slots nulls.
func setMissing(dst *columnar.Vector, n *readNode, slots int) {
	dst.Reset(n.typ, columnar.WidthOf(n.typ), slots)
	dst.ClearReferences()
	dst.SetAllNull()
	for i, c := range dst.Children {
		if dst.Width == columnar.WStruct {
			setMissing(c, &readNode{typ: n.typ.Fields()[i].Type}, slots)
		}
	}
}

func (n *readNode) assembleLeaf(dst *columnar.Vector, def uint8, slots int) error {
	s := &n.reader.nest
	idx := make([]int32, 0, slots)
	v := int32(0)
	for _, d := range s.defs {
		switch {
		case d == n.file.leaf.maxDef:
			idx = append(idx, v)
			v++
		case d >= def:
			idx = append(idx, -1)
		}
	}
	if len(idx) != slots || int(v) != s.vals.Len {
		return errLevels
	}
	if n.widen == nil {
		columnar.Gather(dst, &s.vals, idx)
		return nil
	}
	var wide columnar.Vector
	if err := n.widen(&wide, &s.vals); err != nil {
		return err
	}
	columnar.Gather(dst, &wide, idx)
	return nil
}

func (n *readNode) assembleStruct(dst *columnar.Vector, rep, def uint8, slots int) error {
	dst.Reset(n.typ, columnar.WStruct, slots)
	s := &n.levels.nest
	k := 0
	for i, d := range s.defs {
		if s.reps[i] > rep || d < def {
			continue
		}
		if k == slots {
			return errLevels
		}
		if d < n.file.def {
			dst.SetNull(k)
		}
		k++
	}
	if k != slots {
		return errLevels
	}
	for i, kid := range n.kids {
		if err := kid.assemble(dst.Children[i], rep, def, slots); err != nil {
			return err
		}
	}
	return nil
}

func (n *readNode) assembleList(dst *columnar.Vector, rep, def uint8, slots int) error {
	width := columnar.WList
	if n.file.shape == nodeMap {
		width = columnar.WMap
	}
	dst.Reset(n.typ, width, slots)
	spans := columnar.Values[columnar.Span](dst)
	s, f := &n.levels.nest, n.file
	k, elements := -1, int32(0)
	for i, d := range s.defs {
		if s.reps[i] <= rep && d >= def {
			k++
			if k == slots {
				return errLevels
			}
			spans[k] = columnar.Span{Off: elements}
			if d < f.def {
				dst.SetNull(k)
			}
		}
		if s.reps[i] <= f.rep && d >= f.elemDef {
			if k < 0 {
				return errLevels
			}
			spans[k].Len++
			elements++
		}
	}
	if k+1 != slots {
		return errLevels
	}
	for i, kid := range n.kids {
		if err := kid.assemble(dst.Children[i], f.rep, f.elemDef, int(elements)); err != nil {
			return err
		}
	}
	return nil
}
