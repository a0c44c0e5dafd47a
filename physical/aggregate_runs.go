package physical

import (
	"cmp"
	"slices"
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
)

// Data that lies in the order of its keys gives tables whose keys ascend, each with a range of its own. Such a table is kept as it is, a run.
// When all groups turn out to be in runs that only touch each other, each run's groups are results as they stand, but for the last one, which may
// go on in the next run: nothing is divided, hashed or looked up again. Otherwise runs are divided like any table. Nothing is assumed of the
// source: the ranges of the keys seen are the proof.

// keyRun is a table of ascending keys from lo to hi, as the numbers that its words are.
type keyRun struct {
	local  *localGrouping
	table  *aggregateTable
	lo, hi int64
	bytes  int64
	// tail is the partial state of the last group if it goes on in the next run, which then gives it out.
	tail []*columnar.Vector
}

// cutTail takes the last group out of the run's results.
func (r *keyRun) cutTail() (err error) {
	r.tail, err = r.table.stateOfLast()
	r.table.open = err == nil
	return err
}

// leastRun is how many groups make a table worth to be kept as a run, when others are about to follow elsewhere.
const leastRun = 1 << 10

// canRun reports whether the table can become a run. What belongs to a group beside its functions' states, and the order of rows, go with
// divided tables only.
func (l *localGrouping) canRun() bool {
	g := l.grouping
	if g.ordered || g.hidden || g.children != nil || len(g.plan.distinct) > 0 || l.parts != nil || l.whole != nil {
		return false
	}
	t := l.table.groups
	if t == nil || !t.ascends() || t.len() == 0 {
		return false
	}
	return len(l.runs) == 0 || l.runs[len(l.runs)-1].hi <= int64(t.words.keys[0])
}

// endRun keeps the table as a run and starts another.
func (l *localGrouping) endRun() (err error) {
	keys := l.table.groups.words.keys
	r := &keyRun{local: l, table: l.table, lo: int64(keys[0]), hi: int64(keys[len(keys)-1]), bytes: l.table.bytes()}
	l.runs = append(l.runs, r)
	l.runBytes += r.bytes
	l.table, err = newAggregateTable(l.grouping.plan, l.grouping.keys)
	return err
}

// divideRuns moves the groups of all runs to partitions, and with them to files if they are to be spilled.
func (l *localGrouping) divideRuns(spilled bool) error {
	if l.runs == nil {
		return nil
	}
	w := l.writer()
	for _, r := range l.runs {
		err := r.table.emit(w.addAll)
		r.table.free()
		if err != nil {
			return err
		}
		l.runBytes -= r.bytes
		if spilled && w.bytes > credit {
			if err := w.spill(l.query.Spill()); err != nil {
				return err
			}
		}
	}
	l.runs = nil
	return nil
}

// runs returns the groups of all workers as runs in the order of their keys, each of which ends where the next begins or before. It returns nil if
// they are no such runs.
func (m *merge64) runs() ([]*keyRun, error) {
	var all []*keyRun
	for _, l := range m.grouping.locals {
		if l.parts != nil || l.whole != nil {
			return nil, nil
		}
		if l.table.rows > 0 {
			if !l.canRun() {
				return nil, nil
			}
			if err := l.endRun(); err != nil {
				return nil, err
			}
		}
		all = append(all, l.runs...)
	}
	slices.SortFunc(all, func(a, b *keyRun) int { return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi)) })
	for i := 1; i < len(all); i++ {
		if all[i-1].hi > all[i].lo {
			return nil, nil
		}
	}
	return all, nil
}

// apart gives the groups of runs that runs returned.
func (m *merge64) apart(runs []*keyRun, f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	if err := m.joinTails(runs); err != nil {
		return err
	}
	m.grouping.runs = len(runs)
	out := make([][]exec.Chunk, len(runs))
	var mu sync.Mutex // of the locals' memory
	err := m.query.Parallel(len(runs), func(w *exec.Worker, i int) error {
		r := runs[i]
		err := m.give(w.ID, r.table, f)
		if err == nil {
			out[i], err = m.writers[w.ID].take()
		}
		r.table.free()
		r.table = nil
		mu.Lock()
		defer mu.Unlock()
		r.local.memory.shrink(r.bytes)
		return err
	})
	m.out = slices.Concat(out...)
	return err
}

// joinTails moves the state of each group that goes on in the next run to that.
func (m *merge64) joinTails(runs []*keyRun) error {
	goesOn := func(i int) bool { return runs[i].hi == runs[i+1].lo }
	err := m.query.Parallel(len(runs)-1, func(w *exec.Worker, i int) error {
		if goesOn(i) && runs[i].table.len() > 1 {
			return runs[i].cutTail()
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range len(runs) - 1 {
		if !goesOn(i) {
			continue
		}
		if runs[i].table.len() == 1 { // what came from the run before goes on with it
			if err := runs[i].cutTail(); err != nil {
				return err
			}
		}
		if err := runs[i+1].table.mergeStates([]int32{0}, runs[i].tail, columnar.AllRows(1)); err != nil {
			return err
		}
	}
	return nil
}
