package optimizer

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// shareSubplans runs equal subtrees once: the largest ones that contain a join or an aggregate and appear at least twice become a
// definition of a With.
//
//	… (a JOIN b) … (a JOIN b) …   → With d = (a JOIN b); … Ref d … Ref d …
//
// It compares a canonical form in which columns are positions, and does not fire on volatile plans.
func shareSubplans(c *Context, p logical.Plan) (logical.Plan, error) {
	s := sharer{Context: c, forms: map[logical.Plan]string{}, plans: map[string][]logical.Plan{}, leaves: map[any]int{}}
	logical.Walk(p, func(n logical.Plan) bool {
		if l := leaf(n); l != nil {
			s.leaves[l]++
			s.repeated = s.repeated || s.leaves[l] > 1
		}
		return true
	})
	if !s.repeated {
		return p, nil
	}
	s.collect(p)
	var shared []string
	for form, plans := range s.plans {
		if len(plans) > 1 {
			shared = append(shared, form)
		}
	}
	if len(shared) == 0 {
		return p, nil
	}
	// Larger forms first: a shared tree's own subtrees are then repeated only inside it, unless they also stand elsewhere.
	sort.Slice(shared, func(i, j int) bool {
		if len(shared[i]) != len(shared[j]) {
			return len(shared[i]) > len(shared[j])
		}
		return shared[i] < shared[j]
	})
	for _, form := range shared {
		if out, ok := s.share(p, form); ok {
			return out, nil
		}
	}
	return p, nil
}

type sharer struct {
	*Context
	forms map[logical.Plan]string
	plans map[string][]logical.Plan
	// leaves counts the readings of tables and definitions: only a subtree whose leaves are all read again elsewhere can be repeated.
	leaves   map[any]int
	repeated bool
}

// leaf identifies what a leaf reads; nil for inner nodes.
func leaf(p logical.Plan) any {
	switch n := p.(type) {
	case *logical.Scan:
		return datasource.Identity(n.Table)
	case *logical.Ref:
		return n.Def
	case *logical.Stage:
		return n.Handle
	}
	if len(p.Children()) == 0 {
		return fmt.Sprintf("%T", p)
	}
	return nil
}

// collect notes the subtrees worth sharing; it reports whether all leaves of p are read elsewhere too.
func (s *sharer) collect(p logical.Plan) bool {
	again := true
	for _, k := range p.Children() {
		again = s.collect(k) && again
	}
	if l := leaf(p); l != nil {
		return s.leaves[l] > 1
	}
	if again {
		s.note(p)
	}
	return again
}

func (s *sharer) note(p logical.Plan) {
	if !worthSharing(p) || volatile(p) || len(logical.Free(p)) > 0 || hasOuterRef(p) {
		return
	}
	f := Canonical(p)
	s.forms[p] = f
	s.plans[f] = append(s.plans[f], p)
}

// hasOuterRef reports plans that read a definition made outside of them.
func hasOuterRef(p logical.Plan) bool {
	own := map[int64]bool{}
	found := false
	logical.Walk(p, func(n logical.Plan) bool {
		if w, ok := n.(*logical.With); ok {
			for _, d := range w.Defs {
				own[d.ID] = true
			}
		}
		if r, ok := n.(*logical.Ref); ok && !own[r.Def] {
			found = true
		}
		return true
	})
	return found
}

// worthSharing reports subtrees whose root is a join or an aggregate: what costs more than keeping its rows.
func worthSharing(p logical.Plan) bool {
	switch n := p.(type) {
	case *logical.Join:
		return n.Cond != nil
	case *logical.Aggregate, *logical.Distinct:
		return true
	}
	return false
}

func (s *sharer) share(p logical.Plan, form string) (logical.Plan, bool) {
	plans := s.plans[form]
	def := logical.Def{ID: s.newDef(), Name: "shared", Plan: nil}
	copied, _ := logical.Renumber(plans[0], s.NextID)
	def.Plan = copied
	count := 0
	var replace func(logical.Plan) logical.Plan
	replace = func(n logical.Plan) logical.Plan {
		if s.forms[n] == form {
			count++
			return &logical.Ref{Def: def.ID, Name: def.Name, Out: n.Output()}
		}
		return logical.RewriteChildren(n, replace)
	}
	body := replace(p)
	if count < 2 {
		return p, false
	}
	return &logical.With{Defs: []logical.Def{def}, Body: body}, true
}

// Canonical writes a plan with columns numbered in order of appearance.
func Canonical(p logical.Plan) string {
	w := canonicalWriter{ids: map[expr.ColumnID]int{}}
	w.plan(p)
	return w.b.String()
}

type canonicalWriter struct {
	b   strings.Builder
	ids map[expr.ColumnID]int
}

func (w *canonicalWriter) col(id expr.ColumnID) string {
	n, ok := w.ids[id]
	if !ok {
		n = len(w.ids)
		w.ids[id] = n
	}
	return strconv.Itoa(n)
}

func (w *canonicalWriter) plan(p logical.Plan) {
	fmt.Fprintf(&w.b, "%T{", p)
	for _, k := range p.Children() {
		w.plan(k)
	}
	switch n := p.(type) {
	case *logical.Scan:
		if id, ok := datasource.Identity(n.Table).(string); ok {
			fmt.Fprintf(&w.b, "%s %v", id, n.Fields)
		} else {
			fmt.Fprintf(&w.b, "%p %v", n.Table, n.Fields)
		}
	case *logical.Values:
		fmt.Fprintf(&w.b, "%p", n)
	case *logical.Range:
		fmt.Fprintf(&w.b, "%d %d %d", n.Start, n.End, n.Step)
	case *logical.Join:
		fmt.Fprintf(&w.b, "%d %v", n.Kind, n.Hint)
	case *logical.Aggregate:
		fmt.Fprintf(&w.b, "%d %v %v", len(n.Keys), n.Sets, n.GroupingID != nil)
	case *logical.Sort:
		for _, k := range n.Keys {
			fmt.Fprintf(&w.b, "%v%v ", k.Desc, k.NullsFirst)
		}
	case *logical.Window:
		fmt.Fprintf(&w.b, "%d", n.Limit)
	case *logical.Limit:
		fmt.Fprintf(&w.b, "%d %d", n.Count, n.Offset)
	case *logical.SetOp:
		fmt.Fprintf(&w.b, "%d %v", n.Kind, n.All)
	case *logical.Generate:
		fmt.Fprintf(&w.b, "%v", n.Outer)
	case *logical.Ref:
		fmt.Fprintf(&w.b, "%d", n.Def)
	case *logical.Stage:
		fmt.Fprintf(&w.b, "%p", n.Handle)
	case *logical.Recursive:
		fmt.Fprintf(&w.b, "%p", n)
	}
	for _, e := range logical.Expressions(p) {
		w.b.WriteByte(' ')
		expr.KeyTo(&w.b, e, w.col)
	}
	w.b.WriteByte('|')
	for _, c := range p.Output() {
		w.b.WriteString(w.col(c.ID) + ",")
	}
	w.b.WriteByte('}')
}
