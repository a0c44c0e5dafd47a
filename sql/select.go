package sql

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// selectBlock reads SELECT … up to QUALIFY. from is set where FROM stood first.
func (p *parser) selectBlock(from logical.Plan, start int32) logical.Plan {
	if p.peek(1) == kwTRANSFORM && p.peek(2) == tokLParen && p.transformAhead(2) {
		return p.transform(start)
	}
	s := &logical.Select{From: from}
	p.selectList(s)
	if from == nil && p.at(kwFROM) {
		s.From, s.Views = p.fromClause()
	}
	s.Views = p.lateralViews(s.Views)
	if p.accept(kwWHERE) {
		s.Where = p.expression()
	}
	s.Group = p.groupBy()
	if p.accept(kwHAVING) {
		s.Having = p.expression()
	}
	s.Windows = p.windows()
	if p.accept(kwQUALIFY) {
		s.Qualify = p.expression()
	}
	s.Base = p.base(start)
	return s
}

// selectList reads SELECT, hints, DISTINCT and the list.
func (p *parser) selectList(s *logical.Select) {
	p.expect(kwSELECT)
	for p.at(tokHint) {
		s.Hints = append(s.Hints, p.hints()...)
	}
	if p.at(kwDISTINCT) && !p.endsOperand(1) {
		p.pos++
		s.Distinct = true
	} else if p.at(kwALL) && !p.endsOperand(1) {
		p.pos++
	}
	s.List = p.namedExprs()
}

// hints reads /*+ NAME(args), NAME */.
func (p *parser) hints() []logical.Hint {
	var out []logical.Hint
	p.pos++
	for !p.at(tokHintEnd) && p.err == nil {
		start := p.start()
		h := logical.Hint{Name: p.ident()}
		if p.accept(tokLParen) {
			h.Args = []expr.Expr{p.primary()}
			for p.accept(tokComma) {
				h.Args = append(h.Args, p.primary())
			}
			p.expect(tokRParen)
		}
		h.Pos = p.from(start)
		out = append(out, h)
		p.accept(tokComma)
	}
	p.expect(tokHintEnd)
	return out
}

// groupBy reads GROUP BY; nil without one.
func (p *parser) groupBy() *logical.Grouping {
	start := p.start()
	if !p.acceptSeq(kwGROUP, kwBY) {
		return nil
	}
	g := &logical.Grouping{}
	if p.at(kwALL) {
		switch p.peek(1) {
		case tokDot, tokComma, tokLParen, tokPlus, tokMinus, tokStar, tokSlash, kwWITH, kwGROUPING:
		default:
			p.pos++
			g.All = true
			g.Pos = p.from(start)
			return g
		}
	}
	if p.at(kwWITH) && (p.peek(1) == kwROLLUP || p.peek(1) == kwCUBE) {
		p.pos++
		p.unexpected("an expression before WITH")
		return g
	}
	for {
		g.Items = append(g.Items, p.groupItem(true))
		if !p.accept(tokComma) {
			break
		}
	}
	switch {
	case p.acceptSeq(kwWITH, kwROLLUP):
		g.Legacy = logical.GroupRollup
	case p.acceptSeq(kwWITH, kwCUBE):
		g.Legacy = logical.GroupCube
	case p.acceptSeq(kwGROUPING, kwSETS):
		g.Legacy = logical.GroupSets
		p.expect(tokLParen)
		g.LegacySets = p.groupingSets()
		p.expect(tokRParen)
	}
	g.Pos = p.from(start)
	return g
}

// groupItem reads an expression, ROLLUP(…), CUBE(…) or GROUPING SETS(…). named allows an alias, as the list before WITH ROLLUP does.
func (p *parser) groupItem(named bool) logical.GroupItem {
	start := p.start()
	var it logical.GroupItem
	switch {
	case p.atSeq(kwROLLUP, tokLParen):
		it.Kind = logical.GroupRollup
	case p.atSeq(kwCUBE, tokLParen):
		it.Kind = logical.GroupCube
	case p.atSeq(kwGROUPING, kwSETS, tokLParen):
		it.Kind = logical.GroupSets
		p.pos++
	case p.atSeq(tokLParen, tokRParen): // the empty grouping
		p.pos += 2
		return logical.GroupItem{Kind: logical.GroupSets, Sets: [][]expr.Expr{{}}, Pos: p.from(start)}
	default:
		if named {
			it.Expr = p.namedExpr()
		} else {
			it.Expr = p.expression()
		}
		it.Pos = p.from(start)
		return it
	}
	p.pos += 2
	if it.Kind == logical.GroupSets {
		p.groupingElements(&it)
	} else {
		it.Sets = p.groupingSets()
	}
	p.expect(tokRParen)
	it.Pos = p.from(start)
	return it
}

func (p *parser) groupingSets() [][]expr.Expr {
	sets := [][]expr.Expr{p.groupingSet()}
	for p.accept(tokComma) {
		sets = append(sets, p.groupingSet())
	}
	return sets
}

