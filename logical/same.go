package logical

import (
	"fmt"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
)

// Same reports whether two plans are equal node by node: same kinds, columns and expressions in the same shape. Rules use it to tell a
// plan that was rebuilt from one that changed.
func Same(a, b Plan) bool {
	if a == b {
		return true
	}
	return shape(a) == shape(b)
}

func shape(p Plan) string {
	var b strings.Builder
	writeShape(&b, p)
	return b.String()
}

func writeShape(b *strings.Builder, p Plan) {
	fmt.Fprintf(b, "%T(", p)
	for _, c := range p.Output() {
		fmt.Fprintf(b, "#%d ", c.ID)
	}
	switch n := p.(type) {
	case *Scan:
		for _, c := range n.Out {
			if c.T.IsNested() { // which of its fields are read
				b.WriteString(c.T.String())
			}
		}
		fmt.Fprintf(b, "limit %d ", n.Limit)
	case *Window:
		fmt.Fprintf(b, "limit %d ", n.Limit)
	case *Limit:
		fmt.Fprintf(b, "%d %d ", n.Count, n.Offset)
	case *Join:
		fmt.Fprintf(b, "%d ", n.Kind)
	}
	for _, e := range Expressions(p) {
		b.WriteString(expr.Key(e))
	}
	for _, k := range p.Children() {
		writeShape(b, k)
	}
	b.WriteByte(')')
}
