// Package expr holds the one expression tree of Sparrow, from parser to executor, and the contracts of functions.
//
// A tree is immutable: rewriting makes new nodes and returns the old pointer when nothing changed. Unresolved nodes (Name, Star,
// UnresolvedCall …) come from SQL text or DataFrame calls; the analyzer replaces all of them. Resolved columns are numbers; names are
// decoration.
//
// Sparrow makes no compatibility promise for this package.
package expr

import (
	"time"

	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// ColumnID is the number of a column, unique within a query. Binding gives every reference to a relation fresh numbers.
type ColumnID int32

// Expr is a node of an expression tree. Only this package defines nodes. Type and Nullable are meaningful on resolved nodes only.
type Expr interface {
	Type() types.Type
	Nullable() bool
	// Children returns the operands in order; the slice must not be changed.
	Children() []Expr
	// WithChildren returns the node with other operands, as many and in the order of Children.
	WithChildren(kids []Expr) Expr
	Pos() sqlerr.Pos
	node()
}

// Base carries a node's place in the text.
type Base struct{ At sqlerr.Pos }

// Pos returns the place in the statement text.
func (b Base) Pos() sqlerr.Pos { return b.At }
func (Base) node()             {}

// Mode says what a failing operation does.
type Mode uint8

// The modes. Legacy is spark.sql.ansi.enabled=false: wrap around on overflow, null for bad casts and division by zero.
const (
	ANSI Mode = iota
	Legacy
	Try
)

// ---- resolved nodes

// Column is a reference to a column by number. A number that the input does not produce is a correlated reference.
type Column struct {
	Base
	ID   ColumnID
	Name string
	T    types.Type
	Null bool
}

// Literal is a constant; Value is a Go value as package types describes, nil for NULL.
type Literal struct {
	Base
	Value any
	T     types.Type
}

// Call is a scalar function or operator applied to coerced arguments.
type Call struct {
	Base
	Func *Func
	Args []Expr
	T    types.Type
	Null bool
	Mode Mode
	Zone *time.Location // nil: the session's; that of a view made under another
}

// Cast converts to a type. Implicit casts are not printed in column names. Literal marks TIMESTAMP'…' and TIME'…': the cast of a string
// literal that was checked when parsed but whose value needs the session's time zone; it prints as the typed literal. Column, where the value is
// assigned to a column of a table, is its name: an overflow is then an error of that assignment.
type Cast struct {
	Base
	Child    Expr
	To       types.Type
	Mode     Mode
	Implicit bool
	Literal  bool
	Column   string
	Zone     *time.Location // as of Call
}

// And and Or are n-ary and evaluate from left to right: a conjunct does not see rows that an earlier one made false.
type And struct {
	Base
	Args []Expr
}

// Or is the disjunction; see And.
type Or struct {
	Base
	Args []Expr
}

// Not is three-valued negation.
type Not struct {
	Base
	Child Expr
}

// Case is CASE WHEN; IF, NULLIF, NVL2 and DECODE become it. Operand is nil once resolved. Else may be nil.
type Case struct {
	Base
	Operand Expr
	Whens   []When
	Else    Expr
	T       types.Type
}

// When is one branch of a Case.
type When struct{ Cond, Then Expr }

// Coalesce returns the first value that is not null and evaluates no further.
type Coalesce struct {
	Base
	Args []Expr
	T    types.Type
}

// In is membership in a list of expressions, three-valued.
type In struct {
	Base
	Child Expr
	List  []Expr
}

// Field is access to a struct field by position.
type Field struct {
	Base
	Child Expr
	Index int
}

// Lambda is a function literal; its parameters are columns with own numbers.
type Lambda struct {
	Base
	Params []*Column
	Body   Expr
}

// SortKey is an ordering.
type SortKey struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool
	// NullsSet tells whether the text said NULLS FIRST or LAST (unresolved keys only).
	NullsSet bool
}

// Aggregate is an aggregate function call. It appears in logical.Aggregate, and inside Window.
type Aggregate struct {
	Base
	Func        *Func
	Args        []Expr
	Distinct    bool
	IgnoreNulls bool
	Filter      Expr      // nil: all rows
	Order       []SortKey // WITHIN GROUP, or the order inside collect_list and listagg
	T           types.Type
	Null        bool
	Mode        Mode
}

