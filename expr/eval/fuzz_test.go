package eval

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// FuzzEval compares compiled programs with RowEval, and with constant folding, on random expressions over random batches.
func FuzzEval(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 1))}
		cols := g.columns()
		in := inputs(cols)
		n := cols[0].Len
		b := &columnar.Batch{Cols: cols, N: n, Sel: g.selection(n)}
		e := g.expr(g.kind(), 4)
		checkEval(t, seed, e, in, b)
		pred := g.expr(types.BooleanType, 4)
		if g.IntN(2) == 0 {
			pred = &expr.And{Args: []expr.Expr{pred, g.expr(types.BooleanType, 3), g.expr(types.BooleanType, 2)}}
		}
		checkSelect(t, seed, pred, in, b)
	})
}

// checkFolded compares the value of e with columns replaced by the literals of a row.
func checkFolded(t *testing.T, seed uint64, e expr.Expr, b *columnar.Batch, want []any, errs []error) {
	for i := range min(3, b.Count()) {
		r := b.Rows().Row(i)
		m := map[expr.ColumnID]expr.Expr{}
		for id, c := range b.Cols {
			m[expr.ColumnID(id)] = lit(c.Value(r), kinds[id])
		}
		v, err := EvalConstant(expr.Substitute(e, m), env)
		checkErrors(t, seed, e, errs[i:i+1], err)
		if err == nil && errs[i] == nil {
			require.True(t, sameValue(want[i], v), "seed %d: folded row %d of %s: got %v, want %v", seed, r, show(e), v, want[i])
		}
	}
}

// checkErrors requires an error exactly if a row has one, except that a condition asked only for the rows where it is true need not look further at
// an AND that is null so far, nor at an OR under NOT.
func checkErrors(t *testing.T, seed uint64, e expr.Expr, errs []error, err error) {
	lazy := expr.Any(e, func(x expr.Expr) bool {
		switch x.(type) {
		case *expr.And, *expr.Or:
			return true
		}
		return false
	})
	if err != nil || !lazy {
		require.Equal(t, anyError(errs), err != nil, "seed %d: %s: %v", seed, show(e), err)
	}
}

// byRow evaluates e for the rows that count, one by one.
func byRow(e expr.Expr, b *columnar.Batch) (vals []any, errs []error) {
	for i := range b.Count() {
		r := b.Rows().Row(i)
		v, err := RowEval(e, func(id expr.ColumnID) any { return b.Cols[id].Value(r) }, env)
		vals, errs = append(vals, v), append(errs, err)
	}
	return vals, errs
}

func anyError(errs []error) bool {
	for _, err := range errs {
		if err != nil {
			return true
		}
	}
	return false
}

func checkEval(t *testing.T, seed uint64, e expr.Expr, in []*expr.Column, b *columnar.Batch) {
	p, err := Compile([]expr.Expr{e}, in, env)
	require.NoError(t, err)
	want, errs := byRow(e, b)
	checkFolded(t, seed, e, b, want, errs)
	ev := p.New()
	for range 2 { // scratch memory is used again
		vs, err := ev.Eval(b)
		checkErrors(t, seed, e, errs, err)
		if err != nil {
			return
		}
		require.Equal(t, b.N, vs[0].Len, "seed %d: %s", seed, show(e))
		for i, w := range want {
			r := b.Rows().Row(i)
			if errs[i] != nil {
				continue
			}
			require.True(t, sameValue(w, vs[0].Value(r)), "seed %d: row %d of %s: got %v, want %v", seed, r, show(e), vs[0].Value(r), w)
			checkBounds(t, seed, vs[0], w)
		}
	}
}

func checkBounds(t *testing.T, seed uint64, v *columnar.Vector, w any) {
	if x, ok := boundOf(w); ok && v.HasBounds {
		require.True(t, x >= v.Lo && x <= v.Hi, "seed %d: %v is out of bounds %d..%d", seed, w, v.Lo, v.Hi)
	}
}

func checkSelect(t *testing.T, seed uint64, pred expr.Expr, in []*expr.Column, b *columnar.Batch) {
	p, err := CompilePredicate(pred, in, env)
	require.NoError(t, err)
	want, errs := byRow(pred, b)
	s := p.New()
	for range 3 {
		sel, err := s.Select(b, nil)
		if err != nil {
			require.True(t, anyError(errs), "seed %d: %s: %v", seed, show(pred), err)
			return
		}
		require.NotNil(t, sel)
		chosen := map[int]bool{}
		for _, r := range sel {
			chosen[int(r)] = true
		}
		for i, w := range want {
			if r := b.Rows().Row(i); errs[i] == nil {
				require.Equal(t, w == true, chosen[r], "seed %d: row %d of %s", seed, r, show(pred))
				delete(chosen, r)
			}
		}
		require.Empty(t, chosen, "seed %d: %s selects rows that are not there or fail", seed, show(pred))
	}
}

