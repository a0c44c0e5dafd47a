package functions_test

import (
	"fmt"
	"testing"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// columnCase is a function called on columns.
type columnCase struct {
	name string
	args [][]any
	ts   []types.Type
}

var (
	words   = []any{"Spark SQL", nil, "", "a.b.c longer than a view holds in place", "größer 😀", "x", nil, "1,234.5", "%41b", "zzz"}
	numbers = []any{int32(3), int32(-2), nil, int32(0), int32(7), int32(1), int32(100), int32(2), int32(-1), int32(5)}
	doubles = []any{1.5, nil, -2.25, 0.0, 1e300, 3.0, 0.001, -7.75, 42.0, 2.5}
)

func columnCases() []columnCase {
	text, num, dbl := types.StringType, types.IntType, types.DoubleType
	var all []columnCase
	add := func(names []string, ts []types.Type, args ...[]any) {
		for _, n := range names {
			all = append(all, columnCase{n, args, ts})
		}
	}
	add([]string{"upper", "lower", "initcap", "reverse", "trim", "length", "octet_length", "ascii", "soundex", "base64", "md5", "sha1", "crc32", "hash", "xxhash64", "quote", "mask", "luhn_check",
		"url_encode", "try_url_decode", "is_valid_utf8", "sentences", "hex", "unhex", "concat", "concat_ws", "lcase"}, []types.Type{text}, words)
	add([]string{"left", "right", "substring", "lpad", "rpad", "repeat", "format_number", "sha2"}, []types.Type{text, num}, words, numbers)
	add([]string{"instr", "levenshtein", "find_in_set", "locate", "regexp_count", "split", "concat_ws", "replace", "jaro_winkler_similarity", "rlike", "regexp_substr"}, []types.Type{text, text}, words, []any{"S", ".", "b", "b", "ß", nil, "x", ",", "4", "z"})
	add([]string{"sqrt", "exp", "ln", "floor", "ceil", "round", "sign", "hex", "format_number", "sin"}, []types.Type{dbl}, doubles)
	add([]string{"round", "format_number"}, []types.Type{dbl}, doubles)
	add([]string{"pow", "atan2", "hypot", "log"}, []types.Type{dbl, dbl}, doubles, doubles)
	add([]string{"factorial", "bin", "hex", "char", "space", "bit_count", "bitmap_bit_position"}, []types.Type{num}, numbers)
	add([]string{"elt"}, []types.Type{num, text, text}, numbers, words, words)
	add([]string{"format_string"}, []types.Type{text, num}, []any{"%d", "%s", nil, "<%5d>", "%x", "", "%d%%", "%b", "%o", "%,d"}, numbers)
	return all
}

// TestColumns checks that kernels give for columns with nulls, under selections and of different forms what they give for constants.
func TestColumns(t *testing.T) {
	for _, c := range columnCases() {
		ts := c.ts
		args := make([]expr.Expr, len(ts))
		cols := make([]*expr.Column, len(ts))
		for j, typ := range ts {
			cols[j] = &expr.Column{ID: expr.ColumnID(j + 1), Name: fmt.Sprint("c", j), T: typ, Null: true}
			args[j] = cols[j]
		}
		call, err := functions.Bind(functions.Lookup(c.name), args, functions.BindOptions{Env: testEnv})
		if err != nil {
			continue // an argument too few, or one that must be constant
		}
		checkColumns(t, c, call, cols)
	}
}

func checkColumns(t *testing.T, c columnCase, call expr.Expr, cols []*expr.Column) {
	n := len(c.args[0])
	want := make([]any, n)
	for i := range n {
		lits := make([]expr.Expr, len(c.args))
		for j := range lits {
			lits[j] = lit(c.args[j][i], c.ts[j])
		}
		e, err := functions.Bind(functions.Lookup(c.name), lits, functions.BindOptions{Env: testEnv})
		if err == nil {
			want[i], err = eval.EvalConstant(e, testEnv)
		}
		if err != nil {
			want[i] = sqlerr.As(err).Condition
		}
	}
	for _, sel := range [][]int32{nil, {1, 4, 9}, {0, 2, 3, 5, 6, 7, 8}} {
		for _, dictionary := range []bool{false, true} {
			b := &columnar.Batch{N: n, Sel: sel}
			for j := range cols {
				v := columnar.New(c.ts[j], n)
				for i, x := range c.args[j] {
					v.SetValue(i, x)
				}
				if dictionary {
					v = reversed(v)
				}
				b.Cols = append(b.Cols, v)
			}
			compareColumns(t, c.name, call, cols, b, want)
		}
	}
}

// reversed returns the same rows as a dictionary whose entries are in reverse order, behind one that no row refers to.
func reversed(v *columnar.Vector) *columnar.Vector {
	n := v.Len
	dict := columnar.New(v.Type, n+1)
	dict.SetNull(0)
	codes := make([]int32, n)
	for i := range n {
		dict.SetValue(n-i, v.Value(i))
		codes[i] = int32(n - i)
	}
	dict.Class = columnar.Shared
	return columnar.NewDictionary(dict, codes)
}

func compareColumns(t *testing.T, name string, call expr.Expr, cols []*expr.Column, b *columnar.Batch, want []any) {
	t.Helper()
	p, err := eval.Compile([]expr.Expr{call}, cols, testEnv)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	rows := b.Rows()
	out, err := p.New().Eval(b)
	if err != nil {
		condition := sqlerr.As(err).Condition
		for i := range rows.Count() {
			if want[rows.Row(i)] == condition {
				return // the error of one of the rows
			}
		}
		t.Errorf("%s: %v", name, err)
		return
	}
	for i := range rows.Count() {
		r := rows.Row(i)
		if got := out[0].Value(r); fmt.Sprint(got) != fmt.Sprint(want[r]) {
			t.Errorf("%s row %d of %s: %v, want %v", name, r, call.Type(), got, want[r])
		}
	}
}

// TestHashOfNested checks the hashes of an array against Spark's documentation.
func TestHashOfNested(t *testing.T) {
	args := []expr.Expr{lit("Spark", types.StringType), lit([]any{int32(123)}, types.ArrayOf(types.IntType, false)), lit(int32(2), types.IntType)}
	for name, want := range map[string]any{"hash": int32(-1321691492), "xxhash64": int64(5602566077635097486)} {
		e, err := functions.Bind(functions.Lookup(name), args, functions.BindOptions{Env: testEnv})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := eval.EvalConstant(e, testEnv); got != want || err != nil {
			t.Errorf("%s = %v (%v), want %v", name, got, err, want)
		}
	}
}

// TestRandomBatches checks that random values depend on the place of a row alone, not on the batches.
func TestRandomBatches(t *testing.T) {
	for _, call := range []string{"rand(7)", "randn(7)", "randstr(5, 7)", "uuid(7)", "uniform(1, 1000000, 7)"} {
		e := (&calls{s: call}).expr().(*expr.Call)
		whole := randomRows(t, e, 6000)
		parts := randomRows(t, e, 1, 999, 3000, 2000)
		for i := range whole {
			if whole[i] != parts[i] {
				t.Errorf("%s: row %d is %v in one batch and %v in several", call, i, whole[i], parts[i])
				break
			}
		}
		if whole[0] == whole[1] {
			t.Errorf("%s: two rows are %v", call, whole[0])
		}
	}
}

// randomRows evaluates a call of constants for batches of some sizes, one after the other.
func randomRows(t *testing.T, e *expr.Call, sizes ...int) []any {
	kernel, err := e.Func.New(expr.SpecOf(e, testEnv))
	if err != nil {
		t.Fatal(err)
	}
	var out []any
	for _, n := range sizes {
		k := &expr.KernelCall{Rows: columnar.AllRows(n), Out: columnar.New(e.T, n), Morsel: 3, RowBase: int64(len(out))}
		for _, a := range e.Args {
			k.Args = append(k.Args, columnar.NewConstant(a.Type(), a.(*expr.Literal).Value, n))
		}
		kernel(k)
		for i := range n {
			out = append(out, k.Out.Value(i))
		}
	}
	return out
}
