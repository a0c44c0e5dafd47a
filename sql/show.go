package sql

import (
	"strings"

	"github.com/sparrow-engine/sparrow/logical"
)

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }

// show reads SHOW.
func (p *parser) show(start int32) logical.Plan {
	p.pos++
	s := &logical.Show{}
	switch k := p.kind(); k {
	case kwDATABASES, kwSCHEMAS, kwNAMESPACES:
		p.pos++
		s.What = "DATABASES"
		p.showIn(s)
		p.showPattern(s)
	case kwTABLES, kwVIEWS:
		p.pos++
		s.What = keywordNames[k]
		p.showIn(s)
		p.showPattern(s)
		p.acceptSeq(kwAS, kwJSON)
	case kwTABLE:
		p.pos++
		p.expect(kwEXTENDED)
		s.What = "TABLE EXTENDED"
		p.showIn(s)
		if !p.at(kwLIKE) {
			p.unexpected("LIKE")
		}
		p.showPattern(s)
		if p.accept(kwPARTITION) {
			p.partition()
			return p.unsupportedPlan("SHOW_TABLE_PARTITION", start)
		}
	case kwTBLPROPERTIES:
		p.pos++
		s.What = "TBLPROPERTIES"
		s.Name = p.reference()
		if p.accept(tokLParen) {
			if p.isString(p.kind()) {
				s.Pattern = p.stringLit()
			} else {
				s.Pattern = p.provider()
			}
			p.expect(tokRParen)
		}
	case kwCOLUMNS:
		p.pos++
		s.What = "COLUMNS"
		if _, ok := p.acceptAny(kwFROM, kwIN); !ok {
			p.unexpected("FROM or IN")
		}
		s.Name = p.reference()
		p.showIn(s)
	case kwPARTITIONS:
		p.pos++
		s.What = "PARTITIONS"
		s.Name = p.reference()
		if p.accept(kwPARTITION) {
			p.partition()
			return p.unsupportedPlan("SHOW_PARTITION_SPEC", start)
		}
	case kwCATALOGS:
		p.pos++
		s.What = "CATALOGS"
		p.showPattern(s)
	case kwCOLLATIONS, kwPROCEDURES:
		p.pos++
		p.showIn(s)
		p.showPattern(s)
		return p.unsupportedPlan("SHOW_"+keywordNames[k], start)
	case kwCREATE:
		p.pos++
		p.expect(kwTABLE)
		s.What = "CREATE TABLE"
		s.Name = p.reference()
		p.acceptSeq(kwAS, kwSERDE)
	case kwCURRENT:
		p.pos++
		if !p.atNamespace() {
			p.skipToEnd()
			return p.unsupportedPlan("HIVE_COMMAND", start)
		}
		p.pos++
		s.What = "CURRENT"
	case kwGRANT, kwROLE, kwROLES, kwPRINCIPALS, kwCOMPACTIONS, kwTRANSACTIONS, kwINDEXES, kwLOCKS:
		p.skipToEnd()
		return p.unsupportedPlan("HIVE_COMMAND", start)
	default:
		p.showFunctions(s)
	}
	s.Base = p.base(start)
	return s
}

// showIn reads FROM or IN and a database.
func (p *parser) showIn(s *logical.Show) {
	if _, ok := p.acceptAny(kwFROM, kwIN); ok {
		s.In = p.reference()
	}
}

// showPattern reads [LIKE] 'pattern'.
func (p *parser) showPattern(s *logical.Show) {
	if p.accept(kwLIKE) || p.isString(p.kind()) {
		s.Pattern = p.stringLit()
	}
}

// showFunctions reads [USER|SYSTEM|ALL] FUNCTIONS [IN db] [[LIKE] pattern].
func (p *parser) showFunctions(s *logical.Show) {
	s.What = "FUNCTIONS"
	if !p.at(kwFUNCTIONS) {
		if !p.atIdent() || p.peek(1) != kwFUNCTIONS {
			p.unexpected("TABLES, DATABASES, COLUMNS, FUNCTIONS, VIEWS, PARTITIONS, CREATE TABLE, TBLPROPERTIES, CATALOGS or CURRENT DATABASE")
			return
		}
		t := p.advance()
		s.Scope = strings.ToUpper(p.tokenText(t))
		if s.Scope != "USER" && s.Scope != "SYSTEM" && s.Scope != "ALL" {
			p.failf("INVALID_SQL_SYNTAX.SHOW_FUNCTIONS_INVALID_SCOPE", p.spanOf(t), "Invalid SQL syntax: SHOW %s FUNCTIONS not supported.", p.tokenText(t))
			return
		}
	}
	p.pos++
	p.showIn(s)
	like := p.accept(kwLIKE)
	switch {
	case p.isString(p.kind()):
		s.Pattern = p.stringLit()
	case like || p.atIdent():
		s.Pattern = p.provider()
	}
}

// describe reads DESCRIBE.
func (p *parser) describe(start int32) logical.Plan {
	p.pos++
	d := &logical.Describe{What: "TABLE"}
	switch {
	case p.at(kwFUNCTION):
		p.pos++
		p.describeFunction(d)
	case p.at(kwPROCEDURE) && p.isIdent(p.peek(1)):
		p.skipToEnd()
		return p.unsupportedPlan("DESCRIBE_PROCEDURE", start)
	case p.atNamespace() && (p.isIdent(p.peek(1))):
		p.pos++
		d.What = "DATABASE"
		d.Extended = p.accept(kwEXTENDED)
		d.Name = p.reference()
	case p.at(kwQUERY) && p.describesQuery(1):
		p.pos++
		d.What, d.Query = "QUERY", p.query()
	case p.describesQuery(0):
		d.What, d.Query = "QUERY", p.query()
	default:
		if f := p.describeTable(d); f != "" {
			return p.unsupportedPlan(f, start)
		}
	}
	d.Base = p.base(start)
	return d
}

// describesQuery tells DESCRIBE TABLE t from DESCRIBE of a query.
func (p *parser) describesQuery(n int) bool {
	return p.queryStartsAt(n) && (n > 0 || p.peek(n) != kwTABLE)
}

func (p *parser) describeTable(d *logical.Describe) (feature string) {
	if p.at(kwTABLE) && (p.isIdent(p.peek(1))) {
		p.pos++
	}
	if p.atAny(kwEXTENDED, kwFORMATTED) && p.isIdent(p.peek(1)) && p.peek(1) != kwAS {
		p.pos++
		d.Extended = true
	}
	d.Name = p.reference()
	if p.accept(kwPARTITION) {
		p.partition()
		feature = "DESCRIBE_PARTITION"
	}
	if p.atIdent() && !p.atSeq(kwAS, kwJSON) {
		d.What = "COLUMN"
		d.Column = p.multipart()
	}
	d.JSON = p.acceptSeq(kwAS, kwJSON)
	return feature
}

// describeFunction reads [EXTENDED] and the name of a function, which may be an operator.
func (p *parser) describeFunction(d *logical.Describe) {
	d.What = "FUNCTION"
	if p.at(kwEXTENDED) && p.peek(1) != tokEOF && p.peek(1) != tokSemicolon {
		p.pos++
		d.Extended = true
	}
	switch {
	case p.isString(p.kind()):
		d.Name = []string{p.stringLit()}
	case p.atIdent():
		d.Name = p.reference()
	case p.at(tokEOF) || p.at(tokSemicolon):
		p.unexpected("the name of a function")
	default:
		start := p.start()
		for p.pos++; p.at(tokGt); p.pos++ {
		}
		d.Name = []string{p.source(start)}
	}
}