func sameValue(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return fmt.Sprintf("%T", a) == fmt.Sprintf("%T", b) && CompareValues(a, b) == 0
}

func show(e expr.Expr) string {
	switch x := e.(type) {
	case *expr.Literal:
		return fmt.Sprintf("%v", x.Value)
	case *expr.Column:
		return fmt.Sprintf("c%d", x.ID)
	}
	name := fmt.Sprintf("%T", e)[6:]
	switch x := e.(type) {
	case *expr.Call:
		name = x.Func.Name
	case *expr.Cast:
		name = fmt.Sprintf("Cast/%d/%s", x.Mode, x.To)
	}
	s := name + "("
	for i, c := range e.Children() {
		if i > 0 {
			s += ", "
		}
		s += show(c)
	}
	return s + ")"
}

var pairType = types.StructOf(types.Field{Name: "a", Type: types.IntType, Nullable: true}, types.Field{Name: "b", Type: types.StringType, Nullable: true})

// kinds are the types of columns, in their order: a column's number is its position.
var kinds = []types.Type{types.IntType, types.IntType, types.BigIntType, types.DecimalOf(12, 2), types.DecimalOf(30, 4), types.DoubleType,
	types.StringType, types.DateType, types.BooleanType, pairType}

type generator struct{ *rand.Rand }

func (g *generator) kind() types.Type { return kinds[g.IntN(len(kinds)-1)] }

