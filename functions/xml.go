package functions

import (
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/xmltree"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// xmlFuncs read and write XML elements; see jsonFuncs on their schemas and options.
func xmlFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "from_xml", Group: xmlGroup, Since: "4.0.0", Usage: "from_xml(xml, schema[, options]) - Returns a struct of the elements and attributes (_name) inside an XML element.",
			Examples: []expr.Example{{SQL: "SELECT from_xml('<p><a>1</a><b>0.8</b></p>', 'a INT, b DOUBLE')", Want: `{"a":1,"b":0.8}`}},
			Resolve:  resolveFromText(xmlSchema), NullRule: expr.NullCustom, AlwaysNull: true, Fallible: true, New: newFromXML},
		{Name: "schema_of_xml", Group: xmlGroup, Since: "4.0.0", Usage: "schema_of_xml(xml[, options]) - Returns the type of an XML element.",
			Examples: []expr.Example{{SQL: "SELECT schema_of_xml('<p><a>1</a></p>')", Want: "STRUCT<a: BIGINT>"}},
			Resolve:  resolveSchemaOf("xml"), New: newSchemaOfXML},
		{Name: "to_xml", Group: xmlGroup, Since: "4.0.0", Usage: "to_xml(struct[, options]) - Returns a struct as an XML element.",
			Examples: []expr.Example{{SQL: "SELECT to_xml(named_struct('a', 1, 'b', 2))", Want: "<ROW>\n    <a>1</a>\n    <b>2</b>\n</ROW>"}},
			Resolve:  resolveToXML, New: newToXML},
	}
}

func xmlSchema(c *expr.Resolving, t types.Type) error {
	if t.Kind != types.Struct {
		return sqlerr.New("DATATYPE_MISMATCH.INVALID_XML_SCHEMA", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: Input schema \"%s\" must be a struct or a variant.", describeCall(c.Func.Name, c.Args[:1]), t.SQL())
	}
	if t.Contains(types.Variant) {
		return sqlerr.Unsupported("VARIANT", c.Pos, "from_xml does not read variants.")
	}
	return nil
}

// xmlForm is how attributes and text are named as fields, and what stands for NULL.
type xmlForm struct {
	prefix, value string
	null          string
	hasNull       bool
	keepSpace     bool
	noAttributes  bool
}

func xmlFormOf(o options, s *expr.Spec) (xmlForm, error) {
	f := xmlForm{prefix: o.get("attributeprefix", "_"), value: o.get("valuetag", "_VALUE"), keepSpace: o["ignoresurroundingspaces"] == "false", noAttributes: o.is("excludeattribute")}
	f.null, f.hasNull = o["nullvalue"]
	return f, o.reject(s, "locale", "rowvalidationxsdpath", "wildcardcolname", "arrayelementname")
}

// text is the text of an element or attribute without the space around it.
func (f *xmlForm) text(s string) string {
	if f.keepSpace {
		return s
	}
	return strings.TrimSpace(s)
}

// own is the text of an element outside of its children, and whether it has child elements.
func (f *xmlForm) own(n *xmltree.Node) (text string, parent bool) {
	for _, c := range n.Children {
		if c.IsText() {
			text += c.Text
		} else {
			parent = true
		}
	}
	return f.text(text), parent
}

// fromXML is one from_xml call.
type fromXML struct {
	xmlForm
	spec     *expr.Spec
	values   cellReader
	failFast bool
	corrupt  int // field for malformed text, -1 if there is none
}

func newFromXML(s *expr.Spec) (expr.Kernel, error) {
	o, err := textOptions(s, 2)
	if err != nil {
		return nil, err
	}
	f := &fromXML{spec: s}
	if f.xmlForm, err = xmlFormOf(o, s); err != nil {
		return nil, err
	}
	if f.failFast, err = o.failFast(s, "from_xml"); err != nil {
		return nil, err
	}
	if f.values.textTimes, err = textTimesOf(o, s, true); err != nil {
		return nil, err
	}
	f.values.nan, f.values.inf, f.values.negInf = o.get("nanvalue", "NaN"), o.get("positiveinf", "Inf"), o.get("negativeinf", "-Inf")
	f.corrupt = s.Result.FieldIndex(o.get("columnnameofcorruptrecord", "_corrupt_record"))
	return f.run, nil
}

