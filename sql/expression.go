package sql

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// Precedences of operators on values, from loose to tight.
const (
	precCompare = iota + 1
	precBitOr
	precBitXor
	precBitAnd
	precShift
	precAdd
	precMultiply
)

// expression reads a boolean expression: OR over AND over NOT over predicates over values.
func (p *parser) expression() expr.Expr { return p.expressionFrom(nil) }

// expressionFrom continues an expression whose first primary, left, is already read (nil: none is).
func (p *parser) expressionFrom(left expr.Expr) expr.Expr {
	if !p.enter() {
		p.leave()
		return expr.Null
	}
	defer p.leave()
	return p.orFrom(left)
}

func (p *parser) orFrom(left expr.Expr) expr.Expr {
	start := p.startOf(left)
	e := p.andFrom(left)
	if !p.at(kwOR) {
		return e
	}
	args := []expr.Expr{e}
	for p.accept(kwOR) {
		args = append(args, p.andFrom(nil))
	}
	return &expr.Or{Base: p.ebase(start), Args: args}
}

func (p *parser) andFrom(left expr.Expr) expr.Expr {
	start := p.startOf(left)
	e := p.notFrom(left)
	if !p.at(kwAND) {
		return e
	}
	args := []expr.Expr{e}
	for p.accept(kwAND) {
		args = append(args, p.notFrom(nil))
	}
	return &expr.And{Base: p.ebase(start), Args: args}
}

func (p *parser) startOf(left expr.Expr) int32 {
	if left != nil {
		return left.Pos().Start
	}
	return p.start()
}

func (p *parser) notFrom(left expr.Expr) expr.Expr {
	if left != nil {
		return p.predicates(left)
	}
	start := p.start()
	switch {
	case p.at(tokBang), p.at(kwNOT) && !p.endsOperand(1):
		p.advance()
		if !p.enter() {
			p.leave()
			return expr.Null
		}
		child := p.notFrom(nil)
		p.leave()
		return &expr.Not{Base: p.ebase(start), Child: child}
	case p.at(kwEXISTS) && p.peek(1) == tokLParen && p.queryStartsAt(2):
		p.pos++
		q := p.subquery()
		return &expr.Subquery{Base: p.ebase(start), Kind: expr.ExistsSubquery, Query: q}
	}
	return p.predicates(nil)
}

// endsOperand reports whether the token n ahead cannot begin an operand, so that a keyword before it is a name.
func (p *parser) endsOperand(n int) bool {
	switch p.peek(n) {
	case tokEOF, tokComma, tokRParen, tokSemicolon, kwFROM, kwAS, tokDot, tokEq:
		return true
	}
	return false
}

// predicates reads a value and at most one predicate on it.
func (p *parser) predicates(left expr.Expr) expr.Expr {
	start := p.startOf(left)
	e := p.valueFrom(left, precCompare)
	mark := p.pos
	negated, bang := false, p.at(tokBang)
	if p.at(kwNOT) || bang {
		switch p.peek(1) {
		case kwBETWEEN, kwIN, kwRLIKE, kwREGEXP, kwLIKE, kwILIKE:
			p.pos++
			negated = true
		}
	}
	out, ok := p.predicate(e, start, negated)
	if !ok {
		p.pos = mark
		return e
	}
	if negated && bang {
		p.failf("SYNTAX_DISCONTINUED.BANG_EQUALS_NOT", p.from(p.tokens[mark].start), "Support of the clause or keyword: '!' as a synonym for 'NOT' has been discontinued in this context.")
	}
	return out
}

func (p *parser) not(start int32, negated bool, e expr.Expr) expr.Expr {
	if negated {
		return &expr.Not{Base: p.ebase(start), Child: e}
	}
	return e
}

func (p *parser) predicate(e expr.Expr, start int32, negated bool) (expr.Expr, bool) {
	switch p.kind() {
	case kwBETWEEN:
		p.pos++
		lo := p.value()
		p.expect(kwAND)
		hi := p.value()
		return p.not(start, negated, p.call(start, "between", e, lo, hi)), true
	case kwIN:
		if p.peek(1) != tokLParen {
			return nil, false
		}
		p.pos++
		return p.not(start, negated, p.in(e, start)), true
	case kwRLIKE, kwREGEXP:
		p.pos++
		pattern := p.value()
		return p.not(start, negated, p.call(start, "rlike", e, pattern)), true
	case kwLIKE:
		return p.like("like", e, start, negated), true
	case kwILIKE:
		return p.like("ilike", e, start, negated), true
	case kwIS:
		return p.is(e, start)
	}
	return nil, false
}

