package sql

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// TestPrecedence prints expressions, in which the parentheses show how they were read.
func TestPrecedence(t *testing.T) {
	for in, want := range map[string]string{
		"a OR b AND NOT c = d":                 "(a OR (b AND (NOT (c = d))))",
		"a + b * c - d":                        "((a + (b * c)) - d)",
		"a || b + c":                           "((a || b) + c)",
		"1 | 2 ^ 3 & 4 << 5":                   "(1 | (2 ^ (3 & (4 << 5))))",
		"a = b IN (1, 2)":                      "((a = b) IN (1, 2))",
		"NOT a BETWEEN b AND c AND d":          "((NOT `between`(a, b, c)) AND d)",
		"- a.b[1]::int":                        "(-(CAST((a.b)[1] AS INT)))",
		"-1::string":                           "CAST(-1 AS STRING)",
		"a >> 2 > 1":                           "((a >> 2) > 1)",
		"a IS NOT DISTINCT FROM b + 1":         "(a <=> (b + 1))",
		"a NOT LIKE ANY ('x', 'y')":            "((NOT (a LIKE 'x')) OR (NOT (a LIKE 'y')))",
		"x -> x + 1":                           "(`x` -> (`x` + 1))",
		"trim(LEADING 'a' FROM b)":             "ltrim('a', b)",
		"trim(a, b)":                           "`trim`(a, b)",
		"position('a' IN b) + locate(a, b)":    "(locate('a', b) + locate(a, b))",
		"date_add(MONTH, 1, d)":                "`timestampadd`('MONTH', 1, d)",
		"date_add(d, 1)":                       "`DATE_ADD`(d, 1)",
		"INTERVAL '1' DAY + INTERVAL 36 HOURS": "(INTERVAL '1' DAY + INTERVAL '36' HOUR)",
		"current_date":                         "`current_date`",
		"\"it's\" 'x'":                         "'it\\'sx'",
	} {
		e, err := ParseExpr(in, Options{})
		require.NoError(t, err, in)
		require.Equal(t, strings.ToLower(want), strings.ToLower(FormatExpr(e)), in)
	}
}

