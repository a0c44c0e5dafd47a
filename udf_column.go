package sparrow

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// describeColumns finds the SQL types of a function of whole columns.
func (u *goFunc) describeColumns() error {
	if u.variadic {
		return u.wrong("a function of whole columns cannot be variadic")
	}
	if len(u.in) == 0 {
		return u.wrong("a function of whole columns needs a parameter, which tells it the number of rows")
	}
	set := u.params
	if set != nil && len(set) != len(u.in) {
		return u.wrong("it has %d parameters, Takes names %d", len(u.in), len(set))
	}
	for i, in := range u.in {
		elem, nulls, ok := elementOf(in)
		switch {
		case !ok:
			return u.wrong("the parameter type %s is no column: it must be []T, Nullable[T] or arrow.Array", in)
		case in == arrowType && set == nil:
			return u.wrong("the types of arrow.Array parameters must be named by Takes")
		case set == nil:
			t, err := typeOfGo(elem)
			if err != nil {
				return u.wrong("no SQL type corresponds to %s", elem)
			}
			u.params = append(u.params, t)
		case in != arrowType && !goFits(elem, set[i]):
			return u.wrong("a column of %s cannot be a %s", set[i], in)
		}
		u.nulls = u.nulls || nulls
	}
	elem, _, ok := elementOf(u.out)
	switch {
	case !ok:
		return u.wrong("the result type %s is no column: it must be []T, Nullable[T] or arrow.Array", u.out)
	case u.out == arrowType && !u.resultSet:
		return u.wrong("the type of an arrow.Array result must be named by Returns")
	case !u.resultSet:
		t, err := typeOfGo(elem)
		if err != nil {
			return u.wrong("no SQL type corresponds to %s", elem)
		}
		u.result = t
	}
	return nil
}

// goFits reports whether a Go type takes the values of an SQL type.
func goFits(elem reflect.Type, t types.Type) bool {
	own, err := typeOfGo(elem)
	return err == nil && (own.Equal(t) || elem == timeType && t.IsDatetime())
}

// elementOf returns the T of []T and Nullable[T]; nulls tells whether null rows come too.
func elementOf(t reflect.Type) (elem reflect.Type, nulls, ok bool) {
	switch {
	case t == arrowType:
		return nil, true, true
	case t.Kind() == reflect.Slice:
		return t.Elem(), false, true
	case t.Kind() == reflect.Struct && strings.HasPrefix(t.Name(), "Nullable[") && t.PkgPath() == reflect.TypeFor[Nullable[int]]().PkgPath():
		return t.Field(0).Type.Elem(), true, true
	}
	return nil, false, false
}

// columnKernel makes the kernel of a function of whole columns.
func (u *goFunc) columnKernel(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		rows := k.Rows
		if u.nulls { // rows with a null for a parameter that takes none
			for i, in := range u.in {
				if _, nulls, _ := elementOf(in); !nulls {
					rows = notNull(k, k.Args[i], rows)
				}
			}
		}
		if rows.Count() == 0 {
			return
		}
		if err := u.runColumns(k, s, rows); err != nil {
			for i := range rows.Count() {
				u.fail(k, s, rows.Row(i), err)
			}
		}
	}, nil
}

// notNull leaves rows out in which v is null and makes their result null.
func notNull(k *expr.KernelCall, v *columnar.Vector, rows columnar.Rows) columnar.Rows {
	if !v.MayHaveNulls() {
		return rows
	}
	keep := make([]int32, 0, rows.Count())
	for i := range rows.Count() {
		if row := rows.Row(i); v.IsNull(row) {
			k.Out.SetNull(row)
		} else {
			keep = append(keep, int32(row))
		}
	}
	return columnar.Rows{Sel: keep, N: rows.N}
}

func (u *goFunc) runColumns(k *expr.KernelCall, s *expr.Spec, rows columnar.Rows) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	in := make([]reflect.Value, len(u.in))
	for i, t := range u.in {
		v := columnar.New(s.Args[i], 0) // a copy: the function may keep it
		columnar.Append(v, k.Args[i], rows)
		if in[i], err = u.column(t, v, s); err != nil {
			return err
		}
	}
	res := u.fn.Call(in)
	if u.fails && !res[1].IsNil() {
		return res[1].Interface().(error)
	}
	v, err := u.vector(res[0], rows.Count())
	if err != nil {
		return err
	}
	return scatter(k, v, rows)
}

