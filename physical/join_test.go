package physical

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

var joinKinds = []logical.JoinKind{logical.Inner, logical.LeftOuter, logical.RightOuter, logical.FullOuter, logical.LeftSemi, logical.LeftAnti,
	logical.NullAwareAnti, logical.Mark, logical.Single}

// joinCase is a join of (key …, payload) with (key …, payload).
type joinCase struct {
	keys        []types.Type
	nullSafe    []bool
	residual    bool // left payload < right payload
	left, right [][]any
}

func (c *joinCase) types() []types.Type {
	return append(c.keys[:len(c.keys):len(c.keys)], types.IntType)
}

// naive joins row by row, as SQL defines it. The second result tells that a single join met two matches.
func (c *joinCase) naive(kind logical.JoinKind, threeValued bool) (out [][]any, tooMany bool) {
	width := len(c.keys) + 1
	nulls := make([]any, width)
	matched := make([]bool, len(c.right))
	for _, l := range c.left {
		found, unknown := 0, false
		for m, r := range c.right {
			switch c.condition(l, r) {
			case true:
				found++
				matched[m] = true
				if kind <= logical.FullOuter || kind == logical.Single {
					out = append(out, append(l[:width:width], r...))
				}
			case nil:
				unknown = true
			}
		}
		switch kind {
		case logical.LeftOuter, logical.FullOuter, logical.Single:
			if found == 0 {
				out = append(out, append(l[:width:width], nulls...))
			}
			tooMany = tooMany || kind == logical.Single && found > 1
		case logical.LeftSemi:
			if found > 0 {
				out = append(out, l)
			}
		case logical.LeftAnti:
			if found == 0 {
				out = append(out, l)
			}
		case logical.NullAwareAnti:
			if found == 0 && !unknown {
				out = append(out, l)
			}
		case logical.Mark:
			mark := any(found > 0)
			if found == 0 && unknown && threeValued {
				mark = nil
			}
			out = append(out, append(l[:width:width], mark))
		}
	}
	if kind == logical.RightOuter || kind == logical.FullOuter {
		for m, r := range c.right {
			if !matched[m] {
				out = append(out, append(nulls[:width:width], r...))
			}
		}
	}
	return out, tooMany
}

// condition returns true, false or nil.
func (c *joinCase) condition(l, r []any) any {
	result := any(true)
	and := func(x any) {
		if x == false || result == false {
			result = false
		} else if x == nil {
			result = nil
		}
	}
	for i, t := range c.keys {
		if l[i] == nil || r[i] == nil {
			if c.nullSafe[i] {
				and(l[i] == nil && r[i] == nil)
			} else {
				and(nil)
			}
			continue
		}
		a, b := columnar.NewConstant(t, l[i], 1), columnar.NewConstant(t, r[i], 1)
		and(kernel.EqualRows(a, 0, b, 0))
	}
	if c.residual {
		if x, y := l[len(l)-1], r[len(r)-1]; x == nil || y == nil {
			and(nil)
		} else {
			and(x.(int32) < y.(int32))
		}
	}
	return result
}

// value returns a value of the type, of few different ones.
func value(r *rand.Rand, t types.Type, spread int, nulls bool) any {
	k := r.IntN(spread)
	if nulls && r.IntN(5) == 0 {
		return nil
	}
	switch t.Kind {
	case types.Int, types.Date:
		return int32(k - 3)
	case types.BigInt:
		return int64(k) * 1_000_003_000_007
	case types.TinyInt:
		return int8(k % 100)
	case types.Decimal:
		return types.Int128Of(int64(k) * 100)
	case types.String:
		if k%2 == 0 {
			return fmt.Sprint("s", k)
		}
		return fmt.Sprint("a longer string, number ", k)
	case types.Double:
		switch k {
		case 0:
			return math.NaN()
		case 1:
			return math.Copysign(0, -1)
		case 2:
			return 0.0
		}
		return float64(k)
	case types.Boolean:
		return k%2 == 0
	case types.Null:
		return nil
	}
	panic(t.String())
}

func (c *joinCase) fill(r *rand.Rand, left, right, spread int, nulls bool) {
	rows := func(n int) [][]any {
		out := make([][]any, n)
		for i := range out {
			for _, t := range c.types() {
				out[i] = append(out[i], value(r, t, spread, nulls))
			}
		}
		return out
	}
	c.left, c.right = rows(left), rows(right)
}

