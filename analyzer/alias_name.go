package analyzer

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// autoName is the name that Spark gives a column without alias: the expression as text, with implicit casts left out and names as the
// user wrote them. Names inside e must have been bound already.
func autoName(a *analyzer, e expr.Expr) string {
	p := printer{a: a}
	p.expr(e)
	return p.b.String()
}

// printer writes the text of unbound expressions.
type printer struct {
	a      *analyzer
	b      strings.Builder
	params []string // lambda parameters in reach
}

func (p *printer) text(s ...string) {
	for _, x := range s {
		p.b.WriteString(x)
	}
}

func (p *printer) list(es []expr.Expr) {
	for i, e := range es {
		if i > 0 {
			p.text(", ")
		}
		p.expr(e)
	}
}

func (p *printer) expr(e expr.Expr) {
	switch x := e.(type) {
	case nil:
	case *expr.Name:
		p.name(x)
	case *expr.Column:
		p.text(x.Name)
	case *expr.Literal:
		p.text(literalText(x, p.a))
	case *expr.Alias:
		p.expr(x.Child)
		p.text(" AS ", strings.Join(x.Names, ", "))
	case *expr.UnresolvedCall:
		p.call(x)
	case *expr.Cast:
		p.cast(x)
	case *expr.And:
		p.chain(x.Args, " AND ")
	case *expr.Or:
		p.chain(x.Args, " OR ")
	case *expr.Not:
		p.text("(NOT ")
		p.expr(x.Child)
		p.text(")")
	case *expr.Case:
		p.caseWhen(x)
	case *expr.In:
		p.text("(")
		p.expr(x.Child)
		p.text(" IN (")
		p.list(x.List)
		p.text("))")
	case *expr.Coalesce:
		p.text("coalesce(")
		p.list(x.Args)
		p.text(")")
	case *expr.Subquery:
		p.subquery(x)
	case *expr.Extract:
		p.extract(x)
	case *expr.Field:
		p.expr(x.Child)
		p.text(".", x.Child.Type().Fields()[x.Index].Name)
	case *expr.UnresolvedLambda:
		p.lambda(x)
	case *expr.Star:
		if names, ok := p.a.starNames[x]; ok {
			p.text(strings.Join(names, ", "))
			return
		}
		p.text("*")
	default:
		p.rare(e)
	}
}

func (p *printer) rare(e expr.Expr) {
	switch x := e.(type) {
	case *expr.NamedArg:
		p.expr(x.Child)
	case *expr.VariantPath:
		p.text(lastName(variantSteps(x.Path)))
	case *expr.Parameter:
		if l, err := p.a.parameterValue(x); err == nil {
			p.expr(l)
		}
	case *expr.IdentifierClause:
		if n, err := p.a.binder(nil, "").identified(x); err == nil {
			p.expr(n)
		}
	case *expr.Call:
		p.text(x.Func.Name, "(")
		p.list(x.Args)
		p.text(")")
	case *expr.Default:
		p.text("DEFAULT")
	}
}

// name prints a column by its last qualified part; struct fields follow it.
func (p *printer) name(n *expr.Name) {
	for _, x := range p.params {
		if strings.EqualFold(x, n.Parts[0]) {
			p.text("namedlambdavariable()")
			for _, f := range n.Parts[1:] {
				p.text(".", f)
			}
			return
		}
	}
	if s, ok := p.a.names[n]; ok {
		p.text(s)
		return
	}
	p.text(strings.Join(n.Parts, "."))
}

// chain prints a list of operands as nested binary operators.
func (p *printer) chain(args []expr.Expr, op string) {
	p.text(strings.Repeat("(", len(args)-1))
	for i, a := range args {
		if i > 0 {
			p.text(op)
		}
		p.expr(a)
		if i > 0 {
			p.text(")")
		}
	}
}

func (p *printer) cast(x *expr.Cast) {
	switch {
	case x.Implicit:
		p.expr(x.Child)
		return
	case x.Literal:
		if l, ok := x.Child.(*expr.Literal); ok {
			s, _ := l.Value.(string)
			if lit := p.a.typedLiteral(x); lit != nil {
				p.text(literalText(lit, p.a))
				return
			}
			p.text(x.To.SQL(), " '", s, "'")
			return
		}
	}
	if l, ok := x.Child.(*expr.Literal); ok && l.Value == nil && x.To.IsNested() {
		p.text("NULL") // Spark folds it before it names the column
		return
	}
	if _, ok := x.Child.(*expr.VariantPath); ok || x.To.IsNested() { // Spark shows neither
		p.expr(x.Child)
		return
	}
	if x.Mode == expr.Try {
		p.text("TRY_")
	}
	p.text("CAST(")
	p.expr(x.Child)
	p.text(" AS ", plainStrings(x.To).SQL(), ")")
}

func (p *printer) caseWhen(x *expr.Case) {
	p.text("CASE")
	for _, w := range x.Whens {
		p.text(" WHEN ")
		if x.Operand != nil {
			p.text("(")
			p.expr(x.Operand)
			p.text(" = ")
			p.expr(w.Cond)
			p.text(")")
		} else {
			p.expr(w.Cond)
		}
		p.text(" THEN ")
		p.expr(w.Then)
	}
	if x.Else != nil {
		p.text(" ELSE ")
		p.expr(x.Else)
	}
	p.text(" END")
}

