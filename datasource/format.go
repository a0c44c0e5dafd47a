package datasource

import (
	"context"
	"io"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/types"
)

// Format is a file format: how its files become a Table and how records become files. Formats register themselves with a session's
// catalog by name ("parquet").
type Format interface {
	Name() string
	// Extensions lists file name endings that belong to the format: ".csv", ".csv.gz".
	Extensions() []string
	// Open makes a table of files that are all of this format. schema, if not nil, is the user's and is not inferred.
	Open(ctx context.Context, files []File, o Options, schema types.Schema) (Table, error)
	// NewWriter writes one file.
	NewWriter(w io.Writer, schema *arrow.Schema, o Options) (RecordWriter, error)
}

// FileNamer is a Format whose files have other endings than Extensions()[0] with some options (compressed ones).
type FileNamer interface {
	FileExtension(o Options) string
}

// File is one file of a table, with the values of its key=value folders.
type File struct {
	Path       string
	Size       int64
	ModTime    int64 // nanoseconds since the epoch
	Partitions []string
}

// RecordWriter writes records to a file; Close finishes it but not the io.Writer below.
type RecordWriter interface {
	Write(rec arrow.RecordBatch) error
	Close() error
}

// Buffering is a RecordWriter that holds rows until there are enough of them for a part of the file.
type Buffering interface {
	RecordWriter
	// Buffered estimates the bytes held.
	Buffered() int64
	// Flush writes what is held, as a smaller part than it would have become.
	Flush() error
}

// Options are the options of a reader or writer, keys lower case.
type Options map[string]string

// Get returns the value of a key in lower case, or def.
func (o Options) Get(key, def string) string {
	if v, ok := o[key]; ok {
		return v
	}
	return def
}
