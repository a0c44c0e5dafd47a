package tpch

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// answersZip holds sfS-qNN.csv with | between the cells, made by testdata/answers.py from DuckDB's answers and, where those rest on text that
// DuckDB generates differently from dbgen, from DuckDB's results on files of tpchgen-cli. At scale 1 they are the answers the TPC publishes.
//
//go:embed answers.zip
var answersZip []byte

// AnswerScales are the scale factors that have answers.
var AnswerScales = []float64{0.01, 0.1, 1}

// Answer is the right result of a query. A null is the empty string.
type Answer struct {
	Query   int
	Columns []string
	Rows    [][]string
}

// AnswerOf returns the answer of query n at a scale factor, if there is one.
func AnswerOf(sf float64, n int) (*Answer, bool) {
	if n < 1 || n > Queries || !slices.Contains(AnswerScales, sf) {
		return nil, false
	}
	archive, err := zip.NewReader(bytes.NewReader(answersZip), int64(len(answersZip)))
	if err != nil {
		return nil, false
	}
	f, err := archive.Open(fmt.Sprintf("sf%s-q%02d.csv", strconv.FormatFloat(sf, 'g', -1, 64), n))
	if err != nil {
		return nil, false
	}
	defer f.Close()
	a, err := readAnswer(f)
	if err != nil {
		return nil, false
	}
	a.Query = n
	return a, true
}

func readAnswer(r io.Reader) (*Answer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	// No cell holds a quote, a bar or a line end; a line can be empty, which is one null.
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	a := &Answer{Columns: strings.Split(lines[0], "|")}
	for _, line := range lines[1:] {
		a.Rows = append(a.Rows, strings.Split(line, "|"))
	}
	return a, nil
}

// Check compares a result with the answer and describes the first difference; "" says they agree.
//
// Cells agree as the specification (2.1.3.5) allows: trailing blanks do not count, numbers are compared by value, to as many digits as both
// sides have, and averages and ratios, published as floating point, to ten significant digits. Rows that the query's ORDER BY does not tell apart
// may change places. A null is "" or "NULL".
func Check(answer *Answer, columns []string, rows [][]string) (mismatch string) {
	if len(columns) != len(answer.Columns) {
		return fmt.Sprintf("%d columns (%s), expected %d (%s)", len(columns), strings.Join(columns, ", "), len(answer.Columns), strings.Join(answer.Columns, ", "))
	}
	for i, row := range rows {
		if len(row) != len(columns) {
			return fmt.Sprintf("row %d has %d cells, expected %d", i+1, len(row), len(columns))
		}
	}
	if len(rows) != len(answer.Rows) {
		return fmt.Sprintf("%d rows, expected %d", len(rows), len(answer.Rows))
	}
	all := make([]int, len(columns))
	for c := range all {
		all[c] = c
	}
	first := difference(answer, rows, all, 1)
	if first == "" {
		return ""
	}
	// Perhaps only rows that compare equal changed places.
	if d := difference(answer, rows, orderColumns[answer.Query], 1); d != "" {
		return d
	}
	want := &Answer{answer.Query, answer.Columns, sortedRows(answer.Rows)}
	if difference(want, sortedRows(rows), all, 1) == "" {
		return ""
	}
	return first
}

// difference compares some columns row by row.
func difference(answer *Answer, rows [][]string, columns []int, firstRow int) string {
	for i, want := range answer.Rows {
		for _, c := range columns {
			if !sameCell(rows[i][c], want[c]) {
				return fmt.Sprintf("row %d, column %s: %q, expected %q", firstRow+i, answer.Columns[c], rows[i][c], want[c])
			}
		}
	}
	return ""
}

// sortedRows orders rows by what they show, numbers rounded so that both sides sort alike.
func sortedRows(rows [][]string) [][]string {
	type keyed struct {
		key string
		row []string
	}
	list := make([]keyed, len(rows))
	for i, row := range rows {
		var key strings.Builder
		for _, cell := range row {
			if r, ok := number(cell); ok {
				cell = r.FloatString(2)
			}
			key.WriteString(strings.TrimRight(cell, " "))
			key.WriteByte(0)
		}
		list[i] = keyed{key.String(), row}
	}
	slices.SortStableFunc(list, func(a, b keyed) int { return strings.Compare(a.key, b.key) })
	out := make([][]string, len(rows))
	for i := range list {
		out[i] = list[i].row
	}
	return out
}

func number(s string) (*big.Rat, bool) {
	s = strings.TrimSpace(s)
	if s == "" || !strings.ContainsAny(s[len(s)-1:], "0123456789") || strings.ContainsAny(s, "/_xXpP") {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// digits counts the digits after the point; an exponent means a floating-point number.
func digits(s string) int {
	if strings.ContainsAny(s, "eE") {
		return floatDigits
	}
	if i := strings.IndexByte(s, '.'); i >= 0 {
		return len(strings.TrimSpace(s)) - i - 1
	}
	return 0
}

// floatDigits is the number of digits after the point from which a published number is taken for a floating-point one: no decimal result has more
// than 6.
const floatDigits = 7

func sameCell(got, want string) bool {
	got, want = strings.TrimRight(got, " "), strings.TrimRight(want, " ")
	if got == want || got == "NULL" && want == "" {
		return true
	}
	a, ok := number(got)
	if !ok {
		return false
	}
	b, ok := number(want)
	if !ok {
		return false
	}
	if a.Cmp(b) == 0 {
		return true
	}
	shared := min(digits(got), digits(want))
	if shared == 0 { // integers, or a fraction on one side only
		return false
	}
	diff := new(big.Rat).Sub(a, b)
	diff.Abs(diff)
	// Half a unit of the last shared digit: one side is the other rounded. Sides with equally many digits must be equal, unless floating point.
	if digits(got) != digits(want) {
		unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(shared)), nil))
		if diff.Cmp(unit.Mul(unit, big.NewRat(1, 2))) <= 0 {
			return true
		}
	}
	if digits(want) < floatDigits {
		return false
	}
	return diff.Cmp(new(big.Rat).Mul(new(big.Rat).Abs(b), big.NewRat(1, 10_000_000_000))) <= 0
}
