package config

import (
	"strings"
	"sync"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

var dialects sync.Map // upper-case names besides SPARK

// AllowDialect lets sparrow.sql.dialect take name. Package sql calls it for the dialects that a program imports.
func AllowDialect(name string) { dialects.Store(strings.ToUpper(name), true) }

// UnknownDialect is the error for a dialect that no imported package brings.
func UnknownDialect(name string) *sqlerr.Error {
	name = strings.ToLower(name)
	e := sqlerr.New("INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS", sqlerr.Pos{}, "The dialect %q of sparrow.sql.dialect is not part of this program.", name)
	if name == "mysql" {
		return e.WithHint(`Import the dialect: import _ "github.com/sparrow-engine/sparrow/sql/mysql".`)
	}
	return e.WithHint("Use spark, or import the package of the dialect.")
}

func checkDialect(value string) error {
	if _, ok := dialects.Load(strings.ToUpper(value)); ok || strings.EqualFold(value, "spark") {
		return nil
	}
	return UnknownDialect(value)
}
