package fuzz

import (
	"context"
	"errors"
	"fmt"
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
	for seed := range uint64(12) {
		f.Add(seed)
	}
	f.Fuzz(checkSeed)
}

// TestSeeds runs FuzzQuery with the seeds of SPARROW_FUZZ_SEEDS, such as 100-200, and goes on behind a failure, as fuzzing does not.
func TestSeeds(t *testing.T) {
	var from, to uint64
	if _, err := fmt.Sscanf(os.Getenv("SPARROW_FUZZ_SEEDS"), "%d-%d", &from, &to); err != nil {
		t.Skip("SPARROW_FUZZ_SEEDS is not set")
	}
	for seed := from; seed <= to; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { checkSeed(t, seed) })
	}
}

// checkSeed makes tables and queries, and compares answers.
func checkSeed(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	db := newDatabase(t, database(r))
	var asked []question
	for range 8 {
		q, ordered := Query(r)
		if a, ok := db.ask(q, ordered); ok {
			asked = append(asked, a)
		}
	}
	db.check(asked)
}

// TestOne runs SPARROW_FUZZ_QUERY over the tables of the seed SPARROW_FUZZ_SEED in every configuration, to cut a failure down.
func TestOne(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("SPARROW_FUZZ_SEED"), 10, 64)
	if err != nil {
		t.Skip("SPARROW_FUZZ_SEED is not set")
	}
	db := newDatabase(t, database(rand.New(rand.NewPCG(seed, 7))))
	q, ok := db.ask(os.Getenv("SPARROW_FUZZ_QUERY"), false)
	require.True(t, ok, "the oracle cannot tell")
	t.Logf("the oracle: %v\n%s", q.err, strings.Join(q.rows, "\n"))
	db.check([]question{q})
}

// db is one set of tables in the oracle and in two sessions: as rows in memory and as Parquet files.
type db struct {
	t        *testing.T
	oracle   *naive.Engine
	sessions []*sparrow.Session
	dir      string // of the files
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
	d.dir = t.TempDir()
	for _, name := range tableNames {
		df, err := memory.Table(context.Background(), name)
		require.NoError(t, err)
		require.NoError(t, df.Write().Parquet(context.Background(), d.dir+"/"+name))
		df, err = files.Read().Parquet(context.Background(), d.dir+"/"+name)
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

// question is a query with the oracle's answer.
type question struct {
	sql     string
	ordered bool
	rows    []string
	err     error
}

// ask asks the oracle; it may not know or not be done in time.
func (d *db) ask(q string, ordered bool) (question, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	want, err := d.oracle.Query(ctx, q)
	if unsupported := (*naive.Unsupported)(nil); errors.As(err, &unsupported) || errors.Is(err, naive.ErrTooLong) || errors.Is(err, context.DeadlineExceeded) {
		return question{}, false
	}
	if err != nil {
		if e := sqlerr.As(err); e == nil || !runtimeError(e) {
			d.t.Errorf("the generator wrote a bad query or the oracle failed: %v\n%s", err, q)
		}
		return question{q, ordered, nil, err}, true
	}
	return question{q, ordered, sorted(want.Texts(), ordered), nil}, true
}

// check compares the answers to all questions in both sessions and in every configuration.
func (d *db) check(asked []question) {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	wrong := map[string]bool{} // one configuration tells enough
	for i, s := range d.sessions {
		for _, setup := range testkit.Matrix {
			require.NoError(d.t, setup.Apply(s))
			for _, q := range asked {
				if !wrong[q.sql] && !d.compare(ctx, s, []string{"memory", "files"}[i]+", "+setup.Name, q) {
					wrong[q.sql] = true
				}
			}
		}
	}
}

// compare reports whether a session agrees with the oracle.
func (d *db) compare(ctx context.Context, s *sparrow.Session, name string, q question) bool {
	_, got, err := testkit.Run(ctx, s, q.sql)
	if err != nil {
		e := sqlerr.As(err)
		if forbidden(e) {
			return true
		}
		if e == nil || !runtimeError(e) || q.err == nil {
			d.t.Errorf("%s: %v\nthe oracle: %v\n%s", name, err, q.err, q.sql)
			return false
		}
		return true
	}
	if q.err != nil {
		return true // the engine need not raise
	}
	if rows := sorted(lines(got), q.ordered); !slices.Equal(rows, q.rows) {
		d.t.Errorf("%s differs:\n%s\nthe oracle:\n%s\n%s", name, strings.Join(rows, "\n"), strings.Join(q.rows, "\n"), q.sql)
		return false
	}
	return true
}

// forbidden tells errors for subqueries that Spark forbids as well.
func forbidden(e *sqlerr.Error) bool {
	return e != nil && strings.HasPrefix(e.Condition, "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.")
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
