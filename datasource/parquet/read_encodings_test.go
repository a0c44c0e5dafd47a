package parquet

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/internal/invariants"
	"github.com/sparrow-engine/sparrow/types"
)

// encoded has a column for each encoding of each physical type, written by parquet-go.
type encoded struct {
	I32   int32            `parquet:"i32,plain"`
	I32D  int32            `parquet:"i32d,delta"`
	I32S  int32            `parquet:"i32s,split"`
	I64D  int64            `parquet:"i64d,delta"`
	I64W  int64            `parquet:"i64w,delta"`
	I64S  *int64           `parquet:"i64s,split,optional"`
	I64O  int64            `parquet:"i64o,delta,optional"`
	F32S  float32          `parquet:"f32s,split"`
	F64S  *float64         `parquet:"f64s,split,optional"`
	Str   string           `parquet:"str,plain"`
	StrD  string           `parquet:"strd,delta"`
	StrL  string           `parquet:"strl,delta,optional"`
	StrDi *string          `parquet:"strdi,dict,optional"`
	Bytes [20]byte         `parquet:"fixed,delta"`
	Split [5]byte          `parquet:"fixeds,split"`
	Bool  bool             `parquet:"bool,plain"`
	BoolR *bool            `parquet:"boolr,optional"`
	Old   deprecated.Int96 `parquet:"old"`
	List  []int64          `parquet:"list,list"`
	Group *group           `parquet:"group,optional"`
	Plain []string         `parquet:"legacy"`
}

type group struct {
	A string           `parquet:"a,delta,optional"`
	B map[string]int32 `parquet:"b"`
}

func ptr[T any](r *rand.Rand, x T) *T {
	if r.IntN(5) == 0 {
		return nil
	}
	return &x
}

func randomEncoded(r *rand.Rand, i int) encoded {
	word := func() string {
		return []string{"", "x", fmt.Sprint("common prefix of many values ", r.IntN(50)), fmt.Sprint("w", r.IntN(3)), "common prefix of many values"}[r.IntN(5)]
	}
	e := encoded{I32: r.Int32(), I32D: int32(i * 7), I32S: r.Int32() - 1<<30, I64D: int64(i) - 50, I64W: int64(r.Uint64()), I64S: ptr(r, int64(r.Uint64())),
		I64O: r.Int64N(5), F32S: float32(r.NormFloat64()), F64S: ptr(r, r.NormFloat64()), Str: word(), StrD: word(), StrL: word(),
		StrDi: ptr(r, word()), Bool: r.IntN(2) == 0, BoolR: ptr(r, i%100 < 50)}
	for k := range e.Bytes {
		e.Bytes[k] = byte(r.IntN(2))
	}
	for k := range e.Split {
		e.Split[k] = byte(r.Uint32())
	}
	nanos := uint64(r.Int64N(86_400_000_000)) * 1000
	e.Old = deprecated.Int96{uint32(nanos), uint32(nanos >> 32), uint32(2440588 + i)}
	for range r.IntN(4) {
		e.List = append(e.List, r.Int64N(1000))
		e.Plain = append(e.Plain, word())
	}
	if r.IntN(4) > 0 {
		e.Group = &group{A: word()}
		if r.IntN(3) > 0 {
			e.Group.B = map[string]int32{word(): r.Int32()}
		}
	}
	return e
}

func deref[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// zeroNull is how parquet-go writes optional fields that are no pointers.
func zeroNull[T comparable](x T) any {
	var zero T
	if x == zero {
		return nil
	}
	return x
}

// row is the record as Go values of SQL types.
func (e *encoded) row() []any {
	list, plain := []any{}, []any{}
	for _, x := range e.List {
		list = append(list, x)
	}
	for _, x := range e.Plain {
		plain = append(plain, x)
	}
	micros := (int64(int32(e.Old[2]))-2440588)*86_400_000_000 + int64(uint64(e.Old[1])<<32|uint64(e.Old[0]))/1000
	var g any
	if e.Group != nil {
		m := types.MapValue{Keys: []any{}, Values: []any{}}
		for k, v := range e.Group.B {
			m.Keys, m.Values = append(m.Keys, k), append(m.Values, v)
		}
		g = []any{zeroNull(e.Group.A), m}
	}
	return []any{e.I32, e.I32D, e.I32S, e.I64D, e.I64W, deref(e.I64S), zeroNull(e.I64O), e.F32S, deref(e.F64S), e.Str, e.StrD, zeroNull(e.StrL), deref(e.StrDi),
		e.Bytes[:], e.Split[:], e.Bool, deref(e.BoolR), micros, list, g, plain}
}

func writeEncoded(t testing.TB, rows []encoded, options ...pq.WriterOption) datasource.File {
	name := filepath.Join(t.TempDir(), "e.parquet")
	f, err := os.Create(name)
	require.NoError(t, err)
	w := pq.NewGenericWriter[encoded](f, options...)
	for from := 0; from < len(rows); from += 700 {
		_, err := w.Write(rows[from:min(from+700, len(rows))])
		require.NoError(t, err)
		if from == 700 {
			require.NoError(t, w.Flush())
		}
	}
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())
	return datasource.File{Path: name}
}

