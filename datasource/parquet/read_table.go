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
	files   []datasource.File
	options tableOptions
	schema  types.Schema
	arrow   *arrow.Schema
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

// filesForNulls is the number of files up to which all are looked at to learn that a column has no nulls.
const filesForNulls = 32

// Open makes a table of Parquet files. Without a schema it is that of the first file, or with the option mergeschema all files' columns,
// widened where they differ. Files match by column name without regard to case; a column that a file lacks is null. Partition
// values of the files are not looked at: see datasource.OpenPartitioned.
//
// The table is a datasource.VectorTable and a datasource.Statistician.
func Open(ctx context.Context, files []datasource.File, o datasource.Options, schema types.Schema) (datasource.Table, error) {
	options, err := parseReadOptions(o)
	if err != nil {
		return nil, err
	}
	t := &table{files: files, options: options, schema: schema}
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

// infer takes the schema from the files.
func (t *table) infer(ctx context.Context) (types.Schema, error) {
	first, err := t.footer(0)
	if err != nil {
		return nil, err
	}
	schema := schemaOf(first)
	if len(t.files) > filesForNulls && !t.options.mergeSchema {
		for i := range schema {
			schema[i].Nullable = true
		}
		return schema, nil
	}
	all, err := t.footers(ctx)
	if err != nil {
		return nil, err
	}
	for _, ft := range all[1:] {
		if schema, err = mergeSchemas(schema, ft, t.options.mergeSchema); err != nil {
			return nil, err
		}
	}
	return schema, nil
}

func schemaOf(ft *footer) types.Schema {
	var s types.Schema
	for _, n := range ft.root.children {
		s = append(s, types.Field{Name: n.name, Type: n.typ, Nullable: n.optional})
	}
	return s
}

// mergeSchemas notes which columns may be null in another file and, if merge is set, adds its columns and takes the wider type.
func mergeSchemas(schema types.Schema, ft *footer, merge bool) (types.Schema, error) {
	for i := range schema {
		n := findField(ft.root.children, schema[i].Name)
		if n == nil || n.optional {
			schema[i].Nullable = true
		}
		if n == nil || !merge || n.typ.SameShape(schema[i].Type) {
			continue
		}
		if _, ok := widening(schema[i].Type, n.typ); ok {
			schema[i].Type = n.typ
		} else if _, ok := widening(n.typ, schema[i].Type); !ok {
			return nil, sqlerr.New("CANNOT_MERGE_SCHEMAS", sqlerr.Pos{}, "Failed merging schemas: column %s is %s in one file and %s in %s.",
				types.QuoteIfNeeded(schema[i].Name), schema[i].Type.SQL(), n.typ.SQL(), ft.path)
		}
	}
	if merge {
		for _, n := range ft.root.children {
			if schema.Index(n.name) < 0 {
				schema = append(schema, types.Field{Name: n.name, Type: n.typ, Nullable: true})
			}
		}
	}
	return schema, nil
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

// boundsOf returns what is known of a column of the table in a row group.
func (t *table) boundsOf(ft *footer, group int) func(column int) *bounds {
	return func(column int) *bounds {
		if column < 0 || column >= len(t.schema) {
			return nil
		}
		n := findField(ft.root.children, t.schema[column].Name)
		if n == nil {
			rows := ft.meta.RowGroups[group].NumRows
			return &bounds{nulls: rows, nullsKnown: true, rows: rows}
		}
		if n.shape != nodeLeaf {
			return nil
		}
		b := ft.chunkBounds(group, n.leaf)
		b.widenTo(n.typ, t.schema[column].Type)
		return &b
	}
}

// Scan reads the table as Arrow records, a partition for each row group.
func (t *table) Scan(ctx context.Context, columns []int, predicates []datasource.Predicate, limit int64) (datasource.Scan, error) {
	return datasource.ScanRecords(ctx, t, columns, predicates, limit)
}
