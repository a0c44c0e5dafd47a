package logical

import (
	"fmt"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// Check verifies what every resolved plan must have: no number is produced by two nodes, every column that an expression reads comes from its input
// and has the type it was produced with, and no unresolved node is left. A plan inside an Apply or an expression may also read the columns around it.
func Check(p Plan) error {
	c := checker{produced: map[expr.ColumnID]Plan{}, types: map[expr.ColumnID]types.Type{}}
	return c.plan(p, nil)
}

type checker struct {
	produced map[expr.ColumnID]Plan
	types    map[expr.ColumnID]types.Type
}

// scope is the set of columns around a nested plan.
type scope map[expr.ColumnID]bool

func (s scope) with(cols []*expr.Column) scope {
	out := make(scope, len(s)+len(cols))
	for id := range s {
		out[id] = true
	}
	for _, c := range cols {
		out[c.ID] = true
	}
	return out
}

func (c *checker) plan(p Plan, outer scope) error {
	if p.Output() == nil && unresolvedNode(p) {
		return fmt.Errorf("%s is not resolved", FormatNode(p))
	}
	for _, col := range Produced(p) {
		if other, twice := c.produced[col.ID]; twice && other != p {
			return fmt.Errorf("%s#%d is produced by both %s and %s", col.Name, col.ID, FormatNode(other), FormatNode(p))
		}
		c.produced[col.ID], c.types[col.ID] = p, col.T
	}
	inner := outer
	kids := p.Children()
	for i, k := range kids {
		s := outer
		if i == 1 && correlates(p) {
			s = outer.with(kids[0].Output())
		}
		if err := c.plan(k, s); err != nil {
			return err
		}
		inner = inner.with(k.Output())
	}
	for _, e := range Expressions(p) {
		if err := c.expr(e, inner, p); err != nil {
			return err
		}
	}
	return nil
}

// correlates reports whether the second input may read columns of the first.
func correlates(p Plan) bool {
	switch n := p.(type) {
	case *Apply:
		return true
	case *Join:
		return n.Lateral
	}
	return false
}

func unresolvedNode(p Plan) bool {
	switch p.(type) {
	case *UnresolvedRelation, *UnresolvedAlias, *UnresolvedValues, *TableFunction, *UnresolvedJoin, *Select, *Order, *UnresolvedWith, *Pivot, *Unpivot, *TableSample,
		*UnresolvedProject, *WithColumns, *DropColumns, *RenameColumns, *UnresolvedFilter, *UnresolvedAggregate, *DataFrame:
		return true
	}
	return false
}

func (c *checker) expr(e expr.Expr, in scope, p Plan) (err error) {
	expr.Walk(e, func(x expr.Expr) bool {
		if err != nil {
			return false
		}
		switch x := x.(type) {
		case *expr.Column:
			if _, scan := p.(*Scan); !in[x.ID] && !scan {
				err = fmt.Errorf("%s reads %s#%d, which its input does not have", FormatNode(p), x.Name, x.ID)
			}
			if t, ok := c.types[x.ID]; ok && err == nil && !t.SameShape(x.T) {
				err = fmt.Errorf("%s reads %s#%d as %s, it is %s", FormatNode(p), x.Name, x.ID, x.T, t)
			}
		case *expr.Lambda:
			for _, param := range x.Params {
				c.types[param.ID] = param.T
			}
			err = c.expr(x.Body, in.with(x.Params), p)
			return false
		case *expr.Subquery:
			err = c.plan(x.Query.(Plan), in)
		case *expr.Name, *expr.Star, *expr.UnresolvedCall, *expr.Alias, *expr.Extract, *expr.UnresolvedLambda, *expr.Parameter:
			err = fmt.Errorf("%s holds the unresolved %s", FormatNode(p), expr.Format(x))
		}
		return err == nil
	})
	return err
}
