package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// stateSteps say how an aggregate whose state is one object a group works, with S the state: sketches and the like, where the work of a row is large beside
// a call. A state travels as bytes.
type stateSteps[S any] struct {
	fresh  func() S
	update func(s *S, args []*columnar.Vector, row int) error
	merge  func(s *S, b []byte) error
	encode func(s *S) []byte
	// final stores a group's result; it is not called for groups that are null because nothing was added.
	final func(s *S, out *columnar.Vector, g int) error
	// nulls is the number of leading arguments whose null makes a row not count.
	nulls int
	// whole tells that a group to which nothing was added has a result.
	whole bool
	// size estimates the memory of a state.
	size int64
}

// states is an aggregate of stateSteps.
type states[S any] struct {
	reader
	stateSteps[S]
	result types.Type
	groups []S
	used   []bool
}

func newStates[S any](result types.Type, steps stateSteps[S]) expr.Accumulator {
	return &states[S]{stateSteps: steps, result: result}
}

func (a *states[S]) Resize(n int) {
	for len(a.groups) < n {
		a.groups = append(a.groups, a.fresh())
	}
	a.used = resized(a.used, n, false)
}

func (a *states[S]) Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, args[:a.nulls]...)
	for i := range in.n {
		r, g := in.row(i)
		a.used[g] = true
		if err := a.update(&a.groups[g], args, r); err != nil {
			return err
		}
	}
	return nil
}

// PartialTypes are the state as bytes, null if nothing was added.
func (a *states[S]) PartialTypes() []types.Type { return []types.Type{types.BinaryType} }

func (a *states[S]) Partial() ([]*columnar.Vector, error) {
	v := columnar.New(types.BinaryType, len(a.groups))
	for g := range a.groups {
		if a.used[g] {
			v.SetBytes(g, a.encode(&a.groups[g]))
		} else {
			v.SetNull(g)
		}
	}
	return []*columnar.Vector{v}, nil
}

func (a *states[S]) Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error {
	in := a.skipNulls(groups, rows, partial[0])
	for i := range in.n {
		r, g := in.row(i)
		a.used[g] = true
		if err := a.merge(&a.groups[g], partial[0].Bytes(r)); err != nil {
			return err
		}
	}
	return nil
}

func (a *states[S]) Final() (*columnar.Vector, error) {
	v := columnar.New(a.result, len(a.groups))
	for g := range a.groups {
		if !a.used[g] && !a.whole {
			v.SetNull(g)
			continue
		}
		if err := a.final(&a.groups[g], v, g); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (a *states[S]) Bytes() int64 { return int64(len(a.groups))*(a.size+1) + a.reader.bytes() }
