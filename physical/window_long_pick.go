package physical

import (
	"sort"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
)

// longPick computes an offset function over a long partition.
type longPick struct {
	part  *longPartition
	f     *windowFunc
	pick  expr.WindowPick
	frame *longFrame
	cur   *blockCursor // at the picked row
	count *blockCursor // where rows that are not null are counted
	// notNull counts, with IGNORE NULLS, the rows before each block, and all, whose value is not null.
	notNull []int
}

func newLongPick(l *longPartition, f *windowFunc, frames *longFrames) (longFunc, error) {
	pick, err := f.fn.Pick(f.spec)
	if err != nil {
		return nil, err
	}
	x := &longPick{part: l, f: f, pick: pick, cur: newBlockCursor(l), count: newBlockCursor(l)}
	if x.frame, err = frames.of(f.frame); err != nil {
		return nil, err
	}
	if !f.spec.IgnoreNulls || pick.Nth == 0 && pick.Offset == 0 {
		return x, nil
	}
	x.notNull = []int{0}
	for b := range l.file.Blocks() {
		if err := x.cur.load(b); err != nil {
			return nil, err
		}
		v := x.cur.arg(f.args[0])
		x.notNull = append(x.notNull, x.notNull[b]+v.Len-v.NullCount())
	}
	return x, nil
}

func (x *longPick) next(rows *longRows) (*columnar.Vector, error) {
	out := columnar.New(x.f.result, 0)
	var missing *columnar.Vector
	for i := range rows.n {
		r, err := x.row(rows, i)
		if err != nil {
			return nil, err
		}
		switch {
		case r >= 0:
			if err := x.cur.load(r / spillRows); err != nil {
				return nil, err
			}
			columnar.Append(out, x.cur.arg(x.f.args[0]), columnar.Rows{Sel: []int32{int32(r % spillRows)}, N: x.cur.batch.N})
		case len(x.f.args) > 2:
			columnar.Append(out, rows.cur.arg(x.f.args[2]), columnar.Rows{Sel: []int32{int32(i)}, N: rows.n})
		default:
			if missing == nil {
				missing = columnar.NullConstant(x.f.result, 1)
			}
			columnar.Append(out, missing, columnar.AllRows(1))
		}
	}
	return out, nil
}

// row returns the row that row i of the block picks, -1 for none.
func (x *longPick) row(rows *longRows, i int) (int, error) {
	r := rows.first + i
	from, to, off := 0, x.part.n, r+x.pick.Offset
	if x.pick.Nth > 0 {
		from, to = int(x.frame.start[i]), int(x.frame.end[i])
		off = from + x.pick.Nth - 1
	}
	if x.notNull != nil {
		var err error
		if off, err = x.notNullRow(r, from); err != nil {
			return 0, err
		}
	}
	if off < from || off >= to {
		return -1, nil
	}
	return off, nil
}

// notNullRow returns the row that row r picks among those that are not null, -1 for none.
func (x *longPick) notNullRow(r, from int) (int, error) {
	at := r
	if x.pick.Nth > 0 {
		at = from
	}
	k, null, err := x.before(at)
	if err != nil {
		return 0, err
	}
	switch {
	case x.pick.Nth > 0:
		k += x.pick.Nth - 1
	case x.pick.Offset > 0 && null:
		k += x.pick.Offset - 1
	default:
		k += x.pick.Offset
	}
	if k < 0 || k >= x.notNull[len(x.notNull)-1] {
		return -1, nil
	}
	block := sort.SearchInts(x.notNull, k+1) - 1
	if err := x.cur.load(block); err != nil {
		return 0, err
	}
	k -= x.notNull[block]
	v := x.cur.arg(x.f.args[0])
	for i := range v.Len {
		if v.IsNull(i) {
			continue
		}
		if k == 0 {
			return block*spillRows + i, nil
		}
		k--
	}
	return -1, nil
}

// before counts the rows before row r that are not null, and tells whether r itself is null.
func (x *longPick) before(r int) (n int, null bool, err error) {
	if r >= x.part.n {
		return x.notNull[len(x.notNull)-1], true, nil
	}
	block := r / spillRows
	if err := x.count.load(block); err != nil {
		return 0, false, err
	}
	v := x.count.arg(x.f.args[0])
	n = x.notNull[block]
	for i := range r % spillRows {
		n += bit(!v.IsNull(i))
	}
	return n, v.IsNull(r % spillRows), nil
}
