package sparrow_test

import (
	"context"
	"fmt"
	"log"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/datasource"
)

// squares is a source that a program brings: the numbers from 0 to n-1 and their squares, in partitions of 1000 rows.
type squares struct{ n int64 }

const rowsPerPartition = 1000

// Schema names the columns.
func (s squares) Schema() *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Int64}, {Name: "square", Type: arrow.PrimitiveTypes.Int64}}, nil)
}

// Scan leaves out partitions that no predicate on x lets through. The engine tests every row itself, so skipping too little is never wrong.
func (s squares) Scan(_ context.Context, columns []int, predicates []datasource.Predicate, limit int64) (datasource.Scan, error) {
	scan := &squaresScan{table: s, columns: columns}
	for from := int64(0); from < s.n; from += rowsPerPartition {
		if last := min(from+rowsPerPartition, s.n) - 1; mayMatch(predicates, from, last) {
			scan.from = append(scan.from, from)
		}
	}
	return scan, nil
}

func mayMatch(predicates []datasource.Predicate, lo, hi int64) bool {
	for _, p := range predicates {
		v, ok := p.Value.(int64)
		if p.Column != 0 || !ok {
			continue
		}
		switch {
		case p.Op == datasource.Eq && (v < lo || v > hi),
			p.Op == datasource.Ge && hi < v, p.Op == datasource.Gt && hi <= v,
			p.Op == datasource.Le && lo > v, p.Op == datasource.Lt && lo >= v:
			return false
		}
	}
	return true
}

type squaresScan struct {
	table   squares
	columns []int
	from    []int64
}

// Partitions tells how many workers may read at once.
func (s *squaresScan) Partitions() int { return len(s.from) }

// Open reads a partition: only the columns that were asked for.
func (s *squaresScan) Open(_ context.Context, partition int) (array.RecordReader, error) {
	var fields []arrow.Field
	var cols []arrow.Array
	from := s.from[partition]
	to := min(from+rowsPerPartition, s.table.n)
	for _, c := range s.columns {
		fields = append(fields, s.table.Schema().Field(c))
		b := array.NewInt64Builder(memory.DefaultAllocator)
		for x := from; x < to; x++ {
			if c == 0 {
				b.Append(x)
			} else {
				b.Append(x * x)
			}
		}
		cols = append(cols, b.NewArray())
	}
	schema := arrow.NewSchema(fields, nil)
	return array.NewRecordReader(schema, []arrow.RecordBatch{array.NewRecordBatch(schema, cols, to-from)})
}

// A program registers its own source under a name and queries it.
func ExampleSession_From() {
	ctx := context.Background()
	session, err := sparrow.NewSession()
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()

	df, err := session.From(squares{n: 10_000}, "squares")
	if err != nil {
		log.Fatal(err)
	}
	if err := df.CreateOrReplaceTempView("squares"); err != nil {
		log.Fatal(err)
	}
	result, err := session.SQL(ctx, "SELECT x % 3 AS r, count(*) AS n, max(square) AS largest FROM squares WHERE x >= 9000 GROUP BY r ORDER BY r")
	if err != nil {
		log.Fatal(err)
	}
	for row, err := range result.Rows(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(row)
	}
	// Output:
	// Row(r=0, n=334, largest=99980001)
	// Row(r=1, n=333, largest=99940009)
	// Row(r=2, n=333, largest=99960004)
}
