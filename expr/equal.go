package expr

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/types"
)

// Key returns a text that is equal for expressions that compute the same: same nodes, column numbers, types and modes. Names and places do
// not count.
func Key(e Expr) string {
	var b strings.Builder
	KeyTo(&b, e, func(id ColumnID) string { return strconv.Itoa(int(id)) })
	return b.String()
}

// Equal reports whether two expressions compute the same: whether their Keys are equal, without writing them in the usual cases.
func Equal(a, b Expr) bool {
	if a == b {
		return true
	}
	if a == nil || b == nil {
		return false
	}
	switch x := a.(type) {
	case *Column:
		y, ok := b.(*Column)
		return ok && x.ID == y.ID
	case *Literal:
		y, ok := b.(*Literal)
		return ok && equalLiterals(x, y)
	case *Call:
		y, ok := b.(*Call)
		return ok && sameFunc(x.Func, y.Func) && x.Mode == y.Mode && x.Zone == y.Zone && !x.Func.Volatile && equalAll(x.Args, y.Args)
	case *Cast:
		y, ok := b.(*Cast)
		return ok && x.Mode == y.Mode && x.Zone == y.Zone && x.Column == y.Column && x.To.Equal(y.To) && Equal(x.Child, y.Child)
	case *And:
		y, ok := b.(*And)
		return ok && equalAll(x.Args, y.Args)
	case *Or:
		y, ok := b.(*Or)
		return ok && equalAll(x.Args, y.Args)
	case *Not:
		y, ok := b.(*Not)
		return ok && Equal(x.Child, y.Child)
	case *Coalesce:
		y, ok := b.(*Coalesce)
		return ok && equalAll(x.Args, y.Args)
	case *In:
		y, ok := b.(*In)
		return ok && Equal(x.Child, y.Child) && equalAll(x.List, y.List)
	case *Field:
		y, ok := b.(*Field)
		return ok && x.Index == y.Index && Equal(x.Child, y.Child)
	}
	return Key(a) == Key(b)
}

func sameFunc(a, b *Func) bool { return a == b || a.Name == b.Name && !a.User && !b.User }

func equalAll(a, b []Expr) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// equalLiterals compares values of the common types; floats (NaN, -0.0) and nested values go by their text.
func equalLiterals(a, b *Literal) bool {
	if !a.T.Equal(b.T) {
		return false
	}
	switch x := a.Value.(type) {
	case nil:
		return b.Value == nil
	case bool, int8, int16, int32, int64, string, types.Int128:
		return x == b.Value
	}
	return Key(a) == Key(b)
}

// KeyTo writes Key with column numbers printed by col. The parameters of a lambda are numbered by place: x -> x + 1 and y -> y + 1 are one.
func KeyTo(b *strings.Builder, e Expr, col func(ColumnID) string) { keyTo(b, e, col, 0) }

// keyTo is KeyTo inside a number of lambdas.
func keyTo(b *strings.Builder, e Expr, col func(ColumnID) string, lambdas int) {
	switch x := e.(type) {
	case nil:
		b.WriteString("nil")
		return
	case *Column:
		b.WriteString("#" + col(x.ID))
		return
	case *Literal:
		fmt.Fprintf(b, "%T:%v:%s", x.Value, x.Value, x.T)
		return
	case *Call:
		fmt.Fprintf(b, "%s/%d", x.Func.Name, x.Mode)
		keyZone(b, x.Zone)
		switch {
		case x.Func.Volatile:
			fmt.Fprintf(b, "@%p", x)
		case x.Func.User:
			fmt.Fprintf(b, "@%p", x.Func)
		}
	case *Cast:
		fmt.Fprintf(b, "cast/%d/%s/%q", x.Mode, x.To, x.Column)
		keyZone(b, x.Zone)
	case *Field:
		fmt.Fprintf(b, "field/%d", x.Index)
	case *Aggregate:
		fmt.Fprintf(b, "%s/%d/%v/%v/%d", x.Func.Name, x.Mode, x.Distinct, x.IgnoreNulls, len(x.Args))
		keyOrder(b, x.Order)
		if x.Filter != nil {
			b.WriteString("/filter")
		}
	case *Window:
		fmt.Fprintf(b, "window/%v/%d", x.IgnoreNulls, len(x.Spec.Partition))
		keyOrder(b, x.Spec.Order)
		if f := x.Spec.Frame; f != nil {
			fmt.Fprintf(b, "/%v/%d/%d", f.Range, f.Start.Kind, f.End.Kind)
		}
	case *Case:
		fmt.Fprintf(b, "case/%d/%v", len(x.Whens), x.Else != nil)
	case *Lambda:
		fmt.Fprintf(b, "lambda/%d", len(x.Params))
		lambdas++
		col = numberParams(x.Params, lambdas, col)
	case *Subquery:
		fmt.Fprintf(b, "subquery/%d@%p", x.Kind, x.Query)
	default:
		fmt.Fprintf(b, "%T", e)
		if len(e.Children()) == 0 {
			fmt.Fprintf(b, "@%p", e)
		}
	}
	b.WriteByte('(')
	for i, c := range e.Children() {
		if i > 0 {
			b.WriteByte(',')
		}
		keyTo(b, c, col, lambdas)
	}
	b.WriteByte(')')
}

func numberParams(params []*Column, lambda int, col func(ColumnID) string) func(ColumnID) string {
	return func(id ColumnID) string {
		for i, p := range params {
			if p.ID == id {
				return fmt.Sprintf("\\%d.%d", lambda, i)
			}
		}
		return col(id)
	}
}

func keyZone(b *strings.Builder, zone *time.Location) {
	if zone != nil {
		b.WriteString("/" + zone.String())
	}
}

func keyOrder(b *strings.Builder, keys []SortKey) {
	for _, k := range keys {
		fmt.Fprintf(b, "/%v%v", k.Desc, k.NullsFirst)
	}
}

// MayFail reports whether evaluating e can raise an error for some row.
func MayFail(e Expr) bool {
	return Any(e, func(x Expr) bool {
		switch x := x.(type) {
		case *Call:
			return x.Func.Fallible && (x.Mode == ANSI || x.Func.User) // the mode says nothing to a program's function
		case *Cast:
			return x.Mode == ANSI && !types.CastNeverFails(x.Child.Type(), x.To)
		case *Subquery:
			return true
		}
		return false
	})
}
