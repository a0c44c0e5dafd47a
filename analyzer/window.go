package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// namedWindows takes in the WINDOW clause: a definition may extend an earlier one.
func (k *block) namedWindows(defs []logical.NamedWindow) error {
	if len(defs) == 0 {
		return nil
	}
	k.windows = map[string]expr.WindowSpec{}
	for _, d := range defs {
		key := strings.ToLower(d.Name)
		if _, ok := k.windows[key]; ok {
			return sqlerr.New("INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION", d.Pos, "Invalid SQL syntax: The definition of window %s is repetitive.", types.Quote(d.Name))
		}
		s, err := extend(d.Spec, k.windows, d.Pos)
		if err != nil {
			return err
		}
		k.windows[key] = s
	}
	k.a.windowDefs = k.windows
	return nil
}

// extend fills in the named window that a specification refers to.
func extend(s expr.WindowSpec, named map[string]expr.WindowSpec, pos sqlerr.Pos) (expr.WindowSpec, error) {
	if s.Ref == "" {
		return s, nil
	}
	base, ok := named[strings.ToLower(s.Ref)]
	if !ok {
		return s, sqlerr.New("MISSING_WINDOW_SPECIFICATION", pos, "Window specification is not defined in the WINDOW clause for %s.", types.Quote(s.Ref))
	}
	if len(s.Partition) > 0 {
		base.Partition = s.Partition
	}
	if len(s.Order) > 0 {
		base.Order = s.Order
	}
	if s.Frame != nil {
		base.Frame = s.Frame
	}
	return base, nil
}

// window binds f(…) OVER (…).
func (b *binder) window(n *expr.UnresolvedCall, f *expr.Func) (expr.Expr, error) {
	if err := b.windowPlacement(n); err != nil {
		return nil, err
	}
	raw, err := extend(*n.Over, b.named, n.At)
	if err != nil {
		return nil, err
	}
	in := *b
	in.inWindow = true
	call := *n
	call.Over = nil
	bound, err := in.bound(&call, f)
	if err != nil {
		return nil, err
	}
	spec, err := in.spec(raw, n, f, bound)
	if err != nil {
		return nil, err
	}
	return over(bound, spec, n), nil
}

func (b *binder) windowPlacement(n *expr.UnresolvedCall) error {
	name := autoName(b.a, n)
	switch {
	case b.inAggregate:
		return sqlerr.New("UNSUPPORTED_EXPR_FOR_OPERATOR", n.At, "It is not allowed to use a window function inside an aggregate function: \"%s\".", name).
			WithHint("Please use the inner window function in a sub-query.")
	case b.inWindow:
		return sqlerr.New("UNSUPPORTED_EXPR_FOR_WINDOW", n.At, "Expression \"%s\" not supported within a window function.", name)
	case b.windows:
		if n.Distinct {
			return sqlerr.New("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", n.At, "Distinct window functions are not supported: \"%s\".", name)
		}
		return nil
	case b.clause == "WHERE":
		return invalidWhere(name, n.At)
	}
	return sqlerr.New("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", n.At, "Window functions are not allowed in %s clause.", b.clause)
}

// over puts the window around the call, or around the aggregates in what a rewriting function made of it.
func over(bound expr.Expr, spec expr.WindowSpec, n *expr.UnresolvedCall) expr.Expr {
	switch x := bound.(type) {
	case *expr.Aggregate:
		return &expr.Window{Base: n.Base, Call: x, Spec: spec, IgnoreNulls: n.IgnoreNulls}
	case *expr.Call:
		if x.Func.Kind == expr.WindowFunction {
			return &expr.Window{Base: n.Base, Call: x, Spec: spec, IgnoreNulls: n.IgnoreNulls}
		}
	}
	return expr.RewriteChildren(bound, func(e expr.Expr) expr.Expr { return over(e, spec, n) })
}

// spec binds partitioning, order and frame.
func (b *binder) spec(s expr.WindowSpec, n *expr.UnresolvedCall, f *expr.Func, bound expr.Expr) (expr.WindowSpec, error) {
	var out expr.WindowSpec
	var err error
	if out.Partition, err = b.exprs(s.Partition); err != nil {
		return out, err
	}
	for i, e := range out.Partition {
		if !e.Type().IsOrderable() {
			return out, sqlerr.New("EXPRESSION_TYPE_IS_NOT_ORDERABLE", n.At, "Column expression \"%s\" cannot be sorted because its type \"%s\" is not orderable.", autoName(b.a, s.Partition[i]), e.Type().SQL())
		}
	}
	if out.Order, err = b.keys(s.Order); err != nil {
		return out, err
	}
	if b.clause == "SELECT" && b.namesItem(&out, bound) {
		return out, sqlerr.Unsupported("LATERAL_COLUMN_ALIAS_IN_WINDOW", n.At, "Referencing a lateral column alias in window expression %s is not supported.", autoName(b.a, n))
	}
	if f.Kind == expr.WindowFunction && len(out.Order) == 0 {
		return out, sqlerr.New("WINDOW_FUNCTION_FRAME_NOT_ORDERED", n.At, "Window function %s requires window to be ordered.", types.Quote(f.Name)).
			WithHint("Please add an ORDER BY clause, for example SELECT %s(value_expr) OVER (PARTITION BY window_partition ORDER BY window_ordering) from table.", f.Name)
	}
	out.Frame, err = b.frame(s.Frame, &out, n, f)
	return out, err
}

