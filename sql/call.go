package sql

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// keywordOperand reads operands that begin with a keyword and have a syntax of their own; nil if the keyword is used as a name here.
func (p *parser) keywordOperand(k kind) expr.Expr {
	start := p.start()
	next := p.peek(1)
	switch k {
	case kwNULL:
		if next != tokDot && next != tokLParen {
			p.pos++
			return &expr.Literal{Base: p.ebase(start), T: types.NullType}
		}
	case kwTRUE, kwFALSE:
		if next != tokDot && next != tokLParen {
			p.pos++
			return &expr.Literal{Base: p.ebase(start), Value: k == kwTRUE, T: types.BooleanType}
		}
	case kwCASE:
		if !p.endsOperand(1) {
			return p.caseWhen()
		}
	case kwINTERVAL:
		if p.intervalStarts() {
			return p.interval()
		}
	case kwDEFAULT:
		if p.endsOperand(1) && next != kwFROM && next != tokDot && next != tokEq {
			p.pos++
			return &expr.Default{Base: p.ebase(start)}
		}
	}
	if next == tokLParen {
		return p.keywordCall(k, start)
	}
	if p.opts.EnforceReserved {
		return p.reservedOperand(k, start)
	}
	return nil
}

// reservedOperand reads what is an operand though its word is reserved: calls without parentheses, and the type of TIME'…'.
func (p *parser) reservedOperand(k kind, start int32) expr.Expr {
	switch k {
	case kwCURRENT_DATE, kwCURRENT_TIMESTAMP, kwCURRENT_TIME, kwCURRENT_USER, kwCURRENT_PATH, kwLOCALTIME, kwSESSION_USER, kwUSER:
		p.pos++
		return p.call(start, strings.ToLower(keywordNames[k]))
	case kwTIME:
		if p.isString(p.peek(1)) {
			return p.typedLiteral()
		}
	}
	return nil
}

// keywordCall reads the calls whose arguments are separated by words; nil for an ordinary call.
func (p *parser) keywordCall(k kind, start int32) expr.Expr {
	switch k {
	case kwCAST, kwTRY_CAST:
		return p.cast(k, start)
	case kwSTRUCT:
		p.pos += 2
		var args []expr.Expr
		if !p.at(tokRParen) {
			args = p.namedExprs()
		}
		p.expect(tokRParen)
		return p.afterCall(start, p.call(start, "struct", args...))
	case kwEXTRACT:
		if p.isIdent(p.peek(2)) && p.peek(3) == kwFROM {
			p.pos += 2
			t := p.advance()
			field := p.literalString(t, p.identText(t))
			p.pos++
			return p.closeCall(start, "extract", field, p.value())
		}
	case kwPOSITION:
		return p.wordCall(start, "locate", kwIN)
	case kwSUBSTRING, kwSUBSTR:
		return p.wordCall(start, "substring", kwFROM, kwFOR)
	case kwOVERLAY:
		return p.wordCall(start, "overlay", kwPLACING, kwFROM, kwFOR)
	case kwTRIM:
		return p.trim(start)
	case kwTIMESTAMPADD, kwDATEADD, kwDATE_ADD:
		return p.unitCall(start, "timestampadd")
	case kwTIMESTAMPDIFF, kwDATEDIFF, kwDATE_DIFF, kwTIMEDIFF:
		return p.unitCall(start, "timestampdiff")
	case kwIDENTIFIER:
		return p.identifierClause(start)
	case kwLEFT, kwRIGHT, kwFILTER, kwCURRENT_DATE, kwCURRENT_TIMESTAMP, kwCURRENT_TIME, kwCURRENT_USER, kwCURRENT_PATH, kwLOCALTIME, kwSESSION_USER, kwUSER:
		if p.opts.EnforceReserved {
			name := strings.ToLower(p.tokenText(p.advance()))
			return p.callArgs(start, []string{name})
		}
	}
	return nil
}

