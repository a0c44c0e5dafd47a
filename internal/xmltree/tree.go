// Package xmltree reads XML into a tree, on which XPath expressions can be evaluated.
package xmltree

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/antchfx/xpath"
)

// Node is an element, a text, or the document itself, whose Name is empty and Parent nil.
type Node struct {
	Name     string // without prefix
	Prefix   string
	Attrs    []Attr
	Text     string // of a text node, which has no Name
	Parent   *Node
	Children []*Node
	place    int // among the parent's children
}

// Attr is an attribute.
type Attr struct{ Prefix, Name, Value string }

// IsText reports a text node.
func (n *Node) IsText() bool { return n.Name == "" && n.Parent != nil }

// Root returns the element of a document.
func (n *Node) Root() *Node {
	for _, c := range n.Children {
		if !c.IsText() {
			return c
		}
	}
	return nil
}

// Content returns all text inside a node.
func (n *Node) Content() string {
	if n.IsText() {
		return n.Text
	}
	var b strings.Builder
	for _, c := range n.Children {
		b.WriteString(c.Content())
	}
	return b.String()
}

func (n *Node) add(c *Node) {
	c.Parent, c.place = n, len(n.Children)
	n.Children = append(n.Children, c)
}

// maxDepth is how deep elements may be nested.
const maxDepth = 1000

// Parse reads one document. Comments, instructions and what declares namespaces are left out; text outside of the element is an error.
func Parse(text string) (*Node, error) {
	dec := xml.NewDecoder(strings.NewReader(text))
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now, whatever it says
	doc := &Node{}
	at, depth := doc, 0
	for {
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if at == doc && doc.Root() != nil || depth == maxDepth {
				return nil, errors.New("a second element, or elements nested too deep")
			}
			n := element(t)
			at.add(n)
			at, depth = n, depth+1
		case xml.EndElement:
			if at.Name != t.Name.Local || at.Prefix != t.Name.Space || at == doc {
				return nil, errors.New("an element ends that did not begin")
			}
			at, depth = at.Parent, depth-1
		case xml.CharData:
			if err := at.addText(string(t)); err != nil {
				return nil, err
			}
		}
	}
	if at != doc || doc.Root() == nil {
		return nil, errors.New("an element does not end, or there is none")
	}
	return doc, nil
}

func element(t xml.StartElement) *Node {
	n := &Node{Prefix: t.Name.Space, Name: t.Name.Local}
	for _, a := range t.Attr {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
			n.Attrs = append(n.Attrs, Attr{a.Name.Space, a.Name.Local, a.Value})
		}
	}
	return n
}

// addText adds text behind the last child; neighbouring texts are one node.
func (n *Node) addText(text string) error {
	if n.Parent == nil {
		if strings.TrimSpace(text) != "" {
			return errors.New("text outside of the element")
		}
		return nil
	}
	if k := len(n.Children); k > 0 && n.Children[k-1].IsText() {
		n.Children[k-1].Text += text
		return nil
	}
	n.add(&Node{Text: text})
	return nil
}

// Navigator returns a cursor on a document for package xpath.
func Navigator(doc *Node) xpath.NodeNavigator { return &cursor{root: doc, at: doc, attr: -1} }

// cursor is a place in a tree: a node, or one of its attributes.
type cursor struct {
	root, at *Node
	attr     int // -1 for the node itself
}

// Of returns the node at a cursor, nil if it is at an attribute, and the text there.
func Of(c xpath.NodeNavigator) (*Node, string) {
	x := c.(*cursor)
	if x.attr >= 0 {
		return nil, x.Value()
	}
	return x.at, x.Value()
}

func (c *cursor) NodeType() xpath.NodeType {
	switch {
	case c.attr >= 0:
		return xpath.AttributeNode
	case c.at.Parent == nil:
		return xpath.RootNode
	case c.at.IsText():
		return xpath.TextNode
	}
	return xpath.ElementNode
}

func (c *cursor) LocalName() string {
	if c.attr >= 0 {
		return c.at.Attrs[c.attr].Name
	}
	return c.at.Name
}

func (c *cursor) Prefix() string {
	if c.attr >= 0 {
		return c.at.Attrs[c.attr].Prefix
	}
	return c.at.Prefix
}

func (c *cursor) Value() string {
	if c.attr >= 0 {
		return c.at.Attrs[c.attr].Value
	}
	return c.at.Content()
}

func (c *cursor) Copy() xpath.NodeNavigator { d := *c; return &d }

func (c *cursor) MoveToRoot() { c.at, c.attr = c.root, -1 }

func (c *cursor) MoveToParent() bool {
	if c.attr >= 0 {
		c.attr = -1
		return true
	}
	return c.to(c.at.Parent)
}

func (c *cursor) MoveToNextAttribute() bool {
	if c.attr+1 >= len(c.at.Attrs) {
		return false
	}
	c.attr++
	return true
}

func (c *cursor) to(n *Node) bool {
	if n == nil {
		return false
	}
	c.at, c.attr = n, -1
	return true
}

func (c *cursor) MoveToChild() bool {
	return c.attr < 0 && len(c.at.Children) > 0 && c.to(c.at.Children[0])
}

func (c *cursor) MoveToFirst() bool {
	return c.attr < 0 && c.at.Parent != nil && c.at.place > 0 && c.to(c.at.Parent.Children[0])
}

func (c *cursor) MoveToNext() bool { return c.sibling(1) }

func (c *cursor) MoveToPrevious() bool { return c.sibling(-1) }

func (c *cursor) sibling(step int) bool {
	if c.attr >= 0 || c.at.Parent == nil {
		return false
	}
	i := c.at.place + step
	return i >= 0 && i < len(c.at.Parent.Children) && c.to(c.at.Parent.Children[i])
}

func (c *cursor) MoveTo(other xpath.NodeNavigator) bool {
	o, ok := other.(*cursor)
	if !ok || o.root != c.root {
		return false
	}
	*c = *o
	return true
}
