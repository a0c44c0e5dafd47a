package functions

import (
	"bytes"
	"unicode/utf8"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// textMatches lists LIKE and its kin.
func textMatches() []*expr.Func {
	ex := func(sql, want string) []expr.Example { return []expr.Example{{SQL: sql, Want: want}} }
	like := []expr.Sig{{Params: []types.Class{types.ClassString, types.ClassString, types.ClassString}, Optional: 1, Result: always(types.BooleanType)}}
	pairs := []expr.Sig{{Params: []types.Class{classBinaryOnly, classBinaryOnly}, Result: always(types.BooleanType)},
		{Params: []types.Class{types.ClassString, types.ClassString}, Result: always(types.BooleanType)}}
	all := []*expr.Func{
		{Name: "like", Op: expr.OpLike, Group: "predicate_funcs", Since: "1.0.0",
			Usage:    "str LIKE pattern [ESCAPE c] - Whether all of str fits the pattern, in which _ is any character and % any text.",
			Examples: ex("SELECT 'Spark' LIKE '_park'", "true"), Fallible: true, Sigs: like, Rewrite: rewriteLike, New: newLike},
		{Name: "ilike", Group: "predicate_funcs", Since: "3.3.0", Usage: "str ILIKE pattern [ESCAPE c] - LIKE without regard to case.",
			Examples: ex("SELECT 'Spark' ILIKE 'SPARK%'", "true"), Sigs: like, Rewrite: rewriteILike},
		{Name: "startswith", Op: expr.OpStartsWith, Group: "string_funcs", Since: "3.3.0", Usage: "startswith(str, prefix) - Whether str begins with prefix.",
			Examples: ex("SELECT startswith('Spark', 'Sp')", "true"), Sigs: pairs, New: newTextTest(shapePrefix)},
		{Name: "endswith", Op: expr.OpEndsWith, Group: "string_funcs", Since: "3.3.0", Usage: "endswith(str, suffix) - Whether str ends with suffix.",
			Examples: ex("SELECT endswith('Spark', 'rk')", "true"), Sigs: pairs, New: newTextTest(shapeSuffix)},
		{Name: "contains", Op: expr.OpContains, Group: "string_funcs", Since: "3.3.0", Usage: "contains(str, part) - Whether part occurs in str.",
			Examples: ex("SELECT contains('Spark', 'par')", "true"), Sigs: pairs, New: newTextTest(shapeContains)},
	}
	return append(all, quantifiedLikes()...)
}

// classBinaryOnly takes binary and casts nothing, so that strings choose the other overload.
var classBinaryOnly = types.Class{Name: "BINARY", Accept: func(t types.Type, _, _ bool) (types.Type, bool) { return t, t.Kind == types.Binary }}

// quantifiedLikes are LIKE ANY and LIKE ALL, which the parser calls by these names.
func quantifiedLikes() []*expr.Func {
	var all []*expr.Func
	for _, op := range []string{"like", "ilike"} {
		for _, not := range []bool{false, true} {
			for _, every := range []bool{false, true} {
				all = append(all, quantifiedLike(op, not, every))
			}
		}
	}
	return all
}

func quantifiedLike(op string, not, every bool) *expr.Func {
	name, fits := op+" any", "one"
	if every {
		name, fits = op+" all", "every one"
	}
	want := "fits"
	if not {
		name, want = "not "+name, "does not fit"
	}
	return &expr.Func{Name: name, Group: "predicate_funcs", Since: "3.0.0", Usage: name + " - Whether the text " + want + " " + fits + " of the patterns.",
		Sigs: []expr.Sig{{Params: []types.Class{types.ClassString, types.ClassString, types.ClassString}, Variadic: true, Result: always(types.BooleanType)}},
		Rewrite: func(c *expr.Call) (expr.Expr, error) {
			var tests []expr.Expr
			for _, p := range c.Args[1:] {
				e, err := within(c, op, c.Args[0], p)
				if err != nil {
					return nil, err
				}
				if not {
					e = &expr.Not{Base: c.Base, Child: e}
				}
				tests = append(tests, e)
			}
			switch {
			case len(tests) == 1:
				return tests[0], nil
			case every:
				return &expr.And{Base: c.Base, Args: tests}, nil
			}
			return &expr.Or{Base: c.Base, Args: tests}, nil
		}}
}

// escapeOf returns the escape character of a call: the constant third argument, else a backslash.
func escapeOf(consts []*expr.Literal) rune {
	if len(consts) > 2 && consts[2] != nil {
		if s, ok := consts[2].Value.(string); ok && s != "" {
			r, _ := utf8.DecodeRuneInString(s)
			return r
		}
	}
	return '\\'
}

// constantText returns the text of a literal.
func constantText(e *expr.Literal) ([]byte, bool) {
	if e == nil {
		return nil, false
	}
	switch v := e.Value.(type) {
	case string:
		return []byte(v), true
	case []byte:
		return v, true
	}
	return nil, false
}

// total returns c with the form of its function that cannot fail.
func total(c *expr.Call) *expr.Call {
	d := *c
	d.Func = load().total[c.Func.Name]
	return &d
}

func literalAt(args []expr.Expr, i int) *expr.Literal {
	if i >= len(args) {
		return nil
	}
	l, _ := args[i].(*expr.Literal)
	return l
}

func rewriteLike(c *expr.Call) (expr.Expr, error) {
	if text, ok := constantText(literalAt(c.Args, 1)); ok {
		if _, err := compileLike(text, escapeOf([]*expr.Literal{nil, nil, literalAt(c.Args, 2)}), c.At); err == nil {
			return total(c), nil
		}
	}
	return c, nil
}

func rewriteILike(c *expr.Call) (expr.Expr, error) {
	args := append([]expr.Expr{}, c.Args...)
	for i, a := range args[:2] {
		if text, ok := constantText(literalAt(args, i)); ok {
			l := *a.(*expr.Literal)
			l.Value = string(bytes.ToLower(text))
			args[i] = &l
			continue
		}
		low, err := within(c, "lower", a)
		if err != nil {
			return nil, err
		}
		args[i] = low
	}
	return within(c, "like", args...)
}

func newLike(s *expr.Spec) (expr.Kernel, error) {
	escape := escapeOf(s.Consts)
	text, ok := constantText(s.Consts[1])
	if !ok {
		return func(k *expr.KernelCall) { likeRows(k, s, escape) }, nil
	}
	p, err := compileLike(text, escape, s.Pos)
	if err != nil {
		return nil, err
	}
	if shape, part := p.shape(); shape != shapeGeneral {
		return func(k *expr.KernelCall) { testText(k, shape, part) }, nil
	}
	return func(k *expr.KernelCall) { testRows(k, p.match) }, nil
}

// asError returns err as the error of a kernel.
func asError(err error) *sqlerr.Error {
	if e := sqlerr.As(err); e != nil {
		return e
	}
	return sqlerr.Internal("%v", err)
}

// likeRows matches patterns that differ by row, compiling each run of equal ones once.
func likeRows(k *expr.KernelCall, s *expr.Spec, escape rune) {
	str, pattern, out := textsOf(k.Args[0]), textsOf(k.Args[1]), columnar.Values[uint8](k.Out)
	var p *likePattern
	var last []byte
	var err error
	for i := range live(k) {
		if text := pattern.at(i); p == nil && err == nil || !bytes.Equal(text, last) {
			last = append(last[:0], text...)
			p, err = compileLike(text, escape, s.Pos)
		}
		if err != nil {
			if k.Fail(i) {
				k.Err = asError(err)
			}
			continue
		}
		out[i] = boolByte(p.match(str.at(i)))
	}
}

// testText tests strings against a constant.
func testText(k *expr.KernelCall, shape shape, part []byte) {
	a := k.Args[0]
	if a.Form != columnar.Flat || k.Rows.Sel != nil || k.Out.Valid != nil {
		testRows(k, shapeTest(shape, part))
		return
	}
	views, buffers, out := columnar.Values[columnar.View](a), a.Buffers, columnar.Values[uint8](k.Out)[:k.Rows.N]
	switch shape {
	case shapeEqual:
		testViews(out, views, buffers, func(s []byte) bool { return bytes.Equal(s, part) })
	case shapePrefix:
		testViews(out, views, buffers, func(s []byte) bool { return bytes.HasPrefix(s, part) })
	case shapeSuffix:
		testViews(out, views, buffers, func(s []byte) bool { return bytes.HasSuffix(s, part) })
	default:
		testViews(out, views, buffers, func(s []byte) bool { return bytes.Contains(s, part) })
	}
}

// testViews is the dense loop, inlined with a literal closure.
func testViews(out []uint8, views []columnar.View, buffers [][]byte, f func(s []byte) bool) {
	views = views[:len(out)]
	for i := range out {
		out[i] = boolByte(f(views[i].Bytes(buffers)))
	}
}

// testRows tests the rows that count and are not null.
func testRows(k *expr.KernelCall, f func(s []byte) bool) {
	s, out := textsOf(k.Args[0]), columnar.Values[uint8](k.Out)
	for i := range live(k) {
		out[i] = boolByte(f(s.at(i)))
	}
}

func shapeTest(shape shape, part []byte) func(s []byte) bool {
	switch shape {
	case shapeEqual:
		return func(s []byte) bool { return bytes.Equal(s, part) }
	case shapePrefix:
		return func(s []byte) bool { return bytes.HasPrefix(s, part) }
	case shapeSuffix:
		return func(s []byte) bool { return bytes.HasSuffix(s, part) }
	}
	return func(s []byte) bool { return bytes.Contains(s, part) }
}

// newTextTest makes startswith, endswith and contains.
func newTextTest(shape shape) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		if part, ok := constantText(s.Consts[1]); ok {
			return func(k *expr.KernelCall) { testText(k, shape, part) }, nil
		}
		return func(k *expr.KernelCall) {
			a, b, out := textsOf(k.Args[0]), textsOf(k.Args[1]), columnar.Values[uint8](k.Out)
			for i := range live(k) {
				switch x, y := a.at(i), b.at(i); shape {
				case shapePrefix:
					out[i] = boolByte(bytes.HasPrefix(x, y))
				case shapeSuffix:
					out[i] = boolByte(bytes.HasSuffix(x, y))
				default:
					out[i] = boolByte(bytes.Contains(x, y))
				}
			}
		}, nil
	}
}
