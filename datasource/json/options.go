// Package json reads and writes files of JSON, one object a line or one text a file, with Spark's options.
//
// Sparrow makes no compatibility promise for this package.
package json

import (
	"strconv"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/lines"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// mode says what a record that does not fit the schema does.
type mode uint8

const (
	permissive mode = iota // what does not fit is null
	dropMalformed
	failFast
)

type options struct {
	dialect   jsontext.Dialect
	rules     jsontext.Rules
	multiLine bool
	mode      mode
	corrupt   string // name of the column that takes malformed records
	zone      *time.Location
	zoneSet   bool
	keepNulls bool
	codec     *lines.Codec
	patterns  *lines.Patterns
}

func bad(key, value, want string) error {
	return sqlerr.New("INVALID_PARAMETER_VALUE", sqlerr.Pos{}, "The JSON option %s is %q; it must be %s.", key, value, want)
}

// parseOptions reads the options; parsing tells whether files are read or written.
func parseOptions(o datasource.Options, parsing bool) (*options, error) {
	p := &options{corrupt: o.Get("columnnameofcorruptrecord", "_corrupt_record"), zone: time.UTC}
	if err := p.booleans(o); err != nil {
		return nil, err
	}
	switch m := strings.ToUpper(o.Get("mode", "PERMISSIVE")); m {
	case "PERMISSIVE":
	case "DROPMALFORMED":
		p.mode = dropMalformed
	case "FAILFAST":
		p.mode = failFast
	default:
		return nil, bad("mode", m, "PERMISSIVE, DROPMALFORMED or FAILFAST")
	}
	for _, key := range []string{"encoding", "charset", "linesep", "samplingratio"} {
		v, ok := o[key]
		if !ok || (key == "encoding" || key == "charset") && strings.EqualFold(v, "utf-8") || key == "linesep" && v == "\n" {
			continue
		}
		return nil, sqlerr.Unsupported("JSON_OPTION", sqlerr.Pos{}, "The JSON option %s is not supported.", key)
	}
	if z := o.Get("timezone", ""); z != "" {
		zone, err := temporal.ParseZone(z)
		if err != nil {
			return nil, bad("timeZone", z, "a time zone")
		}
		p.zone, p.zoneSet = zone, true
	}
	p.rules.Zone = p.zone
	var err error
	if p.patterns, err = lines.PatternsOf(o, parsing); err != nil {
		return nil, err
	}
	p.codec, err = lines.CodecOf(o.Get("compression", o.Get("codec", "none")))
	return p, err
}

// booleans reads the options that are true or false.
func (p *options) booleans(o datasource.Options) error {
	quotes, numbers, ignoreNulls := true, true, true
	for key, dst := range map[string]*bool{
		"multiline": &p.multiLine, "primitivesasstring": &p.rules.PrimitivesAsString, "prefersdecimal": &p.rules.PrefersDecimal,
		"dropfieldifallnull": &p.rules.DropFieldIfAllNull, "infertimestamp": &p.rules.InferTimestamp, "allowcomments": &p.dialect.Comments,
		"allowunquotedfieldnames": &p.dialect.UnquotedNames, "allowsinglequotes": &quotes, "allownumericleadingzeros": &p.dialect.LeadingZeros,
		"allownonnumericnumbers": &numbers, "allowbackslashescapinganycharacter": &p.dialect.AnyEscape,
		"allowunquotedcontrolchars": &p.dialect.Control, "ignorenullfields": &ignoreNulls,
	} {
		if v, ok := o[key]; ok {
			b, err := strconv.ParseBool(strings.ToLower(v))
			if err != nil {
				return bad(key, v, "true or false")
			}
			*dst = b
		}
	}
	p.dialect.OnlyDouble, p.dialect.OnlyNumeric, p.keepNulls = !quotes, !numbers, !ignoreNulls
	return nil
}
