package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// CheckPermanent reports what a persistent object (what: "VIEW", "FUNCTION") of the given name must not refer to: temporary views and
// functions, which end with the session. p is its query before analysis. The error is INVALID_TEMP_OBJ_REFERENCE.
func CheckPermanent(p logical.Plan, what string, name []string, c *catalog.Catalog) error {
	k := permanence{catalog: c, what: what, name: name}
	k.plan(p, nil)
	return k.err
}

type permanence struct {
	catalog *catalog.Catalog
	what    string
	name    []string
	err     error
}

func (k *permanence) fail(temp []string, kind string, pos sqlerr.Pos) {
	if k.err == nil {
		k.err = sqlerr.New("INVALID_TEMP_OBJ_REFERENCE", pos, "Cannot create the persistent object %s of the type %s because it references to the temporary object %s of the type %s.",
			catalog.QuoteName(k.name), k.what, catalog.QuoteName(temp), kind).WithHint("Please make the temporary object %s persistent, or make the persistent object %s temporary.", catalog.QuoteName(temp), catalog.QuoteName(k.name))
	}
}

// plan visits a query; ctes are the names that WITH defines around it.
func (k *permanence) plan(p logical.Plan, ctes []string) {
	if p == nil || k.err != nil {
		return
	}
	switch n := p.(type) {
	case *logical.UnresolvedRelation:
		k.relation(n, ctes)
		return
	case *logical.UnresolvedWith:
		for _, d := range n.Defs {
			inner := ctes
			if n.Recursive {
				inner = append(ctes[:len(ctes):len(ctes)], d.Name)
			}
			k.plan(d.Query, inner)
			ctes = append(ctes[:len(ctes):len(ctes)], d.Name)
		}
		k.plan(n.Body, ctes)
		return
	}
	for _, e := range unboundExpressions(p) {
		k.expr(e, ctes)
	}
	for _, c := range p.Children() {
		k.plan(c, ctes)
	}
}

func (k *permanence) relation(n *logical.UnresolvedRelation, ctes []string) {
	if len(n.Parts) == 0 || len(n.Parts) == 1 && containsFold(ctes, n.Parts[0]) {
		return
	}
	if r := k.catalog.Find(n.Parts); r != nil && r.View != nil && (r.View.Temporary || r.View.Global) {
		k.fail(r.View.FullName(), "VIEW", n.At)
	}
}

func (k *permanence) expr(e expr.Expr, ctes []string) {
	expr.Walk(e, func(x expr.Expr) bool {
		switch x := x.(type) {
		case *expr.Subquery:
			if q, ok := x.Query.(logical.Plan); ok {
				k.plan(q, ctes)
			}
		case *expr.UnresolvedCall:
			if f := k.catalog.Function(x.Name); f != nil && f.Database == "" && f.Func == nil {
				k.fail([]string{strings.ToLower(f.Name)}, "FUNCTION", x.At)
			}
		}
		return k.err == nil
	})
}
