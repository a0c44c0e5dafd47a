// Package f has a Go function for every built-in function of Sparrow's SQL, for DataFrames:
//
//	df.GroupBy(f.Col("team")).Agg(f.Sum(f.Col("pay")).As("total"), f.CountDistinct(f.Col("name")))
//
// Arguments are columns; a constant is f.Lit(2). What SQL lets you leave out is a variadic parameter at the end. Methods of sparrow.Column make a
// window function of a call (Over), or change an aggregate (Distinct, Filter, WithinGroup, IgnoreNulls). Operators are methods of sparrow.Column
// too. The functions of SQL text and of the shell are the same ones; sparrow.Call calls them by name.
package f

import "github.com/sparrow-engine/sparrow"

//go:generate go test -run TestGenerated -write .

// Col refers to a column by name; see sparrow.Col.
func Col(name string) sparrow.Column { return sparrow.Col(name) }

// Lit is a constant; see sparrow.Lit.
func Lit(value any) sparrow.Column { return sparrow.Lit(value) }

// Expr is an expression of SQL text.
func Expr(text string) sparrow.Column { return sparrow.Expr(text) }

// When begins a CASE; see sparrow.When.
func When(cond sparrow.Column, value any) sparrow.CaseWhen { return sparrow.When(cond, value) }

// call calls a function with its required and its optional arguments.
func call(name string, args []sparrow.Column, more ...sparrow.Column) sparrow.Column {
	all := make([]any, 0, len(args)+len(more))
	for _, a := range args {
		all = append(all, a)
	}
	for _, a := range more {
		all = append(all, a)
	}
	return sparrow.Call(name, all...)
}
