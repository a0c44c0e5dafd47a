package parquet

import "github.com/sparrow-engine/sparrow/columnar"

// presence asks a leaf reader which rows have the struct around the leaf that is there from definition level def on.
type presence struct {
	def   uint8
	bits  []uint64
	nulls bool
}

// flat reports whether every row of the column is one level of each of its leaves: a struct without lists and maps inside.
func (c *column) flat() bool {
	for _, l := range c.leaves {
		if l.leaf.maxRep > 0 {
			return false
		}
	}
	return c.node.file != nil && c.node.file.shape == nodeStruct
}

// prepareStruct readies a node of a flat column: its leaves give values and not codes, since what is inside a struct is flat.
func (n *readNode) prepareStruct() {
	switch {
	case n.file == nil:
	case n.reader != nil:
		n.reader.flatten = true
	default:
		if n.file.def > 0 {
			n.present = n.levels.track(n.file.def)
		}
		for _, k := range n.kids {
			k.prepareStruct()
		}
	}
}

// track makes the reader note from now on which rows are defined to a level.
func (c *leafReader) track(def uint8) *presence {
	p := &presence{def: def}
	c.outer = append(c.outer, p)
	return p
}

// readStruct makes dst the rows [row, row+n) of a node of a flat column. Only those of rows.Sel need be right.
func (n *readNode) readStruct(row int64, count int, rows columnar.Rows, dst *columnar.Vector) (err error) {
	switch {
	case n.file == nil:
		setMissing(dst, n, count)
		return nil
	case n.reader != nil && n.widen == nil:
		return n.reader.Read(row, count, rows, dst)
	case n.reader != nil:
		if err = n.reader.Read(row, count, columnar.AllRows(count), &n.natural); err == nil {
			err = n.widen(dst, &n.natural)
			dst.Valid = n.natural.Valid
		}
		return err
	}
	if dst.Width != columnar.WStruct || len(dst.Children) != len(n.kids) {
		dst.Reset(n.typ, columnar.WStruct, 0)
	}
	dst.Len, dst.Valid = count, nil
	if n.levels.levelsOnly {
		err = n.levels.readPresence(row, count)
	}
	for i := 0; i < len(n.kids) && err == nil; i++ {
		err = n.kids[i].readStruct(row, count, rows, dst.Children[i])
	}
	if n.present != nil && n.present.nulls {
		dst.Valid = n.present.bits
	}
	return err
}

// readPresence reads the levels of n rows without values.
func (c *leafReader) readPresence(row int64, n int) error {
	if c.leaf.maxDef == 0 || c.row == row+int64(n) { // nothing can be null; or read for a struct around or inside
		return nil
	}
	if err := c.seek(row); err != nil {
		return err
	}
	c.begin(n)
	for done := 0; done < n; {
		if err := c.enter(); err != nil {
			return err
		}
		m := min(n-done, c.page.left)
		if _, err := c.definedRows(c.valid, done, m, true); err != nil {
			return err
		}
		c.row += int64(m)
		c.page.left -= m
		done += m
	}
	return nil
}

// definedRows reads n definition levels, sets the bits of the values that are there in dst, from bit at on, and counts them. With note the
// rows that have the structs around are noted, too.
func (c *leafReader) definedRows(dst []uint64, at, n int, note bool) (values int, err error) {
	if c.leaf.maxDef == 1 {
		if values, err = c.page.defs.bitmap(dst, at, n); err == nil && note {
			for _, p := range c.outer { // of required leaves: an optional struct's level is theirs
				copy(p.bits, dst)
				p.nulls = p.nulls || values < n
			}
		}
		return values, err
	}
	var levels [256]int32
	for done := 0; done < n; {
		part := levels[:min(n-done, len(levels))]
		if err := c.page.defs.read(part); err != nil {
			return values, err
		}
		if !allBelow(part, uint32(c.leaf.maxDef)+1) {
			return values, errLevels
		}
		values += setWhere(dst, at+done, part, int32(c.leaf.maxDef))
		for _, p := range c.outer {
			if note && setWhere(p.bits, at+done, part, int32(p.def)) < len(part) {
				p.nulls = true
			}
		}
		done += len(part)
	}
	return values, nil
}

// setWhere sets the bits of the levels that reach least, from bit at on, and counts them.
func setWhere(dst []uint64, at int, levels []int32, least int32) (n int) {
	for i, d := range levels {
		bit := uint64(0)
		if d >= least {
			bit = 1
		}
		dst[(at+i)>>6] |= bit << ((at + i) & 63)
		n += int(bit)
	}
	return n
}
