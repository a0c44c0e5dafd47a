package functions

import (
	"encoding/binary"
	"math"
	"unicode/utf16"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/sketch"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

const (
	defaultTop     = 5
	defaultTracked = 10000
	maxTracked     = 1000000
)

// topFuncs find the most frequent values.
func topFuncs() []*expr.Func {
	const group, since = "agg_funcs", "4.1.0"
	values := " FROM VALUES (0), (0), (4), (4), (4) AS tab(expr)"
	return []*expr.Func{
		{Name: "approx_top_k", Kind: expr.AggregateFunc, Group: group, Since: since, Usage: "approx_top_k(expr[, k[, maxItemsTracked]]) - Returns the k most frequent values with their numbers.",
			Examples: []expr.Example{{SQL: "SELECT approx_top_k(expr)" + values, Want: `[{"item":4,"count":3},{"item":0,"count":2}]`}},
			Resolve:  resolveTop, NeverNull: true, Fallible: true, NewAccumulator: newTop},
		{Name: "approx_top_k_accumulate", Kind: expr.AggregateFunc, Group: group, Since: since, Usage: "approx_top_k_accumulate(expr[, maxItemsTracked]) - Returns a sketch of the most frequent values.",
			Examples: []expr.Example{{SQL: "SELECT approx_top_k_estimate(approx_top_k_accumulate(expr), 1)" + values, Want: `[{"item":4,"count":3}]`}},
			Resolve:  resolveTopState, NeverNull: true, Fallible: true, NewAccumulator: newTopState},
		{Name: "approx_top_k_combine", Kind: expr.AggregateFunc, Group: group, Since: since, Usage: "approx_top_k_combine(state[, maxItemsTracked]) - Returns the sketch of the values in all sketches.",
			Examples: []expr.Example{{SQL: "SELECT approx_top_k_estimate(approx_top_k_combine(s), 1) FROM (SELECT approx_top_k_accumulate(expr) AS s" + values + ")", Want: `[{"item":4,"count":3}]`}},
			Resolve:  resolveTopCombine, NeverNull: true, Fallible: true, NewAccumulator: newTopCombine},
		{Name: "approx_top_k_estimate", Group: group, Since: since, Usage: "approx_top_k_estimate(state[, k]) - Returns the k most frequent values in a sketch with their numbers.",
			Examples: []expr.Example{{SQL: "SELECT approx_top_k_estimate(approx_top_k_accumulate(expr))" + values, Want: `[{"item":4,"count":3},{"item":0,"count":2}]`}},
			Resolve:  resolveTopEstimate, AlwaysNull: true, Fallible: true, New: newTopEstimate},
	}
}

// topTypes are the results: pairs of value and number, and the state that travels between the functions.
func topList(item types.Type) types.Type {
	return types.ArrayOf(types.StructOf(types.Field{Name: "item", Type: item, Nullable: true}, types.Field{Name: "count", Type: types.BigIntType}), false)
}

func topState(item types.Type) types.Type {
	return types.StructOf(types.Field{Name: "sketch", Type: types.BinaryType}, types.Field{Name: "maxItemsTracked", Type: types.IntType},
		types.Field{Name: "itemDataType", Type: item, Nullable: true}, types.Field{Name: "itemDataTypeDDL", Type: types.StringType})
}

func topHint(c *expr.Resolving, hint string, args ...any) error {
	return sqlerr.New("DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: "+hint, append([]any{describeCall(c.Func.Name, c.Args)}, args...)...)
}

// topArgs checks the number of arguments, the item and that the others are constant integers.
func topArgs(c *expr.Resolving, want string, most int, names ...string) ([]types.Type, error) {
	if len(c.Args) < 1 || len(c.Args) > most {
		return nil, WrongCount(c.Func.Name, want, len(c.Args), c.Pos)
	}
	params := c.Types()
	for i, a := range c.Args[1:] {
		if literalOf(a) == nil {
			return nil, topHint(c, "%s must be a constant literal.", names[i])
		}
		t, err := accept(c, i+1, types.ClassInt)
		if err != nil {
			return nil, err
		}
		params[i+1] = t
	}
	return params, nil
}

func topItem(c *expr.Resolving, t types.Type) error {
	switch t.Kind {
	case types.Boolean, types.Date, types.Timestamp, types.TimestampNTZ, types.String:
		return nil
	}
	if t.IsNumeric() {
		return nil
	}
	name := t.String()
	if t.IsNested() {
		name = map[types.Kind]string{types.Array: "array", types.Map: "map", types.Struct: "struct"}[t.Kind]
	}
	return topHint(c, "%s columns are not supported.", name)
}

func resolveTop(c *expr.Resolving) (*expr.Resolution, error) {
	params, err := topArgs(c, "[1, 2, 3]", 3, "K", "Max items tracked")
	if err != nil {
		return nil, err
	}
	return &expr.Resolution{Params: params, Result: topList(params[0])}, topItem(c, params[0])
}

func resolveTopState(c *expr.Resolving) (*expr.Resolution, error) {
	params, err := topArgs(c, "[1, 2]", 2, "Max items tracked")
	if err != nil {
		return nil, err
	}
	return &expr.Resolution{Params: params, Result: topState(params[0])}, topItem(c, params[0])
}

// stateItem returns the type of the items of a state.
func stateItem(c *expr.Resolving) (types.Type, error) {
	t := c.Args[0].Type()
	if t.Kind != types.Struct {
		return t, WrongType(c.Func.Name, c.Args, 0, "STRUCT", c.Pos)
	}
	if f := t.Fields(); len(f) == 4 && f[0].Type.Kind == types.Binary && f[1].Type.Kind == types.Int && f[3].Type.Kind == types.String {
		return f[2].Type, nil
	}
	return t, topHint(c, "State must be a struct with 4 fields. Expected struct: struct<sketch:binary,maxItemsTracked:int,itemDataType:any,itemDataTypeDDL:string>. Got: %s.", t.String())
}

func resolveTopCombine(c *expr.Resolving) (*expr.Resolution, error) {
	params, err := topArgs(c, "[1, 2]", 2, "Max items tracked")
	if err != nil {
		return nil, err
	}
	item, err := stateItem(c)
	return &expr.Resolution{Params: params, Result: topState(item)}, err
}

func resolveTopEstimate(c *expr.Resolving) (*expr.Resolution, error) {
	params, err := topArgs(c, "[1, 2]", 2, "K")
	if err != nil {
		return nil, err
	}
	item, err := stateItem(c)
	return &expr.Resolution{Params: params, Result: topList(item)}, err
}

// positive returns a constant argument that must be a positive number.
func positive(s *expr.Spec, name string, i int, def int64) (int, error) {
	if i >= len(s.Args) {
		return int(def), nil
	}
	l := s.Consts[i]
	if l == nil || l.Value == nil {
		return 0, sqlerr.New("APPROX_TOP_K_NULL_ARG", s.Pos, "The value of `%s` in `approx_top_k` cannot be NULL.", name)
	}
	v, _ := integerOf(l.Value)
	switch {
	case v <= 0:
		return 0, sqlerr.New("APPROX_TOP_K_NON_POSITIVE_ARG", s.Pos, "The value of `%s` in `approx_top_k` must be a positive integer, but got %d.", name, v)
	case name == "maxItemsTracked" && v > maxTracked:
		return 0, sqlerr.New("APPROX_TOP_K_MAX_ITEMS_TRACKED_EXCEEDS_LIMIT", s.Pos, "The max items tracked `maxItemsTracked`(%d) of `approx_top_k` should be less than or equal to %d.", v, maxTracked)
	}
	return int(v), nil
}

// top counts values, and nulls apart.
type top struct {
	nulls   int64
	items   *sketch.Frequent
	tracked int
}

func (t *top) bytes() []byte {
	return append(binary.AppendUvarint(nil, uint64(t.nulls)), t.items.Bytes()...)
}

func readTop(s *expr.Spec, b []byte) (nulls int64, items *sketch.Frequent, err error) {
	n, size := binary.Uvarint(b)
	if size > 0 {
		items, err = sketch.ReadFrequent(b[size:])
	}
	if size <= 0 || err != nil {
		return 0, nil, badSketch(s.Pos, "APPROX_TOP_K_INVALID_SKETCH_BUFFER", "approx_top_k_estimate", "approx_top_k")
	}
	return int64(n & math.MaxInt64), items, nil
}

func (t *top) merge(s *expr.Spec, b []byte) error {
	nulls, items, err := readTop(s, b)
	if err == nil {
		t.nulls += nulls
		t.items.Merge(items)
	}
	return err
}

// topSteps count the values of the first argument.
func topSteps(s *expr.Spec, tracked int) stateSteps[*top] {
	return stateSteps[*top]{fresh: func() *top { return &top{items: sketch.NewFrequent(tracked), tracked: tracked} }, whole: true, size: 1024,
		update: func(t **top, args []*columnar.Vector, row int) error {
			if args[0].IsNull(row) {
				(*t).nulls++
			} else {
				(*t).items.Add(topItemAt(args[0].Base(), args[0].At(row)), 1)
			}
			return nil
		},
		encode: func(t **top) []byte { return (*t).bytes() },
		merge:  func(t **top, b []byte) error { return (*t).merge(s, b) }}
}

func newTop(s *expr.Spec) (expr.Accumulator, error) {
	k, err := positive(s, "k", 1, defaultTop)
	if err != nil {
		return nil, err
	}
	tracked, err := positive(s, "maxItemsTracked", 2, defaultTracked)
	if err != nil {
		return nil, err
	}
	if tracked < k {
		return nil, sqlerr.New("APPROX_TOP_K_MAX_ITEMS_TRACKED_LESS_THAN_K", s.Pos, "The max items tracked `maxItemsTracked`(%d) of `approx_top_k` should be greater than or equal to `k`(%d).", tracked, k)
	}
	steps := topSteps(s, tracked)
	steps.final = func(t **top, out *columnar.Vector, g int) error {
		listTop((*t).nulls, (*t).items, k, out, g)
		return nil
	}
	return newStates(s.Result, steps), nil
}

func newTopState(s *expr.Spec) (expr.Accumulator, error) {
	tracked, err := positive(s, "maxItemsTracked", 1, defaultTracked)
	if err != nil {
		return nil, err
	}
	steps := topSteps(s, tracked)
	steps.final = func(t **top, out *columnar.Vector, g int) error { return (*t).store(out, g) }
	return newStates(s.Result, steps), nil
}

// store writes the state as a struct.
func (t *top) store(out *columnar.Vector, g int) error {
	out.Children[0].SetBytes(g, t.bytes())
	columnar.Values[int32](out.Children[1])[g] = int32(t.tracked)
	out.Children[2].SetNull(g)
	out.Children[3].SetBytes(g, []byte("item "+out.Type.Fields()[2].Type.SQL()+" NOT NULL"))
	return nil
}

// newTopCombine adds up states. Without a size of its own they must have the same one.
func newTopCombine(s *expr.Spec) (expr.Accumulator, error) {
	want, err := positive(s, "maxItemsTracked", 1, 0)
	if err != nil {
		return nil, err
	}
	steps := topSteps(s, max(want, 1))
	add := func(t *top, tracked int, b []byte) error {
		switch {
		case want > 0:
		case t.tracked == 0:
			t.tracked, t.items = tracked, sketch.NewFrequent(tracked)
		case t.tracked != tracked:
			return sqlerr.New("APPROX_TOP_K_SKETCH_SIZE_NOT_MATCH", s.Pos, "Combining approx_top_k sketches of different sizes is not allowed. Found sketches of size %d and %d.", t.tracked, tracked)
		}
		return t.merge(s, b)
	}
	steps.nulls, steps.whole = 1, false
	steps.fresh = func() *top { return &top{items: sketch.NewFrequent(max(want, 1)), tracked: want} }
	steps.update = func(t **top, args []*columnar.Vector, row int) error {
		v, at := args[0].Base(), args[0].At(row)
		return add(*t, int(intAt(v.Children, 1, at, 0)), v.Children[0].Bytes(at))
	}
	steps.encode = func(t **top) []byte {
		return append(binary.LittleEndian.AppendUint32(nil, uint32((*t).tracked)), (*t).bytes()...)
	}
	steps.merge = func(t **top, b []byte) error { return add(*t, int(binary.LittleEndian.Uint32(b)), b[4:]) }
	steps.final = func(t **top, out *columnar.Vector, g int) error { return (*t).store(out, g) }
	return newStates(s.Result, steps), nil
}

func newTopEstimate(s *expr.Spec) (expr.Kernel, error) {
	k, err := positive(s, "k", 1, defaultTop)
	if err != nil {
		return nil, err
	}
	return sketchKernel(func(call *expr.KernelCall, i int) error {
		v := call.Args[0]
		nulls, items, err := readTop(s, v.Base().Children[0].Bytes(v.At(i)))
		if err == nil {
			listTop(nulls, items, k, call.Out, i)
		}
		return err
	}), nil
}

// listTop stores the k most frequent values, nulls behind those that came as often.
func listTop(nulls int64, items *sketch.Frequent, k int, out *columnar.Vector, row int) {
	counts := items.Top()
	at := len(counts)
	if nulls > 0 {
		for at > 0 && counts[at-1].N < nulls {
			at--
		}
		counts = append(counts[:at], append([]sketch.Count{{N: nulls}}, counts[at:]...)...)
	} else {
		at = -1
	}
	counts = counts[:min(k, len(counts))]
	pairs := out.Children[0]
	from := pairs.Len
	pairs.Grow(from + len(counts))
	columnar.Values[columnar.Span](out)[row] = columnar.Span{Off: int32(from), Len: int32(len(counts))}
	for i, c := range counts {
		columnar.Values[int64](pairs.Children[1])[from+i] = c.N
		if item := pairs.Children[0]; i == at {
			item.SetNull(from + i)
		} else {
			storeTopItem(item, from+i, c.Bytes)
		}
	}
}

// topItemAt is a value by its bytes: decimals in 128 bits, whatever they are stored in.
func topItemAt(v *columnar.Vector, i int) sketch.Item {
	var b []byte
	switch {
	case v.Width == columnar.WView:
		b = v.Bytes(i)
	case v.Type.Kind == types.Decimal:
		x := unscaledAt(v, i)
		b = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, x.Lo), uint64(x.Hi))
	default:
		n := v.Width.Bytes()
		b = v.Data()[i*n : (i+1)*n]
	}
	return sketch.Item{Bytes: string(b), Code: javaHash(v, i, b)}
}

