// Package sparrow is an embedded SQL and DataFrame engine: Spark SQL's planning on Arrow's memory, in pure Go.
//
// A Session holds settings, views, tables and functions. Session.SQL runs a statement; a query becomes a DataFrame, as do files (Session.Read),
// Go values (Session.CreateDataFrame) and Arrow records (Session.FromRecords). A DataFrame is a plan: its methods, named as Spark's, derive others, and
// Rows, Records, Collect, CollectAs, Count, Show and Write run it.
//
//	s, err := sparrow.NewSession()
//	orders, err := s.Read().Parquet(ctx, "orders/*.parquet")
//	totals := orders.GroupBy(sparrow.Col("customer")).Agg(f.Sum(sparrow.Col("price")).As("total")).OrderBy(sparrow.Col("total").Desc())
//	for row, err := range totals.Rows(ctx) { … }
//
// Columns are expressions: Col, Lit, Expr, Call, and package f, which has a Go function for each built-in one. Functions of Go join in by UDF and
// Session.RegisterFunc.
//
// Everything that may wait takes a context and ends soon after it. Sessions and DataFrames may be used from many goroutines. Errors are *Error, with
// Spark's name of the condition, SQLSTATE, and the place in the text. Package driver serves database/sql.
package sparrow
