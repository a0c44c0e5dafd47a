// Package csv reads and writes files of separated values, with Spark's options.
//
// Sparrow makes no compatibility promise for this package.
package csv

import (
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/lines"
)

// tri is an option that may be absent.
type tri uint8

const (
	unset tri = iota
	yes
	no
)

type options struct {
	sep           byte
	quote, escape byte // 0: none
	comment       byte // 0: none
	header        tri
	infer         tri
	nullValue     string
	emptyValue    []byte
	trimLeft      bool
	trimRight     bool
	quoteAll      bool
	lines.Options
}

func bad(key, value, want string) error {
	return lines.BadOption("CSV", key, value, want)
}

// parseOptions reads the options; parsing tells whether files are read or written.
func parseOptions(o datasource.Options, parsing bool) (*options, error) {
	p := &options{sep: ',', quote: '"', escape: '\\'}
	var err error
	if p.Options, err = lines.ParseOptions(o, "CSV", parsing); err != nil {
		return nil, err
	}
	for key, dst := range map[string]*byte{"sep": &p.sep, "delimiter": &p.sep, "quote": &p.quote, "escape": &p.escape, "comment": &p.comment} {
		v, ok := o[key]
		if !ok {
			continue
		}
		c, err := character(key, v)
		if err != nil {
			return nil, err
		}
		*dst = c
	}
	if p.sep == 0 {
		return nil, bad("sep", "", "one character")
	}
	for key, dst := range map[string]*tri{"header": &p.header, "inferschema": &p.infer} {
		set := false
		if err := lines.ParseBooleans(o, "CSV", map[string]*bool{key: &set}); err != nil {
			return nil, err
		}
		switch _, ok := o[key]; {
		case ok && set:
			*dst = yes
		case ok:
			*dst = no
		}
	}
	p.nullValue = o["nullvalue"]
	p.emptyValue = []byte(o["emptyvalue"])
	return p, lines.ParseBooleans(o, "CSV", map[string]*bool{"ignoreleadingwhitespace": &p.trimLeft, "ignoretrailingwhitespace": &p.trimRight, "quoteall": &p.quoteAll})
}

// character reads an option of one byte; \t stands for a tab and the empty text for none.
func character(key, v string) (byte, error) {
	switch v {
	case "":
		return 0, nil
	case `\t`:
		return '\t', nil
	case `\\`:
		return '\\', nil
	case `\0`, "\u0000":
		return 0, nil
	}
	if len(v) != 1 || v[0] >= utf8.RuneSelf {
		return 0, bad(key, v, "one ASCII character")
	}
	return v[0], nil
}
