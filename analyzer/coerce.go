package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// common returns the least common type of expressions: CASE, VALUES, set operations.
func (a *analyzer) common(es []expr.Expr) (types.Type, bool) {
	ts := make([]types.Type, len(es))
	for i, e := range es {
		ts[i] = e.Type()
	}
	return types.CommonIn(a.env.ANSI, ts...)
}

// comparable returns the type in which expressions are compared: IN.
func (a *analyzer) comparable(es []expr.Expr) (types.Type, bool) {
	if !a.env.ANSI && len(es) == 2 {
		return types.WiderForComparison(es[0].Type(), es[1].Type(), false)
	}
	return a.common(es)
}

// plainStrings returns the type with char and varchar as string, as which they compute.
func plainStrings(t types.Type) types.Type {
	switch t.Kind {
	case types.String:
		return types.StringType
	case types.Array:
		return types.ArrayOf(plainStrings(t.Elem()), t.ContainsNull())
	case types.Map:
		return types.MapOf(plainStrings(t.Key()), plainStrings(t.Elem()), t.ContainsNull())
	case types.Struct:
		fs := append([]types.Field{}, t.Fields()...)
		for i := range fs {
			fs[i].Type = plainStrings(fs[i].Type)
		}
		return types.StructOf(fs...)
	}
	return t
}

func quotedTypes(es []expr.Expr) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = `"` + e.Type().SQL() + `"`
	}
	return strings.Join(parts, ", ")
}