// closeCall ends a call without OVER and the like.
func (p *parser) closeCall(start int32, name string, args ...expr.Expr) expr.Expr {
	p.expect(tokRParen)
	return p.call(start, name, args...)
}

func (p *parser) cast(k kind, start int32) expr.Expr {
	p.pos += 2
	e := p.expression()
	p.expect(kwAS)
	t := p.dataType()
	p.expect(tokRParen)
	c := &expr.Cast{Base: p.ebase(start), Child: e, To: t}
	if k == kwTRY_CAST {
		c.Mode = expr.Try
	}
	return c
}

// wordCall reads f(a WORD b WORD c); the last word is optional if there are several. Without the first word it is an ordinary call.
func (p *parser) wordCall(start int32, name string, words ...kind) expr.Expr {
	if !p.operandAt(2) {
		return nil
	}
	callee := p.identText(p.advance())
	p.pos++
	first := p.value()
	if !p.at(words[0]) {
		return p.callRest(start, callee, first)
	}
	args := []expr.Expr{first}
	for i, w := range words {
		if i > 0 && i == len(words)-1 && p.at(tokRParen) {
			break
		}
		p.expect(w)
		args = append(args, p.value())
	}
	return p.closeCall(start, name, args...)
}

// operandAt reports whether a value begins n ahead, and nothing that only an argument list may hold.
func (p *parser) operandAt(n int) bool {
	switch p.peek(n) {
	case tokRParen, tokBang, tokStar, kwNOT, kwEXISTS, kwDISTINCT, kwALL:
		return false
	}
	return p.peek(n+1) != tokFatArrow
}

// callRest continues an ordinary call whose first argument has been read as a value.
func (p *parser) callRest(start int32, name string, first expr.Expr) expr.Expr {
	c := &expr.UnresolvedCall{Name: []string{name}, Args: []expr.Expr{p.expressionFrom(first)}}
	for p.accept(tokComma) {
		c.Args = append(c.Args, p.argument())
	}
	p.nullTreatment(c)
	p.expect(tokRParen)
	return p.afterCall(start, c)
}

// trim reads TRIM([BOTH|LEADING|TRAILING] [characters] FROM text) as trim, ltrim or rtrim of (characters, text). Anything else is an
// ordinary call.
func (p *parser) trim(start int32) expr.Expr {
	name, marked := "trim", false
	if next := p.peek(3); next != tokRParen && next != tokComma {
		switch p.peek(2) {
		case kwBOTH:
			marked = true
		case kwLEADING:
			name, marked = "ltrim", true
		case kwTRAILING:
			name, marked = "rtrim", true
		}
	}
	if !marked && p.peek(2) != kwFROM && !p.operandAt(2) {
		return nil
	}
	callee := p.identText(p.advance())
	p.pos++
	if marked {
		p.pos++
	}
	var args []expr.Expr
	if !p.at(kwFROM) {
		args = append(args, p.value())
	}
	switch {
	case p.accept(kwFROM):
		args = append(args, p.value())
		return p.closeCall(start, name, args...)
	case marked:
		p.unexpected("FROM")
		return expr.Null
	}
	return p.callRest(start, callee, args[0])
}

// unitCall reads timestampadd(MONTH, n, t) and its kin; nil if the first argument is no unit followed by two more.
func (p *parser) unitCall(start int32, name string) expr.Expr {
	if p.peek(3) != tokComma {
		return nil
	}
	t := p.tokens[p.pos+2]
	if p.isString(t.kind) && p.threeArguments() {
		p.failf("INVALID_PARAMETER_VALUE.DATETIME_UNIT", p.spanOf(t), "The value of parameter(s) `unit` in `%s` is invalid: expects one of the units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got the string literal %s.",
			strings.ToLower(p.tokenText(p.tokens[p.pos])), p.tokenText(t))
		return expr.Null
	}
	switch t.kind {
	case kwYEAR, kwQUARTER, kwMONTH, kwWEEK, kwDAY, kwDAYOFYEAR, kwHOUR, kwMINUTE, kwSECOND, kwMILLISECOND, kwMICROSECOND:
	default:
		return nil
	}
	if !p.threeArguments() {
		return nil
	}
	p.pos += 4
	unit := p.literalString(t, strings.ToUpper(p.tokenText(t)))
	a := p.value()
	p.expect(tokComma)
	b := p.value()
	return p.closeCall(start, name, unit, a, b)
}

