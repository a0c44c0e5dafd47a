package analyzer

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// TestFunctionNames compares the automatic names of the documented examples of functions with Spark's, whether the functions are there
// or not.
func TestFunctionNames(t *testing.T) {
	f, err := os.Open(strings.Replace(corpus, "statements", "functions", 1))
	if err != nil {
		t.Skip("the corpus of Spark's answers is not here")
	}
	defer f.Close()
	s := newTestSession(t)
	a := &analyzer{Session: &Session{Catalog: s.catalog, Conf: s.conf.Get}, env: s.env(), names: map[*expr.Name]string{}}
	same, total := 0, 0
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		var e struct {
			SQL  string
			Cols []string
		}
		require.NoError(t, json.Unmarshal(in.Bytes(), &e))
		p, err := s.parse(e.SQL, nil)
		if err != nil {
			continue
		}
		sel, ok := p.(*logical.Select)
		if !ok || len(sel.List) != len(e.Cols) {
			continue
		}
		for i, x := range sel.List {
			if _, ok := x.(*expr.Alias); ok {
				continue
			}
			total++
			if got := autoName(a, x); got == e.Cols[i] {
				same++
			} else if os.Getenv("CORPUS") != "" {
				t.Logf("want %s\n got %s", e.Cols[i], got)
			}
		}
	}
	t.Logf("%d of %d names", same, total)
	require.Greater(t, same*100, total*90, "%d of %d names are Spark's", same, total)
}
