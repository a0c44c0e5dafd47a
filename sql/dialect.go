package sql

import (
	"strings"
	"sync"

	"github.com/sparrow-engine/sparrow/config"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Dialect reads one statement of another dialect. Errors are *sqlerr.Error with the place.
type Dialect func(text string, o Options) (logical.Plan, error)

var dialects sync.Map // lower-case name → Dialect

// RegisterDialect makes a dialect known under a name, so that sparrow.sql.dialect may choose it. Packages of dialects call it when a program
// imports them; a program that does not pays nothing for them.
func RegisterDialect(name string, parse Dialect) {
	dialects.Store(strings.ToLower(name), parse)
	config.AllowDialect(name)
}

// ParseDialect reads one statement in the dialect of that name; "" and "spark" are this package's own.
func ParseDialect(name, text string, o Options) (logical.Plan, error) {
	name = strings.ToLower(name)
	if name == "" || name == "spark" {
		return Parse(text, o)
	}
	d, ok := dialects.Load(name)
	if !ok {
		return nil, config.UnknownDialect(name)
	}
	p, err := d.(Dialect)(text, o)
	return p, sqlerr.Attach(err, text)
}
