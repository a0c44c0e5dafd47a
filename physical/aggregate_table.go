package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Kinds of data that a table takes in and gives out. rawRows are columns of the plan; partialRows are keys and the partial states of the
// functions that rows feed; pairRows+d are keys and arguments of the set distinct[d].
const (
	rawRows     = -1
	partialRows = 0
	pairRows    = 1
)

// aggregateTable is groups and the state of their functions.
type aggregateTable struct {
	plan   *aggregatePlan
	keys   []int       // key columns of the plan
	groups *groupTable // nil without keys: one group
	accs   []expr.Accumulator
	sets   []*groupTable // by plan.distinct: (group, arguments)
	moved  []*cutter     // by plan.distinct: where the set is instead if memory was short; nil: none is
	values []*localSort  // by function: where the rows of its state are if memory was short; nil: none are
	rows   int           // since the last reset
	open   bool          // the last group is not complete and no result

	numbers  []int32
	byRow    *columnar.Vector // numbers at the places of the rows
	flat     []columnar.Vector
	cols     []*columnar.Vector
	filtered []int32
	subset   []int32
	found    []int32
	had      []uint8 // by entry of a dictionary
	entries  []int32
}

func newAggregateTable(p *aggregatePlan, keys []int) (*aggregateTable, error) {
	t := &aggregateTable{plan: p, keys: keys, byRow: &columnar.Vector{}, flat: make([]columnar.Vector, len(p.exprs))}
	if len(keys) > 0 {
		t.groups = newGroupTable(p.arena, p.keyTypes(keys))
	}
	for _, d := range p.distinct {
		var ts []types.Type
		for _, c := range d.args {
			ts = append(ts, p.exprs[c].Type())
		}
		if t.groups != nil {
			t.sets = append(t.sets, newSetTable(p.arena, ts))
		} else {
			t.sets = append(t.sets, newGroupTable(p.arena, ts))
		}
	}
	return t, t.makeAccumulators()
}

func (t *aggregateTable) makeAccumulators() error {
	t.freeAccumulators()
	for _, f := range t.plan.funcs {
		acc, err := f.call.Func.NewAccumulator(f.spec)
		if err != nil {
			return err
		}
		t.accs = append(t.accs, acc)
	}
	t.resize()
	return nil
}

// len returns the number of groups.
func (t *aggregateTable) len() int {
	if t.groups == nil {
		return 1
	}
	return t.groups.len()
}

// members returns the number of groups and of members of their sets.
func (t *aggregateTable) members() int {
	n := t.len()
	for _, s := range t.sets {
		n += s.len()
	}
	return n
}

func (t *aggregateTable) resize() {
	n := t.len()
	for i, acc := range t.accs {
		if t.plan.funcs[i].distinct < 0 {
			acc.Resize(n)
		}
	}
}

// bytes returns the memory held.
func (t *aggregateTable) bytes() int64 {
	n := int64(0)
	if t.groups != nil {
		n = t.groups.bytes()
	}
	for _, a := range t.accs {
		n += a.Bytes()
	}
	for _, s := range t.sets {
		n += s.bytes()
	}
	return n
}

// leastRows is how many rows are taken in however little memory there is.
const leastRows = 64

// ask asks for the memory that a table needs to take n rows in, beside other bytes that its owner holds, and for fewer of them when that is refused. It
// returns for how many rows there is room, 0 if not even for leastRows.
func (t *aggregateTable) ask(a *allowance, other int64, n int) int {
	for k := n; k > leastRows; k /= 2 {
		if a.spare(other + t.bytes() + t.growth(k)) {
			return k
		}
	}
	k := min(n, leastRows)
	if a.cover(other + t.bytes() + t.growth(k)) {
		return k
	}
	return 0
}

// growing is how many bytes of state a group has at least if the state grows with the rows.
const growing = 64

// growth returns by how much n more rows may let the table grow: as much a row as those before did on average, since they are counted from when it was
// empty; and what becomes too small is made larger at once: slots, keys, and lists that functions keep. The one to three words a group of other functions
// are asked for on average only.
func (t *aggregateTable) growth(n int) int64 {
	if t.rows == 0 {
		return int64(n) * t.plan.rowBytes
	}
	more := t.bytes() * int64(n) / int64(t.rows)
	fresh := func(g *groupTable) int { return min(n, 2*g.len()*n/t.rows) }
	for _, s := range t.sets {
		more += s.growth(fresh(s))
	}
	if t.groups != nil {
		more += t.groups.growth(fresh(t.groups))
	}
	for _, a := range t.accs {
		if b := a.Bytes(); b > growing*int64(t.len()) {
			more += b
		}
	}
	return more
}

