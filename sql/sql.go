// Package sql turns Spark's SQL text into unresolved logical plans, and plans back into text.
//
// Lexer and recursive-descent parser are our own; the language is Spark 4.3's (reference/spark-4.3/grammar.txt). The parser builds
// logical and expr nodes at once: there is no second syntax tree. Errors have Spark's conditions (PARSE_SYNTAX_ERROR …) and the place.
//
// Sparrow makes no compatibility promise for this package.
package sql

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Options are the settings that change how text is read.
type Options struct {
	DoubleQuotedIdentifiers bool // "a" is a name and not a string (spark.sql.ansi.doubleQuotedIdentifiers)
	EnforceReserved         bool // reserved words are no names (spark.sql.ansi.enforceReservedKeywords)
	LegacyIntervals         bool // interval literals are calendar intervals (spark.sql.legacy.interval.enabled)
	EscapedStrings          bool // backslashes in string literals stand for themselves (spark.sql.parser.escapedStringLiterals)
	AdjacentStrings         bool // a doubled quote ends one literal and begins the next (spark.sql.legacy.consecutiveStringLiterals.enabled)
	TimestampNTZ            bool // TIMESTAMP is TIMESTAMP_NTZ (spark.sql.timestampType)

	// Origin names the text if it is not the statement's own: that of a view. Places then say so.
	Origin *sqlerr.Origin
}

// Statement is one statement of a script with its text and where that begins in the script.
type Statement struct {
	Plan  logical.Plan
	Text  string
	Start int
}

// Parse reads one statement; semicolons may follow it. Errors are *sqlerr.Error with place and text.
func Parse(text string, o Options) (logical.Plan, error) {
	p, err := newParser(text, o)
	if err != nil {
		return nil, err
	}
	for p.at(tokSemicolon) {
		p.pos++
	}
	if p.at(tokEOF) {
		return nil, sqlerr.Attach(sqlerr.New("PARSE_EMPTY_STATEMENT", p.here(), "Syntax error, unexpected empty statement."), text)
	}
	plan := p.statement()
	for p.at(tokSemicolon) {
		p.pos++
	}
	return finish(p, plan)
}

// finish returns the outcome of a parse that must have used all tokens.
func finish[T any](p *parser, v T) (T, error) {
	if p.err == nil && !p.at(tokEOF) {
		p.unexpected("the end of the statement")
	}
	if p.err != nil {
		var none T
		return none, sqlerr.Attach(p.err, p.text)
	}
	return v, nil
}

// ParseScript reads statements separated by semicolons; empty ones are left out. Places in plans and errors count from the start of
// each statement's text.
func ParseScript(text string, o Options) ([]Statement, error) {
	var out []Statement
	for _, part := range pieces(text) {
		if part.empty {
			continue
		}
		s := text[part.start:part.end]
		plan, err := Parse(s, o)
		if err != nil {
			return nil, err
		}
		out = append(out, Statement{Plan: plan, Text: s, Start: part.start})
	}
	return out, nil
}

// ParseExpr reads one expression, which may have an alias.
func ParseExpr(text string, o Options) (expr.Expr, error) {
	p, err := newParser(text, o)
	if err != nil {
		return nil, err
	}
	return finish(p, p.namedExpr())
}

// ParseType reads a data type.
func ParseType(text string) (types.Type, error) {
	p, err := newParser(text, Options{})
	if err != nil {
		return types.NullType, err
	}
	return finish(p, p.dataType())
}

// ParseSchema reads columns as in CREATE TABLE: "a INT, b STRING NOT NULL COMMENT 'c'".
func ParseSchema(text string) (types.Schema, error) {
	p, err := newParser(text, Options{})
	if err != nil {
		return nil, err
	}
	return finish(p, types.Schema(p.colTypes(false)))
}
