package sparrow

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sparrow-engine/sparrow/datasource"
)

// gated is a table of the numbers from 0 on, whose partitions behind the first cannot be read before the gate opens.
type gated struct {
	partitions, rows int
	gate             chan struct{}
	fail             error // of partitions behind the gate
	opened, released atomic.Int64
}

func newGated(partitions, rows int) *gated {
	return &gated{partitions: partitions, rows: rows, gate: make(chan struct{})}
}

func (g *gated) Schema() *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Int64}}, nil)
}

func (g *gated) Scan(_ context.Context, columns []int, _ []datasource.Predicate, _ int64) (datasource.Scan, error) {
	return g, nil
}

func (g *gated) Partitions() int { return g.partitions }

func (g *gated) Open(ctx context.Context, partition int) (array.RecordReader, error) {
	g.opened.Add(1)
	return &gatedReader{table: g, ctx: ctx, partition: partition}, nil
}

type gatedReader struct {
	table     *gated
	ctx       context.Context
	partition int
	record    arrow.RecordBatch
	err       error
}

func (r *gatedReader) Next() bool {
	if r.record != nil {
		return false
	}
	if r.partition > 0 {
		select {
		case <-r.table.gate:
			r.err = r.table.fail
		case <-r.ctx.Done():
			r.err = r.ctx.Err()
		}
		if r.err != nil {
			return false
		}
	}
	b := array.NewInt64Builder(memory.DefaultAllocator)
	for i := range r.table.rows {
		b.Append(int64(r.partition*r.table.rows + i))
	}
	r.record = array.NewRecordBatch(r.table.Schema(), []arrow.Array{b.NewArray()}, int64(r.table.rows))
	return true
}

func (r *gatedReader) Schema() *arrow.Schema          { return r.table.Schema() }
func (r *gatedReader) RecordBatch() arrow.RecordBatch { return r.record }
func (r *gatedReader) Record() arrow.RecordBatch      { return r.record }
func (r *gatedReader) Err() error                     { return r.err }
func (r *gatedReader) Retain()                        {}
func (r *gatedReader) Release()                       { r.table.released.Add(1) }

// numbersOf are the ways to a query's rows, as numbers of the first column.
func numbersOf(ctx context.Context, df *DataFrame) map[string]iter.Seq2[int64, error] {
	return map[string]iter.Seq2[int64, error]{
		"rows": func(yield func(int64, error) bool) {
			for r, err := range df.Rows(ctx) {
				n := int64(-1)
				if err == nil {
					n = r.At(0).(int64)
				}
				if !yield(n, err) {
					return
				}
			}
		},
		"cells": func(yield func(int64, error) bool) {
			for cells, err := range df.Cells(ctx) {
				n := int64(-1)
				if err == nil {
					fmt.Sscan(*cells[0], &n)
				}
				if !yield(n, err) {
					return
				}
			}
		},
		"records": func(yield func(int64, error) bool) {
			for rec, err := range df.Records(ctx) {
				if err != nil {
					yield(-1, err)
					return
				}
				for _, n := range rec.Column(0).(*array.Int64).Int64Values() {
					if !yield(n, nil) {
						return
					}
				}
			}
		},
	}
}

// streaming are queries over the table g whose first column is that of g, in its order.
var streaming = []string{
	"SELECT * FROM g",
	"SELECT x, x * 2, 'text ' || x FROM g WHERE x >= 0",
	"SELECT x, v FROM g JOIN (SELECT explode(sequence(0, 5000)) AS k, 'v' AS v) ON x = k",
	"SELECT x FROM g UNION ALL SELECT -1 FROM range(1) WHERE id > 0",
	"SELECT x FROM g LEFT JOIN range(1) ON x = id AND x < 0",
	"SELECT x FROM g, LATERAL explode(array(1))",
}

