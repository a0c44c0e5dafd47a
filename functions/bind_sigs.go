package functions

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// resolveSigs tries the overloads in order, first for an exact fit, then with implicit casts.
func resolveSigs(f *expr.Func, args []expr.Expr, o *BindOptions) (*expr.Resolution, error) {
	ansi := o.base() == expr.ANSI
	var counted *expr.Sig
	for _, exact := range []bool{true, false} {
		for i := range f.Sigs {
			s := &f.Sigs[i]
			if !takes(s, len(args)) {
				continue
			}
			if counted == nil {
				counted = s
			}
			if params, bad := fit(s, args, ansi, exact); bad < 0 {
				return result(s, params)
			}
		}
	}
	if counted == nil {
		return nil, wrongCount(f, len(args), o.Pos)
	}
	_, bad := fit(counted, args, ansi, false)
	return nil, WrongType(f.Name, args, bad, paramClass(counted, bad).Name, o.Pos)
}

func result(s *expr.Sig, params []types.Type) (*expr.Resolution, error) {
	res := &expr.Resolution{Params: params}
	switch {
	case s.Result != nil:
		t, err := s.Result(params)
		if err != nil {
			return nil, err
		}
		res.Result = t
	case len(params) > 0:
		res.Result = params[0]
	}
	return res, nil
}

// takes reports whether an overload can be called with n arguments.
func takes(s *expr.Sig, n int) bool {
	return n >= least(s) && (s.Variadic || n <= len(s.Params))
}

// least is the smallest number of arguments; a variadic parameter may be left out.
func least(s *expr.Sig) int {
	n := len(s.Params) - s.Optional
	if s.Variadic {
		n--
	}
	return max(n, 0)
}

func paramClass(s *expr.Sig, i int) types.Class { return s.Params[min(i, len(s.Params)-1)] }

// fit returns the types to which the arguments are cast, or the first argument that does not fit.
func fit(s *expr.Sig, args []expr.Expr, ansi, exact bool) (params []types.Type, bad int) {
	params = make([]types.Type, len(args))
	for i, a := range args {
		_, lit := a.(*expr.Literal)
		t := a.Type()
		p, ok := paramClass(s, i).Accept(t, ansi, lit)
		if !ok || exact && !p.Equal(t) {
			return nil, i
		}
		params[i] = p
	}
	return params, -1
}

// placeNamed puts f(name => value) into the places of the first overload that has the names.
func placeNamed(f *expr.Func, args []expr.Expr, pos sqlerr.Pos) ([]expr.Expr, error) {
	first := len(args)
	for i, a := range args {
		if _, ok := a.(*expr.NamedArg); ok {
			first = min(first, i)
		} else if i > first {
			return nil, sqlerr.New("UNEXPECTED_POSITIONAL_ARGUMENT", a.Pos(),
				"Cannot invoke routine %s because it contains positional argument(s) following a named argument.", types.Quote(f.Name))
		}
	}
	if first == len(args) {
		return args, nil
	}
	var sig *expr.Sig
	for i := range f.Sigs {
		if s := &f.Sigs[i]; len(s.Names) > 0 && takes(s, len(args)) {
			sig = s
			break
		}
	}
	if sig == nil {
		return nil, sqlerr.New("NAMED_PARAMETERS_NOT_SUPPORTED", args[first].Pos(), "Named parameters are not supported for function %s.", types.Quote(f.Name)).
			WithHint("Retry the query with positional arguments to the function call instead.")
	}
	return place(f, sig, args, first, pos)
}

func place(f *expr.Func, sig *expr.Sig, args []expr.Expr, first int, pos sqlerr.Pos) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(args))
	copy(out, args[:first])
	for _, a := range args[first:] {
		n := a.(*expr.NamedArg)
		k := -1
		for i, name := range sig.Names {
			if strings.EqualFold(name, n.Name) {
				k = i
			}
		}
		switch {
		case k < 0:
			return nil, sqlerr.New("UNRECOGNIZED_PARAMETER_NAME", n.At, "Cannot invoke routine %s because the routine call included a named argument reference for the argument named %s, but this routine does not include any signature containing an argument with this name.",
				types.Quote(f.Name), types.Quote(n.Name)).WithHint("Did you mean one of the following? [%s]", strings.Join(sig.Names, ", "))
		case k < len(out) && out[k] != nil:
			return nil, sqlerr.New("DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE", n.At,
				"Call to routine %s is invalid because it includes multiple assignments to the parameter %s.", types.Quote(f.Name), types.Quote(n.Name))
		case k >= len(out):
			return nil, missing(f, sig, out, pos)
		}
		out[k] = n.Child
	}
	for _, a := range out {
		if a == nil {
			return nil, missing(f, sig, out, pos)
		}
	}
	return out, nil
}

