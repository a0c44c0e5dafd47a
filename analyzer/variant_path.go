package analyzer

import (
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/variant"
)

// variantPath binds v:a.b[0] as variant_get(v, '$.a.b[0]').
func (b *binder) variantPath(n *expr.VariantPath) (expr.Expr, error) {
	child, err := b.expr(n.Child)
	if err != nil {
		return nil, err
	}
	if k := child.Type().Kind; k != types.Variant && k != types.Null {
		return nil, sqlerr.New("COLUMN_IS_NOT_VARIANT_TYPE", n.At, "The semi-structured extraction operator (`:`) can only be applied to a column of the VARIANT type.")
	}
	return b.call("variant_get", n.At, child, &expr.Literal{Value: pathText(variantSteps(n.Path)), T: types.StringType})
}

// variantSteps reads the path of an extraction, which the parser has checked: names, which may stand in back-ticks, and in brackets indexes and strings.
func variantSteps(path string) []variant.Step {
	var out []variant.Step
	for path != "" {
		var step variant.Step
		switch path[0] {
		case '.':
			path = path[1:]
			continue
		case '`':
			step.Name, path = quoted(path)
		case '[':
			inner := strings.TrimSpace(path[1:])
			switch inner[0] {
			case '\'', '"':
				step.Name, inner = quoted(inner)
				_, path, _ = strings.Cut(inner, "]")
			default:
				var text string
				text, path, _ = strings.Cut(inner, "]")
				step.Name = strings.TrimSpace(text)
				if i, err := strconv.Atoi(step.Name); err == nil {
					step = variant.Step{Index: i, IsIndex: true}
				}
			}
		default:
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			step.Name, path = strings.TrimSpace(path[:end]), path[end:]
		}
		out = append(out, step)
	}
	return out
}

// quoted reads text in quotes, in which the quote is doubled, and returns what follows.
func quoted(s string) (text, rest string) {
	q := s[:1]
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != q[0]:
		case i+1 < len(s) && s[i+1] == q[0]:
			i++
		default:
			return strings.ReplaceAll(s[1:i], q+q, q), s[i+1:]
		}
	}
	return s[1:], ""
}

// pathText prints steps as variant_get reads them.
func pathText(steps []variant.Step) string {
	s := "$"
	for _, step := range steps {
		switch {
		case step.IsIndex:
			s += "[" + strconv.Itoa(step.Index) + "]"
		case step.Name != "" && !strings.ContainsAny(step.Name, ".["):
			s += "." + step.Name
		case !strings.Contains(step.Name, `"`):
			s += `["` + step.Name + `"]`
		default:
			s += "['" + step.Name + "']"
		}
	}
	return s
}

// lastName is the name of the last field on a path, by which the column is called.
func lastName(steps []variant.Step) string {
	for i := len(steps) - 1; i >= 0; i-- {
		if !steps[i].IsIndex {
			return steps[i].Name
		}
	}
	return ""
}
