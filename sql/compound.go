package sql

import "github.com/sparrow-engine/sparrow/logical"

// compound reads a script BEGIN … END. Scripts are not executed; they are read so that mistakes in them are found.
func (p *parser) compound(start int32) logical.Plan {
	p.block()
	return p.unsupportedPlan("SQL_SCRIPTING", start)
}

// block reads BEGIN statements END.
func (p *parser) block() {
	p.expect(kwBEGIN)
	p.acceptSeq(kwNOT, kwATOMIC)
	p.body(kwEND)
	p.expect(kwEND)
	if p.isStrict(p.kind()) {
		p.ident() // the label again
	}
}

// body reads statements, each ended by a semicolon, up to one of the words.
func (p *parser) body(ends ...kind) {
	if !p.enter() {
		p.leave()
		return
	}
	defer p.leave()
	for p.err == nil && !p.atAny(ends...) {
		if p.at(tokEOF) {
			p.unexpected("END")
			return
		}
		p.scriptStatement()
		p.expect(tokSemicolon)
	}
}

// scriptStatement reads a statement of a script: control flow, a declaration, or any other statement.
func (p *parser) scriptStatement() {
	if !p.enter() {
		p.leave()
		return
	}
	defer p.leave()
	if p.isStrict(p.kind()) && p.peek(1) == tokColon {
		p.pos += 2
	}
	switch p.kind() {
	case kwBEGIN:
		p.block()
	case kwIF:
		p.ifBlock()
	case kwCASE:
		p.caseBlock()
	case kwWHILE:
		p.pos++
		p.expression()
		p.expect(kwDO)
		p.loopEnd(kwWHILE)
	case kwREPEAT:
		p.pos++
		p.body(kwUNTIL)
		p.expect(kwUNTIL)
		p.expression()
		p.expect(kwEND, kwREPEAT)
		p.endLabel()
	case kwLOOP:
		p.pos++
		p.loopEnd(kwLOOP)
	case kwFOR:
		p.pos++
		if p.isStrict(p.kind()) && p.peek(1) == kwAS {
			p.pos += 2
		}
		p.query()
		p.expect(kwDO)
		p.loopEnd(kwFOR)
	case kwLEAVE, kwITERATE:
		p.pos++
		p.ident()
	case kwSET:
		p.scriptSet()
	case kwDECLARE:
		p.scriptDeclare()
	case kwFETCH:
		p.fetch()
	default:
		p.statement()
	}
}

func (p *parser) loopEnd(word kind) {
	p.body(kwEND)
	p.expect(kwEND, word)
	p.endLabel()
}

func (p *parser) endLabel() {
	if p.isStrict(p.kind()) {
		p.ident()
	}
}

func (p *parser) ifBlock() {
	p.pos++
	p.expression()
	p.expect(kwTHEN)
	p.body(kwELSEIF, kwELSE, kwEND)
	for p.accept(kwELSEIF) {
		p.expression()
		p.expect(kwTHEN)
		p.body(kwELSEIF, kwELSE, kwEND)
	}
	if p.accept(kwELSE) {
		p.body(kwEND)
	}
	p.expect(kwEND, kwIF)
}

func (p *parser) caseBlock() {
	p.pos++
	if !p.at(kwWHEN) {
		p.expression()
	}
	if !p.at(kwWHEN) {
		p.unexpected("WHEN")
	}
	for p.accept(kwWHEN) {
		p.expression()
		p.expect(kwTHEN)
		p.body(kwWHEN, kwELSE, kwEND)
	}
	if p.accept(kwELSE) {
		p.body(kwEND)
	}
	p.expect(kwEND, kwCASE)
}

// scriptSet reads SET a = 1, b = 2 and SET (a, b) = (query), which in a script set variables.
func (p *parser) scriptSet() {
	if p.atAny(kwVAR, kwVARIABLE) || p.peek(1) == kwTIME || p.peek(1) == kwVAR || p.peek(1) == kwVARIABLE {
		p.statement()
		return
	}
	p.pos++
	if p.at(tokLParen) {
		p.identPaths()
		p.expect(tokEq)
		p.subquery()
		return
	}
	p.assignments()
}

// scriptDeclare reads the declaration of a condition, handler, cursor or variable.
func (p *parser) scriptDeclare() {
	switch {
	case p.isIdent(p.peek(1)) && p.peek(2) == kwCONDITION:
		p.pos += 3
		if p.acceptSeq(kwFOR, kwSQLSTATE) {
			p.accept(kwVALUE)
			p.stringLit()
		}
	case (p.peek(1) == kwCONTINUE || p.peek(1) == kwEXIT) && p.peek(2) == kwHANDLER:
		p.pos += 3
		p.expect(kwFOR)
		p.handlerCondition()
		for p.accept(tokComma) {
			p.handlerCondition()
		}
		p.scriptStatement()
	case p.isIdent(p.peek(1)) && (p.peek(2) == kwCURSOR || (p.peek(2) == kwASENSITIVE || p.peek(2) == kwINSENSITIVE) && p.peek(3) == kwCURSOR):
		p.pos += 2
		p.acceptAny(kwASENSITIVE, kwINSENSITIVE)
		p.expect(kwCURSOR, kwFOR)
		p.query()
		if p.accept(kwFOR) {
			p.expect(kwREAD, kwONLY)
		}
	default:
		p.statement()
	}
}

func (p *parser) handlerCondition() {
	switch {
	case p.accept(kwSQLSTATE):
		p.accept(kwVALUE)
		p.stringLit()
	case p.accept(kwSQLEXCEPTION), p.acceptSeq(kwNOT, kwFOUND):
	default:
		p.multipart()
	}
}

// fetch reads FETCH [NEXT] [FROM] cursor INTO variables.
func (p *parser) fetch() {
	p.pos++
	if p.at(kwNEXT) && p.peek(1) == kwFROM {
		p.pos++
	}
	p.accept(kwFROM)
	p.multipart()
	p.expect(kwINTO)
	p.multipart()
	for p.accept(tokComma) {
		p.multipart()
	}
}
