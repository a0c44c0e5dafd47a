package variant

import (
	"fmt"
	"strconv"
)

// Op is what Edit does at the end of a path.
type Op uint8

// The operations.
const (
	Set     Op = iota // put the value there, making what is missing on the way
	Replace           // Set, but only where there is something
	Insert            // a new field, or an element before the one there; what is missing on the way is made
	Append            // a new last element of the array there; nothing if the path leads nowhere
	Delete            // take away what is there
)

// MismatchError says that a path wants another kind of value than it finds.
type MismatchError struct{ At []Step }

// Path returns the path to the value that the steps behind it do not fit.
func (e *MismatchError) Path() string {
	s := "$"
	for _, step := range e.At {
		if step.IsIndex {
			s += "[" + strconv.Itoa(step.Index) + "]"
		} else {
			s += "." + step.Name
		}
	}
	return s
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("the value at %s does not fit the path", e.Path())
}

// DuplicateError says that a field to be inserted is there.
type DuplicateError struct{ Key string }

func (e *DuplicateError) Error() string { return fmt.Sprintf("the field %q exists", e.Key) }

// Edit writes v as one operation changes it. The error is a *MismatchError or a *DuplicateError; Delete has none.
func (b *Builder) Edit(v Value, path []Step, op Op, val Value) error {
	e := editor{b, path, op, val}
	return e.edit(v, 0)
}

type editor struct {
	*Builder
	path []Step
	op   Op
	val  Value
}

// creates reports whether the operation makes what is missing on the way.
func (e *editor) creates() bool { return e.op == Set || e.op == Insert }

func (e *editor) edit(v Value, depth int) error {
	if depth == len(e.path) && e.op != Append {
		e.Copy(e.val)
		return nil
	}
	want := Array
	if depth < len(e.path) && !e.path[depth].IsIndex {
		want = Object
	}
	switch {
	case v.Kind() != want && e.op == Delete:
		e.Copy(v)
		return nil
	case v.Kind() != want:
		return &MismatchError{e.path[:depth]}
	case want == Object:
		return e.object(v, depth)
	}
	return e.array(v, depth)
}

func (e *editor) object(v Value, depth int) error {
	name := e.path[depth].Name
	at, found := v.find(name)
	last := depth == len(e.path)-1
	if found && last && e.op == Insert {
		return &DuplicateError{name}
	}
	m := e.Open()
	for i := range v.Len() {
		if found && i == at {
			if last && e.op == Delete {
				continue
			}
			e.Key(m, v.Key(i))
			if err := e.edit(v.Elem(i), depth+1); err != nil {
				return err
			}
			continue
		}
		e.Key(m, v.Key(i))
		e.Copy(v.Elem(i))
	}
	if !found && e.creates() {
		e.Key(m, []byte(name))
		e.create(depth + 1)
	}
	e.Object(m)
	return nil
}

func (e *editor) array(v Value, depth int) error {
	at := v.Len() // of an Append at the end of the path
	last := depth >= len(e.path)-1
	if depth < len(e.path) {
		at = e.path[depth].Index
	}
	m := e.Open()
	for i := range v.Len() {
		if i == at {
			if last && e.op == Delete {
				continue
			}
			e.Elem(m)
			if last && e.op == Insert {
				e.Copy(e.val)
				e.Elem(m)
				e.Copy(v.Elem(i))
				continue
			}
			if err := e.edit(v.Elem(i), depth+1); err != nil {
				return err
			}
			continue
		}
		e.Elem(m)
		e.Copy(v.Elem(i))
	}
	switch {
	case depth == len(e.path):
		e.Elem(m)
		e.Copy(e.val)
	case at >= v.Len() && e.creates():
		e.pad(m, at-v.Len())
		e.Elem(m)
		e.create(depth + 1)
	}
	e.Array(m)
	return nil
}

func (e *editor) pad(m Mark, n int) {
	for range n {
		e.Elem(m)
		e.Null()
	}
}

// create writes the objects and arrays of the rest of the path, and in them the value.
func (e *editor) create(depth int) {
	if depth == len(e.path) {
		e.Copy(e.val)
		return
	}
	m, step := e.Open(), e.path[depth]
	if step.IsIndex {
		e.pad(m, step.Index)
		e.Elem(m)
		e.create(depth + 1)
		e.Array(m)
		return
	}
	e.Key(m, []byte(step.Name))
	e.create(depth + 1)
	e.Object(m)
}

// StripNulls writes v without the fields that are null, and with arrays without the elements that are null.
func (b *Builder) StripNulls(v Value, arrays bool) {
	switch v.Kind() {
	case Object:
		m := b.Open()
		for i := range v.Len() {
			if x := v.Elem(i); !x.IsNull() {
				b.Key(m, v.Key(i))
				b.StripNulls(x, arrays)
			}
		}
		b.Object(m)
	case Array:
		m := b.Open()
		for i := range v.Len() {
			if x := v.Elem(i); !arrays || !x.IsNull() {
				b.Elem(m)
				b.StripNulls(x, arrays)
			}
		}
		b.Array(m)
	default:
		b.Copy(v)
	}
}
