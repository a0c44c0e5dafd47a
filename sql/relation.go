package sql

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// fromClause reads FROM relations, lateral views, and PIVOT or UNPIVOT behind them.
func (p *parser) fromClause() (logical.Plan, []logical.LateralView) {
	p.expect(kwFROM)
	start := p.start()
	from := p.relation()
	for n := 0; p.accept(tokComma) && p.chained(&n); {
		lateral := p.lateral()
		right := p.relation()
		from = &logical.UnresolvedJoin{Base: p.base(start), Left: from, Right: right, Lateral: lateral, Cross: true}
	}
	views := p.lateralViews(nil)
	if p.atAny(kwPIVOT, kwUNPIVOT) {
		if len(views) > 0 {
			p.failf("NOT_ALLOWED_IN_FROM.LATERAL_WITH_PIVOT", p.here(), "Not allowed in the FROM clause: LATERAL together with PIVOT.")
			return from, views
		}
		from = p.extensions(from, start)
	}
	return from, views
}

// lateral takes LATERAL before a relation; LATERAL VIEW is something else.
func (p *parser) lateral() bool {
	if p.at(kwLATERAL) && p.peek(1) != kwVIEW {
		p.pos++
		return true
	}
	return false
}

// relation reads a relation with its joins.
func (p *parser) relation() logical.Plan {
	start := p.start()
	if p.lateral() { // the first relation has nothing to its left
		p.lateralNeedsQuery()
	}
	return p.extensions(p.relationPrimary(), start)
}

// lateralNeedsQuery reports LATERAL before a plain table.
func (p *parser) lateralNeedsQuery() {
	n := 0
	for p.isIdent(p.peek(n)) && p.peek(n+1) == tokDot {
		n += 2
	}
	if p.isIdent(p.peek(n)) && p.peek(n+1) != tokLParen && !p.at(kwVALUES) {
		p.failf("INVALID_SQL_SYNTAX.LATERAL_WITHOUT_SUBQUERY_OR_TABLE_VALUED_FUNC", p.here(), "Invalid SQL syntax: LATERAL can only be used with subquery and table-valued functions.")
	}
}

// extensions reads joins, PIVOT, UNPIVOT and BIN BY after a relation.
func (p *parser) extensions(left logical.Plan, start int32) logical.Plan {
	for n := 0; p.err == nil && p.chained(&n); {
		switch {
		case p.atSeq(kwPIVOT, tokLParen):
			left = p.pivot(left, start)
		case p.at(kwUNPIVOT) && p.clauseStarts():
			left = p.unpivot(left, start)
		case p.atSeq(kwBIN, kwBY):
			left = p.binBy(start)
		default:
			join, ok := p.join(left, start)
			if !ok {
				return left
			}
			left = join
		}
	}
	return left
}

// joinWords reads the words up to JOIN; ok is false where no join follows.
func (p *parser) joinWords() (j logical.UnresolvedJoin, asof, ok bool) {
	mark := p.pos
	j.Natural = p.accept(kwNATURAL)
	switch p.kind() {
	case kwINNER:
		p.pos++
	case kwCROSS:
		p.pos++
		j.Cross = true
	case kwLEFT:
		p.pos++
		switch {
		case p.accept(kwSEMI):
			j.Kind = logical.LeftSemi
		case p.accept(kwANTI):
			j.Kind = logical.LeftAnti
		default:
			p.accept(kwOUTER)
			j.Kind = logical.LeftOuter
		}
	case kwRIGHT:
		p.pos++
		p.accept(kwOUTER)
		j.Kind = logical.RightOuter
	case kwFULL:
		p.pos++
		p.accept(kwOUTER)
		j.Kind = logical.FullOuter
	case kwSEMI:
		p.pos++
		j.Kind = logical.LeftSemi
	case kwANTI:
		p.pos++
		j.Kind = logical.LeftAnti
	}
	asof = p.atSeq(kwASOF, kwJOIN)
	if asof {
		p.pos++
	}
	if !p.accept(kwJOIN) {
		p.pos = mark
		return j, false, false
	}
	return j, asof, true
}

