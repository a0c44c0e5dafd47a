package fuzz

import (
	"fmt"
	"strings"
)

// expr writes an expression of a kind over columns.
func (g *generator) expr(cols []column, k kind, depth int) string {
	if same := only(cols, k); len(same) > 0 && (depth <= 0 || g.chance(40)) {
		return pickOf(g, same...).sql
	}
	if depth <= 0 || g.chance(15) {
		return g.literal(k)
	}
	sub := func(k kind) string { return g.expr(cols, k, depth-1) }
	if g.chance(25) {
		return g.conditional(cols, k, depth)
	}
	if k >= timestamp || g.chance(20) {
		if e := g.temporal(cols, k, depth); e != "" && (k == timestamp || k == span || g.chance(50)) {
			return e
		}
		if e := g.nested(cols, k, depth); e != "" {
			return e
		}
	}
	switch k {
	case integer:
		return g.integer(sub, cols)
	case bigint:
		if g.chance(15) && !g.queryless {
			return g.scalarSubquery(cols, k, depth)
		}
		return pickOf(g, "CAST("+sub(integer)+" AS BIGINT)", "abs(try_cast("+sub(bigint)+" AS int))", sub(bigint))
	case double:
		op := pickOf(g, " + ", " - ", " * ")
		if g.fallible && g.chance(30) {
			return "(" + sub(integer) + " / " + sub(integer) + ")"
		}
		return pickOf(g, "("+sub(double)+op+sub(double)+")", "CAST("+sub(integer)+" AS DOUBLE)", "(- "+sub(double)+")", "(try_cast("+sub(decimal)+" AS DOUBLE))")
	case decimal:
		return pickOf(g, "CAST("+sub(boolean)+" AS DECIMAL(9,2))", "abs("+sub(decimal)+")", "greatest("+sub(decimal)+", "+sub(decimal)+")", "try_cast("+sub(wide)+" AS DECIMAL(9,2))",
			"try_cast(("+sub(decimal)+" + "+sub(decimal)+") AS DECIMAL(9,2))", "try_cast("+sub(decimal)+" * "+sub(decimal)+" AS DECIMAL(9,2))")
	case wide:
		if g.chance(15) && !g.queryless {
			return g.scalarSubquery(cols, k, depth)
		}
		return pickOf(g, "CAST("+sub(decimal)+" AS DECIMAL(38,2))", "least("+sub(wide)+", "+sub(wide)+")", "CAST("+sub(integer)+" AS DECIMAL(38,2))")
	case str:
		return pickOf(g, "concat("+sub(str)+", "+sub(str)+")", "upper("+sub(str)+")", "substring("+sub(str)+", 1, 2)", "CAST("+sub(integer)+" AS STRING)",
			"CAST("+sub(date)+" AS STRING)", "CAST("+sub(decimal)+" AS STRING)", "trim("+sub(str)+")")
	case date:
		if g.chance(15) && !g.queryless {
			return g.scalarSubquery(cols, k, depth)
		}
		return pickOf(g, "greatest("+sub(date)+", "+sub(date)+")", sub(date), "try_cast("+sub(str)+" AS DATE)")
	}
	return g.predicate(cols, depth)
}

func (g *generator) conditional(cols []column, k kind, depth int) string {
	sub := func(k kind) string { return g.expr(cols, k, depth-1) }
	switch g.IntN(4) {
	case 0:
		return "coalesce(" + sub(k) + ", " + sub(k) + ")"
	case 1:
		return "nullif(" + sub(k) + ", " + sub(k) + ")"
	case 2:
		return "if(" + sub(boolean) + ", " + sub(k) + ", " + sub(k) + ")"
	}
	other := ""
	if g.chance(70) {
		other = " ELSE " + sub(k)
	}
	return "(CASE WHEN " + sub(boolean) + " THEN " + sub(k) + " WHEN " + sub(boolean) + " THEN " + sub(k) + other + " END)"
}

func (g *generator) integer(sub func(kind) string, cols []column) string {
	if g.fallible && g.chance(60) {
		op := pickOf(g, " + ", " - ", " * ", " % ")
		return pickOf(g, "("+sub(integer)+op+sub(integer)+")", "CAST("+sub(str)+" AS INT)", "CAST("+sub(bigint)+" AS INT)", "(- "+sub(integer)+")", "abs("+sub(integer)+")")
	}
	if g.chance(15) && !g.queryless {
		return g.scalarSubquery(cols, integer, 1)
	}
	return pickOf(g, "length("+sub(str)+")", "try_add("+sub(integer)+", "+sub(integer)+")", "try_cast("+sub(str)+" AS INT)", "CAST("+sub(boolean)+" AS INT)",
		"try_cast("+sub(double)+" AS INT)", "try_multiply("+sub(integer)+", 3)")
}

