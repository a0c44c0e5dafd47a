package sparrow

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/arrow"
	"github.com/sparrow-engine/sparrow/datasource/csv"
	"github.com/sparrow-engine/sparrow/datasource/json"
	"github.com/sparrow-engine/sparrow/datasource/parquet"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// formats are the file formats that sessions read and write.
var formats = []datasource.Format{parquet.Format{}, csv.Format{}, json.Format{}, arrow.Format{}}

func formatNames() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name()
	}
	return names
}

// formatOf returns a format by name.
func formatOf(name string) (datasource.Format, error) {
	for _, f := range formats {
		if strings.EqualFold(f.Name(), name) {
			return f, nil
		}
	}
	return nil, sqlerr.New("DATA_SOURCE_NOT_FOUND", sqlerr.Pos{}, "Failed to find the data source: %s.", name).
		WithHint("Sparrow has %s.", strings.Join(formatNames(), ", "))
}

// formatOfFile tells the format from a file's name.
func formatOfFile(path string) datasource.Format {
	name := strings.ToLower(filepath.Base(path))
	for _, f := range formats {
		for _, ext := range f.Extensions() {
			if strings.HasSuffix(name, ext) {
				return f
			}
		}
	}
	return nil
}

// openPath opens the files of a path (see datasource.List) as a table; an empty format is told from the files' names.
func (s *Session) openPath(ctx context.Context, format, path string, options map[string]string) (datasource.Table, error) {
	return s.open(ctx, format, []string{path}, options, nil)
}

func (s *Session) open(ctx context.Context, format string, paths []string, options map[string]string, schema types.Schema) (datasource.Table, error) {
	files, err := datasource.List(ctx, paths)
	if err != nil {
		return nil, err
	}
	var f datasource.Format
	switch {
	case format != "":
		if f, err = formatOf(format); err != nil {
			return nil, err
		}
	case len(files.Files) > 0:
		f = formatOfFile(files.Files[0].Path)
	}
	if f == nil {
		return nil, sqlerr.New("UNABLE_TO_INFER_SCHEMA", sqlerr.Pos{}, "The format of %s cannot be told from the names of its files.", strings.Join(paths, ", ")).
			WithHint("Name it: format.`path`, or Read().Format(…).")
	}
	if len(files.Files) == 0 && schema == nil {
		return nil, sqlerr.New("UNABLE_TO_INFER_SCHEMA", sqlerr.Pos{}, "Unable to infer schema for %s: %s has no files.", f.Name(), strings.Join(paths, ", ")).
			WithHint("Specify the schema.")
	}
	o := datasource.Options{}
	for k, v := range options {
		o[strings.ToLower(k)] = v
	}
	return datasource.OpenPartitioned(ctx, f, files, o, schema)
}

// IsTableFile reports whether a file's name has an ending of a format that sessions read.
func IsTableFile(name string) bool { return formatOfFile(name) != nil }