func (p *printer) subquery(x *expr.Subquery) {
	outer := strings.Join(p.a.outerNames[x], ", ")
	switch x.Kind {
	case expr.ScalarSubquery:
		p.text("scalarsubquery(", outer, ")")
	case expr.ExistsSubquery:
		p.text("exists(", outer, ")")
	default:
		p.text("(")
		if len(x.Left) == 1 {
			p.expr(x.Left[0])
		} else {
			p.text("named_struct(")
			for i, l := range x.Left {
				if i > 0 {
					p.text(", ")
				}
				p.text("'", autoName(p.a, l), "', ")
				p.expr(l)
			}
			p.text(")")
		}
		op := "IN"
		if x.Kind == expr.QuantifiedSubquery {
			op = x.Op + " ANY"
			if x.All {
				op = x.Op + " ALL"
			}
		}
		p.text(" ", op, " (listquery(", outer, ")))")
	}
}

func (p *printer) extract(x *expr.Extract) {
	p.expr(x.Child)
	if x.Dot {
		p.text(".")
		p.expr(x.Key)
		return
	}
	p.text("[")
	p.expr(x.Key)
	p.text("]")
}

func (p *printer) lambda(x *expr.UnresolvedLambda) {
	n := len(p.params)
	p.params = append(p.params, x.Params...)
	p.text("lambdafunction(")
	p.expr(x.Body)
	for range x.Params {
		p.text(", namedlambdavariable()")
	}
	p.text(")")
	p.params = p.params[:n]
}

// infix are the operators that print between their operands; text names print as they are.
var infix = map[string]string{"+": "+", "-": "-", "*": "*", "/": "/", "%": "%", "div": "div", "&": "&", "|": "|", "^": "^", "<<": "<<", ">>": ">>", ">>>": ">>>",
	"=": "=", "==": "=", "<=>": "<=>", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "and": "AND", "or": "OR"}

func (p *printer) call(x *expr.UnresolvedCall) {
	name := strings.ToLower(x.Name[len(x.Name)-1])
	if p.dateArithmetic(x) || len(x.Name) == 1 && x.Over == nil && p.operator(name, x.Args) {
		return
	}
	p.function(name, x)
	if x.Filter != nil {
		p.text(" FILTER (WHERE ")
		p.expr(x.Filter)
		p.text(")")
	}
	if x.Over != nil {
		p.over(x)
	}
}

// operator prints calls that Spark prints as operators and reports whether it did.
func (p *printer) operator(name string, args []expr.Expr) bool {
	op, isInfix := infix[name]
	switch {
	case isInfix && len(args) == 2:
		p.binary(args[0], op, args[1])
	case (name == "<>" || name == "!=") && len(args) == 2:
		p.text("(NOT ")
		p.binary(args[0], "=", args[1])
		p.text(")")
	case (name == "-" || name == "+" || name == "positive") && len(args) == 1:
		p.signed(name, args[0])
	case name == "~" && len(args) == 1:
		p.text("~")
		p.expr(args[0])
	case (name == "not" || name == "!") && len(args) == 1:
		p.text("(NOT ")
		p.expr(args[0])
		p.text(")")
	case name == "isnull" && len(args) == 1:
		p.text("(")
		p.expr(args[0])
		p.text(" IS NULL)")
	case name == "isnotnull" && len(args) == 1:
		p.text("(")
		p.expr(args[0])
		p.text(" IS NOT NULL)")
	case name == "||" && len(args) == 2:
		p.text("concat(")
		p.list(args)
		p.text(")")
	case (name == "like" || name == "ilike") && len(args) >= 2:
		p.like(name, args)
	case name == "extract" && len(args) == 2:
		p.text("extract(")
		p.expr(args[0])
		p.text(" FROM ")
		p.expr(args[1])
		p.text(")")
	default:
		return false
	}
	return true
}

func (p *printer) binary(l expr.Expr, op string, r expr.Expr) {
	p.text("(")
	p.expr(l)
	p.text(" ", op, " ")
	p.expr(r)
	p.text(")")
}

func (p *printer) signed(name string, e expr.Expr) {
	if name == "positive" {
		name = "+"
	}
	p.text("(", name, " ")
	p.expr(e)
	p.text(")")
}

