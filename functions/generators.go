package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

const generatorGroup = "generator_funcs"

// generators make several rows of one. The _outer forms have the same kernels: the plan keeps rows for which they give none.
func generators() []*expr.Func {
	list := []expr.Sig{{Params: []types.Class{types.ClassOneOf(types.ClassArray, types.ClassMap)}, Names: []string{"collection"}}}
	structs := []expr.Sig{{Params: []types.Class{classStructs}, Names: []string{"input"}}}
	gen := func(name, since, usage, sql, want string, sigs []expr.Sig, out func(*expr.Spec) types.Schema, kernel func(*expr.Spec) (expr.GeneratorKernel, error)) *expr.Func {
		return &expr.Func{Name: name, Kind: expr.Generator, Group: generatorGroup, Since: since, Usage: usage,
			Examples: []expr.Example{{SQL: sql, Want: want}}, Sigs: sigs, Output: out, NewGenerator: kernel}
	}
	fs := []*expr.Func{
		gen("explode", "1.0.0", "explode(collection) - Returns a row for each element of an array or entry of a map.", "SELECT explode(array(10, 20))", "10", list, explodeColumns(false), newExplode(false)),
		gen("explode_outer", "1.0.0", "explode_outer(collection) - Like explode, but a row of NULL if there is nothing.", "SELECT explode_outer(array(10, 20))", "10", list, explodeColumns(false), newExplode(false)),
		gen("posexplode", "2.0.0", "posexplode(collection) - Like explode, with the position from 0 before the element.", "SELECT posexplode(array(10, 20))", "0\t10", list, explodeColumns(true), newExplode(true)),
		gen("posexplode_outer", "2.0.0", "posexplode_outer(collection) - Like posexplode, but a row of NULLs if there is nothing.", "SELECT posexplode_outer(array(10, 20))", "0\t10", list, explodeColumns(true), newExplode(true)),
		gen("inline", "2.0.0", "inline(array) - Returns the structs of an array as rows.", "SELECT inline(array(struct(1, 'a'), struct(2, 'b')))", "1\ta", structs, inlineColumns, newInline),
		gen("inline_outer", "2.0.0", "inline_outer(array) - Like inline, but a row of NULLs if there is nothing.", "SELECT inline_outer(array(struct(1, 'a'), struct(2, 'b')))", "1\ta", structs, inlineColumns, newInline),
		gen("stack", "2.0.0", "stack(n, v, …) - Returns the values in n rows.", "SELECT stack(2, 1, 2, 3)", "1\t2", nil, stackColumns, newStack),
	}
	fs[len(fs)-1].Resolve = resolveStack
	return fs
}

// classStructs takes arrays of structs.
var classStructs = types.Class{Name: "ARRAY<STRUCT>", Accept: func(t types.Type, _, _ bool) (types.Type, bool) {
	return t, t.Kind == types.Array && t.Elem().Kind == types.Struct
}}

func explodeColumns(pos bool) func(s *expr.Spec) types.Schema {
	return func(s *expr.Spec) types.Schema {
		var out types.Schema
		if pos {
			out = append(out, types.Field{Name: "pos", Type: types.IntType})
		}
		t := s.Args[0]
		if t.Kind == types.Map {
			return append(out, types.Field{Name: "key", Type: t.Key()}, types.Field{Name: "value", Type: t.Elem(), Nullable: t.ContainsNull()})
		}
		return append(out, types.Field{Name: "col", Type: t.Elem(), Nullable: t.ContainsNull()})
	}
}

// unnest lists for elements of the arrays or maps their row, their place in it and that in the children.
type unnest struct{ outer, place, idx []int32 }

func (s *unnest) fill(v *columnar.Vector, rows columnar.Rows, at *expr.GeneratorCursor, most int) {
	s.outer, s.place, s.idx = s.outer[:0], s.place[:0], s.idx[:0]
	spans := columnOf[columnar.Span](v)
	for at.Row < rows.Count() && len(s.outer) < most {
		r := rows.Row(at.Row)
		var e columnar.Span
		if !v.IsNull(r) {
			e = spans.at(r)
		}
		from, to := at.Take(int(e.Len), most-len(s.outer))
		for p := int32(from); p < int32(to); p++ {
			s.outer, s.place, s.idx = append(s.outer, int32(r)), append(s.place, p), append(s.idx, e.Off+p)
		}
	}
}

// take returns the elements of a child, without a copy if they lie one behind the other.
func (s *unnest) take(dst, child *columnar.Vector) *columnar.Vector {
	if n := len(s.idx); n > 0 && s.idx[0]&63 == 0 && child.Form != columnar.Constant {
		whole := true
		for i, p := range s.idx {
			if p != s.idx[0]+int32(i) {
				whole = false
				break
			}
		}
		if whole {
			return child.Slice(int(s.idx[0]), n)
		}
	}
	columnar.Gather(dst, child, s.idx)
	return dst
}

func newExplode(pos bool) func(*expr.Spec) (expr.GeneratorKernel, error) {
	return func(*expr.Spec) (expr.GeneratorKernel, error) {
		var s unnest
		var places columnar.Vector
		var taken [2]columnar.Vector
		return func(args []*columnar.Vector, rows columnar.Rows, at *expr.GeneratorCursor, most int) ([]int32, []*columnar.Vector, error) {
			s.fill(args[0], rows, at, most)
			var cols []*columnar.Vector
			if pos {
				cols = append(cols, int32s(&places, s.place))
			}
			for j, c := range args[0].Children {
				cols = append(cols, s.take(&taken[j], c))
			}
			return s.outer, cols, nil
		}, nil
	}
}

