package sparrow

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
	"unsafe"

	pretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
	sqltext "github.com/sparrow-engine/sparrow/types/text"
)

// Types returns the SQL types of the columns as Spark writes them ("decimal(10,2)", "array<int>"), nil if the query is wrong.
func (df *DataFrame) Types() []string {
	s, err := df.sqlSchema(context.Background())
	if err != nil {
		return nil
	}
	out := make([]string, len(s))
	for i, f := range s {
		out[i] = f.Type.String()
	}
	return out
}

// Cells runs the query and gives its rows as the texts that Spark's shell prints, nil for NULL. A row may be kept; the texts of a batch of rows share their memory,
// which stays as long as one of them.
func (df *DataFrame) Cells(ctx context.Context) iter.Seq2[[]*string, error] {
	return func(yield func([]*string, error) bool) {
		s, err := df.sqlSchema(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		w := cellWriter{schema: s, zone: df.st.env.Zone}
		err = df.run(ctx, func(b *columnar.Batch) error {
			for from := 0; from < b.N; from += cellRows {
				n, width := min(cellRows, b.N-from), len(b.Cols)
				cells := w.cells(b, from, n)
				for i := range n {
					if !yield(cells[i*width:(i+1)*width:(i+1)*width], nil) {
						return errStopped
					}
				}
			}
			return nil
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// cellRows is how many rows become text at a time: what they need stays in the cache.
const cellRows = 512

// cellWriter makes texts of rows.
type cellWriter struct {
	schema types.Schema
	zone   *time.Location
	ends   []int // of the texts, column by column
	size   int   // of the block before, up to mostRoom
}

// mostRoom bounds what is reserved for texts that are expected to be as long as those before: one long string must not make every block as large.
const mostRoom = 64 << 10

// cells returns the texts of n rows of a batch row by row. They share one piece of memory, which is written column by column.
func (w *cellWriter) cells(b *columnar.Batch, from, n int) []*string {
	width := len(b.Cols)
	all := make([]byte, 0, w.size)
	w.ends = w.ends[:0]
	for j, c := range b.Cols {
		all = w.column(all, c, from, n, w.schema[j].Type)
	}
	w.size = min(len(all), mostRoom)
	text, texts, cells := unsafe.String(unsafe.SliceData(all), len(all)), make([]string, len(w.ends)), make([]*string, len(w.ends))
	begin := 0
	for j, c := range b.Cols {
		nulls := c.MayHaveNulls()
		for i := range n {
			at, end := i*width+j, w.ends[j*n+i]
			if !nulls || !c.IsNull(from+i) {
				texts[at] = text[begin:end]
				cells[at] = &texts[at]
			}
			begin = end
		}
	}
	return cells
}

// column appends the texts of n values of a column, and where each of them ends.
func (w *cellWriter) column(dst []byte, v *columnar.Vector, from, n int, t types.Type) []byte {
	if t.Kind == types.String && !v.MayHaveNulls() {
		b := v.Base()
		views := columnar.Values[columnar.View](b)
		for i := from; i < from+n; i++ {
			dst = append(dst, views[v.At(i)].Bytes(b.Buffers)...)
			w.ends = append(w.ends, len(dst))
		}
		return dst
	}
	for i := from; i < from+n; i++ {
		if !v.IsNull(i) {
			dst = appendCell(dst, v, i, t, w.zone)
		}
		w.ends = append(w.ends, len(dst))
	}
	return dst
}

// appendCell appends what text.Hive returns of a value that is not null. Types that most results have do without a Go value.
func appendCell(dst []byte, v *columnar.Vector, i int, t types.Type, zone *time.Location) []byte {
	b, k := v.Base(), v.At(i)
	switch t.Kind {
	case types.String:
		return append(dst, b.Bytes(k)...)
	case types.Int, types.Date:
		return sqltext.AppendInt32(dst, columnar.Values[int32](b)[k], t)
	case types.BigInt, types.Timestamp, types.TimestampNTZ, types.Time:
		return sqltext.AppendInt64(dst, columnar.Values[int64](b)[k], t, zone)
	case types.Double:
		return sqltext.AppendFloat(dst, columnar.Values[float64](b)[k], 64)
	case types.Decimal:
		x := types.Int128{}
		if b.Width == columnar.W64 {
			x = types.Int128Of(columnar.Values[int64](b)[k])
		} else {
			x = columnar.Values[types.Int128](b)[k]
		}
		return types.AppendDecimal(dst, x, int(t.Scale))
	}
	return append(dst, sqltext.Hive(v.Value(i), t, zone)...)
}

// ShowWidth is the number of characters at which Show cuts a cell.
const ShowWidth = 20

// minShownWidth is the narrowest column of Show, as in Spark.
const minShownWidth = 3

// Show prints the first n rows as a table, cells of more than ShowWidth characters cut short.
func (df *DataFrame) Show(ctx context.Context, out io.Writer, n int) error {
	return df.show(ctx, out, n, ShowWidth)
}

// ShowAll prints the first n rows with whole cells.
func (df *DataFrame) ShowAll(ctx context.Context, out io.Writer, n int) error {
	return df.show(ctx, out, n, 0)
}

// showStyle draws tables as Spark's show does.
var showStyle = pretty.Style{
	Name: "spark",
	Box: pretty.BoxStyle{BottomLeft: "+", BottomRight: "+", BottomSeparator: "+", Left: "|", LeftSeparator: "+", MiddleHorizontal: "-", MiddleSeparator: "+",
		MiddleVertical: "|", Right: "|", RightSeparator: "+", TopLeft: "+", TopRight: "+", TopSeparator: "+", UnfinishedRow: "..."},
	Format:  pretty.FormatOptions{Header: text.FormatDefault},
	Options: pretty.Options{DrawBorder: true, SeparateColumns: true, SeparateHeader: true},
}

func (df *DataFrame) show(ctx context.Context, out io.Writer, n, width int) error {
	n = max(n, 0)
	s, err := df.sqlSchema(ctx)
	if err != nil {
		return err
	}
	t := pretty.NewWriter()
	t.SetStyle(showStyle)
	head := make(pretty.Row, len(s))
	configs := make([]pretty.ColumnConfig, len(s))
	for i, f := range s {
		head[i] = f.Name
		configs[i] = pretty.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight, WidthMin: minShownWidth}
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(head)
	shown, more := 0, false
	for cells, err := range df.Limit(n + 1).Cells(ctx) {
		if err != nil {
			return err
		}
		if shown == n {
			more = true
			break
		}
		shown++
		row := make(pretty.Row, len(cells))
		for i, c := range cells {
			row[i] = shortened(c, width)
		}
		t.AppendRow(row)
	}
	if _, err := io.WriteString(out, t.Render()+"\n"); err != nil {
		return err
	}
	if more {
		rows := "rows"
		if n == 1 {
			rows = "row"
		}
		_, err = fmt.Fprintf(out, "only showing top %d %s\n", n, rows)
	}
	return err
}

func shortened(cell *string, width int) string {
	if cell == nil {
		return "NULL"
	}
	s := strings.NewReplacer("\n", "\\n", "\r", "\\r", "\t", "\\t").Replace(*cell)
	if r := []rune(s); width > 3 && len(r) > width {
		return string(r[:width-3]) + "..."
	}
	return s
}

// PrintSchema prints the columns as a tree.
func (df *DataFrame) PrintSchema(ctx context.Context, out io.Writer) error {
	s, err := df.sqlSchema(ctx)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("root\n")
	for _, f := range s {
		printField(&b, " |-- ", f.Name, f.Type, "nullable", f.Nullable)
	}
	_, err = io.WriteString(out, b.String())
	return err
}

// treeNames are the types that PrintSchema calls otherwise than SQL does, as in Spark.
var treeNames = map[types.Kind]string{types.TinyInt: "byte", types.SmallInt: "short", types.Int: "integer", types.BigInt: "long"}

func printKey(b *strings.Builder, prefix string, t types.Type) {
	var field strings.Builder
	printField(&field, prefix, "key", t, "", false)
	b.WriteString(strings.ReplaceAll(field.String(), " ( = false)", ""))
}

func printField(b *strings.Builder, prefix, name string, t types.Type, what string, null bool) {
	kind := t.String()
	if long, ok := treeNames[t.Kind]; ok {
		kind = long
	}
	if t.IsNested() {
		kind, _, _ = strings.Cut(kind, "<")
	}
	b.WriteString(prefix + name + ": " + kind + " (" + what + " = " + map[bool]string{true: "true", false: "false"}[null] + ")\n")
	deeper := " |   " + prefix
	switch t.Kind {
	case types.Array:
		printField(b, deeper, "element", t.Elem(), "containsNull", t.ContainsNull())
	case types.Map:
		printKey(b, deeper, t.Key())
		printField(b, deeper, "value", t.Elem(), "valueContainsNull", t.ContainsNull())
	case types.Struct:
		for _, f := range t.Fields() {
			printField(b, deeper, f.Name, f.Type, "nullable", f.Nullable)
		}
	}
}
