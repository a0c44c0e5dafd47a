package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
)

// listWriter fills the arrays of a result with elements of one source vector, named by position; -1 is a null element.
type listWriter struct {
	idx  []int32
	out  []columnar.Span
	from int32
}

// begin starts a result: all rows are empty until written.
func (w *listWriter) begin(k *expr.KernelCall) {
	w.idx, w.from = w.idx[:0], 0
	w.out = columnar.Values[columnar.Span](k.Out)
	clear(w.out)
}

func (w *listWriter) put(pos int32) { w.idx = append(w.idx, pos) }

// putSpan adds all elements of a span.
func (w *listWriter) putSpan(s columnar.Span) {
	for j := range s.Len {
		w.idx = append(w.idx, s.Off+j)
	}
}

// end makes what was put since the last end the array of row i.
func (w *listWriter) end(i int) {
	n := int32(len(w.idx))
	w.out[i] = columnar.Span{Off: w.from, Len: n - w.from}
	w.from = n
}

// current returns the positions put since the last end.
func (w *listWriter) current() []int32 { return w.idx[w.from:] }

// finish takes the elements from src.
func (w *listWriter) finish(k *expr.KernelCall, src *columnar.Vector) {
	columnar.Gather(k.Out.Children[0], src, w.idx)
}

// pool is one vector of the values of several, so that positions can name values of any.
type pool struct {
	all  columnar.Vector
	base []int32
}

// fill makes the pool hold n[j] values of vs[j].
func (p *pool) fill(n []int, vs ...*columnar.Vector) *columnar.Vector {
	p.base = p.base[:0]
	p.all = columnar.Vector{}
	wide := vs[0]
	for _, v := range vs {
		if v.Base().Width == columnar.W128 {
			wide = v
		}
	}
	p.all.Reset(wide.Type, wide.Base().Width, 0)
	for j, v := range vs {
		p.base = append(p.base, int32(p.all.Len))
		columnar.AppendFlat(&p.all, v, columnar.AllRows(n[j]))
	}
	return &p.all
}

// fillRows is fill with rows of the batch, for arguments that are elements.
func (p *pool) fillRows(rows int, vs ...*columnar.Vector) *columnar.Vector {
	n := make([]int, len(vs))
	for j := range n {
		n[j] = rows
	}
	return p.fill(n, vs...)
}

// children returns the sizes and the vectors of child c of list or map vectors.
func children(c int, lists ...*columnar.Vector) ([]int, []*columnar.Vector) {
	n, vs := make([]int, len(lists)), make([]*columnar.Vector, len(lists))
	for j, l := range lists {
		vs[j] = l.Children[c]
		n[j] = vs[j].Len
	}
	return n, vs
}

// shiftSpan moves a span to its place in a pool.
func shiftSpan(s columnar.Span, base int32) columnar.Span {
	return columnar.Span{Off: s.Off + base, Len: s.Len}
}
