package expr

// Walk calls f for e and its descendants, parents first, until f returns false for a node, whose children are then skipped.
func Walk(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	for _, c := range e.Children() {
		Walk(c, f)
	}
}

// Any reports whether f holds for e or a descendant.
func Any(e Expr, f func(Expr) bool) bool {
	found := false
	Walk(e, func(x Expr) bool {
		found = found || f(x)
		return !found
	})
	return found
}

// Rewrite replaces nodes bottom-up: f gets a node whose children are already rewritten. It returns e itself when nothing changed.
func Rewrite(e Expr, f func(Expr) Expr) Expr {
	if e == nil {
		return nil
	}
	return f(RewriteChildren(e, func(c Expr) Expr { return Rewrite(c, f) }))
}

// RewriteChildren applies f to the children only, keeping e when all stay the same.
func RewriteChildren(e Expr, f func(Expr) Expr) Expr {
	kids := e.Children()
	var out []Expr
	for i, c := range kids {
		if n := f(c); n != c || out != nil {
			if out == nil {
				out = append(make([]Expr, 0, len(kids)), kids[:i]...)
			}
			out = append(out, n)
		}
	}
	if out == nil {
		return e
	}
	return e.WithChildren(out)
}

// FreeOf returns the columns a resolved nested query refers to but does not produce; package logical sets it.
var FreeOf = func(Query) []*Column { return nil }

// Columns calls f for every column reference in e, also those free in nested plans.
func Columns(e Expr, f func(*Column)) {
	Walk(e, func(x Expr) bool {
		switch x := x.(type) {
		case *Column:
			f(x)
		case *Subquery:
			for _, c := range FreeOf(x.Query) {
				f(c)
			}
		}
		return true
	})
}

// Substitute replaces columns by what the map gives for their number.
func Substitute(e Expr, m map[ColumnID]Expr) Expr {
	return Rewrite(e, func(x Expr) Expr {
		if c, ok := x.(*Column); ok {
			if r, ok := m[c.ID]; ok {
				return r
			}
		}
		return x
	})
}

// Conjuncts splits a predicate at AND.
func Conjuncts(e Expr) []Expr {
	switch x := e.(type) {
	case nil:
		return nil
	case *And:
		var out []Expr
		for _, a := range x.Args {
			out = append(out, Conjuncts(a)...)
		}
		return out
	}
	return []Expr{e}
}

// Conjunction joins predicates by AND; nil for none.
func Conjunction(es []Expr) Expr {
	switch len(es) {
	case 0:
		return nil
	case 1:
		return es[0]
	}
	return &And{Args: es}
}

// IsVolatile reports whether e calls a volatile function.
func IsVolatile(e Expr) bool {
	return Any(e, func(x Expr) bool {
		c, ok := x.(*Call)
		return ok && c.Func.Volatile
	})
}

// OpOf returns the operator of a call, else OpNone.
func OpOf(e Expr) Op {
	if c, ok := e.(*Call); ok {
		return c.Func.Op
	}
	return OpNone
}
