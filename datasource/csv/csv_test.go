package csv

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/internal/testkit/scanned"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

type file struct{ name, content string }

func write(t testing.TB, files ...file) []datasource.File {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.name), []byte(f.content), 0o666))
	}
	l, err := datasource.List(context.Background(), []string{dir})
	require.NoError(t, err)
	return l.Files
}

func open(t testing.TB, files []datasource.File, schema types.Schema, o datasource.Options) datasource.Table {
	t.Helper()
	tab, err := Format{}.Open(context.Background(), files, o, schema)
	require.NoError(t, err)
	return tab
}

func schema(ts ...types.Type) types.Schema {
	var s types.Schema
	for i, t := range ts {
		s = append(s, types.Field{Name: string(rune('a' + i)), Type: t, Nullable: true})
	}
	return s
}

var header = datasource.Options{"header": "true"}

// What the first line is and which types the columns have.
func TestInference(t *testing.T) {
	for _, c := range []struct {
		name, content, want string
		o                   datasource.Options
		rows                []string
	}{
		{"header found", "a,b\n1,x\n2,y\n", "struct<a:int,b:string>", nil, []string{"1|x", "2|y"}},
		{"no header", "1,x\n2,y\n", "struct<_c0:int,_c1:string>", nil, []string{"1|x", "2|y"}},
		{"all text", "name,city\nann,rome\n", "struct<name:string,city:string>", nil, []string{"ann|rome"}},
		{"told header", "1,2\n3,4\n", "struct<1:int,2:int>", header, []string{"3|4"}},
		{"told none", "a,b\n1,2\n", "struct<_c0:string,_c1:string>", datasource.Options{"header": "false"}, []string{"a|b", "1|2"}},
		{"no types", "a\n1\n", "struct<a:string>", datasource.Options{"header": "true", "inferschema": "false"}, []string{"1"}},
		{"numbers", "i,l,d,f\n1,1,1,1\n2,3000000000,30000000000000000000000,1.5\n", "struct<i:int,l:bigint,d:decimal(23,0),f:double>", header, []string{"1|1|1|1.0", "2|3000000000|30000000000000000000000|1.5"}},
		{"words are no numbers", "x,y\nnan,0x10\ninf,1_0\n", "struct<x:string,y:string>", header, []string{"nan|0x10", "inf|1_0"}},
		{"dates", "d,t,b\n2020-01-01,2020-01-01 10:00:00,true\n,,\n", "struct<d:date,t:timestamp,b:boolean>", header, []string{"2020-01-01|2020-01-01 10:00:00|true", "NULL|NULL|NULL"}},
		{"years", "y\n2020\n1999\n", "struct<y:int>", header, []string{"2020", "1999"}},
		{"mixed", "m\n1\nx\n", "struct<m:string>", header, []string{"1", "x"}},
		{"only nulls", "m,n\n,1\n,2\n", "struct<m:string,n:int>", header, []string{"NULL|1", "NULL|2"}},
		{"same names", "a,A,\n1,2,3\n", "struct<a0:int,A1:int,_c2:int>", header, []string{"1|2|3"}},
		{"BOM and CRLF", "\xEF\xBB\xBFa,b\r\n1,x\r\n\r\n2,\"y\"\r\n", "struct<a:int,b:string>", nil, []string{"1|x", "2|y"}},
		{"no end of line", "a\n1\n2", "struct<a:int>", nil, []string{"1", "2"}},
		{"header only", "a,b\n", "struct<a:string,b:string>", header, nil},
		{"separator", "a;b\n1;\"x;y\"\n", "struct<a:int,b:string>", datasource.Options{"sep": ";"}, []string{"1|x;y"}},
		{"comment", "#c\na,b\n1,2\n#d\n", "struct<a:int,b:int>", datasource.Options{"comment": "#", "header": "true"}, []string{"1|2"}},
		{"null text", "a,b\n1,NA\nNA,x\n", "struct<a:int,b:string>", datasource.Options{"nullvalue": "NA", "header": "true"}, []string{"1|NULL", "NULL|x"}},
		{"empty is null", "a,b\n\"\",1\n,2\n", "struct<a:string,b:int>", header, []string{"NULL|1", "NULL|2"}},
		{"empty is not null", "a,b\n\"\",NA\n,2\n", "struct<a:string,b:int>", datasource.Options{"header": "true", "nullvalue": "NA"}, []string{"|NULL", "NULL|2"}},
		{"empty text", "a,b\n\"\",1\n,2\n", "struct<a:string,b:int>", datasource.Options{"header": "true", "emptyvalue": "none"}, []string{"none|1", "NULL|2"}},
		{"quotes", "a,b\n\"x \"\"y\"\"\",\"q\\\"r\"\n\"u,v\" , w \n", "struct<a:string,b:string>", header, []string{`x "y"|q"r`, "u,v| w "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab := open(t, write(t, file{"x.csv", c.content}), nil, c.o)
			require.Equal(t, c.want, scanned.Columns(tab))
			for _, size := range []int{1, 4096} {
				got, err := scanned.Text(tab, size)
				require.NoError(t, err)
				require.Equal(t, c.rows, got)
			}
		})
	}
	_, err := Format{}.Open(context.Background(), write(t, file{"x.csv", ""}), nil, nil)
	require.Equal(t, "UNABLE_TO_INFER_SCHEMA", sqlerr.As(err).Condition)
	got, err := scanned.Text(open(t, write(t, file{"x.csv", ""}), schema(types.IntType), nil), 0)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestPatterns(t *testing.T) {
	files := write(t, file{"x.csv", "d,t\n31/12/2020,31.12.2020 14:05\n,\n"})
	o := datasource.Options{"header": "true", "dateformat": "dd/MM/yyyy", "timestampformat": "dd.MM.yyyy HH:mm", "timezone": "America/New_York"}
	tab := open(t, files, nil, o)
	require.Equal(t, "struct<d:date,t:timestamp>", scanned.Columns(tab))
	got, err := scanned.Text(tab, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"2020-12-31|2020-12-31 19:05:00", "NULL|NULL"}, got)
	_, err = Format{}.Open(context.Background(), files, datasource.Options{"dateformat": "yyyy-bb"}, nil)
	require.Error(t, err)
}

