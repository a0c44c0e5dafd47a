package functions_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

var testEnv = &expr.Env{Now: time.Unix(0, 0), Zone: time.UTC, ANSI: true, User: "root", Catalog: "spark_catalog", Database: "default",
	Conf: func(key string) string {
		if key == "spark.sql.timeType.enabled" {
			return "true"
		}
		return ""
	}}

// calls reads calls of functions over literals, as the documentation's examples have them: enough SQL to test kernels without the parser.
type calls struct {
	s  string
	at int
}

func (p *calls) fail(what string) {
	panic(fmt.Errorf("%s at %q", what, p.s[p.at:]))
}

func (p *calls) space() {
	for p.at < len(p.s) && strings.IndexByte(" \n\t", p.s[p.at]) >= 0 {
		p.at++
	}
}

func (p *calls) peek(tok string) bool {
	p.space()
	return strings.HasPrefix(p.s[p.at:], tok)
}

func (p *calls) take(tok string) bool {
	if !p.peek(tok) {
		return false
	}
	p.at += len(tok)
	return true
}

func (p *calls) word() string {
	p.space()
	start := p.at
	for p.at < len(p.s) && (p.s[p.at] == '_' || p.s[p.at]|0x20 >= 'a' && p.s[p.at]|0x20 <= 'z' || p.at > start && p.s[p.at] >= '0' && p.s[p.at] <= '9') {
		p.at++
	}
	return p.s[start:p.at]
}

func lit(v any, t types.Type) expr.Expr { return &expr.Literal{Value: v, T: t} }

func (p *calls) expr() expr.Expr {
	p.space()
	switch c := p.s[p.at]; {
	case c == '\'' || c == '"':
		return lit(p.text(false), types.StringType)
	case c == '-' || c >= '0' && c <= '9' || c == '.':
		return p.number()
	}
	w := p.word()
	switch lw := strings.ToLower(w); {
	case lw == "null":
		return expr.Null
	case lw == "true" || lw == "false":
		return lit(lw == "true", types.BooleanType)
	case lw == "r" && (p.peek("'") || p.peek("\"")):
		return lit(p.text(true), types.StringType)
	case lw == "x" && p.peek("'"):
		b, _ := hex.DecodeString(p.text(true))
		return lit(b, types.BinaryType)
	case lw == "cast":
		return p.cast()
	}
	if w == "" || !p.take("(") {
		p.fail("no call")
	}
	var args []expr.Expr
	for !p.take(")") {
		args = append(args, p.expr())
		if !p.take(",") && !p.peek(")") {
			p.fail("no comma")
		}
	}
	return bind(w, args)
}

func bind(name string, args []expr.Expr) expr.Expr {
	f := functions.Lookup(name)
	if f == nil {
		panic(fmt.Errorf("no function %s", name))
	}
	e, err := functions.Bind(f, args, functions.BindOptions{Env: testEnv})
	if err != nil {
		panic(err)
	}
	// What the optimizer does: constant arguments become literals.
	if c, ok := e.(*expr.Call); ok {
		e = c.WithChildren(folded(c.Args))
	}
	return e
}

func folded(args []expr.Expr) []expr.Expr {
	out := slices.Clone(args)
	for i, a := range out {
		if _, ok := a.(*expr.Literal); ok {
			continue
		}
		if v, err := eval.EvalConstant(a, testEnv); err == nil {
			out[i] = lit(v, a.Type())
		}
	}
	return out
}

func (p *calls) cast() expr.Expr {
	p.take("(")
	e := p.expr()
	if !strings.EqualFold(p.word(), "as") {
		p.fail("no AS")
	}
	name := strings.ToLower(p.word())
	t, ok := map[string]types.Type{"tinyint": types.TinyIntType, "smallint": types.SmallIntType, "int": types.IntType, "bigint": types.BigIntType,
		"float": types.FloatType, "double": types.DoubleType, "string": types.StringType, "binary": types.BinaryType, "boolean": types.BooleanType}[name]
	if name == "decimal" {
		var a, b int
		end := strings.IndexByte(p.s[p.at:], ')')
		fmt.Sscanf(p.s[p.at:p.at+end+1], "(%d,%d)", &a, &b)
		p.at += end + 1
		t, ok = types.DecimalOf(a, b), true
	}
	if !ok || !p.take(")") {
		p.fail("no type")
	}
	return &expr.Cast{Child: e, To: t}
}

func (p *calls) text(raw bool) string {
	p.space()
	q := p.s[p.at]
	p.at++
	var b []byte
	for p.s[p.at] != q {
		c := p.s[p.at]
		p.at++
		if c == '\\' && !raw {
			c = p.s[p.at]
			p.at++
			switch c {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			case '%', '_':
				b = append(b, '\\')
			}
		}
		b = append(b, c)
	}
	p.at++
	return string(b)
}

