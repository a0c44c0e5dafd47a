package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow"
)

// newTestConsole has two views: people(id, name) and `odd name`(x).
func newTestConsole(t *testing.T) (*console, *bytes.Buffer, *bytes.Buffer) {
	t.Helper()
	s, err := sparrow.NewSession()
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	p, err := newPrinter("csv")
	require.NoError(t, err)
	var out, errs bytes.Buffer
	c := newConsole(s, p, &out, &errs)
	require.NoError(t, c.script(context.Background(), "", "CREATE TEMP VIEW people AS SELECT * FROM VALUES (1, 'anna'), (2, NULL) AS t(id, name);"+
		"CREATE TEMP VIEW `odd name` AS SELECT 1 AS x"))
	return c, &out, &errs
}

func TestScript(t *testing.T) {
	ctx := context.Background()
	c, out, errs := newTestConsole(t)
	script := "\\mode jsonl\n-- a comment; really\nSELECT id, name FROM people; \\mode line\nSELECT ';' AS semicolon;\n\\q\nSELECT 3"
	require.ErrorIs(t, c.script(ctx, "", script), errQuit)
	require.Equal(t, "{\"id\":1,\"name\":\"anna\"}\n{\"id\":2,\"name\":null}\nsemicolon = ;\n", out.String())
	require.Empty(t, errs.String())
}

func TestScriptErrorsPointIntoTheFile(t *testing.T) {
	ctx := context.Background()
	c, _, _ := newTestConsole(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		return path
	}
	a := write("a.sql", "SELECT 1;\n\nSELECT 2 AS b,\n  nix FROM people;")
	err := c.runFile(ctx, a)
	require.Equal(t, a+":4: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `nix` cannot be resolved. SQLSTATE: 42703\n"+
		"   4 |   nix FROM people;\n         ^^^", strings.Split(describe(err, false), "\nHint")[0])
	require.ErrorContains(t, c.runFile(ctx, write("run.sql", "SELECT 1;\nSELECT 1/0")), "run.sql:2: [DIVIDE_BY_ZERO]")
	require.ErrorContains(t, c.runFile(ctx, write("meta.sql", "SELECT 1;\n\\nix")), `meta.sql:2: there is no command \nix`)
	require.ErrorContains(t, c.runFile(ctx, write("outer.sql", "\\i "+a)), "a.sql:4: ", "the inner file is named")
	require.ErrorContains(t, c.runFile(ctx, write("self.sql", "\\i "+filepath.Join(dir, "self.sql"))), "include each other")
	require.NoError(t, c.runFile(ctx, write("quit.sql", "\\q\nnonsense")), "\\q ends the file")
	require.ErrorContains(t, c.script(ctx, "", "SELECT 'no end"), "the quoted text has no end")
	require.ErrorContains(t, c.script(ctx, "", "/* no end"), "UNCLOSED_BRACKETED_COMMENT")
	require.NoError(t, c.script(ctx, "", " ;; -- nothing\n;"))
}

func TestMetaCommands(t *testing.T) {
	ctx := context.Background()
	c, out, errs := newTestConsole(t)
	run := func(line string) string {
		t.Helper()
		out.Reset()
		require.NoError(t, c.meta(ctx, line), line)
		return out.String()
	}
	fails := func(line, message string) {
		t.Helper()
		require.ErrorContains(t, c.meta(ctx, line), message, line)
	}
	require.Contains(t, run(`\d`), ",people,true\n")
	require.Equal(t, "col_name,data_type,comment\nid,int,\nname,string,\n", run(`\d people`))
	require.Equal(t, "col_name,data_type,comment\nx,int,\n", run("\\d odd name;"))
	require.NotContains(t, run(`\d peo*`), "odd")
	err := c.meta(ctx, `\d peeple`)
	require.ErrorContains(t, err, "TABLE_OR_VIEW_NOT_FOUND")
	require.Contains(t, err.Error(), "`people`")
	require.NotContains(t, err.Error(), "DESCRIBE", "the user has not written that")

	require.Contains(t, run(`\df try_add`), "try_add(")
	require.Contains(t, run(`\df *_add`), "try_add,")
	require.NotContains(t, run(`\df *_add`), "try_divide")
	require.Equal(t, run(`\df upper`), run(`\h upper`))
	fails(`\df uper`, "upper")
	require.Contains(t, run(`\?`), `\timing`)

	require.Equal(t, "csv\n", run(`\mode`))
	run(`\mode JSON`)
	require.Equal(t, "json", c.printer.mode)
	fails(`\mode xml`, "the modes are table, csv")
	run(`\mode csv`)

	run(`\timing`)
	require.NoError(t, c.script(ctx, "", "SELECT 1"))
	require.Regexp(t, `^Time: \d+\.\d ms\n$`, errs.String())
	run(`\timing off`)
	fails(`\timing maybe`, "on or off")
	run(`\pager on`)
	require.True(t, c.pager)
	run(`\rows 5`)
	require.Equal(t, "5\n", run(`\rows`))
	run(`\rows all`)
	fails(`\rows -1`, "number or all")

	run(`\conf sparrow.threads=3`)
	require.Contains(t, run(`\conf sparrow.threads`), "sparrow.threads,3,")
	fails(`\conf sparrow.memory=much`, "INVALID_CONF_VALUE")
	fails(`\conf no.such.thing`, "no setting")
	fails(`\i`, "name of a file")
	fails(`\i /no/such/file`, "no such file")
	fails(`\timng`, `did you mean \timing?`)
	require.ErrorIs(t, c.meta(ctx, `\q`), errQuit)
}

func TestOutputFile(t *testing.T) {
	ctx := context.Background()
	c, out, _ := newTestConsole(t)
	path := filepath.Join(t.TempDir(), "a b.csv")
	require.NoError(t, c.script(ctx, "", "\\o '"+path+"'\nSELECT 1 AS a; SELECT 2 AS b;\n\\o\nSELECT 3 AS c"))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "a\n1\nb\n2\n", string(got))
	require.Equal(t, "c\n3\n", out.String())
	require.Error(t, c.meta(ctx, `\o /no/such/folder/x`))
}

func TestInterruptCancelsTheQuery(t *testing.T) {
	c, _, _ := newTestConsole(t)
	interrupts := make(chan os.Signal, 1)
	interrupts <- os.Interrupt // of before, which must not count
	require.NoError(t, c.input(context.Background(), "SELECT 1", interrupts))
	time.AfterFunc(100*time.Millisecond, func() { interrupts <- os.Interrupt })
	begin := time.Now()
	err := c.input(context.Background(), "SELECT count(*) FROM range(100000000) a CROSS JOIN range(1000000) b", interrupts)
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(begin), 3*time.Second)
	require.NoError(t, c.input(context.Background(), "SELECT 1", interrupts), "the shell goes on")
}

func TestAccepts(t *testing.T) {
	for line, want := range map[string]bool{"": true, "select 1": false, "select 1;": true, "select ';": false, "select 1; -- done": true, `\d people`: true, "exit": true,
		" Quit; ": true, "help": true, "select 1;\nselect 2": false, "/* a": false, "begin select 1;": false,
		`select 1; \d t`: true, "\\timing\nselect 1": false} {
		require.Equal(t, want, accepts(line), line)
	}
}
