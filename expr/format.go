package expr

import (
	"fmt"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

// Format prints an expression as plans show it: SQL in which resolved columns carry their number (a#3). It is for people, EXPLAIN and goldens; Key
// tells whether expressions are equal.
func Format(e Expr) string {
	var f formatter
	f.expr(e)
	return f.String()
}

type formatter struct{ strings.Builder }

func (f *formatter) list(es []Expr, sep string) {
	for i, e := range es {
		if i > 0 {
			f.WriteString(sep)
		}
		f.expr(e)
	}
}

func (f *formatter) nary(args []Expr, sep string) {
	f.WriteByte('(')
	f.list(args, sep)
	f.WriteByte(')')
}

func (f *formatter) call(name string, args ...Expr) {
	f.WriteString(name)
	f.nary(args, ", ")
}

var infix = map[Op]string{OpAdd: "+", OpSub: "-", OpMul: "*", OpDiv: "/", OpIntDiv: "div", OpMod: "%", OpEq: "=", OpNullSafeEq: "<=>", OpNe: "<>", OpLt: "<",
	OpLe: "<=", OpGt: ">", OpGe: ">=", OpLike: "LIKE"}

func (f *formatter) expr(e Expr) {
	switch x := e.(type) {
	case nil:
		f.WriteString("<none>")
	case *Column:
		fmt.Fprintf(f, "%s#%d", x.Name, x.ID)
	case *Literal:
		f.WriteString(formatLiteral(x))
	case *Call:
		f.resolvedCall(x)
	case *Cast:
		f.WriteString(map[bool]string{true: "try_cast(", false: "cast("}[x.Mode == Try])
		f.expr(x.Child)
		f.WriteString(" AS " + x.To.String() + ")")
	case *And:
		f.nary(x.Args, " AND ")
	case *Or:
		f.nary(x.Args, " OR ")
	case *Not:
		f.WriteString("NOT ")
		f.expr(x.Child)
	case *Case:
		f.caseWhen(x)
	case *Coalesce:
		f.call("coalesce", x.Args...)
	case *In:
		f.expr(x.Child)
		f.WriteString(" IN ")
		f.nary(x.List, ", ")
	case *Field:
		f.expr(x.Child)
		f.WriteString("." + x.Child.Type().Fields()[x.Index].Name)
	case *Lambda:
		for i, p := range x.Params {
			if i > 0 {
				f.WriteString(", ")
			}
			f.expr(p)
		}
		f.WriteString(" -> ")
		f.expr(x.Body)
	case *Aggregate:
		f.aggregate(x)
	case *Window:
		f.expr(x.Call)
		f.WriteString(" OVER (")
		f.window(&x.Spec)
		f.WriteByte(')')
	case *Subquery:
		f.WriteString([...]string{ScalarSubquery: "scalar", ExistsSubquery: "EXISTS", InSubquery: "IN", QuantifiedSubquery: "quantified"}[x.Kind] + "-subquery")
		if len(x.Left) > 0 {
			f.nary(x.Left, ", ")
		}
	default:
		f.unresolved(e)
	}
}

func (f *formatter) resolvedCall(x *Call) {
	if s, ok := infix[x.Func.Op]; ok && len(x.Args) == 2 {
		f.nary(x.Args, " "+s+" ")
		return
	}
	switch {
	case x.Func.Op == OpIsNull && len(x.Args) == 1:
		f.expr(x.Args[0])
		f.WriteString(" IS NULL")
	case x.Func.Op == OpIsNotNull && len(x.Args) == 1:
		f.expr(x.Args[0])
		f.WriteString(" IS NOT NULL")
	case x.Func.Op == OpNeg:
		f.call("-", x.Args...)
	default:
		f.call(x.Func.Name, x.Args...)
	}
}

func (f *formatter) caseWhen(x *Case) {
	f.WriteString("CASE")
	if x.Operand != nil {
		f.WriteByte(' ')
		f.expr(x.Operand)
	}
	for _, w := range x.Whens {
		f.WriteString(" WHEN ")
		f.expr(w.Cond)
		f.WriteString(" THEN ")
		f.expr(w.Then)
	}
	if x.Else != nil {
		f.WriteString(" ELSE ")
		f.expr(x.Else)
	}
	f.WriteString(" END")
}

func (f *formatter) aggregate(x *Aggregate) {
	f.WriteString(x.Func.Name + "(")
	if x.Distinct {
		f.WriteString("DISTINCT ")
	}
	f.list(x.Args, ", ")
	if len(x.Order) > 0 {
		f.WriteString(" ORDER BY ")
		f.keys(x.Order)
	}
	f.WriteByte(')')
	if x.IgnoreNulls {
		f.WriteString(" IGNORE NULLS")
	}
	if x.Filter != nil {
		f.WriteString(" FILTER (WHERE ")
		f.expr(x.Filter)
		f.WriteByte(')')
	}
}

func (f *formatter) keys(keys []SortKey) {
	for i, k := range keys {
		if i > 0 {
			f.WriteString(", ")
		}
		f.expr(k.Expr)
		if k.Desc {
			f.WriteString(" DESC")
		}
		if k.NullsFirst == k.Desc {
			f.WriteString(map[bool]string{true: " NULLS FIRST", false: " NULLS LAST"}[k.NullsFirst])
		}
	}
}

func (f *formatter) window(w *WindowSpec) {
	space := ""
	if w.Ref != "" {
		f.WriteString(w.Ref)
		space = " "
	}
	if len(w.Partition) > 0 {
		f.WriteString(space + "PARTITION BY ")
		f.list(w.Partition, ", ")
		space = " "
	}
	if len(w.Order) > 0 {
		f.WriteString(space + "ORDER BY ")
		f.keys(w.Order)
		space = " "
	}
	if fr := w.Frame; fr != nil {
		f.WriteString(space + map[bool]string{true: "RANGE", false: "ROWS"}[fr.Range] + " BETWEEN ")
		f.bound(fr.Start)
		f.WriteString(" AND ")
		f.bound(fr.End)
	}
}

func (f *formatter) bound(b Bound) {
	switch b.Kind {
	case UnboundedPreceding:
		f.WriteString("UNBOUNDED PRECEDING")
	case UnboundedFollowing:
		f.WriteString("UNBOUNDED FOLLOWING")
	case CurrentRow:
		f.WriteString("CURRENT ROW")
	default:
		f.expr(b.Offset)
		f.WriteString(map[bool]string{true: " PRECEDING", false: " FOLLOWING"}[b.Kind == Preceding])
	}
}

func (f *formatter) unresolved(e Expr) {
	switch x := e.(type) {
	case *Name:
		f.WriteString(strings.Join(x.Parts, "."))
	case *Star:
		f.WriteString(strings.Join(append(x.Qualifier[:len(x.Qualifier):len(x.Qualifier)], "*"), "."))
	case *UnresolvedCall:
		f.call(strings.Join(x.Name, "."), x.Args...)
	case *NamedArg:
		f.WriteString(x.Name + " => ")
		f.expr(x.Child)
	case *Parameter:
		if x.Name == "" {
			f.WriteByte('?')
		} else {
			f.WriteString(":" + x.Name)
		}
	case *UnresolvedLambda:
		f.WriteString("(" + strings.Join(x.Params, ", ") + ") -> ")
		f.expr(x.Body)
	case *Extract:
		f.expr(x.Child)
		f.WriteByte('[')
		f.expr(x.Key)
		f.WriteByte(']')
	case *Alias:
		f.expr(x.Child)
		f.WriteString(" AS " + strings.Join(x.Names, ", "))
	default:
		f.WriteString(strings.TrimPrefix(fmt.Sprintf("%T", e), "*expr."))
		f.nary(e.Children(), ", ")
	}
}

// formatLiteral prints a value so that its kind shows; timestamps in UTC, so that plans do not depend on the session.
func formatLiteral(l *Literal) string {
	if l.Value == nil {
		return "NULL"
	}
	s := text.Hive(l.Value, l.T, time.UTC)
	switch {
	case l.T.Kind == types.String:
		return "'" + strings.ReplaceAll(l.Value.(string), "'", "''") + "'"
	case l.T.Kind == types.Binary:
		return fmt.Sprintf("X'%X'", l.Value)
	case l.T.IsNumeric() || l.T.Kind == types.Boolean || l.T.IsNested():
		return s
	}
	name, _, _ := strings.Cut(l.T.String(), " ")
	return name + " '" + s + "'"
}

// FormatKey prints an ordering.
func FormatKey(k SortKey) string {
	var f formatter
	f.keys([]SortKey{k})
	return f.String()
}
