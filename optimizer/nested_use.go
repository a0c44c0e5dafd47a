package optimizer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/types"
)

// use says which fields of the structs in a value are read somewhere. Values that flow into each other (a column and its alias, the inputs
// of a union, a definition and its readers, the branches of a CASE) share one use, so they keep one type; joining uses is union-find, as in
// Steensgaard's points-to analysis, and needs no order of visits. nil stands for a value that is read whole.
type use struct {
	same  *use // the use this one was joined with
	t     types.Type
	whole bool
	read  []bool // of a struct: which fields
	kids  []*use // of a struct: the fields'; an array: the element's; a map: key and value
}

// newUse returns the use of a value of which nothing is read, nil if its type has no struct that could be narrowed.
func newUse(t types.Type) *use {
	if !holdsStruct(t) {
		return nil
	}
	u := &use{t: t}
	switch t.Kind {
	case types.Struct:
		u.read = make([]bool, len(t.Fields()))
		u.whole = ambiguous(t.Fields())
		u.kids = make([]*use, len(t.Fields()))
	case types.Array:
		u.kids = make([]*use, 1)
	case types.Map:
		u.kids = make([]*use, 2)
	}
	return u
}

// holdsStruct reports types that are structs or hold some.
func holdsStruct(t types.Type) bool {
	switch t.Kind {
	case types.Struct:
		return true
	case types.Array:
		return holdsStruct(t.Elem())
	case types.Map:
		return holdsStruct(t.Key()) || holdsStruct(t.Elem())
	}
	return false
}

// ambiguous reports fields that sources cannot tell apart by name.
func ambiguous(fields []types.Field) bool {
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		name := strings.ToLower(f.Name)
		if seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}

func (u *use) find() *use {
	for u != nil && u.same != nil {
		u = u.same
	}
	return u
}

// kid returns the use of a part: field i of a struct, the element of an array (0), keys (0) or values (1) of a map. Keys are always read.
func (u *use) kid(i int) *use {
	if u = u.find(); u == nil {
		return nil
	}
	if u.kids[i] == nil {
		u.kids[i] = newUse(partType(u.t, i))
		if u.whole || u.t.Kind == types.Map && i == 0 {
			u.kids[i].readWhole()
		}
	}
	return u.kids[i].find()
}

func partType(t types.Type, i int) types.Type {
	switch {
	case t.Kind == types.Struct:
		return t.Fields()[i].Type
	case t.Kind == types.Map && i == 0:
		return t.Key()
	}
	return t.Elem()
}

// field notes that a field of a struct is read and returns its use.
func (u *use) field(i int) *use {
	if u = u.find(); u == nil {
		return nil
	}
	u.read[i] = true
	return u.kid(i)
}

// readWhole notes that everything is read.
func (u *use) readWhole() {
	if u = u.find(); u == nil || u.whole {
		return
	}
	u.whole = true
	for _, k := range u.kids {
		k.readWhole()
	}
}

// join makes two values of one type share their use.
func join(a, b *use) {
	a, b = a.find(), b.find()
	switch {
	case a == b:
		return
	case a == nil || b == nil || !a.t.SameShape(b.t):
		a.readWhole()
		b.readWhole()
		return
	case a.whole:
		b.readWhole()
	case b.whole:
		a.readWhole()
	}
	kids := b.kids
	b.same = a
	for i, r := range b.read {
		a.read[i] = a.read[i] || r
	}
	for i, k := range kids {
		switch {
		case k == nil:
		case a.kids[i] == nil:
			a.kids[i] = k
		default:
			join(a.kids[i], k)
		}
	}
}

// narrow returns the type t of a value without the fields that are not read.
func (u *use) narrow(t types.Type) types.Type {
	if u = u.find(); u == nil || u.whole {
		return t
	}
	switch t.Kind {
	case types.Array:
		return types.ArrayOf(u.kid(0).narrow(t.Elem()), t.ContainsNull())
	case types.Map:
		return types.MapOf(t.Key(), u.kid(1).narrow(t.Elem()), t.ContainsNull())
	}
	fields := []types.Field{}
	for i, f := range t.Fields() {
		if u.read[i] {
			f.Type = u.kid(i).narrow(f.Type)
			fields = append(fields, f)
		}
	}
	return types.StructOf(fields...)
}

// position returns where field i of a struct is in its narrow type.
func (u *use) position(i int) int {
	if u = u.find(); u == nil || u.whole {
		return i
	}
	n := 0
	for _, r := range u.read[:i] {
		if r {
			n++
		}
	}
	return n
}