func TestLiterals(t *testing.T) {
	for in, want := range map[string]expr.Literal{
		"2147483647":                      {Value: int32(2147483647), T: types.IntType},
		"-2147483648":                     {Value: int32(-2147483648), T: types.IntType},
		"2147483648":                      {Value: int64(2147483648), T: types.BigIntType},
		"9223372036854775808":             {Value: types.Int128{Lo: 1 << 63}, T: types.DecimalOf(19, 0)},
		"1.50":                            {Value: types.Int128Of(150), T: types.DecimalOf(3, 2)},
		"0.05":                            {Value: types.Int128Of(5), T: types.DecimalOf(2, 2)},
		"1E3BD":                           {Value: types.Int128Of(1000), T: types.DecimalOf(4, 0)},
		"1e3":                             {Value: 1000.0, T: types.DoubleType},
		"1Y":                              {Value: int8(1), T: types.TinyIntType},
		"1.5f":                            {Value: float32(1.5), T: types.FloatType},
		"DATE '1970-01-02'":               {Value: int32(1), T: types.DateType},
		"X'1'":                            {Value: []byte{1}, T: types.BinaryType},
		"INTERVAL 1 YEAR -2 MONTHS":       {Value: int32(10), T: types.YearMonthType},
		"INTERVAL '2' WEEKS":              {Value: int64(14 * 86_400_000_000), T: types.DayTimeOf(types.Day, types.Day)},
		"INTERVAL -'1 2' DAY TO HOUR":     {Value: int64(-26 * 3_600_000_000), T: types.DayTimeOf(types.Day, types.Hour)},
		"INTERVAL '1 day 2 seconds'":      {Value: int64(86_402_000_000), T: types.DayTimeOf(types.Day, types.Second)},
		"INTERVAL 5000 NANOSECONDS":       {Value: int64(5), T: types.DayTimeOf(types.Second, types.Second)},
		"TIMESTAMP_NTZ'1970-01-01 00:01'": {Value: int64(60_000_000), T: types.TimestampNTZType},
		"'a\\%b\\u0041'":                  {Value: "a\\%bA", T: types.StringType},
		"r'a\\n'":                         {Value: "a\\n", T: types.StringType},
	} {
		e, err := ParseExpr(in, Options{})
		require.NoError(t, err, in)
		l, ok := e.(*expr.Literal)
		require.True(t, ok, in)
		require.Equal(t, want.Value, l.Value, in)
		require.True(t, want.T.Equal(l.T), "%s: %s", in, l.T)
		require.Equal(t, sqlerr.Pos{End: int32(len(in))}, l.At, in)
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		text, condition string
		line, col       int
		has             string
	}{
		{"", "PARSE_EMPTY_STATEMENT", 0, 0, ""},
		{"SELECT a FORM t", "PARSE_SYNTAX_ERROR", 1, 14, "Did you mean FROM?"},
		{"SELECT a,\nb +\n", "PARSE_SYNTAX_ERROR", 2, 3, "end of input"},
		{"SELECT (1", "PARSE_SYNTAX_ERROR", 1, 9, "expected ')'"},
		{"SELECT 1 /* x", "UNCLOSED_BRACKETED_COMMENT", 1, 9, ""},
		{"SELECT 'x", "PARSE_SYNTAX_ERROR", 1, 7, "no end"},
		{"SELECT 128Y", "INVALID_NUMERIC_LITERAL_RANGE", 1, 7, "tinyint"},
		{"SELECT DATE'x'", "INVALID_TYPED_LITERAL", 1, 7, "'x'"},
		{"SELECT é", "INVALID_IDENTIFIER", 1, 7, "`é`"},
		{"SELECT * FROM my-table", "INVALID_IDENTIFIER", 1, 14, "`my-table`"},
		{"SELECT a IN ()", "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", 1, 12, ""},
		{"SELECT CAST(a AS FOO)", "UNSUPPORTED_DATATYPE", 1, 17, "FOO"},
		{"SELECT CAST(a AS DECIMAL(39, 0))", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", 1, 17, ""},
		{"SELECT a ! IN (1)", "SYNTAX_DISCONTINUED.BANG_EQUALS_NOT", 1, 9, ""},
		{"SELECT INTERVAL 1 YEAR 1 DAY", "_LEGACY_ERROR_TEMP_0029", 1, 7, "mix"},
		{"CREATE TABLE", "PARSE_SYNTAX_ERROR", 1, 12, "a name"},
		{"SELECT 1 SELECT 2", "PARSE_SYNTAX_ERROR", 1, 9, "end of the statement"},
	} {
		_, err := Parse(c.text, Options{})
		e := sqlerr.As(err)
		require.NotNil(t, e, c.text)
		require.Equal(t, c.condition, e.Condition, "%s: %s", c.text, e)
		if c.line > 0 {
			line, col := e.LineCol()
			require.Equal(t, [2]int{c.line, c.col}, [2]int{line, col}, "%s: %s", c.text, e)
		}
		require.Contains(t, e.Error(), c.has, c.text)
	}
}

// TestOptions checks what settings change.
func TestOptions(t *testing.T) {
	e, err := ParseExpr(`"a"`, Options{DoubleQuotedIdentifiers: true})
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, e.(*expr.Name).Parts)
	_, err = Parse("SELECT 1 AS select", Options{EnforceReserved: true})
	require.Error(t, err)
	for _, s := range []string{"SELECT current_date, left('a', 1), TIME'10:00', current_date()", "SELECT count(x) FILTER (WHERE y) FROM t LEFT JOIN u USING (k)"} {
		_, err = Parse(s, Options{EnforceReserved: true})
		require.NoError(t, err)
	}
	for text, want := range map[string]types.Type{"TIMESTAMP'2020-01-01 10:00'": types.TimestampNTZType, "TIMESTAMP'2020-01-01 10:00+01:00'": types.TimestampType,
		"CAST(a AS TIMESTAMP)": types.TimestampNTZType, "CAST(a AS TIMESTAMP_LTZ)": types.TimestampType} {
		e, err = ParseExpr(text, Options{TimestampNTZ: true})
		require.NoError(t, err)
		require.True(t, want.Equal(e.Type()), text)
	}
	e, err = ParseExpr("INTERVAL 1 MONTH 2 DAYS", Options{LegacyIntervals: true})
	require.NoError(t, err)
	require.Equal(t, types.Interval{Months: 1, Days: 2}, e.(*expr.Literal).Value)
}

// TestPlaces checks that nodes know the text they came from.
func TestPlaces(t *testing.T) {
	text := "SELECT a + b AS c FROM t AS u WHERE f(x) IS NULL"
	p, err := Parse(text, Options{})
	require.NoError(t, err)
	at := func(p sqlerr.Pos) string { return text[p.Start:p.End] }
	s := p.(*logical.Select)
	require.Equal(t, text, at(s.At))
	require.Equal(t, "a + b AS c", at(s.List[0].Pos()))
	require.Equal(t, "a + b", at(s.List[0].(*expr.Alias).Child.Pos()))
	require.Equal(t, "t AS u", at(s.From.Pos()))
	require.Equal(t, "t", at(s.From.(*logical.UnresolvedAlias).Input.Pos()))
	require.Equal(t, "f(x) IS NULL", at(s.Where.Pos()))
	require.Equal(t, "f(x)", at(s.Where.(*expr.UnresolvedCall).Args[0].Pos()))
}

