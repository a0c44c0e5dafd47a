package json

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/lines"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// NewWriter writes a file of one object a line. Fields that are NULL are left out unless the option ignoreNullFields is false. Unlike Spark's, timestamps
// keep their microseconds.
func (Format) NewWriter(w io.Writer, schema *arrow.Schema, o datasource.Options) (datasource.RecordWriter, error) {
	p, err := parseOptions(o, false)
	if err != nil {
		return nil, err
	}
	s, ok := columnar.SQLFields(schema.Fields())
	for _, f := range s {
		if !ok || supported(f.Type) != nil && f.Type.Kind != types.Null && f.Type.Kind != types.Map {
			return nil, sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.Pos{}, "The JSON datasource doesn't support the column %s of the type \"%s\".", types.Quote(f.Name), f.Type.SQL())
		}
	}
	text := &jsontext.Writer{Zone: p.Zone, KeepNulls: p.keepNulls, FullMicros: true,
		Date: p.Patterns.AppendDate(), Timestamp: p.Patterns.AppendTimestamp(p.Zone), NTZ: p.Patterns.AppendNTZ()}
	return lines.NewWriter(w, p.Codec, s, func(dst []byte, cols []*columnar.Vector, i int) []byte { return text.AppendRow(dst, s, cols, i) })
}

// FileExtension tells compressed files by their names.
func (Format) FileExtension(o datasource.Options) string {
	p, err := parseOptions(o, false)
	if err != nil {
		return ".json"
	}
	return ".json" + p.Codec.Extension
}
