package sql

import (
	"strings"

	"github.com/sparrow-engine/sparrow/logical"
)

// otherStatement reads the statements of Spark that Sparrow does not execute; nil if none begins here.
func (p *parser) otherStatement(start int32) logical.Plan {
	switch k := p.kind(); k {
	case kwALTER:
		return p.alter(start)
	case kwDELETE:
		p.pos++
		p.expect(kwFROM)
		p.target()
		if p.accept(kwWHERE) {
			p.expression()
		}
		return p.unsupportedPlan("TABLE_OPERATION", start)
	case kwUPDATE:
		p.pos++
		p.target()
		p.expect(kwSET)
		p.assignments()
		if p.accept(kwWHERE) {
			p.expression()
		}
		return p.unsupportedPlan("TABLE_OPERATION", start)
	case kwMERGE:
		return p.merge(start)
	case kwEXECUTE:
		return p.executeImmediate(start)
	case kwCOMMENT:
		p.pos++
		p.expect(kwON)
		p.skipToEnd()
		return p.unsupportedPlan("COMMENT_ON", start)
	case kwLOAD, kwMSCK, kwREPAIR, kwADD, kwLIST, kwCALL, kwGRANT, kwREVOKE, kwEXPORT, kwIMPORT, kwLOCK, kwUNLOCK, kwSTART, kwCOMMIT, kwROLLBACK, kwDFS, kwOPEN, kwFETCH, kwCLOSE:
		if p.peek(1) == tokEq || p.peek(1) == tokDot {
			return nil
		}
		p.skipToEnd()
		return p.unsupportedPlan(strings.ToUpper(keywordNames[k]), start)
	}
	return nil
}

// target reads the table of DELETE, UPDATE and MERGE with its alias.
func (p *parser) target() {
	p.reference()
	if p.accept(kwAS) || p.isStrict(p.kind()) && !p.atAny(kwWHERE, kwSET, kwUSING) {
		p.ident()
	}
}

func (p *parser) assignments() {
	for {
		p.multipart()
		p.expect(tokEq)
		p.valueOrDefault()
		if !p.accept(tokComma) {
			return
		}
	}
}

// alter reads ALTER of anything; only RENAME TO and ADD COLUMNS are looked into.
func (p *parser) alter(start int32) logical.Plan {
	p.pos++
	switch {
	case p.atAny(kwTABLE, kwVIEW, kwDATABASE, kwSCHEMA, kwNAMESPACE):
		n := &logical.AlterTable{View: p.at(kwVIEW)}
		relation := p.atAny(kwTABLE, kwVIEW)
		p.pos++
		n.Name = p.reference()
		if relation && p.acceptSeq(kwRENAME, kwTO) {
			n.Rename = p.reference()
			n.Base = p.base(start)
			return n
		}
		if relation && !n.View && p.at(kwADD) && (p.peek(1) == kwCOLUMN || p.peek(1) == kwCOLUMNS) {
			return p.addColumns(start, n)
		}
		if p.at(tokEOF) || p.at(tokSemicolon) {
			p.unexpected("ADD, ALTER, CHANGE, DROP, RENAME, REPLACE, SET or UNSET")
		}
	case p.at(kwINDEX):
	default:
		p.unexpected("TABLE, VIEW or DATABASE")
	}
	p.skipToEnd()
	return p.unsupportedPlan("ALTER", start)
}

// addColumns reads ADD COLUMN[S] [(] name type, … [)].
func (p *parser) addColumns(start int32, n *logical.AlterTable) logical.Plan {
	p.pos += 2
	paren := p.accept(tokLParen)
	feature := ""
	for more := true; more; more = p.accept(tokComma) {
		if p.peek(1) == tokDot { // a field of a struct
			p.skipToEnd()
			return p.unsupportedPlan("ALTER", start)
		}
		c, f := p.columnDef()
		n.Add = append(n.Add, c)
		feature += f
	}
	if p.atAny(kwFIRST, kwAFTER) || feature != "" {
		p.skipToEnd()
		return p.unsupportedPlan("ALTER", start)
	}
	if paren {
		p.expect(tokRParen)
	}
	n.Base = p.base(start)
	return n
}

// merge reads MERGE INTO.
func (p *parser) merge(start int32) logical.Plan {
	p.pos++
	p.acceptSeq(kwWITH, kwSCHEMA, kwEVOLUTION)
	p.expect(kwINTO)
	p.target()
	p.expect(kwUSING)
	p.relationPrimary()
	p.expect(kwON)
	p.expression()
	for p.accept(kwWHEN) {
		if !p.accept(tokBang) {
			p.accept(kwNOT)
		}
		p.expect(kwMATCHED)
		if p.accept(kwBY) {
			p.acceptAny(kwSOURCE, kwTARGET)
		}
		if p.accept(kwAND) {
			p.expression()
		}
		p.expect(kwTHEN)
		p.mergeAction()
	}
	return p.unsupportedPlan("TABLE_OPERATION", start)
}

func (p *parser) mergeAction() {
	switch {
	case p.accept(kwDELETE):
	case p.acceptSeq(kwUPDATE, kwSET):
		if !p.accept(tokStar) {
			p.assignments()
		}
	case p.accept(kwINSERT):
		if p.accept(tokStar) {
			return
		}
		p.identPaths()
		p.expect(kwVALUES, tokLParen)
		p.valueOrDefault()
		for p.accept(tokComma) {
			p.valueOrDefault()
		}
		p.expect(tokRParen)
	default:
		p.unexpected("DELETE, UPDATE SET or INSERT")
	}
}

// executeImmediate reads EXECUTE IMMEDIATE text [INTO variables] [USING parameters].
func (p *parser) executeImmediate(start int32) logical.Plan {
	p.pos++
	p.expect(kwIMMEDIATE)
	n := &logical.ExecuteImmediate{Text: p.expression()}
	if p.accept(kwINTO) {
		for more := true; more; more = p.accept(tokComma) {
			n.Into = append(n.Into, p.multipart())
		}
	}
	if p.accept(kwUSING) {
		if paren := p.at(tokLParen); paren && p.peek(1) != kwSELECT {
			p.pos++
			n.Using = p.namedExprs()
			p.expect(tokRParen)
		} else {
			n.Using = p.namedExprs()
		}
	}
	n.Base = p.base(start)
	return n
}