// in reads the list or query after IN.
func (p *parser) in(e expr.Expr, start int32) expr.Expr {
	open := p.tokens[p.pos]
	p.expect(tokLParen)
	if p.at(tokRParen) {
		p.pos++
		p.failf("INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", p.from(open.start), "Invalid SQL syntax: IN predicate requires at least one value. Empty IN clauses like 'IN ()' are not allowed.")
		return e
	}
	var first expr.Expr
	if p.queryStartsAt(0) {
		var q logical.Plan
		if p.at(tokLParen) { // IN ((SELECT …)) is a list of one scalar subquery, as in Spark
			var left expr.Expr
			if q, left = p.parenthesized(); q != nil && p.queryContinues() {
				q = p.queryFrom(q, q.Pos().Start)
			} else {
				q, first = nil, p.expressionFrom(left)
			}
		} else {
			q = p.query()
		}
		if q != nil {
			p.expect(tokRParen)
			return &expr.Subquery{Base: p.ebase(start), Kind: expr.InSubquery, Left: rowOf(e), Query: q}
		}
	} else {
		first = p.expression()
	}
	list := []expr.Expr{first}
	for p.accept(tokComma) {
		list = append(list, p.expression())
	}
	p.expect(tokRParen)
	return &expr.In{Base: p.ebase(start), Child: e, List: list}
}

// rowOf returns the parts of a row constructor, or e alone.
func rowOf(e expr.Expr) []expr.Expr {
	if c, ok := e.(*expr.UnresolvedCall); ok && isRow(c) {
		return c.Args
	}
	return []expr.Expr{e}
}

func isRow(c *expr.UnresolvedCall) bool {
	return len(c.Name) == 1 && c.Name[0] == "struct" && len(c.Args) > 1 && c.Over == nil && c.Filter == nil && !c.Distinct
}

// like reads what follows LIKE and ILIKE.
func (p *parser) like(op string, e expr.Expr, start int32, negated bool) expr.Expr {
	p.pos++
	if p.atAny(kwANY, kwSOME, kwALL) && p.peek(1) == tokLParen && !p.queryStartsAt(2) {
		return p.quantifiedLike(op, e, start, negated)
	}
	args := []expr.Expr{e, p.value()}
	if p.accept(kwESCAPE) {
		at := p.start()
		s := p.stringLit()
		if n := len([]rune(s)); p.err == nil && n != 1 {
			p.failf("INVALID_ESCAPE_CHAR", p.from(at), "`EscapeChar` must be a string literal of length one, but got %q.", s)
		}
		args = append(args, &expr.Literal{Base: p.ebase(at), Value: s, T: types.StringType})
	}
	return p.not(start, negated, p.call(start, op, args...))
}

// maxCopies bounds the nodes that expanding quantified LIKEs inside each other may make.
const maxCopies = 100_000

// quantifiedLike reads ANY (patterns) and ALL (patterns) and writes them out, as Spark does: OR or AND of one LIKE for each pattern; each
// of them is negated by NOT.
func (p *parser) quantifiedLike(op string, e expr.Expr, start int32, negated bool) expr.Expr {
	all := p.advance().kind == kwALL
	p.pos++
	if p.accept(tokRParen) {
		p.failf("INVALID_SQL_SYNTAX.EMPTY_QUANTIFIED_PATTERN", p.from(start), "Invalid SQL syntax: expected at least one pattern after LIKE/ILIKE ANY, SOME or ALL.")
		return e
	}
	patterns := p.expressions()
	p.expect(tokRParen)
	size := 0
	expr.Walk(e, func(expr.Expr) bool { size++; return size <= maxCopies })
	if size*len(patterns) > maxCopies && size > 1 {
		p.failf("FAILED_TO_PARSE_TOO_COMPLEX", p.from(start), "The statement, including potential SQL functions and referenced views, was too complex to parse: the value before %s is copied for each pattern.", op)
		return e
	}
	args := make([]expr.Expr, len(patterns))
	for i, pattern := range patterns {
		args[i] = p.not(start, negated, p.call(start, op, e, pattern))
	}
	switch {
	case len(args) == 1:
		return args[0]
	case all:
		return &expr.And{Base: p.ebase(start), Args: args}
	}
	return &expr.Or{Base: p.ebase(start), Args: args}
}

