package functions

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// constant returns the value of argument i of a call, which must be known when the query starts.
func constant(s *expr.Spec, i int) (any, error) {
	if i >= len(s.Consts) || s.Consts[i] == nil {
		return nil, sqlerr.New("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", s.Pos, "Argument %d must be a constant.", i+1)
	}
	return s.Consts[i].Value, nil
}

// outOfRange is the error of a constant argument outside its range.
func outOfRange(s *expr.Spec, name, want string, got any) error {
	return sqlerr.New("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", s.Pos, "The %s must be between %s (current value = %v).", name, want, got)
}
