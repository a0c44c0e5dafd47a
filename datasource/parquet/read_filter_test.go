package parquet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/types"
)

var ops = map[datasource.Op]expr.Op{datasource.Eq: expr.OpEq, datasource.Ne: expr.OpNe, datasource.Lt: expr.OpLt, datasource.Le: expr.OpLe,
	datasource.Gt: expr.OpGt, datasource.Ge: expr.OpGe}

// compare makes a filter and its closed form.
func compare(r *datasource.VectorRequest, column int, op datasource.Op, v any) {
	c := r.Columns[column]
	r.Filters = append(r.Filters, &expr.Call{Func: &expr.Func{Name: fmt.Sprint(op), Op: ops[op]}, T: types.BooleanType, Null: true,
		Args: []expr.Expr{c, &expr.Literal{Value: v, T: c.T}}})
	r.Predicates = append(r.Predicates, datasource.Predicate{Column: r.Fields[column], Op: op, Value: v})
}

// filtered is the oracle: the rows for which all filters are true, row by row.
func filtered(t testing.TB, rows [][]any, r *datasource.VectorRequest) [][]any {
	var out [][]any
	for _, row := range rows {
		keep := true
		for _, f := range r.Filters {
			v, err := eval.RowEval(f, func(id expr.ColumnID) any { return row[id-1] }, r.Env)
			require.NoError(t, err)
			keep = keep && v == true
		}
		if keep {
			out = append(out, row)
		}
	}
	return out
}

var mixedSchema = arrow.NewSchema([]arrow.Field{
	{Name: "id", Type: arrow.PrimitiveTypes.Int64},
	{Name: "few", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
	{Name: "many", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "word", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "text", Type: arrow.BinaryTypes.String},
	{Name: "price", Type: dec(12, 2)},
	{Name: "real", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "list", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32), Nullable: true},
}, nil)

// mixedBatch has an ascending key, few and many distinct values, nulls, NaN, long strings and lists.
func mixedBatch(n int, r *rand.Rand) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, mixedSchema)
	defer b.Release()
	words := []string{"", "a", "alpha", "beta", "a rather long word of more than twelve bytes", "gamma"}
	for i := range n {
		b.Field(0).(*array.Int64Builder).Append(int64(i * 3))
		some := func(f int, put func()) {
			if r.IntN(9) == 0 {
				b.Field(f).AppendNull()
			} else {
				put()
			}
		}
		some(1, func() { b.Field(1).(*array.Int32Builder).Append(r.Int32N(12)) })
		some(2, func() { b.Field(2).(*array.Int64Builder).Append(r.Int64N(1 << 40)) })
		some(3, func() { b.Field(3).(*array.StringBuilder).Append(words[r.IntN(len(words))]) })
		b.Field(4).(*array.StringBuilder).Append(fmt.Sprintf("text %d of some length %x", i, r.Uint32()))
		if err := b.Field(5).AppendValueFromString(fmt.Sprintf("%d.%02d", r.IntN(5000), r.IntN(100))); err != nil {
			panic(err)
		}
		some(6, func() {
			b.Field(6).(*array.Float64Builder).Append([]float64{math.NaN(), 1, 2, r.Float64(), math.Inf(1)}[r.IntN(5)])
		})
		some(7, func() { fill(b.Field(7), r, false) })
	}
	return b.NewRecordBatch()
}

// TestReadFilters: what a scan with random filters gives is what row by row evaluation gives, in all layouts.
func TestReadFilters(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i, o := range []WriteOptions{{RowGroupRows: 1000, PageRows: 100}, {RowGroupRows: 2500, DictionaryBytes: 2000, Bloom: []string{"word", "many", "id"}},
		{DictionaryBytes: -1, PageRows: 333, Compression: "none"}} {
		batch := mixedBatch(3000, r)
		file := writeFile(t, o, mixedSchema, batch)
		tab := openFiles(t, nil, nil, file)
		rows := expected(t, batch, tab.schema)
		for k := range 40 {
			q := request(tab)
			q.BatchSize = []int{0, 512, 100}[k%3]
			q.Flatten = k%7 == 0
			q.Threads = k % 4
			for range 1 + r.IntN(3) {
				c := r.IntN(7)
				v := rows[r.IntN(len(rows))][c]
				if v == nil {
					continue
				}
				compare(q, c, datasource.Op(r.IntN(6)), v)
			}
			want := filtered(t, rows, q)
			got, _ := readAll(t, tab, q)
			slices.SortStableFunc(got, func(a, b []any) int { return int(a[0].(int64) - b[0].(int64)) })
			sameRows(t, want, got, fmt.Sprint(i, k, q.Predicates))
		}
	}
}

