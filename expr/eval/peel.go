package eval

import (
	"math/bits"

	"github.com/sparrow-engine/sparrow/columnar"
)

// peelable returns a dictionary argument if the kernel can run on entries instead of rows: all arguments are constants or dictionaries with
// the same codes. A kernel that looks at nulls itself must not miss nulls of rows.
func (c *call) peelable() *columnar.Vector {
	var lead *columnar.Vector
	for i, v := range c.vecs {
		switch {
		case c.args[i] == nil || v.Form == columnar.Constant:
		case v.Form == columnar.Flat || len(v.Codes) == 0 || v.Dict.Form != columnar.Flat, v.Valid != nil && !c.nullIfAny:
			return nil
		case lead == nil:
			lead = v
		case &lead.Codes[0] != &v.Codes[0] || lead.Dict.Len != v.Dict.Len:
			return nil
		}
	}
	return lead
}

// peel evaluates on the entries of the dictionary when they are fewer than the rows, or known from an earlier batch, else row by row.
func (c *call) peel(f *frame, lead *columnar.Vector, rows columnar.Rows) (*columnar.Vector, error) {
	if c.cacheable && c.lasting(lead.Dict) {
		e := c.cache.get(lead.Dict, rows.Count())
		if e.ready {
			return c.wrap(lead, e.value), nil
		}
		if !e.due() {
			return c.flat(f, rows)
		}
		dict := &columnar.Vector{}
		v, err := c.entriesOf(f, columnar.AllRows(lead.Dict.Len), dict)
		if err != nil {
			return nil, err
		}
		if v.Class == columnar.Scratch { // else it is an argument
			v.LiveAs(lead.Dict)
		}
		e.value, e.ready = v, true
		return c.wrap(lead, v), nil
	}
	if lead.Dict.Len > rows.Count() {
		return c.flat(f, rows)
	}
	set := columnar.AllRows(lead.Dict.Len)
	if c.exact {
		set.Sel = c.usedEntries(lead, rows)
	}
	v, err := c.entriesOf(f, set, c.out)
	if err != nil {
		return nil, err
	}
	return c.wrap(lead, v), nil
}

// lasting reports whether a dictionary, and with it all others of the arguments, never changes, so that what is computed from them may be
// remembered and be kept like the first.
func (c *call) lasting(lead *columnar.Vector) bool {
	if lead.Class == columnar.Scratch {
		return false
	}
	for i, v := range c.vecs {
		if c.args[i] != nil && v.Form == columnar.Dictionary && !v.Dict.LivesAs(lead) {
			return false
		}
	}
	return true
}

// entriesOf evaluates the kernel on dictionary entries, giving a flat vector.
func (c *call) entriesOf(f *frame, entries columnar.Rows, out *columnar.Vector) (*columnar.Vector, error) {
	for i, v := range c.vecs {
		switch {
		case c.args[i] == nil:
		case v.Form == columnar.Dictionary:
			c.dense[i] = v.Dict
		default:
			c.dense[i] = c.sized(i, v, entries.N)
		}
	}
	v, err := c.invoke(f, c.dense, entries, out)
	if err != nil || v.Form == columnar.Flat {
		return v, err
	}
	return columnar.Flatten(&columnar.Vector{}, v, columnar.AllRows(entries.N)), nil
}

// usedEntries lists the entries that active rows, where no argument is null, refer to.
func (c *call) usedEntries(lead *columnar.Vector, rows columnar.Rows) []int32 {
	words := columnar.Words(lead.Dict.Len)
	if cap(c.used) < words {
		c.used = make([]uint64, words)
	}
	c.used = c.used[:words]
	clear(c.used)
	valid := c.rowValid(lead.Len)
	for i := range rows.Count() {
		r := rows.Row(i)
		if valid == nil || valid[r>>6]>>(r&63)&1 != 0 {
			e := lead.Codes[r]
			c.used[e>>6] |= 1 << (e & 63)
		}
	}
	c.entries = c.entries[:0]
	for w, b := range c.used {
		for ; b != 0; b &= b - 1 {
			c.entries = append(c.entries, int32(w<<6+bits.TrailingZeros64(b)))
		}
	}
	if c.entries == nil {
		c.entries = []int32{}
	}
	return c.entries
}

// rowValid returns the AND of the validity of rows (not entries) of the dictionary arguments, nil if all are valid.
func (c *call) rowValid(n int) []uint64 {
	var valid []uint64
	own := false
	for i, v := range c.vecs {
		switch {
		case c.args[i] == nil || v.Form != columnar.Dictionary || v.Valid == nil:
		case valid == nil:
			valid = v.Valid
		default:
			if !own {
				c.valid = append(c.valid[:0], valid[:columnar.Words(n)]...)
				valid, own = c.valid, true
			}
			for w := range valid {
				valid[w] &= v.Valid[w]
			}
		}
	}
	return valid
}

// wrap makes the result for the rows from that for the entries.
func (c *call) wrap(lead, entries *columnar.Vector) *columnar.Vector {
	w := &c.wrapped
	*w = columnar.Vector{Type: c.typ, Width: entries.Width, Form: columnar.Dictionary, Len: lead.Len, Codes: lead.Codes, Dict: entries,
		HasBounds: entries.HasBounds, Lo: entries.Lo, Hi: entries.Hi}
	if c.nullIfAny {
		w.Valid = c.rowValid(lead.Len)
	}
	return w
}

// dictCache remembers what was computed for shared dictionaries, which never change. It holds the few that a scan of neighbouring row groups
// uses.
type dictCache[T any] struct {
	m map[*columnar.Vector]*dictEntry[T]
}

const maxDictionaries = 16

type dictEntry[T any] struct {
	size, seen int
	ready      bool
	value      T
}

// get returns the entry of a dictionary and counts the rows that ask for it.
func (c *dictCache[T]) get(d *columnar.Vector, rows int) *dictEntry[T] {
	e := c.m[d]
	if e == nil {
		if c.m == nil || len(c.m) >= maxDictionaries {
			c.m = make(map[*columnar.Vector]*dictEntry[T], maxDictionaries)
		}
		e = &dictEntry[T]{size: d.Len}
		c.m[d] = e
	}
	e.seen += rows
	return e
}

// due tells to compute all entries: an eighth more rows than entries have asked. So computing them little more than doubles the work done, and
// is not done near the end of a column whose values are nearly all different.
func (e *dictEntry[T]) due() bool { return e.seen > e.size+e.size/8 }