// free gives the memory of a table that is not used any more back.
func (t *aggregateTable) free() {
	if t.groups != nil {
		t.groups.free()
	}
	for _, s := range t.sets {
		s.free()
	}
	t.freeAccumulators()
	t.freeValues()
	slab.Free(t.plan.arena, t.numbers)
	t.numbers = nil
}

func (t *aggregateTable) freeAccumulators() {
	for _, acc := range t.accs {
		if f, ok := acc.(expr.Freeable); ok {
			f.Free()
		}
	}
	t.accs = t.accs[:0]
}

func (t *aggregateTable) reset() error {
	if t.groups != nil {
		t.groups.reset()
	}
	for _, s := range t.sets {
		s.reset()
	}
	t.rows = 0
	return t.makeAccumulators()
}

// number finds the groups of rows; nil without keys.
func (t *aggregateTable) number(keys []*columnar.Vector, rows columnar.Rows) []int32 {
	t.rows += rows.Count()
	if t.groups == nil {
		return nil
	}
	t.numbers = scratch(t.plan.arena, t.numbers, rows.Count())
	before := t.groups.len()
	t.groups.find(keys, rows, t.numbers)
	if t.groups.len() != before {
		t.resize()
	}
	return t.numbers
}

// absorb takes in rows of a kind.
func (t *aggregateTable) absorb(kind int, cols []*columnar.Vector, rows columnar.Rows) error {
	switch {
	case rows.Count() == 0:
		return nil
	case kind == rawRows:
		return t.addRaw(cols, rows)
	}
	groups := t.number(cols[:len(t.keys)], rows)
	cols = cols[len(t.keys):]
	if kind >= pairRows {
		return t.addPairs(kind-pairRows, cols, groups, rows)
	}
	return t.mergeStates(groups, cols, rows)
}

// mergeStates adds partial states of the functions that rows feed to groups.
func (t *aggregateTable) mergeStates(groups []int32, cols []*columnar.Vector, rows columnar.Rows) error {
	for i, f := range t.plan.funcs {
		if f.distinct >= 0 {
			continue
		}
		for c := range f.partial {
			cols[c] = columnar.Flatten(&columnar.Vector{}, cols[c], rows)
		}
		if err := t.accs[i].Merge(groups, cols[:f.partial:f.partial], rows); err != nil {
			return err
		}
		cols = cols[f.partial:]
	}
	return nil
}

// addRaw updates groups with computed columns.
func (t *aggregateTable) addRaw(cols []*columnar.Vector, rows columnar.Rows) error {
	keys := make([]*columnar.Vector, len(t.keys))
	for i, k := range t.keys {
		keys[i] = cols[k]
	}
	groups := t.number(keys, rows)
	t.cols = append(t.cols[:0], make([]*columnar.Vector, len(cols))...)
	for i := range t.plan.funcs {
		f := &t.plan.funcs[i]
		if f.distinct >= 0 {
			continue
		}
		if _, ok := t.accs[i].(expr.Idempotent); ok && groups == nil && f.filter < 0 && fewEntries(cols[f.args[0]], rows) {
			dict := cols[f.args[0]].Dict
			if err := t.accs[i].Update(nil, []*columnar.Vector{dict}, t.entriesOf(cols[f.args[0]], rows)); err != nil {
				return err
			}
			continue
		}
		some, g := t.filter(f.filter, cols, groups, rows)
		args := make([]*columnar.Vector, len(f.args))
		_, codes := t.accs[i].(expr.CodeReader)
		for k, c := range f.args {
			if args[k] = cols[c]; groups != nil || !codes || cols[c].Form == columnar.Dictionary && cols[c].Dict.MayHaveNulls() {
				args[k] = t.flatten(c, cols, rows)
			}
		}
		if err := t.accs[i].Update(g, args, some); err != nil {
			return err
		}
	}
	for d, set := range t.plan.distinct {
		some, g := t.filter(set.filter, cols, groups, rows)
		args := make([]*columnar.Vector, len(set.args))
		for k, c := range set.args {
			args[k] = cols[c]
		}
		if err := t.addPairs(d, args, g, some); err != nil {
			return err
		}
	}
	return nil
}

// fewEntries reports whether a column is codes of a dictionary that has fewer entries than half of the rows, so that looking for them pays.
func fewEntries(v *columnar.Vector, rows columnar.Rows) bool {
	return v.Form == columnar.Dictionary && 2*v.Dict.Len < rows.Count()
}

