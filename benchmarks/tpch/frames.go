package tpch

import (
	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/f"
)

// Frames gives the tables of the benchmark by name.
type Frames func(table string) *sparrow.DataFrame

// Frame returns query n, 1 to 22, written with DataFrame calls, or nil if there is no such query. It gives the rows of Query(n).
func Frame(t Frames, n int) *sparrow.DataFrame {
	queries := [...]func(Frames) *sparrow.DataFrame{1: frame1, frame2, frame3, frame4, frame5, frame6, frame7, frame8, frame9, frame10, frame11, frame12, frame13, frame14,
		frame15, frame16, frame17, frame18, frame19, frame20, frame21, frame22}
	if n < 1 || n >= len(queries) {
		return nil
	}
	return queries[n](t)
}

func c(name string) sparrow.Column { return sparrow.Col(name) }

func lit(v any) sparrow.Column { return sparrow.Lit(v) }

// from combines all rows of the tables, as FROM a, b, c does; the optimizer finds the joins in the filter above.
func (t Frames) from(tables ...string) *sparrow.DataFrame {
	df := t(tables[0])
	for _, name := range tables[1:] {
		df = df.CrossJoin(t(name))
	}
	return df
}

func date(s string) sparrow.Column { return lit(s).Cast("date") }

// dec is a decimal constant.
func dec(s string) sparrow.Column { return sparrow.Expr(s) }

// all is the conjunction of conditions.
func all(conds ...sparrow.Column) sparrow.Column {
	out := conds[0]
	for _, x := range conds[1:] {
		out = out.And(x)
	}
	return out
}

func revenue() sparrow.Column { return c("l_extendedprice").Mul(lit(1).Sub(c("l_discount"))) }

func frame1(t Frames) *sparrow.DataFrame {
	return t("lineitem").Filter(c("l_shipdate").Le(date("1998-09-02"))).
		GroupBy(c("l_returnflag"), c("l_linestatus")).
		Agg(f.Sum(c("l_quantity")).As("sum_qty"), f.Sum(c("l_extendedprice")).As("sum_base_price"), f.Sum(revenue()).As("sum_disc_price"),
			f.Sum(revenue().Mul(lit(1).Add(c("l_tax")))).As("sum_charge"), f.Avg(c("l_quantity")).As("avg_qty"), f.Avg(c("l_extendedprice")).As("avg_price"),
			f.Avg(c("l_discount")).As("avg_disc"), f.Count(c("*")).As("count_order")).
		OrderBy(c("l_returnflag"), c("l_linestatus"))
}

func frame2(t Frames) *sparrow.DataFrame {
	inEurope := all(c("s_suppkey").Eq(c("ps_suppkey")), c("s_nationkey").Eq(c("n_nationkey")), c("n_regionkey").Eq(c("r_regionkey")), c("r_name").Eq("EUROPE"))
	part := t("part")
	least := t.from("partsupp", "supplier", "nation", "region").Filter(part.Col("p_partkey").Eq(c("ps_partkey")).And(inEurope)).Agg(f.Min(c("ps_supplycost")))
	return part.CrossJoin(t("supplier")).CrossJoin(t("partsupp")).CrossJoin(t("nation")).CrossJoin(t("region")).
		Filter(all(c("p_partkey").Eq(c("ps_partkey")), inEurope, c("p_size").Eq(15), c("p_type").Like("%BRASS"), c("ps_supplycost").Eq(least.Scalar()))).
		Select(c("s_acctbal"), c("s_name"), c("n_name"), c("p_partkey"), c("p_mfgr"), c("s_address"), c("s_phone"), c("s_comment")).
		OrderBy(c("s_acctbal").Desc(), c("n_name"), c("s_name"), c("p_partkey")).Limit(100)
}

func frame3(t Frames) *sparrow.DataFrame {
	return t.from("customer", "orders", "lineitem").
		Filter(all(c("c_mktsegment").Eq("BUILDING"), c("c_custkey").Eq(c("o_custkey")), c("l_orderkey").Eq(c("o_orderkey")),
			c("o_orderdate").Lt(date("1995-03-15")), c("l_shipdate").Gt(date("1995-03-15")))).
		GroupBy(c("l_orderkey"), c("o_orderdate"), c("o_shippriority")).Agg(f.Sum(revenue()).As("revenue")).
		Select(c("l_orderkey"), c("revenue"), c("o_orderdate"), c("o_shippriority")).
		OrderBy(c("revenue").Desc(), c("o_orderdate")).Limit(10)
}