func storeTopItem(v *columnar.Vector, i int, b string) {
	switch {
	case v.Width == columnar.WView:
		v.SetBytes(i, []byte(b))
	case v.Type.Kind == types.Decimal:
		setUnscaled(v, i, types.Int128{Lo: binary.LittleEndian.Uint64([]byte(b)), Hi: int64(binary.LittleEndian.Uint64([]byte(b[8:])))})
	default:
		copy(v.Data()[i*v.Width.Bytes():], b)
	}
}

// javaHash is the hash code that Java gives the value, on which the order of equally frequent values depends.
func javaHash(v *columnar.Vector, i int, b []byte) int32 {
	fold := func(x uint64) int32 { return int32(x ^ x>>32) }
	switch v.Type.Kind {
	case types.Boolean:
		if b[0] != 0 {
			return 1231
		}
		return 1237
	case types.Float:
		return int32(math.Float32bits(columnar.Values[float32](v)[i]))
	case types.Double:
		return fold(math.Float64bits(columnar.Values[float64](v)[i]))
	case types.String:
		h := int32(0)
		for _, c := range utf16.Encode([]rune(string(b))) {
			h = 31*h + int32(c)
		}
		return h
	case types.Decimal:
		x := unscaledAt(v, i)
		if whole, ok := types.Rescale(x, int(v.Type.Scale), 0); ok && whole.IsInt64() {
			if back, ok := types.Rescale(whole, 0, int(v.Type.Scale)); ok && back == x {
				if n := whole.Int64(); n != int64(int32(n)) {
					return fold(uint64(n))
				}
				return int32(whole.Lo)
			}
		}
		return fold(math.Float64bits(types.DecimalToFloat64(x, int(v.Type.Scale))))
	}
	if x := integerAt(v, i); v.Width == columnar.W64 {
		return fold(uint64(x))
	} else {
		return int32(x)
	}
}
