package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr/eval"
)

// Bounds of a worker's table.
const (
	// localGroups is how many groups a worker's table may have before it is emptied into partitions: it should stay in the second-level cache.
	localGroups = 1 << 15
	// wideGroups is the same for keys that do not fit in a word and reduce.
	wideGroups = 4 * localGroups
	// nearGroups is the same for words that index an array, which is smaller than slots.
	nearGroups = 8 * localGroups
	// vainPairs is how large a set is before it is asked whether it reduces: until then tables may be merged as they are (mergeInto).
	vainPairs = 1 << 17
	// minReduction is how many rows a group must have on average for the table to be worth its lookups.
	minReduction = 2
	// passRows is how many rows pass by the table before it is tried again: data changes.
	passRows = 1 << 21
	// wholeGroups is the largest table that is kept in one piece when emptied in between.
	wholeGroups = 1 << 10
)

// localAggregate is one worker's part of a grouping.
type localAggregate struct {
	eval      *eval.Evaluator
	compactor *compactor
	groups    []*localGrouping
}

// Consume implements exec.LocalSink.
func (l *localAggregate) Consume(b *columnar.Batch) error {
	b = l.compactor.compact(b)
	cols, err := l.eval.Eval(b)
	if err != nil {
		return err
	}
	for _, g := range l.groups {
		if err := g.consume(rawRows, b.Morsel, cols, b.Rows()); err != nil {
			return err
		}
	}
	return nil
}

// localGrouping is one worker's groups of one grouping set: a table of bounded size, and what was emptied out of it.
type localGrouping struct {
	grouping *grouping
	table    *aggregateTable
	whole    []aggregateChunk // small tables
	runs     []*keyRun        // tables of ascending keys, in the order of their keys
	runBytes int64
	parts    *partWriter // nil until used
	memory   allowance
	query    *exec.Query

	// first is the first morsel of the run of consecutive morsels that is in the table, last the last one.
	first, last int
	started     bool
	passing     int   // rows that may still pass by the table
	passed      int64 // rows that passed by it
	step        int64
}

func newLocalGrouping(g *grouping, q *exec.Query) (*localGrouping, error) {
	t, err := newAggregateTable(g.plan, g.keys)
	return &localGrouping{grouping: g, table: t, memory: allowance{budget: q.Budget()}, query: q}, err
}

// consume takes in rows of a kind. Where the order of rows matters the table only ever holds a run of consecutive morsels, so that merging
// tables in the order of their morsels is as good as one table over all rows in order. A table that may become a run of keys does not reach over
// morsels of other workers either.
func (l *localGrouping) consume(kind, morsel int, cols []*columnar.Vector, rows columnar.Rows) error {
	gap := morsel != l.last && morsel != l.last+1
	if !l.started || gap && (l.grouping.ordered || l.table.len() >= leastRun && l.canRun()) {
		if err := l.flush(); err != nil {
			return err
		}
		l.first, l.started = morsel, true
	}
	l.last = morsel
	if l.passing > 0 {
		return l.pass(kind, cols, rows)
	}
	return l.update(kind, cols, rows)
}

// pass puts rows into partitions, by the table.
func (l *localGrouping) pass(kind int, cols []*columnar.Vector, rows columnar.Rows) error {
	n := rows.Count()
	if !l.memory.cover(l.bytes() + int64(n)*(l.grouping.plan.rowBytes+hashBytes)) {
		if err := l.spill(); err != nil {
			return err
		}
	}
	l.passing -= n
	l.passed += int64(n)
	l.writer().add(kind, cols, rows)
	return l.reserve()
}

// update adds rows to the table, as many at a time as there is memory for, and empties it when it is full. If it did not reduce, rows pass by it for some
// time.
func (l *localGrouping) update(kind int, cols []*columnar.Vector, rows columnar.Rows) error {
	for from, n := 0, rows.Count(); from < n; {
		k := l.table.ask(&l.memory, l.bytes()-l.table.bytes(), n-from)
		if k == 0 {
			if err := l.spill(); err != nil {
				return err
			}
			k = min(n-from, leastRows)
		}
		if err := l.table.absorb(kind, cols, rows.Part(from, from+k)); err != nil {
			return err
		}
		from += k
		if vain := l.setsInVain(); vain || l.table.len() >= l.room() {
			if vain || l.table.rows < minReduction*l.table.len() && !l.canRun() {
				l.passing = passRows
			}
			if err := l.flush(); err != nil {
				return err
			}
		}
		if err := l.reserve(); err != nil {
			return err
		}
	}
	return nil
}

// setsInVain reports whether sets of distinct arguments have become large and are not much smaller than the rows they are of: then it is cheaper to put
// these into partitions as they are, and make the sets there (TPC-H Q16). A single worker has nothing to merge with and keeps its sets.
func (l *localGrouping) setsInVain() bool {
	t := l.table
	if len(t.sets) == 0 || t.groups == nil || l.query.Threads() == 1 {
		return false
	}
	for _, s := range t.sets {
		if s.len() < vainPairs || t.rows >= minReduction*s.len() {
			return false
		}
	}
	return true
}

