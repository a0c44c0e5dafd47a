package parquet

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/types"
)

// TestReadStructs reads structs in structs, each level and the leaf optional or required, whole and in part, and with pages passed over.
func TestReadStructs(t *testing.T) {
	for mask := range 8 {
		t.Run(fmt.Sprint(mask), func(t *testing.T) {
			opt := func(bit int, name string, of types.Type) types.Field {
				return types.Field{Name: name, Type: of, Nullable: mask>>bit&1 != 0}
			}
			inner := types.StructOf(opt(0, "x", types.IntType), field("y", types.StringType))
			schema := types.Schema{field("id", types.BigIntType), opt(2, "s", types.StructOf(opt(1, "c", inner), field("z", types.BigIntType)))}
			r := rand.New(rand.NewPCG(3, uint64(mask)))
			null := func(bit int, text string) string {
				if mask>>bit&1 != 0 && r.IntN(4) == 0 {
					return "null"
				}
				return text
			}
			rows := make([]string, 2500)
			for i := range rows {
				x := null(0, fmt.Sprint(r.IntN(50)))
				y := []string{"null", `""`, fmt.Sprintf(`"a text that is long enough %d"`, i)}[r.IntN(3)]
				c := null(1, fmt.Sprintf(`{"x": %s, "y": %s}`, x, y))
				rows[i] = fmt.Sprintf(`{"id": %d, "s": %s}`, i, null(2, fmt.Sprintf(`{"c": %s, "z": %d}`, c, i)))
			}
			arrow, batch := records(t, schema, rows)
			for _, o := range []WriteOptions{{PageRows: 100}, {DictionaryBytes: -1, RowGroupRows: 900, PageBytes: 500}} {
				tab := openFiles(t, nil, nil, writeFile(t, o, arrow, batch))
				want := expected(t, batch, tab.schema)
				narrow := []types.Type{tab.schema[1].Type, types.StructOf(), types.StructOf(opt(1, "c", types.StructOf())),
					types.StructOf(opt(1, "c", types.StructOf(opt(0, "x", types.IntType)))), types.StructOf(field("z", types.BigIntType), opt(1, "c", types.StructOf())),
					types.StructOf(opt(1, "c", types.StructOf(field("missing", types.IntType))), field("z", types.BigIntType))}
				for k, part := range narrow {
					for _, from := range []int64{0, 1730, 2499} {
						q := request(tab)
						q.BatchSize, q.Columns[1].T = 70+k, part
						if from > 0 {
							q.Predicates = []datasource.Predicate{{Column: 0, Op: datasource.Ge, Value: from}}
						}
						got, _ := readAll(t, tab, q)
						require.NotEmpty(t, got)
						for _, row := range got {
							require.Equal(t, pick(want[row[0].(int64)][1], tab.schema[1].Type, part), row[1], "%s row %d", part, row[0])
						}
					}
				}
			}
		})
	}
}
