package physical

import (
	"math/bits"
	"slices"
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/types"
)

// Partitions of a grouping: enough that a partition's groups stay in cache while they are merged, few enough that a batch has some dozens of
// rows for each (measured: 64 is 0.22 of DuckDB's time for 1.5 million clustered groups, 256 is 0.38). More, up to 256, are made of what memory is too
// small for: each further pass over the rows costs more.
const (
	partitionBits     = 6
	mostPartitionBits = 8
	mostPartitions    = 1 << mostPartitionBits
	// fewestBits is what a partition that does not fit in memory is divided by at least, so that one large group is soon alone.
	fewestBits = 3
	// hashBytes is what the hash of a row's keys takes.
	hashBytes = 8
	// chunkRows is how many rows of a partition are kept in one piece. The first piece is smaller, since most partitions of small inputs have no more.
	chunkRows      = 8 << 10
	firstChunkRows = 1 << 10
	// scarceMemory is the memory below which parts have no room for rows before these come.
	scarceMemory = 16 << 20
)

// aggregateChunk is rows of one kind that all belong to one partition, or, when whole, to any.
type aggregateChunk struct {
	kind  int
	order int64 // the rows' place in the source, for functions that depend on it
	cols  []*columnar.Vector
	// hashes are those of the keys, if they are worth keeping and the rows are in memory.
	hashes *columnar.Vector
	n      int
	from   int // rows before it are in a table already
	bytes  int64
	owner  *localGrouping // whose memory the rows count as; nil: nobody's
	file   *spill.File    // where the rows are once they are spilled
	block  int
}

// load returns the columns, which live until the next use of buf.
func (c *aggregateChunk) load(buf *spill.Buffer) ([]*columnar.Vector, error) {
	if c.file == nil {
		return c.cols, nil
	}
	var b columnar.Batch
	err := c.file.Read(c.block, buf, &b)
	return b.Cols, err
}

// free forgets the rows in memory.
func (c *aggregateChunk) free() {
	for _, v := range c.cols {
		v.Free()
	}
	if c.hashes != nil {
		c.hashes.Free()
	}
	c.cols, c.hashes = nil, nil
}

// partWriter divides rows by the hash of their keys: by some bits behind those from the top that divided them before.
type partWriter struct {
	plan   *aggregatePlan
	keys   []int
	used   int         // bits that divided the rows before
	bits   int         // 2^bits parts, at most mostPartitions
	short  []int       // the keys that are hashed, nil: all
	within *valueRange // in place of a hash, nil: none
	scarce bool        // chunks begin with no more than they get: room for those of all parts would be refused, and filled with few rows
	order  int64
	parts  [mostPartitions]part
	bytes  int64
	files  []*spill.Writer // by kind+1

	hasher keyHasher       // of rows
	once   keyHasher       // of groups, each of which comes once
	hashes columnar.Vector // of the rows that are added
	sel    []int32         // rows by partition, and which of the hashes are theirs
	hashed []int32
	given  []uint64 // of the groups of a table that is given out, if they are known
	picked []*columnar.Vector
	shorts []*columnar.Vector
	coded  []*columnar.Vector // the columns that are added, with keys that are entries
	codes  []bool             // which of the columns stay codes
}

type part struct {
	chunks []aggregateChunk
	open   []aggregateChunk // by kind+1; n of 0: none
}

// division is into how many parts the groups of a grouping are divided first. The worker that divides first decides for all.
type division struct {
	once          sync.Once
	bits          int         // 2^bits parts
	bytes, memory int64       // that were expected in all, and that there were for a part, if these made more parts than usual; else 0
	short         []int       // the keys that are hashed, nil: all
	within        *valueRange // in place of a hash, nil: none
}

// decide chooses the parts: what a worker holds for its groups by now, times how many groups are expected (0: unknown), is what all will take, and a
// part is to fill half of the memory that there is for it. Keys that told the groups of a table apart divide all rows.
func (d *division) decide(q *exec.Query, t *aggregateTable, held, groups int64, expected float64) {
	d.bits = partitionBits
	d.short = t.groups.short()
	d.within = newValueRange(t.groups)
	if groups == 0 || expected <= float64(groups) {
		return
	}
	all, memory := int64(float64(held)*expected/float64(groups)), partMemory(q)
	if n := bits.Len64(uint64(2 * all / max(memory, 1))); n > partitionBits {
		d.bits, d.bytes, d.memory = min(n, mostPartitionBits), all, memory
		d.within = nil // it may have fewer numbers than there are parts
	}
}

