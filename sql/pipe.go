package sql

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// pipeOperatorAt reports whether the token n ahead begins a pipe operator, which makes a single "|" before it a pipe.
func (p *parser) pipeOperatorAt(n int) bool {
	next := p.peek(n + 1)
	switch p.peek(n) {
	case kwSELECT, kwEXTEND, kwWHERE, kwAGGREGATE:
		return next != tokRParen && next != tokComma && next != tokEOF && next != tokLParen || p.peek(n) == kwSELECT || p.peek(n) == kwWHERE
	case kwSET, kwDROP, kwAS:
		return p.isIdent(next)
	case kwPIVOT, kwUNPIVOT, kwTABLESAMPLE:
		return true
	case kwORDER, kwSORT, kwCLUSTER, kwDISTRIBUTE, kwBIN:
		return next == kwBY
	case kwLIMIT, kwOFFSET:
		return true
	case kwUNION, kwEXCEPT, kwINTERSECT, kwMINUS:
		return p.queryOperand(n + 1)
	case kwJOIN, kwINNER, kwCROSS, kwLEFT, kwRIGHT, kwFULL, kwSEMI, kwANTI, kwNATURAL:
		return next != tokRParen && next != tokComma
	}
	return false
}

// pipe reads the operator behind "|>" on an input.
func (p *parser) pipe(input logical.Plan, start int32) logical.Plan {
	switch p.kind() {
	case kwSELECT:
		return p.pipeSelect(input, start)
	case kwEXTEND:
		p.pos++
		w := &logical.WithColumns{Input: input, Append: true}
		for _, e := range p.namedExprs() {
			a, ok := e.(*expr.Alias)
			if !ok {
				a = &expr.Alias{Base: expr.Base{At: e.Pos()}, Child: e}
			}
			w.List = append(w.List, a)
		}
		w.Base = p.base(start)
		return w
	case kwSET:
		return p.pipeSet(input, start)
	case kwDROP:
		return p.pipeDrop(input, start)
	case kwAS:
		p.pos++
		name := p.ident()
		return &logical.UnresolvedAlias{Base: p.base(start), Input: input, Name: name}
	case kwWHERE:
		p.pos++
		f := &logical.UnresolvedFilter{Input: input, Pred: p.expression()}
		if p.at(kwWINDOW) && p.clauseStarts() {
			p.failf("NOT_ALLOWED_IN_PIPE_OPERATOR_WHERE.WINDOW_CLAUSE", p.here(), "Not allowed in the pipe WHERE clause: WINDOW clause.")
		}
		f.Base = p.base(start)
		return f
	case kwPIVOT:
		p.needs(tokLParen)
		out := p.pivot(input, start)
		if p.at(kwUNPIVOT) && p.clauseStarts() {
			p.bothPivots(start)
		}
		return out
	case kwUNPIVOT:
		out := p.unpivot(input, start)
		if p.atSeq(kwPIVOT, tokLParen) {
			p.bothPivots(start)
		}
		return out
	case kwTABLESAMPLE:
		return p.sample(input, start)
	case kwUNION, kwEXCEPT, kwINTERSECT, kwMINUS:
		op, _ := p.setOperator()
		all := p.setQuantifier()
		right := p.term()
		return p.setOp(input, right, start, op, all, false)
	case kwAGGREGATE:
		return p.pipeAggregate(input, start)
	case kwBIN:
		p.unsupported("BIN_BY", start, "BIN BY is not supported yet.")
		return input
	}
	if j, ok := p.join(input, start); ok {
		return j
	}
	if out := p.pipeOrder(input, start); out != nil {
		return out
	}
	p.unexpected("a pipe operator (SELECT, EXTEND, SET, DROP, AS, WHERE, AGGREGATE, JOIN, ORDER BY, LIMIT, UNION …)")
	return input
}

// needs fails unless k follows the current token.
func (p *parser) needs(k kind) {
	if p.peek(1) != k {
		p.pos++
		p.unexpected(describe(k))
	}
}

