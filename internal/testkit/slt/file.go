// Package slt runs sqllogictest files: statements and queries with the answers of real Spark, in every configuration of testkit.Matrix.
// testdata/slt/answers.py describes the form of the files and fills answers in.
package slt

import (
	"fmt"
	"os"
	"strings"
)

// Record is a statement or query of a file.
type Record struct {
	Line  int
	SQL   string
	Query bool
	// Error is the condition that Spark raises, "" if none.
	Error string
	Types []string
	// Sorted tells that the order of the rows does not count; Rows are then sorted.
	Sorted bool
	Rows   []string
}

// Read returns the records of a file.
func Read(path string) ([]Record, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []Record
	line := 1
	for block := range strings.SplitSeq(string(text), "\n\n") {
		start := line
		line += strings.Count(block, "\n") + 2
		lines := strings.Split(strings.Trim(block, "\n"), "\n")
		for len(lines) > 0 && strings.HasPrefix(lines[0], "#") {
			lines = lines[1:]
			start++
		}
		if len(lines) == 0 || lines[0] == "" {
			continue
		}
		r, err := parse(lines)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, start, err)
		}
		r.Line = start
		out = append(out, r)
	}
	return out, nil
}

func parse(lines []string) (Record, error) {
	var r Record
	body := lines[1:]
	for i, l := range body {
		if l == "----" {
			r.Rows = body[i+1:]
			body = body[:i]
			break
		}
	}
	r.SQL = strings.Join(body, "\n")
	words := strings.Split(lines[0], " ")
	switch {
	case lines[0] == "statement ok":
	case len(words) == 3 && words[0] == "query" && words[1] == "error":
		r.Query, r.Error = true, words[2]
	case len(words) == 3 && words[0] == "query":
		r.Query, r.Sorted = true, words[2] == "rowsort"
		r.Types = strings.Split(words[1], ",")
	default:
		return r, fmt.Errorf("unknown record %q", lines[0])
	}
	return r, nil
}
