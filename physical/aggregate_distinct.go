package physical

import (
	"slices"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/types"
)

// A set of different arguments that memory has no room for, because it belongs to one group, moves to files by the hash of its members: members
// of one file are made different from each other, and given to the functions, file by file.

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
		t.moved[d] = newSetCutter(q, set.types, 0)
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

func newSetCutter(q *exec.Query, ts []types.Type, depth int) *cutter {
	nullSafe := make([]bool, len(ts))
	for i := range nullSafe {
		nullSafe[i] = true
	}
	return newCutter(q, "distinct", ts, allOf{}, nullSafe, depth)
}

// allOf is the evaluator of all columns of a batch.
type allOf struct{}

func (allOf) Eval(b *columnar.Batch) ([]*columnar.Vector, error) { return b.Cols, nil }

// eachSet calls f with sets that together hold each member of set d once.
func (t *aggregateTable) eachSet(d int, f func(set *groupTable) error) error {
	if t.moved == nil || t.moved[d] == nil {
		return f(t.sets[d])
	}
	files, err := t.moved[d].finish()
	if err != nil {
		return err
	}
	r := &setReader{q: t.moved[d].q, arena: t.plan.arena, types: t.sets[d].types, f: f}
	return r.files(files, 1)
}

// setReader makes sets of the files of a cutter.
type setReader struct {
	q     *exec.Query
	arena *slab.Arena
	types []types.Type
	f     func(set *groupTable) error
}

func (r *setReader) files(files []*spill.File, depth int) error {
	for _, file := range present(files...) {
		if err := r.file(file, depth); err != nil {
			return err
		}
		file.Remove()
	}
	return nil
}

// file makes a set of a file's rows, or of parts of them if the budget refuses that.
func (r *setReader) file(file *spill.File, depth int) error {
	memory := allowance{budget: r.q.Budget()}
	defer memory.release()
	set := newGroupTable(r.arena, r.types)
	defer set.free()
	var b columnar.Batch
	var found []int32
	for in := file.Reader(); ; {
		ok, err := in.Next(&b)
		if err != nil {
			return err
		}
		if !ok {
			return r.f(set)
		}
		found = sized(found, b.N)
		set.find(b.Cols, b.Rows(), found)
		if memory.cover(set.bytes()) {
			continue
		}
		if depth < spillDepth && set.len() > 1 {
			memory.release()
			return r.again(file, depth)
		}
		if n := set.bytes(); n > undivided {
			return memory.budget.OutOfMemory("A set of distinct values", n)
		}
		memory.force(set.bytes())
	}
}

// again cuts a file by further bits of the hash.
func (r *setReader) again(file *spill.File, depth int) error {
	c := newSetCutter(r.q, r.types, depth)
	var b columnar.Batch
	for in := file.Reader(); ; {
		ok, err := in.Next(&b)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if err := c.add(&b); err != nil {
			return err
		}
	}
	files, err := c.finish()
	if err != nil {
		return err
	}
	return r.files(files, depth+1)
}
