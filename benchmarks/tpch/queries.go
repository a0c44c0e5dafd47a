package tpch

import (
	"embed"
	"fmt"
)

// Queries is the number of TPC-H queries.
const Queries = 22

// Tables names the eight tables.
var Tables = []string{"region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"}

//go:embed queries/*.sql
var queryFiles embed.FS

// Query returns the text of query n, 1 to 22, with the validation parameters, or "" if there is no such query.
func Query(n int) string {
	text, err := queryFiles.ReadFile(fmt.Sprintf("queries/q%02d.sql", n))
	if err != nil {
		return ""
	}
	return string(text)
}

// orderColumns are the result columns that a query orders by. Rows with equal ones may come in any order.
var orderColumns = [Queries + 1][]int{
	1: {0, 1}, 2: {0, 2, 1, 3}, 3: {1, 2}, 4: {0}, 5: {1}, 7: {0, 1, 2}, 8: {0}, 9: {0, 1}, 10: {2}, 11: {1}, 12: {0}, 13: {1, 0},
	15: {0}, 16: {3, 0, 1, 2}, 18: {4, 3}, 20: {0}, 21: {1, 0}, 22: {0},
}