func (p *printer) like(name string, args []expr.Expr) {
	if name == "ilike" {
		p.text("ilike(")
		p.list(args[:2])
		p.text(")")
		return
	}
	p.expr(args[0])
	p.text(" LIKE ")
	p.expr(args[1])
	if len(args) == 3 {
		if l, ok := args[2].(*expr.Literal); ok && l.Value != `\` {
			p.text(" ESCAPE '")
			p.expr(args[2])
			p.text("'")
		}
	}
}

// over prints a window with its frame, the default one too.
func (p *printer) over(x *expr.UnresolvedCall) {
	s, err := extend(*x.Over, p.a.windowDefs, x.At)
	if err != nil {
		s = *x.Over
	}
	p.text(" OVER (")
	if len(s.Partition) > 0 {
		p.text("PARTITION BY ")
		p.list(s.Partition)
		p.text(" ")
	}
	if len(s.Order) > 0 {
		p.text("ORDER BY ")
		p.keys(s.Order)
		p.text(" ")
	}
	p.frame(s, strings.ToLower(x.Name[len(x.Name)-1]), x.Args)
	p.text(")")
}

func (p *printer) keys(keys []expr.SortKey) {
	for i, k := range keys {
		if i > 0 {
			p.text(", ")
		}
		p.expr(k.Expr)
		first := !k.Desc
		if k.NullsSet {
			first = k.NullsFirst
		}
		p.text(map[bool]string{false: " ASC", true: " DESC"}[k.Desc], map[bool]string{true: " NULLS FIRST", false: " NULLS LAST"}[first])
	}
}

func (p *printer) frame(s expr.WindowSpec, name string, args []expr.Expr) {
	f := s.Frame
	switch {
	case f != nil:
		p.text(map[bool]string{true: "RANGE", false: "ROWS"}[f.Range], " BETWEEN ")
		p.bound(f.Start)
		p.text(" AND ")
		p.bound(f.End)
	case name == "lead" || name == "lag":
		p.text("ROWS BETWEEN ")
		p.offset(name, args)
		p.text(" AND ")
		p.offset(name, args)
	case isRanking(name), name == "counter_diff":
		p.text("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
	case len(s.Order) > 0:
		p.text("RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
	default:
		p.text("ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING")
	}
}

func isRanking(name string) bool {
	switch name {
	case "row_number", "rank", "dense_rank", "percent_rank", "ntile":
		return true
	}
	return false
}

// offset prints the frame of lead and lag, which is their offset.
func (p *printer) offset(name string, args []expr.Expr) {
	n := "1"
	if len(args) > 1 {
		n = autoName(p.a, args[1])
	}
	if name == "lag" {
		if strings.HasPrefix(n, "-") {
			n = n[1:]
		} else {
			n = "-" + n
		}
	}
	p.text(n, " FOLLOWING")
}

func (p *printer) bound(b expr.Bound) {
	switch b.Kind {
	case expr.UnboundedPreceding:
		p.text("UNBOUNDED PRECEDING")
	case expr.UnboundedFollowing:
		p.text("UNBOUNDED FOLLOWING")
	case expr.CurrentRow:
		p.text("CURRENT ROW")
	case expr.Preceding:
		p.expr(b.Offset)
		p.text(" PRECEDING")
	case expr.Following:
		p.expr(b.Offset)
		p.text(" FOLLOWING")
	}
}

// literalText prints a constant: strings bare, dates and intervals as typed literals.
func literalText(l *expr.Literal, a *analyzer) string {
	if l.Value == nil {
		return "NULL"
	}
	switch v := l.Value.(type) {
	case bool:
		return strconv.FormatBool(v)
	case string:
		return v
	case []byte:
		return "X'" + strings.ToUpper(hex.EncodeToString(v)) + "'"
	case types.Int128:
		return string(types.AppendDecimalJava(nil, v, int(l.T.Scale)))
	case float32:
		return javaFloat(float64(v), 32)
	case float64:
		return javaFloat(v, 64)
	case types.Interval:
		return "INTERVAL '" + temporal.FormatInterval(v) + "'"
	}
	switch l.T.Kind {
	case types.Date:
		return "DATE '" + temporal.FormatDate(l.Value.(int32)) + "'"
	case types.Timestamp:
		return "TIMESTAMP '" + temporal.FormatTimestamp(l.Value.(int64), a.env.Zone) + "'"
	case types.TimestampNTZ:
		return "TIMESTAMP_NTZ '" + temporal.FormatNTZ(l.Value.(int64)) + "'"
	case types.YearMonth:
		return "INTERVAL '" + temporal.FormatYearMonth(l.Value.(int32), l.T.From, l.T.To) + "' " + strings.ToUpper(strings.TrimPrefix(l.T.String(), "interval "))
	case types.DayTime:
		return "INTERVAL '" + temporal.FormatDayTime(l.Value.(int64), l.T.From, l.T.To) + "' " + strings.ToUpper(strings.TrimPrefix(l.T.String(), "interval "))
	case types.Time:
		return "TIME '" + string(temporal.AppendTime(nil, l.Value.(int64)/1000)) + "'"
	}
	return strconv.FormatInt(integer(l.Value), 10)
}

// javaFloat prints as Java's Double.toString: plain between 1e-3 and 1e7, else with an exponent.
func javaFloat(v float64, bits int) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	}
	if abs := math.Abs(v); v == 0 || abs >= 1e-3 && abs < 1e7 {
		s := strconv.FormatFloat(v, 'f', -1, bits)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	m, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, bits), "e")
	if !strings.Contains(m, ".") {
		m += ".0"
	}
	n, _ := strconv.Atoi(e)
	return m + "E" + strconv.Itoa(n)
}
