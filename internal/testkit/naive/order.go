package naive

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// compareKeys orders two lists of sort keys.
func compareKeys(keys []expr.SortKey, a, b []any) int {
	for i, k := range keys {
		c := 0
		switch {
		case a[i] == nil && b[i] == nil:
		case a[i] == nil:
			c = 1
			if k.NullsFirst {
				c = -1
			}
		case b[i] == nil:
			c = -1
			if k.NullsFirst {
				c = 1
			}
		default:
			if c = eval.CompareValues(a[i], b[i]); k.Desc {
				c = -c
			}
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func (x *executor) keysOf(in *relation, keys []expr.SortKey, outer *scope) ([][]any, error) {
	at := newScope(in.cols, outer)
	out := make([][]any, len(in.rows))
	for i, row := range in.rows {
		at.row = row
		for _, k := range keys {
			v, err := x.eval(k.Expr, at)
			if err != nil {
				return nil, err
			}
			out[i] = append(out[i], v)
		}
	}
	return out, nil
}

// sorted keeps the order of rows that compare equal.
func (x *executor) sorted(in *relation, keys []expr.SortKey, outer *scope) ([][]any, error) {
	values, err := x.keysOf(in, keys, outer)
	if err != nil {
		return nil, err
	}
	order := make([]int, len(in.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compareKeys(keys, values[a], values[b]) })
	out := make([][]any, len(order))
	for i, o := range order {
		out[i] = in.rows[o]
	}
	return out, nil
}

// keyOf writes values so that equal ones (NaN = NaN, -0.0 = 0.0, NULL = NULL) give the same text.
func keyOf(row []any) string {
	var b strings.Builder
	for _, v := range row {
		writeKey(&b, v)
		b.WriteByte('|')
	}
	return b.String()
}

func writeKey(b *strings.Builder, v any) {
	switch x := v.(type) {
	case nil:
		b.WriteString("null")
	case float64:
		writeFloat(b, x)
	case float32:
		writeFloat(b, float64(x))
	case string:
		fmt.Fprintf(b, "%q", x)
	case []byte:
		fmt.Fprintf(b, "%x", x)
	case []any:
		b.WriteString("[" + keyOf(x) + "]")
	case types.MapValue:
		b.WriteString("{" + keyOf(x.Keys) + keyOf(x.Values) + "}")
	default:
		fmt.Fprintf(b, "%v", x)
	}
}

func writeFloat(b *strings.Builder, f float64) {
	switch {
	case math.IsNaN(f):
		b.WriteString("NaN")
	case f == 0:
		b.WriteString("0")
	default:
		fmt.Fprintf(b, "%x", math.Float64bits(f))
	}
}

func distinct(rows [][]any) [][]any {
	seen := map[string]bool{}
	var out [][]any
	for _, r := range rows {
		if k := keyOf(r); !seen[k] {
			seen[k] = true
			out = append(out, r)
		}
	}
	return out
}

func (x *executor) setOp(n *logical.SetOp, outer *scope) ([][]any, error) {
	var ins [][][]any
	for _, p := range n.Inputs {
		r, err := x.run(p, outer)
		if err != nil {
			return nil, err
		}
		ins = append(ins, r.rows)
	}
	if n.Kind == logical.UnionOp {
		all := slices.Concat(ins...)
		if !n.All {
			all = distinct(all)
		}
		return all, nil
	}
	left := ins[0]
	if !n.All {
		left = distinct(left)
	}
	counts := map[string]int{}
	for _, r := range ins[1] {
		counts[keyOf(r)]++
	}
	var out [][]any
	for _, r := range left {
		k := keyOf(r)
		found := counts[k] > 0
		if n.All {
			counts[k]--
		}
		if found == (n.Kind == logical.IntersectOp) {
			out = append(out, r)
		}
	}
	return out, nil
}
