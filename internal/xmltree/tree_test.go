package xmltree

import (
	"testing"

	"github.com/antchfx/xpath"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	doc, err := Parse(`<?xml version="1.0"?><a x="1" xmlns:n="u"><n:b>t&amp;<![CDATA[<c>]]></n:b><!-- no --><b/></a>`)
	require.NoError(t, err)
	a := doc.Root()
	require.Equal(t, []Attr{{"", "x", "1"}}, a.Attrs)
	require.Len(t, a.Children, 2)
	require.Equal(t, "t&<c>", a.Content())
	for _, bad := range []string{"", "x", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a/>x", "<a b></a>", "<a><b></a></b>"} {
		_, err := Parse(bad)
		require.Error(t, err, bad)
	}
}

func TestXPath(t *testing.T) {
	doc, err := Parse(`<a><b id="1">x</b><b id="2">y</b><c><b>z</b></c></a>`)
	require.NoError(t, err)
	for path, want := range map[string]any{
		"count(//b)": 3.0, "string(a/b[2])": "y", "string(//b[@id='2']/preceding-sibling::b)": "x", "string(//c/b/ancestor::a/b[1]/@id)": "1",
		"boolean(a/d)": false, "string(a/c)": "z", "count(a/b[last()]/following-sibling::*)": 1.0,
	} {
		require.Equal(t, want, xpath.MustCompile(path).Evaluate(Navigator(doc)), path)
	}
}