// TestReadEncodings reads what parquet-go writes: every encoding, both page versions, every codec, INT96, legacy lists.
func TestReadEncodings(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	rows := make([]encoded, 1500)
	var want [][]any
	for i := range rows {
		rows[i] = randomEncoded(r, i)
		want = append(want, rows[i].row())
	}
	for i, codec := range []compress.Codec{&pq.Uncompressed, &pq.Snappy, &pq.Gzip, &pq.Zstd, &pq.Lz4Raw, &pq.Brotli} {
		for version := 1; version <= 2; version++ {
			file := writeEncoded(t, rows, pq.Compression(codec), pq.DataPageVersion(version), pq.PageBufferSize(1000<<(i%3*2)))
			tab := openFiles(t, nil, nil, file)
			q := request(tab)
			q.BatchSize = []int{0, 97, 1}[i%3]
			got, _ := readAll(t, tab, q)
			sameRows(t, want, got, fmt.Sprint(codec, version))
			q.Fields, q.Columns = q.Fields[:18], q.Columns[:18]
			q.Threads, q.BatchSize = 2, 64
			compare(q, 3, datasource.Ge, int64(1000))
			compare(q, 15, datasource.Eq, true)
			some := filtered(t, want, q)
			for k := range some {
				some[k] = some[k][:18]
			}
			got, _ = readAll(t, tab, q)
			sameRows(t, some, got, fmt.Sprint(codec, version, " filtered"))
		}
	}
}

// TestDelta checks differences that need all 64 bits.
func TestDelta(t *testing.T) {
	type one struct {
		V int64 `parquet:"v,delta"`
	}
	var rows []one
	var want [][]any
	for i := range 1000 {
		v := []int64{math.MaxInt64, math.MinInt64, 0, -1, int64(i), int64(i) << 40}[i*i%6]
		rows, want = append(rows, one{v}), append(want, []any{v})
	}
	name := filepath.Join(t.TempDir(), "d.parquet")
	require.NoError(t, pq.WriteFile(name, rows))
	got, _ := readAll(t, openFiles(t, nil, nil, datasource.File{Path: name}), request(openFiles(t, nil, nil, datasource.File{Path: name})))
	sameRows(t, want, got)
}

// TestSteadyStateDoesNotAllocate reads row groups of each encoding after another: from the second on, memory is there.
func TestSteadyStateDoesNotAllocate(t *testing.T) {
	if invariants.Enabled {
		t.Skip("dictionaries are copied under invariants")
	}
	for _, c := range decodeClasses() {
		for _, e := range c.encodings {
			if e == &pq.RLEDictionary {
				continue // each dictionary is a vector of its own
			}
			tab := openFiles(t, nil, nil, writeClass(t, &c, e, &pq.Uncompressed, 20_000))
			s, err := tab.ScanVectors(context.Background(), fieldsOf(tab, "v"))
			require.NoError(t, err)
			in, err := s.NewReader(context.Background())
			require.NoError(t, err)
			var b columnar.Batch
			read := func() {
				require.NoError(t, in.Open(0))
				for ok := true; ok; {
					ok, err = in.Next(&b)
					require.NoError(t, err)
				}
			}
			for range 4 { // buffers that other readers left are of any size
				read()
			}
			allocated := testing.AllocsPerRun(3, read)
			require.NoError(t, in.Close())
			require.LessOrEqual(t, allocated, 4.0, "%s %s", c.name, e)
		}
	}
}