// TestRowsComeWhileTheQueryRuns opens the gate to the later rows of a table only when the first row has come out of the query.
func TestRowsComeWhileTheQueryRuns(t *testing.T) {
	for _, threads := range []int{1, 2, 7} {
		for _, adapt := range []string{"true", "false"} {
			s := newTestSession(t, WithThreads(threads), WithConf("sparrow.adaptive.enabled", adapt))
			for _, text := range streaming {
				for _, way := range []string{"rows", "cells", "records"} {
					t.Run(fmt.Sprintf("threads=%d adaptive=%s %s %s", threads, adapt, way, text), func(t *testing.T) {
						g := newGated(9, 500)
						require.NoError(t, must(s.From(g, "g"))(t).CreateOrReplaceTempView("g"))
						want := int64(0)
						for n, err := range numbersOf(bg, mustSQL(t, s, text))[way] {
							require.NoError(t, err)
							require.Equal(t, want, n)
							if want++; want == 1 {
								require.LessOrEqual(t, g.opened.Load(), int64(threads+1))
								close(g.gate)
							}
						}
						require.EqualValues(t, 9*500, want)
						require.Equal(t, g.opened.Load(), g.released.Load())
					})
				}
			}
		}
	}
}

// TestEndlessResults can only end if no more is computed than is taken.
func TestEndlessResults(t *testing.T) {
	s := newTestSession(t)
	for _, text := range []string{"SELECT id FROM range(1000000000000000)", "SELECT a.id FROM range(10000000) a CROSS JOIN range(1000000) b",
		"SELECT id FROM range(1000000000000000) LIMIT 70000"} {
		for way, rows := range numbersOf(bg, mustSQL(t, s, text)) {
			taken := 0
			for _, err := range rows {
				require.NoError(t, err)
				if taken++; taken == 50000 {
					break
				}
			}
			require.Equal(t, 50000, taken, way)
		}
	}
	n, err := mustSQL(t, s, "SELECT id FROM range(1000000000000000) LIMIT 70000").Count(bg)
	require.NoError(t, err)
	require.EqualValues(t, 70000, n)
}

// TestIteratorsLeaveNothing ends iterators in all ways while workers wait for the table, and for the caller.
func TestIteratorsLeaveNothing(t *testing.T) {
	none := goleak.IgnoreCurrent()
	for _, threads := range []int{1, 2, 7} {
		s := newTestSession(t, WithThreads(threads))
		var at time.Time // of the end
		ends := map[string]func(t *testing.T, text, way string){
			"break": func(t *testing.T, text, way string) {
				for _, err := range numbersOf(bg, mustSQL(t, s, text))[way] {
					require.NoError(t, err)
					at = time.Now()
					break
				}
			},
			"stop": func(t *testing.T, text, way string) {
				next, stop := iter.Pull2(numbersOf(bg, mustSQL(t, s, text))[way])
				_, err, ok := next()
				require.True(t, ok)
				require.NoError(t, err)
				at = time.Now()
				stop()
			},
			"cancel": func(t *testing.T, text, way string) {
				ctx, cancel := context.WithCancel(bg)
				defer cancel()
				var last error
				for n, err := range numbersOf(ctx, mustSQL(t, s, text))[way] {
					require.NoError(t, last, "an error is the last that comes")
					if last = err; n == 499 {
						at = time.Now()
						cancel()
					}
				}
				require.ErrorIs(t, last, context.Canceled)
				require.Equal(t, "OPERATION_CANCELED", conditionOf(last))
			},
			"panic": func(t *testing.T, text, way string) {
				require.PanicsWithValue(t, "mine", func() {
					for range numbersOf(bg, mustSQL(t, s, text))[way] {
						at = time.Now()
						panic("mine")
					}
				})
			},
		}
		for name, end := range ends {
			for _, text := range streaming {
				for _, way := range []string{"rows", "cells", "records"} {
					t.Run(fmt.Sprintf("threads=%d %s %s %s", threads, name, way, text), func(t *testing.T) {
						late := time.Hour
						for try := 0; try < 3 && late > 100*time.Millisecond; try++ { // the best of three: the machine may be busy with other things
							g := newGated(9, 500)
							require.NoError(t, must(s.From(g, "g"))(t).CreateOrReplaceTempView("g"))
							end(t, text, way)
							late = min(late, time.Since(at))
							require.Equal(t, g.opened.Load(), g.released.Load())
						}
						require.Less(t, late, 100*time.Millisecond)
					})
				}
			}
		}
	}
	goleak.VerifyNone(t, none)
}