func frame4(t Frames) *sparrow.DataFrame {
	orders := t("orders")
	late := t("lineitem").Filter(all(c("l_orderkey").Eq(orders.Col("o_orderkey")), c("l_commitdate").Lt(c("l_receiptdate"))))
	return orders.Filter(all(c("o_orderdate").Ge(date("1993-07-01")), c("o_orderdate").Lt(date("1993-10-01")), late.Exists())).
		GroupBy(c("o_orderpriority")).Agg(f.Count(c("*")).As("order_count")).OrderBy(c("o_orderpriority"))
}

func frame5(t Frames) *sparrow.DataFrame {
	return t.from("customer", "orders", "lineitem", "supplier", "nation", "region").
		Filter(all(c("c_custkey").Eq(c("o_custkey")), c("l_orderkey").Eq(c("o_orderkey")), c("l_suppkey").Eq(c("s_suppkey")), c("c_nationkey").Eq(c("s_nationkey")),
			c("s_nationkey").Eq(c("n_nationkey")), c("n_regionkey").Eq(c("r_regionkey")), c("r_name").Eq("ASIA"),
			c("o_orderdate").Ge(date("1994-01-01")), c("o_orderdate").Lt(date("1995-01-01")))).
		GroupBy(c("n_name")).Agg(f.Sum(revenue()).As("revenue")).OrderBy(c("revenue").Desc())
}

func frame6(t Frames) *sparrow.DataFrame {
	return t("lineitem").
		Filter(all(c("l_shipdate").Ge(date("1994-01-01")), c("l_shipdate").Lt(date("1995-01-01")), c("l_discount").Between(dec("0.05"), dec("0.07")), c("l_quantity").Lt(24))).
		Agg(f.Sum(c("l_extendedprice").Mul(c("l_discount"))).As("revenue"))
}

func frame7(t Frames) *sparrow.DataFrame {
	n1, n2 := t("nation").As("n1"), t("nation").As("n2")
	between := func(a, b string) sparrow.Column { return c("n1.n_name").Eq(a).And(c("n2.n_name").Eq(b)) }
	return t.from("supplier", "lineitem", "orders", "customer").CrossJoin(n1).CrossJoin(n2).
		Filter(all(c("s_suppkey").Eq(c("l_suppkey")), c("o_orderkey").Eq(c("l_orderkey")), c("c_custkey").Eq(c("o_custkey")), c("s_nationkey").Eq(c("n1.n_nationkey")),
			c("c_nationkey").Eq(c("n2.n_nationkey")), between("FRANCE", "GERMANY").Or(between("GERMANY", "FRANCE")),
			c("l_shipdate").Between(date("1995-01-01"), date("1996-12-31")))).
		Select(c("n1.n_name").As("supp_nation"), c("n2.n_name").As("cust_nation"), f.Year(c("l_shipdate")).As("l_year"), revenue().As("volume")).
		GroupBy(c("supp_nation"), c("cust_nation"), c("l_year")).Agg(f.Sum(c("volume")).As("revenue")).
		OrderBy(c("supp_nation"), c("cust_nation"), c("l_year"))
}

func frame8(t Frames) *sparrow.DataFrame {
	n1, n2 := t("nation").As("n1"), t("nation").As("n2")
	return t.from("part", "supplier", "lineitem", "orders", "customer").CrossJoin(n1).CrossJoin(n2).CrossJoin(t("region")).
		Filter(all(c("p_partkey").Eq(c("l_partkey")), c("s_suppkey").Eq(c("l_suppkey")), c("l_orderkey").Eq(c("o_orderkey")), c("o_custkey").Eq(c("c_custkey")),
			c("c_nationkey").Eq(c("n1.n_nationkey")), c("n1.n_regionkey").Eq(c("r_regionkey")), c("r_name").Eq("AMERICA"), c("s_nationkey").Eq(c("n2.n_nationkey")),
			c("o_orderdate").Between(date("1995-01-01"), date("1996-12-31")), c("p_type").Eq("ECONOMY ANODIZED STEEL"))).
		Select(f.Year(c("o_orderdate")).As("o_year"), revenue().As("volume"), c("n2.n_name").As("nation")).
		GroupBy(c("o_year")).Agg(f.Sum(f.When(c("nation").Eq("BRAZIL"), c("volume")).Otherwise(0)).Div(f.Sum(c("volume"))).As("mkt_share")).
		OrderBy(c("o_year"))
}

