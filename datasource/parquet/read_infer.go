package parquet

import (
	"context"
	"slices"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// infer takes the schema from the files.
func (t *table) infer(ctx context.Context) (types.Schema, error) {
	first, err := t.footer(t.first())
	if err != nil {
		return nil, err
	}
	schema := schemaOf(first)
	if len(t.files) > filesForNulls && !t.options.mergeSchema {
		for i := range schema {
			schema[i].Type, schema[i].Nullable = schema[i].Type.AsNullable(), true
		}
		return schema, nil
	}
	all, err := t.footers(ctx)
	if err != nil {
		return nil, err
	}
	if err := t.related(all); err != nil {
		return nil, err
	}
	for _, ft := range all {
		if schema, err = mergeSchemas(schema, ft, t.options.mergeSchema); err != nil {
			return nil, err
		}
	}
	return schema, nil
}

// first returns the file whose schema the table has: as in Spark the one whose path comes first, in whatever order they are named.
func (t *table) first() int {
	best := 0
	for i := range t.files {
		if t.files[i].Path < t.files[best].Path {
			best = i
		}
	}
	return best
}

// related returns an error if a file has none of the columns of the first, whose schema is the table's: its rows would be nulls throughout.
func (t *table) related(all []*footer) error {
	if t.options.mergeSchema || len(all) == 0 {
		return nil
	}
	first := all[t.first()]
	for _, ft := range all {
		if !slices.ContainsFunc(ft.root.children, func(n *fileNode) bool { return findField(first.root.children, n.name) != nil }) {
			return datasource.DifferentTables(first.path, ft.path)
		}
	}
	return nil
}

func schemaOf(ft *footer) types.Schema {
	var s types.Schema
	for _, n := range ft.root.children {
		s = append(s, types.Field{Name: n.name, Type: n.typ, Nullable: n.optional})
	}
	return s
}

// mergeSchemas notes what may be null in another file and, if merge is set, adds its columns and fields and takes the wider type.
func mergeSchemas(schema types.Schema, ft *footer, merge bool) (types.Schema, error) {
	columns := schemaOf(ft)
	out, bad := mergeFields(schema, columns, merge)
	if bad >= 0 {
		return nil, sqlerr.New("CANNOT_MERGE_SCHEMAS", sqlerr.Pos{}, "Failed merging schemas: column %s is %s in one file and %s in %s.",
			types.QuoteIfNeeded(schema[bad].Name), schema[bad].Type.SQL(), columns[columns.Index(schema[bad].Name)].Type.SQL(), ft.path)
	}
	return out, nil
}

// mergeFields merges the fields of a file into those of the table. bad is the position of one whose types have no common one, else -1.
func mergeFields(fields, file types.Schema, merge bool) (out types.Schema, bad int) {
	out = slices.Clone(fields)
	for i := range out {
		f := &out[i]
		k := file.Index(f.Name)
		if k < 0 {
			f.Nullable = true
			continue
		}
		f.Nullable = f.Nullable || file[k].Nullable
		var ok bool
		if f.Type, ok = mergeTypes(f.Type, file[k].Type, merge); !ok {
			return nil, i
		}
	}
	for _, f := range file {
		if merge && fields.Index(f.Name) < 0 {
			f.Nullable = true
			out = append(out, f)
		}
	}
	return out, -1
}

// mergeTypes merges the type t of the table with that of a file. Without merge only what may be null is taken over; types that do not fit
// fail when the file is read.
func mergeTypes(t, file types.Type, merge bool) (types.Type, bool) {
	if t.Kind != file.Kind || !t.IsNested() {
		if !merge || t.SameShape(file) {
			return t, true
		}
		if _, ok := widening(t, file); ok {
			return file, true
		}
		_, ok := widening(file, t)
		return t, ok
	}
	if t.Kind == types.Struct {
		fields, bad := mergeFields(t.Fields(), file.Fields(), merge)
		return types.StructOf(fields...), bad < 0
	}
	elem, ok := mergeTypes(t.Elem(), file.Elem(), merge)
	nulls := t.ContainsNull() || file.ContainsNull()
	if t.Kind == types.Array {
		return types.ArrayOf(elem, nulls), ok
	}
	key, same := mergeTypes(t.Key(), file.Key(), merge)
	return types.MapOf(key, elem, nulls), ok && same
}