// run executes the join. Hash joins get keys and residual apart, nested loops one condition.
func (c *joinCase) run(t *testing.T, q *exec.Query, kind logical.JoinKind, hash, threeValued bool) ([][]any, error) {
	left, right := columnsOf(1, c.types()...), columnsOf(100, c.types()...)
	var lk, rk, conds []expr.Expr
	for i := range c.keys {
		lk, rk = append(lk, left[i]), append(rk, right[i])
		op := "="
		if c.nullSafe[i] {
			op = "<=>"
		}
		conds = append(conds, compare(op, left[i], right[i]))
	}
	var residual expr.Expr
	if c.residual {
		residual = compare("<", left[len(left)-1], right[len(right)-1])
		conds = append(conds, residual)
	}
	mark := &expr.Column{ID: 999, Name: "mark", T: types.BooleanType, Null: threeValued}
	var output []*expr.Column
	switch kind {
	case logical.LeftSemi, logical.LeftAnti, logical.NullAwareAnti:
		output = left
	case logical.Mark:
		output = append(left[:len(left):len(left)], mark)
	default:
		output = append(left[:len(left):len(left)], right...)
	}
	probe, build := stageOf(q, c.types(), c.left, 100), stageOf(q, c.types(), c.right, 70)
	if q.Budget().Limit() == noMemory {
		build = inFile(t, q, build, 7)
	}
	var step exec.Step
	var unmatched exec.Source
	if hash {
		j, err := NewHashJoin(HashJoinSpec{Kind: kind, Probe: left, Build: right, ProbeKeys: lk, BuildKeys: rk, NullSafe: c.nullSafe, Residual: residual,
			Output: output, MarkCol: mark, Query: q}, build)
		require.NoError(t, err)
		step, unmatched = j.Probe(), j.Unmatched()
	} else {
		j, err := NewNestedLoopJoin(NestedLoopSpec{Kind: kind, Left: left, Right: right, Cond: expr.Conjunction(conds), Output: output, MarkCol: mark, Query: q}, build)
		require.NoError(t, err)
		step, unmatched = j.Step(), j.Unmatched()
	}
	branches := []exec.Branch{{Source: probe.Source(), Steps: []exec.Step{step}}}
	if unmatched != nil {
		branches = append(branches, exec.Branch{Source: unmatched, Phase: 1})
	}
	out, err := q.Run(&exec.Pipeline{Branches: branches, Sink: NewMaterialize(output, true, q)})
	if err != nil {
		return nil, err
	}
	return rowsOf(t, q, out), nil
}

// noMemory is a budget that refuses everything.
const noMemory = 1

func TestJoinsAgainstNaive(t *testing.T) {
	i, l, s, d, dec, y, b := types.IntType, types.BigIntType, types.StringType, types.DoubleType, types.DecimalOf(20, 2), types.TinyIntType, types.BooleanType
	layouts := [][]types.Type{{i}, {l}, {s}, {d}, {dec}, {y}, {types.NullType}, {i, l}, {l, l}, {s, i}, {d, s, y}, {b, i}}
	sizes := []struct{ left, right, spread int }{{0, 10, 5}, {10, 0, 5}, {1, 1, 1}, {30, 21, 4}, {60, 50, 25}}
	configs := []struct{ threads, batch int }{{1, 4096}, {1, 1}, {4, 3}, {3, 64}}
	r := rand.New(rand.NewPCG(1, 2))
	for _, keys := range layouts {
		for _, size := range sizes {
			nulls := r.IntN(3) > 0
			c := joinCase{keys: keys, residual: r.IntN(2) == 0, nullSafe: make([]bool, len(keys))}
			for k := range keys {
				c.nullSafe[k] = nulls && r.IntN(3) == 0
			}
			c.fill(r, size.left, size.right, size.spread, nulls)
			config := configs[r.IntN(len(configs))]
			for _, kind := range joinKinds {
				checkJoin(t, &c, kind, true, config.threads, config.batch)
			}
			checkJoin(t, &c, logical.Mark, false, config.threads, config.batch)
		}
	}
}

func checkJoin(t *testing.T, c *joinCase, kind logical.JoinKind, three bool, threads, batch int) {
	want, tooMany := c.naive(kind, three)
	hows := []string{"hash", "nested loop"}
	if (len(c.left)+len(c.right)+int(kind))%3 == 0 { // many small files
		hows = append(hows, "spilled", "spilled nested loop")
	}
	for _, how := range hows {
		hash := how == "hash" || how == "spilled"
		name := fmt.Sprintf("%v nullSafe=%v kind=%d residual=%v %dx%d %s three=%v threads=%d batch=%d", c.keys, c.nullSafe, kind, c.residual, len(c.left), len(c.right), how, three, threads, batch)
		q := newQuery(t, threads, batch)
		if strings.HasPrefix(how, "spilled") {
			q = exec.NewQuery(context.Background(), exec.Options{Threads: threads, BatchSize: batch, Memory: noMemory, TempDir: t.TempDir()})
		}
		got, err := c.run(t, q, kind, hash, three)
		require.NoError(t, q.Close())
		if tooMany {
			require.Error(t, err, name)
			require.Equal(t, "SCALAR_SUBQUERY_TOO_MANY_ROWS", sqlerr.As(err).Condition, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, lines(want), lines(got), name)
		require.Zero(t, q.Budget().Used(), name)
	}
}
