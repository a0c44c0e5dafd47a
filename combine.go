package sparrow

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// JoinType is the kind of a join.
type JoinType logical.JoinKind

// The kinds of joins.
const (
	Inner      = JoinType(logical.Inner)
	LeftOuter  = JoinType(logical.LeftOuter)
	RightOuter = JoinType(logical.RightOuter)
	FullOuter  = JoinType(logical.FullOuter)
	LeftSemi   = JoinType(logical.LeftSemi)
	LeftAnti   = JoinType(logical.LeftAnti)
)

// ParseJoinType reads Spark's name of a kind of join: inner, cross, left, leftouter, left_outer, right …, full, outer …, semi, leftsemi …, anti ….
func ParseJoinType(name string) (JoinType, error) {
	switch strings.ReplaceAll(strings.ToLower(name), "_", "") {
	case "inner", "cross":
		return Inner, nil
	case "left", "leftouter":
		return LeftOuter, nil
	case "right", "rightouter":
		return RightOuter, nil
	case "outer", "full", "fullouter":
		return FullOuter, nil
	case "semi", "leftsemi":
		return LeftSemi, nil
	case "anti", "leftanti":
		return LeftAnti, nil
	}
	return 0, sqlerr.New("UNSUPPORTED_JOIN_TYPE", sqlerr.Pos{}, "Unsupported join type '%s'.", name).
		WithHint("Supported join types include: inner, cross, left, right, full, semi, anti.")
}

func (t JoinType) check() error {
	if t > LeftAnti {
		return sqlerr.New("UNSUPPORTED_JOIN_TYPE", sqlerr.Pos{}, "Unsupported join type '%d'.", t)
	}
	return nil
}

func (df *DataFrame) join(right *DataFrame, how JoinType, change func(*logical.UnresolvedJoin)) *DataFrame {
	if err := how.check(); err != nil {
		return df.failed(err)
	}
	return df.both(right, func() logical.Plan {
		j := &logical.UnresolvedJoin{Kind: logical.JoinKind(how), Left: df.plan, Right: right.plan, Hint: logical.JoinHint{Left: df.hint, Right: right.hint}}
		change(j)
		return j
	})
}

// Join combines rows for which on is true.
func (df *DataFrame) Join(right *DataFrame, on Column, how JoinType) *DataFrame {
	cond, err := on.get()
	if err != nil {
		return df.failed(err)
	}
	return df.join(right, how, func(j *logical.UnresolvedJoin) { j.Cond = cond })
}

// JoinUsing combines rows that are equal in the named columns, which the result has once.
func (df *DataFrame) JoinUsing(right *DataFrame, columns []string, how JoinType) *DataFrame {
	if len(columns) == 0 {
		return df.failed(sqlerr.New("INVALID_PARAMETER_VALUE.NULL", sqlerr.Pos{}, "JoinUsing needs a column.").WithHint("CrossJoin combines all rows."))
	}
	return df.join(right, how, func(j *logical.UnresolvedJoin) { j.Using = columns })
}

// CrossJoin combines all rows.
func (df *DataFrame) CrossJoin(right *DataFrame) *DataFrame {
	return df.join(right, Inner, func(j *logical.UnresolvedJoin) { j.Cross = true })
}

// LateralJoin computes right anew for each row of df, whose columns right may use (df.Col("a")), and combines them. how is Inner or LeftOuter; on
// may be Lit(true).
func (df *DataFrame) LateralJoin(right *DataFrame, on Column, how JoinType) *DataFrame {
	cond, err := on.get()
	if err != nil {
		return df.failed(err)
	}
	return df.join(right, how, func(j *logical.UnresolvedJoin) { j.Cond, j.Lateral = cond, true })
}

func (df *DataFrame) setOp(kind logical.SetOpKind, all bool, other *DataFrame) *DataFrame {
	return df.both(other, func() logical.Plan {
		return &logical.SetOp{Kind: kind, All: all, Inputs: []logical.Plan{df.plan, other.plan}}
	})
}

// Union puts the rows of both together, columns by position; duplicates stay.
func (df *DataFrame) Union(other *DataFrame) *DataFrame {
	return df.setOp(logical.UnionOp, true, other)
}

// UnionAll is Union.
func (df *DataFrame) UnionAll(other *DataFrame) *DataFrame { return df.Union(other) }

// UnionByName is Union with columns by name; with allowMissing a column that one side lacks is null there.
func (df *DataFrame) UnionByName(other *DataFrame, allowMissing bool) *DataFrame {
	return df.both(other, func() logical.Plan {
		return &logical.SetOp{Kind: logical.UnionOp, All: true, ByName: true, AllowMissing: allowMissing, Inputs: []logical.Plan{df.plan, other.plan}}
	})
}

// Intersect keeps the distinct rows that both have.
func (df *DataFrame) Intersect(other *DataFrame) *DataFrame {
	return df.setOp(logical.IntersectOp, false, other)
}

// IntersectAll keeps each row as often as the side that has it less often.
func (df *DataFrame) IntersectAll(other *DataFrame) *DataFrame {
	return df.setOp(logical.IntersectOp, true, other)
}

// Except keeps the distinct rows that other does not have.
func (df *DataFrame) Except(other *DataFrame) *DataFrame {
	return df.setOp(logical.ExceptOp, false, other)
}

// Subtract is Except.
func (df *DataFrame) Subtract(other *DataFrame) *DataFrame { return df.Except(other) }

// ExceptAll takes away one row for each row of other.
func (df *DataFrame) ExceptAll(other *DataFrame) *DataFrame {
	return df.setOp(logical.ExceptOp, true, other)
}

// query makes an expression of the DataFrame, which may refer to columns of the query around it.
func (df *DataFrame) query(kind expr.SubqueryKind, left ...expr.Expr) Column {
	if df == nil {
		return Column{err: sqlerr.New("INVALID_PARAMETER_VALUE.NULL", sqlerr.Pos{}, "The DataFrame of a subquery is nil.")}
	}
	return Column{e: &expr.Subquery{Kind: kind, Left: left, Query: df.plan}, err: df.err}
}

// Scalar is the value of the only column of the only row of the DataFrame, NULL if it has no row; more are an error. Columns that the
// DataFrame does not have are those of the query that uses the value.
func (df *DataFrame) Scalar() Column { return df.query(expr.ScalarSubquery) }

// Exists is true if the DataFrame has a row; see Scalar for columns of the query around it.
func (df *DataFrame) Exists() Column { return df.query(expr.ExistsSubquery) }

// InQuery is true if the only column of a DataFrame has the value, three-valued as IN.
func (c Column) InQuery(df *DataFrame) Column {
	e, err := c.get()
	if err != nil {
		return Column{e: e, err: err}
	}
	return df.query(expr.InSubquery, e)
}
