package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparrow-engine/sparrow/benchmarks/tpch"
)

// readQueries returns the queries of a folder by name, or TPC-H's if there is none, of which a list such as 1,q06 takes some.
func readQueries(dir, list string) ([]query, error) {
	var all []query
	if dir == "" {
		for n := 1; n <= tpch.Queries; n++ {
			all = append(all, query{fmt.Sprintf("q%02d", n), tpch.Query(n)})
		}
		return pick(all, list)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".sql"); ok {
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			all = append(all, query{name, strings.TrimRight(string(text), "; \t\r\n")})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s has no .sql files", dir)
	}
	return pick(all, list)
}

func pick(all []query, list string) ([]query, error) {
	if list == "" {
		return all, nil
	}
	var out []query
	for _, want := range strings.Split(list, ",") {
		want = strings.TrimSpace(want)
		i := slices.IndexFunc(all, func(q query) bool { return q.name == want || strings.TrimLeft(q.name, "q0") == want })
		if i < 0 {
			return nil, fmt.Errorf("there is no query %q", want)
		}
		out = append(out, all[i])
	}
	return out, nil
}
