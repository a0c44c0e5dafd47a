package physical

import (
	"context"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// numbered is rows (i, "row i") for i below n, every seventh string null.
func numbered(n int) [][]any {
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = []any{int64(i), fmt.Sprint("row ", i)}
		if i%7 == 3 {
			rows[i][1] = nil
		}
	}
	return rows
}

var numberedTypes = []types.Type{types.BigIntType, types.StringType}

// sizes runs f under thread counts and batch sizes that must not change answers.
func sizes(t *testing.T, f func(t *testing.T, q *exec.Query)) {
	for _, threads := range []int{1, 4} {
		for _, batch := range []int{1, 3, 70, 4096} {
			t.Run(fmt.Sprintf("threads %d batch %d", threads, batch), func(t *testing.T) { f(t, newQuery(t, threads, batch)) })
		}
	}
}

func literal(t types.Type, v any) expr.Expr { return &expr.Literal{T: t, Value: v} }

func TestMaterializeKeepsOrder(t *testing.T) {
	sizes(t, func(t *testing.T, q *exec.Query) {
		rows := numbered(9000)
		cols := columnsOf(1, numberedTypes...)
		in := stageOf(q, numberedTypes, rows, 500)
		require.Equal(t, rows, rowsOf(t, q, materialized(t, q, cols, exec.Branch{Source: in.Source()})))
		flat, err := in.Flat()
		require.NoError(t, err)
		require.Equal(t, 9000, flat.N)
		require.Equal(t, rows[8999][0], flat.Cols[0].Value(8999))
		require.Empty(t, rowsOf(t, q, materialized(t, q, cols)))
	})
}

