package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// inList compiles x IN (…): a set for literals, else comparisons from left to right.
func (b *builder) inList(x *expr.In, conditional bool) (node, error) {
	child, err := b.build(x.Child, conditional)
	if err != nil {
		return nil, err
	}
	if set := literalSet(x); set != nil {
		return &inSet{child: child, set: set}, nil
	}
	items := make([]node, len(x.List))
	for i, e := range x.List {
		if items[i], err = b.build(e, true); err != nil {
			return nil, err
		}
	}
	return &inExprs{child: child, items: items}, nil
}

// set is a list of constants.
type set struct {
	hasNull bool
	list    *columnar.Vector // the values, not null
	words   *wordSet         // of a short list of numbers or short texts, else nil
	table   map[uint64][]int32
}

// literalSet returns the list of x if it consists of literals of the child's type, else nil.
func literalSet(x *expr.In) *set {
	t := x.Child.Type()
	s := &set{}
	var vals []any
	for _, e := range x.List {
		l, ok := e.(*expr.Literal)
		if !ok || l.Value != nil && !comparableTypes(l.T, t) || t.Kind == types.Null {
			return nil
		}
		if l.Value == nil {
			s.hasNull = true
		} else {
			vals = append(vals, l.Value)
		}
	}
	s.list = columnar.New(t, len(vals))
	if t.Kind == types.Decimal {
		s.list = columnar.NewWidth(t, columnar.W128, len(vals))
	}
	for i, v := range vals {
		s.list.SetValue(i, v)
	}
	s.index()
	return s
}

func (s *set) index() {
	s.words = newWordSet(s.list)
	s.table = make(map[uint64][]int32, s.list.Len)
	for i := range s.list.Len {
		h := kernel.HashRow(s.list, i)
		s.table[h] = append(s.table[h], int32(i))
	}
}

// has reports whether row r of v, not null, is in the set.
func (s *set) has(v *columnar.Vector, r int, hash uint64) bool {
	for _, i := range s.table[hash] {
		if kernel.EqualRows(v, r, s.list, int(i)) {
			return true
		}
	}
	return false
}

// inSet is membership in a set.
type inSet struct {
	child   node
	set     *set
	scratch columnar.Vector
	hashes  []uint64
	live    []int32
	hit     []int32
	out     columnar.Vector
	flags   []uint8
}

func (n *inSet) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	v, err := n.child.eval(f, rows)
	if err != nil {
		return nil, err
	}
	n.out.Reset(types.BooleanType, columnar.WBool, f.n)
	vals := columnar.Values[uint8](&n.out)
	clear(vals)
	n.hit = n.members(v, rows, n.hit)
	for _, r := range n.hit {
		vals[r] = 1
	}
	if n.set.hasNull { // what is not found is unknown
		words := n.out.EnsureValid()
		clear(words)
		for _, r := range n.hit {
			words[r>>6] |= 1 << (r & 63)
		}
		return &n.out, nil
	}
	kernel.NullWhereAny(&n.out, rows, v)
	return &n.out, nil
}

func (n *inSet) choose(f *frame, rows columnar.Rows, want bool, dst []int32) ([]int32, error) {
	v, err := n.child.eval(f, rows)
	if err != nil {
		return nil, err
	}
	switch {
	case want:
		return n.members(v, rows, dst), nil
	case n.set.hasNull:
		return kernel.SelectNull(&columnar.Vector{}, rows, dst), nil
	}
	n.hit = n.members(v, rows, n.hit)
	n.live = kernel.SelectNotNull(v, rows, n.live)
	return kernel.Difference(columnar.Rows{Sel: n.live, N: rows.N}, n.hit, dst), nil
}

// members returns the rows of v that are in the set, written over dst, which may be rows.Sel.
func (n *inSet) members(v *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	if v.Form == columnar.Dictionary && v.Dict.Len <= rows.Count() {
		return n.membersByEntry(v, rows, dst)
	}
	if v.Form == columnar.Constant {
		if v.IsNull(0) || len(n.membersOf(v.Resized(1), columnar.AllRows(1), nil)) == 0 {
			return kernel.SelectNull(&columnar.Vector{}, rows, dst)
		}
		return kernel.SelectNotNull(&columnar.Vector{}, rows, dst)
	}
	v = dense(&n.scratch, v, rows)
	dst = kernel.SelectNotNull(v, rows, dst)
	return n.membersOf(v, columnar.Rows{Sel: dst, N: rows.N}, dst)
}

// membersOf takes rows that are not null.
func (n *inSet) membersOf(v *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	if n.set.words != nil {
		if dst, ok := n.set.words.members(v, rows, dst); ok {
			return dst
		}
	}
	count := rows.Count()
	if cap(n.hashes) < count {
		n.hashes = make([]uint64, count)
	}
	n.hashes = n.hashes[:count]
	kernel.Hash(v, rows, n.hashes, false)
	dst = atLeast(dst, count)
	k := 0
	for i, h := range n.hashes {
		if r := rows.Row(i); n.set.has(v, r, h) {
			dst[k] = int32(r)
			k++
		}
	}
	return dst[:k]
}

// membersByEntry tests each entry of a dictionary once.
func (n *inSet) membersByEntry(v *columnar.Vector, rows columnar.Rows, dst []int32) []int32 {
	entries := columnar.AllRows(v.Dict.Len)
	n.live = kernel.SelectNotNull(v.Dict, entries, n.live)
	n.live = n.membersOf(v.Dict, columnar.Rows{Sel: n.live, N: entries.N}, n.live)
	if cap(n.flags) < entries.N {
		n.flags = make([]uint8, entries.N)
	}
	n.flags = n.flags[:entries.N]
	clear(n.flags)
	for _, e := range n.live {
		n.flags[e] = 1
	}
	return kernel.SelectCodes(n.flags, v, false, rows, dst)
}

// inExprs is membership in a list of expressions. An item is evaluated for rows that no earlier one equals.
type inExprs struct {
	child     node
	items     []node
	rest, hit []int32
	null      []int32
	out       columnar.Vector
}

func (n *inExprs) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	out := &n.out
	out.Reset(types.BooleanType, columnar.WBool, f.n)
	vals := columnar.Values[uint8](out)
	clear(vals)
	v, err := n.child.eval(f, rows)
	if err != nil {
		return nil, err
	}
	if len(n.items) == 0 {
		return out, nil
	}
	if v.MayHaveNulls() {
		kernel.NullWhereAny(out, rows, v)
		n.rest = kernel.SelectNotNull(v, rows, n.rest)
		rows.Sel = n.rest
	}
	for _, item := range n.items {
		if rows.Count() == 0 {
			break
		}
		w, err := item.eval(f, rows)
		if err != nil {
			return nil, err
		}
		n.hit = kernel.SelectCompare(kernel.EQ, v, w, rows, n.hit)
		for _, r := range n.hit {
			vals[r] = 1
			if out.Valid != nil {
				out.Valid[r>>6] |= 1 << (r & 63)
			}
		}
		n.rest = kernel.Difference(rows, n.hit, n.rest)
		rows.Sel = n.rest
		n.null = kernel.SelectNull(w, rows, n.null)
		for _, r := range n.null {
			out.SetNull(int(r))
		}
	}
	return out, nil
}
