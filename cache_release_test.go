package sparrow

import (
	"fmt"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/internal/slab"
)

// TestResultsOutliveTheCache keeps records and rows of a cached table, values and codes, strings and lists, and reads them when the cache is dropped and its
// memory was used for something else.
func TestResultsOutliveTheCache(t *testing.T) {
	s := newTestSession(t)
	const source = "SELECT id, concat('a text that is not short ', id) AS s, concat('one of few kinds ', id % 5) AS k, array(id, -id) AS l, CAST(id AS DECIMAL(30, 2)) AS d FROM range(50000)"
	before := slab.Count().InUse
	rowsOf(t, mustSQL(t, s, "CACHE TABLE c AS "+source))
	require.Greater(t, slab.Count().InUse, before)

	var records []arrow.RecordBatch
	for r, err := range mustSQL(t, s, "SELECT * FROM c WHERE id % 3 > 0").Records(bg) {
		require.NoError(t, err)
		records = append(records, r)
	}
	all, err := mustSQL(t, s, "SELECT * FROM c").Collect(bg)
	require.NoError(t, err)
	rowsOf(t, mustSQL(t, s, "UNCACHE TABLE c"))
	require.Equal(t, before, slab.Count().InUse)
	rowsOf(t, mustSQL(t, s, "SELECT count(*) FROM (SELECT concat('something else, and longer than that ', id) AS x, count(*) AS n FROM range(60000) GROUP BY 1)"))

	at := int64(0)
	for _, r := range records {
		for i := range int(r.NumRows()) {
			for at%3 == 0 {
				at++
			}
			require.Equal(t, fmt.Sprint(at), r.Column(0).ValueStr(i))
			require.Equal(t, fmt.Sprint("a text that is not short ", at), r.Column(1).ValueStr(i))
			require.Equal(t, fmt.Sprint("one of few kinds ", at%5), r.Column(2).ValueStr(i))
			require.Equal(t, fmt.Sprintf("[%d,%d]", at, -at), r.Column(3).ValueStr(i))
			at++
		}
		r.Release()
	}
	require.Len(t, all, 50000)
	for id, r := range all {
		if r.At(1) != fmt.Sprint("a text that is not short ", id) || r.At(2) != fmt.Sprint("one of few kinds ", id%5) {
			require.Fail(t, "a row has changed", "%d: %v %v", id, r.At(1), r.At(2))
		}
	}
}
