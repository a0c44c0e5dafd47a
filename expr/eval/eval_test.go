package eval

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/invariants"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

var env = &expr.Env{Now: time.Unix(1700000000, 0), Zone: time.UTC, ANSI: true}

// Functions of the tests.
var (
	add = &expr.Func{Name: "+", New: func(*expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			a, b, out := columnar.Values[int32](k.Args[0]), columnar.Values[int32](k.Args[1]), columnar.Values[int32](k.Out)
			if k.Args[1].Form == columnar.Constant {
				for i := range k.Rows.N {
					out[i] = a[k.Args[0].At(i)] + b[0]
				}
				return
			}
			for i := range k.Rows.N {
				out[i] = a[k.Args[0].At(i)] + b[i]
			}
		}, nil
	}}
	// div fails on zero.
	div = &expr.Func{Name: "/", Fallible: true, New: func(*expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			a, b, out := columnar.Values[int32](k.Args[0]), columnar.Values[int32](k.Args[1]), columnar.Values[int32](k.Out)
			for i := range k.Rows.Count() {
				r := k.Rows.Row(i)
				d := b[k.Args[1].At(r)]
				if d == 0 {
					if k.Fail(r) {
						k.Err = sqlerr.New("DIVIDE_BY_ZERO", sqlerr.Pos{}, "Division by zero.")
					}
					continue
				}
				out[r] = a[k.Args[0].At(r)] / d
			}
		}, nil
	}}
	upper = &expr.Func{Name: "upper", New: func(*expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			for i := range k.Rows.Count() {
				r := k.Rows.Row(i)
				if k.Args[0].IsNull(r) {
					continue
				}
				b := append([]byte{}, k.Args[0].Bytes(r)...)
				for j, c := range b {
					if c >= 'a' && c <= 'z' {
						b[j] = c - 32
					}
				}
				k.Out.SetBytes(r, b)
			}
		}, nil
	}}
	isNull = &expr.Func{Name: "isnull", Op: expr.OpIsNull, NullRule: expr.NullCustom}
)

func comparison(op expr.Op) *expr.Func { return &expr.Func{Name: "cmp" + string(rune('a'+op)), Op: op} }

func fn(f *expr.Func, t types.Type, args ...expr.Expr) *expr.Call {
	return &expr.Call{Func: f, Args: args, T: t, Null: true}
}
func cmpOp(op expr.Op, a, b expr.Expr) expr.Expr { return fn(comparison(op), types.BooleanType, a, b) }
func lit(v any, t types.Type) expr.Expr          { return &expr.Literal{Value: v, T: t} }
func i32(v int32) expr.Expr                      { return lit(v, types.IntType) }
func col(id int, t types.Type) *expr.Column {
	return &expr.Column{ID: expr.ColumnID(id), Name: "c", T: t, Null: true}
}

// vector makes a flat vector of Go values.
func vector(t types.Type, vals ...any) *columnar.Vector {
	v := columnar.New(t, len(vals))
	for i, x := range vals {
		v.SetValue(i, x)
	}
	return v
}

func ints(vals ...any) *columnar.Vector {
	for i, x := range vals {
		if n, ok := x.(int); ok {
			vals[i] = int32(n)
		}
	}
	return vector(types.IntType, vals...)
}

// run evaluates e over a batch whose columns are c0, c1 …; it returns the values of the rows that count.
func run(t *testing.T, e expr.Expr, sel []int32, cols ...*columnar.Vector) ([]any, error) {
	t.Helper()
	p, err := Compile([]expr.Expr{e}, inputs(cols), env)
	require.NoError(t, err)
	b := &columnar.Batch{Cols: cols, N: cols[0].Len, Sel: sel}
	vs, err := p.New().Eval(b)
	if err != nil {
		return nil, err
	}
	var out []any
	for i := range b.Count() {
		out = append(out, vs[0].Value(b.Rows().Row(i)))
	}
	return out, nil
}

func inputs(cols []*columnar.Vector) []*expr.Column {
	in := make([]*expr.Column, len(cols))
	for i, c := range cols {
		in[i] = col(i, c.Type)
	}
	return in
}