// int32s makes v a column of numbers.
func int32s(v *columnar.Vector, x []int32) *columnar.Vector {
	v.Reset(types.IntType, columnar.W32, len(x))
	copy(columnar.Values[int32](v), x)
	return v
}

func inlineColumns(s *expr.Spec) types.Schema {
	t := s.Args[0]
	out := make(types.Schema, len(t.Elem().Fields()))
	for i, f := range t.Elem().Fields() {
		out[i] = f
		out[i].Nullable = f.Nullable || t.ContainsNull()
	}
	return out
}

func newInline(spec *expr.Spec) (expr.GeneratorKernel, error) {
	var s unnest
	var flat columnar.Vector
	taken := make([]columnar.Vector, len(spec.Args[0].Elem().Fields()))
	return func(args []*columnar.Vector, rows columnar.Rows, at *expr.GeneratorCursor, most int) ([]int32, []*columnar.Vector, error) {
		s.fill(args[0], rows, at, most)
		child := args[0].Children[0]
		child = columnar.Flatten(&flat, child, columnar.AllRows(child.Len))
		if child.Valid != nil { // the fields of a null struct are null
			for i, p := range s.idx {
				if child.IsNull(int(p)) {
					s.idx[i] = -1
				}
			}
		}
		cols := make([]*columnar.Vector, len(child.Children))
		for j, c := range child.Children {
			columnar.Gather(&taken[j], c, s.idx)
			cols[j] = &taken[j]
		}
		return s.outer, cols, nil
	}, nil
}

// stackRows returns the number of rows that stack makes.
func stackRows(l *expr.Literal) int64 {
	if l != nil {
		if n, ok := integerOf(l.Value); ok {
			return n
		}
	}
	return 0
}

func resolveStack(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 2 {
		return nil, WrongCount(c.Func.Name, "> 1", len(c.Args), c.Pos)
	}
	lit := literalOf(c.Args[0])
	if _, err := accept(c, 0, types.ClassInt); err != nil {
		return nil, err
	}
	if lit == nil {
		return nil, sqlerr.New("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", c.Args[0].Pos(), "Cannot resolve \"%s\" due to data type mismatch: the input `n` should be a foldable \"INT\" expression; however, got \"%s\".", describeCall(c.Func.Name, c.Args), describe(c.Args[0]))
	}
	n := stackRows(lit)
	if n <= 0 {
		return nil, sqlerr.New("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", c.Args[0].Pos(), "Cannot resolve \"%s\" due to data type mismatch: The `n` must be between (0, 2147483647] (current value = %d).", describeCall(c.Func.Name, c.Args), n)
	}
	params := c.Types()
	width := stackWidth(n, len(c.Args)-1)
	for col := range width {
		t := types.NullType
		for i := 1 + col; i < len(params); i += width {
			switch u := c.Args[i].Type(); {
			case t.Kind == types.Null:
				t = u
			case u.Kind != types.Null && !u.SameShape(t):
				return nil, sqlerr.New("DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES", c.Args[i].Pos(), "Cannot resolve \"%s\" due to data type mismatch: The data type of the column (%d) do not have the same type: \"%s\" (%d) <> \"%s\" (%d).",
					describeCall(c.Func.Name, c.Args), col, t.SQL(), 1+col, u.SQL(), i)
			}
		}
		for i := 1 + col; i < len(params); i += width {
			params[i] = t
		}
	}
	args := append([]expr.Expr{lit}, c.Args[1:]...)
	return &expr.Resolution{Args: args, Params: params, Result: types.NullType}, nil
}

func stackWidth(n int64, values int) int { return int((int64(values) + n - 1) / n) }

func stackColumns(s *expr.Spec) types.Schema {
	width := stackWidth(stackRows(s.Consts[0]), len(s.Args)-1)
	out := make(types.Schema, width)
	for i := range out {
		out[i] = types.Field{Name: "col" + itoa(i), Type: s.Args[1+i], Nullable: true}
	}
	return out
}

func newStack(s *expr.Spec) (expr.GeneratorKernel, error) {
	n := int(stackRows(s.Consts[0]))
	width := stackWidth(int64(n), len(s.Args)-1)
	pools := make([]pool, width)
	taken := make([]columnar.Vector, width)
	var outer, place []int32
	return func(args []*columnar.Vector, rows columnar.Rows, at *expr.GeneratorCursor, most int) ([]int32, []*columnar.Vector, error) {
		outer, place = outer[:0], place[:0]
		for at.Row < rows.Count() && len(outer) < most {
			r := int32(rows.Row(at.Row))
			from, to := at.Take(n, most-len(outer))
			for k := from; k < to; k++ {
				outer, place = append(outer, r), append(place, int32(k))
			}
		}
		cols := make([]*columnar.Vector, width)
		idx := make([]int32, len(outer))
		for c := range cols {
			var vs []*columnar.Vector
			for j := 1 + c; j < len(args); j += width {
				vs = append(vs, args[j])
			}
			src := pools[c].fillRows(rows.N, vs...)
			for i := range idx {
				idx[i] = -1
				if r := int(place[i]); r < len(vs) {
					idx[i] = pools[c].base[r] + outer[i]
				}
			}
			columnar.Gather(&taken[c], src, idx)
			cols[c] = &taken[c]
		}
		return outer, cols, nil
	}, nil
}