// room is how many groups make the table full. A run's memory, which it keeps, is not to double for the groups of one more batch. Emptying copies the
// keys, hashes them and looks them up again, so keys that are no words stay for longer while they reduce: their lookups leave the cache anyway.
func (l *localGrouping) room() int {
	g := l.table.groups
	if g != nil && g.ascends() {
		return localGroups - columnar.BatchSize
	}
	if g.near() {
		return nearGroups
	}
	if g != nil && g.words == nil && l.table.rows >= minReduction*l.table.len() {
		return wideGroups
	}
	return localGroups
}

func (l *localGrouping) writer() *partWriter {
	if l.parts == nil {
		d := &l.grouping.first
		d.once.Do(func() { d.decide(l.query, l.table, l.bytes(), l.held(), l.grouping.plan.spec.Groups) })
		l.parts = &partWriter{plan: l.grouping.plan, keys: l.grouping.keys, bits: d.bits, short: d.short, within: d.within, scarce: d.memory > 0 || available(l.query) < scarceMemory}
		l.parts.hasher.remember = func(n int64) bool { return l.memory.cover(l.bytes() + n) }
	}
	l.parts.order = l.order()
	return l.parts
}

// order is the place of what goes out next: by run, and within it by step. Where order does not matter all places are one, so that
// partitions are not cut into small chunks.
func (l *localGrouping) order() int64 {
	if !l.grouping.ordered {
		return 0
	}
	return int64(l.first)<<24 + l.step
}

// flush empties the table.
func (l *localGrouping) flush() error {
	if l.table.rows == 0 {
		return nil
	}
	if l.canRun() {
		return l.endRun()
	}
	if err := l.divideRuns(false); err != nil {
		return err
	}
	l.step++
	defer func() { l.step++ }()
	if l.parts == nil && l.table.len() <= wholeGroups {
		return l.keep()
	}
	w := l.writer()
	w.given = l.table.groups.hashes(w.short)
	err := l.table.emit(w.addAll)
	if w.given = nil; err != nil {
		return err
	}
	if len(l.table.sets) > 0 && l.table.groups != nil { // pairs have codes of the keys, which stay as long
		w.bytes += l.table.groups.bytes()
	}
	return l.table.reset()
}

// keep empties the table into chunks that are not divided. They may hold on to its vectors, for the reset makes new ones.
func (l *localGrouping) keep() error {
	err := l.table.emit(func(kind int, cols []*columnar.Vector, n int) error {
		c := aggregateChunk{kind: kind, order: l.order(), cols: cols, n: n}
		for _, v := range cols {
			c.bytes += v.Size()
		}
		l.whole = append(l.whole, c)
		return nil
	})
	if err != nil {
		return err
	}
	return l.table.reset()
}

// divide moves everything to partitions.
func (l *localGrouping) divide() error {
	if err := l.divideRuns(false); err != nil {
		return err
	}
	w := l.writer()
	for _, c := range l.whole {
		w.order = c.order
		w.add(c.kind, c.cols, columnar.AllRows(c.n))
	}
	l.whole = nil
	return l.flush()
}

// end frees the table, which is empty, and gives its memory back: what is held are chunks. If there are files already the rest goes there as well, since
// merging needs the memory.
func (l *localGrouping) end() error {
	l.table.free()
	n := int64(0)
	if l.parts != nil {
		l.parts.hasher.forget()
		if l.parts.files != nil {
			if err := l.parts.spill(l.query.Spill()); err != nil {
				return err
			}
		}
		n = l.parts.bytes
	}
	for _, c := range l.whole {
		n += c.bytes
	}
	l.memory.trim(n)
	return nil
}

// owned returns chunks as those whose memory is given back as they are merged.
func (l *localGrouping) owned(chunks []aggregateChunk) []aggregateChunk {
	for i := range chunks {
		chunks[i].owner = l
	}
	return chunks
}

// reserve asks the budget for what is held, which may be more than was expected of the rows. When it is refused, all goes to files.
func (l *localGrouping) reserve() error {
	if l.memory.cover(l.bytes()) {
		return nil
	}
	return l.spill()
}

// spill writes all groups and rows to files and starts with a small table.
func (l *localGrouping) spill() error {
	if err := l.divideRuns(true); err != nil {
		return err
	}
	if err := l.divide(); err != nil {
		return err
	}
	l.parts.hasher.forget()
	if err := l.parts.spill(l.query.Spill()); err != nil {
		return err
	}
	l.table.free()
	var err error
	l.table, err = newAggregateTable(l.grouping.plan, l.grouping.keys)
	l.memory.release()
	l.memory.force(l.bytes())
	return err
}

// held returns the groups that are held in the table, in whole chunks and in runs, some of them more than once.
func (l *localGrouping) held() int64 {
	n := 0
	if l.table.rows > 0 {
		n = l.table.len()
	}
	for _, c := range l.whole {
		n += c.n
	}
	for _, r := range l.runs {
		n += r.table.len()
	}
	return int64(n)
}

func (l *localGrouping) bytes() int64 {
	n := l.table.bytes() + l.runBytes
	if l.parts != nil {
		n += l.parts.bytes + l.parts.hasher.bytes()
	}
	for _, c := range l.whole {
		n += c.bytes
	}
	return n
}
