package lines

import (
	"compress/gzip"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Codec is a compression of written files.
type Codec struct {
	Name, Extension string
	wrap            func(io.Writer) (io.WriteCloser, error)
}

var codecs = []Codec{
	{"none", "", nil}, {"uncompressed", "", nil}, {"", "", nil},
	{"gzip", ".gz", func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }},
	{"zstd", ".zst", func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)) }},
	{"lz4", ".lz4", func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil }},
}

// CodecOf returns the codec that the option compression (or codec) names; none without it.
func CodecOf(name string) (*Codec, error) {
	for i := range codecs {
		if strings.EqualFold(codecs[i].Name, name) {
			return &codecs[i], nil
		}
	}
	return nil, sqlerr.New("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", sqlerr.Pos{}, "The codec %s is not available. Available codecs are none, gzip, zstd, lz4.", name)
}

// Writer returns a writer that compresses into w; Close ends the stream but not w.
func (c *Codec) Writer(w io.Writer) (io.WriteCloser, error) {
	if c.wrap == nil {
		return plain{w}, nil
	}
	return c.wrap(w)
}

type plain struct{ io.Writer }

func (plain) Close() error { return nil }
