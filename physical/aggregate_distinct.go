package physical

import (
	"errors"
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// A set of different arguments that memory has no room for, because it belongs to one group, moves to a file in parts by the hash of its members:
// members of one part are made different from each other, and given to the functions, part by part.

// firstSetBits divide a set that is moved while it still grows.
const firstSetBits = 4

// moveSets moves the sets to files and reports whether there was anything to move. Sets whose functions depend on the order of rows stay: they
// hold their members themselves.
func (t *aggregateTable) moveSets(q *exec.Query) (bool, error) {
	some := false
	for d, set := range t.sets {
		if set.len() == 0 || t.plan.setIsOrdered(d) {
			continue
		}
		if t.moved == nil {
			t.moved = make([]*cutter, len(t.sets))
		}
		t.moved[d] = newSetCutter(q, set.types, hashBits{n: firstSetBits})
		if err := t.moved[d].add(&columnar.Batch{Cols: set.columns(), N: set.len()}); err != nil {
			return false, err
		}
		t.sets[d], some = newGroupTable(t.plan.arena, set.types), true
		set.free()
	}
	return some, nil
}

// setIsOrdered reports whether a function of a set depends on the order of its members.
func (p *aggregatePlan) setIsOrdered(d int) bool {
	return slices.ContainsFunc(p.funcs, func(f aggregateFunc) bool { return f.distinct == d && orderSensitive(f.call.Func.Name) })
}

func newSetCutter(q *exec.Query, ts []types.Type, cut hashBits) *cutter {
	nullSafe := make([]bool, len(ts))
	for i := range nullSafe {
		nullSafe[i] = true
	}
	return newCutter(q, "distinct", ts, allOf{}, nullSafe, cut)
}

// allOf is the evaluator of all columns of a batch.
type allOf struct{}

func (allOf) Eval(b *columnar.Batch) ([]*columnar.Vector, error) { return b.Cols, nil }

// eachSet calls f with sets that together hold each member of set d once.
func (t *aggregateTable) eachSet(d int, f func(set *groupTable) error) error {
	if t.moved == nil || t.moved[d] == nil {
		return f(t.sets[d])
	}
	parts, err := t.moved[d].finish()
	if err != nil {
		return err
	}
	r := &setReader{q: t.moved[d].q, arena: t.plan.arena, types: t.sets[d].types, f: f}
	return r.parts(parts, t.moved[d].cut)
}

// setReader makes sets of the parts of a cutter.
type setReader struct {
	q     *exec.Query
	arena *slab.Arena
	types []types.Type
	f     func(set *groupTable) error
}

func (r *setReader) parts(parts []*cutPart, divided hashBits) error {
	for _, p := range present(parts...) {
		if err := r.part(p, divided); err != nil {
			return err
		}
		p.remove()
	}
	return nil
}

// errEnough ends the reading of a part that the budget refuses.
var errEnough = errors.New("refused")

// part makes a set of a part's rows, or of parts of them if the budget refuses that.
func (r *setReader) part(p *cutPart, divided hashBits) error {
	memory := allowance{budget: r.q.Budget()}
	defer memory.release()
	set := newGroupTable(r.arena, r.types)
	defer set.free()
	var found []int32
	err := p.each(r.q, func(b *columnar.Batch) error {
		found = sized(found, b.N)
		set.find(b.Cols, b.Rows(), found)
		switch {
		case memory.cover(set.bytes()):
		case !divided.spent() && set.len() > 1:
			return errEnough
		case set.bytes() > undivided:
			return memory.budget.OutOfMemory("A set of distinct values", set.bytes())
		default:
			memory.force(set.bytes())
		}
		return nil
	})
	if err == errEnough {
		memory.release()
		return r.again(p, divided.next(r.q, setBytes(p.bytes)))
	}
	if err != nil {
		return err
	}
	return r.f(set)
}

// setBytes is what a set of rows in files of so many bytes takes.
func setBytes(n int64) int64 { return 2 * n }

// again cuts a part by further bits of the hash.
func (r *setReader) again(p *cutPart, cut hashBits) error {
	parts, err := newSetCutter(r.q, r.types, cut).cutAll([]*cutPart{p})
	if err != nil {
		return err
	}
	return r.parts(parts, cut)
}
