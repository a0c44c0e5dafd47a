package physical

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
)

// mergeTogether is how many groups of all workers are merged in one table rather than by partitions.
const mergeTogether = 1 << 13

// mergeInto is how many groups and members of sets the largest of two tables takes in from the other, while none was emptied before, rather than both being
// merged by partitions: one worker looks these up, in a table that is there and about in the cache, where all would else divide their rows and fill
// tables of the parts (TPC-H Q16 with two threads: 0.9 to 1.05 of the time and 0.85 of the CPU time). More workers do the latter so much faster.
const mergeInto = 1 << 17

// undivided is the bytes of a function's state of one group that are never refused: a state that cannot be cut must fit. It is some more than
// percentile_approx takes at its default accuracy.
const undivided = 640 << 10

// merge64 merges the workers' parts of a grouping.
type merge64 struct {
	grouping *grouping
	query    *exec.Query
	writers  []stageWriter // by worker
	out      []exec.Chunk
	mu       sync.Mutex // of the locals' memory
}

func newMerge(g *grouping, q *exec.Query) *merge64 {
	m := &merge64{grouping: g, query: q, writers: make([]stageWriter, q.Threads())}
	for w := range m.writers {
		m.writers[w] = stageWriter{query: q, types: g.plan.out}
	}
	return m
}

// run calls f with tables that together hold each group of the grouping once, on worker w, and collects the batches it returns in an
// order that does not depend on workers. What the budget refuses of them goes to files.
func (m *merge64) run(f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	g := m.grouping
	defer func() {
		for w := range m.writers {
			m.writers[w].release()
		}
		for _, l := range g.locals {
			l.memory.release()
			if l.parts != nil {
				l.parts.remove()
			}
		}
	}()
	switch {
	case len(g.locals) == 0:
		return m.empty(f)
	case len(g.locals) == 1 && g.locals[0].whole == nil && g.locals[0].parts == nil && g.locals[0].runs == nil:
		return m.collect(0, g.locals[0].table, f)
	}
	if l := m.largest(); l != nil {
		return m.into(l, f)
	}
	groups, divided := 0, false
	for _, l := range g.locals {
		divided = divided || l.parts != nil || l.runs != nil
		groups += l.table.len()
		for _, c := range l.whole {
			groups += c.n
		}
	}
	if !divided && (groups <= mergeTogether || len(g.keys) == 0) {
		return m.together(f)
	}
	runs, err := m.runs()
	if err != nil {
		return err
	}
	if runs != nil {
		return m.apart(runs, f)
	}
	return m.divided(f)
}

// empty gives the one row of a grouping without keys.
func (m *merge64) empty(f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	if len(m.grouping.keys) > 0 || m.grouping.plan.hasSets() {
		return nil
	}
	t, err := newAggregateTable(m.grouping.plan, nil)
	if err != nil {
		return err
	}
	return m.collect(0, t, f)
}

func (m *merge64) collect(w int, t *aggregateTable, f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	err := m.give(w, t, f)
	if err == nil {
		m.out, err = m.writers[w].take()
	}
	return err
}

// give adds what f makes of a table to the worker's output.
func (m *merge64) give(w int, t *aggregateTable, f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	b, err := f(w, t)
	if b == nil || err != nil {
		return err
	}
	return m.writers[w].add(b)
}

// largest returns the worker's part whose table takes in those of the others, nil if another way is better. None of them was emptied before.
func (m *merge64) largest() (largest *localGrouping) {
	rest, bytes := 0, int64(0)
	for _, l := range m.grouping.locals {
		t := l.table
		if m.grouping.ordered || l.whole != nil || l.parts != nil || l.runs != nil || t.moved != nil || t.values != nil || l.canRun() && t.len() > mergeTogether {
			return nil
		}
		rest += t.members()
		bytes += t.bytes()
		if largest == nil || t.members() > largest.table.members() {
			largest = l
		}
	}
	rest -= largest.table.members()
	most := 2 * mergeInto
	if largest.table.groups.near() {
		most *= 4 // lookups are loads
	}
	if most = max(most/m.query.Threads(), mergeTogether); rest > most && len(m.grouping.keys) > 0 || !largest.memory.spare(2*bytes) {
		return nil
	}
	return largest
}

