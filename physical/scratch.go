package physical

import "github.com/sparrow-engine/sparrow/columnar"

// sized returns s with n elements of unspecified value, in its memory if they fit.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, max(n, min(2*cap(s), columnar.BatchSize)))
	}
	return s[:n]
}