// join reads one join to left.
func (p *parser) join(left logical.Plan, start int32) (logical.Plan, bool) {
	j, asof, ok := p.joinWords()
	if !ok {
		return nil, false
	}
	j.Left = left
	at := p.start()
	if j.Lateral = p.lateral(); j.Lateral {
		p.lateralNeedsQuery()
	}
	j.Right = p.relationPrimary()
	switch {
	case asof:
		return p.asof(start), true
	case p.atSeq(kwAPPROX, kwNEAREST), p.atSeq(kwEXACT, kwNEAREST):
		return p.nearest(start), true
	case p.at(kwON) && !j.Natural:
		p.pos++
		j.Cond = p.expression()
	case p.at(kwUSING) && !j.Natural:
		p.pos++
		j.Using = p.identList()
	}
	if j.Lateral && p.err == nil {
		p.checkLateral(&j, at)
	}
	j.Base = p.base(start)
	return &j, true
}

func (p *parser) checkLateral(j *logical.UnresolvedJoin, at int32) {
	switch {
	case j.Natural:
		p.failf("INCOMPATIBLE_JOIN_TYPES", p.from(at), "The join types LATERAL and NATURAL are incompatible.")
	case j.Using != nil:
		p.failf("UNSUPPORTED_FEATURE.LATERAL_JOIN_USING", p.from(at), "The feature is not supported: JOIN USING with LATERAL correlation.")
	case j.Kind != logical.Inner && j.Kind != logical.LeftOuter:
		p.failf("INVALID_LATERAL_JOIN_TYPE", p.from(at), "The join cannot be used with LATERAL correlation because an OUTER subquery cannot correlate to its join partner. Remove the LATERAL correlation or use an INNER JOIN, or LEFT OUTER JOIN instead.")
	}
}

func (p *parser) asof(start int32) logical.Plan {
	p.expect(kwMATCH_CONDITION, tokLParen)
	p.expression()
	p.expect(tokRParen)
	switch {
	case p.accept(kwON):
		p.expression()
	case p.accept(kwUSING):
		p.identList()
	}
	return p.unsupportedPlan("ASOF_JOIN", start)
}

func (p *parser) nearest(start int32) logical.Plan {
	p.pos += 2
	p.accept(tokInteger)
	p.expect(kwBY)
	if _, ok := p.acceptAny(kwDISTANCE, kwSIMILARITY); !ok {
		p.unexpected("DISTANCE or SIMILARITY")
	}
	p.expression()
	return p.unsupportedPlan("NEAREST_BY_JOIN", start)
}

// binBy reads BIN BY (…), which is not executed.
func (p *parser) binBy(start int32) logical.Plan {
	p.pos += 2
	p.expect(tokLParen, kwRANGE)
	p.multipart()
	p.expect(kwTO)
	p.multipart()
	p.expect(kwBIN, kwWIDTH)
	p.expression()
	if p.acceptSeq(kwALIGN, kwTO) {
		p.expression()
	}
	p.expect(kwDISTRIBUTE, kwUNIFORM, tokLParen)
	p.multipart()
	for p.accept(tokComma) {
		p.multipart()
	}
	p.expect(tokRParen)
	for {
		if _, ok := p.acceptAny(kwBIN_START, kwBIN_END, kwBIN_DISTRIBUTE_RATIO); !ok {
			break
		}
		p.expect(kwAS)
		p.ident()
	}
	p.expect(tokRParen)
	if p.accept(kwAS) || p.atIdent() && p.isStrict(p.kind()) && !p.clauseStarts() {
		p.ident()
	}
	return p.unsupportedPlan("BIN_BY", start)
}

// relationPrimary reads one relation with sample and alias.
func (p *parser) relationPrimary() logical.Plan {
	start := p.start()
	switch k := p.kind(); {
	case k == tokLParen:
		return p.tail(p.parenRelation(), start, true)
	case k == kwVALUES && p.queryStartsAt(0):
		return p.inlineTable()
	case k == kwUNNEST && p.peek(1) == tokLParen:
		return p.unnest()
	case k == kwJSON_TABLE && p.peek(1) == tokLParen:
		return p.jsonTable()
	case k == kwSTREAM && (p.isIdent(p.peek(1)) && p.peek(1) != kwAS && !isJoinWord(p.peek(1)) && p.peek(2) == tokLParen || p.peek(1) == tokLParen):
		p.pos++
		p.relationPrimary()
		return p.unsupportedPlan("STREAM", start)
	case p.isString(k):
		r := &logical.UnresolvedRelation{Path: p.stringLit()}
		p.relationOptions(r)
		r.Base = p.base(start)
		return p.tail(r, start, true)
	case k == tokURI:
		r := &logical.UnresolvedRelation{Path: p.tokenText(p.advance())}
		r.Base = p.base(start)
		return p.tail(r, start, true)
	}
	if p.functionAhead() {
		return p.tableFunction()
	}
	r := &logical.UnresolvedRelation{}
	p.relationName(r)
	if p.atSeq(kwCHANGES, kwFROM) {
		return p.changes(start)
	}
	p.timeTravel(r)
	p.relationOptions(r)
	r.Base = p.base(start)
	return p.tail(r, start, true)
}

