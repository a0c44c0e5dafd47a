package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sparrow-engine/sparrow"
)

// TestRowsArePrintedAsTheyCome reads the first row of a result whose second one waits until it was read.
func TestRowsArePrintedAsTheyCome(t *testing.T) {
	for mode, want := range map[string][]string{
		"csv":   {"x", "0", "1"},
		"jsonl": {`{"x":0}`, `{"x":1}`},
		"json":  {`[{"x":0}`, `,`, ` {"x":1}]`},
		"line":  {"x = 0", "", "x = 1"},
	} {
		t.Run(mode, func(t *testing.T) {
			c, _, _ := newTestConsole(t)
			require.NoError(t, c.printer.setMode(mode))
			read := make(chan struct{})
			require.NoError(t, c.session.RegisterFunc("waiting", func(x int64) int64 {
				if x > 0 {
					<-read
				}
				return x
			}))
			require.NoError(t, c.session.SetConf("sparrow.batchSize", "1"))
			in, out := io.Pipe()
			c.stdout = out
			go func() {
				err := c.script(context.Background(), "", "SELECT waiting(id) AS x FROM range(2)")
				out.CloseWithError(err)
			}()
			lines := bufio.NewReader(in)
			for i, line := range want {
				if mode == "json" && i == 0 { // the line ends with the next row
					got := make([]byte, len(line))
					_, err := io.ReadFull(lines, got)
					require.NoError(t, err)
					require.Equal(t, line, string(got))
				} else {
					got, err := lines.ReadString('\n')
					require.NoError(t, err)
					require.Equal(t, line+"\n", got)
				}
				if strings.Contains(line, "0") {
					close(read)
				}
			}
			_, err := lines.ReadByte()
			require.ErrorIs(t, err, io.EOF)
		})
	}
}

// TestEndlessResultsEndWithTheirReader prints what has no end until nobody reads it.
func TestEndlessResultsEndWithTheirReader(t *testing.T) {
	none := goleak.IgnoreCurrent()
	c, _, _ := newTestConsole(t)
	in, out := io.Pipe()
	c.stdout = out
	ended := make(chan error)
	go func() {
		ended <- c.script(context.Background(), "", "SELECT id FROM range(1000000000000000)")
	}()
	lines := bufio.NewScanner(in)
	for want := -1; want < 100000 && lines.Scan(); want++ {
		if want >= 0 {
			require.Equal(t, fmt.Sprint(want), lines.Text())
		}
	}
	in.CloseWithError(errors.New("read enough"))
	require.EqualError(t, <-ended, "read enough")

	var seen strings.Builder
	c.stdout, c.interactive, c.pager = &seen, true, true
	t.Setenv("PAGER", "head -n 3")
	require.NoError(t, c.script(context.Background(), "", "SELECT id FROM range(1000000000000000)"), "the pager was left")
	require.Equal(t, "id\n0\n1\n", seen.String())

	path := filepath.Join(t.TempDir(), "out.csv")
	require.NoError(t, c.script(context.Background(), "", `\o `+path))
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(2*promptDelay, cancel)
	require.ErrorIs(t, c.script(ctx, "", "SELECT id FROM range(1000000000000000)"), context.Canceled)
	require.NoError(t, c.close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(text), "id\n0\n1\n2\n"))
	require.True(t, strings.HasSuffix(string(text), "\n"), "the rows before the error are whole")
	c.session.Close()
	goleak.VerifyNone(t, none)
}

func TestPromptWriter(t *testing.T) {
	in, out := io.Pipe()
	p := newPromptWriter(out)
	got := make([]byte, 3)
	for range 2 {
		for _, part := range []string{"a", "bc"} {
			n, err := p.Write([]byte(part))
			require.NoError(t, err)
			require.Equal(t, len(part), n)
		}
		_, err := io.ReadFull(in, got) // without Flush
		require.NoError(t, err)
		require.Equal(t, "abc", string(got))
	}
	in.CloseWithError(sparrow.ErrNoRows)
	_, err := p.Write([]byte("x"))
	require.NoError(t, err)
	require.ErrorIs(t, p.Flush(), sparrow.ErrNoRows)
	_, err = p.Write([]byte("x"))
	require.ErrorIs(t, err, sparrow.ErrNoRows)
}
