package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestComplete(t *testing.T) {
	c, _, _ := newTestConsole(t)
	completer := newCompleter(c)
	for _, test := range []struct {
		text   string // | is the cursor
		prefix string
		has    string
		hasNot string
	}{
		{"|", "", "SELECT WITH", "people BETWEEN"},
		{"se|", "se", "select set", "SELECT"},
		{"SE|", "SE", "SELECT", "select"},
		{"SELECT * FROM |", "", "people `odd_name`", "id BETWEEN"},
		{"SELECT * FROM peo|", "peo", "people", ""},
		{"SELECT * FROM people p, |", "", "people", "id"},
		{"SELECT coalesce(id, |) FROM people", "", "id name people", "SELECT"},
		{"SELECT | FROM people", "", "id name people", "x"},
		{"SELECT na| FROM people", "na", "name nanvl(", "id"},
		{"SELECT p.| FROM people AS p", "", "id name", "people"},
		{"SELECT p.n| FROM people p JOIN `odd name` o ON p.id = o.x", "n", "name", "x id"},
		{"SELECT * FROM people p JOIN `odd name` o ON p.id = o.|", "", "x", "name"},
		{"SELECT * FROM people WHERE ID|", "ID", "id", ""},
		{"WITH cte AS (SELECT 1) SELECT * FROM |", "", "cte people", ""},
		{"SELECT 1; SELECT upp| ", "upp", "upper(", ""},
		{"SELECT `o|", "o", "odd_name`", "people`"},
		{"SELECT -- na|", "", "", "name"},
		{"SELECT 1 FROM nowhere WHERE |", "", "people", "id"},
		{`\m|`, `\m`, `\mode`, `\d`},
		{`\mode c|`, "c", "csv", "json"},
		{`\d |`, "", "people", ""},
		{`\df upp|`, "upp", "upper", ""},
		{`\conf sparrow.thr|`, "sparrow.thr", "sparrow.threads", ""},
		{`\timing |`, "", "on off", ""},
	} {
		before, after, _ := strings.Cut(test.text, "|")
		completer.reset()
		prefix, found := completer.complete(before, after)
		require.Equal(t, test.prefix, prefix, test.text)
		got := map[string]bool{}
		for _, f := range found {
			got[f.text] = true
			require.True(t, strings.EqualFold(f.text[:len(prefix)], prefix), "%s: %s", test.text, f.text)
		}
		for _, w := range strings.Fields(test.has) {
			require.True(t, got[strings.ReplaceAll(w, "_name`", " name`")], "%s lacks %s", test.text, w)
		}
		for _, w := range strings.Fields(test.hasNot) {
			require.False(t, got[w], "%s has %s", test.text, w)
		}
	}
}

func TestCompleteFiles(t *testing.T) {
	c, _, _ := newTestConsole(t)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o777))
	for _, name := range []string{"file.csv", ".hidden"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o666))
	}
	for _, before := range []string{"SELECT * FROM '", `\i `} {
		prefix, found := newCompleter(c).complete(before+dir+"/", "")
		require.Equal(t, dir+"/", prefix)
		require.Equal(t, []candidate{{dir + "/file.csv", "", "files"}, {dir + "/folder/", "", "files"}}, found)
	}
	_, found := newCompleter(c).complete("SELECT '"+dir+"/.h", "")
	require.Len(t, found, 1)
}

// Whatever is typed, highlighting adds escapes only, and completion does not fail.
func TestTypingAnything(t *testing.T) {
	c, _, _ := newTestConsole(t)
	completer := newCompleter(c)
	escapes := regexp.MustCompile("\x1b\\[[0-9]*m")
	text := "WITH q AS (SELECT p.id, count(*) c /* n */ FROM people p, `odd name`\nWHERE name LIKE 'a''b%' AND x.y.z > 1.5e3) -- done\nSELECT \"t\", r'\\d' FROM q;\n\\d zoë $$x$$"
	for i := range text {
		before := text[:i]
		require.Equal(t, before, escapes.ReplaceAllString(highlight(before), ""))
		completer.complete(before, text[i:])
		completer.complete(text[i:], "")
	}
	require.Equal(t, "\x1b[35mSELECT\x1b[0m \x1b[34mupper\x1b[0m(\x1b[32m'x'\x1b[0m)", highlight("SELECT upper('x')"))
}

func TestDisplay(t *testing.T) {
	require.Equal(t, "\x1bD\x1bD\x1b[2Aselect 1", display("select 1", false, 80, 24))
	require.Equal(t, strings.Repeat("\x1bD", 3)+"\x1b[3Aa\x1b[K\n\r      -> b", display("a\nb", false, 80, 24))
	full := strings.Repeat("x", 20-len(prompt))
	require.Equal(t, strings.Repeat("\x1bD", 4)+"\x1b[4A"+full+"\n\r      -> b", display(full+"\nb", false, 20, 24), "a full row is not cleared")
	require.True(t, strings.HasPrefix(display(strings.Repeat("a\n", 50), false, 80, 10), strings.Repeat("\x1bD", 9)+"\x1b[9Aa"), "no more than the screen")
	require.Contains(t, display("select\n1", true, 80, 24), "\x1b[35mselect\x1b[0m\x1b[K\n\r\x1b[2m      -> \x1b[0m\x1b[36m1\x1b[0m")
}

func TestFit(t *testing.T) {
	var many []candidate
	for _, a := range "abcdefghij" {
		for _, b := range "0123456789" {
			many = append(many, candidate{"s" + string(a) + string(b), "explained", "functions"})
		}
	}
	few := []candidate{{"supplier", "", "tables"}, {"s_name", "string", "columns"}}
	shown, hidden := fit(append(few, many[:3]...), 80, 20)
	require.Equal(t, append(few, many[:3]...), shown)
	require.Zero(t, hidden)

	shown, hidden = fit(append(few, many...), 80, 20) // 16 in a row: 7 rows without explanations
	require.Len(t, shown, 102)
	require.Zero(t, hidden)
	require.Equal(t, candidate{"sa0", "", "functions"}, shown[2])
	require.Equal(t, few, shown[:2])

	shown, hidden = fit(append(few, many...), 80, 8)
	require.Equal(t, 102, len(shown)+hidden)
	require.Less(t, len(shown), 60)
	require.Equal(t, []string{"supplier", "s_name", "sa0"}, []string{shown[0].text, shown[1].text, shown[2].text})
	require.Equal(t, "sj9", shown[len(shown)-1].text, "the last one stays, so that nothing but s is common")

	shown, _ = fit(many, 4, 0)
	require.Len(t, shown, 2)
}