// threeArguments reports whether the call at the position has a third argument.
func (p *parser) threeArguments() bool {
	depth, commas := 0, 0
	for i := p.pos + 1; i < len(p.tokens); i++ {
		switch p.tokens[i].kind {
		case tokLParen, tokLBracket:
			depth++
		case tokRParen, tokRBracket:
			if depth--; depth == 0 {
				return commas == 2
			}
		case tokComma:
			if depth == 1 {
				commas++
			}
			if commas == 2 {
				return true
			}
		case tokSemicolon:
			return false
		}
	}
	return false
}

// identifierClause reads IDENTIFIER(expr) as a column or, with arguments, a function.
func (p *parser) identifierClause(start int32) expr.Expr {
	p.pos += 2
	name := p.expression()
	p.expect(tokRParen)
	clause := &expr.IdentifierClause{Child: name}
	if p.at(tokLParen) {
		if c, ok := p.callArgs(start, nil).(*expr.UnresolvedCall); ok {
			clause.Call = c
		}
	}
	clause.Base = p.ebase(start)
	return clause
}

// caseWhen reads CASE.
func (p *parser) caseWhen() expr.Expr {
	start := p.start()
	p.pos++
	c := &expr.Case{}
	if !p.at(kwWHEN) {
		c.Operand = p.expression()
	}
	if !p.at(kwWHEN) {
		p.unexpected("WHEN")
	}
	for p.accept(kwWHEN) {
		cond := p.expression()
		p.expect(kwTHEN)
		c.Whens = append(c.Whens, expr.When{Cond: cond, Then: p.expression()})
	}
	if p.accept(kwELSE) {
		c.Else = p.expression()
	}
	p.expect(kwEND)
	c.Base = p.ebase(start)
	return c
}

// callArgs reads the arguments of a call and what may follow them.
func (p *parser) callArgs(start int32, name []string) expr.Expr {
	p.expect(tokLParen)
	c := &expr.UnresolvedCall{Name: name}
	if p.at(kwDISTINCT) && !p.endsOperand(1) {
		p.pos++
		c.Distinct = true
	} else if p.at(kwALL) && !p.endsOperand(1) {
		p.pos++
	}
	if c.Distinct || !p.at(tokRParen) {
		c.Args = []expr.Expr{p.argument()}
		for p.accept(tokComma) {
			c.Args = append(c.Args, p.argument())
		}
	}
	p.nullTreatment(c)
	p.expect(tokRParen)
	return p.afterCall(start, c)
}

// argument reads an expression or name => expression.
func (p *parser) argument() expr.Expr {
	start := p.start()
	if p.atIdent() && p.peek(1) == tokFatArrow {
		name := p.ident()
		p.pos++
		e := p.expression()
		return &expr.NamedArg{Base: p.ebase(start), Name: name, Child: e}
	}
	return p.expression()
}

// nullTreatment reads IGNORE NULLS and RESPECT NULLS.
func (p *parser) nullTreatment(c *expr.UnresolvedCall) {
	if p.peek(1) != kwNULLS || !p.atAny(kwIGNORE, kwRESPECT) {
		return
	}
	c.IgnoreNulls = p.advance().kind == kwIGNORE
	c.NullsSet = true
	p.pos++
}