func TestErrorsSurfaceOnlyForRowsThatAreReached(t *testing.T) {
	a, b := col(0, types.IntType), col(1, types.IntType)
	quotient := fn(div, types.IntType, a, b)
	guard := cmpOp(expr.OpNe, b, i32(0))
	big := cmpOp(expr.OpGt, quotient, i32(1))
	as, bs := ints(4, 4, 4, nil), ints(2, 0, nil, 0)
	zeroFree := []int32{0, 2, 3}
	for name, c := range map[string]struct {
		e    expr.Expr
		sel  []int32
		want []any
		fail bool
	}{
		"all rows":            {e: quotient, fail: true},
		"selected rows":       {e: quotient, sel: zeroFree, want: []any{int32(2), nil, nil}},
		"and":                 {e: &expr.And{Args: []expr.Expr{guard, big}}, want: []any{true, false, nil, false}},
		"and, other order":    {e: &expr.And{Args: []expr.Expr{big, guard}}, fail: true},
		"or":                  {e: &expr.Or{Args: []expr.Expr{cmpOp(expr.OpEq, b, i32(0)), big}}, want: []any{true, true, nil, true}},
		"case":                {e: &expr.Case{Whens: []expr.When{{Cond: guard, Then: quotient}}, Else: i32(-1), T: types.IntType}, want: []any{int32(2), int32(-1), int32(-1), int32(-1)}},
		"case, else":          {e: &expr.Case{Whens: []expr.When{{Cond: guard, Then: i32(1)}}, Else: quotient, T: types.IntType}, fail: true},
		"coalesce":            {e: &expr.Coalesce{Args: []expr.Expr{a, quotient}, T: types.IntType}, want: []any{int32(4), int32(4), int32(4), nil}},
		"null before failure": {e: fn(add, types.IntType, lit(nil, types.IntType), quotient), want: []any{nil, nil, nil, nil}},
		"in":                  {e: &expr.In{Child: a, List: []expr.Expr{i32(4), quotient}}, want: []any{true, true, true, nil}},
		"try":                 {e: &expr.Call{Func: div, Args: []expr.Expr{a, b}, T: types.IntType, Null: true, Mode: expr.Try}, want: []any{int32(2), nil, nil, nil}},
	} {
		got, err := run(t, c.e, c.sel, as, bs)
		if c.fail {
			require.Error(t, err, name)
			require.Equal(t, "DIVIDE_BY_ZERO", sqlerr.As(err).Condition)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

func TestDictionariesArePeeled(t *testing.T) {
	dict := ints(1, 0, 5)
	dict.Class = columnar.Shared
	bs := columnar.NewDictionary(dict, []int32{0, 2, 0, 2, 0})
	got, err := run(t, fn(div, types.IntType, i32(10), col(0, types.IntType)), nil, bs)
	require.NoError(t, err) // the zero is not referred to
	require.Equal(t, []any{int32(10), int32(2), int32(10), int32(2), int32(10)}, got)

	bs.Codes[1] = 1
	bs.SetNull(1)
	got, err = run(t, fn(div, types.IntType, i32(10), col(0, types.IntType)), nil, bs)
	require.NoError(t, err) // the row is null
	require.Equal(t, []any{int32(10), nil, int32(10), int32(2), int32(10)}, got)

	words := vector(types.StringType, "a", "a string that is not inlined", nil)
	words.Class = columnar.Shared
	p, err := Compile([]expr.Expr{fn(upper, types.StringType, col(0, types.StringType))}, []*expr.Column{col(0, types.StringType)}, env)
	require.NoError(t, err)
	ev := p.New()
	var first *columnar.Vector
	for range 2 {
		vs, err := ev.Eval(&columnar.Batch{Cols: []*columnar.Vector{columnar.NewDictionary(words, []int32{1, 0, 2, 1})}, N: 4})
		require.NoError(t, err)
		require.Equal(t, columnar.Dictionary, vs[0].Form)
		require.Equal(t, "A STRING THAT IS NOT INLINED", vs[0].Value(3))
		require.Nil(t, vs[0].Value(2))
		if first != nil {
			require.Same(t, first, vs[0].Dict) // computed once for both batches
		}
		first = vs[0].Dict
	}
}

// TestLearnEntries counts the values that a condition on a dictionary is tested for: the rows at first, then the entries once, for the answer
// that is asked for. Entries that all rows together would hardly outnumber are not tested.
func TestLearnEntries(t *testing.T) {
	const n = 512
	dict := columnar.New(types.IntType, n)
	codes := make([]int32, n)
	for i := range n {
		columnar.Values[int32](dict)[i], codes[i] = int32(i), int32(i)
	}
	dict.Class = columnar.Shared
	tested := 0
	low := &expr.Func{Name: "low", New: func(*expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			tested += k.Rows.Count()
			for i := range k.Rows.Count() {
				r := k.Rows.Row(i)
				columnar.Values[int32](k.Out)[r] = columnar.Values[int32](k.Args[0])[k.Args[0].At(r)] % 8
			}
		}, nil
	}}
	in := &expr.In{Child: fn(low, types.IntType, col(0, types.IntType)), List: []expr.Expr{i32(3)}}
	cols := []*columnar.Vector{columnar.NewDictionary(dict, codes)}
	p, err := CompilePredicate(in, inputs(cols), env)
	require.NoError(t, err)
	s := p.New()
	for batch, want := range []int{n, 2 * n, 2 * n} {
		got, err := s.Select(&columnar.Batch{Cols: cols, N: n}, nil)
		require.NoError(t, err)
		require.Len(t, got, n/8)
		require.LessOrEqual(t, tested, want+2, "batch %d", batch) // nulls are tested as well
	}
}

// TestInList looks for texts, short and long, and for numbers in lists that are sets of words, and in longer ones.
func TestInList(t *testing.T) {
	const n = 300
	dec := types.DecimalOf(12, 2)
	for _, size := range []int{0, 1, 2, 30, 51, 100} {
		cols := []*columnar.Vector{columnar.New(types.StringType, n), columnar.New(types.IntType, n), columnar.New(types.BigIntType, n), columnar.New(dec, n)}
		lists := make([]*expr.In, len(cols))
		for j, v := range cols {
			lists[j] = &expr.In{Child: col(j, v.Type), List: []expr.Expr{lit(nil, v.Type)}}
		}
		want := make([]int32, size)
		for i := range n {
			text := fmt.Sprint("t", i)
			if i >= 50 {
				text += " is longer than a view"
			}
			for j, x := range []any{text, int32(i*16 - 99), int64(i) << 40, types.Int128Of(int64(-i))} {
				cols[j].SetValue(i, x)
				if i < size { // each value twice
					lists[j].List = append(lists[j].List, lit(x, cols[j].Type), lit(x, cols[j].Type))
					want[i] = int32(i)
				}
			}
		}
		for j, e := range lists {
			p, err := CompilePredicate(e, inputs(cols), env)
			require.NoError(t, err)
			got, err := p.New().Select(&columnar.Batch{Cols: cols, N: n}, nil)
			require.NoError(t, err)
			require.Equal(t, want, append([]int32{}, got...), "%d of %s", size, cols[j].Type)
			require.Equal(t, size > 0 && size <= 30, literalSet(e).words != nil, "%d of %s", size, cols[j].Type)
		}
	}
}

func TestSelect(t *testing.T) {
	a, b := col(0, types.IntType), col(1, types.StringType)
	words := vector(types.StringType, "x", "y", nil)
	words.Class = columnar.Shared
	for name, c := range map[string]struct {
		e    expr.Expr
		want []int32
	}{
		"less":     {cmpOp(expr.OpLt, a, i32(3)), []int32{0, 1}},
		"not less": {&expr.Not{Child: cmpOp(expr.OpLt, a, i32(3))}, []int32{2, 4}},
		"and":      {&expr.And{Args: []expr.Expr{cmpOp(expr.OpGt, a, i32(1)), cmpOp(expr.OpEq, b, lit("x", types.StringType))}}, []int32{2}},
		"range":    {&expr.And{Args: []expr.Expr{cmpOp(expr.OpGt, a, i32(1)), cmpOp(expr.OpLt, a, i32(9))}}, []int32{1, 2}},
		"word range": {&expr.And{Args: []expr.Expr{cmpOp(expr.OpGe, b, lit("x", types.StringType)), cmpOp(expr.OpLt, b, lit("y", types.StringType)),
			&expr.Not{Child: fn(isNull, types.BooleanType, b)}}}, []int32{0, 2}},
		"or":          {&expr.Or{Args: []expr.Expr{cmpOp(expr.OpEq, a, i32(1)), cmpOp(expr.OpEq, b, lit("x", types.StringType))}}, []int32{0, 2}},
		"nor":         {&expr.Not{Child: &expr.Or{Args: []expr.Expr{cmpOp(expr.OpEq, a, i32(1)), cmpOp(expr.OpEq, b, lit("x", types.StringType))}}}, []int32{1}},
		"in":          {&expr.In{Child: a, List: []expr.Expr{i32(1), i32(9), lit(nil, types.IntType)}}, []int32{0, 4}},
		"not in null": {&expr.Not{Child: &expr.In{Child: a, List: []expr.Expr{i32(1), lit(nil, types.IntType)}}}, []int32{}},
		"not in":      {&expr.Not{Child: &expr.In{Child: b, List: []expr.Expr{lit("x", types.StringType)}}}, []int32{1}},
		"null":        {fn(isNull, types.BooleanType, b), []int32{3, 4}},
		"not null":    {&expr.Not{Child: fn(isNull, types.BooleanType, a)}, []int32{0, 1, 2, 4}},
		"null test or": {&expr.Or{Args: []expr.Expr{fn(isNull, types.BooleanType, b), cmpOp(expr.OpEq, b, lit("y", types.StringType))}},
			[]int32{1, 3, 4}},
		"true":         {expr.True, []int32{0, 1, 2, 3, 4}},
		"null literal": {lit(nil, types.BooleanType), []int32{}},
	} {
		as := ints(1, 2, 3, nil, 9)
		bs := columnar.NewDictionary(words, []int32{0, 1, 0, 0, 2})
		bs.SetNull(3)
		cols := []*columnar.Vector{as, bs}
		p, err := CompilePredicate(c.e, inputs(cols), env)
		require.NoError(t, err, name)
		s := p.New()
		for range 3 { // the second time dictionaries are known
			got, err := s.Select(&columnar.Batch{Cols: cols, N: 5}, nil)
			require.NoError(t, err, name)
			require.Equal(t, c.want, got, name)
		}
	}
}

// TestConjunctsOfOneColumnAreOneTable counts passes over the rows: the two ends of a range are one, unless they may fail.
func TestConjunctsOfOneColumnAreOneTable(t *testing.T) {
	a, b := col(0, types.IntType), col(1, types.IntType)
	below, above := cmpOp(expr.OpLt, a, i32(9)), cmpOp(expr.OpGt, a, i32(3))
	pred := &expr.And{Args: []expr.Expr{below, cmpOp(expr.OpNe, b, i32(0)), above, cmpOp(expr.OpGt, fn(div, types.IntType, a, a), i32(0))}}
	p, err := CompilePredicate(pred, []*expr.Column{a, b}, env)
	require.NoError(t, err)
	s := p.New()
	require.Len(t, s.list, 3)
	require.Equal(t, 2, s.total)
	require.IsType(t, &truth{}, s.list[0].node)
	require.Len(t, s.list[0].node.(*truth).node.(*measured).order, 2)
}

func TestFallibleConjunctsComeLast(t *testing.T) {
	a, b := col(0, types.IntType), col(1, types.IntType)
	pred := &expr.And{Args: []expr.Expr{cmpOp(expr.OpGt, fn(div, types.IntType, a, b), i32(1)), cmpOp(expr.OpNe, b, i32(0))}}
	cols := []*columnar.Vector{ints(4, 4, 4), ints(2, 0, nil)}
	p, err := CompilePredicate(pred, inputs(cols), env)
	require.NoError(t, err)
	got, err := p.New().Select(&columnar.Batch{Cols: cols, N: 3}, nil)
	require.NoError(t, err)
	require.Equal(t, []int32{0}, got)
}

func TestEvalConstant(t *testing.T) {
	v, err := EvalConstant(fn(add, types.IntType, i32(1), i32(2)), env)
	require.NoError(t, err)
	require.Equal(t, int32(3), v)
	_, err = EvalConstant(fn(div, types.IntType, i32(1), i32(0)), env)
	require.Error(t, err)
	v, err = EvalConstant(&expr.Cast{Child: lit("1998-12-01", types.StringType), To: types.DateType}, env)
	require.NoError(t, err)
	require.Equal(t, int32(10561), v)
}

func TestCommonSubexpressionsAreComputedOnce(t *testing.T) {
	calls := 0
	counted := &expr.Func{Name: "counted", New: func(*expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			calls++
			copy(columnar.Values[int32](k.Out), columnar.Values[int32](k.Args[0]))
		}, nil
	}}
	x := fn(counted, types.IntType, col(0, types.IntType))
	cond := &expr.Case{Whens: []expr.When{{Cond: cmpOp(expr.OpGt, x, i32(1)), Then: x}}, Else: fn(add, types.IntType, x, i32(1)), T: types.IntType}
	got, err := run(t, fn(add, types.IntType, cond, x), nil, ints(1, 2, 3))
	require.NoError(t, err)
	require.Equal(t, []any{int32(3), int32(4), int32(6)}, got)
	require.Equal(t, 1, calls)
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	a, b := col(0, types.IntType), col(1, types.IntType)
	sum := fn(add, types.IntType, fn(add, types.IntType, a, b), fn(div, types.IntType, a, i32(3)))
	cols := []*columnar.Vector{columnar.New(types.IntType, 4096), columnar.New(types.IntType, 4096)}
	clear(columnar.Values[int32](cols[0]))
	clear(columnar.Values[int32](cols[1]))
	cols[0].SetNull(7)
	p, err := Compile([]expr.Expr{sum, &expr.Cast{Child: a, To: types.DecimalOf(38, 2)}, a}, inputs(cols), env)
	require.NoError(t, err)
	ev := p.New()
	batch := &columnar.Batch{Cols: cols, N: 4096}
	if invariants.Enabled {
		t.Skip("results are copied under invariants")
	}
	require.Zero(t, testing.AllocsPerRun(20, func() {
		if _, err := ev.Eval(batch); err != nil {
			t.Fatal(err)
		}
	}))
	pred, err := CompilePredicate(&expr.And{Args: []expr.Expr{cmpOp(expr.OpLt, a, i32(3)), cmpOp(expr.OpGe, sum, b)}}, inputs(cols), env)
	require.NoError(t, err)
	s := pred.New()
	dst := make([]int32, 4096)
	require.Zero(t, testing.AllocsPerRun(20, func() {
		if dst, err = s.Select(batch, dst); err != nil {
			t.Fatal(err)
		}
	}))
}

func TestProgramsAreSharedByWorkers(t *testing.T) {
	a := col(0, types.IntType)
	e := &expr.Case{Whens: []expr.When{{Cond: &expr.In{Child: a, List: []expr.Expr{i32(1), i32(2)}}, Then: fn(add, types.IntType, a, i32(1))}}, Else: a, T: types.IntType}
	p, err := Compile([]expr.Expr{e}, []*expr.Column{a}, env)
	require.NoError(t, err)
	pred, err := CompilePredicate(cmpOp(expr.OpGt, e, i32(2)), []*expr.Column{a}, env)
	require.NoError(t, err)
	dict := ints(1, 2, 3, nil)
	dict.Class = columnar.Shared
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			ev, s := p.New(), pred.New()
			for range 50 {
				b := &columnar.Batch{Cols: []*columnar.Vector{columnar.NewDictionary(dict, []int32{0, 1, 2, 3, 1})}, N: 5}
				vs, err := ev.Eval(b)
				sel, err2 := s.Select(b, nil)
				if err != nil || err2 != nil || vs[0].Value(1) != int32(3) || !slices.Equal(sel, []int32{1, 2, 4}) {
					t.Errorf("got %v, %v, %v, %v", vs, sel, err, err2)
				}
			}
		})
	}
	workers.Wait()
}