func missing(f *expr.Func, sig *expr.Sig, out []expr.Expr, pos sqlerr.Pos) error {
	name := ""
	for i, n := range sig.Names {
		if i >= len(out) || out[i] == nil {
			name = n
			break
		}
	}
	return sqlerr.New("REQUIRED_PARAMETER_NOT_FOUND", pos,
		"Cannot invoke routine %s because the parameter named %s is required, but the routine call did not supply a value.", types.Quote(f.Name), types.Quote(name))
}

// wrongCount is the error of a call with a number of arguments that no overload takes.
func wrongCount(f *expr.Func, n int, pos sqlerr.Pos) error {
	var want []string
	for i := range f.Sigs {
		s := &f.Sigs[i]
		if s.Variadic {
			want = append(want, "> "+strconv.Itoa(least(s)-1))
			continue
		}
		for k := least(s); k <= len(s.Params); k++ {
			want = append(want, strconv.Itoa(k))
		}
	}
	return WrongCount(f.Name, strings.Join(uniq(want), ", "), n, pos)
}

func uniq(s []string) []string {
	var out []string
	for _, x := range s {
		if len(out) == 0 || out[len(out)-1] != x {
			out = append(out, x)
		}
	}
	return out
}

// WrongCount is the error of a wrong number of arguments, for functions with a Resolve; want is text: "1", "[1, 2]".
func WrongCount(name, want string, got int, pos sqlerr.Pos) *sqlerr.Error {
	if strings.Contains(want, ",") {
		want = "[" + strings.Trim(want, "[]") + "]"
	}
	return sqlerr.New("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", pos, "The %s requires %s parameters but the actual number is %d.", types.Quote(name), want, got)
}

var ordinals = [...]string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}

// Ordinal returns "first" for 0, and so on.
func Ordinal(i int) string {
	if i < len(ordinals) {
		return ordinals[i]
	}
	return fmt.Sprintf("%dth", i+1)
}

// WrongType is the error of an argument of a type that the parameter does not take; want is a class's name.
func WrongType(name string, args []expr.Expr, i int, want string, pos sqlerr.Pos) *sqlerr.Error {
	if want == types.ClassOrderable.Name {
		return sqlerr.New("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", pos, "Cannot resolve \"%s\" due to data type mismatch: The %s does not support ordering on type \"%s\".",
			describeCall(name, args), types.Quote(name), args[i].Type().SQL())
	}
	return sqlerr.New("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", pos,
		"Cannot resolve \"%s\" due to data type mismatch: The %s parameter requires the \"%s\" type, however \"%s\" has the type \"%s\".",
		describeCall(name, args), Ordinal(i), want, describe(args[i]), args[i].Type().SQL())
}

// describeCall prints a call for an error message.
func describeCall(name string, args []expr.Expr) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = describe(a)
	}
	if len(parts) == 2 && name != "" && !isLetter(name[0]) {
		return "(" + parts[0] + " " + name + " " + parts[1] + ")"
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }

// describe prints an expression for an error message, briefly.
func describe(e expr.Expr) string {
	switch x := e.(type) {
	case *expr.Column:
		return x.Name
	case *expr.Literal:
		switch v := x.Value.(type) {
		case nil:
			return "NULL"
		case types.Int128:
			return types.FormatDecimal(v, int(x.T.Scale))
		default:
			return fmt.Sprint(v)
		}
	case *expr.Cast:
		if x.Implicit {
			return describe(x.Child)
		}
		return "CAST(" + describe(x.Child) + " AS " + x.To.SQL() + ")"
	case *expr.Call:
		return describeCall(x.Func.Name, x.Args)
	case *expr.Aggregate:
		return describeCall(x.Func.Name, x.Args)
	}
	return e.Type().String()
}
