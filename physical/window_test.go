package physical

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

func intLiteral(x int32) *expr.Literal { return &expr.Literal{Value: x, T: types.IntType} }

func preceding(l *expr.Literal) expr.Bound { return expr.Bound{Kind: expr.Preceding, Offset: l} }
func following(l *expr.Literal) expr.Bound { return expr.Bound{Kind: expr.Following, Offset: l} }

var (
	unboundedBefore = expr.Bound{Kind: expr.UnboundedPreceding}
	unboundedAfter  = expr.Bound{Kind: expr.UnboundedFollowing}
	currentRow      = expr.Bound{Kind: expr.CurrentRow}
)

// windowFrames are frames over the order of column 1, an int.
var windowFrames = []*expr.Frame{
	nil,
	{Start: unboundedBefore, End: unboundedAfter},
	{Start: unboundedBefore, End: currentRow},
	{Start: currentRow, End: unboundedAfter},
	{Start: preceding(intLiteral(2)), End: following(intLiteral(1))},
	{Start: preceding(intLiteral(200)), End: currentRow},
	{Start: following(intLiteral(2)), End: following(intLiteral(4))},
	{Start: preceding(intLiteral(4)), End: preceding(intLiteral(2))},
	{Range: true, Start: currentRow, End: currentRow},
	{Range: true, Start: currentRow, End: unboundedAfter},
	{Range: true, Start: preceding(intLiteral(1)), End: following(intLiteral(2))},
	{Range: true, Start: unboundedBefore, End: preceding(intLiteral(1))},
	{Range: true, Start: following(intLiteral(1)), End: unboundedAfter},
}

// naiveFrame lists the rows of the frame of row i within a sorted partition, by the definition.
func naiveFrame(part [][]any, i int, f *expr.Frame, order naiveKey) (rows [][]any) {
	if f == nil {
		f = defaultFrame
	}
	for j := range part {
		if naiveInside(part, i, j, f, f.Start, order, 1) && naiveInside(part, i, j, f, f.End, order, -1) {
			rows = append(rows, part[j])
		}
	}
	return rows
}

// naiveInside reports whether row j is at or after (side 1), or at or before (side -1), a bound of row i's frame.
func naiveInside(part [][]any, i, j int, f *expr.Frame, b expr.Bound, order naiveKey, side int) bool {
	if b.Kind == expr.UnboundedPreceding || b.Kind == expr.UnboundedFollowing {
		return true
	}
	delta := 0
	if b.Offset != nil {
		delta = int(b.Offset.(*expr.Literal).Value.(int32))
	}
	if b.Kind == expr.Preceding {
		delta = -delta
	}
	if !f.Range {
		return side*(j-(i+delta)) >= 0
	}
	x, y := part[i][order.col], part[j][order.col]
	if x != nil {
		if order.desc {
			delta = -delta
		}
		x = x.(int32) + int32(delta)
	}
	return side*naiveCompare(y, x, order.desc, order.nullsFirst) >= 0
}

func windowFuncs(t *testing.T, part []int, order naiveKey, f *expr.Frame) []logical.Named {
	spec := expr.WindowSpec{Order: sortKeysOf([]naiveKey{order}), Frame: f}
	for _, k := range part {
		spec.Partition = append(spec.Partition, testColumns[k])
	}
	var out []logical.Named
	filtered := aggregate(t, "count", testColumns[0])
	filtered.Filter = testColumns[6]
	for i, call := range []expr.Expr{aggregate(t, "count", testColumns[2]), aggregate(t, "sum", testColumns[5]), aggregate(t, "max", testColumns[2]),
		aggregate(t, "collect_list", testColumns[1]), filtered} {
		out = append(out, namedAs(500+i, &expr.Window{Call: call, Spec: spec}))
	}
	return out
}

func naiveWindow(rows [][]any) []string {
	cells := naiveAggregates(rows)
	count, flagged, most := 0, 0, "NULL"
	var list []string
	for _, r := range rows {
		if s, ok := r[2].(string); ok {
			count++
			if most == "NULL" || s > most {
				most = s
			}
		}
		if r[1] != nil {
			list = append(list, text(r[1]))
		}
		if r[6] == true && r[0] != nil {
			flagged++
		}
	}
	return []string{text(count), cells[2], most, fmt.Sprint(list), text(flagged)}
}