func (p *calls) number() expr.Expr {
	start := p.at
	p.take("-")
	for p.at < len(p.s) && (p.s[p.at] >= '0' && p.s[p.at] <= '9' || p.s[p.at] == '.') {
		p.at++
	}
	s := p.s[start:p.at]
	if strings.Contains(s, ".") {
		if p.take("D") {
			f, _ := strconv.ParseFloat(s, 64)
			return lit(f, types.DoubleType)
		}
		x, prec, scale, ok := types.ParseDecimal(s)
		if !ok {
			p.fail("no number")
		}
		return lit(x, types.DecimalOf(max(prec, scale), scale))
	}
	v, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil:
		p.fail("no number")
	case p.take("L"):
		return lit(v, types.BigIntType)
	case p.take("Y"):
		return lit(int8(v), types.TinyIntType)
	case p.take("S"):
		return lit(int16(v), types.SmallIntType)
	case p.take("D"):
		return lit(float64(v), types.DoubleType)
	case v != int64(int32(v)):
		return lit(v, types.BigIntType)
	}
	return lit(int32(v), types.IntType)
}

// answer evaluates calls and prints their values as Spark does, separated by tabs, or the condition of the error.
func answer(sql string) (got, typ string, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(error)
			if !ok {
				panic(r)
			}
			if se := sqlerr.As(e); se != nil {
				got, err = se.Condition, nil
				return
			}
			err = e
		}
	}()
	p := &calls{s: strings.TrimPrefix(sql, "SELECT ")}
	var out []string
	for {
		e := p.expr()
		if typ != "" {
			typ += ","
		}
		typ += e.Type().String()
		s, err := shown(e)
		if err != nil {
			if se := sqlerr.As(err); se != nil {
				return se.Condition, typ, nil
			}
			return "", typ, err
		}
		out = append(out, s)
		if p.take("AS ") || p.take("as ") {
			p.word()
		}
		if !p.take(",") {
			break
		}
	}
	p.space()
	if p.at < len(p.s) {
		p.fail("more text")
	}
	return strings.Join(out, "\t"), typ, nil
}

func shown(e expr.Expr) (string, error) {
	v, err := eval.EvalConstant(e, testEnv)
	switch v := v.(type) {
	case nil:
		return "NULL", err
	case []any, types.MapValue:
		return text.Hive(v, e.Type(), time.UTC), err
	case []byte:
		if e.Type().Kind == types.Variant {
			return text.Hive(v, e.Type(), time.UTC), err
		}
		return string(v), err
	}
	if err != nil {
		return "", err
	}
	s, err := eval.EvalConstant(&expr.Cast{Child: lit(v, e.Type()), To: types.StringType}, testEnv)
	return fmt.Sprint(s), err
}

// TestExamples executes the documentation's examples as far as they are plain calls.
func TestExamples(t *testing.T) {
	tested := 0
	for _, f := range functions.All() {
		if f.Kind != expr.Scalar || f.Name == "from_json" || f.Name == "from_csv" || f.Name == "from_xml" || strings.HasSuffix(f.Name, "variant_get") { // the analyzer reads their schemas
			continue
		}
		for _, x := range f.Examples {
			got, _, err := answer(x.SQL)
			if err != nil {
				if os.Getenv("SHOW") != "" {
					t.Logf("skipped %s: %v", x.SQL, err)
				}
				continue
			}
			tested++
			if got != x.Want {
				t.Errorf("%s = %q, want %q", x.SQL, got, x.Want)
			}
		}
	}
	if tested < 100 {
		t.Errorf("only %d examples were executed", tested)
	}
}

// TestCorpus is for development: it executes what it can of the corpus file that CORPUS names.
func TestCorpus(t *testing.T) {
	name := os.Getenv("CORPUS")
	if name == "" {
		t.Skip("CORPUS is not set")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	n, bad := 0, 0
	for line := range strings.Lines(string(data)) {
		var x struct {
			SQL, Group, Function, ErrorClass, Tier, File string
			Types                                        []string
			Rows                                         json.RawMessage
			Deterministic                                *bool
		}
		if json.Unmarshal([]byte(line), &x) != nil || x.Deterministic != nil && !*x.Deterministic || x.Tier == "nonansi" && !strings.Contains(name, "nonansi") {
			continue
		}
		want, ok := x.ErrorClass, true
		if want == "" {
			want, ok = wanted(x.Rows)
		}
		sql := x.SQL
		if len(sql) > 7 && strings.EqualFold(sql[:7], "select ") {
			sql = "SELECT " + sql[7:]
		} else {
			continue
		}
		got, typ, err := answer(sql)
		if err != nil || !ok {
			if os.Getenv("SHOW") != "" && ok && !strings.Contains(fmt.Sprint(err), "more text") && !strings.Contains(fmt.Sprint(err), "no call") {
				t.Logf("skipped %s: %v", sql, err)
			}
			continue
		}
		n++
		if got != want || len(x.Types) > 0 && typ != strings.Join(x.Types, ",") {
			bad++
			t.Logf("%s = %q %s, want %q %v", sql, got, typ, want, x.Types)
		}
	}
	t.Logf("%d of %d right", n-bad, n)
}

func wanted(rows json.RawMessage) (string, bool) {
	var cells [][]*string
	if json.Unmarshal(rows, &cells) == nil && len(cells) == 1 {
		var out []string
		for _, c := range cells[0] {
			if c == nil {
				out = append(out, "NULL")
			} else {
				out = append(out, *c)
			}
		}
		return strings.Join(out, "\t"), true
	}
	var lines []string
	if json.Unmarshal(rows, &lines) == nil && len(lines) == 1 {
		return lines[0], true
	}
	return "", false
}