// entriesOf returns the entries of a column's dictionary that some row has. They live until the next call.
func (t *aggregateTable) entriesOf(v *columnar.Vector, rows columnar.Rows) columnar.Rows {
	t.had = sized(t.had, v.Dict.Len)
	clear(t.had)
	if v.Valid != nil {
		t.filtered = kernel.SelectNotNull(v, rows, t.filtered)
		rows = columnar.Rows{Sel: t.filtered, N: rows.N}
	}
	if rows.All() {
		for _, c := range v.Codes[:rows.N] {
			t.had[c] = 1
		}
	} else {
		for _, r := range rows.Sel {
			t.had[v.Codes[r]] = 1
		}
	}
	t.entries = sized(t.entries, v.Dict.Len)[:0] // not nil, which would be all
	for c, had := range t.had {
		if had != 0 {
			t.entries = append(t.entries, int32(c))
		}
	}
	return columnar.Rows{Sel: t.entries, N: v.Dict.Len}
}

// flatten returns column c without dictionary, for accumulators; each column is flattened once a batch.
func (t *aggregateTable) flatten(c int, cols []*columnar.Vector, rows columnar.Rows) *columnar.Vector {
	if t.cols[c] == nil {
		t.cols[c] = cols[c]
		if cols[c].Form == columnar.Dictionary {
			t.cols[c] = columnar.Flatten(&t.flat[c], cols[c], rows)
		}
	}
	return t.cols[c]
}

// filter returns the rows in which column c is true, and their groups. They live until the next call.
func (t *aggregateTable) filter(c int, cols []*columnar.Vector, groups []int32, rows columnar.Rows) (columnar.Rows, []int32) {
	if c < 0 {
		return rows, groups
	}
	t.filtered = kernel.SelectTrue(cols[c], rows, t.filtered)
	some := columnar.Rows{Sel: t.filtered, N: rows.N}
	if groups == nil {
		return some, nil
	}
	t.subset = sized(t.subset, len(t.filtered))
	if rows.All() {
		for i, r := range t.filtered {
			t.subset[i] = groups[r]
		}
		return some, t.subset
	}
	k := 0
	for i, r := range t.filtered {
		for rows.Row(k) != int(r) {
			k++
		}
		t.subset[i] = groups[k]
	}
	return some, t.subset
}

// addPairs adds (group, arguments) to a set.
func (t *aggregateTable) addPairs(d int, args []*columnar.Vector, groups []int32, rows columnar.Rows) error {
	if rows.Count() == 0 {
		return nil
	}
	if t.groups != nil {
		t.byRow.Reset(types.IntType, columnar.W32, rows.N)
		v := columnar.Values[int32](t.byRow)
		for i, g := range groups {
			v[rows.Row(i)] = g
		}
		args = append([]*columnar.Vector{t.byRow}, args...)
	}
	if t.moved != nil && t.moved[d] != nil {
		return t.moved[d].add(&columnar.Batch{Cols: args, N: rows.N, Sel: rows.Sel})
	}
	t.found = sized(t.found, rows.Count())
	t.sets[d].find(args, rows, t.found)
	return nil
}

// emit gives the table out as partial states and pairs, from which absorb makes it again. The vectors belong to f until the next reset.
func (t *aggregateTable) emit(f func(kind int, cols []*columnar.Vector, n int) error) error {
	if err := t.moveRest(); err != nil {
		return err
	}
	var keys []*columnar.Vector
	if t.groups != nil {
		keys = t.groups.columns()
	}
	states, err := t.states()
	if err != nil {
		return err
	}
	if err := f(partialRows, append(keys[:len(keys):len(keys)], states...), t.len()); err != nil {
		return err
	}
	for d := range t.sets {
		err := t.eachSet(d, func(set *groupTable) error {
			return f(pairRows+d, t.pairs(keys, set.columns()), set.len())
		})
		if err != nil {
			return err
		}
	}
	return t.emitValues(keys, f)
}

// states returns the partial states of the functions that rows feed.
func (t *aggregateTable) states() (cols []*columnar.Vector, err error) {
	for i, fn := range t.plan.funcs {
		if fn.distinct >= 0 {
			continue
		}
		p, err := t.accs[i].Partial()
		if err != nil {
			return nil, err
		}
		cols = append(cols, p...)
	}
	return cols, nil
}

// stateOfLast returns the last row of states, in vectors that are kept.
func (t *aggregateTable) stateOfLast() (cols []*columnar.Vector, err error) {
	last := []int32{int32(t.len() - 1)}
	for _, acc := range t.accs {
		if r, ok := acc.(expr.TailReader); ok {
			cols = append(cols, r.PartialOfLast()...)
			continue
		}
		all, err := acc.Partial()
		if err != nil {
			return nil, err
		}
		for _, v := range all {
			one := &columnar.Vector{}
			columnar.Gather(one, v, last)
			cols = append(cols, one)
		}
	}
	for _, v := range cols {
		v.Finish()
	}
	return cols, nil
}

