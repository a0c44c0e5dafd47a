package parquet

import (
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/format"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/invariants"
	"github.com/sparrow-engine/sparrow/types"
)

// dictionary is the dictionary of the column chunk that is being read.
type dictionary struct {
	found  bool // its page was met, and lies at offset
	loaded bool
	header pageHeader
	offset int64

	// vec holds the entries, converted to the column's type. It is flat and of class Shared. It is a new one in each chunk, because results are
	// cached by its address, but has the memory of the one before unless that was claimed.
	vec *columnar.Vector
	// keep tells that batches are codes into vec rather than values.
	keep bool
	buf  []byte
}

// forget leaves the dictionary at the end of its chunk, when the batches that were read are dead.
func (d *dictionary) forget() {
	d.found, d.loaded = false, false
	switch {
	case d.vec == nil:
	case d.vec.Claimed():
		d.buf = nil
	case invariants.Enabled:
		d.vec.Spoil()
	}
	d.vec = nil
}

var errNoDictionary = errors.New("a page has dictionary codes but the column chunk has no dictionary")

// loadDictionary reads the dictionary if that has not happened yet.
func (c *leafReader) loadDictionary() error {
	d := &c.dict
	if d.loaded {
		return nil
	}
	if !d.found {
		return errNoDictionary
	}
	if d.vec != nil { // the chunk has another, and the batch may refer to it
		d.buf = nil
	}
	back, into := c.in.pos, d.buf
	d.buf = nil // body may give it away
	_, _, buf, err := c.body(&d.header, d.offset, into)
	c.in.pos = back
	if err != nil {
		return fmt.Errorf("dictionary: %w", err)
	}
	d.buf = buf
	if e := d.header.encoding; e != format.Plain && e != plainDictionary {
		return fmt.Errorf("the dictionary encoding %s is not supported", e)
	}
	if err := c.decodeDictionary(d.buf, d.header.values); err != nil {
		return fmt.Errorf("dictionary: %w", err)
	}
	d.loaded = true
	d.keep = !c.flatten && c.keepCodes(d.header.values)
	return nil
}

// keepCodes decides between codes and values. Flattening costs a load per row, which is little where the entries are in cache; codes pay
// where predicates and grouping work on entries, which needs fewer entries than rows. Strings stay codes while that saves anything.
func (c *leafReader) keepCodes(entries int) bool {
	if entries == 0 {
		return false
	}
	if c.width == columnar.WView {
		return int64(entries) <= c.rows
	}
	return int64(entries)*3 <= c.rows
}

// decodeDictionary makes d.vec from n plain values, reading them as if they were a page.
func (c *leafReader) decodeDictionary(data []byte, n int) error {
	if n > len(data)*8 || c.leaf.conv.kind != convBool && n > len(data) && n > 0 {
		return errStrings
	}
	d := &c.dict
	if size := c.leaf.raw(); c.leaf.conv.kind == convCopy { // the page is the vector
		if n*size > len(data) {
			return errStrings
		}
		d.vec = columnar.FromData(c.typ, c.width, data[:n*size:n*size], n, nil)
		d.bound(c.typ)
		return nil
	}
	d.vec = &columnar.Vector{}
	saved, buffers, bounded, any, lo, hi := c.page, c.buffers, c.bounded, c.any, c.lo, c.hi
	c.page = page{kind: pagePlain, data: data}
	c.buffers, c.bounded = nil, false
	d.vec.Reset(c.typ, c.width, n)
	err := c.fill(d.vec, 0, n)
	d.vec.Buffers = c.buffers
	c.page, c.buffers, c.bounded, c.any, c.lo, c.hi = saved, buffers, bounded, any, lo, hi
	if err != nil {
		return err
	}
	d.bound(c.typ)
	return nil
}

// bound completes the dictionary vector.
func (d *dictionary) bound(t types.Type) {
	d.vec.Class = columnar.Shared
	if d.vec.Len > 0 && boundable(t) {
		d.vec.Lo, d.vec.Hi, d.vec.HasBounds = boundsOf(d.vec, 0, d.vec.Len)
	}
	if invariants.Enabled {
		d.vec = columnar.AppendPoison(d.vec)
		d.vec.Class = columnar.Shared
	}
	d.vec.Reclaimable()
}
