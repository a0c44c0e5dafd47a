package fuzz

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/internal/testkit"
	"github.com/sparrow-engine/sparrow/internal/testkit/naive"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// FuzzQuery compares random queries over random tables: the oracle, the default configuration, and others.
func FuzzQuery(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 7))
		db := newDatabase(t, database(r))
		for range 8 {
			q, ordered := Query(r)
			db.check(r, q, ordered)
		}
	})
}

// TestOne runs SPARROW_FUZZ_QUERY over the tables of the seed SPARROW_FUZZ_SEED in every configuration, to cut a failure down.
func TestOne(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("SPARROW_FUZZ_SEED"), 10, 64)
	if err != nil {
		t.Skip("SPARROW_FUZZ_SEED is not set")
	}
	db := newDatabase(t, database(rand.New(rand.NewPCG(seed, 7))))
	q := os.Getenv("SPARROW_FUZZ_QUERY")
	want, err := db.oracle.Query(context.Background(), q)
	var rows []string
	if err == nil {
		rows = sorted(want.Texts(), false)
	}
	t.Logf("the oracle: %v\n%s", err, strings.Join(rows, "\n"))
	for i, s := range db.sessions {
		for _, setup := range testkit.Matrix {
			require.NoError(t, setup.Apply(s))
			db.compare(context.Background(), s, []string{"memory", "files"}[i]+", "+setup.Name, q, false, rows, err)
		}
	}
}

// db is one set of tables in the oracle and in two sessions: as rows in memory and as Parquet files.
type db struct {
	t        *testing.T
	oracle   *naive.Engine
	sessions []*sparrow.Session
}

func newDatabase(t *testing.T, tables map[string]datasource.Table) *db {
	oracle, err := naive.New(tables)
	require.NoError(t, err)
	d := &db{t: t, oracle: oracle}
	memory := d.session()
	for name, table := range tables {
		df, err := memory.From(table, name)
		require.NoError(t, err)
		require.NoError(t, df.CreateOrReplaceTempView(name))
	}
	files := d.session()
	dir := t.TempDir()
	for _, name := range tableNames {
		df, err := memory.Table(context.Background(), name)
		require.NoError(t, err)
		require.NoError(t, df.Write().Parquet(context.Background(), dir+"/"+name))
		df, err = files.Read().Parquet(context.Background(), dir+"/"+name)
		require.NoError(t, err)
		require.NoError(t, df.CreateOrReplaceTempView(name))
	}
	return d
}

func (d *db) session() *sparrow.Session {
	s, err := sparrow.NewSession(sparrow.WithTimeZone("UTC"))
	require.NoError(d.t, err)
	d.t.Cleanup(func() { require.NoError(d.t, s.Close()) })
	d.sessions = append(d.sessions, s)
	return s
}

// check compares the answers to a query.
func (d *db) check(r *rand.Rand, q string, ordered bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	want, wantErr := d.oracle.Query(ctx, q)
	if unsupported := (*naive.Unsupported)(nil); errors.As(wantErr, &unsupported) || errors.Is(wantErr, naive.ErrTooLong) {
		return
	}
	if e := sqlerr.As(wantErr); wantErr != nil && (e == nil || !runtimeError(e)) {
		d.t.Errorf("the generator wrote a bad query or the oracle failed: %v\n%s", wantErr, q)
	}
	var rows []string
	if wantErr == nil {
		rows = sorted(want.Texts(), ordered)
	}
	first := r.IntN(len(testkit.Matrix)-1) + 1
	for i, s := range d.sessions {
		for _, setup := range []testkit.Setup{testkit.Matrix[0], testkit.Matrix[first]} {
			if i == 1 && setup.Name == "default" && r.IntN(2) == 0 {
				continue
			}
			require.NoError(d.t, setup.Apply(s))
			d.compare(ctx, s, []string{"memory", "files"}[i]+", "+setup.Name, q, ordered, rows, wantErr)
		}
	}
}

func (d *db) compare(ctx context.Context, s *sparrow.Session, name, q string, ordered bool, want []string, wantErr error) {
	_, got, err := testkit.Run(ctx, s, q)
	if err != nil {
		e := sqlerr.As(err)
		if e != nil && strings.HasPrefix(e.Condition, "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.") {
			return // Spark forbids it as well
		}
		if e == nil || !runtimeError(e) || wantErr == nil {
			d.t.Errorf("%s: %v\nthe oracle: %v\n%s", name, err, wantErr, q)
		}
		return
	}
	if wantErr != nil {
		return // the engine need not raise
	}
	var rows []string
	for _, r := range got {
		rows = append(rows, strings.Join(r, "|"))
	}
	if rows = sorted(rows, ordered); !slices.Equal(rows, want) {
		d.t.Errorf("%s differs:\n%s\nthe oracle:\n%s\n%s", name, strings.Join(rows, "\n"), strings.Join(want, "\n"), q)
	}
}

// runtimeError tells errors that rows cause from those of a statement or of the engine.
func runtimeError(e *sqlerr.Error) bool {
	return slices.Contains([]string{"ARITHMETIC_OVERFLOW", "DIVIDE_BY_ZERO", "REMAINDER_BY_ZERO", "CAST_INVALID_INPUT", "CAST_OVERFLOW", "NUMERIC_VALUE_OUT_OF_RANGE",
		"SCALAR_SUBQUERY_TOO_MANY_ROWS"}, strings.Split(e.Condition, ".")[0])
}

// sorted puts rows in order unless the query does.
func sorted(rows []string, ordered bool) []string {
	if !ordered {
		slices.Sort(rows)
	}
	return rows
}
