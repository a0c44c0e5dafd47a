package sql

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParts(t *testing.T) {
	text := "SELECT a.`b c`, 'x''y' -- why\n FROM t /* no end"
	var got []string
	classes := []string{"symbol", "keyword", "word", "quoted", "text", "number", "comment"}
	for _, p := range Parts(text) {
		s := classes[p.Class] + " " + text[p.Start:p.End]
		if p.Open {
			s += " open"
		}
		got = append(got, s)
	}
	require.Equal(t, []string{"keyword SELECT", "word a", "symbol .", "quoted `b c`", "symbol ,", "text 'x''y'", "comment -- why", "keyword FROM", "word t",
		"comment /* no end open"}, got)
	open := Parts("select 'a;")
	require.Equal(t, Part{Start: 7, End: 10, Class: Text, Open: true}, open[1])
	require.Empty(t, Parts("  \n"))
}

func TestFirst(t *testing.T) {
	for _, c := range []struct {
		text       string
		start, end int
		ended      bool
	}{
		{"select 1; select 2", 0, 8, true},
		{"  -- c\n select ';' ; x", 8, 19, true},
		{"select 1", 0, 8, false},
		{"select 1  \n", 0, 8, false},
		{"", 0, 0, false},
		{" -- only\n", 9, 9, false},
		{" ; a", 1, 1, true},
		{"select 'a; b", 0, 12, false},
		{"begin select 1; select 2; end; x", 0, 29, true},
		{"begin transaction; x", 0, 17, true},
		{"/* open", 0, 7, false},
	} {
		start, end, ended := First(c.text)
		require.Equal(t, []any{c.start, c.end, c.ended}, []any{start, end, ended}, c.text)
	}
}
