package exec

import (
	"github.com/sparrow-engine/sparrow/columnar"
)

// Whoever holds most gives: when the budget refuses memory to an operator, finished outputs that nobody reads at the moment, and that are larger than
// what the operator could give back itself, go to files, the largest first, until there is room. They are read from there when their turn comes.
//
// An output is read between its lending, while a pipeline is compiled, and the end of that pipeline; what a pipeline that ended early has left unread
// keeps it for good. Codes of its columns in other outputs, which hold its arena, keep it, too: its memory would not be freed.

// loan says who may have chunks of an output.
type loan uint8

const (
	home loan = iota // nobody
	lent             // the pipeline that is compiled or runs
	gone             // also what that pipeline left unread
)

// reclaimedRows is how many rows a block of a file has: a reader holds one in memory.
const reclaimedRows = 8 << 10

// lend notes that the pipeline which runs next has the chunks. It is called with the lock held.
func (s *StageOutput) lend() {
	s.read = true
	s.lendings++
	if s.loan != home {
		return
	}
	s.loan = lent
	s.q.mu.Lock()
	defer s.q.mu.Unlock()
	s.q.lent = append(s.q.lent, s)
}

// GiveBack ends one lending (Flat, Source, Chunks) before its pipeline does: the borrower has all it needs elsewhere.
func (s *StageOutput) GiveBack() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lendings--; s.lendings == 0 && s.loan == lent {
		s.loan = home
	}
}

// returned ends the loans of a pipeline, unless something of it is left to be read.
func (q *Query) returned(rest *Rest) {
	q.mu.Lock()
	outputs := q.lent
	q.lent = nil
	q.mu.Unlock()
	for _, s := range outputs {
		s.mu.Lock()
		switch {
		case s.lendings == 0: // given back
		case rest != nil:
			s.loan = gone
		default:
			s.loan, s.lendings = home, 0
		}
		s.mu.Unlock()
	}
}

func (q *Query) register(s *StageOutput) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.outputs[s] = true
}

func (q *Query) forget(s *StageOutput) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.outputs, s)
}

// reclaim reserves n bytes after it has written as many outputs away as that takes, if there are enough of more than own bytes each. An output that
// cannot be written stays where it is: whoever was refused writes next, and reports what is wrong.
func (q *Query) reclaim(n, own int64) bool {
	q.reclaiming.Lock()
	defer q.reclaiming.Unlock()
	for !q.budget.Reserve(n) {
		largest, all := q.idle(own)
		if limit := q.budget.Limit(); largest == nil || limit > 0 && q.budget.Used()-all+n > limit || !largest.writeAway() {
			return false
		}
	}
	return true
}

// idle returns the largest of the outputs that can be reclaimed and hold more than some bytes, and what all of them hold.
func (q *Query) idle(than int64) (largest *StageOutput, all int64) {
	q.mu.Lock()
	outputs := make([]*StageOutput, 0, len(q.outputs))
	for s := range q.outputs {
		outputs = append(outputs, s)
	}
	q.mu.Unlock()
	most := than
	for _, s := range outputs {
		n := s.reclaimable()
		if n > than {
			all += n
		}
		if n > most {
			largest, most = s, n
		}
	}
	return largest, all
}

// reclaimable returns the bytes that writing the output away would free.
func (s *StageOutput) reclaimable() int64 {
	if !s.mu.TryLock() { // somebody begins to read it
		return 0
	}
	defer s.mu.Unlock()
	if s.loan != home || !s.memory.arena.Unshared() || s.read && s.inGo() {
		return 0
	}
	return s.memory.held
}

// inGo reports whether some rows are in memory of Go, whose codes others may have without holding the arena.
func (s *StageOutput) inGo() bool {
	for _, c := range s.chunks {
		if c.Batch == nil {
			continue
		}
		for _, v := range c.Batch.Cols {
			if v.Class != columnar.Stage && v.Form != columnar.Constant {
				return true
			}
		}
	}
	return false
}

// writeAway moves the rows in memory to a file, with what refers to them, and reports whether it did.
func (s *StageOutput) writeAway() bool {
	if !s.mu.TryLock() {
		return false
	}
	defer s.mu.Unlock()
	if s.loan != home {
		return false
	}
	w, err := s.q.spill.Create("reclaimed", s.types)
	if err != nil {
		return false
	}
	var chunks []Chunk
	for _, c := range s.chunks {
		if c.Batch == nil {
			chunks = append(chunks, c)
			continue
		}
		for off := 0; off < c.Batch.N; off += reclaimedRows {
			b := columnar.Batch{N: min(reclaimedRows, c.Batch.N-off)}
			for _, v := range c.Batch.Cols {
				b.Cols = append(b.Cols, v.Slice(off, b.N))
			}
			if err := w.Write(&b); err != nil {
				w.Finish().Remove()
				return false
			}
			f := w.Finish()
			chunks = append(chunks, Chunk{File: f, Block: f.Blocks() - 1})
		}
	}
	freed := s.memory.arena
	s.chunks, s.flat = chunks, nil
	for key, x := range s.indexes {
		if x.ofRows {
			delete(s.indexes, key)
		}
	}
	s.lieIn(s.q.NewArena(), 0)
	freed.Release()
	return true
}