// groupingElements reads what is inside GROUPING SETS. Once an element is ROLLUP, CUBE or GROUPING SETS itself, all become Nested.
func (p *parser) groupingElements(it *logical.GroupItem) {
	if !p.enter() {
		p.leave()
		return
	}
	defer p.leave()
	for {
		start := p.start()
		if p.atSeq(kwROLLUP, tokLParen) || p.atSeq(kwCUBE, tokLParen) || p.atSeq(kwGROUPING, kwSETS, tokLParen) {
			for _, s := range it.Sets {
				it.Nested = append(it.Nested, logical.GroupItem{Kind: logical.GroupSets, Sets: [][]expr.Expr{s}, Pos: p.from(start)})
			}
			it.Sets = nil
			it.Nested = append(it.Nested, p.groupItem(false))
		} else if set := p.groupingSet(); it.Nested != nil {
			it.Nested = append(it.Nested, logical.GroupItem{Kind: logical.GroupSets, Sets: [][]expr.Expr{set}, Pos: p.from(start)})
		} else {
			it.Sets = append(it.Sets, set)
		}
		if !p.accept(tokComma) {
			return
		}
	}
}

// groupingSet reads (a, b), () or one expression.
func (p *parser) groupingSet() []expr.Expr {
	if p.atSeq(tokLParen, tokRParen) {
		p.pos += 2
		return []expr.Expr{}
	}
	e := p.expression()
	if c, ok := e.(*expr.UnresolvedCall); ok && isRow(c) && p.text[c.At.Start] == '(' {
		return c.Args
	}
	return []expr.Expr{e}
}

// windows reads WINDOW w AS (…), v AS w.
func (p *parser) windows() []logical.NamedWindow {
	if !p.at(kwWINDOW) || !p.isIdent(p.peek(1)) || p.peek(2) != kwAS {
		return nil
	}
	p.pos++
	var out []logical.NamedWindow
	for {
		start := p.start()
		w := logical.NamedWindow{Name: p.ident()}
		p.expect(kwAS)
		w.Spec = p.windowSpec()
		w.Pos = p.from(start)
		out = append(out, w)
		if !p.accept(tokComma) {
			break
		}
	}
	p.duplicateWindows(out)
	return out
}

func (p *parser) duplicateWindows(ws []logical.NamedWindow) {
	if len(ws) < 2 {
		return
	}
	seen := make(map[string]bool, len(ws))
	for _, w := range ws {
		key := strings.ToLower(w.Name)
		if seen[key] {
			p.failf("INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION", w.Pos, "Invalid SQL syntax: The definition of window %s is repetitive.", types.Quote(w.Name))
		}
		seen[key] = true
	}
}

// lateralViews reads LATERAL VIEW [OUTER] f(args) t AS a, b.
func (p *parser) lateralViews(views []logical.LateralView) []logical.LateralView {
	for p.atSeq(kwLATERAL, kwVIEW) {
		start := p.start()
		p.pos += 2
		v := logical.LateralView{}
		if p.at(kwOUTER) && p.isIdent(p.peek(1)) {
			p.pos++
			v.Outer = true
		}
		at := p.start()
		name := p.multipart()
		p.expect(tokLParen)
		call := &expr.UnresolvedCall{Name: name}
		if !p.at(tokRParen) {
			call.Args = p.expressions()
		}
		p.expect(tokRParen)
		call.Base = p.ebase(at)
		v.Call = call
		v.Name = p.ident()
		if p.accept(kwAS) || p.atIdent() && !p.clauseStarts() && !isJoinWord(p.kind()) {
			v.Columns = p.identSeq()
		}
		v.Pos = p.from(start)
		views = append(views, v)
	}
	return views
}

// maxTransform bounds how far transformAhead looks.
const maxTransform = 4096

// transformAhead reports whether USING follows the parenthesis or list n ahead: SELECT TRANSFORM(a) USING 'script'.
func (p *parser) transformAhead(n int) bool {
	depth := 0
	for i := p.pos + n; i < min(len(p.tokens), p.pos+maxTransform); i++ {
		switch p.tokens[i].kind {
		case tokLParen:
			depth++
		case tokRParen:
			if depth--; depth < 0 {
				return false
			}
		case kwUSING:
			if depth == 0 {
				return true
			}
		case kwFROM, kwWHERE, tokSemicolon:
			if depth == 0 {
				return false
			}
		}
	}
	return false
}

// transform skips a script transformation, which is not executed.
func (p *parser) transform(start int32) logical.Plan {
	depth := 0
	for p.err == nil && !p.at(tokEOF) && !p.at(tokSemicolon) {
		if p.at(tokLParen) {
			depth++
		}
		if p.at(tokRParen) {
			if depth == 0 {
				break
			}
			depth--
		}
		p.pos++
	}
	return p.unsupportedPlan("TRANSFORM", start)
}

// unsupportedPlan makes the node of what parses but is not executed.
func (p *parser) unsupportedPlan(feature string, start int32) *logical.Unsupported {
	return &logical.Unsupported{Base: p.base(start), Feature: feature, Text: p.source(start)}
}
