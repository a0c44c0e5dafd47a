package parquet

import (
	"context"
	"slices"

	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// infer takes the schema from the files.
func (t *table) infer(ctx context.Context) (types.Schema, error) {
	first, err := t.footer(0)
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
	for _, ft := range all[1:] {
		if schema, err = mergeSchemas(schema, ft, t.options.mergeSchema); err != nil {
			return nil, err
		}
	}
	return schema, nil
}

// related returns an error if a file has none of the columns of the first, whose schema is the table's: its rows would be nulls throughout.
// Spark reads such files so, silently; they are files of different tables.
func (t *table) related(all []*footer) error {
	if t.options.mergeSchema || len(all) == 0 {
		return nil
	}
	first := all[0].root.children
	for _, ft := range all[1:] {
		if !slices.ContainsFunc(ft.root.children, func(n *fileNode) bool { return findField(first, n.name) != nil }) {
			return sqlerr.New("CANNOT_MERGE_SCHEMAS", sqlerr.Pos{}, "The files are of different tables: %s has none of the columns of %s.", ft.path, all[0].path).
				WithHint("Name the files of one table, or set the option mergeSchema to read all columns of all files.")
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
