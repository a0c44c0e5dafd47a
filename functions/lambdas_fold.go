package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

func aggregateParams(args []types.Type, i int) []types.Type {
	switch {
	case len(args) < 3 || args[0].Kind != types.Array:
	case i == 2:
		return []types.Type{args[1], args[0].Elem()}
	case i == 3:
		return []types.Type{args[1]}
	}
	return nil
}

func resolveAggregate(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 3 || len(c.Args) > 4 {
		return nil, WrongCount(c.Func.Name, "[3, 4]", len(c.Args), c.Pos)
	}
	params := c.Types()
	var err error
	if params[0], err = accept(c, 0, types.ClassArray); err != nil {
		return nil, err
	}
	for i := 2; i < len(c.Args); i++ {
		if err := isLambda(c, i); err != nil {
			return nil, err
		}
	}
	if !params[2].SameShape(params[1]) && params[2].Kind != types.Null {
		return nil, WrongType(c.Func.Name, c.Args, 2, params[1].SQL(), c.Pos)
	}
	params[2] = params[1]
	return &expr.Resolution{Params: params, Result: params[len(params)-1]}, nil
}

// folding is the state of aggregate: the arrays of a batch advance together, element by element, so that each step is one call of the lambda.
type folding struct {
	rows, next []int32 // rows that still have elements
	at         []int32 // positions of their elements
	acc        [2]columnar.Vector
	elem       columnar.Vector
	done       columnar.Vector
	doneRows   []int32
	keep, ends []int32
	idx        []int32
}

func newAggregate(s *expr.Spec) (expr.Kernel, error) {
	f := &folding{keep: []int32{}, ends: []int32{}} // not nil: a nil selection means all rows
	return func(k *expr.KernelCall) { f.run(k, s) }, nil
}

func (f *folding) run(k *expr.KernelCall, s *expr.Spec) {
	list, zero := k.Args[0], k.Args[1]
	spans := columnOf[columnar.Span](list)
	f.rows = f.rows[:0]
	for i := range each(k) {
		if !list.IsNull(i) {
			f.rows = append(f.rows, int32(i))
		}
	}
	f.done = columnar.Vector{}
	f.done.Reset(s.Args[1], zero.Base().Width, 0)
	f.doneRows = f.doneRows[:0]
	res, rows := zero, f.rows
	for step := int32(0); ; step++ {
		f.split(&spans, rows, step, step == 0)
		columnar.AppendFlat(&f.done, res, columnar.Rows{Sel: f.ends, N: res.Len})
		if len(f.next) == 0 {
			break
		}
		acc := &f.acc[step&1]
		acc.Reset(s.Args[1], res.Base().Width, 0)
		columnar.AppendFlat(acc, res, columnar.Rows{Sel: f.keep, N: res.Len})
		columnar.Gather(&f.elem, list.Children[0], f.at)
		var ok bool
		if res, ok = evalLambda(k, 2, f.next, acc, &f.elem); !ok {
			return
		}
		f.rows, f.next = f.next, f.rows
		rows = f.rows
	}
	f.finish(k, s)
}

// split separates rows whose arrays have ended before a step from those that go on. Their accumulators are numbered by row of the batch in
// the first step, else by place among the rows.
func (f *folding) split(spans *column[columnar.Span], rows []int32, step int32, byRow bool) {
	f.keep, f.ends, f.at = f.keep[:0], f.ends[:0], f.at[:0]
	next := f.next[:0]
	for j, r := range rows {
		from := int32(j)
		if byRow {
			from = r
		}
		if s := spans.at(int(r)); step < s.Len {
			f.keep, f.at, next = append(f.keep, from), append(f.at, s.Off+step), append(next, r)
		} else {
			f.ends, f.doneRows = append(f.ends, from), append(f.doneRows, r)
		}
	}
	f.next = next
}

// finish applies the last function and puts the results in the places of their rows.
func (f *folding) finish(k *expr.KernelCall, s *expr.Spec) {
	res := &f.done
	if len(k.Args) == 4 && len(f.doneRows) > 0 {
		var ok bool
		if res, ok = evalLambda(k, 3, f.doneRows, &f.done); !ok {
			return
		}
	}
	f.idx = noPositions(f.idx, k.Rows.N)
	for j, r := range f.doneRows {
		f.idx[r] = int32(j)
	}
	if len(f.doneRows) == 0 {
		k.Out.ClearReferences()
		k.Out.SetAllNull()
		return
	}
	columnar.Gather(k.Out, res, f.idx)
}

func sortParams(args []types.Type, i int) []types.Type {
	if i != 1 || args[0].Kind != types.Array {
		return nil
	}
	return []types.Type{args[0].Elem(), args[0].Elem()}
}

