package parquet

import "github.com/parquet-go/parquet-go/format"

// pairDictionaries decompresses the long dictionaries of the columns that the batch now needs two by two, in one loop (decodeSnappyTwo). Before a row group's
// first batch leaves the scan is the moment when several are known to be needed: a filter's columns are read one by one, each only if those before left
// rows. Failures are left to the reading of the columns, which meets them again.
func (r *reader) pairDictionaries() {
	var other *leafReader
	for i, c := range r.columns {
		l := c.node.reader
		if c.out != nil || l == nil || r.scan.req.Output != nil && !r.scan.req.Output[i] || !l.longDictionary(r.row) {
			continue
		}
		if other == nil {
			other = l
			continue
		}
		other.unpackWith(l)
		other = nil
	}
}

// longDictionary goes to the page of a row and reports whether it needs a dictionary that is worth decompressing with another.
func (c *leafReader) longDictionary(row int64) bool {
	if c.leaf.maxRep > 0 || c.meta.Codec != format.Snappy || c.seekPage(row) != nil || c.page.left == 0 && (c.row >= c.rows || c.nextPage() != nil) {
		return false
	}
	d := &c.dict
	return d.found && !d.loaded && !d.unpacked && d.header.uncompressed >= snappyLong && isDictionaryEncoding(c.page.header.encoding)
}

// unpackWith decompresses the dictionaries of two columns.
func (c *leafReader) unpackWith(other *leafReader) {
	raw1, ok1 := c.dictionaryRoom()
	raw2, ok2 := other.dictionaryRoom()
	if ok1 && ok2 {
		err1, err2 := decodeSnappyTwo(c.dict.buf, raw1, other.dict.buf, raw2)
		c.dict.unpacked, other.dict.unpacked = err1 == nil, err2 == nil
	}
}

// dictionaryRoom makes room for the decompressed dictionary and returns it as the file has it.
func (c *leafReader) dictionaryRoom() (raw []byte, ok bool) {
	d := &c.dict
	d.release()
	back := c.in.pos
	raw, err := c.raw(&d.header, d.offset)
	c.in.pos = back
	if err != nil {
		return nil, false
	}
	d.buf, err = snappyRoom(d.buf, raw, d.header.uncompressed)
	return raw, err == nil
}
