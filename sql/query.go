package sql

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// startsQuery reports the keywords that always begin a query.
func startsQuery(k kind) bool {
	return k == kwSELECT || k == kwVALUES || k == kwTABLE || k == kwFROM || k == kwWITH
}

// queryStartsAt reports whether a query begins n ahead, perhaps behind more parentheses.
func (p *parser) queryStartsAt(n int) bool {
	for limit := n + maxDepth; p.peek(n) == tokLParen && n < limit; n++ {
	}
	next := p.peek(n + 1)
	switch p.peek(n) {
	case kwSELECT:
		return next != tokRParen && next != tokComma && next != tokDot && next != tokEOF && next != tokEq
	case kwVALUES:
		return next == tokLParen || next == tokMinus || isNumber(next) || p.isString(next) || p.isIdent(next) && next != kwFROM && next != kwAS
	case kwTABLE, kwFROM:
		return p.isIdent(next) || p.isString(next) || next == tokLParen || next == tokURI
	case kwWITH:
		return p.isIdent(next)
	case kwMAP, kwREDUCE:
		return next != tokLParen && p.transformAhead(n+1)
	}
	return false
}

// query reads a query with its WITH and its ordering.
func (p *parser) query() logical.Plan {
	if !p.enter() {
		p.leave()
		return &logical.Values{}
	}
	defer p.leave()
	start := p.start()
	if p.at(kwWITH) {
		with := p.with()
		with.Body = p.queryFrom(p.term(), p.start())
		with.Base = p.base(start)
		return with
	}
	return p.queryFrom(p.term(), start)
}

// queryFrom continues a query whose first term is read, to its end.
func (p *parser) queryFrom(left logical.Plan, start int32) logical.Plan {
	return p.organization(p.terms(left, left.Pos().Start, 0), left.Pos().Start)
}

// queryContinues reports whether a query in parentheses goes on: a set operation, a pipe, or an ordering follows.
func (p *parser) queryContinues() bool {
	switch p.kind() {
	case tokPipeOp:
		return true
	case tokPipe:
		return p.pipeOperatorAt(1)
	case kwUNION, kwEXCEPT, kwINTERSECT, kwMINUS:
		return p.queryOperand(1)
	case kwORDER, kwSORT, kwCLUSTER, kwDISTRIBUTE:
		return p.peek(1) == kwBY
	case kwLIMIT, kwOFFSET:
		return p.peek(1) != tokRParen && p.peek(1) != tokComma && p.peek(1) != tokEOF
	}
	return false
}

// with reads WITH [RECURSIVE] definitions.
func (p *parser) with() *logical.UnresolvedWith {
	p.expect(kwWITH)
	w := &logical.UnresolvedWith{}
	if p.at(kwRECURSIVE) && p.isIdent(p.peek(1)) && p.peek(1) != kwAS {
		p.pos++
		w.Recursive = true
	}
	for {
		w.Defs = append(w.Defs, p.cte(w.Recursive))
		if !p.accept(tokComma) {
			break
		}
	}
	p.duplicateCTEs(w.Defs)
	return w
}

func (p *parser) duplicateCTEs(defs []logical.CTE) {
	if len(defs) < 2 {
		return
	}
	seen := make(map[string]bool, len(defs))
	for _, d := range defs {
		key := strings.ToLower(d.Name)
		if seen[key] {
			p.failf("DUPLICATED_CTE_NAMES", d.Pos, "CTE definition can't have duplicate names: %s.", types.Quote(d.Name))
		}
		seen[key] = true
	}
}

func (p *parser) cte(recursive bool) logical.CTE {
	start := p.start()
	c := logical.CTE{Name: p.ident()}
	if p.at(tokLParen) && !p.queryStartsAt(1) {
		c.Columns = p.identList()
	}
	c.Pos = p.from(start)
	if p.acceptSeq(kwMAX, kwRECURSION, kwLEVEL) {
		at := p.start()
		n := p.smallInt()
		c.MaxLevels = &expr.Literal{Base: p.ebase(at), Value: int32(n), T: types.IntType}
		if !recursive {
			p.failf("_LEGACY_ERROR_TEMP_0035", p.from(start), "Operation not allowed: Cannot specify MAX RECURSION LEVEL when the CTE is not marked as RECURSIVE.")
		}
	}
	p.accept(kwAS)
	c.Query = p.subquery()
	return c
}

// Precedences of set operations.
const (
	precUnion = iota + 1
	precIntersect
)

// terms continues a term with set operations and pipes, which are left-associative.
func (p *parser) terms(left logical.Plan, start int32, floor int) logical.Plan {
	flat := false // left is a SetOp made here, that a further union may join
	for n := 0; p.err == nil; {
		op, prec := p.setOperator()
		if prec == 0 {
			if floor > 0 || !p.at(tokPipeOp) && !(p.at(tokPipe) && p.pipeOperatorAt(1)) {
				return left
			}
			p.pos++
			left, flat = p.pipe(left, start), false
		} else if prec <= floor {
			return left
		} else {
			all := p.setQuantifier()
			right := p.terms(p.term(), p.start(), prec)
			joined := p.setOp(left, right, start, op, all, flat)
			if joined == left { // one more input of the same node
				continue
			}
			left, flat = joined, op == logical.UnionOp
		}
		if !p.chained(&n) {
			return left
		}
	}
	return left
}

// setOp combines two inputs; a chain of equal unions becomes one node.
func (p *parser) setOp(left, right logical.Plan, start int32, op logical.SetOpKind, all, flat bool) logical.Plan {
	if u, ok := left.(*logical.SetOp); ok && flat && op == logical.UnionOp && u.All == all {
		u.Inputs = append(u.Inputs, right)
		u.Base = p.base(start)
		return u
	}
	return &logical.SetOp{Base: p.base(start), Kind: op, All: all, Inputs: []logical.Plan{left, right}}
}