// column turns a vector, which is the function's from now on, into a parameter.
func (u *goFunc) column(t reflect.Type, v *columnar.Vector, s *expr.Spec) (reflect.Value, error) {
	if t == arrowType {
		a, err := columnar.ToArrow(v, v.Len)
		return reflect.ValueOf(&a).Elem(), err
	}
	slice := t
	if t.Kind() == reflect.Struct {
		slice = t.Field(0).Type
	}
	values, err := u.slice(slice, v, s)
	if err != nil || t.Kind() == reflect.Slice {
		return values, err
	}
	out := reflect.New(t).Elem()
	out.Field(0).Set(values)
	if v.NullCount() > 0 {
		valid := make([]bool, v.Len)
		for i := range valid {
			valid[i] = !v.IsNull(i)
		}
		out.Field(1).Set(reflect.ValueOf(valid))
	}
	return out, nil
}

// slice returns the values; numbers are not copied again.
func (u *goFunc) slice(t reflect.Type, v *columnar.Vector, s *expr.Spec) (reflect.Value, error) {
	if v.Form != columnar.Flat {
		v = columnar.Flatten(&columnar.Vector{}, v, columnar.AllRows(v.Len))
	}
	var x any
	switch t {
	case reflect.TypeFor[[]int64]():
		x = columnar.Values[int64](v)
	case reflect.TypeFor[[]int32]():
		x = columnar.Values[int32](v)
	case reflect.TypeFor[[]int16]():
		x = columnar.Values[int16](v)
	case reflect.TypeFor[[]int8]():
		x = columnar.Values[int8](v)
	case reflect.TypeFor[[]float64]():
		x = columnar.Values[float64](v)
	case reflect.TypeFor[[]float32]():
		x = columnar.Values[float32](v)
	}
	if x != nil {
		return reflect.ValueOf(x), nil
	}
	out := reflect.MakeSlice(t, v.Len, v.Len)
	zone := s.Env.Zone
	for i := range v.Len {
		if v.IsNull(i) {
			continue
		}
		if err := store(out.Index(i), external(v.Value(i), v.Type, zone), "argument"); err != nil {
			return out, err
		}
	}
	return out, nil
}

// vector turns a result of n values into a vector of its own memory.
func (u *goFunc) vector(res reflect.Value, n int) (*columnar.Vector, error) {
	if u.out == arrowType {
		return u.fromArrow(res, n)
	}
	values, valid := res, []bool(nil)
	if res.Kind() == reflect.Struct {
		values, valid = res.Field(0), res.Field(1).Interface().([]bool)
	}
	if values.Len() != n || valid != nil && len(valid) != n {
		return nil, fmt.Errorf("it returned %d values for %d rows", values.Len(), n)
	}
	v := columnar.New(u.result, n)
	v.ClearReferences()
	for i := range n {
		if valid != nil && !valid[i] {
			v.SetNull(i)
			continue
		}
		x, err := internal(goValue(values.Index(i)), u.result)
		if err != nil {
			return nil, err
		}
		v.SetValue(i, x)
	}
	return v, nil
}

func (u *goFunc) fromArrow(res reflect.Value, n int) (*columnar.Vector, error) {
	a, _ := res.Interface().(arrow.Array)
	switch {
	case a == nil:
		return nil, fmt.Errorf("it returned no array")
	case a.Len() != n:
		return nil, fmt.Errorf("it returned %d values for %d rows", a.Len(), n)
	}
	if t, ok := columnar.SQLType(a.DataType()); !ok || !t.SameShape(u.result) {
		return nil, fmt.Errorf("it returned an array of %s instead of %s", a.DataType(), u.result)
	}
	shared, err := columnar.FromArrow(a, u.result)
	if err != nil {
		return nil, err
	}
	v := columnar.New(u.result, 0)
	columnar.Append(v, shared, columnar.AllRows(n))
	return v, nil
}

// scatter puts the values, one for each of the rows, into the result.
func scatter(k *expr.KernelCall, v *columnar.Vector, rows columnar.Rows) error {
	if rows.All() {
		*k.Out = *v
		return nil
	}
	v.Class = columnar.Shared
	valid := k.Out.Valid // of rows left out
	codes := make([]int32, rows.N)
	for i := range rows.Count() {
		codes[rows.Row(i)] = int32(i)
	}
	*k.Out = *columnar.NewDictionary(v, codes)
	k.Out.Valid = valid
	return nil
}
