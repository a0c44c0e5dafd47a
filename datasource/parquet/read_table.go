package parquet

import (
	"context"
	"io"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Format is the file format Parquet.
type Format struct{}

var _ datasource.Format = Format{}

// Name returns "parquet".
func (Format) Name() string { return "parquet" }

// Extensions returns the endings of Parquet files' names.
func (Format) Extensions() []string { return []string{".parquet", ".parq"} }

// Open opens a table; see the function Open.
func (Format) Open(ctx context.Context, files []datasource.File, o datasource.Options, schema types.Schema) (datasource.Table, error) {
	return Open(ctx, files, o, schema)
}

// NewWriter writes one file.
func (Format) NewWriter(w io.Writer, schema *arrow.Schema, o datasource.Options) (datasource.RecordWriter, error) {
	wo, err := ParseWriteOptions(o)
	if err != nil {
		return nil, err
	}
	return NewWriter(w, schema, wo)
}

// table is a set of Parquet files read as one table.
type table struct {
	datasource.Origin
	files   []datasource.File
	options tableOptions
	schema  types.Schema
	arrow   *arrow.Schema
	// inferred tells that the schema is the files'.
	inferred bool
}

type tableOptions struct {
	readOptions
	verify      bool // page checksums
	mergeSchema bool
}

func parseReadOptions(o datasource.Options) (t tableOptions, err error) {
	if t.binaryAsString, err = boolOption(o, "binaryasstring", false); err != nil {
		return t, err
	}
	if t.mergeSchema, err = boolOption(o, "mergeschema", false); err != nil {
		return t, err
	}
	t.verify, err = boolOption(o, "parquet.page.verify-checksum.enabled", true)
	return t, err
}

// filesForNulls is the number of files up to which all are looked at to learn that a column has no nulls, and that they are of one table.
const filesForNulls = 32

// Open makes a table of Parquet files. Without a schema it is that of the file whose path comes first, or with the option mergeschema all files' columns,
// widened where they differ. Files match by column name without regard to case; a column that a file lacks is null. Partition
// values of the files are not looked at: see datasource.OpenPartitioned.
//
// The table is a datasource.VectorTable and a datasource.Statistician.
func Open(ctx context.Context, files []datasource.File, o datasource.Options, schema types.Schema) (datasource.Table, error) {
	options, err := parseReadOptions(o)
	if err != nil {
		return nil, err
	}
	t := &table{Origin: datasource.OriginOf("parquet", files, o, schema), files: files, options: options, schema: schema, inferred: schema == nil}
	if len(files) == 0 && schema == nil {
		return nil, sqlerr.New("UNABLE_TO_INFER_SCHEMA", sqlerr.Pos{}, "Unable to infer schema for Parquet. It must be specified manually.")
	}
	if schema == nil {
		if t.schema, err = t.infer(ctx); err != nil {
			return nil, err
		}
	}
	t.arrow = arrow.NewSchema(columnar.ArrowFields(t.schema), nil)
	return t, nil
}

// Schema returns the columns as Arrow types.
func (t *table) Schema() *arrow.Schema { return t.arrow }

// SQLSchema returns the columns as SQL types.
func (t *table) SQLSchema() types.Schema { return t.schema }

// footer returns the footer of a file.
func (t *table) footer(i int) (*footer, error) {
	return footers.get(t.files[i], t.options.readOptions)
}

// footers returns the footers of all files.
func (t *table) footers(ctx context.Context) ([]*footer, error) {
	out := make([]*footer, len(t.files))
	for i := range t.files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ft, err := t.footer(i)
		if err != nil {
			return nil, err
		}
		out[i] = ft
	}
	return out, nil
}

// subject returns what a predicate is about: its type in the table, and its field in a file, nil if that lacks it. ok is false if there is
// no such thing.
func (t *table) subject(ft *footer, p *datasource.Predicate) (typ types.Type, n *fileNode, ok bool) {
	if p.Column < 0 || p.Column >= len(t.schema) {
		return typ, nil, false
	}
	typ = t.schema[p.Column].Type
	for _, name := range p.Path {
		if typ.Kind != types.Struct || typ.FieldIndex(name) < 0 {
			return typ, nil, false
		}
		typ = typ.Fields()[typ.FieldIndex(name)].Type
	}
	return typ, findField(ft.root.children, t.schema[p.Column].Name).inner(p.Path), true
}

// boundsOf returns what is known in a row group of the subject of a predicate.
func (t *table) boundsOf(ft *footer, group int) func(*datasource.Predicate) *bounds {
	return func(p *datasource.Predicate) *bounds {
		typ, n, ok := t.subject(ft, p)
		switch {
		case !ok:
			return nil
		case n == nil:
			rows := ft.meta.RowGroups[group].NumRows
			return &bounds{nulls: rows, nullsKnown: true, rows: rows}
		case n.shape != nodeLeaf || n.leaf.maxRep > 0:
			return nil
		}
		b := ft.chunkBounds(group, n.leaf)
		b.widenTo(n.typ, typ)
		return &b
	}
}

// leafOf returns the file's column that a predicate is about, nil if it has none of exactly the table's type.
func (t *table) leafOf(ft *footer, p *datasource.Predicate) *fileLeaf {
	typ, n, ok := t.subject(ft, p)
	if !ok || n == nil || n.shape != nodeLeaf || n.leaf.maxRep > 0 || !n.typ.SameShape(typ) {
		return nil
	}
	return n.leaf
}

// Scan reads the table as Arrow records, a partition for each row group.
func (t *table) Scan(ctx context.Context, columns []int, predicates []datasource.Predicate, limit int64) (datasource.Scan, error) {
	return datasource.ScanRecords(ctx, t, columns, predicates, limit)
}