// into merges the tables of the other workers into that of one.
func (m *merge64) into(to *localGrouping, f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	for _, l := range m.grouping.locals {
		if l == to {
			continue
		}
		if l.table.rows > 0 {
			err := l.table.emit(func(kind int, cols []*columnar.Vector, n int) error {
				return to.table.absorb(kind, cols, columnar.AllRows(n))
			})
			if err != nil {
				return err
			}
		}
		l.table.free()
		l.memory.release()
	}
	return m.collect(0, to.table, f)
}

// together merges small tables into one.
func (m *merge64) together(f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	var chunks []aggregateChunk
	for _, l := range m.grouping.locals {
		if l.table.rows > 0 {
			if err := l.keep(); err != nil {
				return err
			}
		}
		if err := l.end(); err != nil {
			return err
		}
		chunks = append(chunks, l.owned(l.whole)...)
	}
	err := m.chunks(0, 0, nil, chunks, f)
	if err == nil {
		m.out, err = m.writers[0].take()
	}
	return err
}

// divided merges partition by partition, in parallel.
func (m *merge64) divided(f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	locals := m.grouping.locals
	err := m.query.Parallel(len(locals), func(w *exec.Worker, i int) error {
		if err := locals[i].divide(); err != nil {
			return err
		}
		return locals[i].end()
	})
	if err != nil {
		return err
	}
	divided := m.grouping.first.bits
	for _, l := range locals {
		if l.parts.files != nil {
			m.leaveRoom()
			break
		}
	}
	out := make([][]exec.Chunk, 1<<divided)
	err = m.query.Parallel(len(out), func(w *exec.Worker, p int) error {
		var chunks []aggregateChunk
		for _, l := range locals {
			chunks = append(chunks, l.owned(l.parts.take(p))...)
		}
		if len(chunks) == 0 {
			return nil
		}
		err := m.chunks(w.ID, divided, m.grouping.first.short, chunks, f)
		if err == nil {
			out[p], err = m.writers[w.ID].take()
		}
		return err
	})
	m.out = slices.Concat(out...)
	return err
}

// leaveRoom keeps results of groups that have been in files from taking all memory, or the tables of the parts to come would have to be ever smaller.
func (m *merge64) leaveRoom() {
	for w := range m.writers {
		m.writers[w].most = max(m.query.Budget().Limit()/2/int64(len(m.writers)), 1)
	}
}

// mostBits is how many bits of the hash divide rows at most.
const mostBits = 42

// chunks merges chunks into a new table in the order of their morsels. When the budget refuses room for it, table and remaining chunks are
// divided by further bits of the hash and merged part by part. Where that does not help, for one group, the sets of its distinct arguments
// and the rows of its functions' states go to files. short are the keys that divided the rows, nil: all.
func (m *merge64) chunks(w, used int, short []int, chunks []aggregateChunk, f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	if m.grouping.ordered {
		slices.SortStableFunc(chunks, func(a, b aggregateChunk) int { return cmp.Compare(a.order, b.order) })
	}
	t, err := newAggregateTable(m.grouping.plan, m.grouping.keys)
	if err != nil {
		return err
	}
	defer t.free()
	if t.groups != nil {
		t.groups.tables = 1 << used
		if used > 0 {
			t.groups.hashBy(short)
		}
	}
	memory := allowance{budget: m.query.Budget()}
	defer memory.release()
	divisible := func() bool { return t.moved == nil && len(t.keys) > 0 && t.len() > 1 && used < mostBits }
	var buf spill.Buffer
	for i := range chunks {
		c := &chunks[i]
		cols, err := c.load(&buf)
		if err != nil {
			return err
		}
		m.disown(c)
		t.groups.give(c.hashes)
		refused, err := c.absorbed(t, cols, &memory, divisible)
		if err != nil {
			return err
		}
		switch {
		case refused < 0:
			c.free()
			continue
		case divisible():
			memory.release()
			pw := &partWriter{plan: m.grouping.plan, keys: m.grouping.keys, used: used, scarce: true}
			pw.bits = min(splitBits(t.bytes(), max(refused, available(m.query)), chunks[:i+1], chunks[i+1:]), mostBits-used)
			return m.split(w, pw, t, chunks[i:], f)
		}
		c.free()
		if err := m.keepWhole(t, &memory); err != nil {
			return err
		}
	}
	m.grouping.merged.Add(1)
	if err := t.moveRest(); err != nil {
		return err
	}
	memory.trim(t.bytes())
	return m.give(w, t, f)
}

