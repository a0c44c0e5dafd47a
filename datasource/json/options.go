// Package json reads and writes files of JSON, one object a line or one text a file, with Spark's options.
//
// Sparrow makes no compatibility promise for this package.
package json

import (
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/lines"
)

type options struct {
	dialect   jsontext.Dialect
	rules     jsontext.Rules
	keepNulls bool
	lines.Options
}

// parseOptions reads the options; parsing tells whether files are read or written.
func parseOptions(o datasource.Options, parsing bool) (p *options, err error) {
	p = &options{}
	if p.Options, err = lines.ParseOptions(o, "JSON", parsing, "samplingratio"); err != nil {
		return nil, err
	}
	p.rules.Zone = p.Zone
	return p, p.booleans(o)
}

// booleans reads the options that are true or false.
func (p *options) booleans(o datasource.Options) error {
	quotes, numbers, ignoreNulls := true, true, true
	err := lines.ParseBooleans(o, "JSON", map[string]*bool{
		"primitivesasstring": &p.rules.PrimitivesAsString, "prefersdecimal": &p.rules.PrefersDecimal,
		"dropfieldifallnull": &p.rules.DropFieldIfAllNull, "infertimestamp": &p.rules.InferTimestamp, "allowcomments": &p.dialect.Comments,
		"allowunquotedfieldnames": &p.dialect.UnquotedNames, "allowsinglequotes": &quotes, "allownumericleadingzeros": &p.dialect.LeadingZeros,
		"allownonnumericnumbers": &numbers, "allowbackslashescapinganycharacter": &p.dialect.AnyEscape,
		"allowunquotedcontrolchars": &p.dialect.Control, "ignorenullfields": &ignoreNulls,
	})
	p.dialect.OnlyDouble, p.dialect.OnlyNumeric, p.keepNulls = !quotes, !numbers, !ignoreNulls
	return err
}
