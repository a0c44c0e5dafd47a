package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// builder turns resolved expressions into nodes.
type builder struct {
	env    *expr.Env
	in     map[expr.ColumnID]int
	cols   []*expr.Column
	counts map[string]int
	memos  map[string]*memo
	plain  bool // no dictionary tables inside
}

func newBuilder(in []*expr.Column, env *expr.Env) *builder {
	b := &builder{env: env, in: make(map[expr.ColumnID]int, len(in)), cols: in, memos: map[string]*memo{}}
	for i, c := range in {
		b.in[c.ID] = i
	}
	return b
}

// maxShared is the size of expressions up to which common subexpressions are searched: keys of all subtrees cost the square of the depth.
const maxShared = 2000

// count finds subexpressions that occur more than once. Bodies of lambdas are programs of their own.
func (b *builder) count(es ...expr.Expr) {
	calls := 0
	visit := func(f func(expr.Expr)) {
		for _, e := range es {
			expr.Walk(e, func(x expr.Expr) bool {
				if _, ok := x.(*expr.Lambda); ok {
					return false
				}
				if len(x.Children()) > 0 {
					f(x)
				}
				return true
			})
		}
	}
	visit(func(expr.Expr) { calls++ })
	if calls < 2 || calls > maxShared {
		return
	}
	b.counts = make(map[string]int, calls)
	visit(func(x expr.Expr) { b.counts[expr.Key(x)]++ })
}

// build compiles e. conditional tells that e may be evaluated for fewer rows than the frame's.
func (b *builder) build(e expr.Expr, conditional bool) (node, error) {
	if b.counts == nil || len(e.Children()) == 0 {
		return b.make(e, conditional)
	}
	key := expr.Key(e)
	if b.counts[key] < 2 || expr.IsVolatile(e) {
		return b.make(e, conditional)
	}
	m := b.memos[key]
	if m != nil && !conditional {
		return m, nil
	}
	n, err := b.make(e, conditional)
	switch {
	case err != nil:
		return nil, err
	case m != nil:
		return &peek{memo: m, own: n}, nil
	case conditional:
		return n, nil
	}
	m = &memo{child: n}
	b.memos[key] = m
	return m, nil
}

func (b *builder) make(e expr.Expr, conditional bool) (node, error) {
	switch x := e.(type) {
	case *expr.Column:
		i, ok := b.in[x.ID]
		if !ok {
			return nil, sqlerr.Internal("column %s#%d is not in the input", x.Name, x.ID).At(x.Pos())
		}
		return &column{i}, nil
	case *expr.Literal:
		return newLiteral(x.T, x.Value), nil
	case *expr.Call:
		return b.call(x, conditional)
	case *expr.Cast:
		return b.cast(x, conditional)
	case *expr.And:
		return b.logic(x.Args, false, conditional)
	case *expr.Or:
		return b.logic(x.Args, true, conditional)
	case *expr.Not:
		n, err := b.build(x.Child, conditional)
		return &not{child: n}, err
	case *expr.Case:
		return b.caseOf(x, conditional)
	case *expr.Coalesce:
		return b.coalesce(x, conditional)
	case *expr.In:
		return b.inList(x, conditional)
	case *expr.Field:
		n, err := b.build(x.Child, conditional)
		return &field{child: n, index: x.Index, typ: x.Type()}, err
	}
	return nil, sqlerr.Internal("expression %T cannot be evaluated row by row", e).At(e.Pos())
}

// each compiles a list that is evaluated from left to right and may stop early: only the first is sure to be evaluated.
func (b *builder) each(es []expr.Expr, conditional bool) ([]node, error) {
	ns := make([]node, len(es))
	for i, e := range es {
		var err error
		if ns[i], err = b.build(e, conditional || i > 0); err != nil {
			return nil, err
		}
	}
	return ns, nil
}

