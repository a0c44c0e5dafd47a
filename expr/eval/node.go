package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/types"
)

// node is a compiled expression with the scratch memory of one worker.
type node interface {
	// eval returns a vector of f.n rows, right at the rows given, in memory that lives until the next eval of the node.
	eval(f *frame, rows columnar.Rows) (*columnar.Vector, error)
}

// selecter is a boolean node that finds rows without making a vector.
type selecter interface {
	// choose returns, ascending, those rows where the value is want, not null, written over dst, which may be rows.Sel.
	choose(f *frame, rows columnar.Rows, want bool, dst []int32) ([]int32, error)
}

// choose returns the rows where a boolean node has the value want.
func choose(n node, f *frame, rows columnar.Rows, want bool, dst []int32) ([]int32, error) {
	if rows.Count() == 0 {
		return kernel.SelectNotNull(&columnar.Vector{}, rows, dst), nil
	}
	if s, ok := n.(selecter); ok {
		return s.choose(f, rows, want, dst)
	}
	v, err := n.eval(f, rows)
	if err != nil {
		return nil, err
	}
	if want {
		return kernel.SelectTrue(v, rows, dst), nil
	}
	return kernel.SelectFalse(v, rows, dst), nil
}

// frame is the input of one evaluation.
type frame struct {
	cols    []*columnar.Vector
	n       int
	morsel  int
	rowBase int64
	gen     uint64 // differs for every evaluation
}

// maxBatch bounds the rows of a batch for the numbers of volatile functions: batch seq of a morsel begins at row seq*maxBatch, whatever the
// sizes of the batches before it, so that a row's number does not depend on what filters below removed.
const maxBatch = 1 << 16

func (f *frame) load(b *columnar.Batch) {
	f.cols, f.n, f.morsel, f.rowBase = b.Cols, b.N, b.Morsel, int64(b.Seq)*maxBatch
	f.gen++
}

// column passes an input column through.
type column struct{ at int }

func (c *column) eval(f *frame, _ columnar.Rows) (*columnar.Vector, error) { return f.cols[c.at], nil }

// literal is a constant vector as long as the frame.
type literal struct{ vec *columnar.Vector }

func newLiteral(t types.Type, value any) *literal {
	v := columnar.NewConstant(t, value, 1)
	if x, ok := boundOf(value); ok {
		if t.Kind == types.Decimal { // of 64 bits whatever the precision, so that it meets vectors of 64 bits in fast loops
			v = columnar.NewWidth(t, columnar.W64, 1)
			v.SetValue(0, value)
			v.Form, v.Class = columnar.Constant, columnar.Shared
		}
		v.HasBounds, v.Lo, v.Hi = true, x, x
	}
	return &literal{v}
}

// boundOf returns integers, dates and decimals of 64 bits as bounds hold them.
func boundOf(value any) (int64, bool) {
	switch x := value.(type) {
	case int8:
		return int64(x), true
	case int16:
		return int64(x), true
	case int32:
		return int64(x), true
	case int64:
		return x, true
	case types.Int128:
		return x.Int64(), x.IsInt64()
	}
	return 0, false
}

func (l *literal) eval(f *frame, _ columnar.Rows) (*columnar.Vector, error) {
	l.vec.Len = f.n
	return l.vec, nil
}

// memo is a subexpression that occurs several times. It is evaluated for all rows of a frame at most once.
type memo struct {
	child node
	gen   uint64
	vec   *columnar.Vector
}

func (m *memo) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	if m.gen == f.gen {
		return m.vec, nil
	}
	v, err := m.child.eval(f, rows)
	if err != nil {
		return nil, err
	}
	m.vec, m.gen = v, f.gen
	return v, nil
}

// peek is an occurrence under conditional evaluation: it takes what an unconditional one has computed, else computes its own rows.
type peek struct {
	memo *memo
	own  node
}

func (p *peek) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	if p.memo.gen == f.gen {
		return p.memo.vec, nil
	}
	return p.own.eval(f, rows)
}

// choose asks the own node, unless a vector is there already.
func (p *peek) choose(f *frame, rows columnar.Rows, want bool, dst []int32) ([]int32, error) {
	if p.memo.gen != f.gen {
		return choose(p.own, f, rows, want, dst)
	}
	if want {
		return kernel.SelectTrue(p.memo.vec, rows, dst), nil
	}
	return kernel.SelectFalse(p.memo.vec, rows, dst), nil
}

// dense returns v with rows numbered like stored values (flat or constant), flattening a dictionary into scratch.
func dense(scratch, v *columnar.Vector, rows columnar.Rows) *columnar.Vector {
	if v.Form != columnar.Dictionary {
		return v
	}
	return columnar.Flatten(scratch, v, rows)
}