// keyColumns picks the key columns out of the columns of a kind.
func (w *partWriter) keyColumns(kind int, cols []*columnar.Vector) []*columnar.Vector {
	if kind != rawRows {
		return cols[:len(w.keys)]
	}
	w.picked = w.picked[:0]
	for _, k := range w.keys {
		w.picked = append(w.picked, cols[k])
	}
	return w.picked
}

// asEntries returns the columns with keys that are rows of columns of the sides of joins, if all are, as codes of these: groups are told apart and given
// out without their values then (entryRows).
func (w *partWriter) asEntries(kind int, cols []*columnar.Vector) []*columnar.Vector {
	w.coded = append(w.coded[:0], cols...)
	for i := range w.keys {
		c := w.keyAt(kind, i)
		v := w.plan.origins.codes(cols[c])
		if v == nil {
			return cols
		}
		w.coded[c] = v
	}
	for i := range w.keys {
		w.codes[w.keyAt(kind, i)] = true
	}
	return w.coded
}

// keyAt returns which of the columns of a kind is the i-th key.
func (w *partWriter) keyAt(kind, i int) int {
	if kind == rawRows {
		return w.keys[i]
	}
	return i
}

// hash returns the hashes by which rows are divided, and whether they are worth keeping with the rows: those of strings are.
func (w *partWriter) hash(kind int, cols []*columnar.Vector, rows columnar.Rows) (hashes []uint64, keep bool) {
	keys := w.keyColumns(kind, cols)
	keep = slices.ContainsFunc(keys, func(v *columnar.Vector) bool { return v.Width >= columnar.WView })
	w.hashes.Reset(types.BigIntType, columnar.W64, rows.Count())
	hashes = columnar.Values[uint64](&w.hashes)
	if w.within != nil {
		w.within.hash(keys[0], rows, hashes)
		return hashes, false
	}
	if w.given != nil && kind == partialRows {
		copy(hashes, w.given)
		return hashes, keep
	}
	if w.short != nil {
		w.shorts = pick(w.shorts, keys, w.short)
		keys = w.shorts
	}
	if kind == rawRows {
		return w.hasher.hash(keys, rows, hashes), keep
	}
	return w.once.hash(keys, rows, hashes), keep
}

// add appends rows to their partitions.
func (w *partWriter) add(kind int, cols []*columnar.Vector, rows columnar.Rows) {
	n := rows.Count()
	w.codes = w.codes[:0]
	for _, v := range cols {
		w.codes = append(w.codes, v.Width >= columnar.WView) // a number is as small, and the next row group has another dictionary
	}
	if len(w.keys) == 0 {
		w.append(0, kind, cols, rows, nil)
		return
	}
	hashes, keep := w.hash(kind, cols, rows)
	cols = w.asEntries(kind, cols)
	shift, mask := 64-w.used-w.bits, uint64(1)<<w.bits-1
	var ends [mostPartitions + 1]int
	for _, h := range hashes {
		ends[h>>shift&mask&(mostPartitions-1)+1]++
	}
	for p := range 1 << w.bits {
		ends[p+1] += ends[p]
	}
	at := ends
	w.sel = sized(w.sel, n)
	for i, h := range hashes {
		p := h >> shift & mask & (mostPartitions - 1)
		w.sel[at[p]] = int32(rows.Row(i))
		at[p]++
	}
	if keep {
		at, w.hashed = ends, sized(w.hashed, n)
		for i, h := range hashes {
			p := h >> shift & mask & (mostPartitions - 1)
			w.hashed[at[p]] = int32(i)
			at[p]++
		}
	}
	for p := range 1 << w.bits {
		if from, to := ends[p], ends[p+1]; from < to {
			var hashed []int32
			if keep {
				hashed = w.hashed[from:to]
			}
			w.append(p, kind, cols, columnar.Rows{Sel: w.sel[from:to], N: rows.N}, hashed)
		}
	}
}

// addAll adds what a table gives out.
func (w *partWriter) addAll(kind int, cols []*columnar.Vector, n int) error {
	w.add(kind, cols, columnar.AllRows(n))
	return nil
}

