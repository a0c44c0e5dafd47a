package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// windows lists the ranking and offset functions.
func windows() []*expr.Func {
	const rows = " FROM VALUES (1), (1), (2) AS t(x)"
	ex := func(call, want string) []expr.Example {
		return []expr.Example{{SQL: "SELECT " + call + " OVER (ORDER BY x)" + rows, Want: want}}
	}
	ranks := []expr.Sig{{Params: []types.Class{types.ClassAny}, Variadic: true, Result: always(types.IntType)}}
	shares := []expr.Sig{{Params: []types.Class{types.ClassAny}, Variadic: true, Result: always(types.DoubleType)}}
	all := []*expr.Func{
		{Name: "row_number", Since: "2.0.0", Usage: "row_number() - The number of the row in its partition, from 1.",
			Examples: ex("row_number()", "1"), Sigs: []expr.Sig{{Result: always(types.IntType)}}, NeverNull: true, NewWindow: newRowNumber},
		{Name: "rank", Since: "2.0.0", Usage: "rank() - One more than the number of rows before the row's peers.",
			Examples: ex("rank()", "1"), Sigs: ranks, NeverNull: true, NewWindow: newRank},
		{Name: "dense_rank", Since: "2.0.0", Usage: "dense_rank() - The number of the row's group of peers, from 1.",
			Examples: ex("dense_rank()", "1"), Sigs: ranks, NeverNull: true, NewWindow: newDenseRank},
		{Name: "percent_rank", Since: "2.0.0", Usage: "percent_rank() - The rank as a share from 0 to 1.",
			Examples: ex("percent_rank()", "0.0"), Sigs: shares, NeverNull: true, NewWindow: newPercentRank},
		{Name: "cume_dist", Since: "2.0.0", Usage: "cume_dist() - The share of rows up to the last of the row's peers.",
			Examples: ex("cume_dist()", "0.6666666666666666"), Sigs: []expr.Sig{{Result: always(types.DoubleType)}}, NeverNull: true, NewWindow: newCumeDist},
		{Name: "ntile", Since: "2.0.0", Usage: "ntile(n) - The number of the row's bucket when the partition is cut into n buckets of equal size.",
			Examples: ex("ntile(2)", "1"), NeverNull: true, NewWindow: newNTile,
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassInt}, Optional: 1, Result: always(types.IntType)}}},
		{Name: "lag", Since: "2.0.0", Usage: "lag(expr[, offset[, default]]) - The value offset (1) rows before, the default (null) where there is none.",
			Examples: ex("lag(x)", "NULL"), Resolve: resolveOffset, NewWindow: newLag, Pick: pickLag},
		{Name: "lead", Since: "2.0.0", Usage: "lead(expr[, offset[, default]]) - The value offset (1) rows after, the default (null) where there is none.",
			Examples: ex("lead(x)", "1"), Resolve: resolveOffset, NewWindow: newLead, Pick: pickLead},
		{Name: "nth_value", Since: "3.1.0", Usage: "nth_value(expr, n) - The value of the n-th row of the frame, null if it has fewer.",
			Examples:   ex("nth_value(x, 2)", "1"),
			AlwaysNull: true, NewWindow: newNthValue, Pick: pickNth,
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassAny, types.ClassInt}}}},
		counterDiff(),
	}
	for _, f := range all {
		f.Group, f.Kind = "window_funcs", expr.WindowFunction
	}
	return all
}

// resolveOffset casts the default to the type of the value.
func resolveOffset(c *expr.Resolving) (*expr.Resolution, error) {
	n := len(c.Args)
	if n < 1 || n > 3 {
		return nil, WrongCount(c.Func.Name, "[1, 2, 3]", n, c.Pos)
	}
	t := c.Args[0].Type()
	params := []types.Type{t}
	if n > 1 {
		off, err := accept(c, 1, types.ClassInt)
		if err != nil {
			return nil, err
		}
		params = append(params, off)
	}
	null := true
	if n > 2 {
		def, err := accept(c, 2, types.ClassExactly(t))
		if err != nil {
			return nil, err
		}
		params = append(params, def)
		null = c.Args[0].Nullable() || c.Args[2].Nullable()
	}
	return &expr.Resolution{Params: params, Result: t, Nullable: &null}, nil
}

func newRowNumber(*expr.Spec) (expr.WindowKernel, error) {
	return func(w *expr.WindowInput) error {
		out := columnar.Values[int32](w.Out)[w.From:w.To]
		for i := range out {
			out[i] = int32(w.From + i - w.Start + 1)
		}
		return nil
	}, nil
}

func newRank(*expr.Spec) (expr.WindowKernel, error) {
	return func(w *expr.WindowInput) error {
		out := columnar.Values[int32](w.Out)[w.From:w.To]
		for i := range out {
			out[i] = w.PeerStart[i] - int32(w.Start) + 1
		}
		return nil
	}, nil
}

func newDenseRank(*expr.Spec) (expr.WindowKernel, error) {
	return func(w *expr.WindowInput) error {
		out := columnar.Values[int32](w.Out)[w.From:w.To]
		rank := int32(w.PeersBefore)
		for i := range out {
			if int(w.PeerStart[i]) == w.From+i {
				rank++
			}
			out[i] = rank
		}
		return nil
	}, nil
}

func newPercentRank(*expr.Spec) (expr.WindowKernel, error) {
	return func(w *expr.WindowInput) error {
		out := columnar.Values[float64](w.Out)[w.From:w.To]
		for i := range out {
			out[i] = float64(w.PeerStart[i]-int32(w.Start)) / float64(max(1, w.End-w.Start-1))
		}
		return nil
	}, nil
}

func newCumeDist(*expr.Spec) (expr.WindowKernel, error) {
	return func(w *expr.WindowInput) error {
		out := columnar.Values[float64](w.Out)[w.From:w.To]
		for i := range out {
			out[i] = float64(w.PeerEnd[i]-int32(w.Start)) / float64(w.End-w.Start)
		}
		return nil
	}, nil
}

// newNTile gives the first buckets one row more when the rows do not divide evenly.
func newNTile(s *expr.Spec) (expr.WindowKernel, error) {
	buckets, err := windowOffset(s, 0)
	if err != nil {
		return nil, err
	}
	if buckets < 1 {
		return nil, outOfRange(s, "buckets", "(0, 2147483647]", buckets)
	}
	return func(w *expr.WindowInput) error {
		out := columnar.Values[int32](w.Out)[w.From:w.To]
		n := w.End - w.Start
		size, larger := n/buckets, n%buckets
		for i := range out {
			if k := w.From + i - w.Start; k < larger*(size+1) {
				out[i] = int32(k/(size+1)) + 1
			} else {
				out[i] = int32((k-larger)/size) + 1
			}
		}
		return nil
	}, nil
}

// windowOffset returns the constant integer argument i, 1 if it is missing.
func windowOffset(s *expr.Spec, i int) (int, error) {
	if i >= len(s.Args) {
		return 1, nil
	}
	v, err := constant(s, i)
	if err != nil {
		return 0, err
	}
	n, ok := v.(int32)
	if !ok {
		return 0, outOfRange(s, "offset", "[-2147483648, 2147483647]", v)
	}
	return int(n), nil
}
