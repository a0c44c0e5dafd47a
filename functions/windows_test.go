package functions

import (
	"fmt"
	"testing"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// window runs a function over one partition, rows 1 to 5 of 7, with peers 1|2 3|4|5 and the frame from one row before to the row itself.
func window(t *testing.T, name string, vals []any, ignoreNulls bool, args ...any) string {
	t.Helper()
	bound := []expr.Expr{}
	var vecs []*columnar.Vector
	if vals != nil {
		bound = append(bound, col(types.IntType))
		vecs = append(vecs, vec(types.IntType, append(append([]any{int32(-1)}, vals...), int32(-1))...))
	}
	for _, a := range args {
		bound = append(bound, lit(types.IntType, a))
		vecs = append(vecs, columnar.NewConstant(types.IntType, a, 7))
	}
	c := bind(t, name, bound...).(*expr.Call)
	kern, err := c.Func.NewWindow(expr.SpecOf(c, nil))
	if err != nil {
		t.Fatal(err)
	}
	w := &expr.WindowInput{Start: 1, End: 6, From: 1, To: 6, Args: vecs, IgnoreNulls: ignoreNulls, Out: columnar.New(c.T, 7),
		PeerStart: []int32{1, 2, 2, 4, 5}, PeerEnd: []int32{2, 4, 4, 5, 6},
		FrameStart: []int32{1, 1, 2, 3, 4}, FrameEnd: []int32{2, 3, 4, 5, 6}}
	if err := kern(w); err != nil {
		t.Fatal(err)
	}
	out := make([]any, 5)
	for i := range out {
		out[i] = w.Out.Value(i + 1)
	}
	if kern, err = c.Func.NewWindow(expr.SpecOf(c, nil)); err != nil {
		t.Fatal(err)
	}
	if vals == nil {
		checkPart(t, kern, w, out)
	}
	return fmt.Sprint(out)
}

// checkPart computes rows 3 to 5 alone, as the last rows of a partition that begins before the vectors.
func checkPart(t *testing.T, kern expr.WindowKernel, whole *expr.WindowInput, want []any) {
	t.Helper()
	less := func(rows []int32) (out []int32) {
		for _, r := range rows {
			out = append(out, r-3)
		}
		return out
	}
	w := &expr.WindowInput{Start: -2, End: 3, From: 0, To: 3, Args: whole.Args, PeersBefore: 2, Out: columnar.New(whole.Out.Type, 3),
		PeerStart: less(whole.PeerStart[2:]), PeerEnd: less(whole.PeerEnd[2:])}
	if err := kern(w); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if got := w.Out.Value(i); got != want[i+2] {
			t.Errorf("row %d of a part is %v, not %v", i, got, want[i+2])
		}
	}
}

func TestWindows(t *testing.T) {
	v := []any{int32(1), nil, int32(3), int32(4), nil}
	for _, tt := range []struct {
		name   string
		vals   []any
		ignore bool
		args   []any
		want   string
	}{
		{"row_number", nil, false, nil, "[1 2 3 4 5]"},
		{"rank", nil, false, nil, "[1 2 2 4 5]"},
		{"dense_rank", nil, false, nil, "[1 2 2 3 4]"},
		{"percent_rank", nil, false, nil, "[0 0.25 0.25 0.75 1]"},
		{"cume_dist", nil, false, nil, "[0.2 0.6 0.6 0.8 1]"},
		{"ntile", nil, false, []any{int32(2)}, "[1 1 1 2 2]"},
		{"ntile", nil, false, []any{int32(9)}, "[1 2 3 4 5]"},
		{"lag", v, false, nil, "[<nil> 1 <nil> 3 4]"},
		{"lead", v, false, nil, "[<nil> 3 4 <nil> <nil>]"},
		{"lag", v, false, []any{int32(2), int32(9)}, "[9 9 1 <nil> 3]"},
		{"lag", v, false, []any{int32(-1)}, "[<nil> 3 4 <nil> <nil>]"},
		{"lag", v, true, nil, "[<nil> 1 1 3 4]"},
		{"lead", v, true, nil, "[3 3 4 <nil> <nil>]"},
		{"lead", v, true, []any{int32(2)}, "[4 4 <nil> <nil> <nil>]"},
		{"nth_value", v, false, []any{int32(2)}, "[<nil> <nil> 3 4 <nil>]"},
		{"nth_value", v, true, []any{int32(1)}, "[1 1 3 3 4]"},
	} {
		if got := window(t, tt.name, tt.vals, tt.ignore, tt.args...); got != tt.want {
			t.Errorf("%s %v ignore nulls %v: %s, want %s", tt.name, tt.args, tt.ignore, got, tt.want)
		}
	}
}

func TestSetRowNested(t *testing.T) {
	st := types.StructOf(types.Field{Name: "a", Type: types.ArrayOf(types.StringType, true), Nullable: true}, types.Field{Name: "b", Type: types.DecimalOf(20, 2), Nullable: true})
	vals := []any{[]any{[]any{"x", nil, "longer than twelve bytes"}, types.Int128Of(7)}, nil, []any{nil, nil}}
	src, dst := vec(st, vals...), columnar.New(st, 3)
	for i := range vals {
		setRow(dst, 2-i, src, i)
	}
	for i, want := range vals {
		if got := dst.Value(2 - i); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("row %d: %v, want %v", i, got, want)
		}
	}
}
