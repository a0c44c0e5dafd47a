package physical

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
)

// Noted is an operator that decides when it sees its rows how it goes about them, and says so for EXPLAIN ANALYZE.
type Noted interface {
	// Note returns what was decided and the fact that decided it, in a few words; "" if nothing was to be decided. It is called when the
	// operator is through: what it tells of must be counted by then, not worded, so that queries that nobody explains pay nothing.
	Note() string
}

// Note says which table the join looks its keys up in.
func (p *hashProbe) Note() string { return p.index.note() }

// note says which table was built, by the measured facts that newJoinIndex goes by.
func (x *joinIndex) note() string {
	rows := humanize.Comma(int64(x.rows))
	switch t := x.table.(type) {
	case *bitTable:
		return fmt.Sprintf("bitmap, %s rows in a range of %s", rows, t.layout.size())
	case *directTable:
		return fmt.Sprintf("direct table, %s rows in a range of %s", rows, t.layout.size())
	case *rankTable:
		return fmt.Sprintf("table of ranks, %s rows in a range of %s", rows, t.layout.size())
	case *codeTable:
		return fmt.Sprintf("table of codes, %s rows in a range of %s", rows, t.layout.size())
	}
	ts := make([]string, len(x.keys))
	for i, k := range x.keys {
		ts[i] = k.Type.String()
	}
	return fmt.Sprintf("hash table, %s rows by %s", rows, strings.Join(ts, ", "))
}

// size returns the number of codes as text.
func (l *keyLayout) size() string {
	if l.max >= 1e15 {
		return fmt.Sprintf("%.3g", float64(l.max))
	}
	return humanize.Comma(int64(l.max) + 1)
}

// Note says in how many parts a join that did not fit in memory was done, and what the number of the first ones was chosen by.
func (s *spilledJoin) Note() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.joined == 0:
		return "no part had rows on both sides"
	case s.joined == 1 && s.blockwise == 1:
		return "joined block by block"
	}
	note := fmt.Sprintf("joined in %s parts", humanize.Comma(int64(s.joined)))
	if s.blockwise > 0 {
		note += fmt.Sprintf(", %s of them block by block", humanize.Comma(int64(s.blockwise)))
	}
	return note + fmt.Sprintf(": %s to build on, room for %s a part", humanize.IBytes(uint64(s.join.stage.Bytes)), humanize.IBytes(uint64(max(s.memory, 0))))
}

// Note says how many rows were not grouped at once, since that did not reduce them, and in how many parts groups were merged.
func (a *hashAggregate) Note() string {
	passed, parts, runs := int64(0), int64(0), int64(0)
	for _, g := range append(a.fed[:len(a.fed):len(a.fed)], a.derived...) {
		if n := g.merged.Load(); n > 1 {
			parts += n
		}
		runs += int64(g.runs)
		for _, l := range g.locals {
			passed += l.passed
		}
	}
	var notes []string
	if passed > 0 {
		notes = append(notes, humanize.Comma(passed)+" rows passed by its first table")
	}
	if parts > 0 {
		notes = append(notes, fmt.Sprintf("merged in %s parts", humanize.Comma(parts)))
	}
	if runs > 0 {
		notes = append(notes, fmt.Sprintf("%s runs of ascending keys", humanize.Comma(runs)))
	}
	for _, g := range a.fed {
		if d := &g.first; d.bytes > 0 {
			notes = append(notes, fmt.Sprintf("divided by %d at first: %s expected, room for %s a part", 1<<d.bits, humanize.IBytes(uint64(d.bytes)), humanize.IBytes(uint64(d.memory))))
		}
	}
	return strings.Join(notes, ", ")
}

// Note says in how many ranges of keys rows were sorted, or how many sorted runs were merged.
func (s *sorting) Note() string {
	switch {
	case s.runs > 0:
		return fmt.Sprintf("merged %s sorted runs", humanize.Comma(int64(s.runs)))
	case s.ranges > 1:
		return fmt.Sprintf("sorted in %d ranges", s.ranges)
	}
	return ""
}

// Note says how rows were sorted and in how many pieces of whole partitions functions were computed.
func (w *window) Note() string {
	note := w.sorting.Note()
	if w.pieces <= 1 {
		return note
	}
	if note != "" {
		note += ", "
	}
	return note + fmt.Sprintf("computed in %s pieces", humanize.Comma(int64(w.pieces)))
}
