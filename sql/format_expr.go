package sql

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// expr writes an expression. Whatever has operators stands in parentheses, so that precedence never matters.
func (w *writer) expr(e expr.Expr) {
	switch e := e.(type) {
	case *expr.Literal:
		w.literal(e)
	case *expr.Name:
		w.name(e.Parts)
	case *expr.Star:
		w.star(e)
	case *expr.UnresolvedCall:
		w.call(e)
	case *expr.And:
		w.joined(e.Args, " AND ")
	case *expr.Or:
		w.joined(e.Args, " OR ")
	case *expr.Not:
		w.put("(NOT ")
		w.expr(e.Child)
		w.put(")")
	case *expr.Case:
		w.caseWhen(e)
	case *expr.Cast:
		w.cast(e)
	case *expr.In:
		w.put("(")
		w.expr(e.Child)
		w.put(" IN (")
		w.exprs(e.List)
		w.put("))")
	case *expr.Subquery:
		w.subquery(e)
	case *expr.Extract:
		w.extract(e)
	case *expr.VariantPath:
		w.postfixed(e.Child)
		w.put(":", e.Path)
	case *expr.Alias:
		w.alias(e)
	case *expr.NamedArg:
		w.put(quoteName(e.Name), " => ")
		w.expr(e.Child)
	case *expr.UnresolvedLambda:
		w.put("(")
		if len(e.Params) == 1 {
			w.put(quoteName(e.Params[0]))
		} else {
			w.names(e.Params)
		}
		w.put(" -> ")
		w.expr(e.Body)
		w.put(")")
	case *expr.Parameter:
		if e.Name == "" {
			w.put("?")
		} else {
			w.put(":", e.Name)
		}
	case *expr.Default:
		w.put("DEFAULT")
	case *expr.IdentifierClause:
		w.put("IDENTIFIER(")
		w.expr(e.Child)
		w.put(")")
		if e.Call != nil {
			w.arguments(e.Call)
		}
	default:
		w.put(fmt.Sprintf("<%T>", e))
	}
}

func (w *writer) joined(list []expr.Expr, sep string) {
	w.put("(")
	for i, e := range list {
		w.option(i > 0, sep)
		w.expr(e)
	}
	w.put(")")
}

// postfixed writes what a postfix operator applies to.
func (w *writer) postfixed(e expr.Expr) {
	if x, ok := e.(*expr.Extract); ok {
		w.expr(x)
		return
	}
	w.put("(")
	w.expr(e)
	w.put(")")
}

func (w *writer) extract(e *expr.Extract) {
	w.postfixed(e.Child)
	if key, ok := e.Key.(*expr.Literal); ok && e.Dot {
		s, _ := key.Value.(string)
		w.put(".", quoteName(s))
		return
	}
	w.put("[")
	w.expr(e.Key)
	w.put("]")
}

func (w *writer) star(e *expr.Star) {
	if len(e.Qualifier) > 0 {
		w.name(e.Qualifier)
		w.put(".")
	}
	w.put("*")
	for i, n := range e.Except {
		if i == 0 {
			w.put(" EXCEPT (")
		} else {
			w.put(", ")
		}
		w.name(n)
		w.option(i == len(e.Except)-1, ")")
	}
	for i, a := range e.Replace {
		if i == 0 {
			w.put(" REPLACE (")
		} else {
			w.put(", ")
		}
		w.alias(a)
		w.option(i == len(e.Replace)-1, ")")
	}
}

func (w *writer) alias(e *expr.Alias) {
	w.expr(e.Child)
	switch len(e.Names) {
	case 0:
	case 1:
		w.put(" AS ", quoteName(e.Names[0]))
	default:
		w.put(" AS ")
		w.names(e.Names)
	}
}

// isPlain reports a call with nothing but arguments.
func isPlain(e *expr.UnresolvedCall) bool {
	return len(e.Name) == 1 && !e.Distinct && e.Filter == nil && len(e.Order) == 0 && !e.NullsSet && e.Over == nil
}

func isBinary(op string) bool {
	switch op {
	case "=", "<=>", "<>", "<", "<=", ">", ">=", "|", "^", "&", "<<", ">>", ">>>", "+", "-", "||", "*", "/", "%", "div", "like", "ilike", "rlike":
		return true
	}
	return false
}

func (w *writer) call(e *expr.UnresolvedCall) {
	if isPlain(e) {
		op := e.Name[0]
		switch {
		case len(e.Args) == 2 && isBinary(op):
			w.put("(")
			w.expr(e.Args[0])
			w.put(" ", strings.ToUpper(op), " ")
			w.expr(e.Args[1])
			w.put(")")
			return
		case len(e.Args) == 1 && (op == "-" || op == "+" || op == "~"):
			w.put("(", op, "(")
			w.expr(e.Args[0])
			w.put("))")
			return
		}
	}
	if len(e.Name) == 1 && e.Name[0] == "struct" {
		w.put("STRUCT") // its arguments may have aliases
	} else {
		w.name(e.Name)
	}
	w.arguments(e)
}

// arguments writes (args) and what follows them.
func (w *writer) arguments(e *expr.UnresolvedCall) {
	w.put("(")
	w.option(e.Distinct, "DISTINCT ")
	w.exprs(e.Args)
	w.put(")")
	if len(e.Order) > 0 {
		w.put(" WITHIN GROUP (ORDER BY ")
		w.sortKeys(e.Order)
		w.put(")")
	}
	if e.Filter != nil {
		w.put(" FILTER (WHERE ")
		w.expr(e.Filter)
		w.put(")")
	}
	if e.NullsSet {
		w.option(e.IgnoreNulls, " IGNORE NULLS")
		w.option(!e.IgnoreNulls, " RESPECT NULLS")
	}
	if e.Over != nil {
		w.put(" OVER ")
		w.windowSpec(e.Over)
	}
}

