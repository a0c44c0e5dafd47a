package sqlerr

import (
	"sort"
	"strings"
)

// Nearest returns up to n names in order of their edit distance to name, without regard to case; names that have nothing in common with it
// are left out.
func Nearest(name string, names []string, n int) []string {
	type candidate struct {
		name string
		d    int
	}
	want := strings.ToLower(name)
	var cs []candidate
	for _, s := range names {
		got := strings.ToLower(s)
		if d := Distance(want, got); d < max(len(want), len(got)) {
			cs = append(cs, candidate{s, d})
		}
	}
	sort.SliceStable(cs, func(i, j int) bool { return cs[i].d < cs[j].d })
	var out []string
	for _, c := range cs {
		if len(out) == n {
			break
		}
		out = append(out, c.name)
	}
	return out
}

// Distance returns the Levenshtein distance of two strings in bytes.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diag := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diag
			if a[i-1] != b[j-1] {
				cost++
			}
			diag = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
