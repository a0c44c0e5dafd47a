package parquet

import (
	"fmt"
	"math"
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// readNode is a column or nested field as a table wants it, over what a file has: nil in file if it has none.
type readNode struct {
	typ    types.Type
	file   *fileNode
	kids   []*readNode
	reader *leafReader // of leaves
	levels *leafReader // whose levels tell about the node: the first leaf below
	// of columns without lists
	present *presence       // of structs that may be null
	natural columnar.Vector // values before widening
	// widen, if set, turns values of the file's type into the table's.
	widen func(dst, src *columnar.Vector) error
}

// planNode matches a wanted type with a field of a file. Readers are made by newReader and collected there; leaves that are not wanted get
// none.
func planNode(t types.Type, f *fileNode, path string, newReader func(*fileLeaf) *leafReader) (*readNode, error) {
	n := &readNode{typ: t, file: f}
	if f == nil {
		return n, nil
	}
	switch f.shape {
	case nodeLeaf:
		var ok bool
		if n.widen, ok = widening(f.typ, t); !ok {
			return nil, mismatch(path, f.typ, t)
		}
		n.reader = newReader(f.leaf)
		n.reader.typ, n.reader.width = f.typ, f.leaf.conv.width
		if n.widen == nil {
			n.reader.typ = t
		} else {
			n.reader.flatten = true
		}
		n.levels = n.reader
		return n, nil
	case nodeStruct:
		if t.Kind != types.Struct {
			return nil, mismatch(path, f.typ, t)
		}
		return n, n.planStruct(path, newReader)
	case nodeList:
		if t.Kind != types.Array {
			return nil, mismatch(path, f.typ, t)
		}
		return n, n.planKids(path, newReader, t.Elem())
	default:
		if t.Kind != types.Map {
			return nil, mismatch(path, f.typ, t)
		}
		return n, n.planKids(path, newReader, t.Key(), t.Elem())
	}
}

func (n *readNode) planKids(path string, newReader func(*fileLeaf) *leafReader, want ...types.Type) error {
	for i, t := range want {
		k, err := planNode(t, n.file.children[i], path, newReader)
		if err != nil {
			return err
		}
		n.kids = append(n.kids, k)
	}
	n.levels = n.kids[0].levels
	return nil
}

func (n *readNode) planStruct(path string, newReader func(*fileLeaf) *leafReader) error {
	for _, f := range n.typ.Fields() {
		k, err := planNode(f.Type, findField(n.file.children, f.Name), path+"."+f.Name, newReader)
		if err != nil {
			return err
		}
		n.kids = append(n.kids, k)
		if n.levels == nil {
			n.levels = k.levels
		}
	}
	if n.levels == nil { // no wanted field is in the file: the struct's nulls are still to be known
		l := n.file.cheapest()
		n.levels = newReader(l)
		n.levels.typ, n.levels.width, n.levels.levelsOnly = l.typ, l.conv.width, true
	}
	return nil
}

// findField returns the field of a name: in the same case if there is one, else in any.
func findField(fields []*fileNode, name string) *fileNode {
	var found *fileNode
	for _, f := range fields {
		if f.name == name {
			return f
		}
		if found == nil && strings.EqualFold(f.name, name) {
			found = f
		}
	}
	return found
}

func mismatch(path string, file, want types.Type) error {
	return sqlerr.New("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", sqlerr.Pos{}, "Data type mismatches when reading Parquet column %s. Expected Spark type %s, actual Parquet type %s.", path, want, file)
}

// widening returns how values of a file's type become values of a wider one, as Spark's reader allows: nil if they need no change. ok is
// false for other pairs of types.
func widening(from, to types.Type) (f func(dst, src *columnar.Vector) error, ok bool) {
	switch {
	case from.SameShape(to), from.Kind == types.Binary && to.Kind == types.String, from.Kind == types.String && to.Kind == types.Binary,
		from.Kind == to.Kind && (from.Kind == types.Time || from.IsInterval()):
		return nil, true
	case from.IsInteger() && to.IsInteger() && from.Kind < to.Kind:
		return func(dst, src *columnar.Vector) error { return mapInts(dst, src, to, 1) }, true
	case from.Kind == types.Date && to.Kind == types.TimestampNTZ:
		return func(dst, src *columnar.Vector) error { return mapInts(dst, src, to, microsPerDay) }, true
	case (from.Kind == types.TinyInt || from.Kind == types.SmallInt || from.Kind == types.Int) && to.Kind == types.Double:
		return func(dst, src *columnar.Vector) error {
			dst.Reset(to, columnar.WF64, src.Len)
			out := columnar.Values[float64](dst)
			eachInt(src, func(i int, x int64) { out[i] = float64(x) })
			return nil
		}, true
	case from.Kind == types.Float && to.Kind == types.Double:
		return func(dst, src *columnar.Vector) error {
			dst.Reset(to, columnar.WF64, src.Len)
			out := columnar.Values[float64](dst)
			for i, x := range columnar.Values[float32](src) {
				out[i] = float64(x)
			}
			return nil
		}, true
	case from.IsInteger() && to.Kind == types.Decimal, from.Kind == types.Decimal && to.Kind == types.Decimal && types.CastNeverFails(from, to):
		return func(dst, src *columnar.Vector) error { return toDecimal(dst, src, int(from.Scale), to) }, true
	}
	return nil, false
}

// eachInt hands out the values of an integer vector.
func eachInt(src *columnar.Vector, f func(i int, x int64)) {
	switch src.Width {
	case columnar.W8:
		for i, x := range columnar.Values[int8](src) {
			f(i, int64(x))
		}
	case columnar.W16:
		for i, x := range columnar.Values[int16](src) {
			f(i, int64(x))
		}
	case columnar.W32:
		for i, x := range columnar.Values[int32](src) {
			f(i, int64(x))
		}
	case columnar.W64:
		for i, x := range columnar.Values[int64](src) {
			f(i, x)
		}
	}
}

func mapInts(dst, src *columnar.Vector, to types.Type, factor int64) error {
	dst.Reset(to, columnar.WidthOf(to), src.Len)
	switch dst.Width {
	case columnar.W16:
		out := columnar.Values[int16](dst)
		eachInt(src, func(i int, x int64) { out[i] = int16(x) })
	case columnar.W32:
		out := columnar.Values[int32](dst)
		eachInt(src, func(i int, x int64) { out[i] = int32(x) })
	default:
		out := columnar.Values[int64](dst)
		most, bad := math.MaxInt64/factor, false
		eachInt(src, func(i int, x int64) {
			bad = bad || x > most || x < -most
			out[i] = x * factor
		})
		if bad && factor != 1 {
			return errTimestamp
		}
	}
	if factor == 1 {
		dst.HasBounds, dst.Lo, dst.Hi = src.HasBounds, src.Lo, src.Hi
	}
	return nil
}

// toDecimal stores integers or decimals in a wider decimal type.
func toDecimal(dst, src *columnar.Vector, scale int, to types.Type) error {
	dst.Reset(to, columnar.WidthOf(to), src.Len)
	var bad error
	put := func(i int, x types.Int128) {
		y, ok := types.Rescale(x, scale, int(to.Scale))
		if (!ok || !types.FitsPrecision(y, int(to.Precision))) && !src.IsNull(i) {
			bad = fmt.Errorf("a value does not fit in %s", to)
		}
		if dst.Width == columnar.W64 {
			columnar.Values[int64](dst)[i] = y.Int64()
		} else {
			columnar.Values[types.Int128](dst)[i] = y
		}
	}
	if src.Width == columnar.W128 {
		for i, x := range columnar.Values[types.Int128](src) {
			put(i, x)
		}
		return bad
	}
	eachInt(src, func(i int, x int64) { put(i, types.Int128Of(x)) })
	return bad
}
