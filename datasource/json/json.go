package json

import (
	"context"
	"strings"

	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/lines"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Format is JSON as a datasource.Format.
type Format struct{}

// Name returns "json".
func (Format) Name() string { return "json" }

// Extensions lists .json, .jsonl and .ndjson, also compressed.
func (Format) Extensions() []string {
	out := []string{".json", ".jsonl", ".ndjson"}
	for _, c := range lines.Compressions {
		out = append(out, ".json"+c, ".jsonl"+c, ".ndjson"+c)
	}
	return out
}

// table is files of JSON.
type table struct {
	datasource.FileTable
	o *options
	// corrupt is the position of the column that takes malformed records, -1 without.
	corrupt int
}

// Open makes a table. Without a schema, columns are the fields of all objects, in the order of their names, of the types that hold all values, as Spark
// infers them.
func (Format) Open(ctx context.Context, files []datasource.File, o datasource.Options, schema types.Schema) (datasource.Table, error) {
	p, err := parseOptions(o, true)
	if err != nil {
		return nil, err
	}
	t := &table{FileTable: datasource.FileTable{Origin: datasource.OriginOf("json", files, o, schema), Files: files, Columns: schema, CellBytes: 16}, o: p}
	if schema == nil {
		if t.Columns, err = t.infer(ctx); err != nil {
			return nil, err
		}
	}
	if t.corrupt = t.Columns.Index(p.Corrupt); t.corrupt >= 0 && t.Columns[t.corrupt].Type.Kind != types.String {
		return nil, sqlerr.New("INVALID_CORRUPT_RECORD_TYPE", sqlerr.Pos{}, "The column %s for corrupt records must have the nullable STRING type, but got \"%s\".",
			types.Quote(p.Corrupt), t.Columns[t.corrupt].Type.SQL())
	}
	for _, f := range t.Columns {
		if err := supported(f.Type); err != nil {
			return nil, sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.Pos{}, "The JSON datasource doesn't support the column %s of the type \"%s\".", types.Quote(f.Name), f.Type.SQL())
		}
	}
	return t, nil
}

// supported returns an error for types that JSON has no form for.
func supported(t types.Type) error {
	switch t.Kind {
	case types.Array:
		return supported(t.Elem())
	case types.Map:
		if t.Key().Kind == types.String {
			return supported(t.Elem())
		}
	case types.Struct:
		for _, f := range t.Fields() {
			if err := supported(f.Type); err != nil {
				return err
			}
		}
		return nil
	default:
		if t.IsNumeric() || t.IsDatetime() || t.IsInterval() || t.Kind == types.String || t.Kind == types.Boolean || t.Kind == types.Binary {
			return nil
		}
	}
	return sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.Pos{}, "JSON has no form for \"%s\".", t.SQL())
}

// infer finds the columns.
func (t *table) infer(ctx context.Context) (types.Schema, error) {
	var guess jsontext.Guess
	guess.Object()
	malformed := false
	for _, piece := range t.pieces() {
		p, err := t.open(ctx, piece)
		if err != nil {
			return nil, err
		}
		for {
			k, ok, err := p.advance()
			if err != nil {
				p.close()
				return nil, err
			}
			if !ok {
				break
			}
			if err := p.observe(&guess, k); err != nil {
				if t.o.Mode == lines.FailFast {
					err = p.malformed(err)
					p.close()
					return nil, err
				}
				malformed = true
			}
		}
		p.close()
	}
	out := guess.Fields(&t.o.rules)
	if malformed && t.o.Mode == lines.Permissive && out.Index(t.o.Corrupt) < 0 {
		at := 0
		for at < len(out) && out[at].Name < t.o.Corrupt {
			at++
		}
		out = append(out[:at:at], append(types.Schema{{Name: t.o.Corrupt, Type: types.StringType, Nullable: true}}, out[at:]...)...)
	}
	return out, distinctNames(out)
}

// distinctNames returns an error if two columns differ in upper and lower case only.
func distinctNames(s types.Schema) error {
	seen := map[string]bool{}
	for _, f := range s {
		key := strings.ToLower(f.Name)
		if seen[key] {
			return sqlerr.New("COLUMN_ALREADY_EXISTS", sqlerr.Pos{}, "The column %s already exists. Choose another name or rename the existing column.", types.Quote(key)).
				WithHint("Give the schema of the JSON files.")
		}
		seen[key] = true
	}
	return nil
}

func (t *table) pieces() []lines.Piece {
	if t.o.MultiLine {
		return lines.Whole(t.Files)
	}
	return lines.Pieces(t.Files)
}

func (t *table) Scan(ctx context.Context, columns []int, predicates []datasource.Predicate, limit int64) (datasource.Scan, error) {
	return datasource.ScanRecords(ctx, t, columns, predicates, limit)
}
