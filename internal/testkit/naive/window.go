package naive

import (
	"fmt"
	"math"
	"math/big"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// window computes every function for every row by itself.
func (x *executor) window(n *logical.Window, in *relation, outer *scope) ([][]any, error) {
	out := make([][]any, len(in.rows))
	for i, r := range in.rows {
		out[i] = append([]any{}, r...)
	}
	for _, f := range n.Funcs {
		w, ok := f.Expr.(*expr.Window)
		if !ok {
			return nil, &Unsupported{"a window function wrapped in an expression"}
		}
		col, err := x.windowColumn(w, in, outer)
		if err != nil {
			return nil, err
		}
		for i := range out {
			out[i] = append(out[i], col[i])
		}
	}
	return out, nil
}

// partition is sorted rows: at holds their positions in the input, keys their order keys.
type partition struct {
	rel  *relation
	at   []int
	keys [][]any
	spec *expr.WindowSpec
}

func (x *executor) windowColumn(w *expr.Window, in *relation, outer *scope) ([]any, error) {
	marked := &relation{cols: append(append(in.cols[:0:0], in.cols...), &expr.Column{ID: x.ids - 1, T: types.BigIntType})}
	x.ids--
	for i, r := range in.rows {
		marked.rows = append(marked.rows, append(append([]any{}, r...), int64(i)))
	}
	sorted, err := x.sorted(marked, w.Spec.Order, outer)
	if err != nil {
		return nil, err
	}
	parts := map[string]*partition{}
	var order []string
	at := newScope(marked.cols, outer)
	for _, r := range sorted {
		at.row = r
		key, err := x.list(w.Spec.Partition, at)
		if err != nil {
			return nil, err
		}
		text := keyOf(key)
		if parts[text] == nil {
			parts[text] = &partition{rel: &relation{cols: marked.cols}, spec: &w.Spec}
			order = append(order, text)
		}
		p := parts[text]
		p.rel.rows = append(p.rel.rows, r)
		p.at = append(p.at, int(r[len(r)-1].(int64)))
	}
	out := make([]any, len(in.rows))
	for _, text := range order {
		p := parts[text]
		if p.keys, err = x.keysOf(p.rel, w.Spec.Order, outer); err != nil {
			return nil, err
		}
		for i := range p.at {
			if out[p.at[i]], err = x.windowValue(w, p, i, outer); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// windowValue computes a function for the i-th row of a partition.
func (x *executor) windowValue(w *expr.Window, p *partition, i int, outer *scope) (any, error) {
	if a, ok := w.Call.(*expr.Aggregate); ok {
		from, to, err := x.frame(w, p, i, outer)
		if err != nil {
			return nil, err
		}
		return x.fold(a, &relation{p.rel.cols, p.rel.rows[from:max(from, to)]}, outer)
	}
	call, ok := w.Call.(*expr.Call)
	if !ok {
		return nil, &Unsupported{fmt.Sprintf("a window over %T", w.Call)}
	}
	first, last := p.peers(i)
	n := len(p.at)
	switch call.Func.Name {
	case "row_number":
		return int32(i + 1), nil
	case "rank":
		return int32(first + 1), nil
	case "dense_rank":
		rank := int32(1)
		for k := 1; k <= i; k++ {
			if compareKeys(p.spec.Order, p.keys[k-1], p.keys[k]) != 0 {
				rank++
			}
		}
		return rank, nil
	case "percent_rank":
		if n == 1 {
			return 0.0, nil
		}
		return float64(first) / float64(n-1), nil
	case "cume_dist":
		return float64(last) / float64(n), nil
	case "lag", "lead", "ntile", "nth_value":
		return x.offsetFunction(w, call, p, i, outer)
	}
	return nil, &Unsupported{"the window function " + call.Func.Name}
}

// peers returns the bounds of the rows that the order does not tell from row i.
func (p *partition) peers(i int) (from, to int) {
	for from = i; from > 0 && compareKeys(p.spec.Order, p.keys[from-1], p.keys[i]) == 0; from-- {
	}
	for to = i + 1; to < len(p.at) && compareKeys(p.spec.Order, p.keys[to], p.keys[i]) == 0; to++ {
	}
	return from, to
}

func (x *executor) offsetFunction(w *expr.Window, call *expr.Call, p *partition, i int, outer *scope) (any, error) {
	at := newScope(p.rel.cols, outer)
	arg := func(k, row int) (any, error) { return x.eval(call.Args[k], at.with(p.rel.rows[row])) }
	offset := 1
	if k := min(len(call.Args)-1, 1); k >= 0 && !(k == 0 && call.Func.Name != "ntile") {
		v, err := arg(k, i)
		if err != nil {
			return nil, err
		}
		n, ok := v.(int32)
		if !ok {
			return nil, &Unsupported{"a null offset"}
		}
		offset = int(n)
	}
	switch call.Func.Name {
	case "ntile":
		size, larger := len(p.at)/offset, len(p.at)%offset
		bucket, end := 0, 0
		for ; end <= i; bucket++ {
			end += size
			if bucket < larger {
				end++
			}
		}
		return int32(bucket), nil
	case "nth_value":
		from, to, err := x.frame(w, p, i, outer)
		if err != nil {
			return nil, err
		}
		seen := 0
		for k := from; k < to; k++ {
			v, err := arg(0, k)
			if err != nil {
				return nil, err
			}
			if v == nil && w.IgnoreNulls {
				continue
			}
			if seen++; seen == offset {
				return v, nil
			}
		}
		return nil, nil
	}
	if call.Func.Name == "lag" {
		offset = -offset
	}
	if w.IgnoreNulls {
		return x.skipNulls(call, p, i, offset, arg)
	}
	if k := i + offset; k >= 0 && k < len(p.at) {
		return arg(0, k)
	}
	if len(call.Args) > 2 {
		return arg(2, i)
	}
	return nil, nil
}

func (x *executor) skipNulls(call *expr.Call, p *partition, i, offset int, arg func(k, row int) (any, error)) (any, error) {
	dir := 1
	if offset < 0 {
		dir, offset = -1, -offset
	}
	if offset == 0 {
		return arg(0, i)
	}
	for k := i + dir; k >= 0 && k < len(p.at); k += dir {
		v, err := arg(0, k)
		if err != nil {
			return nil, err
		}
		if v == nil {
			continue
		}
		if offset--; offset == 0 {
			return v, nil
		}
	}
	if len(call.Args) > 2 {
		return arg(2, i)
	}
	return nil, nil
}

// frame returns the bounds of row i's frame within the partition.
func (x *executor) frame(w *expr.Window, p *partition, i int, outer *scope) (from, to int, err error) {
	f := w.Spec.Frame
	if f == nil {
		if len(w.Spec.Order) == 0 {
			return 0, len(p.at), nil
		}
		f = &expr.Frame{Range: true, Start: expr.Bound{Kind: expr.UnboundedPreceding}, End: expr.Bound{Kind: expr.CurrentRow}}
	}
	if from, err = x.bound(f, f.Start, p, i, outer, false); err != nil {
		return 0, 0, err
	}
	to, err = x.bound(f, f.End, p, i, outer, true)
	n := len(p.at)
	return min(max(from, 0), n), min(max(to, 0), n), err
}

// bound returns the position of a frame's first row, or with end the one after its last.
func (x *executor) bound(f *expr.Frame, b expr.Bound, p *partition, i int, outer *scope, end bool) (int, error) {
	switch b.Kind {
	case expr.UnboundedPreceding:
		return 0, nil
	case expr.UnboundedFollowing:
		return len(p.at), nil
	case expr.CurrentRow:
		first, last := i, i+1
		if f.Range {
			first, last = p.peers(i)
		}
		if end {
			return last, nil
		}
		return first, nil
	}
	offset, err := x.eval(b.Offset, outer)
	if err != nil {
		return 0, err
	}
	sign := int64(1)
	if b.Kind == expr.Preceding {
		sign = -1
	}
	if f.Range {
		return p.rangeBound(i, offset, sign, end)
	}
	n, ok := whole(offset)
	if !ok {
		return 0, &Unsupported{"a ROWS offset that is no integer"}
	}
	k := i + int(sign*n.Int64())
	if end {
		k++
	}
	return k, nil
}

// rangeBound finds the rows within a distance of row i's key.
func (p *partition) rangeBound(i int, offset any, sign int64, end bool) (int, error) {
	if len(p.spec.Order) != 1 {
		return 0, &Unsupported{"RANGE over several keys"}
	}
	key := p.spec.Order[0]
	if p.keys[i][0] == nil {
		first, last := p.peers(i)
		if end {
			return last, nil
		}
		return first, nil
	}
	if key.Desc {
		sign = -sign
	}
	goal, err := shifted(p.keys[i][0], offset, sign, key.Expr.Type())
	if err != nil {
		return 0, err
	}
	// The frame's edge is the first row at or after the goal, or with end the first row after it.
	for k := range p.at {
		c := compareKeys(p.spec.Order, p.keys[k], []any{goal})
		if c > 0 || c == 0 && !end {
			return k, nil
		}
	}
	return len(p.at), nil
}

// shifted is key + sign*offset; a key that leaves its type stays at the type's end, which no comparison notices but with the ends themselves.
func shifted(key, offset any, sign int64, t types.Type) (any, error) {
	switch k := key.(type) {
	case float64:
		o, ok := offset.(float64)
		if !ok {
			return nil, &Unsupported{fmt.Sprintf("RANGE of a double by %T", offset)}
		}
		return k + float64(sign)*o, nil
	case float32:
		return nil, &Unsupported{"RANGE over a float"}
	}
	a, ok := whole(key)
	b, ok2 := whole(offset)
	if !ok || !ok2 || !t.IsNumeric() {
		return nil, &Unsupported{fmt.Sprintf("RANGE of %T by %T", key, offset)}
	}
	if _, isDecimal := offset.(types.Int128); isDecimal != (t.Kind == types.Decimal) {
		return nil, &Unsupported{"RANGE with an offset of another type"}
	}
	sum := new(big.Int).Add(a, new(big.Int).Mul(b, big.NewInt(sign)))
	return clamped(sum, key)
}

func clamped(v *big.Int, like any) (any, error) {
	lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
	switch like.(type) {
	case int8:
		lo, hi = math.MinInt8, math.MaxInt8
	case int16:
		lo, hi = math.MinInt16, math.MaxInt16
	case int32:
		lo, hi = math.MinInt32, math.MaxInt32
	case types.Int128:
		x, ok := types.Int128FromBig(v)
		if !ok {
			return nil, &Unsupported{"RANGE beyond 128 bits"}
		}
		return x, nil
	}
	if !v.IsInt64() || v.Int64() < lo || v.Int64() > hi {
		return nil, &Unsupported{"RANGE beyond the type"}
	}
	switch like.(type) {
	case int8:
		return int8(v.Int64()), nil
	case int16:
		return int16(v.Int64()), nil
	case int32:
		return int32(v.Int64()), nil
	}
	return v.Int64(), nil
}
