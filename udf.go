package sparrow

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Function is a function of Go for DataFrames and, registered, for SQL. Make one by UDF.
type Function struct {
	fn  *expr.Func
	err error
}

// FuncOption says more of a function than its Go type does.
type FuncOption func(*goFunc) error

// NonDeterministic marks a function that may give different results for equal arguments, or has effects: it is called once for each row that asks for
// it, neither computed beforehand nor moved.
func NonDeterministic() FuncOption {
	return func(u *goFunc) error { u.volatile = true; return nil }
}

// Returns sets the SQL type of the result where the Go type leaves a choice: "date" for time.Time, "decimal(10,2)" for Decimal. Functions of Arrow
// arrays need it.
func Returns(sqlType string) FuncOption {
	return func(u *goFunc) (err error) {
		u.result, err = sql.ParseType(sqlType)
		u.resultSet = true
		return sqlerr.Attach(err, sqlType)
	}
}

// Takes sets the SQL types of the parameters; see Returns. Functions of Arrow arrays need it.
func Takes(sqlTypes ...string) FuncOption {
	return func(u *goFunc) error {
		u.params = make([]types.Type, len(sqlTypes))
		for i, text := range sqlTypes {
			var err error
			if u.params[i], err = sql.ParseType(text); err != nil {
				return sqlerr.Attach(err, text)
			}
		}
		return nil
	}
}

// Vectorized marks a function of whole columns, called with many rows at once instead of row by row. It takes, and returns as many values as it was given,
//
//	[]T           the values of rows in which no argument is null: func(a, b []float64) []float64
//	Nullable[T]   the values of all rows with their nulls: func(a Nullable[string]) Nullable[int64]
//	arrow.Array   with Takes and Returns: func(a, b arrow.Array) (arrow.Array, error)
//
// where T is bool, an integer, a float, string, []byte or time.Time, and may return an error besides. What it is given it may keep.
func Vectorized() FuncOption {
	return func(u *goFunc) error { u.vectorized = true; return nil }
}

// Nullable is a column for functions of whole columns: row i is null where Valid[i] is false; a nil Valid means that none is.
type Nullable[T any] struct {
	Values []T
	Valid  []bool
}

// UDF makes a function of Go one of columns:
//
//	plus := sparrow.UDF("plus", func(a, b int64) int64 { return a + b })
//	df.Select(plus.Call(sparrow.Col("x"), 1))
//
// Parameters and result are bool, integers, floats, string, []byte, time.Time, time.Duration, Decimal, Interval, slices, maps with such
// elements, structs of them; arguments are cast to these types as SQL does for its own functions. A parameter of a pointer type, or any, takes NULL as nil; if
// an argument for another parameter is NULL the function is not called and the result is NULL. A pointer result may be nil for NULL. The last
// parameter may be variadic. A second result of type error, if not nil, and a panic become the query's error FAILED_EXECUTE_UDF.
//
// The function is called from several goroutines at once. It must give equal results for equal arguments unless it is NonDeterministic.
func UDF(name string, fn any, options ...FuncOption) *Function {
	u := &goFunc{name: name, fn: reflect.ValueOf(fn)}
	if err := u.describe(options); err != nil {
		return &Function{err: err}
	}
	return &Function{fn: u.function()}
}

// Err returns what is wrong with the function's Go type, nil if nothing is.
func (f *Function) Err() error { return f.err }

// Call calls the function.
func (f *Function) Call(args ...any) Column {
	if f.err != nil {
		return Column{err: f.err}
	}
	return build(func(es []expr.Expr) expr.Expr {
		return &expr.UnresolvedCall{Name: []string{f.fn.Name}, Args: es, Func: f.fn}
	}, lits(args...)...)
}

// RegisterFunc gives a function of Go, or a Function, a name for SQL and for Call in this session, in place of one that had the name. Built-in functions
// of the name are hidden. See UDF.
func (s *Session) RegisterFunc(name string, fn any, options ...FuncOption) error {
	f, ok := fn.(*Function)
	if !ok {
		f = UDF(name, fn, options...)
	}
	if f.err != nil {
		return f.err
	}
	named := *f.fn
	named.Name = name
	return s.catalog.CreateFunction(&catalog.Function{Name: name, Func: &named}, true, catalog.Replace, sqlerr.Pos{})
}

// goFunc is a function of Go and what is known of it.
type goFunc struct {
	name       string
	fn         reflect.Value
	in         []reflect.Type // of the parameters, of a variadic one its element
	out        reflect.Type
	params     []types.Type // types.NullType: any
	result     types.Type
	resultSet  bool
	variadic   bool
	fails      bool // a second result: error
	volatile   bool
	vectorized bool
	nulls      bool // a parameter takes null
}