func TestMaterializeSpills(t *testing.T) {
	for _, threads := range []int{1, 4} {
		dir := t.TempDir()
		q := exec.NewQuery(context.Background(), exec.Options{Threads: threads, Memory: 64 << 10, TempDir: dir, BatchSize: 100})
		rows := numbered(20000)
		cols := columnsOf(1, numberedTypes...)
		in := stageOf(q, numberedTypes, rows, 500) // takes all of the budget
		out := materialized(t, q, cols, exec.Branch{Source: in.Source()})
		require.True(t, out.Spilled())
		require.Equal(t, rows, rowsOf(t, q, out))
		require.Equal(t, rows, rowsOf(t, q, materialized(t, q, cols, exec.Branch{Source: out.Source()})))
		require.NoError(t, q.Close())
		require.Zero(t, q.Budget().Used())
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

func TestMaterializeKeepsSharedCodes(t *testing.T) {
	q := newQuery(t, 1, 0)
	dict := columnar.New(types.StringType, 2)
	dict.SetBytes(0, []byte("a string of some length"))
	dict.SetBytes(1, []byte("b"))
	dict.Class = columnar.Shared
	in := exec.NewStageOutput(q, []types.Type{types.StringType}, []*columnar.Batch{{N: 3, Cols: []*columnar.Vector{columnar.NewDictionary(dict, []int32{1, 0, 1})}}})
	out := materialized(t, q, columnsOf(1, types.StringType), exec.Branch{Source: in.Source()}, exec.Branch{Source: in.Source()})
	flat, err := out.Flat()
	require.NoError(t, err)
	require.Same(t, dict, flat.Cols[0].Dict)
	require.Equal(t, []int32{1, 0, 1, 1, 0, 1}, flat.Cols[0].Codes)
}

func TestProjectFilterLimit(t *testing.T) {
	sizes(t, func(t *testing.T, q *exec.Query) {
		cols := columnsOf(1, numberedTypes...)
		in := stageOf(q, numberedTypes, numbered(1000), 300)
		filter, err := NewFilter(compare("<", cols[0], literal(types.BigIntType, int64(700))), cols, q.Env())
		require.NoError(t, err)
		out := columnsOf(10, types.StringType, types.BooleanType, types.BigIntType)
		project, err := NewProject([]logical.Named{{Col: out[0], Expr: cols[1]}, {Col: out[1], Expr: compare("=", cols[0], literal(types.BigIntType, int64(5)))}, {Col: out[2], Expr: cols[0]}}, cols, q.Env())
		require.NoError(t, err)
		var want [][]any
		for _, r := range numbered(700) {
			want = append(want, []any{r[1], r[0] == int64(5), r[0]})
		}
		require.Equal(t, want, rowsOf(t, q, materialized(t, q, out, exec.Branch{Source: in.Source(), Steps: []exec.Step{filter, project}})))
		for _, c := range []struct{ count, offset, want int64 }{{10, 0, 10}, {0, 5, 0}, {-1, 690, 10}, {30, 690, 10}, {-1, 0, 700}, {5, 1000, 0}, {100, 100, 100}} {
			got := materialized(t, q, out, exec.Branch{Source: in.Source(), Steps: []exec.Step{filter, project, NewLimit(c.count, c.offset)}})
			require.Equal(t, c.want, got.Rows, c)
		}
	})
}

func TestValuesAndRange(t *testing.T) {
	sizes(t, func(t *testing.T, q *exec.Query) {
		cols := columnsOf(1, types.IntType, types.ArrayOf(types.StringType, true))
		rows := [][]any{{int32(1), []any{"x", nil}}, {nil, nil}, {int32(3), []any{}}, {int32(4), []any{"y"}}}
		var cells [][]expr.Expr
		for _, r := range rows {
			cells = append(cells, []expr.Expr{literal(cols[0].T, r[0]), literal(cols[1].T, r[1])})
		}
		src, err := NewValues(cols, cells)
		require.NoError(t, err)
		require.Equal(t, rows, rowsOf(t, q, materialized(t, q, cols, exec.Branch{Source: src})))
		one, err := NewValues(nil, [][]expr.Expr{{}})
		require.NoError(t, err)
		require.EqualValues(t, 1, materialized(t, q, nil, exec.Branch{Source: one}).Rows)

		big := columnsOf(1, types.BigIntType)
		for _, c := range []struct {
			start, end, step int64
			first, last      any
			n                int64
		}{{0, 10, 3, int64(0), int64(9), 4}, {5, -5, -2, int64(5), int64(-3), 5}, {1, 1, 1, nil, nil, 0}, {1, 0, 1, nil, nil, 0},
			{math.MinInt64, math.MaxInt64, math.MaxInt64, int64(math.MinInt64), int64(math.MaxInt64 - 1), 3}, {math.MaxInt64, math.MinInt64, math.MinInt64, int64(math.MaxInt64), int64(-1), 2}} {
			out := materialized(t, q, big, exec.Branch{Source: NewRange(c.start, c.end, c.step)})
			require.Equal(t, c.n, out.Rows, c)
			if got := rowsOf(t, q, out); c.n > 0 {
				require.Equal(t, c.first, got[0][0])
				require.Equal(t, c.last, got[c.n-1][0])
			}
		}
	})
	require.Equal(t, 1<<46, NewRange(math.MinInt64, math.MaxInt64, 1).Morsels())
}

func TestGenerate(t *testing.T) {
	sizes(t, func(t *testing.T, q *exec.Query) {
		ints := types.ArrayOf(types.IntType, true)
		cols := columnsOf(1, types.BigIntType, ints)
		var rows, inner, outer [][]any
		for i := range 50 {
			row := []any{int64(i), nil}
			if i%5 != 0 {
				list := []any{}
				for k := range i % 4 {
					list = append(list, int32(k))
					inner = append(inner, []any{int64(i), nil, int32(k)})
				}
				row[1] = list
			}
			if list, _ := row[1].([]any); len(list) == 0 {
				outer = append(outer, []any{int64(i), nil, nil})
			}
			rows = append(rows, row)
		}
		double := &expr.Func{Name: "elements", Kind: expr.Generator, NewGenerator: func(*expr.Spec) (expr.GeneratorKernel, error) {
			return func(args []*columnar.Vector, set columnar.Rows, at *expr.GeneratorCursor, _ int) (origin []int32, cols []*columnar.Vector, err error) {
				out := columnar.New(types.IntType, 0)
				for i := at.Row; i < set.Count(); i++ {
					list, _ := args[0].Value(set.Row(i)).([]any)
					from, to := at.Take(len(list), 2)
					for _, x := range list[from:to] {
						origin = append(origin, int32(set.Row(i)))
						columnar.Append(out, columnar.NewConstant(types.IntType, x, 1), columnar.AllRows(1))
					}
					if at.Made > 0 {
						break
					}
				}
				return origin, []*columnar.Vector{out}, nil
			}, nil
		}}
		call := &expr.Call{Func: double, Args: []expr.Expr{cols[1]}, T: types.IntType}
		made := columnsOf(10, types.IntType)
		in := stageOf(q, []types.Type{types.BigIntType, ints}, rows, 20)
		for _, keep := range []bool{false, true} {
			step, err := NewGenerate(call, made, keep, cols, q.Env())
			require.NoError(t, err)
			got := rowsOf(t, q, materialized(t, q, append(cols[:2:2], made...), exec.Branch{Source: in.Source(), Steps: []exec.Step{step}}))
			for _, r := range got {
				r[1] = nil // the list itself
			}
			want := inner
			if keep {
				want = append(inner[:len(inner):len(inner)], outer...)
			}
			require.Equal(t, lines(want), lines(got))
		}
	})
}

func TestSampleDependsOnPlaceOnly(t *testing.T) {
	rows := numbered(20000)
	cols := columnsOf(1, numberedTypes...)
	sample := func(threads int, n *logical.Sample) [][]any {
		q := newQuery(t, threads, 0)
		in := stageOf(q, numberedTypes, rows, 1000)
		return rowsOf(t, q, materialized(t, q, cols, exec.Branch{Source: in.Source(), Steps: []exec.Step{NewSample(n)}}))
	}
	quarter := &logical.Sample{Lower: 0, Upper: 0.25, Rows: -1, Seed: 42}
	got := sample(1, quarter)
	require.InDelta(t, 5000, len(got), 300)
	require.Equal(t, got, sample(4, quarter))
	rest := sample(2, &logical.Sample{Lower: 0.25, Upper: 1, Rows: -1, Seed: 42})
	require.Equal(t, lines(rows), lines(append(got, rest...)), "the two ranges share the rows between them")
	require.NotEqual(t, got, sample(1, &logical.Sample{Upper: 0.25, Rows: -1, Seed: 43}))
	require.InDelta(t, 30000, len(sample(2, &logical.Sample{Upper: 1.5, Rows: -1, WithReplacement: true})), 900)
	require.Len(t, sample(2, &logical.Sample{Rows: 17}), 17)
}

// recordTable hands out Arrow records.
type recordTable struct{ recs [][]arrow.RecordBatch }

func (r *recordTable) Schema() *arrow.Schema { return r.recs[0][0].Schema() }
func (r *recordTable) Partitions() int       { return len(r.recs) }
func (r *recordTable) Scan(context.Context, []int, []datasource.Predicate, int64) (datasource.Scan, error) {
	return r, nil
}
func (r *recordTable) Open(_ context.Context, p int) (array.RecordReader, error) {
	return array.NewRecordReader(r.Schema(), r.recs[p])
}

func TestScanOfRecordsAppliesFilters(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "b", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)
	table := &recordTable{}
	for p := range 3 {
		var recs []arrow.RecordBatch
		for r := range 2 {
			b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
			for i := range 100 {
				b.Field(0).(*array.Int64Builder).Append(int64(p*200 + r*100 + i))
				b.Field(1).(*array.StringBuilder).Append(fmt.Sprint("row ", i))
			}
			recs = append(recs, b.NewRecordBatch())
		}
		table.recs = append(table.recs, recs)
	}
	sizes(t, func(t *testing.T, q *exec.Query) {
		cols := columnsOf(1, types.BigIntType, types.StringType)
		keys := &datasource.KeyFilterSlot{Field: 0}
		req := &datasource.VectorRequest{Fields: []int{0, 1}, Columns: cols, Env: q.Env(), Keys: []*datasource.KeyFilterSlot{keys},
			Filters: []expr.Expr{compare(">=", cols[0], literal(types.BigIntType, int64(150)))}}
		src, err := NewScan(q, table, req)
		require.NoError(t, err)
		out := materialized(t, q, cols, exec.Branch{Source: src})
		require.EqualValues(t, 450, out.Rows)
		require.Equal(t, []any{int64(150), "row 50"}, rowsOf(t, q, out)[0])
		stage := stageOf(q, []types.Type{types.BigIntType}, [][]any{{int64(7)}, {int64(155)}, {int64(599)}, {nil}}, 4)
		f, err := NewKeyFilter(q, stage, 0)
		require.NoError(t, err)
		keys.Publish(f)
		require.EqualValues(t, 2, materialized(t, q, cols, exec.Branch{Source: src}).Rows)
	})
}