// TestReadSkips: row groups, pages and bloom filters exclude what they can.
func TestReadSkips(t *testing.T) {
	batch := mixedBatch(6000, rand.New(rand.NewPCG(5, 6)))
	tab := openFiles(t, nil, nil, writeFile(t, WriteOptions{RowGroupRows: 3000, PageRows: 100, Bloom: []string{"many"}}, mixedSchema, batch))
	q := request(tab)
	compare(q, 0, datasource.Ge, int64(3*4000))
	compare(q, 0, datasource.Lt, int64(3*4050))
	rows, c := readAll(t, tab, q)
	require.Len(t, rows, 50)
	require.EqualValues(t, 1, c.RowGroupsSkipped)
	require.EqualValues(t, 100, c.Rows)
	require.Greater(t, c.PagesSkipped, int64(4*8))

	q = request(tab)
	compare(q, 2, datasource.Eq, int64(12345))
	rows, c = readAll(t, tab, q)
	require.Empty(t, rows)
	require.Zero(t, c.Rows, "the bloom filter knows")

	q = request(tab) // NaN is larger than all, whatever statistics say
	compare(q, 6, datasource.Gt, math.Inf(1))
	rows, _ = readAll(t, tab, q)
	require.NotEmpty(t, rows)
}

// setFilter is a KeyFilter of some keys.
type setFilter map[int64]bool

func (f setFilter) Bounds() (lo, hi int64, ok bool) {
	lo, hi = math.MaxInt64, math.MinInt64
	for k := range f {
		lo, hi = min(lo, k), max(hi, k)
	}
	return lo, hi, len(f) > 0
}

func (f setFilter) Select(v *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	for i := range rows.Count() {
		r := rows.Row(i)
		switch x := v.Value(r).(type) {
		case int64:
			if f[x] {
				dst = append(dst, int32(r))
			}
		case int32:
			if f[int64(x)] {
				dst = append(dst, int32(r))
			}
		}
	}
	return dst
}

// TestRuntimeFilters: filters that joins publish narrow rows and row groups, and one that rejects nothing is switched off.
func TestRuntimeFilters(t *testing.T) {
	batch := mixedBatch(6000, rand.New(rand.NewPCG(5, 7)))
	tab := openFiles(t, nil, nil, writeFile(t, WriteOptions{RowGroupRows: 2000, PageRows: 500}, mixedSchema, batch))
	rows := expected(t, batch, tab.schema)
	q := request(tab)
	few, id := &datasource.KeyFilterSlot{Field: 1}, &datasource.KeyFilterSlot{Field: 0}
	q.Keys = []*datasource.KeyFilterSlot{few, id}
	few.Publish(setFilter{3: true, 7: true})
	keys := setFilter{}
	for i := range int64(700) {
		keys[3*(2100+i)] = true
	}
	id.Publish(keys)
	got, c := readAll(t, tab, q)
	var want [][]any
	for _, row := range rows {
		if keys[row[0].(int64)] && (row[1] == int32(3) || row[1] == int32(7)) {
			want = append(want, row)
		}
	}
	require.NotEmpty(t, want)
	sameRows(t, want, got)
	require.EqualValues(t, 2, c.RowGroupsSkipped)
	require.LessOrEqual(t, c.Rows, int64(1000))
}

// TestReadOutputAndLimit: columns for filters only are not handed out, and a limit ends the scan.
func TestReadOutputAndLimit(t *testing.T) {
	batch := mixedBatch(3000, rand.New(rand.NewPCG(5, 8)))
	tab := openFiles(t, nil, nil, writeFile(t, WriteOptions{RowGroupRows: 1000}, mixedSchema, batch))
	q := request(tab)
	q.Output = make([]bool, len(q.Fields))
	q.Output[4] = true
	q.Limit, q.BatchSize = 150, 100
	compare(q, 1, datasource.Lt, int32(6))
	rows, _ := readAll(t, tab, q)
	require.GreaterOrEqual(t, len(rows), 150)
	require.Less(t, len(rows), 500)
	for _, row := range rows {
		require.Nil(t, row[1])
		require.NotNil(t, row[4])
	}
}
