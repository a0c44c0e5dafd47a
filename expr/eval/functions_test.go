package eval

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/internal/invariants"
	"github.com/sparrow-engine/sparrow/types"
)

// unbounded are functions whose result is as large as an argument says.
var unbounded = []string{"repeat", "space", "lpad", "rpad", "sequence", "array_repeat", "randstr", "zeros"}

// scalars returns the built-ins that can be evaluated twice with one answer.
func scalars() []*expr.Func {
	return slices.DeleteFunc(slices.Clone(functions.All()), func(f *expr.Func) bool {
		return f.Kind != expr.Scalar || f.Volatile || f.New == nil && f.Rewrite == nil || f.LambdaParams != nil || slices.Contains(unbounded, f.Name)
	})
}

// bound calls f with random arguments that it accepts, or returns nil.
func (g *generator) bound(f *expr.Func, depth int) expr.Expr {
	for range 40 {
		args := make([]expr.Expr, g.IntN(4))
		for i := range args {
			args[i] = g.expr(g.kind(), depth)
		}
		if e, err := functions.Bind(f, args, functions.BindOptions{Mode: []expr.Mode{expr.ANSI, expr.Try}[g.IntN(2)], Env: env}); err == nil {
			return e
		}
	}
	return nil
}

// TestFunctionsRowByRow compares every built-in over batches in all forms with its results for single rows.
func TestFunctionsRowByRow(t *testing.T) {
	fs := scalars()
	require.Greater(t, len(fs), 100)
	missed := []string{}
	for i, f := range fs {
		tried := 0
		for seed := range uint64(12) {
			seed += uint64(i) << 16
			g := &generator{Rand: rand.New(rand.NewPCG(seed, 2))}
			cols := g.columns()
			e := g.bound(f, 1)
			if e == nil {
				continue
			}
			if _, err := Compile([]expr.Expr{e}, inputs(cols), env); err != nil {
				continue // a constant argument that the function rejects
			}
			b := &columnar.Batch{Cols: cols, N: cols[0].Len, Sel: g.selection(cols[0].Len)}
			t.Run(f.Name, func(t *testing.T) { checkEval(t, seed, e, inputs(cols), b) })
			tried++
		}
		if tried == 0 {
			missed = append(missed, f.Name)
		}
	}
	t.Logf("%d functions, no arguments found for %d: %v", len(fs), len(missed), missed)
}

func TestRealArithmetic(t *testing.T) {
	price, tax := col(0, types.DecimalOf(12, 2)), col(1, types.DecimalOf(12, 2))
	one := lit(types.Int128Of(1), types.DecimalOf(1, 0))
	minus, err := functions.Call("-", one, tax)
	require.NoError(t, err)
	e, err := functions.Call("*", price, minus)
	require.NoError(t, err)
	require.Equal(t, "decimal(26,4)", e.Type().String())
	prices, taxes := vector(price.T, types.Int128Of(1000), nil), vector(tax.T, types.Int128Of(7), types.Int128Of(1))
	for _, v := range []*columnar.Vector{prices, taxes} {
		v.HasBounds, v.Lo, v.Hi = true, 0, 100000
	}
	p, err := Compile([]expr.Expr{e}, []*expr.Column{price, tax}, env)
	require.NoError(t, err)
	ev := p.New()
	b := &columnar.Batch{Cols: []*columnar.Vector{prices, taxes}, N: 2}
	vs, err := ev.Eval(b)
	require.NoError(t, err)
	require.Equal(t, columnar.W64, vs[0].Width) // bounds prove that 64 bits suffice
	require.Equal(t, types.Int128Of(93000), vs[0].Value(0))
	require.Nil(t, vs[0].Value(1))
	if invariants.Enabled {
		t.Skip("results are copied under invariants")
	}
	require.Zero(t, testing.AllocsPerRun(20, func() {
		if _, err := ev.Eval(b); err != nil {
			t.Fatal(err)
		}
	}))
}
