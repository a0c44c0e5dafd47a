package sql

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// tableFunction reads f(args) in FROM; arguments may be tables: TABLE(query), TABLE t, name => TABLE(t).
func (p *parser) tableFunction() logical.Plan {
	start := p.start()
	f := &logical.TableFunction{}
	call := &expr.UnresolvedCall{}
	if p.atSeq(kwIDENTIFIER, tokLParen) {
		p.pos += 2
		p.expression()
		p.expect(tokRParen)
		p.unsupported("IDENTIFIER_CLAUSE", start, "IDENTIFIER(…) as the name of a table function is not supported yet.")
		return f
	}
	call.Name = p.multipart()
	p.expect(tokLParen)
	if !p.at(tokRParen) {
		p.tableArgument(f, call)
		for p.accept(tokComma) {
			p.tableArgument(f, call)
		}
	}
	p.expect(tokRParen)
	call.Base = p.ebase(start)
	f.Call = call
	f.Base = p.base(start)
	return p.tail(f, start, true)
}

// tableArgument reads one argument. TableArgs stays parallel to the call's arguments, in which a table is NULL.
func (p *parser) tableArgument(f *logical.TableFunction, call *expr.UnresolvedCall) {
	start := p.start()
	n, name := 0, ""
	if p.atIdent() && p.peek(1) == tokFatArrow {
		n = 2
	}
	if p.peek(n) != kwTABLE || !p.isIdent(p.peek(n+1)) && p.peek(n+1) != tokLParen {
		call.Args = append(call.Args, p.argument())
		if f.TableArgs != nil {
			f.TableArgs = append(f.TableArgs, nil)
		}
		return
	}
	if n > 0 {
		name = p.ident()
		p.pos++
	}
	table := p.tableOperand()
	if f.TableArgs == nil {
		f.TableArgs = make([]logical.Plan, len(call.Args))
	}
	f.TableArgs = append(f.TableArgs, table)
	var arg expr.Expr = &expr.Literal{Base: p.ebase(start), T: types.NullType}
	if name != "" {
		arg = &expr.NamedArg{Base: p.ebase(start), Name: name, Child: arg}
	}
	call.Args = append(call.Args, arg)
	p.tablePartitioning(start)
}

// tableOperand reads TABLE t, TABLE(t) or TABLE(query).
func (p *parser) tableOperand() logical.Plan {
	p.expect(kwTABLE)
	start := p.start()
	r := &logical.UnresolvedRelation{}
	if !p.at(tokLParen) {
		p.relationName(r)
		r.Base = p.base(start)
		return r
	}
	if p.queryStartsAt(1) {
		return p.subquery()
	}
	p.pos++
	p.relationName(r)
	r.Base = p.base(start)
	p.expect(tokRParen)
	return r
}

// tablePartitioning reads the partitioning of a table argument, which only functions of users have.
func (p *parser) tablePartitioning(start int32) {
	switch {
	case p.acceptSeq(kwWITH, kwSINGLE, kwPARTITION):
	case p.acceptSeq(kwPARTITION, kwBY), p.acceptSeq(kwDISTRIBUTE, kwBY):
		p.expression()
	default:
		return
	}
	if p.acceptSeq(kwORDER, kwBY) || p.acceptSeq(kwSORT, kwBY) {
		if p.at(tokLParen) {
			p.pos++
			p.sortItems()
			p.expect(tokRParen)
		} else {
			p.sortItem()
		}
	}
	p.unsupported("TABLE_ARGUMENT_PARTITIONING", start, "Partitioning of a table argument is not supported yet.")
}

// unnest reads UNNEST(a, b) [WITH ORDINALITY].
func (p *parser) unnest() logical.Plan {
	start := p.start()
	p.pos += 2
	args := p.expressions()
	p.expect(tokRParen)
	f := &logical.TableFunction{Call: p.call(start, "unnest", args...)}
	f.Ordinality = p.acceptSeq(kwWITH, kwORDINALITY)
	f.Base = p.base(start)
	return p.alias(f, start)
}

// jsonTable reads JSON_TABLE(…), which is not executed.
func (p *parser) jsonTable() logical.Plan {
	start := p.start()
	p.pos += 2
	p.expression()
	p.expect(tokComma)
	p.stringLit()
	p.expect(kwCOLUMNS, tokLParen)
	for {
		p.ident()
		if !p.acceptSeq(kwFOR, kwORDINALITY) {
			p.dataType()
			p.accept(kwEXISTS)
			if p.accept(kwPATH) {
				p.stringLit()
			}
		}
		if !p.accept(tokComma) {
			break
		}
	}
	p.expect(tokRParen)
	if _, ok := p.acceptAny(kwERROR, kwNULL); ok {
		p.expect(kwON, kwERROR)
	}
	p.expect(tokRParen)
	return p.alias(p.unsupportedPlan("JSON_TABLE", start), start)
}
