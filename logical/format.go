package logical

import (
	"fmt"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// FormatOptions says what Format prints beside the nodes.
type FormatOptions struct {
	// Remark returns a note on a node, "" for none.
	Remark func(p Plan) string
}

// Format prints a plan as an indented tree, one node a line.
func Format(p Plan, o FormatOptions) string {
	var b strings.Builder
	format(&b, p, o, "", "")
	return b.String()
}

func format(b *strings.Builder, p Plan, o FormatOptions, first, rest string) {
	b.WriteString(first + FormatNode(p))
	if o.Remark != nil {
		if r := o.Remark(p); r != "" {
			b.WriteString("  [" + r + "]")
		}
	}
	b.WriteByte('\n')
	kids := p.Children()
	for i, k := range kids {
		branch, below := "├─ ", "│  "
		if i == len(kids)-1 {
			branch, below = "└─ ", "   "
		}
		if w, ok := p.(*With); ok && i < len(w.Defs) {
			branch += w.Defs[i].Name + ": "
		}
		format(b, k, o, rest+branch, rest+below)
	}
}

var kindNames = [...]string{Inner: "inner", LeftOuter: "left outer", RightOuter: "right outer", FullOuter: "full outer", LeftSemi: "left semi", LeftAnti: "left anti",
	NullAwareAnti: "null-aware anti", Mark: "mark", Single: "single"}

// String returns "left outer" and so on.
func (k JoinKind) String() string { return kindNames[k] }

// FormatNode prints one node without its inputs.
func FormatNode(p Plan) string {
	switch n := p.(type) {
	case *Scan:
		s := "Scan " + n.Name + " " + list(ScanColumns(n))
		if len(n.Filters) > 0 {
			s += " filters " + list(exprList(n.Filters))
		}
		if n.Limit > 0 {
			s += fmt.Sprintf(" limit %d", n.Limit)
		}
		return s
	case *Values:
		return fmt.Sprintf("Values %d rows %s", len(n.Rows), list(columnList(n.Out)))
	case *Range:
		return fmt.Sprintf("Range %d to %d step %d [%s]", n.Start, n.End, n.Step, expr.Format(n.Out))
	case *Project:
		return "Project " + list(namedList(n.List))
	case *Filter:
		return "Filter " + expr.Format(n.Pred)
	case *Join:
		return "Join " + n.Kind.String() + condition(n.Cond, n.MarkCol)
	case *Apply:
		return "Apply " + n.Kind.String() + condition(n.Cond, n.MarkCol)
	case *Aggregate:
		s := "Aggregate " + list(namedList(n.Keys)) + " " + list(namedList(n.Aggs))
		if n.Sets != nil {
			s += fmt.Sprintf(" sets %v", n.Sets)
		}
		return s
	case *Window:
		if n.Limit > 0 {
			return fmt.Sprintf("Window first %d of %s", n.Limit, list(namedList(n.Funcs)))
		}
		return "Window " + list(namedList(n.Funcs))
	case *Sort:
		return "Sort " + list(keyList(n.Keys))
	case *Limit:
		return fmt.Sprintf("Limit %d offset %d", n.Count, n.Offset)
	case *DistinctOn:
		return "DistinctOn " + list(exprList(n.On))
	case *SetOp:
		s := [...]string{UnionOp: "Union", IntersectOp: "Intersect", ExceptOp: "Except"}[n.Kind]
		if n.All {
			s += " all"
		}
		return s + " " + list(columnList(n.Out))
	case *Generate:
		s := "Generate " + expr.Format(n.Call) + " " + list(columnList(n.Out))
		if n.Outer {
			s += " outer"
		}
		return s
	case *Sample:
		return fmt.Sprintf("Sample %g to %g", n.Lower, n.Upper)
	case *Ref:
		return "Ref " + n.Name + " " + list(columnList(n.Out))
	case *Recursive:
		return "Recursive " + n.Name + " " + list(columnList(n.Out))
	case *Stage:
		return fmt.Sprintf("Stage %d rows %s", n.Facts.Rows, list(columnList(n.Out)))
	case *Rest:
		return "Rest " + list(columnList(n.Out))
	case *SubqueryAlias:
		return "Alias " + strings.Join(n.Name, ".")
	case *UnresolvedRelation:
		if n.Path != "" {
			return "Relation '" + n.Path + "'"
		}
		return "Relation " + strings.Join(n.Parts, ".")
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", p), "*logical.")
}

func condition(cond expr.Expr, mark *expr.Column) string {
	s := ""
	if cond != nil {
		s = " on " + expr.Format(cond)
	}
	if mark != nil {
		s += " mark " + expr.Format(mark)
	}
	return s
}

func list(parts []string) string { return "[" + strings.Join(parts, ", ") + "]" }

func columnList(cols []*expr.Column) []string {
	parts := make([]string, len(cols))
	for i, c := range cols {
		parts[i] = expr.Format(c)
	}
	return parts
}

// ScanColumns prints the columns of a scan, and of those that hold structs the type, which says which fields are read.
func ScanColumns(n *Scan) []string {
	parts := columnList(n.Out)
	for i, c := range n.Out {
		t := c.T
		for t.Kind == types.Array || t.Kind == types.Map {
			t = t.Elem()
		}
		if t.Kind == types.Struct {
			parts[i] += ":" + c.T.String()
		}
	}
	return parts
}

func exprList(es []expr.Expr) []string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = expr.Format(e)
	}
	return parts
}

func namedList(items []Named) []string {
	parts := make([]string, len(items))
	for i, it := range items {
		parts[i] = expr.Format(it.Expr)
		if c, ok := it.Expr.(*expr.Column); !ok || c.ID != it.Col.ID {
			parts[i] += " AS " + expr.Format(it.Col)
		}
	}
	return parts
}

func keyList(keys []expr.SortKey) []string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = expr.FormatKey(k)
	}
	return parts
}
