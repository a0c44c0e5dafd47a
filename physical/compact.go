package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
)

// sparse is how many rows a batch has for each selected one when it is worth copying those: total kernels compute all rows of a batch, for
// under a nanosecond each in arithmetic, some ten in the calendar.
const sparse = 4

// compactor makes batches of the selected rows alone. Its batch and vectors live until the next call.
type compactor struct {
	out   columnar.Batch
	src   []*columnar.Vector
	rows  repeater
	dense []*columnar.Vector // of the rows as codes
	flat  []columnar.Vector  // instead of those of flat columns
}

// newCompactor returns the compactor for expressions that are about to be computed, nil if none is: columns alone cost nothing, and what
// random and numbering functions give depends on the place of a row in its batch.
func newCompactor(es []expr.Expr) *compactor {
	isColumn := func(e expr.Expr) bool { _, ok := e.(*expr.Column); return ok }
	if slices.ContainsFunc(es, expr.IsVolatile) || !slices.ContainsFunc(es, func(e expr.Expr) bool { return !isColumn(e) }) {
		return nil
	}
	return &compactor{}
}

// compact returns the selected rows of b, or b if they are many.
func (c *compactor) compact(b *columnar.Batch) *columnar.Batch {
	if c == nil || b.Sel == nil || len(b.Sel) == 0 || sparse*len(b.Sel) > b.N {
		return b
	}
	c.src = c.src[:0]
	for _, v := range b.Cols {
		if v != nil { // a column that only the scan needed
			c.src = append(c.src, v)
		}
	}
	dense := c.rows.appendRows(c.dense[:0], c.src, b.Sel, nil)
	c.dense = dense
	if len(c.flat) < len(dense) {
		c.flat = make([]columnar.Vector, len(dense))
	}
	cols, k := c.out.Cols[:0], 0
	for _, v := range b.Cols {
		switch {
		case v == nil:
			cols = append(cols, nil)
			continue
		case v.Form == columnar.Flat:
			columnar.Gather(&c.flat[k], v, b.Sel)
			cols = append(cols, &c.flat[k])
		default:
			cols = append(cols, dense[k])
		}
		k++
	}
	c.out = columnar.Batch{Cols: cols, N: len(b.Sel), Morsel: b.Morsel, Seq: b.Seq}
	return &c.out
}