// ragged has records of too few and too many cells; answers are Spark 4.3's.
const ragged = "a,b,c\n1,x,2020-01-01\n3\n4,w,2021-02-03,extra\n5,y,no date\n"

func TestModes(t *testing.T) {
	files := write(t, file{"x.csv", ragged})
	s := schema(types.IntType, types.StringType, types.DateType)
	corrupt := append(s[:3:3], types.Field{Name: "_corrupt_record", Type: types.StringType, Nullable: true})
	got, err := scanned.Text(open(t, files, corrupt, header), 0)
	require.NoError(t, err)
	require.Equal(t, []string{"1|x|2020-01-01|NULL", "3|NULL|NULL|3", "4|w|2021-02-03|4,w,2021-02-03,extra", "5|y|NULL|5,y,no date"}, got)
	got, err = scanned.Text(open(t, files, corrupt, header), 1, "_corrupt_record", "b")
	require.NoError(t, err)
	require.Equal(t, []string{"NULL|x", "3|NULL", "4,w,2021-02-03,extra|w", "5,y,no date|y"}, got)
	for _, names := range [][]string{nil, {"a"}, {"b"}} {
		got, err = scanned.Text(open(t, files, s, datasource.Options{"header": "true", "mode": "dropMalformed"}), 2, names...)
		require.NoError(t, err)
		require.Len(t, got, 1)
	}
	_, err = scanned.Text(open(t, files, s, datasource.Options{"header": "true", "mode": "FAILFAST"}), 0, "a")
	e := sqlerr.As(err)
	require.Equal(t, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", e.Condition)
	require.Contains(t, e.Message, "x.csv line 3")
	_, err = Format{}.Open(context.Background(), files, datasource.Options{"mode": "x"}, s)
	require.Error(t, err)
}

func TestMultiLine(t *testing.T) {
	files := write(t, file{"x.csv", "a,b\n1,\"x\ny \"\"z\"\"\"\n2,\"\n\n\"\n3,\"open\n"})
	got, err := scanned.Text(open(t, files, nil, datasource.Options{"header": "true", "multiline": "true"}), 0)
	require.NoError(t, err)
	require.Equal(t, []string{"1|x\ny \"z\"", "2|\n\n", "3|open"}, got)
	got, err = scanned.Text(open(t, files, schema(types.StringType, types.StringType), header), 0)
	require.NoError(t, err)
	require.Equal(t, 5, len(got))
}

// Files of one folder may begin with a header or not.
func TestMixedHeaders(t *testing.T) {
	files := write(t, file{"1.csv", "a,b\n1,2\n"}, file{"2.csv", "3,4\n"}, file{"3.csv", "A,B\n5,6\n"})
	for _, s := range []types.Schema{nil, schema(types.IntType, types.IntType)} {
		if s == nil {
			files = files[:2]
		} else {
			files = files[:3]
		}
		got, err := scanned.Text(open(t, files, s, nil), 0)
		require.NoError(t, err)
		require.Equal(t, []string{"1|2", "3|4", "5|6"}[:len(files)], got)
	}
}

func TestPiecesAndCompression(t *testing.T) {
	var b strings.Builder
	const n = 100_000
	b.WriteString("i,s\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,a text to make the file larger than one piece of it is\n", i)
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte(b.String()))
	w.Close()
	for _, f := range []file{{"x.csv", b.String()}, {"x.csv.gz", z.String()}} {
		got, err := scanned.Text(open(t, write(t, f), nil, nil), 0, "i")
		require.NoError(t, err)
		require.Len(t, got, n)
		require.Equal(t, "0", got[0])
		require.Equal(t, fmt.Sprint(n-1), got[n-1])
	}
	_, err := scanned.Text(open(t, write(t, file{"x.csv.gz", z.String()[:1000]}), schema(types.IntType, types.StringType), nil), 0)
	require.Equal(t, "FAILED_READ_FILE.NO_HINT", sqlerr.As(err).Condition)
}