func (p *parser) is(e expr.Expr, start int32) (expr.Expr, bool) {
	mark := p.pos
	p.pos++
	negated := false
	if p.at(tokBang) || p.at(kwNOT) {
		p.pos++
		negated = true
	}
	switch t := p.advance(); t.kind {
	case kwNULL, kwUNKNOWN:
		if negated {
			return p.call(start, "isnotnull", e), true
		}
		return p.call(start, "isnull", e), true
	case kwTRUE, kwFALSE:
		lit := &expr.Literal{Base: expr.Base{At: p.place(t.start, t.end)}, Value: t.kind == kwTRUE, T: types.BooleanType}
		return p.not(start, negated, p.call(start, "<=>", e, lit)), true
	case kwDISTINCT:
		p.expect(kwFROM)
		right := p.value()
		return p.not(start, !negated, p.call(start, "<=>", e, right)), true
	}
	p.pos = mark + 1
	if negated {
		p.pos++
	}
	p.unexpected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM")
	return e, true
}

func (p *parser) call(start int32, name string, args ...expr.Expr) *expr.UnresolvedCall {
	return &expr.UnresolvedCall{Base: p.ebase(start), Name: []string{name}, Args: args}
}

// value reads a value expression: operators and primaries, without predicates, NOT, AND and OR.
func (p *parser) value() expr.Expr {
	if !p.enter() {
		p.leave()
		return expr.Null
	}
	defer p.leave()
	return p.valueFrom(nil, precCompare)
}

// valueFrom is precedence climbing over left-associative operators.
func (p *parser) valueFrom(left expr.Expr, floor int) expr.Expr {
	start := p.startOf(left)
	if left == nil {
		left = p.unary()
	} else {
		left = p.postfix(left, start)
	}
	for n := 0; ; {
		name, prec, width := p.operator()
		if prec < floor || prec == 0 || !p.chained(&n) {
			return left
		}
		p.pos += width
		right := p.valueFrom(nil, prec+1)
		left = p.call(start, name, left, right)
	}
}

// operator returns the binary operator at the position, its precedence (0: none) and how many tokens it has.
func (p *parser) operator() (name string, prec, width int) {
	switch p.kind() {
	case tokEq:
		return "=", precCompare, 1
	case tokNullSafeEq:
		return "<=>", precCompare, 1
	case tokNe:
		return "<>", precCompare, 1
	case tokLt:
		return "<", precCompare, 1
	case tokLe:
		return "<=", precCompare, 1
	case tokGe:
		return ">=", precCompare, 1
	case tokGt:
		return p.greater()
	case tokPipe:
		if p.pipeOperatorAt(1) {
			return "", 0, 0
		}
		return "|", precBitOr, 1
	case tokCaret:
		return "^", precBitXor, 1
	case tokAmp:
		return "&", precBitAnd, 1
	case tokShiftLeft:
		return "<<", precShift, 1
	case tokPlus:
		return "+", precAdd, 1
	case tokMinus:
		return "-", precAdd, 1
	case tokConcat:
		return "||", precAdd, 1
	case tokStar:
		return "*", precMultiply, 1
	case tokSlash:
		return "/", precMultiply, 1
	case tokPercent:
		return "%", precMultiply, 1
	case kwDIV:
		if p.endsOperand(1) {
			return "", 0, 0
		}
		return "div", precMultiply, 1
	}
	return "", 0, 0
}

// greater tells ">", ">>" and ">>>" apart.
func (p *parser) greater() (string, int, int) {
	n := 1
	for n < 3 && p.peek(n) == tokGt && p.tokens[p.pos+n].start == p.tokens[p.pos+n-1].end {
		n++
	}
	if n == 1 {
		return ">", precCompare, 1
	}
	return ">>>"[:n], precShift, n
}