func (p *parser) setOperator() (logical.SetOpKind, int) {
	switch p.kind() {
	case kwUNION:
		return logical.UnionOp, precUnion
	case kwEXCEPT, kwMINUS:
		return logical.ExceptOp, precUnion
	case kwINTERSECT:
		return logical.IntersectOp, precIntersect
	}
	return 0, 0
}

// setQuantifier takes the operator and ALL or DISTINCT.
func (p *parser) setQuantifier() (all bool) {
	p.pos++
	if p.accept(kwALL) {
		return true
	}
	p.accept(kwDISTINCT)
	return false
}

// term reads a query without set operations and ordering.
func (p *parser) term() logical.Plan {
	start := p.start()
	switch p.kind() {
	case kwSELECT:
		return p.selectBlock(nil, start)
	case kwVALUES:
		return p.inlineTable()
	case kwTABLE:
		p.pos++
		r := &logical.UnresolvedRelation{}
		p.relationName(r)
		r.Base = p.base(start)
		return r
	case kwFROM:
		return p.fromStatement()
	case kwMAP, kwREDUCE:
		return p.transform(start)
	case tokLParen:
		p.pos++
		q := p.query()
		p.expect(tokRParen)
		return q
	}
	p.unexpected("a query (SELECT, WITH, VALUES, TABLE or FROM)")
	return &logical.Values{}
}

// fromStatement reads FROM first: alone, or with one SELECT or more, whose results are put together.
func (p *parser) fromStatement() logical.Plan {
	start := p.start()
	from, views := p.fromClause()
	return p.fromBodies(from, views, start)
}

// fromBodies reads the SELECT blocks behind FROM.
func (p *parser) fromBodies(from logical.Plan, views []logical.LateralView, start int32) logical.Plan {
	var out logical.Plan
	for n := 0; p.at(kwSELECT); n++ {
		s := p.selectBlock(from, p.start())
		if b, ok := s.(*logical.Select); ok && len(views) > 0 {
			b.Views = append(views[:len(views):len(views)], b.Views...)
		}
		s = p.organization(s, start)
		if n == 0 {
			out = s
		} else {
			out = p.setOp(out, s, start, logical.UnionOp, true, n > 1)
		}
	}
	if out != nil {
		return out
	}
	if len(views) > 0 { // FROM t LATERAL VIEW … alone is SELECT * of it
		return &logical.Select{Base: p.base(start), List: []expr.Expr{&expr.Star{}}, From: from, Views: views}
	}
	return from
}

// organization reads ORDER BY and its kin, LIMIT and OFFSET around a query.
func (p *parser) organization(q logical.Plan, start int32) logical.Plan {
	o := &logical.Order{Input: q}
	used := false
	list := func(words ...kind) bool {
		ok := p.acceptSeq(words...)
		used = used || ok
		return ok
	}
	if list(kwORDER, kwBY) {
		p.orderBy(o)
	}
	if list(kwCLUSTER, kwBY) {
		o.ClusterBy = p.expressions()
	}
	if list(kwDISTRIBUTE, kwBY) {
		o.DistributeBy = p.expressions()
	}
	if list(kwSORT, kwBY) {
		o.SortBy = p.sortItems()
	}
	if p.at(kwWINDOW) && p.isIdent(p.peek(1)) && p.peek(2) == kwAS {
		p.lateWindows(q)
	}
	if p.at(kwLIMIT) {
		p.pos++
		used = true
		if o.LimitAll = p.accept(kwALL); !o.LimitAll {
			o.Limit = p.expression()
		}
	}
	if p.at(kwOFFSET) {
		p.pos++
		used = true
		o.Offset = p.expression()
	}
	if !used || o.By == nil && o.SortBy == nil && o.ClusterBy == nil && o.DistributeBy == nil && o.Limit == nil && o.Offset == nil && !o.ByAll && !o.LimitAll {
		return q
	}
	p.conflictingOrder(o, start)
	o.Base = p.base(start)
	return o
}

// conflictingOrder reports the combinations that Spark refuses.
func (p *parser) conflictingOrder(o *logical.Order, start int32) {
	n := 0
	for _, set := range []bool{o.By != nil || o.ByAll, o.ClusterBy != nil, o.SortBy != nil || o.DistributeBy != nil} {
		if set {
			n++
		}
	}
	if n > 1 {
		p.failf("UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES", p.from(start), "The feature is not supported: Combination of ORDER BY/SORT BY/DISTRIBUTE BY/CLUSTER BY.")
	}
}

// orderBy reads the keys of ORDER BY, or ALL.
func (p *parser) orderBy(o *logical.Order) {
	if p.at(kwALL) {
		switch next := p.peek(1); next {
		case tokDot, tokComma, tokLParen, tokPlus, tokMinus, tokStar, tokSlash:
		default:
			p.pos++
			o.ByAll = true
			k := expr.SortKey{}
			p.direction(&k)
			o.By = []expr.SortKey{k}
			return
		}
	}
	o.By = p.sortItems()
}

// lateWindows reads a WINDOW clause that stands after ORDER BY.
func (p *parser) lateWindows(q logical.Plan) {
	at := p.here()
	w := p.windows()
	s, ok := q.(*logical.Select)
	if !ok {
		p.fail(sqlerr.Unsupported("WINDOW_CLAUSE", at, "A WINDOW clause after ORDER BY needs a SELECT before it."))
		return
	}
	s.Windows = append(s.Windows, w...)
	p.duplicateWindows(s.Windows)
}
