// Package logical holds the plan nodes that SQL, DataFrame calls and Connect build, that the analyzer binds and the optimizer rewrites.
//
// A plan is an immutable tree. Unresolved nodes (UnresolvedRelation, Select, UnresolvedProject …) exist only before analysis.
// Every resolved node lists the columns it produces, each with a number that no other node of the plan produces.
//
// Sparrow makes no compatibility promise for this package.
package logical

import (
	"sync"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Plan is a node of a logical plan. Only this package defines nodes.
type Plan interface {
	expr.Query
	// Children returns the inputs in order; the slice must not be changed.
	Children() []Plan
	WithChildren(kids []Plan) Plan
	// Output returns the columns a resolved node produces, in order.
	Output() []*expr.Column
	Pos() sqlerr.Pos
	plan()
}

// Base carries a node's place in the text.
type Base struct{ At sqlerr.Pos }

// Pos returns the place in the statement text.
func (b Base) Pos() sqlerr.Pos { return b.At }

// QueryNode marks plans.
func (Base) QueryNode() {}
func (Base) plan()      {}

// ---- resolved relational nodes

// Scan reads a table of a source. Out are the columns read, Fields their positions in Table's schema. Filters are conjuncts the source
// may use to skip data; those it has taken over exactly are no longer in a Filter above.
type Scan struct {
	Base
	Name    string // as the user names it, for EXPLAIN and errors
	Table   datasource.Table
	Out     []*expr.Column
	Fields  []int
	Filters []expr.Expr
	Limit   int64 // stop after so many rows if > 0 (a hint; a Limit stays above)
}

// Values is rows of constants: VALUES, an empty relation, the one-row relation of SELECT without FROM (Rows of one empty row).
// Once analyzed every cell is a Literal.
type Values struct {
	Base
	Out  []*expr.Column
	Rows [][]expr.Expr
}

// Range is range(start, end, step): one bigint column.
type Range struct {
	Base
	Start, End, Step int64
	Out              *expr.Column
}

// Named is an expression with the column it becomes.
type Named struct {
	Col  *expr.Column
	Expr expr.Expr
}

// Project computes its list. A Named whose Expr is the Column of the same number passes a column through.
type Project struct {
	Base
	Input Plan
	List  []Named
}

// Filter keeps the rows for which Pred is true.
type Filter struct {
	Base
	Input Plan
	Pred  expr.Expr
}

// JoinKind is the kind of a join.
type JoinKind uint8

// The kinds of joins. Mark adds a three-valued boolean column MarkCol; Single is a left outer join in which a second match is an error.
const (
	Inner JoinKind = iota
	LeftOuter
	RightOuter
	FullOuter
	LeftSemi
	LeftAnti
	// NullAwareAnti is NOT IN: a null on either side of the key comparison also rejects the row.
	NullAwareAnti
	Mark
	Single
)

// Join combines two inputs. Cond is nil for a cross join. Lateral lets Right refer to columns of Left (before decorrelation).
type Join struct {
	Base
	Kind        JoinKind
	Left, Right Plan
	Cond        expr.Expr
	MarkCol     *expr.Column
	Lateral     bool
	Hint        JoinHint
}

// JoinHint is a hint of the text, as Spark names them.
type JoinHint struct{ Left, Right string } // "BROADCAST", "SHUFFLE_HASH", "MERGE", "SHUFFLE_REPLICATE_NL" or ""

// Apply evaluates Right for every row of Left: Right's free columns are Left's. The optimizer leaves none. Kinds: Inner, LeftOuter,
// LeftSemi, LeftAnti, NullAwareAnti, Mark, Single.
type Apply struct {
	Base
	Kind        JoinKind
	Left, Right Plan
	Cond        expr.Expr // IN: the comparison with Right's columns
	MarkCol     *expr.Column
}

// Aggregate groups by Keys and computes Aggs (each Expr an *expr.Aggregate, or wraps none). With Sets, keys not in a set are null for it,
// and GroupingID is a bigint column of the bits of absent keys (the first key is the highest bit).
type Aggregate struct {
	Base
	Input      Plan
	Keys       []Named
	Aggs       []Named
	Sets       [][]int // grouping sets as positions in Keys; nil: one set of all keys
	GroupingID *expr.Column
}

// Window adds the columns of window functions that share one partitioning and order.
type Window struct {
	Base
	Input Plan
	Funcs []Named // each Expr an *expr.Window
	// Limit, if not 0, is a number of rows: those behind as many others of their partition, by the order, may be left out.
	Limit int64
}

// Sort orders rows. Global is ORDER BY; otherwise SORT BY.
type Sort struct {
	Base
	Input  Plan
	Keys   []expr.SortKey
	Global bool
}

// Limit keeps Count rows (all if negative) after the first Offset.
type Limit struct {
	Base
	Input         Plan
	Count, Offset int64
}

// Distinct removes duplicate rows.
type Distinct struct {
	Base
	Input Plan
}

// DistinctOn keeps one row for each value of On (dropDuplicates); which one is not specified.
type DistinctOn struct {
	Base
	Input Plan
	On    []expr.Expr
}

// SetOpKind is UNION, INTERSECT or EXCEPT.
type SetOpKind uint8

// The set operations.
const (
	UnionOp SetOpKind = iota
	IntersectOp
	ExceptOp
)

// SetOp combines inputs by position; Out are its own columns. A Union has two or more inputs, the others two.
type SetOp struct {
	Base
	Kind   SetOpKind
	All    bool
	Inputs []Plan
	Out    []*expr.Column
	// ByName and AllowMissing are for unionByName (unresolved only).
	ByName, AllowMissing bool
}

// Generate adds the columns of a generator (explode …) to each row. Outer keeps rows for which it gives none.
type Generate struct {
	Base
	Input Plan
	Call  *expr.Call
	Out   []*expr.Column
	Outer bool
}

// Sample keeps a pseudo-random share of rows, or Rows rows if >= 0.
type Sample struct {
	Base
	Input           Plan
	Lower, Upper    float64
	WithReplacement bool
	Rows            int64
	Seed            int64
}

// Repartition is a request for partitions (hints, repartition). N of 0 leaves the number to the engine.
type Repartition struct {
	Base
	Input Plan
	N     int
	By    []expr.SortKey
	Range bool
}

// With evaluates shared definitions once; Ref reads them. Definitions may refer to earlier ones.
type With struct {
	Base
	Defs []Def
	Body Plan
}

// Def is a shared subplan.
type Def struct {
	ID   int64
	Name string
	Plan Plan
}

// Ref reads a definition of an enclosing With under fresh numbers, by position.
type Ref struct {
	Base
	Def  int64
	Name string
	Out  []*expr.Column
}

// Recursive is a recursive CTE: Anchor, then Step until it gives no row; Step reads the last rows through Ref to ID.
type Recursive struct {
	Base
	ID           int64
	Name         string
	Anchor, Step Plan
	Out          []*expr.Column
	All          bool
	MaxLevels    int // 0: the setting
	// Limit is the number of rows that suffice, 0 for all; AnyRows lifts the setting's bound on rows, as LIMIT ALL does.
	Limit   int64
	AnyRows bool
}

// Stage is a finished stage in a plan that is re-planned: Handle is the adaptive layer's, Facts what was measured.
type Stage struct {
	Base
	Handle any
	Out    []*expr.Column
	Facts  Facts
}

// Rest is what a stage that ended early has not read, in a plan that is re-planned: Handle is the executor's, Rows an estimate.
type Rest struct {
	Base
	Handle any
	Out    []*expr.Column
	Rows   float64
}

// Facts is what is known of a finished stage.
type Facts struct {
	Rows, Bytes int64
	Columns     []ColumnFacts // parallel to Out; zero where nothing was measured
}

// ColumnFacts is what is known of one column of a finished stage.
type ColumnFacts struct {
	Min, Max any
	Distinct float64
	Nulls    int64
	Known    bool
}

// SubqueryAlias names a relation: it only carries names for resolution and vanishes in the optimizer.
type SubqueryAlias struct {
	Base
	Input Plan
	Name  []string
	Out   []*expr.Column // nil: Input's
}

// ---- unresolved nodes

// UnresolvedRelation is a table by name, or a path with a format: parquet.`p` has Parts {"parquet", "p"}, 'f.csv' has Path set.
type UnresolvedRelation struct {
	Base
	Parts   []string
	Path    string
	Options map[string]string
	// Version or Timestamp of time travel, nil without.
	Version, Timestamp expr.Expr
	// Identifier is IDENTIFIER(expr) instead of Parts.
	Identifier expr.Expr
	// Names tells what may follow: nothing; aliases are UnresolvedAlias nodes above.
}

// UnresolvedAlias is t AS a(c1, c2).
type UnresolvedAlias struct {
	Base
	Input   Plan
	Name    string
	Columns []string
}

// UnresolvedValues is an inline table; cells are any constant expressions.
type UnresolvedValues struct {
	Base
	Rows [][]expr.Expr
}

// TableFunction is f(args) in FROM, e.g. range(10), explode(array(1)).
type TableFunction struct {
	Base
	Call       *expr.UnresolvedCall
	TableArgs  []Plan // TABLE(…) arguments, by position; nil entries for scalar ones
	Ordinality bool
}

// UnresolvedJoin is a join of text: USING, NATURAL, LATERAL or ON.
type UnresolvedJoin struct {
	Base
	Kind        JoinKind
	Left, Right Plan
	Cond        expr.Expr
	Using       []string
	Natural     bool
	Lateral     bool
	Cross       bool // CROSS JOIN or a comma
	Hint        JoinHint
}

// Hint is /*+ NAME(args) */ of a Select.
type Hint struct {
	Name string
	Args []expr.Expr
	Pos  sqlerr.Pos
}

// Select is one SELECT block, resolved as a unit.
type Select struct {
	Base
	Hints    []Hint
	Distinct bool
	List     []expr.Expr // Alias, Star or any expression
	From     Plan        // nil: one row
	Views    []LateralView
	Where    expr.Expr
	Group    *Grouping
	Having   expr.Expr
	Windows  []NamedWindow
	Qualify  expr.Expr
}

// LateralView is LATERAL VIEW [OUTER] generator name AS columns.
type LateralView struct {
	Outer   bool
	Call    *expr.UnresolvedCall
	Name    string
	Columns []string
	Pos     sqlerr.Pos
}

// Grouping is GROUP BY. All is GROUP BY ALL. Items are combined as a cross product of their sets.
type Grouping struct {
	All   bool
	Items []GroupItem
	Pos   sqlerr.Pos
	// Legacy is GROUP BY a, b WITH ROLLUP / WITH CUBE / GROUPING SETS (…) after a list: Items[0..n) plus Kind.
	Legacy     GroupKind
	LegacySets [][]expr.Expr
}

// GroupKind is the kind of a grouping item.
type GroupKind uint8

// The kinds of grouping items.
const (
	GroupExpr GroupKind = iota
	GroupRollup
	GroupCube
	GroupSets
)

// GroupItem is one item: an expression, ROLLUP(…), CUBE(…) or GROUPING SETS(…) with nested items.
type GroupItem struct {
	Kind GroupKind
	Expr expr.Expr
	Sets [][]expr.Expr // rollup, cube: composite columns; sets: the sets
	// Nested holds items inside GROUPING SETS that are themselves ROLLUP, CUBE or GROUPING SETS.
	Nested []GroupItem
	Pos    sqlerr.Pos
}

// NamedWindow is WINDOW name AS (spec).
type NamedWindow struct {
	Name string
	Spec expr.WindowSpec
	Pos  sqlerr.Pos
}

// Order is the ordering clauses around a query body: ORDER BY, SORT BY, DISTRIBUTE BY, CLUSTER BY, LIMIT, OFFSET. Its keys may refer to
// the Select's output, its hidden columns, and its aggregates.
type Order struct {
	Base
	Input        Plan
	By           []expr.SortKey
	ByAll        bool // ORDER BY ALL; direction and nulls in By[0] with nil Expr
	SortBy       []expr.SortKey
	DistributeBy []expr.Expr
	ClusterBy    []expr.Expr
	Limit        expr.Expr // nil: none
	LimitAll     bool      // LIMIT ALL was written
	Offset       expr.Expr
}

// UnresolvedWith is WITH [RECURSIVE] definitions and a body.
type UnresolvedWith struct {
	Base
	Recursive bool
	Defs      []CTE
	Body      Plan
}

// CTE is one definition of WITH.
type CTE struct {
	Name      string
	Columns   []string
	Query     Plan
	MaxLevels expr.Expr
	Pos       sqlerr.Pos
}

// Pivot is PIVOT (aggs FOR columns IN (values)).
type Pivot struct {
	Base
	Input  Plan
	Aggs   []expr.Expr
	For    []expr.Expr
	Values []expr.Expr // Alias, or any constant; rows for several columns are struct calls
	// Groups is set for DataFrame's groupBy(…).pivot; nil groups by all other columns.
	Groups []expr.Expr
}

// Unpivot is UNPIVOT.
type Unpivot struct {
	Base
	Input        Plan
	IncludeNulls bool
	NameColumn   string
	ValueColumns []string
	Groups       []UnpivotGroup
	// IDs is set by DataFrame's unpivot; nil keeps all other columns.
	IDs []expr.Expr
}

// UnpivotGroup is one input row of Unpivot: columns and an optional alias.
type UnpivotGroup struct {
	Columns []expr.Expr
	Alias   string
}

// TableSample is TABLESAMPLE. Exactly one of Percent, Rows or Buckets is set.
type TableSample struct {
	Base
	Input          Plan
	Percent        expr.Expr
	Rows           expr.Expr
	Bucket, Of     int64
	Repeatable     bool
	Seed           int64
	Method         string // "", BERNOULLI, SYSTEM
	WithReplace    bool
	SampleFraction float64 // DataFrame's sample
}

// UnresolvedProject is a DataFrame's select, or pipe SELECT without grouping.
type UnresolvedProject struct {
	Base
	Input Plan
	List  []expr.Expr
}

// WithColumns adds or replaces columns (DataFrame's withColumns, pipe EXTEND with Append, pipe SET with MustExist).
type WithColumns struct {
	Base
	Input     Plan
	List      []*expr.Alias
	Append    bool
	MustExist bool
}

// DropColumns removes columns (DataFrame's drop; pipe DROP with MustExist).
type DropColumns struct {
	Base
	Input     Plan
	Columns   []expr.Expr
	MustExist bool
}

// RenameColumns renames columns by name (withColumnsRenamed) or all of them (toDF, when All is set).
type RenameColumns struct {
	Base
	Input    Plan
	From, To []string
	All      bool
}

// UnresolvedFilter is a DataFrame's filter, or pipe WHERE.
type UnresolvedFilter struct {
	Base
	Input Plan
	Pred  expr.Expr
}

// UnresolvedAggregate is a DataFrame's groupBy(…).agg(…), or pipe AGGREGATE … GROUP BY.
type UnresolvedAggregate struct {
	Base
	Input Plan
	Group *Grouping
	List  []expr.Expr
	// KeysFirst puts the grouping columns before the list in the output (both DataFrame and pipes do).
	KeysFirst bool
}

// DataFrame marks the plan of a DataFrame so that df["a"] finds the column of its own plan. Bindings, if set, is what the names in Input mean.
type DataFrame struct {
	Base
	Input    Plan
	ID       int64
	Bindings *Bindings
}

// Bindings is what the parameters and names of a statement stand for wherever its plan is used: below other DataFrames, in a view, in a
// subquery. A name that has been looked up keeps its meaning, so that a DataFrame of the view v may itself become the new view v. It is safe
// for concurrent use.
type Bindings struct {
	Text       string // of the statement, which the places in the plan point into
	Positional []any  // values of ?
	Named      map[string]any

	mu        sync.Mutex
	relations map[*UnresolvedRelation]any
}

// Relation returns what a node was found to mean, nil before.
func (b *Bindings) Relation(n *UnresolvedRelation) any {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.relations[n]
}

// SetRelation notes what a node means.
func (b *Bindings) SetRelation(n *UnresolvedRelation, r any) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.relations == nil {
		b.relations = map[*UnresolvedRelation]any{}
	}
	b.relations[n] = r
}

// Schema returns the columns of a resolved plan as a schema.
func Schema(p Plan) types.Schema {
	cols := p.Output()
	s := make(types.Schema, len(cols))
	for i, c := range cols {
		s[i] = types.Field{Name: c.Name, Type: c.T, Nullable: c.Null}
	}
	return s
}
