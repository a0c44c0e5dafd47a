package analyzer

import (
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// parameter binds ? and :name to the value that the caller gave.
func (b *binder) parameter(n *expr.Parameter) (expr.Expr, error) {
	e, err := b.a.parameterValue(n)
	if err != nil {
		return nil, err
	}
	c := *b
	c.scope = nil // a value cannot refer to the query's columns
	return c.expr(e)
}

func (a *analyzer) parameterValue(n *expr.Parameter) (expr.Expr, error) {
	name := "_" + itoa(int(n.At.Start))
	if n.Name != "" {
		name = n.Name
		for key, v := range a.Params.Named {
			if key == n.Name || strings.EqualFold(key, n.Name) {
				return a.valueOf(v, n)
			}
		}
	} else if n.Index < len(a.Params.Positional) {
		return a.valueOf(a.Params.Positional[n.Index], n)
	}
	return nil, sqlerr.New("UNBOUND_SQL_PARAMETER", n.At, "Found the unbound parameter: %s.", name).
		WithHint("Please fix the arguments of the statement and provide a value for it.")
}

// valueOf turns a Go value into a literal.
func (a *analyzer) valueOf(v any, n *expr.Parameter) (expr.Expr, error) {
	lit := func(v any, t types.Type) (expr.Expr, error) {
		return &expr.Literal{Base: n.Base, Value: v, T: t}, nil
	}
	switch v := v.(type) {
	case nil:
		return lit(nil, types.NullType)
	case expr.Expr:
		return v, nil
	case bool:
		return lit(v, types.BooleanType)
	case int8:
		return lit(v, types.TinyIntType)
	case int16:
		return lit(v, types.SmallIntType)
	case int32:
		return lit(v, types.IntType)
	case int:
		if int(int32(v)) == v {
			return lit(int32(v), types.IntType)
		}
		return lit(int64(v), types.BigIntType)
	case int64:
		return lit(v, types.BigIntType)
	case uint8:
		return lit(int16(v), types.SmallIntType)
	case uint16:
		return lit(int32(v), types.IntType)
	case uint32:
		return lit(int64(v), types.BigIntType)
	case float32:
		return lit(v, types.FloatType)
	case float64:
		return lit(v, types.DoubleType)
	case string:
		return lit(v, types.StringType)
	case []byte:
		return lit(v, types.BinaryType)
	case time.Time:
		return lit(v.UnixMicro(), types.TimestampType)
	case time.Duration:
		return lit(v.Microseconds(), types.DayTimeType)
	case types.Interval:
		return lit(v, types.CalendarType)
	}
	return a.collectionOf(v, n)
}

// collectionOf turns slices into array calls.
func (a *analyzer) collectionOf(v any, n *expr.Parameter) (expr.Expr, error) {
	var items []any
	switch v := v.(type) {
	case []any:
		items = v
	case []string:
		for _, x := range v {
			items = append(items, x)
		}
	case []int:
		for _, x := range v {
			items = append(items, x)
		}
	case []int64:
		for _, x := range v {
			items = append(items, x)
		}
	case []float64:
		for _, x := range v {
			items = append(items, x)
		}
	default:
		return nil, sqlerr.New("INVALID_SQL_ARG", n.At, "The argument of type %T is invalid.", v).WithHint("Consider to replace it either by a SQL literal or by a value of a SQL type.")
	}
	call := &expr.UnresolvedCall{Base: n.Base, Name: []string{"array"}}
	for _, x := range items {
		e, err := a.valueOf(x, n)
		if err != nil {
			return nil, err
		}
		call.Args = append(call.Args, e)
	}
	return call, nil
}

// checkParameters reports values without parameter; named and positional ones do not mix.
func (a *analyzer) checkParameters(logical.Plan) error {
	if len(a.Params.Positional) > 0 && len(a.Params.Named) > 0 {
		return sqlerr.New("INVALID_QUERY_MIXED_QUERY_PARAMETERS", sqlerr.Pos{}, "Parameterized query must either use positional, or named parameters, but not both.")
	}
	return nil
}

// ---- IDENTIFIER(expr)

// identifier binds IDENTIFIER(expr) as a column or function call.
func (b *binder) identifier(n *expr.IdentifierClause) (expr.Expr, error) {
	e, err := b.identified(n)
	if err != nil {
		return nil, err
	}
	return b.expr(e)
}

// identified replaces IDENTIFIER(expr) by what it names.
func (b *binder) identified(n *expr.IdentifierClause) (expr.Expr, error) {
	parts, err := b.a.identifierName(n.Child)
	if err != nil {
		return nil, err
	}
	if n.Call != nil {
		c := *n.Call
		c.Name = parts
		return &c, nil
	}
	return &expr.Name{Base: n.Base, Parts: parts}, nil
}

// identifierName computes the name in IDENTIFIER(expr).
func (a *analyzer) identifierName(e expr.Expr) ([]string, error) {
	bad := func(what string) error {
		return sqlerr.New("NOT_A_CONSTANT_STRING."+what, e.Pos(), "The expression \"%s\" used for the routine or clause IDENTIFIER must be a constant STRING which is NOT NULL.", autoName(a, e))
	}
	x, err := a.binder(nil, "IDENTIFIER").expr(e)
	if err != nil {
		return nil, err
	}
	if x.Type().Kind != types.String {
		return nil, bad("WRONG_TYPE")
	}
	lit, err := a.constant(x)
	if err != nil {
		return nil, err
	}
	if lit == nil {
		return nil, bad("NOT_CONSTANT")
	}
	s, ok := lit.Value.(string)
	if !ok {
		return nil, bad("NULL")
	}
	parts, ok := splitName(s)
	if !ok {
		return nil, sqlerr.New("IDENTIFIER_TOO_MANY_NAME_PARTS", e.Pos(), "%q is not a valid identifier.", s)
	}
	return parts, nil
}

// splitName splits a.`b c`.d at its dots.
func splitName(s string) ([]string, bool) {
	var parts []string
	for s = strings.TrimSpace(s); ; {
		var part string
		if strings.HasPrefix(s, "`") {
			var b strings.Builder
			i := 1
			for ; i < len(s); i++ {
				if s[i] == '`' {
					if i+1 < len(s) && s[i+1] == '`' {
						i++
					} else {
						break
					}
				}
				b.WriteByte(s[i])
			}
			if i >= len(s) {
				return nil, false
			}
			part, s = b.String(), s[i+1:]
		} else {
			i := strings.IndexByte(s, '.')
			if i < 0 {
				i = len(s)
			}
			part, s = s[:i], s[i:]
		}
		if part == "" {
			return nil, false
		}
		parts = append(parts, part)
		if s == "" {
			return parts, true
		}
		if s[0] != '.' {
			return nil, false
		}
		s = s[1:]
	}
}
