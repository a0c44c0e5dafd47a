package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/benchmarks/tpch"
)

// The scale factor is that of the tables, unless the user says another, which is an error.
func TestTPCHScaleIsThatOfTheTables(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, tpch.Generate(context.Background(), dir, 0.01, tpch.GenerateOptions{}))
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		root := newRoot()
		root.SetArgs(append([]string{"tpch", "--dir", dir, "--query", "11"}, args...))
		root.SetOut(&out)
		root.SetErr(&out)
		err := root.Execute()
		return out.String(), err
	}
	out, err := run()
	require.NoError(t, err, out)
	require.Contains(t, out, "SF 0.01,")
	require.Contains(t, out, "1 of 1 right")
	_, err = run("--sf", "0.1")
	require.ErrorContains(t, err, "are of scale factor 0.01, not 0.1")
}