func TestLambda(t *testing.T) {
	at := types.ArrayOf(types.IntType, true)
	// transform(xs, x -> x + c1)
	transform := &expr.Func{Name: "transform", NullRule: expr.NullIfAny, New: func(*expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			v := k.Args[0]
			spans, out := columnar.Values[columnar.Span](v), columnar.Values[columnar.Span](k.Out)
			var outer, idx []int32
			for i := range k.Rows.Count() {
				r := k.Rows.Row(i)
				if v.IsNull(r) {
					continue
				}
				out[r] = columnar.Span{Off: int32(len(outer)), Len: spans[r].Len}
				for j := range spans[r].Len {
					outer, idx = append(outer, int32(r)), append(idx, spans[r].Off+j)
				}
			}
			elems := &columnar.Vector{}
			columnar.Gather(elems, v.Children[0], idx)
			w, err := k.Lambdas[1].Eval(outer, elems)
			if err != nil {
				k.Fatal = err
				return
			}
			k.Out.Children[0] = columnar.Flatten(&columnar.Vector{}, w, columnar.AllRows(w.Len))
		}, nil
	}}
	x := col(9, types.IntType)
	e := fn(transform, at, col(0, at), &expr.Lambda{Params: []*expr.Column{x}, Body: fn(div, types.IntType, x, col(1, types.IntType))})
	arrays := vector(at, []any{int32(4), nil}, nil, []any{}, []any{int32(9)})
	got, err := run(t, e, nil, arrays, ints(2, 0, 0, 3))
	require.NoError(t, err)
	require.Equal(t, []any{[]any{int32(2), nil}, nil, []any{}, []any{int32(3)}}, got)
	_, err = run(t, e, nil, arrays, ints(2, 0, 0, 0))
	require.Equal(t, "DIVIDE_BY_ZERO", sqlerr.As(err).Condition)
}

