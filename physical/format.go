package physical

import (
	"fmt"
	"strings"

	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// FormatOptions says what Format prints beside the operators.
type FormatOptions struct {
	// Estimate returns a remark on a node, "" for none.
	Estimate func(p logical.Plan) string
	// Expand returns the title of a finished stage and the plan it ran.
	Expand func(s *logical.Stage) (string, logical.Plan)
	// Measured returns what was measured of a node, "" for nothing.
	Measured func(p logical.Plan) string
}

// Format prints the operators that a plan becomes, one a line.
func Format(p logical.Plan, o FormatOptions) string {
	f := formatter{o: o, shown: map[any]bool{}}
	f.node(p, "", "")
	return f.b.String()
}

type formatter struct {
	b     strings.Builder
	o     FormatOptions
	shown map[any]bool
}

func (f *formatter) line(prefix, text string, p logical.Plan) {
	f.b.WriteString(prefix + text)
	for _, remark := range []func(logical.Plan) string{f.o.Estimate, f.o.Measured} {
		if remark != nil {
			if r := remark(p); r != "" {
				f.b.WriteString("  [" + r + "]")
			}
		}
	}
	f.b.WriteByte('\n')
}

// node prints p; first stands before its own line, rest before the lines of its inputs.
func (f *formatter) node(p logical.Plan, first, rest string) {
	kids := Inputs(p)
	text := Operator(p)
	switch n := p.(type) {
	case *logical.Stage:
		if f.o.Expand != nil {
			if title, ran := f.o.Expand(n); ran != nil {
				text = title
				if f.shown[n.Handle] {
					text += " (shown above)"
				} else {
					f.shown[n.Handle] = true
					kids = []logical.Plan{ran}
				}
			}
		}
	case *logical.With:
		f.line(first, text, p)
		for _, d := range n.Defs {
			f.b.WriteString(rest + "├─ " + fmt.Sprintf("definition %s\n", d.Name))
			f.node(d.Plan, rest+"│  └─ ", rest+"│     ")
		}
		f.node(n.Body, rest+"└─ ", rest+"   ")
		return
	}
	f.line(first, text, p)
	for i, k := range kids {
		if i < len(kids)-1 {
			f.node(k, rest+"├─ ", rest+"│  ")
		} else {
			f.node(k, rest+"└─ ", rest+"   ")
		}
	}
}

// Operator describes the operator that a node becomes.
func Operator(p logical.Plan) string {
	switch n := p.(type) {
	case *logical.Scan:
		s := "Scan " + n.Name + " [" + strings.Join(logical.ScanColumns(n), ", ") + "]"
		if len(n.Filters) > 0 {
			s += " where " + exprs(n.Filters)
		}
		return s
	case *logical.Join:
		return join(n)
	case *logical.Aggregate:
		s := "HashAggregate"
		if len(n.Keys) > 0 {
			s += " by " + named(n.Keys)
		}
		if len(n.Aggs) > 0 {
			s += ": " + named(n.Aggs)
		}
		if n.Sets != nil {
			s += fmt.Sprintf(" (%d grouping sets)", len(n.Sets))
		}
		return s
	case *logical.Distinct:
		return "HashAggregate distinct by " + columns(n.Output())
	case *logical.Limit:
		if s, ok := n.Input.(*logical.Sort); ok && n.Count >= 0 {
			return fmt.Sprintf("TopN %d offset %d by %s", n.Count, n.Offset, keys(s.Keys))
		}
		return fmt.Sprintf("Limit %d offset %d", n.Count, n.Offset)
	case *logical.Sort:
		return "Sort by " + keys(n.Keys)
	case *logical.Project:
		return "Project " + named(n.List)
	case *logical.Filter:
		if a := grouped(n); a != nil {
			return Operator(a) + " having " + expr.Format(n.Pred)
		}
		return "Filter " + expr.Format(n.Pred)
	case *logical.Stage:
		return fmt.Sprintf("Stage of %d rows [%s]", n.Facts.Rows, columns(n.Out))
	case *logical.Rest:
		return fmt.Sprintf("Rest of about %.0f rows [%s]", n.Rows, columns(n.Out))
	case *logical.Window:
		if n.Limit > 0 {
			return fmt.Sprintf("Window first %d of %s", n.Limit, named(n.Funcs))
		}
		return "Window " + named(n.Funcs)
	case *logical.Values:
		return fmt.Sprintf("Values %d rows [%s]", len(n.Rows), columns(n.Out))
	case *logical.Range:
		return fmt.Sprintf("Range %d to %d step %d", n.Start, n.End, n.Step)
	case *logical.SetOp:
		return "Union"
	case *logical.Ref:
		return "Read " + n.Name
	case *logical.With:
		return "With"
	case *logical.Generate:
		return "Generate " + expr.Format(n.Call)
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", p), "*logical.")
}

func join(n *logical.Join) string {
	l, _, _, rest := cost.EquiKeys(n.Cond, n.Left.Output(), n.Right.Output())
	name := "HashJoin"
	if len(l) == 0 || n.Kind == logical.NullAwareAnti && len(rest) > 0 {
		name = "NestedLoopJoin"
	}
	s := name + " " + n.Kind.String() + ", build right"
	if n.Cond != nil {
		s += " on " + expr.Format(n.Cond)
	}
	return s
}

func columns(cols []*expr.Column) string {
	parts := make([]string, len(cols))
	for i, c := range cols {
		parts[i] = expr.Format(c)
	}
	return strings.Join(parts, ", ")
}

func exprs(es []expr.Expr) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = expr.Format(e)
	}
	return strings.Join(parts, " AND ")
}

func named(list []logical.Named) string {
	parts := make([]string, len(list))
	for i, it := range list {
		parts[i] = expr.Format(it.Expr)
		if c, ok := it.Expr.(*expr.Column); !ok || c.ID != it.Col.ID {
			parts[i] += " AS " + expr.Format(it.Col)
		}
	}
	return strings.Join(parts, ", ")
}

func keys(ks []expr.SortKey) string {
	parts := make([]string, len(ks))
	for i, k := range ks {
		parts[i] = expr.FormatKey(k)
	}
	return strings.Join(parts, ", ")
}
