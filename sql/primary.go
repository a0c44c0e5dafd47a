package sql

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// primary reads a primary expression with its postfix operators.
func (p *parser) primary() expr.Expr {
	start := p.start()
	return p.postfix(p.operand(), start)
}

// operand reads a primary expression without postfix operators.
func (p *parser) operand() expr.Expr {
	start := p.start()
	switch k := p.kind(); {
	case k == tokMinus || isNumber(k):
		return p.number()
	case p.isString(k):
		s := p.stringLit()
		return &expr.Literal{Base: p.ebase(start), Value: s, T: types.StringType}
	case k == tokStar:
		p.pos++
		return p.star(start, nil)
	case k == tokLParen:
		if n := p.lambdaParams(); n > 0 {
			return p.lambda(n)
		}
		_, e := p.parenthesized()
		return e
	case k == tokQuestion:
		p.pos++
		e := &expr.Parameter{Base: p.ebase(start), Index: p.params}
		p.params++
		return e
	case k == tokColon && (p.peek(1) == tokWord || p.peek(1).isKeyword()):
		p.pos++
		name := p.tokenText(p.advance())
		return &expr.Parameter{Base: p.ebase(start), Name: name}
	case k.isKeyword():
		if e := p.keywordOperand(k); e != nil {
			return e
		}
	}
	if !p.atIdent() {
		p.unexpected("an expression")
		return expr.Null
	}
	return p.named(start)
}

// named reads what begins with a name: a typed literal, a lambda, a call, a star or a column.
func (p *parser) named(start int32) expr.Expr {
	if p.isString(p.peek(1)) && !p.at(tokQuoted) {
		return p.typedLiteral()
	}
	if p.peek(1) == tokArrow {
		return p.lambda(1)
	}
	parts := []string{p.ident()}
	for p.at(tokDot) {
		if p.peek(1) == tokStar {
			p.pos += 2
			return p.star(start, parts)
		}
		if !p.isIdent(p.peek(1)) {
			break
		}
		p.pos++
		parts = append(parts, p.ident())
	}
	if p.at(tokLParen) {
		return p.callArgs(start, parts)
	}
	return &expr.Name{Base: p.ebase(start), Parts: parts}
}

// star reads what follows * or t.*.
func (p *parser) star(start int32, qualifier []string) expr.Expr {
	s := &expr.Star{Qualifier: qualifier}
	if p.at(kwEXCEPT) && !p.queryOperand(1) {
		p.pos++
		p.expect(tokLParen)
		s.Except = [][]string{p.multipart()}
		for p.accept(tokComma) {
			s.Except = append(s.Except, p.multipart())
		}
		p.expect(tokRParen)
	}
	if p.at(kwREPLACE) && p.peek(1) == tokLParen {
		p.pos += 2
		for {
			at := p.start()
			a, ok := p.namedExpr().(*expr.Alias)
			if !ok {
				p.failf("PARSE_SYNTAX_ERROR", p.from(at), "Syntax error: every expression of * REPLACE needs an alias.")
				break
			}
			s.Replace = append(s.Replace, a)
			if !p.accept(tokComma) {
				break
			}
		}
		p.expect(tokRParen)
	}
	s.Base = p.ebase(start)
	return s
}

// queryOperand reports whether a query follows n ahead, as it does after a set operation.
func (p *parser) queryOperand(n int) bool {
	if k := p.peek(n); k == kwALL || k == kwDISTINCT || startsQuery(k) {
		return true
	}
	return p.peek(n) == tokLParen && p.queryStartsAt(n+1)
}

// postfix reads .field, [key], ::type, :path and COLLATE.
func (p *parser) postfix(e expr.Expr, start int32) expr.Expr {
	for n := 0; ; {
		switch k := p.kind(); {
		case k == tokDot && p.isIdent(p.peek(1)):
			p.pos++
			at := p.start()
			name := p.ident()
			key := &expr.Literal{Base: p.ebase(at), Value: name, T: types.StringType}
			e = &expr.Extract{Base: p.ebase(start), Child: e, Key: key, Dot: true}
		case k == tokLBracket:
			p.pos++
			key := p.value()
			p.expect(tokRBracket)
			e = &expr.Extract{Base: p.ebase(start), Child: e, Key: key}
		case k == tokDoubleColon:
			p.pos++
			t := p.dataType()
			e = &expr.Cast{Base: p.ebase(start), Child: e, To: t}
		case k == tokColon && (p.isIdent(p.peek(1)) || p.peek(1) == tokLBracket):
			p.pos++
			path := p.variantPath()
			e = &expr.VariantPath{Base: p.ebase(start), Child: e, Path: path}
		case k == kwCOLLATE && p.isIdent(p.peek(1)):
			p.pos++
			at := p.start()
			p.multipart()
			name := &expr.Literal{Base: p.ebase(at), Value: p.source(at), T: types.StringType}
			e = p.call(start, "collate", e, name)
		default:
			return e
		}
		if !p.chained(&n) {
			return e
		}
	}
}

