package arrow

import (
	"io"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// NewWriter writes a file, or a stream if the option stream is true. The option compression is none (the default), lz4 or zstd.
func (Format) NewWriter(w io.Writer, schema *arrow.Schema, o datasource.Options) (datasource.RecordWriter, error) {
	opts := []ipc.Option{ipc.WithSchema(schema)}
	switch c := strings.ToLower(o.Get("compression", o.Get("codec", "none"))); c {
	case "none", "uncompressed", "":
	case "lz4":
		opts = append(opts, ipc.WithLZ4())
	case "zstd":
		opts = append(opts, ipc.WithZstd())
	default:
		return nil, sqlerr.New("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", sqlerr.Pos{}, "The codec %s is not available. Available codecs are none, lz4, zstd.", c)
	}
	if strings.EqualFold(o["stream"], "true") {
		return ipc.NewWriter(w, opts...), nil
	}
	f, err := ipc.NewFileWriter(w, opts...)
	if err != nil {
		return nil, err
	}
	return f, nil
}