func TestWindowAggregates(t *testing.T) {
	configurations(t, func(t *testing.T, batch int, q *exec.Query) {
		rows := randomRows(min(6*batch, 200), 60, 11)
		for i, f := range windowFrames {
			order := naiveKey{1, i%2 == 0, i%3 == 0}
			for _, part := range [][]int{{6}, {2, 6}, nil}[i%2 : i%2+2] {
				keys := []naiveKey{}
				for _, p := range part {
					keys = append(keys, naiveKey{p, false, true})
				}
				sortedRows := slices.Clone(rows)
				slices.SortStableFunc(sortedRows, func(a, b []any) int {
					for _, k := range append(keys, order) {
						if c := naiveCompare(a[k.col], b[k.col], k.desc, k.nullsFirst); c != 0 {
							return c
						}
					}
					return 0
				})
				names, groups := naiveGroups(sortedRows, part)
				var want [][]string
				for _, n := range names {
					for k, r := range groups[n] {
						var cells []string
						for _, x := range r {
							cells = append(cells, text(x))
						}
						want = append(want, append(cells, naiveWindow(naiveFrame(groups[n], k, f, order))...))
					}
				}
				sink, err := NewWindow(windowFuncs(t, part, order, f), 0, testColumns, q)
				got := runSink(t, q, sink, err, newTestTable(testColumns, rows, batch))
				require.Equal(t, want, got, "frame %d partition %v", i, part)
			}
		}
	})
}

// A ranking kernel sees partitions, peers and frames.
func TestWindowKernel(t *testing.T) {
	rank := &expr.Func{Name: "test_rank", Kind: expr.WindowFunction, NewWindow: func(s *expr.Spec) (expr.WindowKernel, error) {
		return func(w *expr.WindowInput) error {
			out := columnar.Values[int64](w.Out)
			for i := w.From; i < w.To; i++ {
				if w.FrameStart[i-w.From] != int32(w.Start) {
					return fmt.Errorf("frame starts at %d", w.FrameStart[i-w.From])
				}
				out[i] = int64(int(w.PeerStart[i-w.From]) - w.Start + 1)
			}
			return nil
		}, nil
	}}
	call := &expr.Call{Func: rank, T: types.BigIntType}
	configurations(t, func(t *testing.T, batch int, q *exec.Query) {
		rows := randomRows(min(6*batch, 500), 60, 12)
		spec := expr.WindowSpec{Partition: []expr.Expr{testColumns[6]}, Order: sortKeysOf([]naiveKey{{2, false, true}})}
		sink, err := NewWindow([]logical.Named{namedAs(600, &expr.Window{Call: call, Spec: spec})}, 0, testColumns, q)
		for _, got := range runSink(t, q, sink, err, newTestTable(testColumns, rows, batch)) {
			before := 0
			for _, r := range rows {
				if text(r[6]) == got[6] && (r[2] == nil && got[2] != "NULL" || r[2] != nil && got[2] != "NULL" && r[2].(string) < got[2]) {
					before++
				}
			}
			require.Equal(t, text(before+1), got[9])
		}
	})
}

// callOf binds a window function.
func callOf(t *testing.T, name string, args ...expr.Expr) expr.Expr {
	t.Helper()
	e, err := functions.Bind(functions.Lookup(name), args, functions.BindOptions{})
	require.NoError(t, err)
	return e
}