// functionAhead reports whether a call of a table function follows: a name and a parenthesis.
func (p *parser) functionAhead() bool {
	n := 0
	if p.atSeq(kwIDENTIFIER, tokLParen) {
		n = p.closing(1)
		return n > 0 && p.peek(n+1) == tokLParen
	}
	for p.isIdent(p.peek(n)) && p.peek(n+1) == tokDot {
		n += 2
	}
	return p.isIdent(p.peek(n)) && p.peek(n+1) == tokLParen
}

// closing returns the distance of the parenthesis that closes the one n ahead, 0 if there is none.
func (p *parser) closing(n int) int {
	depth := 0
	for ; p.peek(n) != tokEOF; n++ {
		switch p.peek(n) {
		case tokLParen:
			depth++
		case tokRParen:
			if depth--; depth == 0 {
				return n
			}
		}
	}
	return 0
}

// relationName reads a table name, a path with its format, or IDENTIFIER(expr).
func (p *parser) relationName(r *logical.UnresolvedRelation) {
	if p.atSeq(kwIDENTIFIER, tokLParen) {
		p.pos += 2
		r.Identifier = p.expression()
		p.expect(tokRParen)
		return
	}
	r.Parts = p.multipart()
}

// timeTravel reads VERSION AS OF, TIMESTAMP AS OF and @v1.
func (p *parser) timeTravel(r *logical.UnresolvedRelation) {
	if p.accept(tokAt) {
		start := p.start()
		t := p.advance()
		text := p.tokenText(t)
		if t.kind == tokWord && len(text) > 1 && (text[0] == 'v' || text[0] == 'V') {
			text = text[1:]
		} else if t.kind != tokInteger {
			p.pos--
			p.unexpected("a version")
		}
		r.Version = &expr.Literal{Base: p.ebase(start), Value: text, T: types.StringType}
		return
	}
	mark := p.pos
	p.accept(kwFOR)
	switch {
	case p.acceptSeq(kwVERSION, kwAS, kwOF), p.acceptSeq(kwSYSTEM_VERSION, kwAS, kwOF):
		start := p.start()
		var v string
		if p.at(tokInteger) {
			v = p.tokenText(p.advance())
		} else {
			v = p.stringLit()
		}
		r.Version = &expr.Literal{Base: p.ebase(start), Value: v, T: types.StringType}
	case p.acceptSeq(kwTIMESTAMP, kwAS, kwOF), p.acceptSeq(kwSYSTEM_TIME, kwAS, kwOF):
		r.Timestamp = p.value()
	default:
		p.pos = mark
	}
}

// changes reads CHANGES FROM …, which is not executed.
func (p *parser) changes(start int32) logical.Plan {
	p.pos += 2
	for {
		switch {
		case p.accept(kwVERSION), p.accept(kwSYSTEM_VERSION), p.accept(kwTIMESTAMP), p.accept(kwSYSTEM_TIME):
			p.value()
		default:
			p.unexpected("VERSION or TIMESTAMP")
		}
		p.acceptAny(kwINCLUSIVE, kwEXCLUSIVE)
		if !p.accept(kwTO) {
			break
		}
	}
	return p.tail(p.unsupportedPlan("CHANGE_DATA_CAPTURE", start), start, false)
}

// relationOptions reads WITH ('k' = 'v').
func (p *parser) relationOptions(r *logical.UnresolvedRelation) {
	if p.atSeq(kwWITH, tokLParen) {
		p.pos++
		r.Options = p.properties()
	}
}

// parenRelation reads ( query ) or ( relation ).
func (p *parser) parenRelation() logical.Plan {
	plan, _ := p.parenTable()
	return plan
}

