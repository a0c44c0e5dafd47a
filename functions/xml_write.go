package functions

import (
	"bytes"
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/xmltree"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

func resolveToXML(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 1 || len(c.Args) > 2 {
		return nil, WrongCount(c.Func.Name, "[1, 2]", len(c.Args), c.Pos)
	}
	if t := c.Args[0].Type(); t.Kind != types.Struct && t.Kind != types.Null {
		return nil, WrongType(c.Func.Name, c.Args, 0, "STRUCT", c.Pos)
	}
	return &expr.Resolution{Params: c.Types(), Result: types.StringType}, nil
}

// xmlWriter writes structs as elements: fields whose name begins with the prefix as attributes, the others one element each, arrays as several.
type xmlWriter struct {
	xmlForm
	indent string
	values jsontext.Writer
	null   []byte // what NULL becomes; nil: nothing
}

func newToXML(s *expr.Spec) (expr.Kernel, error) {
	o, err := textOptions(s, 1)
	if err != nil {
		return nil, err
	}
	w := &xmlWriter{indent: "    "}
	if w.xmlForm, err = xmlFormOf(o, s); err != nil {
		return nil, err
	}
	if w.hasNull {
		w.null = []byte(w.xmlForm.null)
	}
	times, err := textTimesOf(o, s, false)
	if err != nil {
		return nil, err
	}
	w.values = jsontext.Writer{Zone: times.zone, Date: times.appendDate, Timestamp: times.appendTimestamp, NTZ: times.appendNTZ}
	tag := o.get("rowtag", "ROW")
	var buf []byte
	return func(k *expr.KernelCall) {
		for i := range live(k) {
			v := k.Args[0]
			buf = bytes.TrimPrefix(w.element(buf[:0], tag, v, i, 0), []byte("\n"))
			k.Out.SetBytes(i, buf)
		}
	}, nil
}

func (w *xmlWriter) line(dst []byte, depth int) []byte {
	return append(append(dst, '\n'), strings.Repeat(w.indent, depth)...)
}

// element appends row i as an element, or several for an array, each on a line of its own.
func (w *xmlWriter) element(dst []byte, name string, v *columnar.Vector, i, depth int) []byte {
	if v.IsNull(i) {
		if w.null == nil {
			return dst
		}
		return append(append(append(append(w.line(dst, depth), '<'), name...), '>'), string(w.null)+"</"+name+">"...)
	}
	b, at := v.Base(), v.At(i)
	switch b.Type.Kind {
	case types.Array:
		s := columnar.Values[columnar.Span](b)[at]
		for j := range int(s.Len) {
			dst = w.element(dst, name, b.Children[0], int(s.Off)+j, depth)
		}
		return dst
	case types.Struct:
		return w.structure(dst, name, b, at, depth)
	case types.Map:
		s := columnar.Values[columnar.Span](b)[at]
		dst = append(append(append(w.line(dst, depth), '<'), name...), '>')
		for j := int(s.Off); j < int(s.Off+s.Len); j++ {
			dst = w.element(dst, string(w.text(b.Children[0], j)), b.Children[1], j, depth+1)
		}
		return append(w.line(dst, depth), "</"+name+">"...)
	}
	dst = append(append(append(w.line(dst, depth), '<'), name...), '>')
	return append(append(dst, escapeXML(w.text(b, at), false)...), "</"+name+">"...)
}

func (w *xmlWriter) structure(dst []byte, name string, v *columnar.Vector, i, depth int) []byte {
	dst = append(append(w.line(dst, depth), '<'), name...)
	var inner []byte
	text := false
	for j, f := range v.Type.Fields() {
		c := v.Children[j]
		attribute, is := strings.CutPrefix(f.Name, w.prefix)
		switch {
		case f.Name == w.value && !c.IsNull(i):
			inner = append(inner, escapeXML(w.text(c, i), false)...)
			text = true
		case f.Name == w.value:
		case is && w.prefix != "" && !f.Type.IsNested():
			if !c.IsNull(i) {
				dst = append(append(append(dst, " "+attribute+"=\""...), escapeXML(w.text(c, i), true)...), '"')
			}
		default:
			inner = w.element(inner, f.Name, c, i, depth+1)
		}
	}
	if len(inner) == 0 {
		return append(dst, "/>"...)
	}
	dst = append(append(dst, '>'), inner...)
	if !text {
		dst = w.line(dst, depth)
	}
	return append(dst, "</"+name+">"...)
}

// text is a scalar as text: as in JSON, without quotes.
func (w *xmlWriter) text(v *columnar.Vector, i int) []byte {
	if v.Type.Kind == types.String {
		return v.Bytes(i)
	}
	return bytes.Trim(w.values.Append(nil, v, i), `"`)
}

func escapeXML(s []byte, attribute bool) []byte {
	var out []byte
	for _, c := range s {
		switch {
		case c == '&':
			out = append(out, "&amp;"...)
		case c == '<':
			out = append(out, "&lt;"...)
		case c == '>' && !attribute:
			out = append(out, "&gt;"...)
		case c == '"' && attribute:
			out = append(out, "&quot;"...)
		default:
			out = append(out, c)
		}
	}
	return out
}

func newSchemaOfXML(s *expr.Spec) (expr.Kernel, error) {
	o, err := textOptions(s, 1)
	if err != nil {
		return nil, err
	}
	g := &xmlGuess{}
	if g.xmlForm, err = xmlFormOf(o, s); err != nil {
		return nil, err
	}
	if g.times, err = textTimesOf(o, s, true); err != nil {
		return nil, err
	}
	return func(k *expr.KernelCall) {
		in := textsOf(k.Args[0])
		for i := range live(k) {
			doc, err := xmltree.Parse(string(in.at(i)))
			if err != nil {
				k.Out.SetBytes(i, []byte("STRUCT<_corrupt_record: STRING>"))
				continue
			}
			t := g.element(doc.Root())
			switch {
			case t.Kind == types.Null:
				t = types.StructOf()
			case t.Kind != types.Struct:
				t = types.StructOf(types.Field{Name: g.value, Type: t, Nullable: true})
			}
			k.Out.SetBytes(i, []byte(withoutVoid(t).SQL()))
		}
	}, nil
}

// xmlGuess finds the types of elements.
type xmlGuess struct {
	xmlForm
	times textTimes
}

func (g *xmlGuess) element(n *xmltree.Node) types.Type {
	text, parent := g.own(n)
	if !parent && (len(n.Attrs) == 0 || g.noAttributes) {
		return g.scalar(text)
	}
	var fields []types.Field
	if !g.noAttributes {
		for _, a := range n.Attrs {
			fields = addField(fields, g.prefix+a.Name, g.scalar(g.text(a.Value)))
		}
	}
	if text != "" {
		fields = addField(fields, g.value, g.scalar(text))
	}
	for _, c := range n.Children {
		if !c.IsText() {
			fields = addField(fields, c.Name, g.element(c))
		}
	}
	return types.StructOf(fields...)
}

// addField adds a field in the order of names; a second one of the name makes an array.
func addField(fields []types.Field, name string, t types.Type) []types.Field {
	at := 0
	for at < len(fields) && fields[at].Name < name {
		at++
	}
	if at < len(fields) && fields[at].Name == name {
		old := fields[at].Type
		if old.Kind == types.Array {
			old = old.Elem()
		}
		fields[at].Type = types.ArrayOf(mergeXML(old, t), true)
		return fields
	}
	fields = append(fields, types.Field{})
	copy(fields[at+1:], fields[at:])
	fields[at] = types.Field{Name: name, Type: t, Nullable: true}
	return fields
}

// mergeXML is the type that holds values of two types.
func mergeXML(a, b types.Type) types.Type {
	switch {
	case a.Kind == types.Null:
		return b
	case b.Kind == types.Null || a.Equal(b):
		return a
	case a.IsNumeric() && b.IsNumeric():
		return types.DoubleType
	case a.Kind == types.Struct && b.Kind == types.Struct:
		fields := append([]types.Field{}, a.Fields()...)
		for _, f := range b.Fields() {
			if i := types.StructOf(fields...).FieldIndex(f.Name); i >= 0 {
				fields[i].Type = mergeXML(fields[i].Type, f.Type)
			} else {
				fields = addField(fields, f.Name, f.Type)
			}
		}
		return types.StructOf(fields...)
	case a.Kind == types.Array:
		if b.Kind == types.Array {
			b = b.Elem()
		}
		return types.ArrayOf(mergeXML(a.Elem(), b), true)
	case b.Kind == types.Array:
		return mergeXML(b, a)
	}
	return types.StringType
}

func (g *xmlGuess) scalar(s string) types.Type {
	v := &cellReader{textTimes: g.times}
	probe := func(t types.Type) bool { return v.store(columnar.New(t, 1), 0, []byte(s)) }
	switch {
	case s == "" || g.hasNull && s == g.null:
		return types.NullType
	case probe(types.BigIntType):
		return types.BigIntType
	case probe(types.DoubleType):
		return types.DoubleType
	case probe(types.BooleanType):
		return types.BooleanType
	}
	if _, ok := g.times.parseDate(s); ok && len(s) == len("2006-01-02") {
		return types.DateType
	}
	if _, ok := temporal.ParseTimestamp(s, g.times.zone, nil); ok && strings.Contains(s, "T") {
		return types.TimestampType
	}
	return types.StringType
}

// withoutVoid makes what was always empty a string.
func withoutVoid(t types.Type) types.Type {
	switch t.Kind {
	case types.Null:
		return types.StringType
	case types.Array:
		return types.ArrayOf(withoutVoid(t.Elem()), true)
	case types.Struct:
		fields := append([]types.Field{}, t.Fields()...)
		for i := range fields {
			fields[i].Type = withoutVoid(fields[i].Type)
		}
		return types.StructOf(fields...)
	}
	return t
}