func frame9(t Frames) *sparrow.DataFrame {
	return t.from("part", "supplier", "lineitem", "partsupp", "orders", "nation").
		Filter(all(c("s_suppkey").Eq(c("l_suppkey")), c("ps_suppkey").Eq(c("l_suppkey")), c("ps_partkey").Eq(c("l_partkey")), c("p_partkey").Eq(c("l_partkey")),
			c("o_orderkey").Eq(c("l_orderkey")), c("s_nationkey").Eq(c("n_nationkey")), c("p_name").Like("%green%"))).
		Select(c("n_name").As("nation"), f.Year(c("o_orderdate")).As("o_year"), revenue().Sub(c("ps_supplycost").Mul(c("l_quantity"))).As("amount")).
		GroupBy(c("nation"), c("o_year")).Agg(f.Sum(c("amount")).As("sum_profit")).
		OrderBy(c("nation"), c("o_year").Desc())
}

func frame10(t Frames) *sparrow.DataFrame {
	return t.from("customer", "orders", "lineitem", "nation").
		Filter(all(c("c_custkey").Eq(c("o_custkey")), c("l_orderkey").Eq(c("o_orderkey")), c("o_orderdate").Ge(date("1993-10-01")), c("o_orderdate").Lt(date("1994-01-01")),
			c("l_returnflag").Eq("R"), c("c_nationkey").Eq(c("n_nationkey")))).
		GroupBy(c("c_custkey"), c("c_name"), c("c_acctbal"), c("c_phone"), c("n_name"), c("c_address"), c("c_comment")).Agg(f.Sum(revenue()).As("revenue")).
		Select(c("c_custkey"), c("c_name"), c("revenue"), c("c_acctbal"), c("n_name"), c("c_address"), c("c_phone"), c("c_comment")).
		OrderBy(c("revenue").Desc()).Limit(20)
}

func frame11(t Frames) *sparrow.DataFrame {
	value := f.Sum(c("ps_supplycost").Mul(c("ps_availqty")))
	german := func() *sparrow.DataFrame {
		return t.from("partsupp", "supplier", "nation").
			Filter(all(c("ps_suppkey").Eq(c("s_suppkey")), c("s_nationkey").Eq(c("n_nationkey")), c("n_name").Eq("GERMANY")))
	}
	least := german().Agg(value.Mul(dec("0.0001000000")))
	return german().GroupBy(c("ps_partkey")).Agg(value.As("value")).Filter(c("value").Gt(least.Scalar())).OrderBy(c("value").Desc())
}

func frame12(t Frames) *sparrow.DataFrame {
	urgent := c("o_orderpriority").Eq("1-URGENT").Or(c("o_orderpriority").Eq("2-HIGH"))
	other := c("o_orderpriority").Ne("1-URGENT").And(c("o_orderpriority").Ne("2-HIGH"))
	return t.from("orders", "lineitem").
		Filter(all(c("o_orderkey").Eq(c("l_orderkey")), c("l_shipmode").In("MAIL", "SHIP"), c("l_commitdate").Lt(c("l_receiptdate")), c("l_shipdate").Lt(c("l_commitdate")),
			c("l_receiptdate").Ge(date("1994-01-01")), c("l_receiptdate").Lt(date("1995-01-01")))).
		GroupBy(c("l_shipmode")).
		Agg(f.Sum(f.When(urgent, 1).Otherwise(0)).As("high_line_count"), f.Sum(f.When(other, 1).Otherwise(0)).As("low_line_count")).
		OrderBy(c("l_shipmode"))
}