// disown makes a chunk that is about to be merged scratch, to make room for what is made of it.
func (m *merge64) disown(c *aggregateChunk) {
	if c.owner != nil && c.file == nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		c.owner.memory.shrink(c.bytes)
		c.owner = nil
	}
}

// absorbed has a table take in the chunk, of which these are the columns, as many rows at a time as there is memory for. When memory is refused it
// returns what was held by then, else -1, and c.from tells the rows that are in the table: those until then if it can be divided, else all.
func (c *aggregateChunk) absorbed(t *aggregateTable, cols []*columnar.Vector, memory *allowance, divisible func() bool) (refused int64, err error) {
	for refused = -1; c.from < c.n; {
		k := min(c.n-c.from, leastRows)
		if refused < 0 {
			if k = t.ask(memory, 0, c.n-c.from); k == 0 {
				refused = memory.held
				continue
			}
		} else if divisible() {
			return refused, nil
		}
		if err := t.absorb(c.kind, cols, columnar.AllRows(c.n).Part(c.from, c.from+k)); err != nil {
			return refused, err
		}
		c.from += k
	}
	if refused < 0 && !memory.cover(t.bytes()) {
		refused = memory.held
	}
	return refused, nil
}

// keepWhole gets along with less memory than a table that cannot be divided by its keys asks for.
func (m *merge64) keepWhole(t *aggregateTable, memory *allowance) error {
	memory.release()
	if _, err := t.moveSets(m.query); err != nil {
		return err
	}
	if err := t.moveValues(); err != nil {
		return err
	}
	n := t.bytes()
	if memory.cover(n) {
		return nil
	}
	if n > undivided*int64(max(len(t.accs), 1)) {
		return memory.budget.OutOfMemory("The state of one group of an aggregate", n)
	}
	memory.force(n)
	return nil
}

// splitBits returns by how many bits to divide a table of so many bytes, for which there is less memory, and the rows that follow those it
// is made of. A part is to fill half of the memory, if the rows that follow are like those before.
func splitBits(bytes, granted int64, done, rest []aggregateChunk) int {
	before, after := int64(0), int64(0)
	for _, c := range done {
		before += int64(c.n)
	}
	for _, c := range rest {
		after += int64(c.n)
	}
	all := float64(bytes) * float64(before+after) / float64(max(before, 1))
	parts := max(min(2*all/float64(max(granted, neverRefused)), mostPartitions), 1)
	return max(bits.Len(uint(math.Ceil(parts))-1), fewestBits)
}

// split divides a table and the chunks that are not in it yet and merges the parts.
func (m *merge64) split(w int, pw *partWriter, t *aggregateTable, chunks []aggregateChunk, f func(w int, t *aggregateTable) (*columnar.Batch, error)) error {
	defer pw.remove()
	add := func(kind int, cols []*columnar.Vector, rows columnar.Rows) error {
		pw.add(kind, cols, rows)
		if pw.bytes > credit {
			return pw.spill(m.query.Spill())
		}
		return nil
	}
	err := t.emit(func(kind int, cols []*columnar.Vector, n int) error { return add(kind, cols, columnar.AllRows(n)) })
	if err != nil {
		return err
	}
	var buf spill.Buffer
	for i := range chunks {
		c := &chunks[i]
		if m.grouping.ordered {
			pw.order++
		}
		cols, err := c.load(&buf)
		if err != nil {
			return err
		}
		m.disown(c)
		if err := add(c.kind, cols, columnar.AllRows(c.n).Part(c.from, c.n)); err != nil {
			return err
		}
		c.free()
	}
	if err := pw.spill(m.query.Spill()); err != nil {
		return err
	}
	for p := range 1 << pw.bits {
		part := pw.take(p)
		if len(part) == 0 {
			continue
		}
		if err := m.query.Err(); err != nil {
			return err
		}
		if err := m.chunks(w, pw.used+pw.bits, nil, part, f); err != nil {
			return err
		}
	}
	return nil
}
