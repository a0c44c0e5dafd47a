// Package csv reads and writes files of separated values, with Spark's options.
//
// Sparrow makes no compatibility promise for this package.
package csv

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/lines"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// mode says what a record that does not fit the schema does.
type mode uint8

const (
	permissive mode = iota // cells that do not fit are null
	dropMalformed
	failFast
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
	hasNull       bool
	emptyValue    string
	trimLeft      bool
	trimRight     bool
	mode          mode
	corrupt       string // name of the column that takes malformed records
	zone          *time.Location
	zoneSet       bool
	quoteAll      bool
	multiLine     bool
	codec         *lines.Codec
}

func bad(key, value, want string) error {
	return sqlerr.New("INVALID_PARAMETER_VALUE", sqlerr.Pos{}, "The CSV option %s is %q; it must be %s.", key, value, want)
}

func parseOptions(o datasource.Options) (*options, error) {
	p := &options{sep: ',', quote: '"', escape: '\\', corrupt: o.Get("columnnameofcorruptrecord", "_corrupt_record"), zone: time.UTC}
	var err error
	if p.codec, err = lines.CodecOf(o.Get("compression", o.Get("codec", "none"))); err != nil {
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
		if v, ok := o[key]; ok {
			b, err := strconv.ParseBool(strings.ToLower(v))
			if err != nil {
				return nil, bad(key, v, "true or false")
			}
			*dst = no
			if b {
				*dst = yes
			}
		}
	}
	for key, dst := range map[string]*bool{"ignoreleadingwhitespace": &p.trimLeft, "ignoretrailingwhitespace": &p.trimRight, "quoteall": &p.quoteAll, "multiline": &p.multiLine} {
		if v, ok := o[key]; ok {
			b, err := strconv.ParseBool(strings.ToLower(v))
			if err != nil {
				return nil, bad(key, v, "true or false")
			}
			*dst = b
		}
	}
	p.nullValue, p.hasNull = o["nullvalue"], o["nullvalue"] != ""
	p.emptyValue = o.Get("emptyvalue", "")
	switch m := strings.ToUpper(o.Get("mode", "PERMISSIVE")); m {
	case "PERMISSIVE":
	case "DROPMALFORMED":
		p.mode = dropMalformed
	case "FAILFAST":
		p.mode = failFast
	default:
		return nil, bad("mode", m, "PERMISSIVE, DROPMALFORMED or FAILFAST")
	}
	for _, key := range []string{"dateformat", "timestampformat", "encoding", "charset", "linesep"} {
		v, ok := o[key]
		if !ok || (key == "encoding" || key == "charset") && strings.EqualFold(v, "utf-8") || key == "linesep" && v == "\n" {
			continue
		}
		return nil, sqlerr.Unsupported("CSV_OPTION", sqlerr.Pos{}, "The CSV option %s is not supported.", key)
	}
	if z := o.Get("timezone", ""); z != "" {
		zone, err := temporal.ParseZone(z)
		if err != nil {
			return nil, bad("timeZone", z, "a time zone")
		}
		p.zone, p.zoneSet = zone, true
	}
	return p, nil
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
