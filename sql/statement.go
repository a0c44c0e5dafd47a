package sql

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// statement reads one statement.
func (p *parser) statement() logical.Plan {
	if !p.enter() {
		p.leave()
		return nil
	}
	defer p.leave()
	start := p.start()
	switch p.kind() {
	case kwSELECT, kwVALUES, kwTABLE, kwMAP, kwREDUCE, tokLParen:
		return p.query()
	case kwFROM:
		return p.fromOrInsert(start)
	case kwWITH:
		return p.withStatement(start)
	case kwINSERT:
		return p.insert(start)
	case kwCREATE:
		return p.create(start)
	case kwREPLACE:
		if p.peek(1) == kwTABLE {
			p.pos += 2
			return p.createTable(start, tableHead{replace: true})
		}
	case kwDROP:
		return p.drop(start)
	case kwDESCRIBE, kwDESC:
		return p.describe(start)
	case kwSHOW:
		return p.show(start)
	case kwEXPLAIN:
		return p.explain(start)
	case kwSET:
		return p.set(start)
	case kwRESET:
		return p.reset(start)
	case kwUSE:
		return p.use(start)
	case kwCACHE, kwUNCACHE, kwREFRESH, kwCLEAR:
		return p.cache(start)
	case kwANALYZE:
		return p.analyze(start)
	case kwDECLARE:
		return p.declare(start)
	case kwTRUNCATE:
		return p.truncate(start)
	case kwBEGIN:
		return p.compound(start)
	}
	if plan := p.otherStatement(start); plan != nil {
		return plan
	}
	p.unexpected("a statement")
	return nil
}

// reference takes the name of a table, view, function or database; IDENTIFIER('a.b') gives its parts.
func (p *parser) reference() []string {
	if !p.atSeq(kwIDENTIFIER, tokLParen) {
		return p.multipart()
	}
	start := p.start()
	p.pos += 2
	e := p.expression()
	p.expect(tokRParen)
	text, ok := constantText(e)
	if !ok {
		p.unsupported("IDENTIFIER_CLAUSE", start, "IDENTIFIER(…) of something else than a string literal is not supported in this place yet.")
		return []string{""}
	}
	inner, err := newParser(text, p.opts)
	if err != nil {
		p.fail(sqlerr.As(err))
		return []string{""}
	}
	parts, perr := finish(inner, inner.multipart())
	if perr != nil {
		p.failf("PARSE_SYNTAX_ERROR", p.from(start), "Syntax error: %s is not a name.", quoteString(text))
		return []string{""}
	}
	return parts
}

func constantText(e expr.Expr) (string, bool) {
	switch x := e.(type) {
	case *expr.Literal:
		s, ok := x.Value.(string)
		return s, ok
	case *expr.UnresolvedCall:
		if len(x.Name) != 1 || x.Name[0] != "||" {
			return "", false
		}
		a, ok := constantText(x.Args[0])
		b, ok2 := constantText(x.Args[1])
		return a + b, ok && ok2
	}
	return "", false
}

func (p *parser) ifExists() bool { return p.acceptSeq(kwIF, kwEXISTS) }

func (p *parser) ifNotExists() bool {
	return p.acceptSeq(kwIF, kwNOT, kwEXISTS) || p.acceptSeq(kwIF, tokBang, kwEXISTS)
}

func (p *parser) atNamespace() bool { return p.atAny(kwDATABASE, kwSCHEMA, kwNAMESPACE) }

// withStatement reads WITH before a query or an INSERT.
func (p *parser) withStatement(start int32) logical.Plan {
	with := p.with()
	if !p.atAny(kwINSERT, kwDELETE, kwUPDATE, kwMERGE) {
		if p.at(kwFROM) {
			switch plan := p.fromOrInsert(p.start()).(type) {
			case *logical.Insert:
				return p.insertWith(plan, with, start)
			case *logical.Unsupported:
				return p.unsupportedPlan(plan.Feature, start)
			default:
				with.Body = plan
			}
		} else {
			with.Body = p.queryFrom(p.term(), start)
		}
		with.Base = p.base(start)
		return with
	}
	plan := p.statement()
	if ins, ok := plan.(*logical.Insert); ok {
		return p.insertWith(ins, with, start)
	}
	return p.unsupportedPlan("TABLE_OPERATION", start)
}

