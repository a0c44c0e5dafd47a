package datasource

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// FileTable is what tables of files without statistics have in common: columns, and a guess of the number of rows from the files' sizes.
type FileTable struct {
	Origin
	Files   []File
	Columns types.Schema
	// CellBytes is about what a value takes in a file.
	CellBytes int64
}

// SQLSchema returns the columns.
func (t *FileTable) SQLSchema() types.Schema { return t.Columns }

// Schema returns the columns in Arrow's terms.
func (t *FileTable) Schema() *arrow.Schema {
	return arrow.NewSchema(columnar.ArrowFields(t.Columns), nil)
}

// Statistics estimates the number of rows from the size of the files.
func (t *FileTable) Statistics(context.Context) (*Statistics, error) {
	s := &Statistics{Columns: make([]ColumnStatistics, len(t.Columns))}
	for _, f := range t.Files {
		s.Bytes += f.Size
	}
	s.Rows = s.Bytes / (t.CellBytes*int64(len(t.Columns)) + 1)
	return s, nil
}

// DifferentTables is the error for files read as one table of which one has none of the other's columns. Spark reads its rows as nulls,
// silently.
func DifferentTables(first, other string) error {
	return sqlerr.New("CANNOT_MERGE_SCHEMAS", sqlerr.Pos{}, "The files are of different tables: %s has none of the columns of %s.", other, first).
		WithHint("Name the files of one table, or set the option mergeSchema to read all columns of all files.")
}