func TestWriteAndRead(t *testing.T) {
	s := types.Schema{}
	for i, typ := range []types.Type{types.StringType, types.DoubleType, types.TimestampType, types.DateType, types.BinaryType, types.BooleanType, types.DecimalOf(20, 2), types.DayTimeType, types.TimestampNTZType} {
		s = append(s, types.Field{Name: string(rune('a' + i)), Type: typ, Nullable: true})
	}
	rows := [][]any{
		{"x,y", 1.5, int64(1577836800123456), int32(18262), []byte("ab"), true, types.Int128Of(-150), int64(86400e6), int64(1577836800000000)},
		{"a\"b\\c", 1e20, nil, nil, nil, false, nil, nil, nil},
		{"", nil, nil, nil, nil, nil, nil, nil, nil},
		{" sp ", nil, nil, nil, nil, nil, nil, nil, nil},
		{nil, nil, nil, nil, nil, nil, nil, nil, nil},
		{"two\nlines", nil, nil, nil, nil, nil, nil, nil, nil},
	}
	b := &columnar.Batch{N: len(rows)}
	var want []string
	for j, f := range s {
		v := columnar.New(f.Type, len(rows))
		v.ClearReferences()
		for i := range rows {
			v.SetValue(i, rows[i][j])
		}
		b.Cols = append(b.Cols, v)
	}
	for i := range rows {
		cells := make([]string, len(s))
		for j, f := range s {
			cells[j] = text.Hive(rows[i][j], f.Type, time.UTC)
		}
		want = append(want, strings.Join(cells, "|"))
	}
	as := arrow.NewSchema(columnar.ArrowFields(s), nil)
	rec, err := columnar.ToRecord(as, b)
	require.NoError(t, err)
	for _, o := range []datasource.Options{{}, {"header": "false"}, {"sep": "\t", "quote": "'", "compression": "gzip"}, {"escape": "\"", "compression": "zstd"}, {"quoteall": "true", "nullvalue": "NULL", "compression": "lz4"}, {"timezone": "America/New_York"}, {"dateformat": "dd/MM/yyyy", "timestampformat": "dd.MM.yyyy HH:mm:ss.SSSSSS", "timestampntzformat": "HH:mm yyyyMMdd"}} {
		var out bytes.Buffer
		w, err := Format{}.NewWriter(&out, as, o)
		require.NoError(t, err)
		require.NoError(t, w.Write(rec))
		require.NoError(t, w.Close())
		if o["header"] == "false" { // as Spark writes it, but for the microseconds
			require.Contains(t, out.String(), "\"x,y\",1.5,2020-01-01T00:00:00.123456Z,2020-01-01,ab,true,-1.50,")
		}
		name := "x.csv" + map[string]string{"gzip": ".gz", "zstd": ".zst", "lz4": ".lz4"}[o["compression"]]
		read := datasource.Options{"multiline": "true"}
		for k, v := range o {
			read[k] = v
		}
		got, err := scanned.Text(open(t, write(t, file{name, out.String()}), s, read), 0)
		require.NoError(t, err)
		want := slices.Clone(want)
		if o["nullvalue"] == "" { // the empty string
			want[2] = "NULL" + want[2]
		}
		require.Equal(t, want, got, "%v", o)
	}
	_, err = Format{}.NewWriter(&bytes.Buffer{}, arrow.NewSchema(columnar.ArrowFields(types.Schema{{Name: "m", Type: types.ArrayOf(types.IntType, true)}}), nil), nil)
	require.Equal(t, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", sqlerr.As(err).Condition)
}

// A file of any bytes gives a row for each line that is no header, comment or blank, whatever the columns and batches, or an error, and never a panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(ragged), byte(0))
	f.Add([]byte("\"a\",b\n\"x\ny\",\"\\\"\"\n\n1,2,3"), byte(1))
	f.Fuzz(checkAny)
}

