package eval

import (
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

// castOptions is what a cast knows beyond its types.
type castOptions struct {
	mode   expr.Mode
	env    *expr.Env
	pos    sqlerr.Pos
	column string // expr.Cast.Column
}

// zone returns the session time zone.
func (o castOptions) zone() *time.Location {
	if o.env == nil || o.env.Zone == nil {
		return time.UTC
	}
	return o.env.Zone
}

// caster converts values between two types.
type caster struct {
	castOptions
	from, to types.Type
}

// castMode returns the mode in which a cast runs: those of ANSI intervals and variants raise errors in Legacy mode, too.
func castMode(from, to types.Type, mode expr.Mode) expr.Mode {
	interval := func(t types.Type) bool { return t.Kind == types.YearMonth || t.Kind == types.DayTime }
	if mode == expr.Legacy && (interval(from) || interval(to) || from.Kind == types.Variant) {
		return expr.ANSI
	}
	return mode
}

// castKernel returns the conversion between two types that differ. It is null where its argument is; a value that has no counterpart fails in ANSI
// mode (CAST_INVALID_INPUT, CAST_OVERFLOW, NUMERIC_VALUE_OUT_OF_RANGE), and is null, or wraps around in Legacy mode, otherwise.
// A pair that Spark has no cast for gives DATATYPE_MISMATCH.
func castKernel(from, to types.Type, o castOptions) (expr.Kernel, error) {
	c := &caster{castOptions: o, from: from, to: to}
	var fn expr.Kernel
	switch {
	case to.Kind == types.Variant:
		return c.toVariant(), nil
	case from.Kind == types.Variant:
		return c.fromVariant(), nil
	case from.IsNested() && to.Kind == from.Kind:
		return c.nested()
	case to.Kind == types.String:
		return c.toString()
	case to.IsInteger():
		fn = c.toInteger()
	case to.Kind == types.Decimal:
		fn = c.toDecimal()
	case to.IsFloating():
		fn = c.toFloat()
	case to.Kind == types.Boolean:
		fn = c.toBoolean()
	case to.Kind == types.Binary:
		fn = c.toBinary()
	case to.IsDatetime() || to.Kind == types.Time:
		fn = c.toDatetime()
	case to.IsInterval():
		fn = c.toInterval()
	}
	if fn == nil {
		return nil, c.mismatch()
	}
	return fn, nil
}

// mismatch is the error for a pair of types without a cast.
func (c *caster) mismatch() error {
	condition := "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"
	return sqlerr.New(condition, c.pos, `Cannot resolve the cast due to data type mismatch: cannot cast "%s" to "%s".`, c.from.SQL(), c.to.SQL())
}

// each calls f for every row of the set.
func each(rows columnar.Rows, f func(r int)) {
	if rows.Sel != nil {
		for _, r := range rows.Sel {
			f(int(r))
		}
		return
	}
	for r := range rows.N {
		f(r)
	}
}

// invalid fails a row whose value is malformed.
func (c *caster) invalid(k *expr.KernelCall, r int) {
	if !k.Fail(r) || c.mode != expr.ANSI {
		return
	}
	k.Err = sqlerr.New("CAST_INVALID_INPUT", c.pos, `The value %s of the type "%s" cannot be cast to "%s" because it is malformed. Correct the value as per `+
		"the syntax, or change its target type. Use `try_cast` to tolerate malformed input and return NULL instead.",
		c.sqlValue(k.Args[0], r), c.from.SQL(), c.to.SQL())
}

// overflow fails a row whose value is out of the target's range.
func (c *caster) overflow(k *expr.KernelCall, r int) {
	if !k.Fail(r) || c.mode != expr.ANSI {
		return
	}
	if c.column != "" {
		k.Err = c.unassignable()
		return
	}
	k.Err = sqlerr.New("CAST_OVERFLOW", c.pos, `The value %s of the type "%s" cannot be cast to "%s" due to an overflow. `+
		"Use `try_cast` to tolerate overflow and return NULL instead.", c.sqlValue(k.Args[0], r), c.from.SQL(), c.to.SQL())
}

// outOfRange fails a row whose value needs more digits than the target decimal has; text prints the value. Where the target holds all values of the
// source's type, it is what lies under a null: kernels of such casts see every row.
func (c *caster) outOfRange(k *expr.KernelCall, r int, text func() string) {
	if types.CastNeverFails(c.from, c.to) || !k.Fail(r) || c.mode != expr.ANSI {
		return
	}
	if c.column != "" {
		k.Err = c.unassignable()
		return
	}
	k.Err = sqlerr.New("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", c.pos, "%s cannot be represented as Decimal(%d, %d). "+
		`If necessary set "spark.sql.ansi.enabled" to "false" to bypass this error, and return NULL instead.`, text(), c.to.Precision, c.to.Scale)
}

// unassignable is the error of a value that is out of the range of the column that it is assigned to.
func (c *caster) unassignable() *sqlerr.Error {
	return sqlerr.New("CAST_OVERFLOW_IN_TABLE_INSERT", c.pos, `Fail to assign a value of "%s" type to the "%s" type column or variable %s due to an overflow. `+
		"Use `try_cast` on the input value to tolerate overflow and return NULL instead.", c.from.SQL(), c.to.SQL(), types.Quote(c.column))
}

// sqlValue prints a value of the source type as a SQL literal, for messages.
func (c *caster) sqlValue(v *columnar.Vector, r int) string {
	return text.Literal(v.Value(r), c.from, c.zone())
}

// bounded returns the argument's bounds.
func bounded(v *columnar.Vector) (lo, hi int64, ok bool) { return v.Lo, v.Hi, v.HasBounds }

// setBounds gives the result bounds.
func setBounds(v *columnar.Vector, lo, hi int64) { v.HasBounds, v.Lo, v.Hi = true, lo, hi }
