package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// answer is what an engine says to one query: a result, or a condition and its message.
type answer struct {
	Cols    []string    `json:"cols"`
	Types   []string    `json:"types"`
	Rows    [][]*string `json:"rows"`
	Seconds float64     `json:"seconds"`
	Version string      `json:"version"`
	Err     string      `json:"err"`
	Message string      `json:"message"`
}

// relative is how far apart two floating-point cells may be, as a part of the larger: sums depend on the order of their terms.
const relative = 1e-9

// quotientScale is the least scale that a division of decimals gives in Spark's rules, as long as it has room.
const quotientScale = 6

// rule says when two cells of a column are equal.
type rule struct {
	exact bool    // by their text
	unit  float64 // how far apart numbers may be besides what relative allows: a unit of the last digit of the coarser scale
}

// ruleOf returns the rule for a column that has a type in each engine. Cells of equal types are compared as text unless they are floating-point
// numbers or may be quotients. An average of decimals is a double in one engine and a decimal in another, with another scale or cut instead
// of rounded: one unit of the coarser scale is allowed between such types, and between decimals of quotientScale or more.
func ruleOf(a, b string) rule {
	af, as := numberOf(a)
	bf, bs := numberOf(b)
	if as < 0 || bs < 0 || !af && !bf && as == bs && as < quotientScale {
		return rule{exact: true}
	}
	scale := min(as, bs)
	switch {
	case af && bf:
		return rule{}
	case af:
		scale = bs
	case bf:
		scale = as
	}
	if scale == 0 {
		return rule{} // whole numbers are exact in each type
	}
	return rule{unit: math.Pow10(-scale)}
}

// numberOf returns if a type, by Sparrow's or Arrow's name, is floating-point, and its scale; -1 if it is not a number.
func numberOf(t string) (float bool, scale int) {
	switch name, args, _ := strings.Cut(strings.ToLower(t), "("); {
	case strings.HasPrefix(name, "decimal"):
		_, s, _ := strings.Cut(strings.TrimSuffix(args, ")"), ",")
		scale, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return false, -1
		}
		return false, max(scale, 0)
	case name == "double" || name == "float" || name == "halffloat":
		return true, 0
	case slices.Contains(integers, name):
		return false, 0
	}
	return false, -1
}

var integers = []string{"tinyint", "smallint", "int", "bigint", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"}

// difference says how the second answer differs from the first, "" if it does not. Rows are compared as multisets: the order of rows that
// tie, or of a query without ORDER BY, is the engine's choice. Names of columns are not compared.
func difference(a, b *answer) string {
	if len(a.Types) != len(b.Types) {
		return fmt.Sprintf("%d columns instead of %d", len(b.Types), len(a.Types))
	}
	if len(a.Rows) != len(b.Rows) {
		return fmt.Sprintf("%d rows instead of %d", len(b.Rows), len(a.Rows))
	}
	rules := make([]rule, len(a.Types))
	for i := range rules {
		rules[i] = ruleOf(a.Types[i], b.Types[i])
	}
	left, right := group(a.Rows, rules), group(b.Rows, rules)
	for _, key := range left.keys {
		if d := match(left.rows[key], right.rows[key], rules); d != "" {
			return d
		}
	}
	return "" // as many rows, and each of the first answer's has its partner
}

// groups are rows by the text of their exact cells.
type groups struct {
	keys []string // in the order of the rows
	rows map[string][][]*string
}

func group(rows [][]*string, rules []rule) groups {
	g := groups{rows: make(map[string][][]*string)}
	var key []byte
	for _, row := range rows {
		key = key[:0]
		for i, c := range row {
			switch {
			case !rules[i].exact:
			case c == nil:
				key = append(key, 'n')
			default:
				t := normal(*c)
				key = append(strconv.AppendInt(append(key, 't'), int64(len(t)), 10), ':')
				key = append(key, t...)
			}
		}
		k := string(key)
		if g.rows[k] == nil {
			g.keys = append(g.keys, k)
		}
		g.rows[k] = append(g.rows[k], row)
	}
	return g
}

// normal is a cell's text without what engines add to it: a date is a timestamp of midnight in some.
func normal(s string) string { return strings.TrimSuffix(s, " 00:00:00") }

// match pairs rows whose exact cells are equal. Each takes the first free partner from its own place on, so that rows in one order need one
// look each.
func match(a, b [][]*string, rules []rule) string {
	used := make([]bool, len(b))
	for i, row := range a {
		found := false
		for k := range b {
			if at := (i + k) % len(b); !used[at] && near(row, b[at], rules) {
				used[at], found = true, true
				break
			}
		}
		if !found {
			return "no row like " + show(row)
		}
	}
	return ""
}

func near(a, b []*string, rules []rule) bool {
	for i, r := range rules {
		if !r.exact && !nearCell(a[i], b[i], r) {
			return false
		}
	}
	return true
}

func nearCell(a, b *string, r rule) bool {
	if a == nil || b == nil {
		return a == b
	}
	if *a == *b {
		return true
	}
	x, err1 := strconv.ParseFloat(*a, 64)
	y, err2 := strconv.ParseFloat(*b, 64)
	if err1 != nil || err2 != nil {
		return false
	}
	if math.IsNaN(x) || math.IsNaN(y) || math.IsInf(x, 0) || math.IsInf(y, 0) {
		return x == y || math.IsNaN(x) && math.IsNaN(y)
	}
	// The unit itself is not exact in binary.
	return math.Abs(x-y) <= max(relative*max(math.Abs(x), math.Abs(y)), r.unit*1.001)
}

func show(row []*string) string {
	cells := make([]string, len(row))
	for i, c := range row {
		if cells[i] = "NULL"; c != nil {
			cells[i] = *c
		}
	}
	return strings.Join(cells, "|")
}