// The same for texts with bytes changed, taken out and doubled.
func TestMutations(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	const special = "\"\\,\n\r \x00a1-:"
	for i := range 300 {
		data := []byte(ragged + "\"a\",b\n\"x\ny\",\"\\\"\"\n")
		for range 1 + rnd.Intn(6) {
			at := rnd.Intn(len(data))
			switch rnd.Intn(3) {
			case 0:
				data[at] = special[rnd.Intn(len(special))]
			case 1:
				data = slices.Delete(data, at, min(at+1+rnd.Intn(4), len(data)))
			default:
				data = slices.Insert(data, at, data[at:min(at+rnd.Intn(9), len(data))]...)
			}
		}
		checkAny(t, data, byte(i))
	}
}

func checkAny(t *testing.T, data []byte, o byte) {
	files := write(t, file{"x.csv", string(data)})
	opts := datasource.Options{"header": "false", "multiline": fmt.Sprint(o&1 == 1)}
	s := schema(types.IntType, types.StringType, types.TimestampType)
	one, err := scanned.Text(open(t, files, s, opts), 1)
	if err != nil {
		return
	}
	many, err := scanned.Text(open(t, files, s, opts), 64, "b")
	require.NoError(t, err)
	require.Len(t, many, len(one))
	lines := 0
	for _, line := range bytes.Split(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")), []byte("\n")) {
		if len(bytes.TrimSuffix(line, []byte("\r"))) > 0 {
			lines++
		}
	}
	if o&1 == 0 {
		require.Len(t, one, lines)
	}
	if tab, err := (Format{}).Open(context.Background(), files, opts, nil); err == nil {
		got, err := scanned.Text(tab, 7)
		require.NoError(t, err)
		require.Len(t, got, len(one))
	}
}