// insertWith moves the definitions in front of INSERT to its query.
func (p *parser) insertWith(ins *logical.Insert, with *logical.UnresolvedWith, start int32) logical.Plan {
	with.Body = ins.Query
	with.Base = p.base(start)
	ins.Query = with
	ins.Base = p.base(start)
	return ins
}

// fromOrInsert reads FROM t SELECT …, or FROM t INSERT INTO a SELECT … INSERT INTO b SELECT ….
func (p *parser) fromOrInsert(start int32) logical.Plan {
	from, views := p.fromClause()
	if !p.at(kwINSERT) {
		return p.queryFrom(p.fromBodies(from, views, start), start)
	}
	ins, feature := p.fromInsert(from, views, start)
	if p.at(kwINSERT) {
		feature = "MULTI_INSERT"
	}
	for p.at(kwINSERT) {
		p.fromInsert(from, views, p.start())
	}
	if feature != "" {
		return p.unsupportedPlan(feature, start)
	}
	return ins
}

// fromInsert reads one INSERT of a multi-insert.
func (p *parser) fromInsert(from logical.Plan, views []logical.LateralView, start int32) (*logical.Insert, string) {
	ins, feature := p.insertTarget()
	q := p.selectBlock(from, p.start())
	if s, ok := q.(*logical.Select); ok {
		s.Views = append(views[:len(views):len(views)], s.Views...)
	}
	ins.Query = p.organization(q, start)
	ins.Base = p.base(start)
	return ins, feature
}

// insert reads INSERT.
func (p *parser) insert(start int32) logical.Plan {
	ins, feature := p.insertTarget()
	if feature != "" && p.err == nil {
		p.skipToEnd()
		return p.unsupportedPlan(feature, start)
	}
	ins.Query = p.query()
	ins.Base = p.base(start)
	return ins
}

// insertTarget reads INSERT INTO t … up to the query, and the feature in it that is not executed.
func (p *parser) insertTarget() (ins *logical.Insert, feature string) {
	p.expect(kwINSERT)
	ins = &logical.Insert{}
	if p.acceptSeq(kwWITH, kwSCHEMA, kwEVOLUTION) {
		feature = "INSERT_WITH_SCHEMA_EVOLUTION"
	}
	switch {
	case p.accept(kwOVERWRITE):
		ins.Overwrite = true
		if p.at(kwDIRECTORY) || p.atSeq(kwLOCAL, kwDIRECTORY) {
			return ins, p.insertDirectory(ins)
		}
	case p.accept(kwINTO):
	default:
		p.unexpected("INTO or OVERWRITE")
		return ins, ""
	}
	if p.at(kwTABLE) && p.isIdent(p.peek(1)) {
		p.pos++
	}
	ins.Table = p.reference()
	if p.atSeq(kwWITH, tokLParen) && !p.queryStartsAt(0) {
		p.pos++
		ins.Options = p.properties()
	}
	if p.atSeq(kwPARTITION, tokLParen) {
		p.pos++
		ins.Partition = p.partition()
	}
	ins.IfNotExists = p.ifNotExists()
	if !p.insertColumns(ins) && p.isStrict(p.kind()) && !p.queryAhead() && !(p.at(kwREPLACE) && p.clauseStarts()) {
		p.accept(kwAS)
		p.ident() // an alias, which only REPLACE ON uses
		p.insertColumns(ins)
	}
	if p.at(kwREPLACE) && p.clauseStarts() {
		feature = "TABLE_OPERATION"
	}
	return ins, feature
}

func (p *parser) queryAhead() bool {
	return p.atAny(kwSELECT, kwVALUES, kwTABLE, kwFROM, kwWITH, kwMAP, kwREDUCE)
}

