package jsontext

import (
	"sort"
	"strconv"
	"time"

	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// Rules are the options of inference, by Spark's names.
type Rules struct {
	PrimitivesAsString bool
	PrefersDecimal     bool
	DropFieldIfAllNull bool
	InferTimestamp     bool
	Zone               *time.Location // for InferTimestamp
}

type shape uint8

const (
	unknown shape = iota // only nulls and empty strings so far
	scalar
	object
	list
)

// Guess is the type of the values seen so far. The zero value has seen none.
type Guess struct {
	shape  shape
	t      types.Type // of a scalar
	fields map[string]*Guess
	elem   *Guess
}

// Observe takes the next value of a scanner, whose kind is k, into account. The text must be valid (Skip it first): after an error the guess counts half
// a value.
func (g *Guess) Observe(s *Scanner, k Kind, rules *Rules) error {
	switch k {
	case Null:
		_, err := s.Literal()
		return err
	case Bool:
		_, err := s.Literal()
		g.addScalar(rules.primitive(types.BooleanType))
		return err
	case Number:
		text, kind, err := s.Num()
		if err == nil {
			g.addScalar(rules.primitive(rules.number(text, kind)))
		}
		return err
	case String:
		text, err := s.Str()
		if err == nil && len(text) > 0 {
			g.addScalar(rules.text(text))
		}
		return err
	case Object:
		return g.observeObject(s, rules)
	}
	return g.observeArray(s, rules)
}

func (r *Rules) primitive(t types.Type) types.Type {
	if r.PrimitivesAsString {
		return types.StringType
	}
	return t
}

func (r *Rules) number(text []byte, kind NumberKind) types.Type {
	if kind == Special {
		return types.DoubleType
	}
	if kind == Integer {
		if _, err := strconv.ParseInt(view(text), 10, 64); err == nil {
			return types.BigIntType
		}
	} else if !r.PrefersDecimal {
		return types.DoubleType
	}
	if _, p, s, ok := types.ParseDecimal(view(text)); ok && max(p, s) <= types.MaxPrecision && s >= 0 {
		return types.DecimalOf(max(p, s), s)
	}
	return types.DoubleType
}

func (r *Rules) text(text []byte) types.Type {
	if r.PrefersDecimal {
		if _, p, s, ok := types.ParseDecimal(view(text)); ok && max(p, s) <= types.MaxPrecision && s >= 0 {
			return types.DecimalOf(max(p, s), s)
		}
	}
	if r.InferTimestamp {
		if _, ok := temporal.ParseTimestamp(view(text), r.Zone, nil); ok {
			return types.TimestampType
		}
	}
	return types.StringType
}

func (g *Guess) addScalar(t types.Type) {
	switch g.shape {
	case unknown:
		g.shape, g.t = scalar, t
	case scalar:
		if !g.t.Equal(t) {
			g.t = commonScalar(g.t, t)
		}
	default:
		g.become(types.StringType)
	}
}

func (g *Guess) become(t types.Type) { *g = Guess{shape: scalar, t: t} }

// commonScalar is the type that holds both: numbers widen, all else is text.
func commonScalar(a, b types.Type) types.Type {
	switch {
	case !a.IsNumeric() || !b.IsNumeric():
		return types.StringType
	case a.Kind == types.Double || b.Kind == types.Double:
		return types.DoubleType
	}
	a, b = types.DecimalFor(a), types.DecimalFor(b)
	scale := max(a.Scale, b.Scale)
	digits := max(a.Precision-a.Scale, b.Precision-b.Scale)
	if digits+scale > types.MaxPrecision {
		return types.DoubleType
	}
	return types.DecimalOf(int(digits+scale), int(scale))
}

func (g *Guess) observeObject(s *Scanner, rules *Rules) error {
	switch g.shape {
	case unknown:
		g.shape, g.fields = object, map[string]*Guess{}
	case object:
	default:
		g.become(types.StringType)
		return s.Skip(Object)
	}
	if err := s.Enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		name, k, err := s.Field(first)
		if err != nil || k == End {
			return err
		}
		f := g.fields[string(name)]
		if f == nil {
			f = &Guess{}
			g.fields[string(name)] = f
		}
		if err := f.Observe(s, k, rules); err != nil {
			return err
		}
	}
}

func (g *Guess) observeArray(s *Scanner, rules *Rules) error {
	switch g.shape {
	case unknown:
		g.shape, g.elem = list, &Guess{}
	case list:
	default:
		g.become(types.StringType)
		return s.Skip(Array)
	}
	if err := s.Enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		k, err := s.Element(first)
		if err != nil || k == End {
			return err
		}
		if err := g.elem.Observe(s, k, rules); err != nil {
			return err
		}
	}
}

// Merge takes what another guess has seen into account; the other must not be used again.
func (g *Guess) Merge(o *Guess) {
	switch {
	case o.shape == unknown:
	case g.shape == unknown:
		*g = *o
	case g.shape != o.shape:
		g.become(types.StringType)
	case g.shape == scalar:
		g.addScalar(o.t)
	case g.shape == list:
		g.elem.Merge(o.elem)
	default:
		for name, f := range o.fields {
			if mine := g.fields[name]; mine != nil {
				mine.Merge(f)
			} else {
				g.fields[name] = f
			}
		}
	}
}

// Type returns the type of a value; ok is false if nothing can be stored in it (an object without fields, or, with DropFieldIfAllNull, only nulls).
// Fields are in the order of their names.
func (g *Guess) Type(rules *Rules) (_ types.Type, ok bool) {
	switch g.shape {
	case unknown:
		return types.StringType, !rules.DropFieldIfAllNull
	case scalar:
		return g.t, true
	case list:
		e, ok := g.elem.Type(rules)
		return types.ArrayOf(e, true), ok
	}
	fields := g.Fields(rules)
	return types.StructOf(fields...), len(fields) > 0
}

// Fields returns the fields of an object, none for another value.
func (g *Guess) Fields(rules *Rules) types.Schema {
	names := make([]string, 0, len(g.fields))
	for name := range g.fields {
		names = append(names, name)
	}
	sort.Strings(names)
	var out types.Schema
	for _, name := range names {
		if t, ok := g.fields[name].Type(rules); ok {
			out = append(out, types.Field{Name: name, Type: t, Nullable: true})
		}
	}
	return out
}

// Object makes the guess that of an object, as if an empty one had been seen.
func (g *Guess) Object() {
	if g.shape == unknown {
		g.shape, g.fields = object, map[string]*Guess{}
	}
}
