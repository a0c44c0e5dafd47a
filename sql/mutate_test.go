package sql

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// words splits text at its tokens, so that mutations stay close to SQL.
func words(text string) []string {
	tokens, err := lex(text)
	if err != nil {
		return nil
	}
	var out []string
	for _, t := range tokens[:len(tokens)-1] {
		out = append(out, text[t.start:t.end])
	}
	return out
}

// mutate drops, repeats, swaps or takes over a few words.
func mutate(r *rand.Rand, ws, others []string) string {
	ws = append([]string(nil), ws...)
	for range 1 + r.IntN(3) {
		if len(ws) == 0 {
			break
		}
		i := r.IntN(len(ws))
		switch r.IntN(4) {
		case 0:
			ws = append(ws[:i], ws[i+1:]...)
		case 1:
			ws = append(ws[:i+1], ws[i:]...)
		case 2:
			j := r.IntN(len(ws))
			ws[i], ws[j] = ws[j], ws[i]
		case 3:
			if len(others) > 0 {
				ws[i] = others[r.IntN(len(others))]
			}
		}
	}
	return strings.Join(ws, " ")
}

// TestMutations does what FuzzParse does for a few thousand statements near the seeds.
func TestMutations(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 2))
	texts := make([][]string, len(seeds))
	for i, s := range seeds {
		texts[i] = words(s)
	}
	parsed := 0
	for begin := time.Now(); time.Since(begin) < time.Second; {
		text := mutate(r, texts[r.IntN(len(texts))], texts[r.IntN(len(texts))])
		if _, err := Parse(text, Options{}); err == nil {
			parsed++
		}
		require.Empty(t, roundTrip(text, Options{}), text)
	}
	require.Positive(t, parsed)
}
