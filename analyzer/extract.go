package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// field binds e.name: a struct's field, the array of a field of an array's structs, or a map's value for the key.
func (b *binder) field(e expr.Expr, name string, pos sqlerr.Pos) (expr.Expr, error) {
	t := e.Type()
	switch t.Kind {
	case types.Struct:
		i, err := fieldIndex(t, name, pos)
		if err != nil {
			return nil, err
		}
		return &expr.Field{Base: expr.Base{At: pos}, Child: e, Index: i}, nil
	case types.Array:
		if t.Elem().Kind == types.Struct {
			return b.arrayField(e, name, pos)
		}
	case types.Map:
		return b.call("getmapvalue", pos, e, &expr.Literal{Base: expr.Base{At: pos}, Value: name, T: types.StringType})
	}
	return nil, badExtract(e, name, pos)
}

func fieldIndex(t types.Type, name string, pos sqlerr.Pos) (int, error) {
	at := -1
	var names []string
	for i, f := range t.Fields() {
		names = append(names, types.Quote(f.Name))
		if strings.EqualFold(f.Name, name) {
			if at >= 0 {
				return 0, sqlerr.New("AMBIGUOUS_REFERENCE_TO_FIELDS", pos, "Ambiguous reference to the field %s. It appears more than once in the schema.", types.Quote(name))
			}
			at = i
		}
	}
	if at < 0 {
		return 0, sqlerr.New("FIELD_NOT_FOUND", pos, "No such struct field %s in %s.", types.Quote(name), strings.Join(names, ", "))
	}
	return at, nil
}

// arrayField is transform(e, x -> x.name).
func (b *binder) arrayField(e expr.Expr, name string, pos sqlerr.Pos) (expr.Expr, error) {
	elem := e.Type().Elem()
	i, err := fieldIndex(elem, name, pos)
	if err != nil {
		return nil, err
	}
	x := &expr.Column{ID: b.a.NextID(), Name: "x", T: elem, Null: e.Type().ContainsNull()}
	return b.call("transform", pos, e, &expr.Lambda{Base: expr.Base{At: pos}, Params: []*expr.Column{x}, Body: &expr.Field{Child: x, Index: i}})
}

func badExtract(e expr.Expr, key string, pos sqlerr.Pos) error {
	return sqlerr.New("INVALID_EXTRACT_BASE_FIELD_TYPE", pos, "Can't extract a value from \"%s\". Need a complex type [STRUCT, ARRAY, MAP] but got \"%s\".", key, e.Type().SQL())
}

// hasParts reports the types from which a value can be extracted.
func hasParts(t types.Type) bool {
	switch t.Kind {
	case types.Struct, types.Array, types.Map, types.Variant:
		return true
	}
	return false
}

// extract binds child[key] and child.name.
func (b *binder) extract(n *expr.Extract) (expr.Expr, error) {
	child, err := b.expr(n.Child)
	if err != nil {
		return nil, err
	}
	if b.clause == "ORDER BY" && !b.input && !hasParts(child.Type()) {
		// An alias that has no parts gives way to a column of the input that has.
		c := *b
		c.input = true
		if x, err := c.expr(n.Child); err == nil && hasParts(x.Type()) {
			child = x
		}
	}
	if n.Dot {
		if l, ok := n.Key.(*expr.Literal); ok {
			if name, ok := l.Value.(string); ok {
				return b.field(child, name, n.At)
			}
		}
	}
	key, err := b.expr(n.Key)
	if err != nil {
		return nil, err
	}
	t := child.Type()
	lit, _ := key.(*expr.Literal)
	switch t.Kind {
	case types.Struct:
		if lit != nil {
			if name, ok := lit.Value.(string); ok {
				return b.field(child, name, n.At)
			}
		}
		return nil, sqlerr.New("INVALID_EXTRACT_FIELD", n.At, "Cannot extract a field from \"%s\".", autoName(b.a, n.Child))
	case types.Array:
		if lit != nil && t.Elem().Kind == types.Struct {
			if name, ok := lit.Value.(string); ok {
				return b.field(child, name, n.At)
			}
		}
		return b.call("getarrayitem", n.At, child, key)
	case types.Map:
		return b.call("getmapvalue", n.At, child, key)
	case types.Variant:
		return b.call("variant_get", n.At, child, key)
	}
	return nil, badExtract(child, autoName(b.a, n.Child), n.At)
}