func (u *goFunc) wrong(format string, args ...any) error {
	return sqlerr.New("INVALID_UDF_IMPLEMENTATION", sqlerr.Pos{}, "Function %s cannot be used: %s.", types.Quote(u.name), fmt.Sprintf(format, args...))
}

var errorType, arrowType = reflect.TypeFor[error](), reflect.TypeFor[arrow.Array]()

// describe reads the Go type.
func (u *goFunc) describe(options []FuncOption) error {
	if !u.fn.IsValid() || u.fn.Kind() != reflect.Func || u.fn.IsNil() {
		return u.wrong("it is no function")
	}
	for _, o := range options {
		if err := o(u); err != nil {
			return err
		}
	}
	t := u.fn.Type()
	switch n := t.NumOut(); {
	case n == 2 && t.Out(1) == errorType:
		u.fails = true
	case n != 1 || t.Out(0) == errorType:
		return u.wrong("it must return a value, or a value and an error, not %s", t)
	}
	u.out, u.variadic = t.Out(0), t.IsVariadic()
	for i := range t.NumIn() {
		in := t.In(i)
		if u.variadic && i == t.NumIn()-1 {
			in = in.Elem()
		}
		u.in = append(u.in, in)
	}
	if u.vectorized {
		return u.describeColumns()
	}
	return u.describeRow()
}

// describeRow finds the SQL types of a function of rows.
func (u *goFunc) describeRow() error {
	set := u.params
	if set != nil && len(set) != len(u.in) {
		return u.wrong("it has %d parameters, Takes names %d", len(u.in), len(set))
	}
	for _, in := range u.in {
		if in == reflect.TypeFor[context.Context]() {
			return u.wrong("a context cannot be a parameter")
		}
		u.nulls = u.nulls || takesNull(in)
		if set != nil {
			continue
		}
		t := types.NullType
		if in.Kind() != reflect.Interface {
			var err error
			if t, err = typeOfGo(in); err != nil {
				return u.wrong("no SQL type corresponds to the parameter type %s", in)
			}
		} else if in.NumMethod() > 0 {
			return u.wrong("no SQL type corresponds to the parameter type %s", in)
		}
		u.params = append(u.params, t)
	}
	if u.resultSet {
		return nil
	}
	var err error
	if u.result, err = typeOfGo(u.out); err != nil {
		return u.wrong("no SQL type corresponds to the result type %s; name one by Returns", u.out)
	}
	return nil
}

func takesNull(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface
}

// function makes the value by which analyzer and evaluator know the function.
func (u *goFunc) function() *expr.Func {
	f := &expr.Func{Name: u.name, Kind: expr.Scalar, Group: "user_funcs", Usage: u.signature() + " - A function of the program.", User: true, Fallible: true, Volatile: u.volatile,
		AlwaysNull: u.mayReturnNull(), New: u.kernel}
	if u.nulls {
		f.NullRule = expr.NullCustom
		f.AlwaysNull = true
	}
	s := expr.Sig{Variadic: u.variadic, Result: func([]types.Type) (types.Type, error) { return u.result, nil }}
	for _, t := range u.params {
		s.Params = append(s.Params, classOf(t))
	}
	f.Sigs = []expr.Sig{s}
	return f
}

func (u *goFunc) mayReturnNull() bool {
	switch u.out.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map, reflect.Struct:
		return u.out != timeType && u.out != decimalType && u.out != intervalType
	}
	return false
}

func classOf(t types.Type) types.Class {
	switch t.Kind {
	case types.Null:
		return types.ClassAny
	case types.Decimal: // any decimal comes as it is
		return types.ClassDecimal
	}
	return types.ClassExactly(t)
}

// signature is the function as SQL sees it.
func (u *goFunc) signature() string {
	names := make([]string, len(u.params))
	for i, t := range u.params {
		names[i] = t.String()
		if t.Kind == types.Null {
			names[i] = "any"
		}
	}
	if u.variadic {
		names[len(names)-1] += "..."
	}
	return u.name + "(" + strings.Join(names, ", ") + ")"
}

// failed is the error of a call.
func (u *goFunc) failed(err error, pos sqlerr.Pos) *sqlerr.Error {
	return sqlerr.New("FAILED_EXECUTE_UDF", pos, "User defined function (`%s`: %s => %s) failed due to: %v.", u.name, strings.TrimPrefix(u.signature(), u.name), u.result, err).
		WithCause(err)
}
