package lines

import (
	"strconv"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// Mode says what a record that does not fit the schema does.
type Mode uint8

// The modes.
const (
	Permissive Mode = iota // what does not fit is null
	DropMalformed
	FailFast
)

// Options are the options that the formats of text have in common.
type Options struct {
	Mode      Mode
	Corrupt   string         // name of the column that takes malformed records
	Zone      *time.Location // UTC unless ZoneSet
	ZoneSet   bool
	MultiLine bool
	Codec     *Codec
	Patterns  *Patterns
}

// ParseOptions reads the common options of a format, which errors name; parsing tells whether files are read or written. Options of Spark's
// that would change what is read and are not supported, the format's own among them, are errors.
func ParseOptions(o datasource.Options, format string, parsing bool, unsupported ...string) (p Options, err error) {
	p = Options{Corrupt: o.Get("columnnameofcorruptrecord", "_corrupt_record"), Zone: time.UTC}
	switch m := strings.ToUpper(o.Get("mode", "PERMISSIVE")); m {
	case "PERMISSIVE":
	case "DROPMALFORMED":
		p.Mode = DropMalformed
	case "FAILFAST":
		p.Mode = FailFast
	default:
		return p, BadOption(format, "mode", m, "PERMISSIVE, DROPMALFORMED or FAILFAST")
	}
	for _, key := range append([]string{"encoding", "charset", "linesep"}, unsupported...) {
		v, ok := o[key]
		if !ok || (key == "encoding" || key == "charset") && strings.EqualFold(v, "utf-8") || key == "linesep" && v == "\n" {
			continue
		}
		return p, sqlerr.Unsupported(format+"_OPTION", sqlerr.Pos{}, "The %s option %s is not supported.", format, key)
	}
	if z := o.Get("timezone", ""); z != "" {
		if p.Zone, err = temporal.ParseZone(z); err != nil {
			return p, BadOption(format, "timeZone", z, "a time zone")
		}
		p.ZoneSet = true
	}
	if err := ParseBooleans(o, format, map[string]*bool{"multiline": &p.MultiLine}); err != nil {
		return p, err
	}
	if p.Patterns, err = PatternsOf(o, parsing); err != nil {
		return p, err
	}
	p.Codec, err = CodecOf(o.Get("compression", o.Get("codec", "none")))
	return p, err
}

// ParseBooleans reads those of the options that are given.
func ParseBooleans(o datasource.Options, format string, options map[string]*bool) error {
	for key, dst := range options {
		v, ok := o[key]
		if !ok {
			continue
		}
		b, err := strconv.ParseBool(strings.ToLower(v))
		if err != nil {
			return BadOption(format, key, v, "true or false")
		}
		*dst = b
	}
	return nil
}

// BadOption is the error for an option whose value it cannot have.
func BadOption(format, key, value, want string) error {
	return sqlerr.New("INVALID_PARAMETER_VALUE", sqlerr.Pos{}, "The %s option %s is %q; it must be %s.", format, key, value, want)
}