func frame13(t Frames) *sparrow.DataFrame {
	return t("customer").Join(t("orders"), c("c_custkey").Eq(c("o_custkey")).And(c("o_comment").Like("%special%requests%").Not()), sparrow.LeftOuter).
		GroupBy(c("c_custkey")).Agg(f.Count(c("o_orderkey")).As("c_count")).
		GroupBy(c("c_count")).Agg(f.Count(c("*")).As("custdist")).
		OrderBy(c("custdist").Desc(), c("c_count").Desc())
}

func frame14(t Frames) *sparrow.DataFrame {
	promo := f.When(c("p_type").Like("PROMO%"), revenue()).Otherwise(0)
	return t.from("lineitem", "part").
		Filter(all(c("l_partkey").Eq(c("p_partkey")), c("l_shipdate").Ge(date("1995-09-01")), c("l_shipdate").Lt(date("1995-10-01")))).
		Agg(dec("100.00").Mul(f.Sum(promo)).Div(f.Sum(revenue())).As("promo_revenue"))
}

func frame15(t Frames) *sparrow.DataFrame {
	perSupplier := t("lineitem").Filter(c("l_shipdate").Ge(date("1996-01-01")).And(c("l_shipdate").Lt(date("1996-04-01")))).
		GroupBy(c("l_suppkey").As("supplier_no")).Agg(f.Sum(revenue()).As("total_revenue"))
	return t("supplier").CrossJoin(perSupplier).
		Filter(all(c("s_suppkey").Eq(c("supplier_no")), c("total_revenue").Eq(perSupplier.Agg(f.Max(c("total_revenue"))).Scalar()))).
		Select(c("s_suppkey"), c("s_name"), c("s_address"), c("s_phone"), c("total_revenue")).OrderBy(c("s_suppkey"))
}

func frame16(t Frames) *sparrow.DataFrame {
	bad := t("supplier").Filter(c("s_comment").Like("%Customer%Complaints%")).Select(c("s_suppkey"))
	return t.from("partsupp", "part").
		Filter(all(c("p_partkey").Eq(c("ps_partkey")), c("p_brand").Ne("Brand#45"), c("p_type").Like("MEDIUM POLISHED%").Not(), c("p_size").In(49, 14, 23, 45, 19, 3, 36, 9),
			c("ps_suppkey").InQuery(bad).Not())).
		GroupBy(c("p_brand"), c("p_type"), c("p_size")).Agg(f.CountDistinct(c("ps_suppkey")).As("supplier_cnt")).
		OrderBy(c("supplier_cnt").Desc(), c("p_brand"), c("p_type"), c("p_size"))
}

func frame17(t Frames) *sparrow.DataFrame {
	part := t("part")
	average := t("lineitem").Filter(c("l_partkey").Eq(part.Col("p_partkey"))).Agg(dec("0.2").Mul(f.Avg(c("l_quantity"))))
	return t("lineitem").CrossJoin(part).
		Filter(all(c("p_partkey").Eq(c("l_partkey")), c("p_brand").Eq("Brand#23"), c("p_container").Eq("MED BOX"), c("l_quantity").Lt(average.Scalar()))).
		Agg(f.Sum(c("l_extendedprice")).Div(dec("7.0")).As("avg_yearly"))
}

func frame18(t Frames) *sparrow.DataFrame {
	large := t("lineitem").GroupBy(c("l_orderkey")).Agg(f.Sum(c("l_quantity")).As("quantity")).Filter(c("quantity").Gt(300)).Select(c("l_orderkey"))
	return t.from("customer", "orders", "lineitem").
		Filter(all(c("o_orderkey").InQuery(large), c("c_custkey").Eq(c("o_custkey")), c("o_orderkey").Eq(c("l_orderkey")))).
		GroupBy(c("c_name"), c("c_custkey"), c("o_orderkey"), c("o_orderdate"), c("o_totalprice")).Agg(f.Sum(c("l_quantity"))).
		OrderBy(c("o_totalprice").Desc(), c("o_orderdate")).Limit(100)
}

