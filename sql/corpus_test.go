package sql

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

const corpus = "/work/shared/corpora/spark-4.3/"

// corpusStatement is a line of statements.jsonl or syntax.jsonl.
type corpusStatement struct {
	File, SQL, Kind, ErrorClass, Exception string
	Feature, Err                           string
	Set                                    []string
	Conf                                   json.RawMessage
	Setup                                  []string
}

func readCorpus(t testing.TB, name string) []corpusStatement {
	f, err := os.Open(corpus + name)
	if err != nil {
		t.Skip("the corpus of Spark's answers is not here")
	}
	defer f.Close()
	var out []corpusStatement
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		var c corpusStatement
		require.NoError(t, json.Unmarshal(s.Bytes(), &c))
		out = append(out, c)
	}
	require.NoError(t, s.Err())
	return out
}

// parseTime reports whether Spark gave the error before analysis.
func (c corpusStatement) parseTime() bool {
	if strings.HasPrefix(c.ErrorClass, "INVALID_INLINE_TABLE.FAILED") { // evaluated while parsing
		return false
	}
	return strings.HasSuffix(c.Exception, "ParseException") || c.Err == "PARSE_SYNTAX_ERROR"
}

func (c corpusStatement) options() Options {
	return Options{LegacyIntervals: strings.Contains(strings.Join(c.Set, " "), "legacy.interval.enabled=true")}
}

// TestCorpus counts the statements that we take or refuse unlike Spark.
func TestCorpus(t *testing.T) {
	statements := slices.Concat(readCorpus(t, "statements.jsonl"), readCorpus(t, "syntax.jsonl"), readCorpus(t, "functions.jsonl"))
	total, wrong, other, unsupported := 0, 0, 0, map[string]int{}
	for _, c := range statements {
		for _, s := range c.Setup {
			total++
			if _, err := Parse(s, c.options()); err != nil && !isUnsupported(err) {
				wrong++
				t.Logf("refused: %s\n%v", s, err)
			}
		}
		total++
		_, err := Parse(c.SQL, c.options())
		switch {
		case isUnsupported(err):
			unsupported[sqlerr.As(err).Condition]++
		case c.parseTime() && err == nil:
			wrong++
			t.Logf("taken, Spark says %s%s: %s", c.ErrorClass, c.Err, c.SQL)
		case !c.parseTime() && err != nil:
			if e := sqlerr.As(err); e.Condition == c.ErrorClass || e.Condition == c.Err {
				continue // refused earlier than Spark does, with the same condition
			}
			wrong++
			t.Logf("refused (%s%s): %s\n%v", c.ErrorClass, c.Err, c.SQL, err)
		case err != nil && sqlerr.As(err).Condition != c.ErrorClass+c.Err:
			other++
			t.Logf("%s, Spark says %s%s: %s", sqlerr.As(err).Condition, c.ErrorClass, c.Err, c.SQL)
		}
	}
	t.Logf("%d statements: %d taken or refused unlike Spark, %d refused with another condition, unsupported: %s", total, wrong, other, counts(unsupported))
	require.LessOrEqual(t, wrong, 0)
	require.LessOrEqual(t, other, 0)
}

func isUnsupported(err error) bool {
	e := sqlerr.As(err)
	return e != nil && strings.HasPrefix(e.Condition, "UNSUPPORTED_FEATURE.") && e.Condition != "UNSUPPORTED_FEATURE.LATERAL_JOIN_USING"
}

func counts(m map[string]int) string {
	var out []string
	for k, n := range m {
		out = append(out, fmt.Sprintf("%s=%d", k, n))
	}
	sort.Strings(out)
	return strings.Join(out, " ")
}