// TestLongPartitions computes partitions of several blocks of a file, and compares with the computation in memory.
func TestLongPartitions(t *testing.T) {
	rows := randomRows(2*spillRows+300, 900, 21)
	for i := range rows { // one partition in seven eighths of the rows
		rows[i][6] = i%8 > 0
		rows[i][1] = int32(i * 7919 % 701)
		if i%29 == 0 {
			rows[i][1] = nil
		}
	}
	one, two, nine := intLiteral(1), intLiteral(2), intLiteral(9)
	var calls []expr.Expr
	for _, name := range []string{"row_number", "rank", "dense_rank", "percent_rank", "cume_dist"} {
		calls = append(calls, callOf(t, name))
	}
	calls = append(calls, callOf(t, "ntile", nine), callOf(t, "lag", testColumns[2]), callOf(t, "lag", testColumns[5], intLiteral(1500), testColumns[5]),
		callOf(t, "lead", testColumns[4], two), callOf(t, "lead", testColumns[7]), callOf(t, "nth_value", testColumns[2], two))
	ignoring := []expr.Expr{callOf(t, "lag", testColumns[3], two), callOf(t, "lead", testColumns[2], one), callOf(t, "nth_value", testColumns[3], nine)}
	filtered := aggregate(t, "count", testColumns[0])
	filtered.Filter = testColumns[6]
	for _, name := range []string{"count", "sum", "max", "first", "last", "avg"} {
		calls = append(calls, aggregate(t, name, testColumns[5]))
	}
	calls = append(calls, filtered, aggregate(t, "min", testColumns[2]))
	for i, f := range windowFrames {
		for _, part := range [][]int{{6}, nil}[i%2 : i%2+1] {
			order := naiveKey{1, i%3 == 0, i%2 == 0}
			var answers [2][][]string
			for k, memory := range []int64{0, noMemory} {
				spec := expr.WindowSpec{Order: sortKeysOf([]naiveKey{order, {0, false, true}}), Frame: f}
				if f != nil && f.Range {
					spec.Order = spec.Order[:1]
				}
				for _, p := range part {
					spec.Partition = append(spec.Partition, testColumns[p])
				}
				var funcs []logical.Named
				for c, call := range calls {
					funcs = append(funcs, namedAs(700+c, &expr.Window{Call: call, Spec: spec}))
				}
				for c, call := range ignoring {
					funcs = append(funcs, namedAs(800+c, &expr.Window{Call: call, Spec: spec, IgnoreNulls: true}))
				}
				q := exec.NewQuery(context.Background(), exec.Options{Threads: 2, Memory: memory, TempDir: t.TempDir(), Env: &expr.Env{ANSI: true, Zone: time.UTC}})
				sink, err := NewWindow(funcs, 0, testColumns, q)
				answers[k] = runSink(t, q, sink, err, newTestTable(testColumns, rows, 400))
				require.Equal(t, k == 1, q.Spill().Written() > 0)
				require.NoError(t, q.Close())
				require.Zero(t, q.Budget().Used())
			}
			require.Len(t, answers[1], len(rows))
			for r := range rows {
				require.Equal(t, answers[0][r], answers[1][r], "frame %d partition %v row %d", i, part, r)
			}
		}
	}
}

// Ranges over dates, timestamps and doubles.
func TestWindowRanges(t *testing.T) {
	day := func(s string) int32 { d, _ := temporal.ParseDate(s); return d }
	stamp := func(s string) int64 { m, _ := temporal.ParseNTZ(s, false); return m }
	ym := func(m int32) *expr.Literal { return &expr.Literal{Value: m, T: types.YearMonthType} }
	dt := func(d time.Duration) *expr.Literal {
		return &expr.Literal{Value: d.Microseconds(), T: types.DayTimeType}
	}
	for name, c := range map[string]struct {
		t      types.Type
		values []any
		frame  *expr.Frame
		desc   bool
		want   []string
	}{
		"months of dates": {types.DateType, []any{nil, day("2024-01-31"), day("2024-02-29"), day("2024-03-30"), day("2024-05-01")},
			&expr.Frame{Range: true, Start: preceding(ym(1)), End: currentRow}, false, []string{"1", "1", "2", "2", "1"}},
		"hours of dates": {types.DateType, []any{day("2024-01-01"), day("2024-01-02"), day("2024-01-04")},
			&expr.Frame{Range: true, Start: preceding(dt(36 * time.Hour)), End: following(dt(48 * time.Hour))}, false, []string{"2", "3", "1"}},
		"days of timestamps": {types.TimestampNTZType, []any{stamp("2024-01-01 10:00:00"), stamp("2024-01-02 09:59:59"), stamp("2024-01-03 10:00:00")},
			&expr.Frame{Range: true, Start: currentRow, End: following(dt(24 * time.Hour))}, false, []string{"2", "1", "1"}},
		"doubles descending": {types.DoubleType, []any{math.NaN(), 3.5, 3.0, 1.0, nil},
			&expr.Frame{Range: true, Start: preceding(&expr.Literal{Value: 0.5, T: types.DoubleType}), End: following(&expr.Literal{Value: 2.0, T: types.DoubleType})},
			true, []string{"1", "2", "3", "1", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			configurations(t, func(t *testing.T, batch int, q *exec.Query) {
				x := column(0, "x", c.t)
				var rows [][]any
				for _, v := range c.values {
					rows = append(rows, []any{v})
				}
				spec := expr.WindowSpec{Order: []expr.SortKey{{Expr: x, Desc: c.desc, NullsFirst: !c.desc}}, Frame: c.frame}
				f := namedAs(1, &expr.Window{Call: aggregate(t, "count", intLiteral(1)), Spec: spec})
				sink, err := NewWindow([]logical.Named{f}, 0, []*expr.Column{x}, q)
				var got []string
				for _, r := range runSink(t, q, sink, err, newTestTable([]*expr.Column{x}, rows, batch)) {
					got = append(got, r[1])
				}
				require.Equal(t, c.want, got)
			})
		})
	}
}