// namesItem reports lateral aliases in a window's specification or arguments.
func (b *binder) namesItem(s *expr.WindowSpec, call expr.Expr) bool {
	found := false
	check := func(e expr.Expr) { found = found || b.scope.namesAlias(e) }
	check(call)
	for _, e := range s.Partition {
		check(e)
	}
	for _, k := range s.Order {
		check(k.Expr)
	}
	return found
}

// frame checks a frame and brings its offsets to the types they are added to.
func (b *binder) frame(f *expr.Frame, s *expr.WindowSpec, n *expr.UnresolvedCall, fn *expr.Func) (*expr.Frame, error) {
	if f == nil {
		return nil, nil
	}
	if fn.Kind == expr.WindowFunction && fn.Name != "nth_value" {
		return b.fixedFrame(f, n, fn)
	}
	bad := func(cond, format string, args ...any) error {
		return sqlerr.New("DATATYPE_MISMATCH."+cond, n.At, "Cannot resolve the window frame due to data type mismatch: "+format, args...)
	}
	if f.Start.Kind == expr.UnboundedFollowing || f.End.Kind == expr.UnboundedPreceding {
		return nil, bad("SPECIFIED_WINDOW_FRAME_INVALID_BOUND", "Window frame upper bound does not follow the lower bound.")
	}
	out := *f
	valued := f.Start.Offset != nil || f.End.Offset != nil
	if f.Range && valued {
		switch {
		case len(s.Order) == 0:
			return nil, bad("RANGE_FRAME_WITHOUT_ORDER", "A range window frame cannot be used in an unordered window specification.")
		case len(s.Order) > 1:
			return nil, bad("RANGE_FRAME_MULTI_ORDER", "A range window frame with value boundaries cannot be used in a window specification with multiple order by expressions.")
		}
	} else if f.Range && len(s.Order) == 0 && (f.Start.Kind == expr.CurrentRow || f.End.Kind == expr.CurrentRow) && !unbounded(f) {
		return nil, bad("RANGE_FRAME_WITHOUT_ORDER", "A range window frame cannot be used in an unordered window specification.")
	}
	var err error
	if out.Start, err = b.frameBound(f.Start, f, s, n); err != nil {
		return nil, err
	}
	if out.End, err = b.frameBound(f.End, f, s, n); err != nil {
		return nil, err
	}
	if rank(out.Start.Kind) > rank(out.End.Kind) {
		return nil, bad("SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON", "The lower bound of a window frame must be less than or equal to the upper bound.")
	}
	return &out, nil
}

func unbounded(f *expr.Frame) bool {
	return f.Start.Kind == expr.UnboundedPreceding && f.End.Kind == expr.UnboundedFollowing
}

func rank(k expr.BoundKind) int { return int(k) }

// fixedFrame accepts for ranking functions only the frame they have anyway.
func (b *binder) fixedFrame(f *expr.Frame, n *expr.UnresolvedCall, fn *expr.Func) (*expr.Frame, error) {
	if !f.Range && f.Start.Kind == expr.UnboundedPreceding && f.End.Kind == expr.CurrentRow && fn.Name != "lead" && fn.Name != "lag" {
		return nil, nil
	}
	if fn.Name == "lead" || fn.Name == "lag" {
		return nil, sqlerr.New("WINDOW_FUNCTION_AND_FRAME_MISMATCH", n.At, "\"%s\" function can only be evaluated in an ordered row-based window frame with a single offset.", autoName(b.a, &expr.UnresolvedCall{Name: n.Name, Args: n.Args}))
	}
	return nil, sqlerr.New("WINDOW_FUNCTION_AND_FRAME_MISMATCH", n.At, "Window frame does not match the required frame of \"%s\".", autoName(b.a, &expr.UnresolvedCall{Name: n.Name, Args: n.Args}))
}

