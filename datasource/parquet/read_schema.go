package parquet

import (
	"fmt"
	"strings"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/sparrow-engine/sparrow/types"
)

type nodeShape uint8

const (
	nodeLeaf nodeShape = iota
	nodeStruct
	nodeList
	nodeMap
)

// fileNode is a field of a file's schema: what SQL sees of it and the levels at which it is there. The repeated groups of lists and maps
// are folded into them.
type fileNode struct {
	name     string
	shape    nodeShape
	optional bool
	def      uint8 // definition level from which on the value is there (of a list: there, maybe empty)
	elemDef  uint8 // of lists and maps: definition level from which on there is an element
	rep      uint8 // of lists and maps: repetition level of the elements
	children []*fileNode
	leaf     *fileLeaf
	typ      types.Type
}

// fileLeaf is a column of the file.
type fileLeaf struct {
	index          int // in the row groups' columns
	path           string
	physical       format.Type
	width          int // bytes of a FIXED_LEN_BYTE_ARRAY
	maxDef, maxRep uint8
	conv           conversion
	typ            types.Type
	bytes          int64 // of all chunks, as they are stored
	// signed tells that the deprecated min and max fields of statistics have the order of the type.
	signed bool
}

// cheapest returns the smallest leaf below n; the levels of any of them tell about n.
func (n *fileNode) cheapest() *fileLeaf {
	if n.leaf != nil {
		return n.leaf
	}
	var best *fileLeaf
	for _, c := range n.children {
		if l := c.cheapest(); best == nil || l.bytes < best.bytes {
			best = l
		}
	}
	return best
}

// inner returns the field of a struct at a path of names: n itself for none, nil if there is no such field.
func (n *fileNode) inner(path []string) *fileNode {
	for _, name := range path {
		if n == nil || n.shape != nodeStruct {
			return nil
		}
		n = findField(n.children, name)
	}
	return n
}

// schemaReader builds nodes from the flattened tree of a footer.
type schemaReader struct {
	elements []format.SchemaElement
	next     int
	leaves   []*fileLeaf
	options  readOptions
}

// readOptions are the options that change what a file's types mean.
type readOptions struct {
	binaryAsString bool
}

const maxSchemaDepth = 64

func readFileSchema(elements []format.SchemaElement, o readOptions) (root *fileNode, leaves []*fileLeaf, err error) {
	if len(elements) == 0 {
		return nil, nil, fmt.Errorf("the schema is empty")
	}
	r := &schemaReader{elements: elements, next: 1, options: o}
	root = &fileNode{shape: nodeStruct}
	if root.children, err = r.children(elements[0], nil, 0, 0, 0); err != nil {
		return nil, nil, err
	}
	if r.next != len(elements) {
		return nil, nil, fmt.Errorf("the schema has %d elements too many", len(elements)-r.next)
	}
	return root, r.leaves, nil
}

