package tpch

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/memory"
	"github.com/sparrow-engine/sparrow/types"
)

// tiny makes the eight tables with a handful of rows each, so that even products of all tables of a query are soon done. Texts, dates and
// numbers are drawn from those that the queries ask for, so that the answers are not empty.
// Suppliers and customers come from two nations, which change with the seed.
func tiny(seed uint64) map[string]datasource.Table {
	r := rand.New(rand.NewPCG(seed, 1))
	pair := [][2]int64{{1, 2}, {5, 6}, {3, 4}, {6, 4}, {2, 5}}[seed%5]
	nation := func(int) any { return pair[r.IntN(2)] }
	text := func(list ...string) func(int) any { return func(int) any { return list[r.IntN(len(list))] } }
	money := func(list ...int64) func(int) any {
		return func(int) any { return types.Int128Of(100 * list[r.IntN(len(list))]) }
	}
	number := func(list ...int32) func(int) any { return func(int) any { return list[r.IntN(len(list))] } }
	key := func(n int32) func(int) any { return func(int) any { return int64(1 + r.Int32N(n)) } }
	serial := func(i int) any { return int64(i + 1) }
	named := func(what string) func(int) any { return func(i int) any { return fmt.Sprintf("%s#%d", what, i+1) } }
	fixed := func(list ...string) func(int) any { return func(i int) any { return list[i] } }
	share := func(i int) any { return types.Int128Of(5 + int64(r.IntN(3))) }
	// Most days lie where queries look: the second half of 1993, 1994, March and September 1995, the first quarter of 1996.
	day := func(int) any {
		return []int32{8600, 8620, 8640, 8700, 8740, 8780, 8800, 8900, 9060, 9190, 9200, 9205, 9380, 9385, 9530, 9560}[r.IntN(16)] + r.Int32N(5)
	}
	dec := types.DecimalOf(15, 2)
	const parts, suppliers, customers, orders, lines = 3, 3, 4, 5, 14
	// The pairs of parts and suppliers, of which lines of orders have some.
	pairs := rand.New(rand.NewPCG(r.Uint64(), 0)).Perm(parts * suppliers)[:6]
	slices.Sort(pairs)
	part := func(i int) any { return int64(pairs[i]/suppliers) + 1 }
	supplier := func(i int) any { return int64(pairs[i]%suppliers) + 1 }
	drawn := make([]int, lines)
	for i := range drawn {
		drawn[i] = r.IntN(len(pairs))
	}
	var brands, containers [parts]string
	for i, kind := range r.Perm(5)[:parts] {
		brands[i] = []string{"Brand#12", "Brand#23", "Brand#23", "Brand#34", "Brand#45"}[kind]
		containers[i] = []string{"SM CASE", "MED BOX", "MED BAG", "LG PKG", "MED BOX"}[kind]
	}
	phone := text("13-100", "31-200", "23-300", "99-400")
	comment := text("quickly", "special packages requests", "Customer slow Complaints", "")
	return map[string]datasource.Table{
		"region": made(3, col("r_regionkey", types.BigIntType, serial), col("r_name", types.StringType, fixed("EUROPE", "ASIA", "AMERICA"))),
		"nation": made(6, col("n_nationkey", types.BigIntType, serial), col("n_name", types.StringType, fixed("FRANCE", "GERMANY", "BRAZIL", "CANADA", "INDIA", "SAUDI ARABIA")),
			col("n_regionkey", types.BigIntType, func(i int) any { return []int64{1, 1, 3, 3, 2, 2}[i] })),
		"supplier": made(suppliers, col("s_suppkey", types.BigIntType, serial), col("s_name", types.StringType, named("Supplier")), col("s_address", types.StringType, text("here", "there")),
			col("s_nationkey", types.BigIntType, nation), col("s_phone", types.StringType, phone), col("s_acctbal", dec, money(-5, 10, 99)), col("s_comment", types.StringType, comment)),
		"customer": made(customers, col("c_custkey", types.BigIntType, serial), col("c_name", types.StringType, named("Customer")), col("c_address", types.StringType, text("here", "there")),
			col("c_nationkey", types.BigIntType, nation), col("c_phone", types.StringType, phone), col("c_acctbal", dec, money(-5, 10, 99)),
			col("c_mktsegment", types.StringType, text("BUILDING", "MACHINERY")), col("c_comment", types.StringType, comment)),
		"part": made(parts, col("p_partkey", types.BigIntType, serial), col("p_name", types.StringType, text("forest green", "green sky", "forest red")), col("p_mfgr", types.StringType, text("M#1", "M#2")),
			col("p_brand", types.StringType, fixed(brands[:]...)), col("p_type", types.StringType, text("ECONOMY ANODIZED STEEL", "PROMO BRUSHED BRASS", "MEDIUM POLISHED TIN")),
			col("p_size", types.IntType, number(3, 3, 9, 15)), col("p_container", types.StringType, fixed(containers[:]...))),
		"partsupp": made(len(pairs), col("ps_partkey", types.BigIntType, part), col("ps_suppkey", types.BigIntType, supplier), col("ps_availqty", types.IntType, number(1, 40, 300)),
			col("ps_supplycost", dec, money(2, 3, 50))),
		"orders": made(orders, col("o_orderkey", types.BigIntType, serial), col("o_custkey", types.BigIntType, key(customers-1)), col("o_orderstatus", types.StringType, text("F", "F", "O")),
			col("o_totalprice", dec, money(100, 5000)), col("o_orderdate", types.DateType, day), col("o_orderpriority", types.StringType, text("1-URGENT", "2-HIGH", "5-LOW")),
			col("o_shippriority", types.IntType, number(0)), col("o_comment", types.StringType, comment)),
		"lineitem": made(lines, col("l_orderkey", types.BigIntType, func(int) any { return 1 + int64(r.IntN(orders)*r.IntN(orders)/orders) }), col("l_partkey", types.BigIntType, func(i int) any { return part(drawn[i]) }),
			col("l_suppkey", types.BigIntType, func(i int) any { return supplier(drawn[i]) }), col("l_linenumber", types.IntType, func(i int) any { return int32(i) }),
			col("l_quantity", dec, money(1, 3, 9, 20, 200)), col("l_extendedprice", dec, money(100, 250, 999)), col("l_discount", dec, share), col("l_tax", dec, share),
			col("l_returnflag", types.StringType, text("R", "A", "N")), col("l_linestatus", types.StringType, text("F", "O")), col("l_shipdate", types.DateType, day),
			col("l_commitdate", types.DateType, day), col("l_receiptdate", types.DateType, day), col("l_shipinstruct", types.StringType, text("DELIVER IN PERSON", "NONE")),
			col("l_shipmode", types.StringType, text("AIR", "MAIL", "SHIP")), col("l_comment", types.StringType, comment)),
	}
}

// filled is a column and its values by row.
type filled struct {
	name  string
	typ   types.Type
	value func(row int) any
}

func col(name string, typ types.Type, value func(row int) any) filled {
	return filled{name, typ, value}
}

func made(rows int, cols ...filled) datasource.Table {
	b := &columnar.Batch{N: rows}
	var schema types.Schema
	for _, c := range cols {
		v := columnar.New(c.typ, rows)
		for i := range rows {
			v.SetValue(i, c.value(i))
		}
		v.Class = columnar.Shared
		b.Cols = append(b.Cols, v)
		schema = append(schema, types.Field{Name: c.name, Type: c.typ, Nullable: true})
	}
	return memory.New(schema, []*columnar.Batch{b})
}
