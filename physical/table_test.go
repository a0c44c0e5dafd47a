package physical

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// testTable is rows of Go values, and how they are cut into batches.
type testTable struct {
	cols  []*expr.Column
	rows  [][]any
	batch int
	// forms makes batches of dictionaries, constants and selections too.
	forms bool
}

func newTestTable(cols []*expr.Column, rows [][]any, batch int) *testTable {
	return &testTable{cols: cols, rows: rows, batch: batch, forms: true}
}

// morselBatches is how many batches a morsel has.
const morselBatches = 2

func (t *testTable) Morsels() int {
	n := (len(t.rows) + t.batch - 1) / t.batch
	return (n + morselBatches - 1) / morselBatches
}

func (t *testTable) NewReader(*exec.Worker) (exec.Reader, error) { return &testReader{t: t}, nil }

type testReader struct {
	t      *testTable
	morsel int
	seq    int
}

func (r *testReader) Open(m int) error { r.morsel, r.seq = m, 0; return nil }
func (r *testReader) Close() error     { return nil }
func (r *testReader) Next(b *columnar.Batch) (bool, error) {
	t := r.t
	from := (r.morsel*morselBatches + r.seq) * t.batch
	if r.seq == morselBatches || from >= len(t.rows) {
		return false, nil
	}
	*b = *t.make(t.rows[from:min(from+t.batch, len(t.rows))], r.morsel*morselBatches+r.seq)
	b.Morsel, b.Seq = r.morsel, r.seq
	r.seq++
	return true, nil
}

// make builds a batch of rows; every third has a selection among other rows, and columns come in various forms.
func (t *testTable) make(rows [][]any, number int) *columnar.Batch {
	b := &columnar.Batch{N: len(rows)}
	if t.forms && number%3 == 1 {
		var spread [][]any
		b.Sel = []int32{}
		for i, r := range rows {
			spread = append(spread, t.rows[(i*7)%len(t.rows)], r)
			b.Sel = append(b.Sel, int32(2*i+1))
		}
		rows, b.N = spread, 2*len(rows)
	}
	for c, col := range t.cols {
		v := columnar.New(col.T, 0)
		v.Grow(len(rows))
		v.ClearReferences()
		if col.T.Kind == types.Decimal && number%2 == 0 {
			v = columnar.NewWidth(col.T, columnar.W128, len(rows))
		}
		for i, r := range rows {
			v.SetValue(i, r[c])
		}
		if t.forms && (number+c)%4 == 2 {
			v = toDictionary(v)
		}
		b.Cols = append(b.Cols, v)
	}
	return b
}

func toDictionary(v *columnar.Vector) *columnar.Vector {
	index := map[string]int32{}
	dict := columnar.New(v.Type, 0)
	codes := make([]int32, v.Len)
	var sel []int32
	for i := range v.Len {
		key := fmt.Sprint(v.Value(i))
		if _, ok := index[key]; !ok {
			index[key] = int32(len(index))
			sel = append(sel, int32(i))
		}
		codes[i] = index[key]
	}
	columnar.Append(dict, v, columnar.Rows{Sel: sel, N: v.Len})
	dict.Class = columnar.Shared
	return columnar.NewDictionary(dict, codes)
}

// configurations runs f under batch sizes, thread counts and budgets that must not change answers.
func configurations(t *testing.T, f func(t *testing.T, batch int, q *exec.Query)) {
	for _, c := range []struct {
		batch, threads int
		memory         int64
	}{{4096, 1, 0}, {4096, 3, 0}, {3, 3, 0}, {1, 1, 0}, {100, 3, 64 << 10}, {4096, 1, 64 << 10}} {
		t.Run(fmt.Sprintf("batch %d threads %d memory %d", c.batch, c.threads, c.memory), func(t *testing.T) {
			q := exec.NewQuery(context.Background(), exec.Options{Threads: c.threads, Memory: c.memory, TempDir: t.TempDir(), BatchSize: c.batch,
				Env: &expr.Env{ANSI: true, Zone: time.UTC}})
			defer func() { require.NoError(t, q.Close()) }()
			f(t, c.batch, q)
		})
	}
}

// runSink feeds a table to a sink and returns the rows as text.
func runSink(t *testing.T, q *exec.Query, sink exec.Sink, err error, tables ...*testTable) [][]string {
	t.Helper()
	require.NoError(t, err)
	p := &exec.Pipeline{Sink: sink}
	for _, table := range tables {
		p.Branches = append(p.Branches, exec.Branch{Source: table})
	}
	out, err := q.Run(p)
	require.NoError(t, err)
	var rows [][]string
	require.NoError(t, out.Each(q, func(b *columnar.Batch) error {
		require.Nil(t, b.Sel)
		for i := range b.N {
			row := make([]string, len(b.Cols))
			for c, v := range b.Cols {
				row[c] = text(v.Value(i))
			}
			rows = append(rows, row)
		}
		return nil
	}))
	return rows
}

func text(x any) string {
	switch x := x.(type) {
	case nil:
		return "NULL"
	case float64:
		if x == 0 {
			return "0"
		}
		return fmt.Sprintf("%.9g", x)
	case types.Int128:
		return x.Big().String()
	}
	return fmt.Sprint(x)
}

func column(id int, name string, t types.Type) *expr.Column {
	return &expr.Column{ID: expr.ColumnID(id), Name: name, T: t, Null: true}
}

func aggregate(t *testing.T, name string, args ...expr.Expr) *expr.Aggregate {
	t.Helper()
	e, err := functions.Bind(functions.Lookup(name), args, functions.BindOptions{})
	require.NoError(t, err)
	a, ok := e.(*expr.Aggregate)
	require.True(t, ok, "%s is %T", name, e)
	return a
}

func namedAs(id int, e expr.Expr) logical.Named {
	return logical.Named{Col: column(id, fmt.Sprint("c", id), e.Type()), Expr: e}
}

// testColumns are columns of the kinds of keys and values that operators treat differently.
var testColumns = []*expr.Column{
	column(0, "id", types.BigIntType),
	column(1, "small", types.IntType),
	column(2, "s", types.StringType),
	column(3, "f", types.DoubleType),
	column(4, "wide", types.DecimalOf(38, 2)),
	column(5, "narrow", types.DecimalOf(12, 2)),
	column(6, "flag", types.BooleanType),
	column(7, "list", types.ArrayOf(types.IntType, true)),
	column(8, "void", types.NullType),
}

// randomRows makes rows of testColumns; keys has about so many different values.
func randomRows(n, keys int, seed uint64) [][]any {
	r := rand.New(rand.NewPCG(seed, 1))
	floats := []any{0.0, math.Copysign(0, -1), math.NaN(), 1.5, -2.25, math.Inf(1), nil}
	rows := make([][]any, n)
	for i := range rows {
		k := r.IntN(keys)
		row := []any{int64(k) << 33, int32(k % 7), fmt.Sprint("s", k%11), floats[r.IntN(len(floats))], types.MulInt64(int64(k)-3, 1<<62), types.Int128Of(int64(k)*100 - 200),
			k%2 == 0, []any{int32(k % 3), nil}, nil}
		if k%3 == 0 {
			row[2] = fmt.Sprint("a string that does not fit in a view ", k)
		}
		for c := range row {
			if r.IntN(10) == 0 {
				row[c] = nil
			}
		}
		rows[i] = row
	}
	return rows
}