// insertColumns reads BY NAME or a column list.
func (p *parser) insertColumns(ins *logical.Insert) bool {
	if p.acceptSeq(kwBY, kwNAME) {
		ins.ByName = true
		return true
	}
	if p.at(tokLParen) && !p.queryStartsAt(1) && !p.atSeq(tokLParen, tokLParen) {
		ins.Columns = p.identList()
		return true
	}
	return false
}

// insertDirectory reads [LOCAL] DIRECTORY 'path' and the format.
func (p *parser) insertDirectory(ins *logical.Insert) (feature string) {
	p.accept(kwLOCAL)
	p.pos++
	if p.isString(p.kind()) {
		ins.Directory = p.stringLit()
	}
	if p.accept(kwUSING) {
		ins.Using = p.provider()
		if p.accept(kwOPTIONS) {
			ins.Options = p.properties()
		}
	} else if !p.queryAhead() && !p.at(tokLParen) { // ROW FORMAT, STORED AS: Hive
		feature = "HIVE_FORMAT"
	}
	if ins.Directory == "" {
		ins.Directory = ins.Options["path"]
	}
	return feature
}

// partition reads (k = v, k2).
func (p *parser) partition() []logical.PartitionValue {
	p.expect(tokLParen)
	var out []logical.PartitionValue
	for {
		v := logical.PartitionValue{Name: p.ident()}
		if p.accept(tokEq) {
			start := p.start()
			if p.accept(kwDEFAULT) {
				v.Value = &expr.Default{Base: p.ebase(start)}
			} else {
				v.Value = p.primary()
			}
		}
		out = append(out, v)
		if !p.accept(tokComma) {
			break
		}
	}
	p.expect(tokRParen)
	return out
}

func (p *parser) explain(start int32) logical.Plan {
	p.pos++
	x := &logical.Explain{}
	if k, ok := p.acceptAny(kwEXTENDED, kwCODEGEN, kwCOST, kwFORMATTED, kwLOGICAL); ok {
		x.Mode = keywordNames[k]
	} else if p.at(kwANALYZE) && !(p.peek(1) == kwTABLE && p.analyzeTableAhead()) {
		p.pos++
		x.Mode = "ANALYZE"
	}
	x.Query = p.statement()
	x.Base = p.base(start)
	return x
}

// analyzeTableAhead tells EXPLAIN (ANALYZE TABLE t COMPUTE …) from EXPLAIN ANALYZE (TABLE t).
func (p *parser) analyzeTableAhead() bool {
	for n := 2; p.peek(n) != tokEOF; n++ {
		if p.peek(n) == kwCOMPUTE {
			return true
		}
	}
	return false
}

func (p *parser) use(start int32) logical.Plan {
	p.pos++
	u := &logical.Use{}
	switch {
	case p.atNamespace() && p.isIdent(p.peek(1)):
		p.pos++
	case p.at(kwCATALOG) && (p.isIdent(p.peek(1)) || p.isString(p.peek(1))):
		p.pos++
		u.Catalog = true
		if p.isString(p.kind()) {
			u.Name = []string{p.stringLit()}
			u.Base = p.base(start)
			return u
		}
	}
	u.Name = p.reference()
	u.Base = p.base(start)
	return u
}

// cache reads CACHE, UNCACHE and REFRESH TABLE, REFRESH path and CLEAR CACHE.
func (p *parser) cache(start int32) logical.Plan {
	c := &logical.Cache{}
	switch p.advance().kind {
	case kwCLEAR:
		p.expect(kwCACHE)
		c.Clear = true
	case kwUNCACHE:
		p.expect(kwTABLE)
		c.Uncache = true
		c.IfExists = p.ifExists()
		c.Name = p.reference()
	case kwREFRESH:
		c.Refresh = true
		if f := p.refresh(c, start); f != nil {
			return f
		}
	default:
		c.Lazy = p.accept(kwLAZY)
		p.expect(kwTABLE)
		c.Name = p.reference()
		if p.accept(kwOPTIONS) {
			c.Options = p.properties()
		}
		if p.accept(kwAS) || p.queryStartsAt(0) {
			c.Query = p.query()
		}
	}
	c.Base = p.base(start)
	return c
}