// frameBound binds one bound: ROWS takes integers, RANGE what can be added to the sort key.
func (b *binder) frameBound(x expr.Bound, f *expr.Frame, s *expr.WindowSpec, n *expr.UnresolvedCall) (expr.Bound, error) {
	if x.Offset == nil {
		return x, nil
	}
	e, err := b.expr(x.Offset)
	if err != nil {
		return x, err
	}
	name := autoName(b.a, x.Offset)
	lit, err := b.a.constant(e)
	if err != nil || lit == nil {
		return x, sqlerr.New("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE", n.At, "Window frame bound \"%s\" is not a foldable expression.", name)
	}
	want := types.IntType
	if f.Range {
		key := s.Order[0].Expr.Type()
		if key.Kind == types.String || key.Kind == types.Boolean {
			return x, sqlerr.New("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE", n.At, "The data type of the window frame bound \"%s\" should be (\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\"), but it is ordered by \"%s\".", name, key.SQL())
		}
		ok := false
		if want, ok = rangeOffset(key, lit.T); !ok {
			return x, sqlerr.New("DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE", n.At, "The data type \"%s\" used in the order specification does not support the data type \"%s\" which is used in the range frame.", key.SQL(), lit.T.SQL())
		}
	} else if lit.T.Kind != types.Int && lit.T.Kind != types.SmallInt && lit.T.Kind != types.TinyInt {
		return x, sqlerr.New("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE", n.At, "The data type of the window frame bound \"%s\" should be \"INT\", but it is \"%s\".", name, lit.T.SQL())
	}
	if x.Offset = lit; !lit.T.Equal(want) {
		folded, err := b.a.constant(&expr.Cast{Base: expr.Base{At: lit.At}, Child: lit, To: want, Mode: b.a.mode(), Implicit: true})
		if err != nil {
			return x, err
		}
		x.Offset = folded
	}
	return x, nil
}

// rangeOffset returns the type of an offset for a sort key.
func rangeOffset(key, offset types.Type) (types.Type, bool) {
	switch {
	case key.IsNumeric() && offset.IsNumeric():
		t, ok := types.Tightest(key, offset, true)
		if key.Kind == types.Decimal && offset.Kind == types.Decimal {
			return key, true
		}
		return key, ok && (t.Equal(key) || offset.IsInteger())
	case key.Kind == types.Date:
		return offset, offset.IsInteger() && offset.Kind != types.BigInt || offset.Kind == types.YearMonth || offset.Kind == types.DayTime
	case key.Kind == types.Timestamp, key.Kind == types.TimestampNTZ:
		return offset, offset.IsInterval()
	}
	return offset, false
}

// addWindows takes the window functions out of all expressions and puts Window nodes below, one for each partitioning and order.
func (k *block) addWindows() error {
	w := windows{a: k.a, cols: map[string]*expr.Column{}}
	for _, it := range k.all() {
		it.e = w.lift(it.e)
		if it.col != nil {
			it.col = withNull(it.col, it.e)
		}
	}
	k.plan = w.over(k.plan, k.sel.Base)
	return nil
}

// windows collects window functions by specification.
type windows struct {
	a     *analyzer
	cols  map[string]*expr.Column
	specs []string
	funcs map[string][]logical.Named
}

func (w *windows) lift(e expr.Expr) expr.Expr {
	return expr.Rewrite(e, func(x expr.Expr) expr.Expr {
		n, ok := x.(*expr.Window)
		if !ok {
			return x
		}
		key := expr.Key(n)
		c := w.cols[key]
		if c == nil {
			c = &expr.Column{ID: w.a.NextID(), Name: windowName(n), T: n.Type(), Null: n.Nullable()}
			w.cols[key] = c
			w.add(specKey(&n.Spec), logical.Named{Col: c, Expr: n})
		}
		return at(c, n)
	})
}

func (w *windows) add(spec string, f logical.Named) {
	if w.funcs == nil {
		w.funcs = map[string][]logical.Named{}
	}
	if w.funcs[spec] == nil {
		w.specs = append(w.specs, spec)
	}
	w.funcs[spec] = append(w.funcs[spec], f)
}

func (w *windows) over(in logical.Plan, base logical.Base) logical.Plan {
	for _, s := range w.specs {
		in = &logical.Window{Base: base, Input: in, Funcs: w.funcs[s]}
	}
	return in
}

func windowName(n *expr.Window) string {
	switch c := n.Call.(type) {
	case *expr.Aggregate:
		return c.Func.Name
	case *expr.Call:
		return c.Func.Name
	}
	return "window"
}

// specKey is equal for windows of the same partitioning and order; frames may differ.
func specKey(s *expr.WindowSpec) string {
	var b strings.Builder
	for _, p := range s.Partition {
		b.WriteString(expr.Key(p) + ",")
	}
	b.WriteByte(';')
	for _, k := range s.Order {
		b.WriteString(expr.Key(k.Expr))
		if k.Desc {
			b.WriteByte('-')
		}
		if k.NullsFirst {
			b.WriteByte('^')
		}
		b.WriteByte(',')
	}
	return b.String()
}
