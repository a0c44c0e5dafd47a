// Package mysql reads MySQL's dialect with TiDB's parser and makes the unresolved plans that package sql makes of Spark's. A program that
// imports it may choose the dialect with sparrow.WithDialect("mysql") or SET sparrow.sql.dialect = mysql.
//
// Only the syntax and the functions are MySQL's; types and comparisons stay Sparrow's, which are Spark's in ANSI mode. What differs:
//   - "/" of integers gives a double, not a decimal. Division and modulo by zero give NULL, as in MySQL.
//   - Strings and numbers are not compared as doubles: the string is cast to the number's type, and one that is no number is an error.
//     Neither do + and SUM read a number off the front of a string, and CAST of a bad string is an error and not 0.
//   - Conditions are booleans: WHERE 1 is an error; comparisons give true and false where MySQL gives 1 and 0.
//   - Strings are compared by their bytes: LIKE, = and ORDER BY tell upper and lower case apart, where MySQL's default collation does not.
//   - DATETIME is TIMESTAMP_NTZ. Overflow of integers is an error. The zero date 0000-00-00 does not exist.
//   - SUBSTRING from position 0 begins at the first character; MySQL gives an empty string. REGEXP is RE2-like Java syntax, not ICU.
//   - Bits are those of signed integers: >> of a negative number keeps the sign. ~, which would give an unsigned number, is not translated.
//   - A query that selects columns it does not group by is an error, as with ONLY_FULL_GROUP_BY.
//
// What is not translated is an error UNSUPPORTED_FEATURE.MYSQL_… with its place.
package mysql

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
	tidb "github.com/pingcap/tidb/pkg/parser/mysql"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver" // the nodes of literals

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

func init() { sql.RegisterDialect("mysql", parse) }

// parsers holds TiDB's parsers, which are large and serve one goroutine at a time.
var parsers = sync.Pool{New: func() any {
	p := parser.New()
	p.SetSQLMode(tidb.ModeIgnoreSpace)
	return p
}}

// Parse reads one statement. Errors are *sqlerr.Error with place and text.
func Parse(text string) (logical.Plan, error) { return parse(text, sql.Options{}) }

// setting finds SET and RESET of Sparrow's own settings, which are read as Spark's so that the dialect can be left again.
var setting = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^\s*(re)?set\s+(sparrow|spark)\.`) })

func parse(text string, o sql.Options) (logical.Plan, error) {
	if setting().MatchString(text) {
		return sql.Parse(text, o)
	}
	stmts, err := syntax(text)
	if err != nil {
		return nil, sqlerr.Attach(err, text)
	}
	if len(stmts) != 1 {
		return nil, sqlerr.Attach(sqlerr.New("PARSE_SYNTAX_ERROR", sqlerr.Pos{}, "Syntax error: the text has %d statements and not one.", len(stmts)), text)
	}
	t := &translator{text: text, root: stmts[0]}
	plan := t.statement(stmts[0])
	if t.err != nil {
		return nil, sqlerr.Attach(t.err, text)
	}
	return plan, nil
}

// syntax runs TiDB's parser. Its literals panic where a decimal has more than 81 digits; such a parser is not used again.
func syntax(text string) (stmts []ast.StmtNode, err error) {
	p := parsers.Get().(*parser.Parser)
	defer func() {
		if r := recover(); r != nil {
			err = sqlerr.New("PARSE_SYNTAX_ERROR", sqlerr.Pos{}, "Syntax error: the parser cannot hold a literal of the statement (%v).", r)
		}
	}()
	nodes, _, e := p.Parse(text, "", "")
	stmts = append(stmts, nodes...) // the parser uses its slice again
	parsers.Put(p)
	if e != nil {
		return nil, syntaxError(text, e)
	}
	return stmts, nil
}

// syntaxError takes the place out of TiDB's message, which ends in the text from the offending token on (its first 2048 bytes); where that is
// empty the text ended too early.
func syntaxError(text string, err error) error {
	_, near, ok := strings.Cut(err.Error(), ` near "`)
	if k := strings.LastIndexByte(near, '"'); ok && k >= 0 {
		near = near[:k]
	} else {
		return sqlerr.New("PARSE_SYNTAX_ERROR", sqlerr.Pos{}, "Syntax error: %s", err.Error())
	}
	start := strings.LastIndex(text, near)
	if strings.TrimSpace(near) == "" {
		return sqlerr.New("PARSE_SYNTAX_ERROR", lastToken(text), "Syntax error at or near end of input.")
	}
	if start < 0 {
		return sqlerr.New("PARSE_SYNTAX_ERROR", sqlerr.Pos{}, "Syntax error near %s.", near)
	}
	pos := wordAt(text, start)
	return sqlerr.New("PARSE_SYNTAX_ERROR", pos, "Syntax error at or near '%s'.", text[pos.Start:pos.End])
}

// wordAt returns the word or sign that begins at start.
func wordAt(text string, start int) sqlerr.Pos {
	end := start + 1
	for end < len(text) && isWord(text[start]) && isWord(text[end]) {
		end++
	}
	return sqlerr.Pos{Start: int32(start), End: int32(end)}
}

// lastToken returns the last word or sign of a text.
func lastToken(text string) sqlerr.Pos {
	text = strings.TrimRight(text, " \t\r\n;")
	start := max(0, len(text)-1)
	for start > 0 && isWord(text[start]) && isWord(text[start-1]) {
		start--
	}
	return sqlerr.Pos{Start: int32(start), End: int32(len(text))}
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// translator holds the state of one statement. After the first error what it returns is of no use.
type translator struct {
	text  string
	last  sqlerr.Pos // the place of the last expression that has one
	err   error
	depth int
	root  ast.StmtNode
	// params are the places of ?, nil before the first is met.
	params []int
}

func (t *translator) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// unsupported reports what MySQL has and Sparrow has not.
func (t *translator) unsupported(feature string, n ast.Node, format string, args ...any) {
	t.fail(sqlerr.Unsupported("MYSQL_"+feature, t.pos(n), "MySQL's %s is not supported.", fmt.Sprintf(format, args...)))
}

// pos returns the place of a node. TiDB keeps the first byte of expressions only; of others the last place seen is given.
func (t *translator) pos(n ast.Node) sqlerr.Pos {
	if n == nil {
		return t.last
	}
	at := n.OriginTextPosition()
	if _, ok := n.(ast.ExprNode); !ok || at <= 0 || at >= len(t.text) {
		return t.last
	}
	t.last = wordAt(t.text, at)
	return t.last
}

func (t *translator) base(n ast.Node) expr.Base { return expr.Base{At: t.pos(n)} }