func (f *fromXML) run(k *expr.KernelCall) {
	in := textsOf(k.Args[0])
	for i := range each(k) {
		jsontext.SetNull(k.Out, i)
		if k.Args[0].IsNull(i) {
			continue
		}
		text := in.at(i)
		k.Out.EnsureValid()[i>>6] |= 1 << (i & 63)
		doc, err := xmltree.Parse(string(text))
		if err == nil && f.fields(k.Out, i, doc.Root()) {
			continue
		}
		if f.failFast {
			reject(k, i, f.spec, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "Malformed records are detected in record parsing: %s. Parse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'.", text)
		} else if f.corrupt >= 0 {
			c := k.Out.Children[f.corrupt]
			c.EnsureValid()[i>>6] |= 1 << (i & 63)
			c.SetBytes(i, text)
		}
	}
}

// fields stores what an element contains as row i of a struct whose fields are null, and reports whether all of it fits.
func (f *fromXML) fields(v *columnar.Vector, i int, n *xmltree.Node) bool {
	ok := true
	for j, field := range v.Type.Fields() {
		child := v.Children[j]
		if field.Name == f.value {
			if text, _ := f.own(n); text != "" {
				ok = f.scalar(child, i, text) && ok
			}
			continue
		}
		if name, is := strings.CutPrefix(field.Name, f.prefix); is && !f.noAttributes {
			for _, a := range n.Attrs {
				if a.Name == name {
					ok = f.scalar(child, i, f.text(a.Value)) && ok
				}
			}
		}
		var found []*xmltree.Node
		for _, c := range n.Children {
			if !c.IsText() && c.Name == field.Name {
				found = append(found, c)
			}
		}
		switch {
		case len(found) == 0:
		case field.Type.Kind == types.Array:
			ok = f.list(child, i, found) && ok
		default:
			ok = f.element(child, i, found[len(found)-1]) && ok
		}
	}
	return ok
}

func presentRow(v *columnar.Vector, i int) {
	if v.Valid != nil {
		v.EnsureValid()[i>>6] |= 1 << (i & 63)
	}
}

// list stores elements as an array.
func (f *fromXML) list(v *columnar.Vector, i int, elems []*xmltree.Node) bool {
	presentRow(v, i)
	child := v.Children[0]
	from, ok := child.Len, true
	child.Grow(from + len(elems))
	for j, e := range elems {
		jsontext.SetNull(child, from+j)
		ok = f.element(child, from+j, e) && ok
	}
	columnar.Values[columnar.Span](v)[i] = columnar.Span{Off: int32(from), Len: int32(len(elems))}
	return ok
}

// element stores an element as row i, which is null so far.
func (f *fromXML) element(v *columnar.Vector, i int, n *xmltree.Node) bool {
	switch v.Type.Kind {
	case types.Struct:
		presentRow(v, i)
		return f.fields(v, i, n)
	case types.Array:
		return f.list(v, i, []*xmltree.Node{n})
	case types.Map:
		return f.entries(v, i, n)
	}
	text, parent := f.own(n)
	if text == "" && (parent || v.Type.Kind != types.String) {
		return !parent
	}
	return f.scalar(v, i, text)
}

// entries stores the children of an element as a map from their names.
func (f *fromXML) entries(v *columnar.Vector, i int, n *xmltree.Node) bool {
	presentRow(v, i)
	keys, values := v.Children[0], v.Children[1]
	from, ok := keys.Len, true
	for _, c := range n.Children {
		if c.IsText() {
			continue
		}
		at := keys.Len
		keys.Grow(at + 1)
		values.Grow(at + 1)
		keys.SetBytes(at, []byte(c.Name))
		jsontext.SetNull(values, at)
		ok = f.element(values, at, c) && ok
	}
	columnar.Values[columnar.Span](v)[i] = columnar.Span{Off: int32(from), Len: int32(keys.Len - from)}
	return ok
}

func (f *fromXML) scalar(v *columnar.Vector, i int, text string) bool {
	if f.hasNull && text == f.null || v.Type.IsNested() {
		return !v.Type.IsNested()
	}
	presentRow(v, i)
	if !f.values.store(v, i, []byte(text)) {
		v.SetNull(i)
		return false
	}
	return true
}
