package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow"
	sqltext "github.com/sparrow-engine/sparrow/types/text"
)

func TestModes(t *testing.T) {
	ctx := context.Background()
	c, out, _ := newTestConsole(t)
	for mode, want := range map[string]string{
		"table":    "┌────┬──────┐\n│ id │ name │\n├────┼──────┤\n│  1 │ anna │\n│  2 │ NULL │\n└────┴──────┘\n",
		"csv":      "id,name\n1,anna\n2,\n",
		"json":     "[{\"id\":1,\"name\":\"anna\"},\n {\"id\":2,\"name\":null}]\n",
		"jsonl":    "{\"id\":1,\"name\":\"anna\"}\n{\"id\":2,\"name\":null}\n",
		"markdown": "| id | name |\n| ---:| --- |\n| 1 | anna |\n| 2 | NULL |\n",
		"line":     "  id = 1\nname = anna\n\n  id = 2\nname = NULL\n",
	} {
		out.Reset()
		require.NoError(t, c.printer.setMode(mode))
		require.NoError(t, c.script(ctx, "", "SELECT * FROM people ORDER BY id"))
		require.Equal(t, want, out.String(), mode)
	}
	for mode, want := range map[string]string{"csv": "id\n", "json": "[]\n", "jsonl": "", "line": ""} {
		out.Reset()
		require.NoError(t, c.printer.setMode(mode))
		require.NoError(t, c.script(ctx, "", "SELECT id FROM people WHERE id > 9; CREATE OR REPLACE TEMP VIEW v AS SELECT 1"))
		require.Equal(t, want, out.String(), mode)
	}
}

func TestTableOnTerminal(t *testing.T) {
	rows := make([][]string, 5)
	for i := range rows {
		rows[i] = []string{"a\x1b[2Jb"}
	}
	var out bytes.Buffer
	p := &printer{mode: "table", maxRows: 3, terminal: true}
	require.NoError(t, p.print(&out, textResult([]string{"x"}, rows)))
	require.Contains(t, out.String(), "the first 3 rows of more")
	require.Contains(t, out.String(), `a\x1b[2Jb`, "data does not steer the terminal")
	require.NotContains(t, out.String(), "\x1b")
	require.Equal(t, 4, p.limit())
	out.Reset()
	require.NoError(t, p.print(&out, textResult([]string{"x"}, rows[:3])))
	require.True(t, strings.HasSuffix(out.String(), "\n3 rows\n"), out.String())
}

func TestAppendJSON(t *testing.T) {
	for _, s := range []string{"", "a\"b\\c\n\r\t\x01\x1f", "zoë 👍", "<&>", "bad\xffutf\xc3"} {
		var back string
		require.NoError(t, json.Unmarshal(sqltext.AppendJSONString(nil, s), &back), s)
		require.Equal(t, strings.ToValidUTF8(s, "\ufffd"), back)
	}
	for text, want := range map[string]string{"1.5": "1.5", "NaN": `"NaN"`} {
		require.Equal(t, want, string(appendJSONValue(nil, &text, "double")))
	}
}

func TestPager(t *testing.T) {
	write := func(text string, command ...string) string {
		var out bytes.Buffer
		p := &paged{out: &out, width: 10, height: 3, command: command}
		for _, b := range []byte(text) {
			_, err := p.Write([]byte{b})
			require.NoError(t, err)
		}
		require.NoError(t, p.Close())
		return out.String()
	}
	marks := []string{"sed", "s/^/>/"}
	require.Equal(t, "a\nb\n", write("a\nb\n", marks...))
	require.Equal(t, ">a\n>b\n>c\n>d\n", write("a\nb\nc\nd\n", marks...), "too tall")
	require.Equal(t, ">0123456789a\n", write("0123456789a\n", marks...), "too wide")
	require.Equal(t, "a\nb\nc\n", write("a\nb\nc\n", "/no/such/pager"))

	p := &paged{out: &bytes.Buffer{}, width: 10, height: 1, command: []string{"true"}}
	_, err := p.Write([]byte("a\n"))
	for range 1000 {
		if err != nil {
			break
		}
		_, err = p.Write(make([]byte, 4096))
	}
	require.ErrorIs(t, err, errPagerLeft)
	require.NoError(t, p.Close())
}

func TestProgressDisplay(t *testing.T) {
	var out bytes.Buffer
	p := startProgress(&out, 60, false)
	p.note(sparrow.Progress{Kind: sparrow.StageFinished, Stage: "build", Number: 1, Rows: 1234567, Elapsed: 1500 * time.Microsecond})
	p.note(sparrow.Progress{Kind: sparrow.Replanned, Reason: "stage 1 gave more", Rule: "reorder_joins"})
	p.note(sparrow.Progress{Kind: sparrow.Replanned, Reason: "stage 1 gave more", Rule: "push_limit"})
	p.note(sparrow.Progress{Kind: sparrow.StageStarted, Stage: "aggregate", Read: func() float64 { return 0.25 }})
	require.Equal(t, []string{"stage 1 build      1,234,567 rows, 1.5 ms", "re-planned: stage 1 gave more; reorder_joins, push_limit",
		"running aggregate  25 %  2.0 s  (Ctrl-C cancels)"}, p.lines(2*time.Second))
	p.stop()
	p.stop()
	require.Empty(t, out.String(), "a short query shows nothing")
	p.paint()
	drawn := out.Len()
	require.Equal(t, "\x1b[2A\r\x1b[J", p.erase())
	require.Positive(t, drawn)
	var none *progress
	none.stop()
}
