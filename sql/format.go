package sql

import (
	"sort"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// Format prints an unresolved plan as SQL. Parsing the text gives an equal plan, but for places and the numbers of positional parameters
// where a construct that the parser writes out (CLUSTER BY in a window, LIKE ANY) had copied them. Nodes that only DataFrame calls make
// have no SQL; they print as their Go type in angle brackets.
func Format(p logical.Plan) string {
	var w writer
	w.statement(p)
	return w.String()
}

// FormatExpr prints an unresolved expression as SQL that ParseExpr reads back.
func FormatExpr(e expr.Expr) string {
	var w writer
	w.expr(e)
	return w.String()
}

// writer collects SQL text.
type writer struct{ strings.Builder }

func (w *writer) put(parts ...string) {
	for _, s := range parts {
		w.WriteString(s)
	}
}

// option writes text if the condition holds.
func (w *writer) option(ok bool, text string) {
	if ok {
		w.WriteString(text)
	}
}

// quoteName puts back-ticks around a name that would not read back as itself: keywords, and what is not letters, digits and underscores.
func quoteName(s string) string {
	if s == "" || !isLetter(s[0]) || lookupKeyword(s) != tokWord {
		return types.Quote(s)
	}
	for i := range len(s) {
		if !isLetter(s[i]) && !isDigit(s[i]) {
			return types.Quote(s)
		}
	}
	return s
}

func (w *writer) name(parts []string) {
	for i, s := range parts {
		w.option(i > 0, ".")
		w.put(quoteName(s))
	}
}

// names writes (a, b).
func (w *writer) names(list []string) {
	w.put("(")
	for i, s := range list {
		w.option(i > 0, ", ")
		w.put(quoteName(s))
	}
	w.put(")")
}

func (w *writer) exprs(list []expr.Expr) {
	for i, e := range list {
		w.option(i > 0, ", ")
		w.expr(e)
	}
}

func (w *writer) text(s string) { writeString(&w.Builder, s) }

func (w *writer) int(n int64) { w.put(strconv.FormatInt(n, 10)) }

// properties writes ('k' = 'v') in the order of the keys.
func (w *writer) properties(m map[string]string) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	w.put("(")
	for i, k := range keys {
		w.option(i > 0, ", ")
		w.text(k)
		w.put(" = ")
		w.text(m[k])
	}
	w.put(")")
}

// dataType writes a type as DDL.
func (w *writer) dataType(t types.Type) {
	switch t.Kind {
	case types.Array:
		w.put("ARRAY<")
		w.dataType(t.Elem())
		w.put(">")
	case types.Map:
		w.put("MAP<")
		w.dataType(t.Key())
		w.put(", ")
		w.dataType(t.Elem())
		w.put(">")
	case types.Struct:
		w.put("STRUCT<")
		w.fields(t.Fields(), ": ")
		w.put(">")
	default:
		w.put(t.SQL())
	}
}

func (w *writer) fields(fields []types.Field, sep string) {
	for i, f := range fields {
		w.option(i > 0, ", ")
		w.put(quoteName(f.Name), sep)
		w.dataType(f.Type)
		w.option(!f.Nullable, " NOT NULL")
		if f.Comment != "" {
			w.put(" COMMENT ")
			w.text(f.Comment)
		}
	}
}
