package fuzz

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// column is an expression that a query may read.
type column struct {
	sql  string
	kind kind
}

// generator writes random queries.
type generator struct {
	*rand.Rand
	names int
	// fallible allows operations that may fail.
	fallible bool
	// queryless forbids subqueries.
	queryless bool
	ctes      []cte
}

type cte struct {
	name string
	cols []column
}

func (g *generator) name(prefix string) string {
	g.names++
	return fmt.Sprintf("%s%d", prefix, g.names)
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pickOf[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

// Query returns the text of a query and whether its order is total.
func Query(r *rand.Rand) (text string, ordered bool) {
	g := &generator{Rand: r, fallible: r.IntN(4) == 0}
	var with []string
	if g.chance(20) {
		for range 1 + g.IntN(2) {
			name := g.name("c")
			q, cols := g.block(nil, 1)
			with = append(with, name+" AS ("+q+")")
			g.ctes = append(g.ctes, cte{name, cols})
		}
	}
	q, cols := g.body(nil, 2)
	if len(with) > 0 {
		q = "WITH " + strings.Join(with, ", ") + " " + q
	}
	if g.chance(40) {
		return q + g.orderAndLimit(len(cols)), true
	}
	return q, false
}

// orderAndLimit orders by all columns, so that the rows of a limit are certain.
func (g *generator) orderAndLimit(n int) string {
	var keys []string
	for _, i := range g.Perm(n) {
		keys = append(keys, fmt.Sprintf("%d%s%s", i+1, pickOf(g, "", " DESC"), pickOf(g, "", " NULLS FIRST", " NULLS LAST")))
	}
	out := " ORDER BY " + strings.Join(keys, ", ")
	if g.chance(60) {
		out += fmt.Sprintf(" LIMIT %d", pickOf(g, 0, 1, 3, 10))
	}
	if g.chance(30) {
		out += fmt.Sprintf(" OFFSET %d", g.IntN(5))
	}
	return out
}

// body is a block or a set operation of blocks.
func (g *generator) body(outer []column, depth int) (string, []column) {
	if depth > 0 && g.chance(15) {
		return g.setOperation(outer, depth-1)
	}
	return g.block(outer, depth)
}

func (g *generator) setOperation(outer []column, depth int) (string, []column) {
	ks := g.kinds(1 + g.IntN(3))
	var names []string
	for range ks {
		names = append(names, g.name("u"))
	}
	side := func() string {
		from, cols := g.from(nil, depth)
		var list []string
		for i, k := range ks {
			list = append(list, g.expr(cols, k, 1)+" AS "+names[i])
		}
		return "SELECT " + strings.Join(list, ", ") + from + g.where(cols, outer, depth)
	}
	op := pickOf(g, "UNION ALL", "UNION ALL", "UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL")
	text := "(" + side() + ") " + op + " (" + side() + ")"
	var out []column
	for i, k := range ks {
		out = append(out, column{names[i], k})
	}
	return "SELECT * FROM (" + text + ")", out
}

func (g *generator) kinds(n int) []kind {
	var out []kind
	for range n {
		out = append(out, g.kind())
	}
	return out
}

func (g *generator) kind() kind {
	if g.chance(70) {
		return pickOf(g, basic...)
	}
	return kind(g.IntN(int(kinds)))
}

// comparable leaves out maps, which are no keys.
func comparable(cols []column) []column {
	return slices.DeleteFunc(slices.Clone(cols), func(c column) bool { return c.kind == dict })
}

// block is a SELECT; its columns have names without qualifier. outer are the columns around a correlated subquery.
func (g *generator) block(outer []column, depth int) (string, []column) {
	switch {
	case g.chance(40):
		return g.grouped(outer, depth)
	case g.chance(20):
		return g.windowed(outer, depth)
	}
	from, cols := g.from(outer, depth)
	list, out := g.list(append(cols[:len(cols):len(cols)], outerPart(g, outer)...), 1+g.IntN(4), depth)
	return "SELECT " + pickOf(g, "", "", "", "DISTINCT ") + list + from + g.where(cols, outer, depth), out
}

func outerPart(g *generator, outer []column) []column {
	if len(outer) == 0 || !g.chance(30) {
		return nil
	}
	return outer[:1+g.IntN(len(outer))]
}

func (g *generator) list(cols []column, n, depth int) (string, []column) {
	var items []string
	var out []column
	for _, k := range g.kinds(n) {
		name := g.name("x")
		e := g.expr(cols, k, depth)
		items = append(items, e+" AS "+name)
		out = append(out, column{name, k})
	}
	return strings.Join(items, ", "), out
}

// from makes a FROM clause of one to three relations.
func (g *generator) from(outer []column, depth int) (string, []column) {
	text, cols := g.relation(depth)
	n := pickOf(g, 0, 0, 1, 1, 2)
	if len(outer) > 0 {
		n = pickOf(g, 0, 0, 0, 1)
	}
	for range n {
		right, rcols := g.relation(depth)
		kind := pickOf(g, "JOIN", "JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN", "CROSS JOIN")
		both := append(cols[:len(cols):len(cols)], rcols...)
		text += " " + kind + " " + right
		if kind != "CROSS JOIN" {
			text += " ON " + g.joinCondition(cols, rcols, both)
		}
		if strings.HasPrefix(kind, "LEFT SEMI") || strings.HasPrefix(kind, "LEFT ANTI") {
			continue
		}
		cols = both
	}
	if depth > 0 && g.chance(12) {
		return g.lateral(text, cols, depth)
	}
	return " FROM " + text, cols
}

// lateral adds what is computed for every row: the entries of an array or a map, or a query.
func (g *generator) lateral(text string, cols []column, depth int) (string, []column) {
	t := g.name("r")
	x, y := g.name("e"), g.name("e")
	made := func(ks ...kind) []column {
		out := cols[:len(cols):len(cols)]
		for i, k := range ks {
			out = append(out, column{t + "." + []string{x, y}[i], k})
		}
		return out
	}
	was := g.queryless
	g.queryless = true
	array := g.expr(cols, list, 1)
	g.queryless = was
	switch g.IntN(5) {
	case 0:
		return " FROM " + text + " LATERAL VIEW " + pickOf(g, "", "OUTER ") + "explode(" + array + ") " + t + " AS " + x, made(integer)
	case 1:
		return " FROM " + text + " LATERAL VIEW " + pickOf(g, "", "OUTER ") + "posexplode(" + array + ") " + t + " AS " + x + ", " + y, made(integer, integer)
	case 2:
		if maps := only(cols, dict); len(maps) > 0 {
			return " FROM " + text + " LATERAL VIEW " + pickOf(g, "", "OUTER ") + "explode(" + pickOf(g, maps...).sql + ") " + t + " AS " + x + ", " + y, made(str, integer)
		}
	case 3:
		return " FROM " + text + ", LATERAL explode(" + array + ") AS " + t + "(" + x + ")", made(integer)
	}
	inner := g.name("r")
	k := g.kind()
	rows := base(inner)
	query := "SELECT " + g.expr(rows, k, 0) + " AS " + x + " FROM " + pickOf(g, tableNames...) + " AS " + inner + g.where(rows, cols, 0)
	if g.chance(40) {
		query = "SELECT " + pickOf(g, "min", "max") + "(" + g.expr(rows, k, 0) + ") AS " + x + " FROM " + pickOf(g, tableNames...) + " AS " + inner + g.where(rows, cols, 0)
	}
	return " FROM " + text + pickOf(g, ", LATERAL ("+query+") AS "+t, " LEFT JOIN LATERAL ("+query+") AS "+t+" ON true"), made(k)
}

func (g *generator) relation(depth int) (string, []column) {
	alias := g.name("r")
	qualify := func(cols []column) []column {
		var out []column
		for _, c := range cols {
			out = append(out, column{alias + "." + c.sql, c.kind})
		}
		return out
	}
	switch {
	case len(g.ctes) > 0 && g.chance(50):
		c := pickOf(g, g.ctes...)
		return c.name + " AS " + alias, qualify(c.cols)
	case depth > 0 && g.chance(20):
		q, cols := g.body(nil, depth-1)
		if g.chance(15) {
			q += g.orderAndLimit(len(cols))
		}
		return "(" + q + ") AS " + alias, qualify(cols)
	}
	return pickOf(g, tableNames...) + " AS " + alias, base(alias)
}

func (g *generator) joinCondition(l, r, both []column) string {
	var parts []string
	for range 1 + g.IntN(2) {
		k := pickOf(g, integer, integer, bigint, str, double, decimal, wide, date, boolean, timestamp, span, list, words, pair)
		if a, b := only(l, k), only(r, k); len(a) > 0 && len(b) > 0 {
			parts = append(parts, pickOf(g, a...).sql+pickOf(g, " = ", " = ", " = ", " <=> ")+pickOf(g, b...).sql)
		}
	}
	if len(parts) == 0 || g.chance(20) {
		parts = append(parts, g.expr(both, boolean, 1))
	}
	return strings.Join(parts, " AND ")
}

func only(cols []column, k kind) []column {
	var out []column
	for _, c := range cols {
		if c.kind == k {
			out = append(out, c)
		}
	}
	return out
}

func (g *generator) where(cols, outer []column, depth int) string {
	var parts []string
	if len(outer) > 0 && g.chance(85) {
		for range 1 + g.IntN(2) {
			o := pickOf(g, comparable(outer)...)
			if same := only(cols, o.kind); len(same) > 0 {
				parts = append(parts, pickOf(g, same...).sql+pickOf(g, " = ", " = ", " = ", " <=> ", " < ", " >= ", " <> ")+o.sql)
			}
		}
	}
	for g.chance(45) {
		parts = append(parts, g.expr(cols, boolean, depth))
	}
	if len(parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(parts, " AND ")
}

// grouped is a block with aggregates.
func (g *generator) grouped(outer []column, depth int) (string, []column) {
	from, cols := g.from(outer, depth)
	where := g.where(cols, outer, depth)
	var keys, items []string
	var out []column
	for range pickOf(g, 0, 1, 1, 2, 3) {
		c := pickOf(g, comparable(cols)...)
		key := c.sql
		if g.chance(30) {
			key = g.expr(cols, c.kind, 1)
		}
		if !strings.Contains(key, "r") || strings.Contains(key, "SELECT") { // a constant may not be a key, nor a subquery
			key = c.sql
		}
		name := g.name("k")
		keys = append(keys, key)
		items = append(items, key+" AS "+name)
		out = append(out, column{name, c.kind})
	}
	for range 1 + g.IntN(3) {
		text, k := g.aggregate(cols)
		name := g.name("a")
		items = append(items, text+" AS "+name)
		out = append(out, column{name, k})
	}
	group := ""
	if len(keys) > 0 {
		list := strings.Join(keys, ", ")
		group = " GROUP BY " + pickOf(g, list, list, list, list, "ROLLUP ("+list+")", "CUBE ("+list+")", "GROUPING SETS (("+list+"), ())", "GROUPING SETS (("+keys[0]+"), ("+list+"))")
		if strings.Contains(group, "(") && !strings.HasPrefix(group, " GROUP BY "+list) && g.chance(50) {
			name := g.name("a")
			items = append(items, pickOf(g, "grouping_id()", "CAST(grouping("+keys[0]+") AS BIGINT)")+" AS "+name)
			out = append(out, column{name, bigint})
		}
	}
	having := ""
	if g.chance(25) {
		text, k := g.aggregate(cols)
		having = " HAVING " + pickOf(g, text+" IS NOT NULL", "count(*) > 1", text+" >= "+g.literal(k))
	}
	return "SELECT " + strings.Join(items, ", ") + from + where + group + having, out
}

func (g *generator) aggregate(cols []column) (string, kind) {
	filter := ""
	if g.chance(20) {
		filter = " FILTER (WHERE " + g.expr(cols, boolean, 1) + ")"
	}
	distinct := pickOf(g, "", "", "", "DISTINCT ")
	k := g.kind()
	arg := g.expr(cols, k, 1)
	switch g.IntN(7) {
	case 0:
		return "count(*)" + filter, bigint
	case 1:
		return "count(" + distinct + arg + ")" + filter, bigint
	case 2:
		return pickOf(g, "min", "max") + "(" + distinct + arg + ")" + filter, k
	case 3:
		if g.chance(50) {
			return pickOf(g, "bool_and", "bool_or") + "(" + g.expr(cols, boolean, 1) + ")" + filter, boolean
		}
		return "count_if(" + g.expr(cols, boolean, 1) + ")" + filter, bigint
	}
	if g.chance(20) {
		return g.collect(cols, distinct, filter)
	}
	// Sums of expressions may overflow; sums of columns only with the rare values at the limit.
	c := column{"1", integer}
	if summable := only(cols, pickOf(g, integer, double, decimal, bigint)); len(summable) > 0 {
		c = pickOf(g, summable...)
	}
	switch {
	case c.kind == double:
		return pickOf(g, "sum", "avg") + "(" + distinct + c.sql + ")" + filter, double
	case c.kind == decimal && g.chance(50):
		return "CAST(sum(" + distinct + c.sql + ")" + filter + " AS DECIMAL(38,2))", wide
	case c.kind == integer && g.chance(50):
		return "sum(" + distinct + c.sql + ")" + filter, bigint
	}
	return "CAST(avg(" + distinct + c.sql + ")" + filter + " AS DOUBLE)", double
}

// collect writes an aggregate that gathers values, in an order of its own.
func (g *generator) collect(cols []column, distinct, filter string) (string, kind) {
	k := pickOf(g, integer, integer, str)
	arg := g.expr(cols, k, 1)
	switch g.IntN(4) {
	case 0:
		return "listagg(" + distinct + "CAST(" + arg + " AS STRING), ',') WITHIN GROUP (ORDER BY CAST(" + arg + " AS STRING)" + pickOf(g, "", " DESC") + ")" + filter, str
	case 1:
		return pickOf(g, "bit_and", "bit_or", "bit_xor") + "(" + g.expr(cols, integer, 1) + ")" + filter, integer
	}
	return "sort_array(" + pickOf(g, "collect_list("+distinct, "collect_set(", "array_agg("+distinct) + arg + ")" + filter + ")", map[kind]kind{integer: list, str: words}[k]
}

// windowed is a block with window functions over one table, whose id makes orders total.
func (g *generator) windowed(outer []column, depth int) (string, []column) {
	alias := g.name("r")
	cols := base(alias)
	id := cols[0].sql
	list, out := g.list(cols, 1+g.IntN(2), 1)
	items := []string{id + " AS " + g.name("x"), list}
	out = append([]column{{strings.TrimPrefix(items[0], id+" AS "), integer}}, out...)
	for range 1 + g.IntN(2) {
		text, k := g.window(cols, id)
		name := g.name("w")
		items = append(items, text+" AS "+name)
		out = append(out, column{name, k})
	}
	text := "SELECT " + strings.Join(items, ", ") + " FROM " + pickOf(g, tableNames...) + " AS " + alias + g.where(cols, outer, min(depth, 1))
	if g.chance(15) {
		text += " QUALIFY row_number() OVER (PARTITION BY " + pickOf(g, comparable(cols)...).sql + " ORDER BY " + id + pickOf(g, "", " DESC") + ") <= 2"
	}
	return text, out
}

func (g *generator) window(cols []column, id string) (string, kind) {
	part := ""
	if g.chance(60) {
		part = "PARTITION BY " + pickOf(g, comparable(cols)...).sql + " "
	}
	by := pickOf(g, comparable(cols)...).sql + pickOf(g, "", " DESC") + pickOf(g, "", " NULLS FIRST", " NULLS LAST")
	total := part + "ORDER BY " + by + ", " + id
	c := pickOf(g, comparable(cols)...)
	switch g.IntN(9) {
	case 7:
		frame := fmt.Sprintf("ROWS BETWEEN %s AND %s", pickOf(g, "UNBOUNDED PRECEDING", "1 PRECEDING"), pickOf(g, "CURRENT ROW", "1 FOLLOWING"))
		return "collect_list(" + cols[1].sql + ") OVER (" + total + " " + frame + ")", list
	case 8:
		frame := pickOf(g, "RANGE BETWEEN INTERVAL '2' DAY PRECEDING AND CURRENT ROW", "RANGE BETWEEN CURRENT ROW AND INTERVAL '1' DAY FOLLOWING")
		return pickOf(g, "count(*)", "count("+c.sql+")", "sum("+cols[1].sql+")") + " OVER (" + part + "ORDER BY " + pickOf(g, only(cols, timestamp)[0].sql, only(cols, date)[0].sql) + " " + frame + ")", bigint
	case 0:
		return pickOf(g, "rank()", "dense_rank()") + " OVER (" + part + "ORDER BY " + by + ")", integer
	case 1:
		return pickOf(g, "row_number()", "ntile(3)") + " OVER (" + total + ")", integer
	case 2:
		return pickOf(g, "lag(", "lead(") + c.sql + pickOf(g, "", ", 2", ", 0") + ") " + pickOf(g, "", "", "IGNORE NULLS ") + "OVER (" + total + ")", c.kind
	case 3:
		return pickOf(g, "percent_rank()", "cume_dist()") + " OVER (" + part + "ORDER BY " + by + ")", double
	case 4:
		frame := fmt.Sprintf("ROWS BETWEEN %s AND %s", pickOf(g, "UNBOUNDED PRECEDING", "2 PRECEDING", "1 PRECEDING", "CURRENT ROW"),
			pickOf(g, "CURRENT ROW", "1 FOLLOWING", "3 FOLLOWING", "UNBOUNDED FOLLOWING"))
		text := pickOf(g, "first_value("+c.sql+")", "last_value("+c.sql+")", "min("+c.sql+")", "max("+c.sql+")", "nth_value("+c.sql+", 2)")
		return text + " OVER (" + total + " " + frame + ")", c.kind
	case 5:
		frame := fmt.Sprintf("RANGE BETWEEN %s AND %s", pickOf(g, "UNBOUNDED PRECEDING", "2 PRECEDING", "CURRENT ROW"), pickOf(g, "CURRENT ROW", "1 FOLLOWING", "UNBOUNDED FOLLOWING"))
		return pickOf(g, "count("+c.sql+")", "count(*)") + " OVER (" + part + "ORDER BY " + cols[1].sql + pickOf(g, "", " DESC") + " " + frame + ")", bigint
	}
	return pickOf(g, "sum("+cols[1].sql+")", "count("+c.sql+")") + " OVER (" + strings.TrimSpace(pickOf(g, part, part+"ORDER BY "+by)) + ")", bigint
}