// TestNesting checks that deep or long text ends soon: with an error where the tree would get too deep for recursion, else with a plan.
func TestNesting(t *testing.T) {
	const n = 100_000
	deep := map[string]string{
		"parentheses": "SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n),
		"open":        "SELECT " + strings.Repeat("(", n),
		"subqueries":  strings.Repeat("SELECT (", n),
		"from":        strings.Repeat("SELECT * FROM (", n),
		"calls":       "SELECT " + strings.Repeat("f(", n),
		"position":    "SELECT " + strings.Repeat("position(", n),
		"trim":        "SELECT " + strings.Repeat("trim(", n),
		"date_add":    "SELECT " + strings.Repeat("date_add(", n),
		"case":        "SELECT " + strings.Repeat("CASE WHEN ", n),
		"not":         "SELECT " + strings.Repeat("NOT ", n) + "1",
		"minus":       "SELECT " + strings.Repeat("- ", n) + "a",
		"types":       "SELECT CAST(a AS " + strings.Repeat("ARRAY<", n),
		"plus":        "SELECT 1" + strings.Repeat(" + 1", n),
		"fields":      "SELECT (a)" + strings.Repeat(".b", n),
		"joins":       "SELECT * FROM t" + strings.Repeat(" JOIN t", n),
		"pipes":       "FROM t" + strings.Repeat(" |> LIMIT 1", n),
		"explain":     strings.Repeat("EXPLAIN ", n) + "SELECT 1",
		"begin":       strings.Repeat("BEGIN ", n),
		"like any":    "SELECT " + strings.Repeat("(", 60) + "a" + strings.Repeat(" LIKE ANY ('x', 'y'))", 60),
		"lambdas":     "SELECT " + strings.Repeat("x -> ", n) + "1",
		"sets":        "SELECT a GROUP BY " + strings.Repeat("GROUPING SETS (", n),
	}
	for name, text := range deep {
		begin := time.Now()
		_, err := Parse(text, Options{})
		require.Error(t, err, name)
		require.Less(t, time.Since(begin), 5*time.Second, name)
	}
	for name, text := range map[string]string{
		"or":     "SELECT a = 1" + strings.Repeat(" OR a = 1", n),
		"in":     "SELECT a IN (1" + strings.Repeat(", 1", n) + ")",
		"values": "VALUES (1, 2)" + strings.Repeat(", (1, 2)", n),
		"unions": "SELECT 1" + strings.Repeat(" UNION ALL SELECT 1", n),
		"nested": "SELECT " + strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300),
		"long":   "SELECT position('a', b)" + strings.Repeat(", date_add(d, 1)", n),
	} {
		begin := time.Now()
		_, err := Parse(text, Options{})
		require.NoError(t, err, name)
		require.Less(t, time.Since(begin), 5*time.Second, name)
	}
}

func TestTypesAndSchemas(t *testing.T) {
	ty, err := ParseType("map<string, array<struct<a: decimal(5,2) NOT NULL COMMENT 'x', `b c`: interval year to month>>>")
	require.NoError(t, err)
	require.Equal(t, "map<string,array<struct<a:decimal(5,2),b c:interval year to month>>>", ty.String())
	require.False(t, ty.Elem().Elem().Fields()[0].Nullable)
	s, err := ParseSchema("a INT, b varchar(5) NOT NULL COMMENT 'c', d timestamp without time zone")
	require.NoError(t, err)
	require.Len(t, s, 3)
	require.Equal(t, types.Field{Name: "b", Type: types.VarcharOf(5), Comment: "c"}, s[1])
	require.Equal(t, types.TimestampNTZType, s[2].Type)
	_, err = ParseSchema("a INT,")
	require.Error(t, err)
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		text     string
		want     []string
		complete bool
	}{
		{"", nil, true},
		{" -- nothing\n", nil, true},
		{"SELECT 1", []string{"SELECT 1"}, false},
		{"SELECT 1; SELECT ';' /* ; */ ; -- end;\n", []string{"SELECT 1", "SELECT ';' /* ; */ "}, true},
		{"SELECT 'a; b", []string{"SELECT 'a; b"}, false},
		{"SELECT 1; /* open", []string{"SELECT 1", " /* open"}, false},
		{"BEGIN SELECT 1; IF a THEN SELECT CASE WHEN b THEN 1 END; END IF; END; SELECT 2;", []string{"BEGIN SELECT 1; IF a THEN SELECT CASE WHEN b THEN 1 END; END IF; END", "SELECT 2"}, true},
		{";;SELECT 1;;", []string{"SELECT 1"}, true},
	} {
		got, complete := Split(c.text)
		require.Equal(t, c.want, got, c.text)
		require.Equal(t, c.complete, complete, c.text)
	}
	script, err := ParseScript("SELECT 1;\n SELECT 2", Options{})
	require.NoError(t, err)
	require.Len(t, script, 2)
	require.Equal(t, 11, script[1].Start)
	require.Equal(t, "SELECT 2", script[1].Text)
}

func TestKeywords(t *testing.T) {
	for i, k := range Keywords() {
		require.Equal(t, kind(i+1), lookupKeyword(strings.ToLower(k)))
	}
	require.Equal(t, tokWord, lookupKeyword("selec"))
	require.Equal(t, tokWord, lookupKeyword("zz"))
	require.Equal(t, tokWord, lookupKeyword("_x"))
}
