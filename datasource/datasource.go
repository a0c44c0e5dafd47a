// Package datasource is the contract between Sparrow and the places data comes from and goes to.
//
// The stable part, for programs that bring a source of their own, is Table, Scan and Predicate in arrow-go's terms: implement Table and
// register it with a session. The inner part (VectorTable and what belongs to it) is how Sparrow's own fast sources hand out vectors,
// skip data and take filters; it makes no compatibility promise.
package datasource

import (
	"context"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// Table is something that can be scanned. It must be safe for concurrent use.
type Table interface {
	Schema() *arrow.Schema
	// Scan plans the reading of columns (positions in Schema). Predicates are conjuncts that the source may use to skip data; it need not
	// apply them, the engine does. limit > 0 is the number of rows after which the engine stops reading.
	Scan(ctx context.Context, columns []int, predicates []Predicate, limit int64) (Scan, error)
}

// Scan is a planned reading in independent partitions, which are opened from several goroutines, each at most once.
type Scan interface {
	Partitions() int
	Open(ctx context.Context, partition int) (array.RecordReader, error)
}

// Op is the comparison of a Predicate.
type Op uint8

// The comparisons. Value is nil for IsNull and IsNotNull; Values is set for In; Args for Or.
const (
	Eq Op = iota
	Ne
	Lt
	Le
	Gt
	Ge
	In
	IsNull
	IsNotNull
	StartsWith
	Or  // any of Args
	And // all of Args
)

// Predicate is a closed, simple condition on one column, for skipping data by statistics. Values are Go values as package types
// describes them, of the column's type. A row for which it is null does not count.
type Predicate struct {
	Column int // position in the table's schema
	// Path names the field of the struct in the column that the condition is about, from the outside in; nil for the column itself. Only a
	// VectorTable gets predicates with a path.
	Path   []string
	Op     Op
	Value  any
	Values []any
	Args   []Predicate
}

// Nested reports whether p is about a field inside a column.
func (p *Predicate) Nested() bool {
	return len(p.Path) > 0 || slices.ContainsFunc(p.Args, func(a Predicate) bool { return a.Nested() })
}

// Statistics is what a source knows of its rows without reading them.
type Statistics struct {
	Rows    int64 // -1: unknown
	Bytes   int64 // -1: unknown
	Columns []ColumnStatistics
	// Exact: Rows, the Nulls that are known, and Min and Max of columns whose are Exact, are those of the rows that a scan gives now.
	Exact bool
}

// ColumnStatistics describes a column of a table; the zero value knows nothing.
type ColumnStatistics struct {
	Min, Max  any     // nil: unknown. Never set for floats that may hold NaN above Max.
	Exact     bool    // Min and Max are values of the column, not only bounds
	Nulls     int64   // -1: unknown
	Distinct  float64 // 0: unknown
	Error     float64 // factor by which Distinct may be off, 1 for exact
	Width     float64 // average bytes of a value, 0: unknown
	MaxWidth  int     // bytes of the longest value, 0: unknown
	HasNulls  bool    // Nulls is known
	Ascending bool    // the rows are in ascending order of this column
}

// Statistician is a Table that knows statistics.
type Statistician interface {
	Statistics(ctx context.Context) (*Statistics, error)
}

// VectorTable is the inner ability of Sparrow's own sources: vectors instead of records, filters applied inside the scan.
type VectorTable interface {
	Table
	// SQLSchema returns the columns as SQL types; positions are those of Schema.
	SQLSchema() types.Schema
	ScanVectors(ctx context.Context, r *VectorRequest) (VectorScan, error)
}

// VectorRequest asks for columns and filters. A VectorScan applies every Filter and KeyFilter exactly as far as its doc says.
type VectorRequest struct {
	// Fields are the columns of the batches, by position in SQLSchema.
	Fields []int
	// Columns numbers Fields in Filters. Their types may be narrower than the table's: structs at any depth have only the fields that are
	// read, in the table's order, perhaps none. The vectors are of these types; see Type and columnar.Narrow.
	Columns []*expr.Column
	// Filters are conjuncts over Columns (some of which may be wanted for filters only; see Output). They are total: they cannot fail
	// on any row. The scan applies all of them exactly, in the order it finds cheapest.
	Filters []expr.Expr
	// Predicates are the prunable conjuncts in closed form.
	Predicates []Predicate
	// Keys are runtime filters of joins; they may arrive before a reader is opened or while it runs, may let rows through that do not
	// match, and are asked again for every batch.
	Keys []*KeyFilterSlot
	// Output tells which of Fields the consumer reads; others are decoded only as far as filters need them. nil: all.
	Output    []bool
	Limit     int64
	BatchSize int // 0: columnar.BatchSize
	Env       *expr.Env
	Threads   int
	// Flatten asks for no dictionary vectors (a test configuration).
	Flatten bool
}

// Type returns the type in which field i is wanted, whose type in the table is whole.
func (r *VectorRequest) Type(i int, whole types.Type) types.Type {
	if whole.IsNested() && i < len(r.Columns) {
		return r.Columns[i].T
	}
	return whole
}

// VectorScan is a planned scan, cut into morsels that workers take in any order.
type VectorScan interface {
	Morsels() int
	// NewReader makes the state of one worker.
	NewReader(ctx context.Context) (VectorReader, error)
	// Counters returns what was read and skipped so far, for EXPLAIN ANALYZE.
	Counters() ScanCounters
	Close() error
}

// VectorReader reads morsels one after the other for one worker.
type VectorReader interface {
	// Open begins a morsel. OnlyRows, if known, is the number of rows before filters.
	Open(morsel int) error
	// Next fills dst (Cols parallel to Fields; columns not in Output may be nil) and reports whether there was a batch. The vectors live
	// until the next call, dictionaries (class Shared) as long as they are referenced.
	Next(dst *columnar.Batch) (bool, error)
	Close() error
}

// ScanCounters counts work of a scan.
type ScanCounters struct {
	RowGroups, RowGroupsSkipped int64
	Pages, PagesSkipped         int64
	Rows, RowsOut               int64
	Columns                     int64 // read of a file, as it stores them: the fields of a struct are columns of their own
	Bytes                       int64 // read from the file
}

// KeyFilter is a set of join keys that a scan tests values against.
type KeyFilter interface {
	// Bounds returns the smallest and largest key for integers, dates and decimals (unscaled).
	Bounds() (lo, hi int64, ok bool)
	// Select appends to dst the rows of the set whose value in v (Flat or Constant) may be a key; nulls never are.
	Select(v *columnar.Vector, rows columnar.Rows, dst []int32) []int32
}

// KeyFilterSlot is where a join publishes its filter for a field of a scan.
type KeyFilterSlot struct {
	Field  int // position in Fields
	filter keyFilterBox
}
