package sql

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// set reads SET: of a setting, the time zone, or variables.
func (p *parser) set(start int32) logical.Plan {
	p.pos++
	switch {
	case p.atSeq(kwTIME, kwZONE):
		return p.setTimeZone(start)
	case p.at(kwCATALOG) && (p.isIdent(p.peek(1)) || p.isString(p.peek(1))):
		p.pos++
		u := &logical.Use{Catalog: true}
		if p.isString(p.kind()) {
			u.Name = []string{p.stringLit()}
		} else {
			u.Name = p.reference()
		}
		u.Base = p.base(start)
		return u
	case p.at(kwROLE), p.at(kwPATH) && p.peek(1) == tokEq:
		feature := "SET_" + keywordNames[p.kind()]
		p.skipToEnd()
		return p.unsupportedPlan(feature, start)
	case p.atAny(kwVAR, kwVARIABLE) && (p.isIdent(p.peek(1)) || p.peek(1) == tokLParen):
		p.pos++
		return p.setVariable(start)
	}
	return p.setConf(start)
}

// setTimeZone reads SET TIME ZONE LOCAL, 'zone' or INTERVAL ….
func (p *parser) setTimeZone(start int32) logical.Plan {
	p.pos += 2
	s := &logical.Set{Key: "spark.sql.session.timeZone"}
	switch {
	case p.at(kwLOCAL):
		p.pos++
		local := "LOCAL"
		s.Value = &local
	case p.isString(p.kind()):
		zone := p.stringLit()
		s.Value = &zone
	case p.at(kwINTERVAL) && p.intervalStarts():
		p.zoneInterval(s)
	}
	if p.err == nil && (s.Value == nil && s.Expr == nil || !p.at(tokEOF) && !p.at(tokSemicolon)) {
		p.failf("_LEGACY_ERROR_TEMP_0045", p.from(start), "Invalid time zone displacement value.")
	}
	s.Base = p.base(start)
	return s
}

func (p *parser) zoneInterval(s *logical.Set) {
	at := p.start()
	legacy := p.opts.LegacyIntervals
	p.opts.LegacyIntervals = false
	e := p.interval()
	p.opts.LegacyIntervals = legacy
	lit, ok := e.(*expr.Literal)
	if !ok || p.err != nil {
		return
	}
	micros, ok := lit.Value.(int64)
	if hours := 18 * temporal.Hour; !ok || lit.T.From == types.Day || micros > hours || micros < -hours || micros%temporal.Second != 0 {
		p.failf("INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", p.from(at), "The interval value must be in the range of [-18, +18] hours with second precision.")
		return
	}
	s.Expr = lit
}

// setVariable reads SET VAR a = expr, or SET VAR (a, b) = (query).
func (p *parser) setVariable(start int32) logical.Plan {
	n := &logical.SetVariables{}
	if p.at(tokLParen) {
		n.Names = p.identPaths()
		p.expect(tokEq)
		n.Query = p.subquery()
		n.Base = p.base(start)
		return n
	}
	for more := true; more; more = p.accept(tokComma) {
		n.Names = append(n.Names, p.multipart())
		p.expect(tokEq)
		n.Values = append(n.Values, p.valueOrDefault())
	}
	n.Base = p.base(start)
	if len(n.Names) == 1 {
		return &logical.Set{Base: n.Base, Variable: n.Names[0], Expr: n.Values[0]}
	}
	return n
}

func (p *parser) identPaths() [][]string {
	p.expect(tokLParen)
	out := [][]string{p.multipart()}
	for p.accept(tokComma) {
		out = append(out, p.multipart())
	}
	p.expect(tokRParen)
	return out
}

func (p *parser) valueOrDefault() expr.Expr {
	start := p.start()
	if p.at(kwDEFAULT) && p.endsOperand(1) {
		p.pos++
		return &expr.Default{Base: p.ebase(start)}
	}
	return p.expression()
}

// setConf reads SET, SET -v, SET key and SET key = value; the value is the rest of the text, as it stands.
func (p *parser) setConf(start int32) logical.Plan {
	s := &logical.Set{}
	at := p.start()
	p.skipToEnd()
	text := strings.TrimSpace(p.restText(at))
	s.Base = p.base(start)
	if text == "" {
		return s
	}
	if strings.EqualFold(text, "-v") {
		s.Verbose = true
		return s
	}
	var value string
	var hasValue bool
	if first := p.tokenAt(at); first.kind == tokQuoted {
		s.Key = p.identText(first)
		value, hasValue = strings.CutPrefix(strings.TrimSpace(text[first.end-first.start:]), "=")
		if !hasValue && value != "" {
			p.invalidSet(s)
		}
	} else {
		s.Key, value, hasValue = strings.Cut(text, "=")
		if s.Key = strings.TrimSpace(s.Key); !validKey(s.Key) {
			p.invalidSet(s)
		}
	}
	if hasValue {
		v := confName(strings.TrimSpace(value))
		s.Value = &v
	}
	return s
}

func (p *parser) invalidSet(s *logical.Set) {
	p.failf("INVALID_SET_SYNTAX", s.At, "Expected format is 'SET', 'SET key', or 'SET key=value'. If you want to include special characters in key, or include semicolon in value, please use backquotes, e.g., SET `key`=`value`.")
}

// tokenAt returns the first token behind a start.
func (p *parser) tokenAt(start int32) token {
	for i := p.pos; i > 0; i-- {
		if p.tokens[i-1].start < start {
			return p.tokens[i]
		}
	}
	return p.tokens[0]
}

// restText returns the text from a start to the end of the last token taken; "" if none was.
func (p *parser) restText(start int32) string {
	if end := p.from(start).End; end > start {
		return p.text[start:end]
	}
	return ""
}

// confName takes off back-ticks around a whole key or value.
func confName(s string) string {
	if len(s) >= 2 && s[0] == '`' && s[len(s)-1] == '`' && !strings.Contains(strings.ReplaceAll(s[1:len(s)-1], "``", ""), "`") {
		return strings.ReplaceAll(s[1:len(s)-1], "``", "`")
	}
	return s
}

// validKey reports what Spark takes as a key without back-ticks.
func validKey(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isLetter(c) && !isDigit(c) && c != '.' && c != ':' && c != '-' {
			return false
		}
	}
	return s != ""
}

// reset reads RESET [key].
func (p *parser) reset(start int32) logical.Plan {
	p.pos++
	at := p.start()
	p.skipToEnd()
	key := strings.TrimSpace(p.restText(at))
	s := &logical.Set{Base: p.base(start), Reset: true, Key: confName(key)}
	if key != "" && s.Key == key && !validKey(key) {
		p.failf("_LEGACY_ERROR_TEMP_0043", s.At, "Expected format is 'RESET' or 'RESET key'. If you want to include special characters in key, please use quotes, e.g., RESET `key`.")
	}
	return s
}
