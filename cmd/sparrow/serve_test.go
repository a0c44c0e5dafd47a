package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServe(t *testing.T) {
	c, _, _ := newTestConsole(t)
	requests := []string{
		`{"sql":"SELECT id, name FROM people ORDER BY id"}`,
		``,
		`{"sql":"CREATE TEMP VIEW v AS SELECT 5 AS x; SELECT x, CAST(1.5 AS decimal(5,2)) AS d FROM v"}` + "\r",
		`{"sql":"SELECT 1;\n SELECT nix FROM people"}`,
		`{"sql":"SELECT 1;\n SELECT 1/0"}`,
		`{"sql":"  -- nothing"}`,
		`{"sql":`, `[1]`, `{}`, `{"sql":7}`,
	}
	var out bytes.Buffer
	require.NoError(t, serve(context.Background(), c.session, strings.NewReader(strings.Join(requests, "\n")), &out))
	var answers []map[string]any
	for line := range strings.SplitSeq(strings.TrimSpace(out.String()), "\n") {
		var a map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &a), line)
		delete(a, "seconds")
		delete(a, "message")
		answers = append(answers, a)
	}
	list := func(v ...any) []any { return append([]any{}, v...) }
	invalid := map[string]any{"err": "INVALID_REQUEST", "sqlstate": "22023", "pos": 0.0}
	require.Equal(t, []map[string]any{
		{"cols": list("id", "name"), "types": list("int", "string"), "rows": list(list("1", "anna"), list("2", nil))},
		{"cols": list("x", "d"), "types": list("int", "decimal(5,2)"), "rows": list(list("5", "1.50"))},
		{"err": "UNRESOLVED_COLUMN.WITH_SUGGESTION", "sqlstate": "42703", "line": 2.0, "pos": 8.0},
		{"err": "DIVIDE_BY_ZERO", "sqlstate": "22012", "line": 2.0, "pos": 8.0},
		{"cols": list(), "types": list(), "rows": list()},
		invalid, invalid, invalid, invalid,
	}, answers)
}

func TestServeStats(t *testing.T) {
	c, _, _ := newTestConsole(t)
	allocated := func() float64 {
		var u map[string]float64
		require.NoError(t, json.Unmarshal(respond(context.Background(), c.session, []byte(`{"stats":true}`), nil), &u))
		require.Contains(t, u, "cpu_seconds")
		require.Contains(t, u, "gc_cpu_seconds")
		return u["allocated_bytes"]
	}
	before := allocated()
	respond(context.Background(), c.session, []byte(`{"sql":"SELECT id FROM people"}`), nil)
	require.Greater(t, allocated(), before)
}

func TestServeEndsWithItsContext(t *testing.T) {
	c, _, _ := newTestConsole(t)
	ctx, cancel := context.WithCancel(context.Background())
	in, _ := io.Pipe() // nobody writes
	done := make(chan error)
	go func() { done <- serve(ctx, c.session, in, io.Discard) }()
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}