// variantPath reads a.b[0]['c'] and returns its text.
func (p *parser) variantPath() string {
	start := p.start()
	if p.at(tokLBracket) {
		p.variantIndex()
	} else {
		p.ident()
	}
	for {
		switch {
		case p.at(tokDot) && p.isIdent(p.peek(1)):
			p.pos += 2
		case p.at(tokLBracket):
			p.variantIndex()
		default:
			return p.source(start)
		}
	}
}

func (p *parser) variantIndex() {
	p.pos++
	switch {
	case p.isString(p.kind()):
		p.stringLit()
	case p.at(tokInteger), p.atIdent(), p.at(tokStar):
		p.pos++
	default:
		p.unexpected("an index, a string or a name")
	}
	p.expect(tokRBracket)
}

// parenthesized reads ( … ): a subquery, a row, or an expression in parentheses. Where it is a query, the plan is returned too, for
// callers that may continue it (a set operation inside more parentheses); the expression then is the scalar subquery.
func (p *parser) parenthesized() (logical.Plan, expr.Expr) {
	start := p.start()
	p.expect(tokLParen)
	if !p.enter() {
		p.leave()
		return nil, expr.Null
	}
	defer p.leave()
	var first expr.Expr
	if p.queryStartsAt(0) {
		var q logical.Plan
		if p.at(tokLParen) {
			q, first = p.parenthesized()
			if q != nil && (p.at(tokRParen) || p.queryContinues()) {
				q = p.queryFrom(q, q.Pos().Start)
				first = nil
			}
		} else {
			q = p.query()
		}
		if first == nil {
			p.expect(tokRParen)
			return q, &expr.Subquery{Base: p.ebase(start), Kind: expr.ScalarSubquery, Query: q}
		}
		first = p.aliased(p.expressionFrom(first))
	} else {
		first = p.namedExpr()
	}
	if p.at(tokComma) {
		args := []expr.Expr{first}
		for p.accept(tokComma) {
			args = append(args, p.namedExpr())
		}
		p.expect(tokRParen)
		return nil, p.call(start, "struct", args...)
	}
	p.expect(tokRParen)
	if a, ok := first.(*expr.Alias); ok {
		p.failf("PARSE_SYNTAX_ERROR", a.Pos(), "Syntax error: an expression in parentheses cannot have an alias.")
	}
	return nil, first
}

// aliased adds an alias that follows e.
func (p *parser) aliased(e expr.Expr) expr.Expr {
	start := e.Pos().Start
	if p.accept(kwAS) || p.atIdent() && !p.clauseStarts() {
		name := p.ident()
		return &expr.Alias{Base: p.ebase(start), Child: e, Names: []string{name}}
	}
	return e
}

// subquery reads ( query ).
func (p *parser) subquery() logical.Plan {
	p.expect(tokLParen)
	q := p.query()
	p.expect(tokRParen)
	return q
}

// lambdaParams returns how many parameters a lambda (a, b) -> … at the position has, 0 if it is none.
func (p *parser) lambdaParams() int {
	i, n := 1, 0
	for p.isIdent(p.peek(i)) {
		n++
		switch p.peek(i + 1) {
		case tokComma:
			i += 2
			continue
		case tokRParen:
			if p.peek(i+2) == tokArrow {
				return n
			}
		}
		return 0
	}
	return 0
}

// lambda reads x -> body or (x, y) -> body.
func (p *parser) lambda(n int) expr.Expr {
	start := p.start()
	var params []string
	if p.at(tokLParen) {
		params = p.identList()
	} else {
		params = []string{p.ident()}
	}
	p.expect(tokArrow)
	body := p.expression()
	return &expr.UnresolvedLambda{Base: p.ebase(start), Params: params, Body: body}
}

func (p *parser) literalString(t token, s string) *expr.Literal {
	return &expr.Literal{Base: expr.Base{At: p.place(t.start, t.end)}, Value: s, T: types.StringType}
}