func (r *schemaReader) children(e format.SchemaElement, path []string, def, rep uint8, depth int) ([]*fileNode, error) {
	n := int(e.NumChildren.V)
	if n < 0 || n > len(r.elements)-r.next {
		return nil, fmt.Errorf("the group %q claims %d fields", e.Name, n)
	}
	out := make([]*fileNode, 0, n)
	for range n {
		c, err := r.field(path, def, rep, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// field reads the next element with what is below it.
func (r *schemaReader) field(parent []string, def, rep uint8, depth int) (*fileNode, error) {
	if r.next >= len(r.elements) || depth > maxSchemaDepth || def > 250 {
		return nil, fmt.Errorf("the schema is damaged or nested too deeply")
	}
	e := r.elements[r.next]
	path := append(append([]string(nil), parent...), e.Name)
	switch e.RepetitionType.V {
	case format.Repeated: // a list without annotation, of elements that are there
		elem, err := r.element(path, def+1, rep+1, depth)
		if err != nil {
			return nil, err
		}
		return listNode(e.Name, false, def, rep+1, elem), nil
	case format.Optional:
		n, err := r.present(path, def+1, rep, depth)
		if n != nil {
			n.optional = true
		}
		return n, err
	}
	return r.present(path, def, rep, depth)
}

func listNode(name string, optional bool, def, rep uint8, elem *fileNode) *fileNode {
	return &fileNode{name: name, shape: nodeList, optional: optional, def: def, elemDef: def + 1, rep: rep, children: []*fileNode{elem},
		typ: types.ArrayOf(elem.typ, elem.optional)}
}

// element reads the next element, which is repeated, as the required element of a list.
func (r *schemaReader) element(path []string, def, rep uint8, depth int) (*fileNode, error) {
	return r.present(path, def, rep, depth)
}

// present reads the next element, whose value is there from level def on.
func (r *schemaReader) present(path []string, def, rep uint8, depth int) (*fileNode, error) {
	e := r.elements[r.next]
	r.next++
	if e.NumChildren.V == 0 && e.Type.Valid {
		return r.leaf(e, path, def, rep)
	}
	converted := e.ConvertedType.V
	_, list := e.LogicalType.Value.(*format.ListType)
	_, isMap := e.LogicalType.Value.(*format.MapType)
	list = list || e.ConvertedType.Valid && converted == deprecated.List
	isMap = isMap || e.ConvertedType.Valid && (converted == deprecated.Map || converted == deprecated.MapKeyValue)
	if (list || isMap) && e.NumChildren.V == 1 && r.next < len(r.elements) && r.elements[r.next].RepetitionType.V == format.Repeated {
		if isMap && r.elements[r.next].NumChildren.V == 2 {
			return r.mapNode(e.Name, path, def, rep, depth)
		}
		return r.list(e.Name, path, def, rep, depth)
	}
	kids, err := r.children(e, path, def, rep, depth)
	if err != nil {
		return nil, err
	}
	if len(kids) == 0 {
		return nil, fmt.Errorf("the group %q has no fields", strings.Join(path, "."))
	}
	fields := make([]types.Field, len(kids))
	for i, k := range kids {
		fields[i] = types.Field{Name: k.name, Type: k.typ, Nullable: k.optional}
	}
	return &fileNode{name: e.Name, shape: nodeStruct, def: def, children: kids, typ: types.StructOf(fields...)}, nil
}

// list reads the repeated child of a LIST group, by the format's rules for lists of two and three levels.
func (r *schemaReader) list(name string, path []string, def, rep uint8, depth int) (*fileNode, error) {
	e := r.elements[r.next]
	path = append(path, e.Name)
	twoLevel := e.NumChildren.V != 1 || e.Name == "array" || e.Name == name+"_tuple"
	if !twoLevel && r.next+1 < len(r.elements) && r.elements[r.next+1].RepetitionType.V == format.Repeated {
		twoLevel = true
	}
	var elem *fileNode
	var err error
	if twoLevel {
		elem, err = r.element(path, def+1, rep+1, depth+1)
	} else {
		r.next++
		elem, err = r.field(path, def+1, rep+1, depth+1)
	}
	if err != nil {
		return nil, err
	}
	return listNode(name, false, def, rep+1, elem), nil
}

func (r *schemaReader) mapNode(name string, path []string, def, rep uint8, depth int) (*fileNode, error) {
	e := r.elements[r.next]
	r.next++
	kids, err := r.children(e, append(path, e.Name), def+1, rep+1, depth+1)
	if err != nil {
		return nil, err
	}
	return &fileNode{name: name, shape: nodeMap, def: def, elemDef: def + 1, rep: rep + 1, children: kids,
		typ: types.MapOf(kids[0].typ, kids[1].typ, kids[1].optional)}, nil
}

func (r *schemaReader) leaf(e format.SchemaElement, path []string, def, rep uint8) (*fileNode, error) {
	l := &fileLeaf{index: len(r.leaves), path: strings.Join(path, "."), physical: e.Type.V, width: int(e.TypeLength.V), maxDef: def, maxRep: rep}
	if err := l.describe(e, r.options); err != nil {
		return nil, err
	}
	r.leaves = append(r.leaves, l)
	return &fileNode{name: e.Name, shape: nodeLeaf, def: def, leaf: l, typ: l.typ}, nil
}
