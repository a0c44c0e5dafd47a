package gen

import (
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// maxBatch bounds a batch so that its longest text column stays far below the 2 GB its offsets reach.
const maxBatch = 1 << 20

// source produces consecutive rows: the columns of at most max rows, the row count, and 0 rows at the end.
type source interface {
	next(max int) ([]arrow.Array, int)
}

// entity is one table: its columns, the rows of scale factor 1 of what it is enumerated by (orders for lineitem, parts for partsupp), and how
// many of its own rows come of one such row.
type entity struct {
	name   string
	schema *arrow.Schema
	base   int64
	each   int64
	fixed  bool // as many rows at every scale factor
	open   func(sf float64, first, count int64) source
}

func schema(fields ...arrow.Field) *arrow.Schema { return arrow.NewSchema(fields, nil) }

func field(name string, t arrow.DataType) arrow.Field { return arrow.Field{Name: name, Type: t} }

var (
	int64Type  = arrow.PrimitiveTypes.Int64
	int32Type  = arrow.PrimitiveTypes.Int32
	dateType   = arrow.FixedWidthTypes.Date32
	stringType = arrow.BinaryTypes.String
)

// entities lists the tables, smallest first.
var entities = []entity{
	{"region", schema(field("r_regionkey", int64Type), field("r_name", stringType), field("r_comment", stringType)),
		5, 1, true, openRegion},
	{"nation", schema(field("n_nationkey", int64Type), field("n_name", stringType), field("n_regionkey", int64Type), field("n_comment", stringType)),
		25, 1, true, openNation},
	{"supplier", schema(field("s_suppkey", int64Type), field("s_name", stringType), field("s_address", stringType), field("s_nationkey", int64Type),
		field("s_phone", stringType), field("s_acctbal", money), field("s_comment", stringType)),
		supplierBase, 1, false, openSupplier},
	{"part", schema(field("p_partkey", int64Type), field("p_name", stringType), field("p_mfgr", stringType), field("p_brand", stringType),
		field("p_type", stringType), field("p_size", int32Type), field("p_container", stringType), field("p_retailprice", money),
		field("p_comment", stringType)),
		partBase, 1, false, openPart},
	{"customer", schema(field("c_custkey", int64Type), field("c_name", stringType), field("c_address", stringType), field("c_nationkey", int64Type),
		field("c_phone", stringType), field("c_acctbal", money), field("c_mktsegment", stringType), field("c_comment", stringType)),
		customerBase, 1, false, openCustomer},
	{"partsupp", schema(field("ps_partkey", int64Type), field("ps_suppkey", int64Type), field("ps_availqty", int32Type), field("ps_supplycost", money),
		field("ps_comment", stringType)),
		partBase, suppliersPerPart, false, openPartSupp},
	{"orders", schema(field("o_orderkey", int64Type), field("o_custkey", int64Type), field("o_orderstatus", stringType), field("o_totalprice", money),
		field("o_orderdate", dateType), field("o_orderpriority", stringType), field("o_clerk", stringType), field("o_shippriority", int32Type),
		field("o_comment", stringType)),
		ordersBase, 1, false, openOrders},
	{"lineitem", schema(field("l_orderkey", int64Type), field("l_partkey", int64Type), field("l_suppkey", int64Type), field("l_linenumber", int32Type),
		field("l_quantity", money), field("l_extendedprice", money), field("l_discount", money), field("l_tax", money),
		field("l_returnflag", stringType), field("l_linestatus", stringType), field("l_shipdate", dateType), field("l_commitdate", dateType),
		field("l_receiptdate", dateType), field("l_shipinstruct", stringType), field("l_shipmode", stringType), field("l_comment", stringType)),
		ordersBase, 4, false, openLineItem},
}

// TableInfo describes a table.
type TableInfo struct {
	Name   string
	Schema *arrow.Schema
}

// Tables returns the eight tables, smallest first.
func Tables() []TableInfo {
	out := make([]TableInfo, len(entities))
	for i, e := range entities {
		out[i] = TableInfo{e.name, e.schema}
	}
	return out
}

func find(name string) (*entity, error) {
	for i := range entities {
		if entities[i].name == name {
			return &entities[i], nil
		}
	}
	return nil, fmt.Errorf("tpch: no table %q", name)
}

func checkScale(sf float64) error {
	if !(sf*supplierBase >= 1) || sf > 100_000 {
		return fmt.Errorf("tpch: scale factor %v is not between %v and 100000", sf, 1.0/supplierBase)
	}
	return nil
}

// scaled returns the rows that enumerate the table.
func (e *entity) scaled(sf float64) int64 {
	if e.fixed {
		return e.base
	}
	return int64(float64(e.base) * sf)
}

// EstimatedRows returns the number of rows of a table. It is exact but for lineitem, whose orders have 1 to 7 lines: there it is the mean.
func EstimatedRows(name string, sf float64) (int64, error) {
	e, err := find(name)
	if err != nil {
		return 0, err
	}
	if err := checkScale(sf); err != nil {
		return 0, err
	}
	return e.scaled(sf) * e.each, nil
}

// Table generates the rows of one part of a table. It is used by one goroutine; parts of the same table can be generated in parallel.
type Table struct {
	entity *entity
	source source
}

// NewTable opens part number part, counted from 0, of parts equal slices of a table at scale factor sf. The parts' rows in order are the table's.
func NewTable(name string, sf float64, part, parts int) (*Table, error) {
	e, err := find(name)
	if err != nil {
		return nil, err
	}
	if err := checkScale(sf); err != nil {
		return nil, err
	}
	if parts < 1 || part < 0 || part >= parts {
		return nil, fmt.Errorf("tpch: no part %d of %d", part, parts)
	}
	rows := e.scaled(sf)
	size := rows / int64(parts)
	first, count := int64(part)*size, size
	if part == parts-1 {
		count = rows - first
	}
	return &Table{e, e.open(sf, first, count)}, nil
}

// Name returns the table's name.
func (t *Table) Name() string { return t.entity.name }

// Schema returns the table's columns. None is nullable.
func (t *Table) Schema() *arrow.Schema { return t.entity.schema }

// Next returns the next rows, at most maxRows (and at most a million), and io.EOF after the last.
func (t *Table) Next(maxRows int) (arrow.RecordBatch, error) {
	if maxRows < 1 {
		return nil, errors.New("tpch: a batch needs at least one row")
	}
	columns, rows := t.source.next(min(maxRows, maxBatch))
	if rows == 0 {
		return nil, io.EOF
	}
	batch := array.NewRecordBatch(t.entity.schema, columns, int64(rows))
	for _, c := range columns {
		c.Release()
	}
	return batch, nil
}

// span is what is left of an enumeration: at rows are done, end is where the part ends. The key of the next row is at+1.
type span struct{ at, end int64 }

func (s *span) take(max int) int { return int(min(int64(max), s.end-s.at)) }
