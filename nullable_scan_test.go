package sparrow

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFewRowsOfNullableColumns: of a page with nulls only the values of the rows that a filter left are read, from where they lie side by side.
func TestFewRowsOfNullableColumns(t *testing.T) {
	const rows = 30000
	for _, nulls := range []string{"id % 25 = 3", "id % 2 = 0", "id % 50 > 0", "id DIV 700 % 2 = 0", "id % 5000 = 1"} {
		for values, dictionary := range map[string]bool{"id % 100": true, "id * 7919 % 30011": false} {
			source := fmt.Sprintf("SELECT id, CAST(IF(%[1]s, NULL, %[2]s) AS INT) AS i, IF(%[1]s, NULL, %[2]s) AS l, CAST(IF(%[1]s, NULL, %[2]s) AS DOUBLE) AS d, "+
				"CAST(IF(%[1]s, NULL, %[2]s) AS DECIMAL(12, 2)) AS n, CAST(IF(%[1]s, NULL, %[2]s) AS DECIMAL(30, 2)) AS w, IF(%[1]s, NULL, concat('some text ', %[2]s)) AS s, "+
				"CAST(IF(%[1]s, NULL, %[2]s %% 100) AS TINYINT) AS t, CAST(IF(%[1]s, NULL, %[2]s) AS SMALLINT) AS h, IF(%[1]s, NULL, DATE'2000-01-01' + CAST(%[2]s AS INT)) AS dt, "+
				"IF(%[1]s, NULL, %[2]s %% 3 = 0) AS b, IF(%[1]s, NULL, named_struct('x', %[2]s, 'y', IF(id %% 7 = 1, NULL, id))) AS st FROM range(%[3]d)", nulls, values, rows)
			file := filepath.Join(t.TempDir(), "f.parquet")
			s := newTestSession(t)
			rowsOf(t, mustSQL(t, s, fmt.Sprintf("INSERT OVERWRITE DIRECTORY '%s' USING parquet OPTIONS ('parquet.block.row.count.limit' '11000', 'parquet.page.row.count.limit' '3000', "+
				"'parquet.enable.dictionary' '%t') %s", file, dictionary, source)))
			mustSQL(t, s, "CREATE TEMP VIEW direct AS "+source)
			mustSQL(t, s, "CREATE TEMP VIEW filed AS SELECT * FROM parquet.`"+file+"`")
			for _, condition := range []string{"id % 37 = 5", "id % 3 = 0", "id IN (3, 4095, 4096, 4097, 8191, 11000, 29999)", "id BETWEEN 8000 AND 8100", "i = 28 AND id % 3 = 1", "l > 98 AND d < 100", "id < 0"} {
				require.Equal(t, sortedText(t, s, "SELECT * FROM direct WHERE "+condition), sortedText(t, s, "SELECT * FROM filed WHERE "+condition), "%s, %s of %s", condition, nulls, values)
			}
		}
	}
}