func frame19(t Frames) *sparrow.DataFrame {
	choice := func(brand string, containers []any, quantity, size int) sparrow.Column {
		return all(c("p_partkey").Eq(c("l_partkey")), c("p_brand").Eq(brand), c("p_container").In(containers...), c("l_quantity").Ge(quantity), c("l_quantity").Le(lit(quantity).Add(10)),
			c("p_size").Between(1, size), c("l_shipmode").In("AIR", "AIR REG"), c("l_shipinstruct").Eq("DELIVER IN PERSON"))
	}
	return t.from("lineitem", "part").
		Filter(choice("Brand#12", []any{"SM CASE", "SM BOX", "SM PACK", "SM PKG"}, 1, 5).
			Or(choice("Brand#23", []any{"MED BAG", "MED BOX", "MED PKG", "MED PACK"}, 10, 10)).
			Or(choice("Brand#34", []any{"LG CASE", "LG BOX", "LG PACK", "LG PKG"}, 20, 15))).
		Agg(f.Sum(revenue()).As("revenue"))
}

func frame20(t Frames) *sparrow.DataFrame {
	forest := t("part").Filter(c("p_name").Like("forest%")).Select(c("p_partkey"))
	partsupp := t("partsupp")
	half := t("lineitem").Filter(all(c("l_partkey").Eq(partsupp.Col("ps_partkey")), c("l_suppkey").Eq(partsupp.Col("ps_suppkey")),
		c("l_shipdate").Ge(date("1994-01-01")), c("l_shipdate").Lt(date("1995-01-01")))).
		Agg(dec("0.5").Mul(f.Sum(c("l_quantity"))))
	suppliers := partsupp.Filter(c("ps_partkey").InQuery(forest).And(c("ps_availqty").Gt(half.Scalar()))).Select(c("ps_suppkey"))
	return t.from("supplier", "nation").
		Filter(all(c("s_suppkey").InQuery(suppliers), c("s_nationkey").Eq(c("n_nationkey")), c("n_name").Eq("CANADA"))).
		Select(c("s_name"), c("s_address")).OrderBy(c("s_name"))
}

func frame21(t Frames) *sparrow.DataFrame {
	l1, l2, l3 := t("lineitem").As("l1"), t("lineitem").As("l2"), t("lineitem").As("l3")
	another := func(l *sparrow.DataFrame, name string) *sparrow.DataFrame {
		return l.Filter(c(name + ".l_orderkey").Eq(c("l1.l_orderkey")).And(c(name + ".l_suppkey").Ne(c("l1.l_suppkey"))))
	}
	lateToo := another(l3, "l3").Filter(c("l3.l_receiptdate").Gt(c("l3.l_commitdate")))
	return t("supplier").CrossJoin(l1).CrossJoin(t("orders")).CrossJoin(t("nation")).
		Filter(all(c("s_suppkey").Eq(c("l1.l_suppkey")), c("o_orderkey").Eq(c("l1.l_orderkey")), c("o_orderstatus").Eq("F"), c("l1.l_receiptdate").Gt(c("l1.l_commitdate")),
			another(l2, "l2").Exists(), lateToo.Exists().Not(), c("s_nationkey").Eq(c("n_nationkey")), c("n_name").Eq("SAUDI ARABIA"))).
		GroupBy(c("s_name")).Agg(f.Count(c("*")).As("numwait")).
		OrderBy(c("numwait").Desc(), c("s_name")).Limit(100)
}

func frame22(t Frames) *sparrow.DataFrame {
	code := f.Substring(c("c_phone"), lit(1), lit(2))
	wanted := code.In("13", "31", "23", "29", "30", "18", "17")
	customer := t("customer")
	average := t("customer").Filter(c("c_acctbal").Gt(dec("0.00")).And(wanted)).Agg(f.Avg(c("c_acctbal")))
	ordered := t("orders").Filter(c("o_custkey").Eq(customer.Col("c_custkey")))
	return customer.Filter(all(wanted, c("c_acctbal").Gt(average.Scalar()), ordered.Exists().Not())).
		Select(code.As("cntrycode"), c("c_acctbal")).
		GroupBy(c("cntrycode")).Agg(f.Count(c("*")).As("numcust"), f.Sum(c("c_acctbal")).As("totacctbal")).
		OrderBy(c("cntrycode"))
}
