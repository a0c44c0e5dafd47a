package expr

import "github.com/sparrow-engine/sparrow/types"

// True and False are the boolean literals; Null is NULL without a type.
var (
	True  = &Literal{Value: true, T: types.BooleanType}
	False = &Literal{Value: false, T: types.BooleanType}
	Null  = &Literal{T: types.NullType}
)

// SpecOf describes an aggregate or scalar call to the constructors of kernels. Sort keys of an ordered aggregate follow its arguments.
func SpecOf(e Expr, env *Env) *Spec {
	s := &Spec{Env: env, Result: e.Type(), Pos: e.Pos()}
	var args []Expr
	switch x := e.(type) {
	case *Call:
		args, s.Mode, s.Env = x.Args, x.Mode, env.In(x.Zone)
	case *Aggregate:
		args, s.Mode, s.Distinct, s.IgnoreNulls, s.Order = append([]Expr{}, x.Args...), x.Mode, x.Distinct, x.IgnoreNulls, x.Order
		for _, k := range x.Order {
			args = append(args, k.Expr)
		}
	}
	for _, a := range args {
		lit, _ := a.(*Literal)
		s.Args = append(s.Args, a.Type())
		s.Consts = append(s.Consts, lit)
		s.Nullable = append(s.Nullable, a.Nullable())
	}
	return s
}
