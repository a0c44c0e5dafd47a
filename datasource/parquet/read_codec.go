package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// maxPageBytes bounds a page after decompression; the format's own limit is 2 GiB.
const maxPageBytes = 1 << 30

// pagePadding is the number of readable bytes behind every page, so that loads of 8 and 16 bytes need no check at its end.
const pagePadding = 16

// trustedRatio is the most a claimed size may exceed the compressed one before memory is allocated on the claim alone; deflate cannot
// do better than 1032. Beyond it the output grows as it comes.
const trustedRatio = 1100

var errPageSize = errors.New("the page has another size than its header says")

// decompressor holds what the codecs need from one page to the next. It belongs to one reader.
type decompressor struct {
	zstd   *zstd.Decoder
	gzip   *gzip.Reader
	brotli *brotli.Reader
	src    bytes.Reader
}

// padded returns b of n bytes with pagePadding bytes behind, in the memory of b if that is enough.
func padded(b []byte, n int) []byte {
	if cap(b) < n+pagePadding {
		recycle(b)
		b = pageBuffer(n + pagePadding)
	}
	return b[:n]
}

// decompress writes the n bytes of a page to dst, if that is large enough, and returns them with padding behind.
func (d *decompressor) decompress(codec format.CompressionCodec, dst, src []byte, n int) ([]byte, error) {
	if n > maxPageBytes {
		return nil, errPageSize
	}
	switch codec {
	case format.Uncompressed:
		if len(src) != n {
			return nil, errPageSize
		}
		dst = padded(dst, n)
		copy(dst, src)
		return dst, nil
	case format.Snappy:
		dst, err := snappyRoom(dst, src, n)
		if err != nil {
			return nil, err
		}
		return dst, decodeSnappy(dst, src)
	case format.Lz4Raw, format.Lz4:
		return d.lz4(codec, dst, src, n)
	case format.Zstd:
		return d.decompressZstd(dst, src, n)
	case format.Gzip:
		return d.decompressGzip(dst, src, n)
	case format.Brotli:
		d.src.Reset(src)
		if d.brotli == nil {
			d.brotli = brotli.NewReader(&d.src)
		} else if err := d.brotli.Reset(&d.src); err != nil {
			return nil, err
		}
		return readPage(d.brotli, dst, len(src), n)
	}
	return nil, fmt.Errorf("the compression codec %s is not supported", codec)
}

// snappyRoom returns room for the n bytes of the block src, if it claims as many and may hold them.
func snappyRoom(dst, src []byte, n int) ([]byte, error) {
	if k, err := snappy.DecodedLen(src); err != nil || k != n || n > min(32*len(src)+64, maxPageBytes) {
		return nil, errPageSize
	}
	return padded(dst, n), nil
}

func (d *decompressor) decompressZstd(dst, src []byte, n int) ([]byte, error) {
	if d.zstd == nil {
		z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxMemory(maxPageBytes))
		if err != nil {
			return nil, err
		}
		d.zstd = z
	}
	if n > trustedRatio*len(src)+1<<20 {
		d.src.Reset(src)
		if err := d.zstd.Reset(&d.src); err != nil {
			return nil, err
		}
		return readPage(d.zstd, dst, len(src), n)
	}
	dst = padded(dst, n)
	out, err := d.zstd.DecodeAll(src, dst[:0:n])
	if err == nil && len(out) != n {
		err = errPageSize
	}
	return dst, err
}

func (d *decompressor) decompressGzip(dst, src []byte, n int) ([]byte, error) {
	d.src.Reset(src)
	if d.gzip == nil {
		z, err := gzip.NewReader(&d.src)
		if err != nil {
			return nil, err
		}
		d.gzip = z
	} else if err := d.gzip.Reset(&d.src); err != nil {
		return nil, err
	}
	return readPage(d.gzip, dst, len(src), n)
}

// readPage reads n bytes and the end from r. If the claim is out of proportion, memory grows with what really comes.
func readPage(r io.Reader, dst []byte, compressed, n int) ([]byte, error) {
	limit := n
	if n > trustedRatio*compressed+1<<20 {
		limit = 1 << 20
	}
	dst = padded(dst, limit)
	got := 0
	for {
		k, err := io.ReadFull(r, dst[got:limit])
		got += k
		if err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				err = errPageSize
			}
			return nil, err
		}
		if limit == n {
			break
		}
		limit = min(n, 2*limit)
		grown := padded(nil, limit)
		copy(grown, dst[:got])
		dst = grown
	}
	var one [1]byte
	if k, err := r.Read(one[:]); k != 0 || err != nil && err != io.EOF {
		return nil, errPageSize
	}
	return dst[:n], nil
}

// lz4 reads a block of LZ4_RAW, or the older LZ4 codec: Hadoop's frames of blocks, or what some writers put there, a block.
func (d *decompressor) lz4(codec format.CompressionCodec, dst, src []byte, n int) ([]byte, error) {
	if n > 256*len(src)+64 {
		return nil, errPageSize
	}
	dst = padded(dst, n)
	if codec == format.Lz4 && hadoopLZ4(dst, src) {
		return dst, nil
	}
	if n == 0 {
		return dst, nil
	}
	k, err := lz4.UncompressBlock(src, dst)
	if err == nil && k != n {
		err = errPageSize
	}
	return dst, err
}

func hadoopLZ4(dst, src []byte) bool {
	for len(src) >= 8 {
		plain, packed := int(binary.BigEndian.Uint32(src)), int(binary.BigEndian.Uint32(src[4:]))
		src = src[8:]
		if plain > len(dst) || packed > len(src) {
			return false
		}
		if k, err := lz4.UncompressBlock(src[:packed], dst[:plain]); err != nil || k != plain {
			return false
		}
		dst, src = dst[plain:], src[packed:]
	}
	return len(dst) == 0 && len(src) == 0
}