// afterCall reads WITHIN GROUP, FILTER, IGNORE NULLS and OVER.
func (p *parser) afterCall(start int32, c *expr.UnresolvedCall) expr.Expr {
	if p.acceptSeq(kwWITHIN, kwGROUP) {
		p.expect(tokLParen, kwORDER, kwBY)
		c.Order = p.sortItems()
		c.Within = true
		p.expect(tokRParen)
	}
	if p.atSeq(kwFILTER, tokLParen, kwWHERE) {
		p.pos += 3
		c.Filter = p.expression()
		p.expect(tokRParen)
	}
	p.nullTreatment(c)
	if p.at(kwOVER) && (p.peek(1) == tokLParen || p.isIdent(p.peek(1)) && p.peek(1) != kwFROM) {
		p.pos++
		w := p.windowSpec()
		c.Over = &w
	}
	c.Base = p.ebase(start)
	return c
}

// sortItems reads ORDER BY keys.
func (p *parser) sortItems() []expr.SortKey {
	keys := []expr.SortKey{p.sortItem()}
	for p.accept(tokComma) {
		keys = append(keys, p.sortItem())
	}
	return keys
}

func (p *parser) sortItem() expr.SortKey {
	k := expr.SortKey{Expr: p.expression()}
	p.direction(&k)
	return k
}

// direction reads ASC, DESC, NULLS FIRST and NULLS LAST. Nulls come first where the text does not say and the order ascends.
func (p *parser) direction(k *expr.SortKey) {
	if p.accept(kwDESC) {
		k.Desc = true
	} else {
		p.accept(kwASC)
	}
	k.NullsFirst = !k.Desc
	if p.at(kwNULLS) && (p.peek(1) == kwFIRST || p.peek(1) == kwLAST) {
		k.NullsFirst = p.peek(1) == kwFIRST
		k.NullsSet = true
		p.pos += 2
	}
}

// windowSpec reads a name, (name), or a specification in parentheses.
func (p *parser) windowSpec() expr.WindowSpec {
	var w expr.WindowSpec
	if !p.at(tokLParen) {
		w.Ref = p.ident()
		return w
	}
	p.pos++
	if p.atIdent() && p.peek(1) == tokRParen {
		w.Ref = p.ident()
		p.pos++
		return w
	}
	switch {
	case p.acceptSeq(kwCLUSTER, kwBY):
		w.Partition = p.expressions()
		for _, e := range w.Partition {
			w.Order = append(w.Order, expr.SortKey{Expr: e, NullsFirst: true})
		}
	default:
		if p.acceptSeq(kwPARTITION, kwBY) || p.acceptSeq(kwDISTRIBUTE, kwBY) {
			w.Partition = p.expressions()
		}
		if p.acceptSeq(kwORDER, kwBY) || p.acceptSeq(kwSORT, kwBY) {
			w.Order = p.sortItems()
		}
	}
	if p.at(kwROWS) || p.at(kwRANGE) {
		w.Frame = p.frame()
	}
	p.expect(tokRParen)
	return w
}

func (p *parser) frame() *expr.Frame {
	f := &expr.Frame{Range: p.advance().kind == kwRANGE, End: expr.Bound{Kind: expr.CurrentRow}}
	if p.accept(kwBETWEEN) {
		f.Start = p.bound()
		p.expect(kwAND)
		f.End = p.bound()
	} else {
		f.Start = p.bound()
	}
	return f
}

func (p *parser) bound() expr.Bound {
	switch {
	case p.acceptSeq(kwUNBOUNDED, kwPRECEDING):
		return expr.Bound{Kind: expr.UnboundedPreceding}
	case p.acceptSeq(kwUNBOUNDED, kwFOLLOWING):
		return expr.Bound{Kind: expr.UnboundedFollowing}
	case p.acceptSeq(kwCURRENT, kwROW):
		return expr.Bound{Kind: expr.CurrentRow}
	}
	b := expr.Bound{Kind: expr.Preceding, Offset: p.value()}
	if p.accept(kwFOLLOWING) {
		b.Kind = expr.Following
	} else if !p.accept(kwPRECEDING) {
		p.unexpected("PRECEDING or FOLLOWING")
	}
	return b
}
