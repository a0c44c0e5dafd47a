package fuzz

import "fmt"

// nested writes an expression of a kind that reads from arrays, maps and structs, or "" if there is none of the kind.
func (g *generator) nested(cols []column, k kind, depth int) string {
	sub := func(k kind) string { return g.expr(cols, k, depth-1) }
	item := func(body func(cols []column) string) string { return g.lambda(cols, integer, body) }
	switch k {
	case integer:
		options := []string{"size(" + sub(list) + ")", "get(" + sub(list) + ", " + fmt.Sprint(g.IntN(3)) + ")", "try_element_at(" + sub(list) + ", " + pickOf(g, "1", "-1", "2") + ")",
			sub(pair) + ".a", pickOf(g, "array_min(", "array_max(") + sub(list) + ")", "cardinality(" + sub(words) + ")",
			"aggregate(" + sub(list) + ", " + g.literal(integer) + ", (acc, x) -> try_add(acc, x))"}
		if maps := only(cols, dict); len(maps) > 0 {
			m := pickOf(g, maps...).sql
			options = append(options, m+"["+sub(str)+"]", "try_element_at("+m+", "+g.literal(str)+")", "size("+m+")")
		}
		return pickOf(g, options...)
	case bigint:
		return "array_position(" + sub(list) + ", " + sub(integer) + ")"
	case str:
		return pickOf(g, sub(pair)+".b", "get("+sub(words)+", 0)", "array_join("+sub(words)+", ',')", "concat_ws('-', "+sub(words)+")",
			"array_join(transform("+sub(list)+", "+item(func(c []column) string { return "CAST(" + g.expr(c, integer, 0) + " AS STRING)" })+"), ' ', '?')")
	case boolean:
		options := []string{"array_contains(" + sub(list) + ", " + sub(integer) + ")", "arrays_overlap(" + sub(list) + ", " + sub(list) + ")",
			pickOf(g, "exists(", "forall(") + sub(list) + ", " + item(func(c []column) string { return g.expr(c, boolean, 1) }) + ")",
			"array_contains(" + sub(words) + ", " + sub(str) + ")"}
		if maps := only(cols, dict); len(maps) > 0 {
			options = append(options, "map_contains_key("+pickOf(g, maps...).sql+", "+g.literal(str)+")")
		}
		return pickOf(g, options...)
	case list:
		options := []string{"array(" + sub(integer) + ", " + sub(integer) + ")", "sort_array(" + sub(list) + pickOf(g, "", ", false") + ")", "array_distinct(" + sub(list) + ")",
			"filter(" + sub(list) + ", " + item(func(c []column) string { return g.expr(c, boolean, 1) }) + ")",
			"transform(" + sub(list) + ", " + item(func(c []column) string { return g.expr(c, integer, 1) }) + ")",
			pickOf(g, "array_union(", "array_except(", "array_intersect(", "concat(") + sub(list) + ", " + sub(list) + ")", "reverse(" + sub(list) + ")",
			"slice(" + sub(list) + ", 1, 2)", "array_append(" + sub(list) + ", " + sub(integer) + ")", "array_remove(" + sub(list) + ", " + sub(integer) + ")",
			"array_compact(" + sub(list) + ")", "flatten(array(" + sub(list) + ", " + sub(list) + "))"}
		if maps := only(cols, dict); len(maps) > 0 {
			options = append(options, "map_values("+pickOf(g, maps...).sql+")")
		}
		return pickOf(g, options...)
	case words:
		options := []string{"array(" + sub(str) + ", " + sub(str) + ")", "split(" + sub(str) + ", 'b')", "array_distinct(" + sub(words) + ")",
			"transform(" + sub(words) + ", " + g.lambda(cols, str, func(c []column) string { return g.expr(c, str, 1) }) + ")"}
		if maps := only(cols, dict); len(maps) > 0 {
			options = append(options, "map_keys("+pickOf(g, maps...).sql+")")
		}
		return pickOf(g, options...)
	case pair:
		return "named_struct('a', " + sub(integer) + ", 'b', " + sub(str) + ")"
	}
	return ""
}

// lambda writes a function of one parameter, whose body may not hold a query.
func (g *generator) lambda(cols []column, k kind, body func(cols []column) string) string {
	x := g.name("v")
	was := g.queryless
	g.queryless = true
	defer func() { g.queryless = was }()
	return x + " -> " + body(append([]column{{x, k}, {x, k}, {x, k}}, cols...))
}

// temporal writes an expression of dates, timestamps and intervals that is of a kind, or "" if there is none.
func (g *generator) temporal(cols []column, k kind, depth int) string {
	sub := func(k kind) string { return g.expr(cols, k, depth-1) }
	switch k {
	case integer:
		return pickOf(g, "year(", "month(", "day(", "dayofweek(") + sub(date) + ")"
	case str:
		return pickOf(g, "date_format("+sub(timestamp)+", 'yyyy-MM-dd HH:mm')", "CAST("+sub(timestamp)+" AS STRING)")
	case date:
		return pickOf(g, "CAST("+sub(timestamp)+" AS DATE)", "trunc("+sub(date)+", 'MM')", "last_day("+sub(date)+")", "date_add("+sub(date)+", "+g.literal(integer)+")")
	case timestamp:
		return pickOf(g, "CAST("+sub(date)+" AS TIMESTAMP)", "date_trunc("+pickOf(g, "'MONTH'", "'DAY'", "'HOUR'")+", "+sub(timestamp)+")", "("+sub(timestamp)+" + "+g.literal(span)+")",
			"greatest("+sub(timestamp)+", "+sub(timestamp)+")", "try_cast("+sub(str)+" AS TIMESTAMP)")
	case span:
		return pickOf(g, "("+sub(timestamp)+" - "+sub(timestamp)+")", "(- "+g.literal(span)+")", "least("+sub(span)+", "+sub(span)+")")
	}
	return ""
}