func (p *parser) refresh(c *logical.Cache, start int32) logical.Plan {
	switch {
	case p.accept(kwTABLE):
		c.Name = p.reference()
	case p.accept(kwFUNCTION):
		p.reference()
		return p.unsupportedPlan("REFRESH_FUNCTION", start)
	case p.isString(p.kind()):
		c.Path = p.stringLit()
	default:
		at := p.start()
		p.skipToEnd()
		if c.Path = p.source(at); p.pos == 1 || p.tokens[p.pos-1].end <= at {
			p.failf("INVALID_SQL_SYNTAX.EMPTY_REFRESH_RESOURCE_PATH", p.from(start), "Invalid SQL syntax: Resource paths cannot be empty in REFRESH statements.")
		}
	}
	return nil
}

func (p *parser) analyze(start int32) logical.Plan {
	p.pos++
	if p.accept(kwTABLES) {
		p.skipToEnd()
		return p.unsupportedPlan("ANALYZE_TABLES", start)
	}
	p.expect(kwTABLE)
	a := &logical.Analyze{Name: p.reference()}
	if p.at(kwPARTITION) {
		p.pos++
		p.partition()
		p.skipToEnd()
		return p.unsupportedPlan("ANALYZE_PARTITION", start)
	}
	p.expect(kwCOMPUTE, kwSTATISTICS)
	switch {
	case p.acceptSeq(kwFOR, kwALL, kwCOLUMNS):
		a.AllColumns = true
	case p.acceptSeq(kwFOR, kwCOLUMNS):
		a.Columns = p.identSeq()
	case p.atIdent():
		t := p.advance()
		if !equalFold(p.tokenText(t), "NOSCAN") {
			p.failf("INVALID_SQL_SYNTAX.ANALYZE_TABLE_UNEXPECTED_NOSCAN", p.spanOf(t), "Invalid SQL syntax: ANALYZE TABLE(S) ... COMPUTE STATISTICS ... %s must be either NOSCAN or empty.", p.tokenText(t))
		}
		a.NoScan = true
	}
	a.Base = p.base(start)
	return a
}

func (p *parser) declare(start int32) logical.Plan {
	p.pos++
	d := &logical.DeclareVariable{}
	d.OrReplace = p.acceptSeq(kwOR, kwREPLACE)
	if p.atAny(kwVAR, kwVARIABLE) && p.isIdent(p.peek(1)) {
		p.pos++
	}
	name := p.reference()
	d.Names = append(d.Names, variableName(name))
	for p.accept(tokComma) {
		d.Names = append(d.Names, variableName(p.reference()))
	}
	if !p.atAny(kwDEFAULT, tokEq, tokEOF, tokSemicolon) {
		t := p.dataType()
		d.Type = &t
	}
	if p.accept(kwDEFAULT) || p.accept(tokEq) {
		d.Default = p.expression()
	}
	if d.Type == nil && d.Default == nil {
		p.failf("INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", p.from(start), "Invalid SQL syntax: The definition of a SQL variable requires either a datatype or a DEFAULT clause. For example, use `DECLARE name STRING` or `DECLARE name = 'SQL'` instead of `DECLARE name`.")
	}
	d.Base = p.base(start)
	return d
}

// variableName drops the qualifier session or system.session of a variable.
func variableName(parts []string) string { return parts[len(parts)-1] }

func (p *parser) truncate(start int32) logical.Plan {
	p.pos++
	p.expect(kwTABLE)
	t := &logical.Truncate{Name: p.reference()}
	if p.accept(kwPARTITION) {
		t.Partition = p.partition()
	}
	t.Base = p.base(start)
	return t
}

// skipToEnd moves to the end of the statement.
func (p *parser) skipToEnd() {
	for p.err == nil && !p.at(tokEOF) && !p.at(tokSemicolon) {
		p.pos++
	}
}

// typePointer boxes a type for nodes in which it is optional.
func typePointer(t types.Type) *types.Type { return &t }
