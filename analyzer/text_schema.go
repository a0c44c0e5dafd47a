package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// textFunctions are the functions of JSON, CSV, XML and variants whose schema and options are constants that typing needs: by name the positions of
// both arguments, -1 for none.
var textFunctions = map[string]struct{ schema, options int }{
	"from_json": {1, 2}, "from_csv": {1, 2}, "from_xml": {1, 2},
	"to_json": {-1, 1}, "to_csv": {-1, 1}, "to_xml": {-1, 1},
	"variant_get": {2, -1}, "try_variant_get": {2, -1},
	"schema_of_json": {0, 1}, "schema_of_csv": {0, 1}, "schema_of_xml": {0, 1},
}

// textArguments computes the constants among the arguments of such a function. A schema becomes NULL of the schema's type, so that the function
// finds its result type without reading text.
func (b *binder) textArguments(f *expr.Func, args []expr.Expr) error {
	at, ok := textFunctions[f.Name]
	if !ok {
		return nil
	}
	for i, a := range args {
		if i != at.schema && i != at.options {
			continue
		}
		lit, err := b.a.constant(a)
		if err != nil {
			return err
		}
		switch {
		case i == at.options && (lit == nil || lit.T.Kind != types.Map):
			return sqlerr.New("INVALID_OPTIONS.NON_MAP_FUNCTION", a.Pos(), "Invalid options: Must use the `map()` function for options.")
		case i == at.options && (lit.T.Key().Kind != types.String || lit.T.Elem().Kind != types.String) && lit.T.Key().Kind != types.Null:
			return sqlerr.New("INVALID_OPTIONS.NON_STRING_TYPE", a.Pos(), "Invalid options: A type of keys and values in `map()` must be string, but got \"%s\".", lit.T.SQL())
		case i == at.schema && i > 0:
			if lit, err = schemaLiteral(b.a, a, lit); err != nil {
				return err
			}
		}
		if lit != nil {
			args[i] = lit
		}
	}
	return nil
}

func schemaLiteral(a *analyzer, e expr.Expr, lit *expr.Literal) (*expr.Literal, error) {
	text, ok := "", false
	if lit != nil {
		text, ok = lit.Value.(string)
	}
	if !ok {
		return nil, sqlerr.New("INVALID_SCHEMA.NON_STRING_LITERAL", e.Pos(), "The input schema \"%s\" is not a valid schema string: The input expression must be string literal and not null.", shownValue(lit, e))
	}
	t, err := sql.ParseType(text)
	if err != nil {
		fields, tableErr := sql.ParseSchema(text)
		if tableErr != nil {
			return nil, badSchema(e, text, err)
		}
		t = types.StructOf(fields...)
	}
	return &expr.Literal{Base: expr.Base{At: e.Pos()}, T: t}, nil
}

// isMapSchema reports a schema text that is a map type.
func isMapSchema(e expr.Expr) bool {
	lit, ok := e.(*expr.Literal)
	if !ok {
		return false
	}
	text, _ := lit.Value.(string)
	t, err := sql.ParseType(text)
	return err == nil && t.Kind == types.Map
}

// badSchema is the error of a text that is neither a type nor a list of columns. Of several words Spark blames the second, since it takes the
// first for a type.
func badSchema(e expr.Expr, text string, err error) error {
	words := strings.Fields(text)
	if se := sqlerr.As(err); se == nil || se.Condition != "UNSUPPORTED_DATATYPE" || len(words) < 2 {
		return err
	}
	return sqlerr.New("PARSE_SYNTAX_ERROR", e.Pos(), "Syntax error at or near '%s' in the schema \"%s\".", words[1], text)
}

func shownValue(lit *expr.Literal, e expr.Expr) string {
	if lit == nil {
		return e.Type().SQL()
	}
	return expr.Format(lit)
}