// scalarSubquery gives one row, correlated or not: by an aggregate without keys, by an id, or by luck.
func (g *generator) scalarSubquery(cols []column, k kind, depth int) string {
	if ints := only(cols, integer); len(ints) > 0 && g.chance(20) {
		alias := g.name("r")
		key := pickOf(g, alias+".id", alias+".id", alias+".n")
		return "(SELECT " + g.expr(base(alias), k, 0) + " FROM " + pickOf(g, tableNames...) + " AS " + alias + " WHERE " + key + " = " + pickOf(g, ints...).sql + ")"
	}
	from, inner := g.from(cols, 0)
	where := g.where(inner, cols, 0)
	if g.chance(25) {
		where = g.where(inner, nil, 0)
	}
	item := pickOf(g, "min", "max") + "(" + g.expr(inner, k, 0) + ")"
	if k == bigint {
		item = pickOf(g, item, "count(*)", "count("+g.expr(inner, integer, 0)+")", "coalesce("+item+", 7)")
	}
	return "(SELECT " + item + from + where + ")"
}

func (g *generator) predicate(cols []column, depth int) string {
	sub := func(k kind) string { return g.expr(cols, k, depth-1) }
	k := g.kind()
	switch g.IntN(12) {
	case 0, 1, 2:
		return "(" + sub(k) + pickOf(g, " = ", " <> ", " < ", " <= ", " > ", " >= ", " <=> ") + sub(k) + ")"
	case 3:
		return "(" + sub(k) + pickOf(g, " IS NULL", " IS NOT NULL") + ")"
	case 4:
		return "(" + sub(boolean) + pickOf(g, " AND ", " OR ") + sub(boolean) + ")"
	case 5:
		return "(NOT " + sub(boolean) + ")"
	case 6:
		var items []string
		for range 1 + g.IntN(4) {
			items = append(items, pickOf(g, g.literal(k), g.literal(k), sub(k)))
		}
		return "(" + sub(k) + pickOf(g, " IN (", " NOT IN (") + strings.Join(items, ", ") + "))"
	case 7:
		return "(" + sub(k) + pickOf(g, " BETWEEN ", " NOT BETWEEN ") + sub(k) + " AND " + sub(k) + ")"
	case 8:
		return "(" + sub(str) + pickOf(g, " LIKE ", " NOT LIKE ") + pickOf(g, "'a%'", "'%b'", "'%c%'", "'_'", "'a_c%'", "''", "'%'") + ")"
	case 9:
		return "(" + sub(k) + pickOf(g, " IS DISTINCT FROM ", " IS NOT DISTINCT FROM ") + sub(k) + ")"
	}
	if g.queryless {
		return g.literal(boolean)
	}
	return g.subqueryPredicate(cols, k, depth)
}

func (g *generator) subqueryPredicate(cols []column, k kind, depth int) string {
	from, inner := g.from(cols, min(depth-1, 1))
	outer := cols
	if g.chance(30) {
		outer = nil
	}
	where := g.where(inner, outer, depth-1)
	if g.chance(40) {
		return "(" + pickOf(g, "EXISTS", "NOT EXISTS") + " (SELECT " + pickOf(g, "1", inner[0].sql) + from + where + "))"
	}
	item := g.expr(inner, k, 0)
	return "(" + g.expr(cols, k, 0) + pickOf(g, " IN ", " NOT IN ") + "(SELECT " + item + from + where + "))"
}

func (g *generator) literal(k kind) string {
	if g.chance(6) {
		return "CAST(NULL AS " + kindTypes[k].SQL() + ")"
	}
	switch k {
	case integer:
		return fmt.Sprint(g.IntN(7) - 2)
	case bigint:
		return fmt.Sprintf("%dL", g.IntN(7)-2)
	case double:
		return pickOf(g, "0.5D", "1D", "-1D", "2.25D", "0D", "-0.0D", "double('NaN')")
	case decimal:
		return "CAST(" + pickOf(g, "0.50", "1.00", "-0.50", "2.00", "9999999.99") + " AS DECIMAL(9,2))"
	case wide:
		return "CAST(" + pickOf(g, "0.50", "1.00", "-0.50", "2.00") + " AS DECIMAL(38,2))"
	case str:
		return "'" + pickOf(g, strs...) + "'"
	case boolean:
		return pickOf(g, "true", "false")
	case timestamp:
		return fmt.Sprintf("TIMESTAMP'2022-01-%02d %02d:00:00'", 5+g.IntN(9), g.IntN(24))
	case span:
		return fmt.Sprintf("INTERVAL '%d %02d:30:00' DAY TO SECOND", g.IntN(3), g.IntN(24))
	case list:
		return pickOf(g, "array(1, 2)", "array(0, CAST(NULL AS INT))", "CAST(array() AS ARRAY<INT>)", "sequence(1, 3)")
	case words:
		return pickOf(g, "array('a', 'b')", "array('ab', CAST(NULL AS STRING))", "CAST(array() AS ARRAY<STRING>)")
	case pair:
		return fmt.Sprintf("named_struct('a', %d, 'b', '%s')", g.IntN(4), pickOf(g, strs...))
	}
	return fmt.Sprintf("DATE'2022-01-%02d'", 5+g.IntN(9))
}