// condition compiles a boolean expression that is asked for rows rather than values.
func (b *builder) condition(e expr.Expr, conditional bool) (node, error) {
	n, err := b.build(e, conditional)
	if err != nil || b.plain {
		return n, err
	}
	return b.truth(e, n)
}

// args compiles the arguments of a call whose result is null where any of them is (strict), or that sees all of them. Under strictness
// row-by-row evaluation stops at the first null, so narrow marks arguments that may fail after one that may be null.
func (b *builder) args(es []expr.Expr, strict, conditional bool) (ns []node, narrow []bool, err error) {
	ns = make([]node, len(es))
	nullable := false
	for i, e := range es {
		if _, ok := e.(*expr.Lambda); ok {
			continue
		}
		stop := strict && nullable && expr.MayFail(e)
		if stop {
			if narrow == nil {
				narrow = make([]bool, len(es))
			}
			narrow[i] = true
		}
		if ns[i], err = b.build(e, conditional || stop); err != nil {
			return nil, nil, err
		}
		nullable = nullable || e.Nullable()
	}
	return ns, narrow, nil
}

func (b *builder) call(x *expr.Call, conditional bool) (node, error) {
	if n, err := b.operator(x, conditional); n != nil || err != nil {
		return n, err
	}
	if x.Func.New == nil {
		return nil, sqlerr.Internal("function %s has no kernel", x.Func.Name).At(x.Pos())
	}
	fn, err := x.Func.New(expr.SpecOf(x, b.env))
	if err != nil {
		return nil, err
	}
	strict := x.Func.NullRule == expr.NullIfAny
	c := &call{fn: fn, typ: x.T, width: columnar.WidthOf(x.T), mode: x.Mode, pos: x.Pos(), nullIfAny: strict,
		exact: x.Func.Fallible, volatile: x.Func.Volatile}
	if c.args, c.narrow, err = b.args(x.Args, strict, conditional); err != nil {
		return nil, err
	}
	for i, a := range x.Args {
		l, ok := a.(*expr.Lambda)
		if !ok {
			continue
		}
		if c.lambdas == nil {
			c.lambdas = make([]expr.LambdaEval, len(x.Args))
		}
		le, err := b.lambda(l)
		if err != nil {
			return nil, err
		}
		c.lambdas[i] = le
		c.closures = append(c.closures, le)
		c.exact = c.exact || expr.MayFail(l.Body)
		c.volatile = c.volatile || expr.IsVolatile(l.Body)
	}
	c.finish(x.Args)
	return c, nil
}

// cast compiles a conversion; one that changes nothing but nullability or names is left out.
func (b *builder) cast(x *expr.Cast, conditional bool) (node, error) {
	from := x.Child.Type()
	child, err := b.build(x.Child, conditional)
	if err != nil {
		return nil, err
	}
	if sameValues(from, x.To) {
		return &retype{child: child, typ: x.To}, nil
	}
	if from.Kind == types.Null {
		if _, ok := x.Child.(*expr.Literal); ok {
			return newLiteral(x.To, nil), nil
		}
		c := &call{fn: func(k *expr.KernelCall) { k.Out.SetAllNull() }, typ: x.To, width: columnar.WidthOf(x.To), pos: x.Pos(), nullIfAny: true, exact: true, args: []node{child}}
		c.finish([]expr.Expr{x.Child}) // the child may be raise_error
		return c, nil
	}
	mode := castMode(from, x.To, x.Mode)
	fn, err := castKernel(from, x.To, castOptions{mode: mode, env: b.env.In(x.Zone), pos: x.Pos(), column: x.Column})
	if err != nil {
		return nil, err
	}
	c := &call{fn: fn, typ: x.To, width: columnar.WidthOf(x.To), mode: mode, pos: x.Pos(), nullIfAny: true,
		exact: !types.CastNeverFails(from, x.To) || from.Kind == types.Date || from.IsNested() || columnar.WidthOf(from) == columnar.WView,
		args:  []node{child}}
	c.finish([]expr.Expr{x.Child})
	return c, nil
}