func resolveArraySort(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 1 || len(c.Args) > 2 {
		return nil, WrongCount(c.Func.Name, "[1, 2]", len(c.Args), c.Pos)
	}
	params := c.Types()
	var err error
	if params[0], err = accept(c, 0, types.ClassArray); err != nil {
		return nil, err
	}
	if len(c.Args) == 1 && !params[0].Elem().IsOrderable() {
		return nil, WrongType(c.Func.Name, c.Args, 0, types.ClassOrderable.Name, c.Pos)
	}
	if len(c.Args) == 2 {
		if err := isLambda(c, 1); err != nil {
			return nil, err
		}
		if params[1].Kind != types.Int && params[1].Kind != types.Null {
			return nil, sqlerr.New("DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE", c.Args[1].Pos(), "Cannot resolve \"%s\" due to data type mismatch: The `lambdafunction` requires return \"INT\" type, but the actual is \"%s\" type.", describeCall(c.Func.Name, c.Args), params[1].SQL())
		}
		params[1] = types.IntType
	}
	null := c.Args[0].Nullable()
	return &expr.Resolution{Params: params, Result: params[0], Nullable: &null}, nil
}

func newArraySort(s *expr.Spec) (expr.Kernel, error) {
	if len(s.Args) == 2 {
		x := &comparing{spec: s}
		return x.run, nil
	}
	var w listWriter
	return func(k *expr.KernelCall) {
		spans, elems := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0]
		w.begin(k)
		for i := range live(k) {
			w.putSpan(spans.at(i))
			sortPositions(w.current(), elems, kernel.Order{})
			w.end(i)
		}
		w.finish(k, elems)
	}, nil
}

// comparing sorts the arrays of a batch by a lambda. All arrays insert an element by binary search at the same time, so that each round of
// comparisons is one call of the lambda.
type comparing struct {
	spec  *expr.Spec
	w     listWriter
	sorts []insertion
	outer []int32
	a, b  []int32
	left  columnar.Vector
	right columnar.Vector
}

// insertion is the sort of one array: its first n elements are in order, and element n belongs between lo and hi.
type insertion struct {
	row       int32
	idx       []int32
	n, lo, hi int
}

// middle is the place whose element is compared next.
func (x *insertion) middle() int { return int(uint(x.lo+x.hi) / 2) }

// place moves element n to its place and turns to the next.
func (x *insertion) place() {
	p := x.idx[x.n]
	copy(x.idx[x.lo+1:x.n+1], x.idx[x.lo:x.n])
	x.idx[x.lo] = p
	x.n++
	x.lo, x.hi = 0, x.n
}

func (c *comparing) run(k *expr.KernelCall) {
	spans, elems := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0]
	c.w.begin(k)
	for i := range live(k) {
		c.w.putSpan(spans.at(i))
		c.w.end(i)
	}
	c.sorts = c.sorts[:0]
	for i := range live(k) {
		if s := c.w.out[i]; s.Len > 1 {
			c.sorts = append(c.sorts, insertion{row: int32(i), idx: c.w.idx[s.Off : s.Off+s.Len], n: 1, hi: 1})
		}
	}
	for len(c.sorts) > 0 && k.Fatal == nil {
		c.round(k, elems)
	}
	c.w.finish(k, elems)
}

// round makes one comparison for every array that is not sorted yet.
func (c *comparing) round(k *expr.KernelCall, elems *columnar.Vector) {
	c.outer, c.a, c.b = c.outer[:0], c.a[:0], c.b[:0]
	for i := range c.sorts {
		x := &c.sorts[i]
		c.outer, c.a, c.b = append(c.outer, x.row), append(c.a, x.idx[x.n]), append(c.b, x.idx[x.middle()])
	}
	columnar.Gather(&c.left, elems, c.a)
	columnar.Gather(&c.right, elems, c.b)
	v, ok := evalLambda(k, 1, c.outer, &c.left, &c.right)
	if !ok {
		return
	}
	rest := c.sorts[:0]
	for i, x := range c.sorts {
		if v.IsNull(i) {
			c.nullComparison(k, int(x.row), elems, int(c.a[i]), int(c.b[i]))
			continue
		}
		if columnar.Values[int32](v.Base())[v.At(i)] < 0 {
			x.hi = x.middle()
		} else {
			x.lo = x.middle() + 1
		}
		if x.lo == x.hi {
			x.place()
		}
		if x.n < len(x.idx) {
			rest = append(rest, x)
		}
	}
	c.sorts = rest
}

func (c *comparing) nullComparison(k *expr.KernelCall, row int, elems *columnar.Vector, a, b int) {
	t, zone := elems.Type, zoneOf(c.spec, types.TimestampType)
	reject(k, row, c.spec, "COMPARATOR_RETURNS_NULL", "The comparator has returned a NULL for a comparison between %s and %s. It should return a positive integer for \"greater than\", 0 for \"equal\" and a negative integer for \"less than\".",
		text.Cast(elems.Value(a), t, zone), text.Cast(elems.Value(b), t, zone))
}
