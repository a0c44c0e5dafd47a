package catalog

import (
	"strings"

	"github.com/sparrow-engine/sparrow/types"
)

// QuoteName joins the parts of a name in back-ticks.
func QuoteName(parts []string) string {
	q := make([]string, len(parts))
	for i, p := range parts {
		q[i] = types.Quote(p)
	}
	return strings.Join(q, ".")
}

// QuoteList joins names in back-ticks by commas.
func QuoteList(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = types.Quote(n)
	}
	return strings.Join(q, ", ")
}