// complete returns a table of all groups but the last.
func (t *aggregateTable) complete() (*aggregateTable, error) {
	out, err := newAggregateTable(t.plan, t.keys)
	if err != nil {
		return nil, err
	}
	return out, t.emit(func(kind int, cols []*columnar.Vector, n int) error {
		return out.absorb(kind, cols, columnar.Rows{Sel: columnar.Identity(n - 1), N: n})
	})
}

// pairs puts the groups' keys, as dictionaries, in the place of their numbers: keys are not copied for each of their partners, and whoever takes the
// pairs in again finds a key once.
func (t *aggregateTable) pairs(keys, set []*columnar.Vector) []*columnar.Vector {
	if t.groups == nil {
		return set
	}
	of := columnar.Values[int32](set[0])
	var out []*columnar.Vector
	for i, k := range keys {
		switch {
		case i > 0 && k.Form == columnar.Dictionary && keys[i-1].Form == columnar.Dictionary && sameMemory(k.Codes, keys[i-1].Codes) && sameMemory(k.Valid, keys[i-1].Valid):
			codes := *out[i-1]
			codes.Type, codes.Width, codes.Dict, codes.HasBounds = k.Type, k.Width, k.Dict, false
			out = append(out, &codes)
			continue
		case k.Form == columnar.Dictionary:
			codes := &columnar.Vector{}
			columnar.Gather(codes, k, of)
			out = append(out, codes)
			continue
		}
		k.Class = columnar.Shared
		out = append(out, columnar.NewDictionary(k, of))
	}
	return append(out, set[1:]...)
}

// results returns the functions' values, one row a group, in memory of the arena.
func (t *aggregateTable) results(a *slab.Arena) ([]*columnar.Vector, error) {
	for d := range t.sets {
		if err := t.feedAll(d); err != nil {
			return nil, err
		}
	}
	var out []*columnar.Vector
	for i := range t.plan.results {
		v, err := t.result(&t.plan.results[i])
		if err != nil {
			return nil, err
		}
		out = append(out, moved(a, v))
	}
	return out, nil
}

// result returns a function's values from its own state or from that of another.
func (t *aggregateTable) result(r *aggregateResult) (*columnar.Vector, error) {
	if !r.reads {
		return t.final(r.state)
	}
	acc, err := r.call.Func.NewAccumulator(r.spec)
	if err != nil {
		return nil, err
	}
	if reader, ok := acc.(expr.StateReader); !ok || !reader.ReadState(t.accs[r.state]) {
		return nil, sqlerr.Internal("%s does not read the state of %s", r.call.Func.Name, t.plan.funcs[r.state].call.Func.Name)
	}
	return acc.Final()
}

// moved returns the values of an accumulator in memory of the arena: copying them once is cheap beside what the collector would do with them, and
// the next table's are computed in the same memory.
func moved(a *slab.Arena, v *columnar.Vector) *columnar.Vector {
	own := copied(a, v)
	v.Free()
	return own
}

// copied returns a copy of a vector in memory of the arena.
func copied(a *slab.Arena, v *columnar.Vector) *columnar.Vector {
	own := columnar.NewIn(a, v.Type, v.Base().Width, v.Len)
	own.Truncate()
	columnar.Append(own, v, columnar.AllRows(v.Len))
	own.Finish()
	return own
}

// feedAll feeds set d. If memory was short for the set it is as short for the rows of a function's state, which then go after each part of the set.
func (t *aggregateTable) feedAll(d int) error {
	return t.eachSet(d, func(set *groupTable) error {
		if err := t.feed(d, set); err != nil || t.moved == nil || t.moved[d] == nil {
			return err
		}
		return t.moveValues()
	})
}

// feed updates the accumulators of a set with members of it.
func (t *aggregateTable) feed(d int, set *groupTable) error {
	args, n := set.columns(), set.len()
	var groups []int32
	if t.groups != nil {
		groups, args = columnar.Values[int32](args[0]), args[1:]
	}
	for i, v := range args {
		if v.Form == columnar.Dictionary { // accumulators take values only
			args[i] = columnar.Flatten(&columnar.Vector{}, v, columnar.AllRows(n))
		}
	}
	for i, f := range t.plan.funcs {
		if f.distinct != d {
			continue
		}
		t.accs[i].Resize(t.len())
		if n == 0 {
			continue
		}
		if err := t.accs[i].Update(groups, args, columnar.AllRows(n)); err != nil {
			return err
		}
	}
	return nil
}