// Window is a function over a window. Call is an Aggregate, or a Call whose Func is of kind WindowFunction.
type Window struct {
	Base
	Call        Expr
	Spec        WindowSpec
	IgnoreNulls bool
}

// WindowSpec is PARTITION BY, ORDER BY and frame. Ref is the name of a WINDOW clause it extends (unresolved only).
type WindowSpec struct {
	Ref       string
	Partition []Expr
	Order     []SortKey
	Frame     *Frame // nil: the default frame
}

// Frame bounds rows of a window.
type Frame struct {
	Range      bool // RANGE, else ROWS
	Start, End Bound
}

// BoundKind is the kind of a frame bound.
type BoundKind uint8

// The frame bounds.
const (
	UnboundedPreceding BoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

// Bound is a frame bound; Offset is set for Preceding and Following.
type Bound struct {
	Kind   BoundKind
	Offset Expr
}

// SubqueryKind is the kind of a subquery in an expression.
type SubqueryKind uint8

// The kinds of subqueries. Quantified ones have Op and All.
const (
	ScalarSubquery SubqueryKind = iota
	ExistsSubquery
	InSubquery
	QuantifiedSubquery
)

// Query is a plan inside an expression; package logical implements it, so that layers stay acyclic.
type Query interface {
	// QueryNode marks plans.
	QueryNode()
}

// Subquery is a query in an expression. The optimizer turns every one into an Apply.
type Subquery struct {
	Base
	Kind  SubqueryKind
	Left  []Expr // IN, quantified: the row compared
	Op    string // quantified: "=", "<" …
	All   bool
	Query Query
	T     types.Type
	Null  bool
}

// ---- unresolved nodes

// Name is a column reference by name: one to many parts. PlanID ties it to a DataFrame's plan (0: none).
type Name struct {
	Base
	Parts  []string
	PlanID int64
}

// Star is *, t.* or s.* with EXCEPT and REPLACE.
type Star struct {
	Base
	Qualifier []string
	Except    [][]string
	Replace   []*Alias
	PlanID    int64
}

// Regex is a regular expression over the names of columns: a DataFrame's colRegex, or a quoted name where the settings make it one.
type Regex struct {
	Base
	Pattern   string
	Qualifier []string
	PlanID    int64
}

// UnresolvedCall is a function call by name, as written. Operators use their symbol as name ("+", "=", "like").
type UnresolvedCall struct {
	Base
	Name        []string
	Args        []Expr
	Distinct    bool
	Filter      Expr
	Order       []SortKey // WITHIN GROUP (ORDER BY …) or ORDER BY inside the call
	Within      bool      // Order came from WITHIN GROUP
	IgnoreNulls bool
	NullsSet    bool        // IGNORE NULLS or RESPECT NULLS was written
	Over        *WindowSpec // nil: no OVER
	Func        *Func       // the function itself, of a program that has it; nil: found by name
}

// NamedArg is f(name => value).
type NamedArg struct {
	Base
	Name  string
	Child Expr
}

// Parameter is ? (Index from 0, Name empty) or :name.
type Parameter struct {
	Base
	Name  string
	Index int
}

// UnresolvedLambda is (x, y) -> body; inside the body the parameters are Names.
type UnresolvedLambda struct {
	Base
	Params []string
	Body   Expr
}

// Extract is child[key], or child.name when Dot is set (Key is then a string literal).
type Extract struct {
	Base
	Child Expr
	Key   Expr
	Dot   bool
}

// VariantPath is child:path of the variant type.
type VariantPath struct {
	Base
	Child Expr
	Path  string
}

// Alias names an expression in a select list; several names for generators.
type Alias struct {
	Base
	Child Expr
	Names []string
}

// Default is the keyword DEFAULT in an INSERT or UPDATE.
type Default struct{ Base }

// IdentifierClause is IDENTIFIER(expr): a name computed from a constant.
type IdentifierClause struct {
	Base
	Child Expr
	// Call holds the arguments when the clause names a function; nil for a column or table.
	Call *UnresolvedCall
}
