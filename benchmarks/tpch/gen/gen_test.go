package gen

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/stretchr/testify/require"
)

// digest feeds every column's values as text, one a line, to a SHA-256 of its own.
type digest struct {
	hashes []hash.Hash
	rows   int64
}

func newDigest(columns int) *digest {
	d := &digest{hashes: make([]hash.Hash, columns)}
	for i := range d.hashes {
		d.hashes[i] = sha256.New()
	}
	return d
}

func (d *digest) add(t testing.TB, batch arrow.RecordBatch) {
	d.rows += batch.NumRows()
	var line []byte
	for c, column := range batch.Columns() {
		require.Zero(t, column.NullN())
		line = line[:0]
		for i := range column.Len() {
			switch a := column.(type) {
			case *array.Int64:
				line = strconv.AppendInt(line, a.Value(i), 10)
			case *array.Int32:
				line = strconv.AppendInt(line, int64(a.Value(i)), 10)
			case *array.String:
				line = append(line, a.Value(i)...)
			case *array.Date32:
				line = a.Value(i).ToTime().AppendFormat(line, "2006-01-02")
			case *array.Decimal128:
				cents := a.Value(i).BigInt().Int64()
				if cents < 0 {
					line, cents = append(line, '-'), -cents
				}
				line = strconv.AppendInt(line, cents/100, 10)
				line = append(line, '.', byte('0'+cents/10%10), byte('0'+cents%10))
			default:
				t.Fatalf("type %s", column.DataType())
			}
			line = append(line, '\n')
		}
		d.hashes[c].Write(line)
	}
}

func (d *digest) sum(c int) string { return hex.EncodeToString(d.hashes[c].Sum(nil))[:16] }

// read feeds all rows of all parts, parts in order.
func read(t testing.TB, name string, sf float64, parts, batch int) *digest {
	var d *digest
	for part := range parts {
		table, err := NewTable(name, sf, part, parts)
		require.NoError(t, err)
		if d == nil {
			d = newDigest(table.Schema().NumFields())
		}
		d.drain(t, table, batch)
	}
	return d
}

// drain feeds the rows of one part.
func (d *digest) drain(t testing.TB, table *Table, batch int) {
	for {
		rows, err := table.Next(batch)
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
		require.LessOrEqual(t, rows.NumRows(), int64(batch))
		d.add(t, rows)
		rows.Release()
	}
}

type reference struct {
	rows     int64
	checksum []string
	columns  []string
}

func references(t testing.TB) map[string]*reference {
	f, err := os.Open("testdata/checksums.txt")
	require.NoError(t, err)
	defer f.Close()
	out := map[string]*reference{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if fields[0] == "#" {
			continue
		}
		key := fields[0] + " " + fields[1]
		if out[key] == nil {
			out[key] = &reference{}
		}
		r := out[key]
		r.columns = append(r.columns, fields[2])
		r.rows, err = strconv.ParseInt(fields[3], 10, 64)
		require.NoError(t, err)
		r.checksum = append(r.checksum, fields[4])
	}
	return out
}

// TestReference compares every column with the output of another implementation of dbgen.
func TestReference(t *testing.T) {
	refs := references(t)
	for _, sf := range []string{"0.01", "0.1"} {
		if sf == "0.1" && testing.Short() {
			continue
		}
		scale, _ := strconv.ParseFloat(sf, 64)
		for _, info := range Tables() {
			t.Run(sf+"/"+info.Name, func(t *testing.T) {
				want := refs[sf+" "+info.Name]
				require.NotNil(t, want)
				got := read(t, info.Name, scale, 1, 10_000)
				require.Equal(t, want.rows, got.rows)
				require.Equal(t, len(want.columns), info.Schema.NumFields())
				for i, column := range want.columns {
					require.Equal(t, column, info.Schema.Field(i).Name)
					require.False(t, info.Schema.Field(i).Nullable)
					require.Equal(t, want.checksum[i], got.sum(i), column)
				}
			})
		}
	}
}

// TestLargeScale compares one part in ten million of scale 30000, where keys outgrow 32 bits and are drawn with 64.
func TestLargeScale(t *testing.T) {
	refs := references(t)
	for _, name := range []string{"supplier", "part", "customer", "partsupp", "orders", "lineitem"} {
		t.Run(name, func(t *testing.T) {
			want := refs["30000:5000000/10000000 "+name]
			require.NotNil(t, want)
			table, err := NewTable(name, 30000, 5_000_000, 10_000_000)
			require.NoError(t, err)
			got := newDigest(len(want.columns))
			got.drain(t, table, 1000)
			require.Equal(t, want.rows, got.rows)
			for i, column := range want.columns {
				require.Equal(t, want.checksum[i], got.sum(i), column)
			}
		})
	}
}

// TestParts: cutting a table and reading it in any batch size gives the same rows.
func TestParts(t *testing.T) {
	for _, info := range Tables() {
		want := read(t, info.Name, 0.01, 1, 10_000)
		for _, cut := range []struct{ parts, batch int }{{7, 1001}, {3, 1 << 20}, {64, 13}} {
			t.Run(fmt.Sprintf("%s/%d/%d", info.Name, cut.parts, cut.batch), func(t *testing.T) {
				got := read(t, info.Name, 0.01, cut.parts, cut.batch)
				require.Equal(t, want.rows, got.rows)
				for i := range want.hashes {
					require.Equal(t, want.sum(i), got.sum(i), info.Schema.Field(i).Name)
				}
			})
		}
	}
}

func TestRejects(t *testing.T) {
	for _, c := range []struct {
		name        string
		sf          float64
		part, parts int
	}{{"nope", 1, 0, 1}, {"orders", 0, 0, 1}, {"orders", -1, 0, 1}, {"orders", 1e9, 0, 1}, {"orders", 1, 1, 1}, {"orders", 1, -1, 1}, {"orders", 1, 0, 0}} {
		_, err := NewTable(c.name, c.sf, c.part, c.parts)
		require.Error(t, err, "%+v", c)
	}
	table, err := NewTable("region", 1, 0, 1)
	require.NoError(t, err)
	_, err = table.Next(0)
	require.Error(t, err)
}

// TestExactSpan compares the integer quotient with dbgen's double arithmetic where the two are closest: at seeds next to a whole quotient.
func TestExactSpan(t *testing.T) {
	inverse := power(modulus - 2) // 1/multiplier
	for _, span := range []int64{1, 2, 7, 25, 9999, 99_901, 1_099_999, exactSpan} {
		for k := int64(0); k < span; k += span/1000 + 1 {
			for _, near := range []int64{-1, 0, 1, 2} {
				seed := uint64(max(1, min(modulus-1, k*modulus/span+near)))
				s := stream{seed: mulmod(seed, inverse)}
				require.Equal(t, int64(float64(seed)/modulus*float64(span)), s.below(span), "seed %d span %d", seed, span)
				require.Equal(t, seed, s.seed)
			}
		}
	}
}

func BenchmarkPool(b *testing.B) {
	for b.Loop() {
		p := newPool(poolSize)
		b.ReportMetric(float64(len(p.words)), "words")
	}
}

func BenchmarkLineItem(b *testing.B) {
	p := sharedPool()
	table, err := NewTable("lineitem", 10, 0, 1)
	require.NoError(b, err)
	b.ResetTimer()
	for b.Loop() {
		rows, err := table.Next(8192)
		require.NoError(b, err)
		rows.Release()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/8192, "ns/row")
	_ = p
}
