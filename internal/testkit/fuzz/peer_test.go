package fuzz

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/internal/testkit"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// peer is another engine in a process that answers a JSON object a line with one a line.
type peer struct {
	in  io.WriteCloser
	out *bufio.Scanner
}

type peerAnswer struct {
	Err     string
	Message string
	Rows    [][]*string
}

// startPeer starts the command in an environment variable, with more arguments, or skips the test.
func startPeer(t *testing.T, variable string, args ...string) *peer {
	words := append(strings.Fields(os.Getenv(variable)), args...)
	if os.Getenv(variable) == "" {
		t.Skip(variable + " is not set")
	}
	cmd := exec.Command(words[0], words[1:]...)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	p := &peer{in: in, out: bufio.NewScanner(out)}
	p.out.Buffer(nil, 64<<20)
	return p
}

func (p *peer) ask(t *testing.T, sql string) peerAnswer {
	line, err := json.Marshal(map[string]string{"sql": sql})
	require.NoError(t, err)
	_, err = p.in.Write(append(line, '\n'))
	require.NoError(t, err)
	for p.out.Scan() {
		if strings.HasPrefix(p.out.Text(), "{") {
			var a peerAnswer
			require.NoError(t, json.Unmarshal(p.out.Bytes(), &a))
			return a
		}
	}
	t.Fatalf("the peer ended: %v", p.out.Err())
	return peerAnswer{}
}

// TestDuckDB compares with DuckDB: SPARROW_DUCKDB is a Python that has it, SPARROW_FUZZ_SEEDS a range of seeds such as 1-50, one database each.
func TestDuckDB(t *testing.T) {
	p := startPeer(t, "SPARROW_DUCKDB", "testdata/duckdb_oracle.py")
	differ(t, p, func(dir, name string) string {
		return fmt.Sprintf("CREATE OR REPLACE VIEW %s AS SELECT * FROM '%s'", name, filepath.Join(dir, name, "*.parquet"))
	}, inDuckDB)
}

// TestSpark compares with Spark: SPARROW_SPARK is the command of its oracle, "python spark_oracle.py --timezone UTC".
func TestSpark(t *testing.T) {
	p := startPeer(t, "SPARROW_SPARK")
	differ(t, p, func(dir, name string) string {
		return fmt.Sprintf("CREATE OR REPLACE TEMPORARY VIEW %s AS SELECT * FROM parquet.`%s`", name, filepath.Join(dir, name))
	}, func(q string) (string, bool) { return q, !sparkDiffers.MatchString(q) })
}

// differ runs random queries in Sparrow and a peer. translate gives the peer's text of a query, false if it has none or means something else.
// Errors are not compared: an engine need not raise for a row that another one meets.
func differ(t *testing.T, p *peer, view func(dir, name string) string, translate func(string) (string, bool)) {
	from, to := uint64(1), uint64(40)
	fmt.Sscanf(os.Getenv("SPARROW_FUZZ_SEEDS"), "%d-%d", &from, &to)
	compared, refused := 0, map[string]int{}
	for seed := from; seed <= to; seed++ {
		r := rand.New(rand.NewPCG(seed, 7))
		db := newDatabase(t, database(r))
		for _, name := range tableNames {
			a := p.ask(t, view(db.dir, name))
			require.Empty(t, a.Err, a.Message)
		}
		for asked := 0; asked < 16; {
			q, ordered := Query(r)
			text, ok := translate(q)
			if !ok {
				continue
			}
			asked++
			types, rows, err := testkit.Run(context.Background(), db.sessions[1], q)
			want := p.ask(t, text)
			if want.Err != "" {
				refused[want.Err]++
				continue
			}
			if err != nil {
				if e := sqlerr.As(err); !forbidden(e) && (e == nil || !runtimeError(e)) {
					t.Errorf("seed %d: %v\n%s", seed, err, q)
				}
				continue
			}
			compared++
			theirs := make([]string, len(want.Rows))
			for i, row := range want.Rows {
				cells := make([]string, len(row))
				for c, v := range row {
					cells[c] = testkit.Null
					if v != nil {
						cells[c] = testkit.Normal(*v, types[c])
					}
				}
				theirs[i] = strings.Join(cells, "|")
			}
			if d := difference(lines(rows), theirs, ordered); d != "" {
				t.Errorf("seed %d: %s\n%s\n%s", seed, d, q, text)
			}
		}
		t.Logf("seed %d: %d answers compared so far", seed, compared)
	}
	t.Logf("%d answers compared, refused: %v", compared, refused)
	require.Positive(t, compared)
}

func difference(ours, theirs []string, ordered bool) string {
	ours, theirs = sorted(ours, ordered), sorted(theirs, ordered)
	if strings.Join(ours, "\n") == strings.Join(theirs, "\n") {
		return ""
	}
	return fmt.Sprintf("differs:\n%s\nthe peer:\n%s", strings.Join(ours, "\n"), strings.Join(theirs, "\n"))
}

func lines(rows [][]string) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = strings.Join(r, "|")
	}
	return out
}

// duckDiffers are functions that DuckDB lacks or understands in another way: casts of double to int round, averages of decimals are doubles.
var duckDiffers = regexp.MustCompile(`try_add|try_multiply|try_cast\(.* AS INT\)|size\(|\bget\(|element_at|cardinality|aggregate\(|array|exists\(|forall|->|named_struct|concat_ws|split\(|` +
	`transform|filter\(|reverse|slice|flatten|map_|sequence|\.m\b|sort_array|collect|listagg|INTERVAL|TIMESTAMP|trunc|last_day|date_add|date_format|dayofweek|year\(|month\(|day\(|` +
	`IGNORE NULLS|(?i:grouping)|CUBE|ROLLUP|LATERAL|CAST\(avg|CAST\(CAST|\.(iv|p|q|l|ts)\b|bit_|concat|count_if`)

var duckWords = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(` <=> `), " IS NOT DISTINCT FROM "},
	{regexp.MustCompile(`LEFT (SEMI|ANTI) JOIN`), "$1 JOIN"},
	{regexp.MustCompile(`(-?\d+)L\b`), "CAST($1 AS BIGINT)"},
	{regexp.MustCompile(`(-?[\d.]+)D\b`), "CAST($1 AS DOUBLE)"},
	{regexp.MustCompile(`double\('NaN'\)`), "CAST('NaN' AS DOUBLE)"},
}

// inDuckDB translates a query of Spark's dialect.
func inDuckDB(q string) (string, bool) {
	if duckDiffers.MatchString(q) {
		return "", false
	}
	for _, w := range duckWords {
		q = w.pattern.ReplaceAllString(q, w.by)
	}
	return q, true
}

// sparkDiffers are queries whose answers differ on purpose (docs/decisions): IN (SELECT …) as a value is three-valued here.
var sparkDiffers = regexp.MustCompile(`IN \(SELECT`)
