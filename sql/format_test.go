package sql

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// roundTrip returns what is wrong with printing and parsing text again; "" if nothing is, or if text is no SQL.
func roundTrip(text string, o Options) string {
	p, err := Parse(text, o)
	if err != nil {
		return ""
	}
	printed := Format(p)
	q, err := Parse(printed, o)
	if err != nil {
		return "cannot parse what was printed: " + printed + "\n" + err.Error()
	}
	if d := different(p, q); d != "" {
		return "another plan: " + d + "\n" + printed + "\n" + Format(q)
	}
	return ""
}

func TestFormatTPCH(t *testing.T) {
	for i, q := range tpchQueries(t) {
		require.Empty(t, roundTrip(q, Options{}), "query %d", i+1)
	}
}

// TestFormatCorpus prints and parses again all statements of the corpus.
func TestFormatCorpus(t *testing.T) {
	n, wrong := 0, 0
	for _, c := range slices.Concat(readCorpus(t, "statements.jsonl"), readCorpus(t, "syntax.jsonl"), readCorpus(t, "functions.jsonl")) {
		for _, s := range append([]string{c.SQL}, c.Setup...) {
			n++
			if d := roundTrip(s, Options{}); d != "" {
				wrong++
				t.Logf("%s\n%s", s, d)
			}
		}
	}
	t.Logf("%d statements, %d not printed back", n, wrong)
	require.Zero(t, wrong)
}

// TestSeeds makes sure that the seeds of the fuzz test are SQL, so that it mutates what parses.
func TestSeeds(t *testing.T) {
	for _, s := range seeds {
		_, err := Parse(s, Options{})
		require.NoError(t, err, s)
		require.Empty(t, roundTrip(s, Options{}), s)
	}
}
