package parquet

import (
	"encoding/binary"
	"math"

	"github.com/parquet-go/parquet-go/bloom"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/types"
)

// bloomExcludes reports whether bloom filters tell that a row group has no row for one of the conjuncts.
func (r *reader) bloomExcludes(group int, ps []datasource.Predicate) bool {
	for i := range ps {
		if r.bloomExcludesOne(group, &ps[i]) {
			return true
		}
	}
	return false
}

func (r *reader) bloomExcludesOne(group int, p *datasource.Predicate) bool {
	switch p.Op {
	case datasource.And:
		return r.bloomExcludes(group, p.Args)
	case datasource.Or:
		for i := range p.Args {
			if !r.bloomExcludesOne(group, &p.Args[i]) {
				return false
			}
		}
		return len(p.Args) > 0
	case datasource.Eq:
		return r.bloomLacks(group, p, []any{p.Value})
	case datasource.In:
		return len(p.Values) <= 64 && r.bloomLacks(group, p, p.Values)
	}
	return false
}

// bloomLacks reports whether the bloom filter of a predicate's column has none of the values.
func (r *reader) bloomLacks(group int, p *datasource.Predicate, values []any) bool {
	leaf := r.scan.table.leafOf(r.ft, p)
	if leaf == nil {
		return false
	}
	meta := &r.ft.meta.RowGroups[group].Columns[leaf.index].MetaData
	if meta.BloomFilterOffset < 4 || meta.BloomFilterOffset >= r.ft.size {
		return false
	}
	at, size, ok := r.bloomHeader(meta.BloomFilterOffset)
	if !ok {
		return false
	}
	for _, v := range values {
		hash, ok := leaf.bloomHash(v)
		if !ok {
			return false
		}
		found, err := bloom.CheckSplitBlock(offsetReader{r.file, at}, size, hash)
		if err != nil || found {
			return false
		}
	}
	return true
}

// offsetReader reads a file from an offset on.
type offsetReader struct {
	in interface {
		ReadAt(p []byte, off int64) (int, error)
	}
	base int64
}

func (o offsetReader) ReadAt(p []byte, off int64) (int, error) { return o.in.ReadAt(p, o.base+off) }

// bloomHeader reads the header of a bloom filter and returns where its bits are.
func (r *reader) bloomHeader(offset int64) (at, size int64, ok bool) {
	raw := make([]byte, min(256, r.ft.size-offset))
	if _, err := r.file.ReadAt(raw, offset); err != nil {
		return 0, 0, false
	}
	c := thriftCursor{b: raw}
	if c.skipStruct(0); c.bad {
		return 0, 0, false
	}
	var h format.BloomFilterHeader
	if thrift.NewDecoder(new(thrift.CompactProtocol).NewReaderFromBytes(raw[:c.pos])).Decode(&h) != nil {
		return 0, 0, false
	}
	_, split := h.Algorithm.Value.(*format.SplitBlockAlgorithm)
	_, xx := h.Hash.Value.(*format.XxHash)
	_, plain := h.Compression.Value.(*format.BloomFilterUncompressed)
	at, size = offset+int64(c.pos), int64(h.NumBytes)
	ok = split && xx && plain && size >= bloom.BlockSize && size%bloom.BlockSize == 0 && at+size <= r.ft.size
	return at, size, ok
}

// bloomHash hashes a value as it is stored; ok is false for values whose stored form is not certain.
func (l *fileLeaf) bloomHash(v any) (hash uint64, ok bool) {
	var h bloom.XXH64
	switch x := v.(type) {
	case string:
		return h.Sum64([]byte(x)), l.conv.kind == convBytes
	case []byte:
		return h.Sum64(x), l.conv.kind == convBytes
	case float64:
		return h.Sum64Uint64(math.Float64bits(x)), x == x && x != 0 && l.physical == format.Double
	case float32:
		return h.Sum64Uint32(math.Float32bits(x)), x == x && x != 0 && l.physical == format.Float
	case types.Int128:
		return l.decimalHash(x)
	}
	x, isInt := asInt64(v)
	if !isInt {
		return 0, false
	}
	switch l.conv.kind {
	case convCopy, convInt8, convInt16, convUint8, convUint16, convUint32:
	default:
		return 0, false
	}
	if l.physical == format.Int32 {
		return h.Sum64Uint32(uint32(x)), true
	}
	return h.Sum64Uint64(uint64(x)), l.physical == format.Int64
}

func (l *fileLeaf) decimalHash(x types.Int128) (uint64, bool) {
	var h bloom.XXH64
	switch l.physical {
	case format.Int32:
		return h.Sum64Uint32(uint32(x.Lo)), x.IsInt64() && x.Int64() == int64(int32(x.Int64()))
	case format.Int64:
		return h.Sum64Uint64(x.Lo), x.IsInt64()
	case format.FixedLenByteArray:
		if l.width <= 16 {
			var b [16]byte
			binary.BigEndian.PutUint64(b[:], uint64(x.Hi))
			binary.BigEndian.PutUint64(b[8:], x.Lo)
			return h.Sum64(b[16-l.width:]), true
		}
	}
	return 0, false
}