// parenTable reads what is in parentheses in FROM and reports whether it is a query.
func (p *parser) parenTable() (logical.Plan, bool) {
	p.expect(tokLParen)
	if !p.enter() {
		p.leave()
		return &logical.Values{}, true
	}
	defer p.leave()
	if p.at(tokLParen) {
		start := p.start()
		inner, isQuery := p.parenTable()
		if isQuery && p.queryContinues() {
			inner = p.queryFrom(inner, start)
		} else if !isQuery || !p.at(tokRParen) {
			inner, isQuery = p.extensions(p.tail(inner, start, true), start), false
		}
		p.expect(tokRParen)
		return inner, isQuery
	}
	if p.queryStartsAt(0) && !p.inlineRelation() {
		q := p.query()
		p.expect(tokRParen)
		return q, true
	}
	r := p.relation()
	isQuery := false
	if p.queryContinues() { // VALUES … UNION …
		r, isQuery = p.queryFrom(r, r.Pos().Start), true
	}
	p.expect(tokRParen)
	return r, isQuery
}

// inlineRelation reports VALUES, which is a relation and a query.
func (p *parser) inlineRelation() bool { return p.at(kwVALUES) }

// tail reads TABLESAMPLE, WATERMARK and the alias behind a relation.
func (p *parser) tail(r logical.Plan, start int32, sample bool) logical.Plan {
	if sample && p.at(kwTABLESAMPLE) && p.clauseStarts() {
		r = p.sample(r, start)
	}
	if p.at(kwIDENTIFIED) && p.clauseStarts() {
		p.pos += 2
		p.ident()
	}
	if p.at(kwWATERMARK) && p.clauseStarts() {
		p.pos++
		p.namedExpr()
		p.expect(kwDELAY, kwOF)
		p.interval()
		r = p.unsupportedPlan("WATERMARK", start)
	}
	return p.alias(r, start)
}

// alias reads [AS] name [(columns)].
func (p *parser) alias(r logical.Plan, start int32) logical.Plan {
	if !p.accept(kwAS) {
		if !p.isStrict(p.kind()) || p.clauseStarts() {
			return r
		}
	} else if !p.isStrict(p.kind()) && p.kind() != kwIDENTIFIER {
		p.unexpected("a name for the table")
		return r
	}
	a := &logical.UnresolvedAlias{Input: r, Name: p.ident()}
	if p.at(tokLParen) {
		a.Columns = p.identList()
	}
	a.Base = p.base(start)
	return a
}

// inlineTable reads VALUES (1, 'a'), (2, 'b') [alias].
func (p *parser) inlineTable() logical.Plan {
	start := p.start()
	p.expect(kwVALUES)
	v := &logical.UnresolvedValues{}
	for {
		at := p.start()
		row := valuesRow(p.expression())
		if n := len(v.Rows); n > 0 && len(row) != len(v.Rows[0]) {
			p.inlineColumns(at, n, len(row), len(v.Rows[0]))
		}
		v.Rows = append(v.Rows, row)
		if !p.accept(tokComma) {
			break
		}
	}
	v.Base = p.base(start)
	out := p.alias(v, start)
	if a, ok := out.(*logical.UnresolvedAlias); ok && a.Columns != nil && len(a.Columns) != len(v.Rows[0]) {
		p.inlineColumns(start, 0, len(v.Rows[0]), len(a.Columns))
	}
	return out
}

func (p *parser) inlineColumns(at int32, row, actual, expected int) {
	p.failf("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", p.from(at), "Invalid inline table: Inline table expected %d columns but found %d columns in row %d.", expected, actual, row)
}

// valuesRow gives the cells of a row: those of a row constructor or struct call, or the one expression.
func valuesRow(e expr.Expr) []expr.Expr {
	c, ok := e.(*expr.UnresolvedCall)
	if !ok || len(c.Name) != 1 || c.Name[0] != "struct" || len(c.Args) == 0 || c.Over != nil || c.Filter != nil || c.Distinct {
		return []expr.Expr{e}
	}
	row := make([]expr.Expr, len(c.Args))
	for i, a := range c.Args {
		if alias, ok := a.(*expr.Alias); ok {
			a = alias.Child
		}
		row[i] = a
	}
	return row
}