// append appends rows to a partition. hashed tells which of the hashes are kept with them, nil: none.
func (w *partWriter) append(p, kind int, cols []*columnar.Vector, rows columnar.Rows, hashed []int32) {
	t := &w.parts[p]
	for len(t.open) <= kind+1 {
		t.open = append(t.open, aggregateChunk{kind: len(t.open) - 1})
	}
	c, n := &t.open[kind+1], rows.Count()
	if c.n > 0 && (c.order != w.order || c.n+n > t.full()) {
		t.close(c)
	}
	if c.n == 0 {
		c.order, c.bytes, c.cols = w.order, 0, w.columns(cols, w.room(t, n))
	}
	size := int64(0)
	for i, v := range cols {
		if w.codes[i] {
			columnar.Append(c.cols[i], v, rows)
		} else {
			columnar.AppendFlat(c.cols[i], v, rows)
		}
		size += c.cols[i].Size()
	}
	if hashed != nil {
		if c.hashes == nil {
			c.hashes = columnar.NewIn(w.plan.arena, types.BigIntType, columnar.W64, 0)
			c.hashes.Truncate()
		}
		columnar.Append(c.hashes, &w.hashes, columnar.Rows{Sel: hashed, N: w.hashes.Len})
		size += c.hashes.Size()
	}
	c.n += n
	w.bytes += size - c.bytes
	c.bytes = size
}

// full returns how many rows the chunk that a part is at has at most, unless they come at once.
func (t *part) full() int {
	if len(t.chunks) == 0 {
		return firstChunkRows
	}
	return chunkRows
}

// room returns how many rows the next chunk of a part, of which n are there, has memory for from the start, so that it need not grow step by step, which
// leaves most of what it takes to the collector. Chunks that end early, because order matters, begin with no more than they get.
func (w *partWriter) room(t *part, n int) int {
	k := len(t.chunks)
	if w.scarce || k > 0 && (t.chunks[k-1].file != nil || t.chunks[k-1].order != w.order) {
		return n
	}
	return max(n, t.full())
}

// columns makes empty columns with room for so many values.
func (w *partWriter) columns(like []*columnar.Vector, room int) []*columnar.Vector {
	out := make([]*columnar.Vector, len(like))
	for i, v := range like {
		if w.codes[i] && v.Form == columnar.Dictionary {
			out[i] = columnar.NewIn(w.plan.arena, v.Type, columnar.WidthOf(v.Type), 0)
			out[i].RoomForCodes(room)
			continue
		}
		out[i] = columnar.NewIn(w.plan.arena, v.Type, columnar.WidthOf(v.Type), room)
		out[i].Truncate()
	}
	return out
}

// close ends the open chunk of a kind.
func (t *part) close(c *aggregateChunk) {
	if c.n > 0 {
		t.chunks = append(t.chunks, *c)
		c.n, c.cols, c.hashes = 0, nil, nil
	}
}

// take returns all chunks of a partition and forgets them.
func (w *partWriter) take(p int) []aggregateChunk {
	t := &w.parts[p]
	for i := range t.open {
		t.close(&t.open[i])
	}
	out := t.chunks
	t.chunks = nil
	return out
}

// spill writes all rows that are in memory to files, one for each kind.
func (w *partWriter) spill(dir *spill.Dir) error {
	for p := range w.parts {
		t := &w.parts[p]
		for i := range t.open {
			t.close(&t.open[i])
		}
		for i := range t.chunks {
			if c := &t.chunks[i]; c.file == nil {
				if err := w.write(dir, c); err != nil {
					return err
				}
			}
		}
	}
	w.bytes = 0
	return nil
}

func (w *partWriter) write(dir *spill.Dir, c *aggregateChunk) error {
	for len(w.files) <= c.kind+1 {
		w.files = append(w.files, nil)
	}
	f := w.files[c.kind+1]
	if f == nil {
		ts := make([]types.Type, len(c.cols))
		for i, v := range c.cols {
			ts[i] = v.Type
		}
		var err error
		if f, err = dir.Create("aggregate", ts); err != nil {
			return err
		}
		w.files[c.kind+1] = f
	}
	if err := f.Write(&columnar.Batch{Cols: c.cols, N: c.n}); err != nil {
		return err
	}
	c.free()
	c.file = f.Finish()
	c.block = c.file.Blocks() - 1
	return nil
}

// remove deletes the files.
func (w *partWriter) remove() {
	for _, f := range w.files {
		if f != nil {
			f.Finish().Remove()
		}
	}
}
