package sql

import (
	"math"
	"strconv"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// pivot reads PIVOT (aggregates FOR columns IN (values)) [alias].
func (p *parser) pivot(input logical.Plan, start int32) logical.Plan {
	p.pos += 2
	v := &logical.Pivot{Input: input, Aggs: p.namedExprs()}
	p.expect(kwFOR)
	if p.accept(tokLParen) {
		for {
			v.For = append(v.For, p.column())
			if !p.accept(tokComma) {
				break
			}
		}
		p.expect(tokRParen)
	} else {
		v.For = []expr.Expr{p.column()}
	}
	p.expect(kwIN, tokLParen)
	for {
		v.Values = append(v.Values, p.aliased(p.expression()))
		if !p.accept(tokComma) {
			break
		}
	}
	p.expect(tokRParen, tokRParen)
	v.Base = p.base(start)
	return p.operatorAlias(v, start)
}

// column reads one name as a column.
func (p *parser) column() expr.Expr {
	start := p.start()
	name := p.ident()
	return &expr.Name{Base: p.ebase(start), Parts: []string{name}}
}

// operatorAlias reads the alias behind PIVOT and UNPIVOT.
func (p *parser) operatorAlias(r logical.Plan, start int32) logical.Plan {
	if p.accept(kwAS) || p.isStrict(p.kind()) && !p.clauseStarts() {
		name := p.ident()
		return &logical.UnresolvedAlias{Base: p.base(start), Input: r, Name: name}
	}
	return r
}

// unpivot reads UNPIVOT [INCLUDE NULLS] (value FOR name IN (columns)) [alias].
func (p *parser) unpivot(input logical.Plan, start int32) logical.Plan {
	p.pos++
	u := &logical.Unpivot{Input: input}
	if p.acceptSeq(kwINCLUDE, kwNULLS) {
		u.IncludeNulls = true
	} else {
		p.acceptSeq(kwEXCLUDE, kwNULLS)
	}
	p.expect(tokLParen)
	several := p.at(tokLParen)
	if several {
		u.ValueColumns = p.identList()
	} else {
		u.ValueColumns = []string{p.ident()}
	}
	p.expect(kwFOR)
	u.NameColumn = p.ident()
	p.expect(kwIN, tokLParen)
	for {
		u.Groups = append(u.Groups, p.unpivotGroup(several))
		if !p.accept(tokComma) {
			break
		}
	}
	p.expect(tokRParen, tokRParen)
	u.Base = p.base(start)
	return p.operatorAlias(u, start)
}

func (p *parser) unpivotGroup(several bool) logical.UnpivotGroup {
	var g logical.UnpivotGroup
	column := func() {
		start := p.start()
		parts := p.multipart()
		g.Columns = append(g.Columns, &expr.Name{Base: p.ebase(start), Parts: parts})
	}
	if several {
		p.expect(tokLParen)
		column()
		for p.accept(tokComma) {
			column()
		}
		p.expect(tokRParen)
	} else {
		column()
	}
	if p.accept(kwAS) || p.atIdent() {
		g.Alias = p.ident()
	}
	return g
}

// sample reads TABLESAMPLE [method] (size) [REPEATABLE (seed)].
func (p *parser) sample(input logical.Plan, start int32) logical.Plan {
	p.pos++
	s := &logical.TableSample{Input: input}
	if k, ok := p.acceptAny(kwBERNOULLI, kwSYSTEM); ok {
		s.Method = keywordNames[k]
	}
	p.expect(tokLParen)
	switch {
	case p.at(tokRParen):
		p.failf("_LEGACY_ERROR_TEMP_0014", p.from(start), "TABLESAMPLE does not accept empty inputs.")
	case p.at(kwBUCKET) && p.peek(1) == tokInteger:
		p.pos++
		s.Bucket = int64(p.smallInt())
		p.expect(kwOUT, kwOF)
		s.Of = int64(p.smallInt())
		if p.at(kwON) {
			at := p.start()
			p.pos++
			p.multipart()
			if p.accept(tokLParen) {
				p.expect(tokRParen)
			}
			p.unsupported("TABLESAMPLE_BUCKET_ON", at, "TABLESAMPLE(BUCKET x OUT OF y ON column) is not supported.")
		}
		if p.err == nil && (s.Of <= 0 || s.Bucket < 1 || s.Bucket > s.Of) {
			p.failf("_LEGACY_ERROR_TEMP_0064", p.from(start), "Sampling fraction (%d/%d) must be on interval [0, 1].", s.Bucket, s.Of)
		}
	default:
		p.sampleSize(s, start)
	}
	p.expect(tokRParen)
	if p.acceptSeq(kwREPEATABLE, tokLParen) {
		s.Repeatable = true
		s.Seed = p.seed()
		p.expect(tokRParen)
	}
	s.Base = p.base(start)
	return s
}

func (p *parser) sampleSize(s *logical.TableSample, start int32) {
	e := p.expression()
	switch {
	case p.accept(kwPERCENT):
		s.Percent = e
		if f, ok := constant(e); ok && (f < 0 || f > 100) {
			p.failf("_LEGACY_ERROR_TEMP_0064", p.from(start), "Sampling fraction (%v) must be on interval [0, 1].", f/100)
		}
	case p.accept(kwROWS):
		s.Rows = e
	default:
		p.unsupported("TABLESAMPLE_BYTES", start, "TABLESAMPLE(byteLengthLiteral) is not supported; use PERCENT or ROWS.")
	}
}

// constant returns the value of a numeric literal.
func constant(e expr.Expr) (float64, bool) {
	l, ok := e.(*expr.Literal)
	if !ok {
		return 0, false
	}
	switch v := l.Value.(type) {
	case int32:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case types.Int128:
		return types.DecimalToFloat64(v, int(l.T.Scale)), true
	}
	return math.NaN(), false
}

func (p *parser) seed() int64 {
	if !p.at(tokInteger) {
		p.unexpected("an integer")
		return 0
	}
	t := p.advance()
	v, err := strconv.ParseInt(p.tokenText(t), 10, 64)
	if err != nil {
		p.rangeError(p.tokenText(t), types.BigIntType, "-9223372036854775808", "9223372036854775807")
	}
	return v
}