// A kernel may return an argument as its result; the argument's memory is then not the call's to fill again.
func TestResultsThatAreArguments(t *testing.T) {
	toggle := false
	first := &expr.Func{Name: "first", New: func(*expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) {
			if toggle = !toggle; toggle {
				*k.Out = *k.Args[0]
				return
			}
			clear(columnar.Values[int32](k.Out))
		}, nil
	}}
	column := ints(1, 2, 3)
	p, err := Compile([]expr.Expr{fn(first, types.IntType, col(0, types.IntType))}, inputs([]*columnar.Vector{column}), env)
	require.NoError(t, err)
	ev := p.New()
	for _, want := range []any{int32(2), int32(0), int32(2)} {
		vs, err := ev.Eval(&columnar.Batch{Cols: []*columnar.Vector{column}, N: 3})
		require.NoError(t, err)
		require.Equal(t, want, vs[0].Value(1))
	}
	require.Equal(t, int32(2), column.Value(1))
}

// An accumulating kernel passes a lambda's result to its next call.
func TestLambdaResultAsArgument(t *testing.T) {
	double := &expr.Func{Name: "double", New: func(*expr.Spec) (expr.Kernel, error) {
		return func(k *expr.KernelCall) { // the second half first: a result in its argument's memory would be read when it is overwritten
			s := k.Args[0].Bytes(0)
			dst, buf, off := k.Out.Reserve(2 * len(s))
			clear(dst)
			copy(dst[len(s):], s)
			copy(dst, s)
			k.Out.SetReserved(0, len(dst), buf, off)
		}, nil
	}}
	x := col(9, types.StringType)
	b := newBuilder(nil, env)
	l, err := b.lambda(&expr.Lambda{Params: []*expr.Column{x}, Body: fn(double, types.StringType, x)})
	require.NoError(t, err)
	l.frame = &frame{n: 1}
	v := vector(types.StringType, "a text beyond the view.")
	for range 3 {
		v, err = l.Eval([]int32{0}, v)
		require.NoError(t, err)
	}
	require.Equal(t, strings.Repeat("a text beyond the view.", 8), v.Value(0))
}