// TestIteratorsRemoveFiles leaves results whose stages lie in files, at their first row and at their end.
func TestIteratorsRemoveFiles(t *testing.T) {
	none := goleak.IgnoreCurrent()
	for _, threads := range []int{1, 3} {
		dir := t.TempDir()
		s := newTestSession(t, WithThreads(threads), WithConf("sparrow.memory", "512KB"), WithConf("sparrow.spill.dir", dir))
		for way, rows := range numbersOf(bg, mustSQL(t, s, "SELECT id, 'some text ' || id FROM range(50000) ORDER BY 49999 - id DESC")) {
			for _, all := range []bool{false, true} {
				want := int64(0)
				for n, err := range rows {
					require.NoError(t, err)
					require.Equal(t, want, n, way)
					if want++; want == 1 {
						spilled, err := os.ReadDir(dir)
						require.NoError(t, err)
						require.NotEmpty(t, spilled, "the query needs no files")
						if !all {
							break
						}
					}
				}
				left, err := os.ReadDir(dir)
				require.NoError(t, err)
				require.Empty(t, left)
			}
		}
	}
	goleak.VerifyNone(t, none)
}

func TestErrorsComeBehindRows(t *testing.T) {
	broken := errors.New("broken")
	for _, threads := range []int{1, 2, 7} {
		s := newTestSession(t, WithThreads(threads))
		for _, text := range streaming {
			for _, way := range []string{"rows", "cells", "records"} {
				g := newGated(9, 500)
				g.fail = broken
				require.NoError(t, must(s.From(g, "g"))(t).CreateOrReplaceTempView("g"))
				want := int64(0)
				var last error
				for n, err := range numbersOf(bg, mustSQL(t, s, text))[way] {
					require.NoError(t, last, "an error is the last that comes")
					if last = err; err != nil {
						continue
					}
					require.Equal(t, want, n)
					if want++; want == 1 {
						close(g.gate)
					}
				}
				require.ErrorIs(t, last, broken)
				require.Positive(t, want)
				require.LessOrEqual(t, want, int64(500))
			}
		}
		g := newGated(9, 500)
		require.NoError(t, must(s.From(g, "g"))(t).CreateOrReplaceTempView("g"))
		var last error
		for _, err := range mustSQL(t, s, "SELECT 10 DIV (600 - x) FROM g").Rows(bg) {
			if last = err; err != nil {
				continue
			}
			select {
			case <-g.gate:
			default:
				close(g.gate)
			}
		}
		require.Equal(t, "DIVIDE_BY_ZERO", conditionOf(last))
	}
}

// TestResultsInsideResults runs queries, and drops what is read, while rows come.
func TestResultsInsideResults(t *testing.T) {
	s := newTestSession(t, WithThreads(2))
	mustSQL(t, s, "CACHE TABLE c AS SELECT id FROM range(300000)")
	mustSQL(t, s, "CREATE TABLE files AS SELECT id FROM range(300000)")
	for _, table := range []string{"c", "files"} {
		sum, n := int64(0), 0
		for row, err := range mustSQL(t, s, "SELECT id FROM "+table+" WHERE id % 10000 = 0").Rows(bg) {
			require.NoError(t, err)
			inner, err := mustSQL(t, s, "SELECT count(*) FROM range(?) WHERE id % 2 = 0", row.At(0)).First(bg)
			require.NoError(t, err)
			sum += inner.At(0).(int64)
			if n++; n == 1 && table == "c" {
				mustSQL(t, s, "UNCACHE TABLE c")
			}
		}
		require.Equal(t, 30, n)
		require.EqualValues(t, 29*30/2*5000, sum)
	}
}