func (g *generator) columns() []*columnar.Vector {
	n := g.IntN(70)
	shared := make([]int32, n)
	for i := range shared {
		shared[i] = int32(g.IntN(5))
	}
	cols := make([]*columnar.Vector, len(kinds))
	for i, t := range kinds {
		codes := shared // of rows that a join repeats
		if g.IntN(3) == 0 {
			codes = slices.Clone(shared)
			g.Shuffle(n, func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
		}
		cols[i] = g.vector(t, n, codes)
	}
	return cols
}

func (g *generator) vector(t types.Type, n int, shared []int32) *columnar.Vector {
	fill := func(n int) *columnar.Vector {
		v := columnar.New(t, n)
		if t.Kind == types.Decimal && g.IntN(2) == 0 {
			v = columnar.NewWidth(t, columnar.W128, n)
		}
		nulls := g.IntN(2) == 0
		for i := range n {
			if nulls && g.IntN(4) == 0 {
				v.SetValue(i, nil)
			} else {
				v.SetValue(i, g.value(t))
			}
		}
		return v
	}
	switch g.IntN(4) {
	case 0:
		return columnar.NewConstant(t, g.maybe(t), n)
	case 1, 2:
		dict := fill(5)
		if g.IntN(2) == 0 {
			dict.Class = columnar.Shared
		}
		v := columnar.NewDictionary(dict, shared)
		if n > 0 && g.IntN(2) == 0 {
			for range 5 {
				v.SetNull(g.IntN(n))
			}
		}
		return v
	}
	return fill(n)
}

func (g *generator) maybe(t types.Type) any {
	if g.IntN(5) == 0 {
		return nil
	}
	return g.value(t)
}

func (g *generator) value(t types.Type) any {
	switch t.Kind {
	case types.Boolean:
		return g.IntN(2) == 0
	case types.TinyInt:
		return int8(g.IntN(4))
	case types.Int, types.Date:
		return []int32{0, 1, 2, 3, 127, 128, -1, math.MaxInt32, math.MinInt32 + 1}[g.IntN(9)] // no minimum: its negation and day text overflow
	case types.BigInt:
		return []int64{0, 1, 2, -1, math.MaxInt64, math.MinInt64, 1 << 40}[g.IntN(7)]
	case types.Decimal:
		if t.Precision <= 18 {
			return types.Int128Of([]int64{0, 100, 150, -1, 999999999999}[g.IntN(5)])
		}
		return []types.Int128{{}, types.Int128Of(10000), types.Int128Of(-5), types.Pow10(29)}[g.IntN(4)]
	case types.Double:
		return []float64{0, math.Copysign(0, -1), 1, 1.5, -2.5, math.NaN(), math.Inf(1), 1e10, 1e300}[g.IntN(9)]
	case types.String:
		return []string{"", "a", "b", "1", "2", "1.5", "2020-01-01", "a string that is longer", "another long string of text"}[g.IntN(9)]
	case types.Struct:
		return []any{g.maybe(types.IntType), g.maybe(types.StringType)}
	}
	panic(t)
}

func (g *generator) selection(n int) []int32 {
	if g.IntN(2) == 0 {
		return nil
	}
	sel := []int32{}
	for i := range n {
		if g.IntN(3) > 0 {
			sel = append(sel, int32(i))
		}
	}
	return sel
}

// expr makes an expression of a type.
func (g *generator) expr(t types.Type, depth int) expr.Expr {
	if depth == 0 || g.IntN(6) == 0 {
		return g.leaf(t)
	}
	d := depth - 1
	switch g.IntN(6) {
	case 0:
		c := &expr.Case{T: t}
		for range 1 + g.IntN(2) {
			c.Whens = append(c.Whens, expr.When{Cond: g.expr(types.BooleanType, d), Then: g.expr(t, d)})
		}
		if g.IntN(3) > 0 {
			c.Else = g.expr(t, d)
		}
		return c
	case 1:
		c := &expr.Coalesce{T: t}
		for range 2 + g.IntN(2) {
			c.Args = append(c.Args, g.expr(t, d))
		}
		return c
	case 2, 3:
		if t.Kind != types.Struct {
			return &expr.Cast{Child: g.expr(g.castSource(t), d), To: t, Mode: expr.Mode(g.IntN(3))}
		}
	}
	return g.specific(t, d)
}

// castSource returns a type from which a cast to t exists.
func (g *generator) castSource(t types.Type) types.Type {
	switch t.Kind {
	case types.Date:
		return types.StringType
	case types.Boolean:
		return []types.Type{types.StringType, types.IntType, types.DecimalOf(30, 4), types.DoubleType}[g.IntN(4)]
	case types.String:
		return g.kind()
	}
	return []types.Type{types.StringType, types.IntType, types.BigIntType, types.DecimalOf(12, 2), types.DecimalOf(30, 4), types.DoubleType,
		types.BooleanType}[g.IntN(7)]
}

func (g *generator) leaf(t types.Type) expr.Expr {
	if g.IntN(4) > 0 {
		for range 20 {
			if i := g.IntN(len(kinds)); kinds[i].Equal(t) {
				return col(i, t)
			}
		}
	}
	return lit(g.maybe(t), t)
}

var comparisonOps = []expr.Op{expr.OpEq, expr.OpNullSafeEq, expr.OpNe, expr.OpLt, expr.OpLe, expr.OpGt, expr.OpGe}

func (g *generator) specific(t types.Type, d int) expr.Expr {
	switch t.Kind {
	case types.Int:
		switch g.IntN(4) {
		case 0:
			return &expr.Field{Child: g.expr(pairType, d), Index: 0}
		case 1:
			return fn(add, t, g.expr(t, d), g.expr(t, d))
		}
		c := fn(div, t, g.expr(t, d), g.expr(t, d))
		c.Mode = expr.Mode(g.IntN(3))
		return c
	case types.String:
		if g.IntN(2) == 0 {
			return &expr.Field{Child: g.expr(pairType, d), Index: 1}
		}
		return fn(upper, t, g.expr(t, d))
	case types.Boolean:
		return g.predicate(d)
	}
	return g.leaf(t)
}

func (g *generator) predicate(d int) expr.Expr {
	k := kinds[g.IntN(len(kinds))]
	switch g.IntN(7) {
	case 0:
		return &expr.Not{Child: g.expr(types.BooleanType, d)}
	case 1, 2:
		args := []expr.Expr{g.expr(types.BooleanType, d), g.expr(types.BooleanType, d), g.expr(types.BooleanType, 0)}
		if g.IntN(2) == 0 {
			return &expr.And{Args: args}
		}
		return &expr.Or{Args: args}
	case 3:
		in := &expr.In{Child: g.expr(k, d)}
		literals := g.IntN(2) == 0
		for range 1 + g.IntN(8) {
			item := lit(g.maybe(k), k)
			if !literals {
				item = g.expr(k, d)
			}
			in.List = append(in.List, item)
		}
		return in
	case 4:
		return fn(isNull, types.BooleanType, g.expr(k, d))
	}
	return cmpOp(comparisonOps[g.IntN(len(comparisonOps))], g.expr(k, d), g.expr(k, d))
}
