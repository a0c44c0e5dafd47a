package functions

import "github.com/sparrow-engine/sparrow/columnar"

// The loops below compute every row, so that they have no branches; their callers make sure that garbage below nulls does no harm.
// They are small enough to be inlined, and with a literal closure they compile to the loop one would write by hand.

// zip computes out from two flat operands.
func zip[A, B, R any](out []R, a []A, b []B, f func(x A, y B) R) {
	a, b = a[:len(out)], b[:len(out)]
	for i := range out {
		out[i] = f(a[i], b[i])
	}
}

// mapInto computes out from one flat operand.
func mapInto[A, R any](out []R, a []A, f func(x A) R) {
	a = a[:len(out)]
	for i := range out {
		out[i] = f(a[i])
	}
}

// fold accumulates over two flat operands while it computes out: f returns the value and what to OR into the result.
func fold[A, B, R any](out []R, a []A, b []B, f func(x A, y B) (R, int64)) int64 {
	var bad int64
	a, b = a[:len(out)], b[:len(out)]
	for i := range out {
		r, e := f(a[i], b[i])
		out[i] = r
		bad |= e
	}
	return bad
}

// foldMap is fold over one operand.
func foldMap[A, R any](out []R, a []A, f func(x A) (R, int64)) int64 {
	var bad int64
	a = a[:len(out)]
	for i := range out {
		r, e := f(a[i])
		out[i] = r
		bad |= e
	}
	return bad
}

// sparse reports whether so few rows count that they are better computed one by one.
func sparse(rows columnar.Rows) bool { return rows.Sel != nil && 4*len(rows.Sel) < rows.N }

func isConst(v *columnar.Vector) bool { return v.Form == columnar.Constant }