// unary reads signs and a primary. A sign before a number belongs to the number.
func (p *parser) unary() expr.Expr {
	start := p.start()
	var op string
	switch p.kind() {
	case tokMinus:
		if isNumber(p.peek(1)) {
			return p.primary()
		}
		op = "-"
	case tokPlus:
		op = "+"
	case tokTilde:
		op = "~"
	default:
		return p.primary()
	}
	p.pos++
	if !p.enter() {
		p.leave()
		return expr.Null
	}
	child := p.unary()
	p.leave()
	return p.call(start, op, child)
}

func isNumber(k kind) bool { return k >= tokInteger && k <= tokBigDecimal }

// expressions reads a list of at least one.
func (p *parser) expressions() []expr.Expr {
	list := []expr.Expr{p.expression()}
	for p.accept(tokComma) {
		list = append(list, p.expression())
	}
	return list
}

// namedExpr reads an expression that may have an alias.
func (p *parser) namedExpr() expr.Expr {
	start := p.start()
	e := p.expression()
	switch {
	case p.at(kwAS):
		p.pos++
		if p.at(tokLParen) {
			names := p.identList()
			return &expr.Alias{Base: p.ebase(start), Child: e, Names: names}
		}
	case p.at(tokLParen) && p.isIdent(p.peek(1)) && (p.peek(2) == tokComma || p.peek(2) == tokRParen):
		names := p.identList()
		return &expr.Alias{Base: p.ebase(start), Child: e, Names: names}
	case !p.atIdent() || p.clauseStarts():
		return e
	}
	name := p.ident()
	return &expr.Alias{Base: p.ebase(start), Child: e, Names: []string{name}}
}

func (p *parser) namedExprs() []expr.Expr {
	list := []expr.Expr{p.namedExpr()}
	for p.accept(tokComma) {
		list = append(list, p.namedExpr())
	}
	return list
}

// clauseStarts reports whether a keyword at the position begins a clause, so that it is no alias. Spark reserves almost no word, so what
// follows decides.
func (p *parser) clauseStarts() bool {
	k, next := p.kind(), p.peek(1)
	switch k {
	case kwFROM, kwWHERE, kwHAVING, kwQUALIFY, kwSELECT, kwLIMIT, kwOFFSET, kwFOR, kwAS, kwWHEN, kwTHEN, kwELSE, kwEND:
		return next != tokEOF && next != tokComma && next != tokRParen && next != tokSemicolon || k == kwEND
	case kwGROUP, kwORDER, kwCLUSTER, kwDISTRIBUTE, kwSORT, kwPARTITION, kwBIN, kwIDENTIFIED:
		return next == kwBY
	case kwWINDOW:
		return p.isIdent(next) && p.peek(2) == kwAS
	case kwUNION, kwEXCEPT, kwINTERSECT, kwMINUS:
		return next == kwALL || next == kwDISTINCT || next == tokLParen || startsQuery(next)
	case kwLATERAL:
		return next == kwVIEW
	case kwWITH:
		return next == kwROLLUP || next == kwCUBE || next == tokLParen || next == kwSCHEMA || next == kwORDINALITY || next == kwSINGLE
	case kwGROUPING:
		return next == kwSETS
	case kwPIVOT:
		return next == tokLParen
	case kwUNPIVOT:
		return next == tokLParen || next == kwINCLUDE || next == kwEXCLUDE
	case kwTABLESAMPLE:
		return next == tokLParen || next == kwBERNOULLI || next == kwSYSTEM
	case kwINSERT:
		return next == kwINTO || next == kwOVERWRITE || next == kwWITH
	case kwCHANGES:
		return next == kwFROM
	case kwVERSION, kwTIMESTAMP, kwSYSTEM_VERSION, kwSYSTEM_TIME:
		return next == kwAS && p.peek(2) == kwOF
	case kwMATCH_CONDITION:
		return next == tokLParen
	case kwASOF:
		return next == kwJOIN
	case kwAPPROX, kwEXACT:
		return next == kwNEAREST
	case kwWATERMARK:
		return p.isIdent(next) && p.peek(2) != tokLParen
	case kwSET:
		return p.isIdent(next) && (p.peek(2) == tokEq || p.peek(2) == tokDot)
	case kwREPLACE:
		return next == kwON || next == kwWHERE || next == kwUSING
	case kwBY:
		return next == kwNAME
	case kwDO, kwUSING, kwON, kwINTO, kwOPTIONS:
		return next != tokEOF && next != tokComma && next != tokRParen && next != tokSemicolon && next != kwFROM
	}
	return false
}