func (p *parser) bothPivots(start int32) {
	p.failf("NOT_ALLOWED_IN_FROM.UNPIVOT_WITH_PIVOT", p.from(start), "Not allowed in the FROM clause: UNPIVOT clause together with PIVOT clause. Consider adding parentheses around one of the clauses.")
}

// pipeOrder reads ORDER BY, LIMIT and their kin; nil if none follows.
func (p *parser) pipeOrder(input logical.Plan, start int32) logical.Plan {
	out := p.organization(input, start)
	o, ok := out.(*logical.Order)
	if !ok || out == input {
		return nil
	}
	if (o.By != nil || o.SortBy != nil || o.ClusterBy != nil || o.DistributeBy != nil) && (o.Limit != nil || o.Offset != nil) {
		p.fail(sqlerr.New("MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS", o.At, "ORDER BY and LIMIT cannot coexist in the same SQL pipe operator using '|>'. Please separate the multiple result clauses into separate pipe operators and then retry the query again."))
	}
	return out
}

// pipeSelect reads |> SELECT: a projection, or a whole block if it is DISTINCT, groups, or has hints or windows.
func (p *parser) pipeSelect(input logical.Plan, start int32) logical.Plan {
	s := &logical.Select{From: input}
	p.selectList(s)
	s.Group = p.groupBy()
	s.Windows = p.windows()
	for _, k := range []kind{kwFROM, kwLATERAL, kwWHERE, kwHAVING, kwQUALIFY} {
		if p.at(k) && p.clauseStarts() {
			p.fail(sqlerr.Unsupported("CLAUSE_WITH_PIPE_OPERATORS", p.here(), "The SQL pipe operator syntax using |> does not support a %s clause in SELECT.", keywordNames[k]))
		}
	}
	if !s.Distinct && s.Group == nil && s.Windows == nil && s.Hints == nil {
		return &logical.UnresolvedProject{Base: p.base(start), Input: input, List: s.List}
	}
	s.Base = p.base(start)
	return s
}

// pipeSet reads |> SET a = expr, b = expr.
func (p *parser) pipeSet(input logical.Plan, start int32) logical.Plan {
	p.pos++
	w := &logical.WithColumns{Input: input, MustExist: true}
	for {
		at := p.start()
		parts := p.multipart()
		if len(parts) > 1 {
			p.unsupported("PIPE_SET_MULTI_PART_NAME", at, "SQL pipe syntax |> SET operator with multi-part assignment key %s is not supported; use only a single-part key.", strings.Join(parts, "."))
		}
		p.expect(tokEq)
		e := p.expression()
		w.List = append(w.List, &expr.Alias{Base: p.ebase(at), Child: e, Names: parts})
		if !p.accept(tokComma) {
			break
		}
	}
	w.Base = p.base(start)
	return w
}

// pipeDrop reads |> DROP a, b.
func (p *parser) pipeDrop(input logical.Plan, start int32) logical.Plan {
	p.pos++
	d := &logical.DropColumns{Input: input, MustExist: true}
	for {
		at := p.start()
		parts := p.multipart()
		d.Columns = append(d.Columns, &expr.Name{Base: p.ebase(at), Parts: parts})
		if !p.accept(tokComma) {
			break
		}
	}
	d.Base = p.base(start)
	return d
}

// pipeAggregate reads |> AGGREGATE list [GROUP BY …].
func (p *parser) pipeAggregate(input logical.Plan, start int32) logical.Plan {
	p.pos++
	a := &logical.UnresolvedAggregate{Input: input, KeysFirst: true}
	if !p.atSeq(kwGROUP, kwBY) {
		a.List = p.namedExprs()
	}
	a.Group = p.groupBy()
	if a.Group != nil && a.Group.All {
		p.fail(sqlerr.Unsupported("PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE", a.Group.Pos, "The SQL pipe operator syntax with aggregation (using |> AGGREGATE) does not support GROUP BY ALL."))
	}
	if a.Group == nil && a.List == nil {
		p.unexpected("an expression or GROUP BY")
	}
	a.Base = p.base(start)
	return a
}
