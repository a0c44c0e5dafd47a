package functions

import (
	"testing"

	"github.com/sparrow-engine/sparrow/expr"
)

// TestScalarsComplete checks that every scalar function is documented, has a kernel or a rewriting, and has its names for itself.
func TestScalarsComplete(t *testing.T) {
	for _, f := range scalars() {
		if f.Usage == "" || f.Group == "" || f.Since == "" {
			t.Errorf("%s lacks documentation", f.Name)
		}
		if f.Kind != expr.Scalar || f.New == nil && f.Rewrite == nil || len(f.Sigs) == 0 && f.Resolve == nil {
			t.Errorf("%s cannot be called", f.Name)
		}
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			if got := Lookup(name); got != f && got.Usage != f.Usage {
				t.Errorf("%s is %s of another family", name, got.Name)
			}
		}
	}
}
