package sparrow

import (
	"context"
	"maps"
	"os"
	"strings"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

// SaveMode says what a write does when there is something already.
type SaveMode int

// The save modes.
const (
	ErrorIfExists SaveMode = iota
	Append
	Overwrite
	Ignore
)

// Writer writes a DataFrame to files or a table. Its methods return a changed copy.
type Writer struct {
	df        *DataFrame
	format    string
	mode      SaveMode
	options   map[string]string
	partition []string
	fileBytes int64
}

// Write returns a Writer of the rows.
func (df *DataFrame) Write() *Writer { return &Writer{df: df} }

// Format names the format; without it spark.sql.sources.default.
func (w *Writer) Format(name string) *Writer { c := *w; c.format = name; return &c }

// Mode says what to do when there is something already; without it that is an error.
func (w *Writer) Mode(m SaveMode) *Writer { c := *w; c.mode = m; return &c }

// Option sets an option of the format, by Spark's name ("compression").
func (w *Writer) Option(key, value string) *Writer {
	c := *w
	c.options = maps.Clone(w.options)
	if c.options == nil {
		c.options = map[string]string{}
	}
	c.options[strings.ToLower(key)] = value
	return &c
}

// PartitionBy writes a folder key=value for each value of the columns.
func (w *Writer) PartitionBy(columns ...string) *Writer { c := *w; c.partition = columns; return &c }

// TargetFileSize begins another file when one has so many bytes.
func (w *Writer) TargetFileSize(bytes int64) *Writer { c := *w; c.fileBytes = bytes; return &c }

// Save writes files into the folder path. They are written aside and moved into place when all are complete, so a write that fails leaves what was
// there.
func (w *Writer) Save(ctx context.Context, path string) error {
	st := w.df.st
	query, err := w.df.analyzed(ctx)
	if err != nil {
		return err
	}
	if occupied(path) {
		switch w.mode {
		case Ignore:
			return nil
		case ErrorIfExists:
			return sqlerr.New("PATH_ALREADY_EXISTS", sqlerr.Pos{}, "Path %s already exists.", path).WithHint("Set the mode to Overwrite to replace it.")
		}
	}
	name := w.format
	if name == "" {
		name = st.conf.Get("spark.sql.sources.default")
	}
	f, err := formatOf(name)
	if err != nil {
		return err
	}
	out := &datasource.Output{Format: f, Options: st.fileOptions(w.options), FileBytes: w.fileBytes,
		Text: func(v any, t types.Type) string { return text.Hive(v, t, st.env.Zone) }}
	if query, err = w.arrange(out, query); err != nil {
		return err
	}
	replace := datasource.KeepAll
	if w.mode == Overwrite {
		replace = datasource.ReplaceAll
	}
	return sqlerr.Attach(st.write(ctx, out, path, query, replace), st.text)
}

// occupied reports whether a path has something that a write could lose: a file, or a folder that is not empty.
func occupied(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return err == nil
	}
	entries, err := os.ReadDir(path)
	return err != nil || len(entries) > 0
}

// files returns how many files a query asks to be written to by COALESCE, REPARTITION or their hints, 0 if it does not. Rows of equal keys together
// are not promised, so a request with keys is left to the engine.
func files(query logical.Plan) int {
	for {
		switch n := query.(type) {
		case *logical.Project:
			query = n.Input
		case *logical.SubqueryAlias:
			query = n.Input
		case *logical.Repartition:
			if len(n.By) > 0 {
				return 0
			}
			return int(n.N)
		default:
			return 0
		}
	}
}

// arrange puts the partition columns last.
func (w *Writer) arrange(out *datasource.Output, query logical.Plan) (logical.Plan, error) {
	s := logical.Schema(query)
	if len(w.partition) == 0 {
		out.Columns = s
		return query, nil
	}
	cols := query.Output()
	var list, last []logical.Named
	for _, p := range w.partition {
		i := s.Index(p)
		if i < 0 {
			return nil, sqlerr.New("UNRESOLVED_COLUMN.WITH_SUGGESTION", sqlerr.Pos{}, "The partition column %s is not in the query.", types.Quote(p))
		}
		last = append(last, logical.Named{Col: cols[i], Expr: cols[i]})
		out.Partitions = append(out.Partitions, s[i])
	}
	for i, c := range cols {
		if !contains(w.partition, c.Name) {
			list = append(list, logical.Named{Col: c, Expr: c})
			out.Columns = append(out.Columns, s[i])
		}
	}
	if len(list) == 0 {
		return nil, sqlerr.New("ALL_PARTITION_COLUMNS_NOT_ALLOWED", sqlerr.Pos{}, "Cannot use all columns for partition columns.")
	}
	return &logical.Project{Input: query, List: append(list, last...)}, nil
}

// Parquet is Format("parquet").Save(path).
func (w *Writer) Parquet(ctx context.Context, path string) error {
	return w.Format("parquet").Save(ctx, path)
}

// CSV is Format("csv").Save(path).
func (w *Writer) CSV(ctx context.Context, path string) error { return w.Format("csv").Save(ctx, path) }

// JSON is Format("json").Save(path).
func (w *Writer) JSON(ctx context.Context, path string) error {
	return w.Format("json").Save(ctx, path)
}

// SaveAsTable writes a table of the session's catalog.
func (w *Writer) SaveAsTable(ctx context.Context, name string) error {
	parts, err := w.df.tableName(name)
	if err != nil {
		return err
	}
	st := w.df.st
	if st.session.catalog.Find(parts) != nil {
		switch w.mode {
		case Ignore:
			return nil
		case Append:
			return w.InsertInto(ctx, name)
		}
	}
	_, err = st.command(ctx, &logical.CreateTable{Name: parts, Using: w.format, Options: w.options, PartitionedBy: w.partition, Query: w.df.plan, OrReplace: w.mode == Overwrite})
	return err
}

// InsertInto adds the rows to a table, columns by position; in mode Overwrite they replace what is there.
func (w *Writer) InsertInto(ctx context.Context, name string) error {
	parts, err := w.df.tableName(name)
	if err != nil {
		return err
	}
	_, err = w.df.st.command(ctx, &logical.Insert{Table: parts, Overwrite: w.mode == Overwrite, Query: w.df.plan})
	return err
}

func (df *DataFrame) tableName(name string) ([]string, error) {
	if df.err != nil {
		return nil, df.err
	}
	return nameParts(name)
}

// nameParts reads the name of a table, each part plain or in back-ticks.
func nameParts(name string) ([]string, error) {
	e, err := sql.ParseExpr(name, sql.Options{})
	if n, ok := e.(*expr.Name); err == nil && ok {
		return n.Parts, nil
	}
	return nil, sqlerr.New("INVALID_IDENTIFIER", sqlerr.Pos{}, "%q is not the name of a table or view.", name).WithHint("Put parts with other characters than letters, digits and _ in back-ticks.")
}
