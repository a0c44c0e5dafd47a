package sparrow

import (
	"context"
	"maps"

	"github.com/sparrow-engine/sparrow/analyzer"
	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/types"
)

// Reader opens files as a DataFrame. Its methods return a changed copy.
type Reader struct {
	session *Session
	format  string
	options map[string]string
	schema  string
}

// Read returns a Reader of the session.
func (s *Session) Read() *Reader { return &Reader{session: s} }

// Format names the format: parquet, csv, json, arrow. Without it the files' names tell.
func (r *Reader) Format(name string) *Reader {
	c := *r
	c.format = name
	return &c
}

// Option sets an option of the format, by Spark's name ("header", "delimiter").
func (r *Reader) Option(key, value string) *Reader {
	c := *r
	c.options = maps.Clone(r.options)
	if c.options == nil {
		c.options = map[string]string{}
	}
	c.options[key] = value
	return &c
}

// Schema gives the columns as DDL ("a INT, b STRING") instead of inferring them.
func (r *Reader) Schema(ddl string) *Reader {
	c := *r
	c.schema = ddl
	return &c
}

// Load opens files, folders or globs.
func (r *Reader) Load(ctx context.Context, paths ...string) (*DataFrame, error) {
	var schema types.Schema
	if r.schema != "" {
		var err error
		if schema, err = sql.ParseSchema(r.schema); err != nil {
			return nil, err
		}
	}
	t, err := r.session.open(ctx, r.format, paths, r.options, schema)
	if err != nil {
		return nil, err
	}
	return r.session.scan(t, paths[0])
}

// Parquet, CSV, JSON and Arrow are Format(…).Load(…).
func (r *Reader) Parquet(ctx context.Context, paths ...string) (*DataFrame, error) {
	return r.Format("parquet").Load(ctx, paths...)
}

// CSV opens files of separated values.
func (r *Reader) CSV(ctx context.Context, paths ...string) (*DataFrame, error) {
	return r.Format("csv").Load(ctx, paths...)
}

// JSON opens files of one JSON object a line.
func (r *Reader) JSON(ctx context.Context, paths ...string) (*DataFrame, error) {
	return r.Format("json").Load(ctx, paths...)
}

// Arrow opens Arrow IPC files.
func (r *Reader) Arrow(ctx context.Context, paths ...string) (*DataFrame, error) {
	return r.Format("arrow").Load(ctx, paths...)
}

// Table returns a table or view by name.
func (s *Session) Table(ctx context.Context, name string) (*DataFrame, error) {
	return s.SQL(ctx, "TABLE "+name)
}

// From returns the rows of a source that the program brings: see datasource.Table.
func (s *Session) From(t datasource.Table, name string) (*DataFrame, error) { return s.scan(t, name) }

// scan makes a DataFrame of a source.
func (s *Session) scan(t datasource.Table, name string) (*DataFrame, error) {
	st, err := s.begin("", analyzer.Params{})
	if err != nil {
		return nil, err
	}
	scan := &logical.Scan{Name: name, Table: t}
	for i, c := range catalog.ColumnsOf(t) {
		scan.Out = append(scan.Out, &expr.Column{ID: st.nextID(), Name: c.Name, T: c.Type, Null: c.Nullable})
		scan.Fields = append(scan.Fields, i)
	}
	return newFrame(st, scan, nil), nil
}
