package physical

import "github.com/sparrow-engine/sparrow/columnar"

// entryCache looks a dictionary's entries up once instead of every row that refers to them. It does so when entries are no more than the
// rows seen with the dictionary, so the work is at most doubled where it does not pay.
type entryCache struct {
	dict  *columnar.Vector
	seen  int
	first []int32 // by entry, once looked up: first build row, -1 for none
}

// ready reports whether find may be used for a key column; n rows are about to be looked up.
func (c *entryCache) ready(p *prober, v *columnar.Vector, n int) bool {
	if v.Form != columnar.Dictionary || v.Dict.Class == columnar.Scratch {
		return false
	}
	if c.dict != v.Dict {
		c.dict, c.seen, c.first = v.Dict, 0, c.first[:0]
	}
	c.seen += n
	if len(c.first) == v.Dict.Len {
		return true
	}
	if c.seen < v.Dict.Len {
		return false
	}
	match := make([]int32, v.Dict.Len)
	hits := p.index.table.find([]*columnar.Vector{v.Dict}, columnar.AllRows(v.Dict.Len), match, nil, &p.scratch)
	c.first = sized(c.first, v.Dict.Len)
	for i := range c.first {
		c.first[i] = -1
	}
	for _, e := range hits {
		c.first[e] = match[e]
	}
	return true
}

// find is joinTable.find by way of the entries.
func (c *entryCache) find(v *columnar.Vector, rows columnar.Rows, match, dst []int32) []int32 {
	dst = sized(dst, rows.Count())
	n := 0
	for i := range dst {
		r := rows.Row(i)
		e := c.first[v.Codes[r]]
		match[r] = max(e, 0)
		dst[n] = int32(r)
		n += bit(e >= 0)
	}
	dst = dst[:n]
	if v.Valid == nil {
		return dst
	}
	n = 0
	for _, r := range dst {
		dst[n] = r
		n += int(v.Valid[r>>6] >> (r & 63) & 1)
	}
	return dst[:n]
}
