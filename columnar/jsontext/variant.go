package jsontext

import (
	"bytes"
	"strconv"
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/variant"
)

// Variant takes the next value, whose kind is k, and writes it with b. A number without exponent of at most 38 digits is a decimal, another number a
// double. Two fields of one name are an error, as in Spark.
func (s *Scanner) Variant(b *variant.Builder, k Kind) error {
	switch k {
	case Null, Bool:
		c, err := s.Literal()
		if c == 'n' {
			b.Null()
		} else {
			b.Bool(c == 't')
		}
		return err
	case Number:
		return s.variantNumber(b)
	case String:
		text, err := s.Str()
		b.String(text)
		return err
	case Array:
		return s.variantArray(b)
	case Object:
		return s.variantObject(b)
	}
	return s.fail("a value is missing")
}

func (s *Scanner) variantNumber(b *variant.Builder) error {
	digits, kind, err := s.Num()
	if err != nil {
		return err
	}
	text := unsafe.String(unsafe.SliceData(digits), len(digits))
	if kind == Integer {
		if v, err := strconv.ParseInt(text, 10, 64); err == nil {
			b.Long(v)
			return nil
		}
	}
	if kind != Special && bytes.IndexByte(digits, 'e') < 0 && bytes.IndexByte(digits, 'E') < 0 {
		if v, _, scale, ok := types.ParseDecimal(text); ok && scale >= 0 && scale <= types.MaxPrecision && types.FitsPrecision(v, types.MaxPrecision) {
			b.Decimal(v, scale)
			return nil
		}
	}
	f, err := strconv.ParseFloat(text, 64) // out of range it is an infinity, as in Java
	if kind == Special && err != nil {
		return s.fail("unknown number")
	}
	b.Double(f)
	return nil
}

func (s *Scanner) variantArray(b *variant.Builder) error {
	if err := s.Enter(); err != nil {
		return err
	}
	m := b.Open()
	for first := true; ; first = false {
		k, err := s.Element(first)
		if err != nil {
			return err
		}
		if k == End {
			b.Array(m)
			return nil
		}
		b.Elem(m)
		if err := s.Variant(b, k); err != nil {
			return err
		}
	}
}

func (s *Scanner) variantObject(b *variant.Builder) error {
	if err := s.Enter(); err != nil {
		return err
	}
	m := b.Open()
	for first := true; ; first = false {
		name, k, err := s.Field(first)
		if err != nil {
			return err
		}
		if k == End {
			if _, ok := b.Object(m); !ok {
				return s.fail("two fields have one name")
			}
			return nil
		}
		b.Key(m, name)
		if err := s.Variant(b, k); err != nil {
			return err
		}
	}
}

// storeVariant stores any value as a variant.
func (r *Reader) storeVariant(v *columnar.Vector, i int, k Kind) error {
	r.builder.Reset()
	if err := r.Variant(&r.builder, k); err != nil {
		return err
	}
	v.SetBytes(i, r.builder.Result())
	return nil
}