func (w *writer) sortKeys(keys []expr.SortKey) {
	for i, k := range keys {
		w.option(i > 0, ", ")
		w.expr(k.Expr)
		w.direction(k)
	}
}

func (w *writer) direction(k expr.SortKey) {
	w.option(k.Desc, " DESC")
	if k.NullsSet {
		w.option(k.NullsFirst, " NULLS FIRST")
		w.option(!k.NullsFirst, " NULLS LAST")
	}
}

func (w *writer) windowSpec(s *expr.WindowSpec) {
	if s.Ref != "" {
		w.put(quoteName(s.Ref))
		return
	}
	w.put("(")
	if len(s.Partition) > 0 {
		w.put("PARTITION BY ")
		w.exprs(s.Partition)
	}
	if len(s.Order) > 0 {
		w.put(" ORDER BY ")
		w.sortKeys(s.Order)
	}
	if f := s.Frame; f != nil {
		w.option(f.Range, " RANGE BETWEEN ")
		w.option(!f.Range, " ROWS BETWEEN ")
		w.bound(f.Start)
		w.put(" AND ")
		w.bound(f.End)
	}
	w.put(")")
}

func (w *writer) bound(b expr.Bound) {
	switch b.Kind {
	case expr.UnboundedPreceding:
		w.put("UNBOUNDED PRECEDING")
	case expr.UnboundedFollowing:
		w.put("UNBOUNDED FOLLOWING")
	case expr.CurrentRow:
		w.put("CURRENT ROW")
	default:
		w.expr(b.Offset)
		w.option(b.Kind == expr.Preceding, " PRECEDING")
		w.option(b.Kind == expr.Following, " FOLLOWING")
	}
}

func (w *writer) caseWhen(e *expr.Case) {
	w.put("CASE")
	if e.Operand != nil {
		w.put(" ")
		w.expr(e.Operand)
	}
	for _, b := range e.Whens {
		w.put(" WHEN ")
		w.expr(b.Cond)
		w.put(" THEN ")
		w.expr(b.Then)
	}
	if e.Else != nil {
		w.put(" ELSE ")
		w.expr(e.Else)
	}
	w.put(" END")
}

func (w *writer) cast(e *expr.Cast) {
	if l, ok := e.Child.(*expr.Literal); ok && e.Literal {
		s, _ := l.Value.(string)
		if e.To.Kind == types.Time {
			w.put("TIME")
		} else {
			w.put(e.To.SQL())
		}
		w.text(s)
		return
	}
	w.option(e.Mode == expr.Try, "TRY_")
	w.put("CAST(")
	w.expr(e.Child)
	w.put(" AS ")
	w.dataType(e.To)
	w.put(")")
}

func (w *writer) subquery(e *expr.Subquery) {
	q, _ := e.Query.(logical.Plan)
	switch e.Kind {
	case expr.ExistsSubquery:
		w.put("(EXISTS (")
		w.query(q)
		w.put("))")
	case expr.InSubquery:
		w.put("(")
		if len(e.Left) == 1 {
			w.expr(e.Left[0])
		} else {
			w.put("STRUCT(")
			w.exprs(e.Left)
			w.put(")")
		}
		w.put(" IN (")
		w.query(q)
		w.put("))")
	default:
		w.put("(")
		w.query(q)
		w.put(")")
	}
}

func (w *writer) literal(e *expr.Literal) {
	switch v := e.Value.(type) {
	case nil:
		w.put("NULL")
	case bool:
		w.put(strings.ToUpper(strconv.FormatBool(v)))
	case int8:
		w.int(int64(v))
		w.put("Y")
	case int16:
		w.int(int64(v))
		w.put("S")
	case int32:
		w.literal32(v, e.T)
	case int64:
		w.literal64(v, e.T)
	case float32:
		w.put(strconv.FormatFloat(float64(v), 'E', -1, 32), "F")
	case float64:
		w.put(strconv.FormatFloat(v, 'E', -1, 64), "D")
	case types.Int128:
		if v == (types.Int128{}) && e.T.Scale == 0 && e.T.Precision > 1 { // 0E3BD: decimal(4,0)
			w.put("0E", strconv.Itoa(int(e.T.Precision)-1), "BD")
			return
		}
		w.put(types.FormatDecimal(v, int(e.T.Scale)), "BD")
	case string:
		w.text(v)
	case []byte:
		w.put("X'", hex.EncodeToString(v), "'")
	case types.Interval:
		w.put("INTERVAL ")
		w.text(temporal.FormatInterval(v))
	default:
		w.put(fmt.Sprintf("<%T>", v))
	}
}

func (w *writer) literal32(v int32, t types.Type) {
	switch t.Kind {
	case types.Date:
		w.put("DATE")
		w.text(temporal.FormatDate(v))
	case types.YearMonth:
		w.interval(temporal.FormatYearMonth(v, t.From, t.To), t)
	default:
		w.int(int64(v))
	}
}

func (w *writer) literal64(v int64, t types.Type) {
	switch t.Kind {
	case types.TimestampNTZ:
		w.put("TIMESTAMP_NTZ")
		w.text(temporal.FormatNTZ(v))
	case types.DayTime:
		w.interval(temporal.FormatDayTime(v, t.From, t.To), t)
	default:
		w.int(v)
		w.put("L")
	}
}

func (w *writer) interval(text string, t types.Type) {
	w.put("INTERVAL ")
	w.text(text)
	w.put(strings.ToUpper(strings.TrimPrefix(t.String(), "interval")))
}
