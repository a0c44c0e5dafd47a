package expr

import (
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// FuncKind says where a function may be called and which of Func's constructors it has.
type FuncKind uint8

// The kinds of functions.
const (
	Scalar         FuncKind = iota // New, or Rewrite
	AggregateFunc                  // NewAccumulator, or Rewrite
	WindowFunction                 // NewWindow: ranking and offset functions
	Generator                      // NewGenerator: explode and its kin
)

// Op names the operators that optimizer and evaluator treat specially.
type Op uint8

// The operators. OpNone is any other function.
const (
	OpNone Op = iota
	OpAdd
	OpSub
	OpMul
	OpDiv
	OpIntDiv
	OpMod
	OpNeg
	OpEq
	OpNullSafeEq
	OpNe
	OpLt
	OpLe
	OpGt
	OpGe
	OpIsNull
	OpIsNotNull
	OpLike
	OpStartsWith
	OpEndsWith
	OpContains
)

// NullRule says how a scalar function treats null arguments.
type NullRule uint8

// The null rules.
const (
	// NullIfAny: the result is null where any argument is; the kernel does not look at nulls. Fallible kernels never see such rows.
	NullIfAny NullRule = iota
	// NullCustom: the kernel reads the arguments' nulls and sets the result's.
	NullCustom
)

// Example is an executed documentation example: Want is the result's first row as Spark prints it, cells separated by a tab.
type Example struct{ SQL, Want string }

// Func is a built-in or user function. One value holds everything; the manual, completion, DataFrame helpers and tests derive from it.
type Func struct {
	Name    string
	Aliases []string
	Kind    FuncKind
	Op      Op

	Group    string // Spark's: "math_funcs"
	Since    string // Spark's version
	Usage    string // "abs(expr) - Returns the absolute value of expr." in our own words
	Examples []Example

	// Sigs are tried in order, first for an exact fit of the argument types, then with implicit casts.
	// Resolve, if set, replaces Sigs for what they cannot express. Rewrite, if set, then replaces the call by other expressions
	// (with arguments already coerced); a rewritten function needs no kernel.
	Sigs    []Sig
	Resolve func(c *Resolving) (*Resolution, error)
	Rewrite func(call *Call) (Expr, error)

	NullRule     NullRule
	AlwaysNull   bool                                        // the result may be null although no argument is
	NeverNull    bool                                        // the result is never null
	Fallible     bool                                        // may raise an error for a row (in ANSI mode)
	Volatile     bool                                        // not folded, duplicated, pushed or shared: rand, uuid
	User         bool                                        // of a program: equal only to itself, whatever its name
	PerQuery     bool                                        // constant within a query: current_date, now
	LambdaParams func(args []types.Type, i int) []types.Type // higher-order: parameter types of the lambda that is argument i

	New            func(s *Spec) (Kernel, error)
	NewAccumulator func(s *Spec) (Accumulator, error)
	NewWindow      func(s *Spec) (WindowKernel, error)
	Pick           func(s *Spec) (WindowPick, error) // offset functions: which row's first argument is the value
	NewGenerator   func(s *Spec) (GeneratorKernel, error)
	// Output gives the columns of a generator.
	Output func(s *Spec) types.Schema
}

// Sig is one overload. Result returns the type for the coerced arguments; nil means the type of the first.
type Sig struct {
	Params   []types.Class
	Optional int  // how many trailing Params may be left out
	Variadic bool // the last Param may repeat (zero or more times)
	Names    []string
	Result   func(args []types.Type) (types.Type, error)
}

// Resolving is a call under resolution: typed but not yet coerced arguments.
type Resolving struct {
	Func *Func
	Args []Expr
	// Order holds the keys of an ordered aggregate (WITHIN GROUP). A Resolution whose Params are longer than its arguments
	// coerces these too.
	Order []SortKey
	Mode  Mode
	Env   *Env
	Pos   sqlerr.Pos
}

// Types returns the argument types.
func (c *Resolving) Types() []types.Type {
	ts := make([]types.Type, len(c.Args))
	for i, a := range c.Args {
		ts[i] = a.Type()
	}
	return ts
}

// Resolution is the outcome: the types to which arguments are cast, and the result type.
// Args, if set, replaces the arguments (for defaults filled in) before the casts.
type Resolution struct {
	Args   []Expr
	Params []types.Type
	Result types.Type
	// Nullable overrides the null rule when set.
	Nullable *bool
}

// Spec describes one call to the constructors of kernels.
type Spec struct {
	Args     []types.Type
	Consts   []*Literal // literal arguments, nil where an argument is not a literal
	Nullable []bool
	Result   types.Type
	Mode     Mode
	Env      *Env
	Distinct bool
	// IgnoreNulls is for first, last, lag, collect_list …
	IgnoreNulls bool
	Order       []SortKey // aggregates with an order: keys are the last len(Order) arguments
	Seed        int64
	Pos         sqlerr.Pos
	// Arena is where accumulators may have their states, and the results of Final until they are copied; nil: the Go heap.
	Arena *slab.Arena
}

// Env is what a query fixes when it starts.
type Env struct {
	Now      time.Time
	Zone     *time.Location
	ANSI     bool
	User     string
	Catalog  string
	Database string
	Conf     func(key string) string
}

// In returns the environment with another time zone; nil is the environment's own.
func (e *Env) In(zone *time.Location) *Env {
	if zone == nil || e == nil || e.Zone == zone {
		return e
	}
	c := *e
	c.Zone = zone
	return &c
}

// Kernel computes one scalar call for a batch.
type Kernel func(k *KernelCall)

// KernelCall is one invocation of a kernel.
//
// Args are Flat or Constant, all of length Rows.N (or longer). Out is a flat vector of Rows.N rows, Reset to the result type, its validity
// already the AND of the arguments' under NullIfAny. A total kernel may compute every row up to Rows.N or only Rows; a fallible one must
// compute only Rows, which then are exactly the rows that SQL evaluates (selected and, under NullIfAny, not null).
// To return a constant or shared result a kernel may overwrite *Out with another form.
type KernelCall struct {
	Args    []*columnar.Vector
	Rows    columnar.Rows
	Out     *columnar.Vector
	Lambdas []LambdaEval // by argument position, nil for arguments that are no lambdas
	Morsel  int
	RowBase int64 // number of the batch's first row within its morsel

	failed []uint64
	First  int // first failed row, -1 if none
	Err    *sqlerr.Error
	Fatal  error // an error of the whole call: cancellation, a failing lambda
}

// LambdaEval evaluates a lambda over flattened elements. outer[i] is the row that element i belongs to (for captured columns);
// params are vectors of len(outer) rows.
type LambdaEval interface {
	Eval(outer []int32, params ...*columnar.Vector) (*columnar.Vector, error)
}

// Fail marks a row as failed and reports whether the kernel should set Err (it is the first failing row of this call).
// The row's result is null.
func (k *KernelCall) Fail(row int) bool {
	if k.failed == nil {
		k.failed = make([]uint64, columnar.Words(k.Rows.N))
		k.First = -1
	}
	k.failed[row>>6] |= 1 << (row & 63)
	k.Out.SetNull(row)
	if k.First < 0 || row < k.First {
		k.First = row
		return true
	}
	return false
}

// Failed returns the bits of failed rows, nil if none failed.
func (k *KernelCall) Failed() []uint64 { return k.failed }

// ResetErrors clears the outcome for reuse of k.
func (k *KernelCall) ResetErrors() { k.failed, k.First, k.Err, k.Fatal = nil, -1, nil, nil }

// Accumulator is the state of one aggregate for many groups, in columns. groups[i] is the group of the i-th row of the set rows;
// nil groups mean that all rows go to group 0. Arguments are Flat or Constant. Null handling is the accumulator's (most skip rows whose argument is null).
type Accumulator interface {
	// Resize makes room for groups 0 to n-1; new groups start empty.
	Resize(n int)
	Update(groups []int32, args []*columnar.Vector, rows columnar.Rows) error
	// Partial returns the state as ordinary vectors of one row a group, of the types PartialTypes lists; they may alias the state.
	Partial() ([]*columnar.Vector, error)
	// Merge adds partial states of another accumulator; rows and groups as in Update.
	Merge(groups []int32, partial []*columnar.Vector, rows columnar.Rows) error
	// Final returns one row a group.
	Final() (*columnar.Vector, error)
	PartialTypes() []types.Type
	// Bytes estimates the memory held.
	Bytes() int64
}

// Removable is an Accumulator that can take rows back, so that the window operator slides a frame at the cost of the rows that
// enter and leave instead of computing every frame anew. Only rows that were added may be removed. Merge and Remove do not mix.
type Removable interface {
	Accumulator
	// Remove undoes Update of the same rows. Like Update it skips rows whose argument is null.
	Remove(groups []int32, args []*columnar.Vector, rows columnar.Rows) error
}

// Idempotent is an Accumulator of one argument to which it makes no difference how often a value comes: of a column that is codes it is shown each entry once.
type Idempotent interface {
	Accumulator
	Idempotent()
}

// CodeReader is an Accumulator whose Update takes columns that are codes of entries without nulls, where all rows are of one group.
type CodeReader interface {
	Accumulator
	ReadsCodes()
}

// Freeable is an Accumulator with states in the spec's arena.
type Freeable interface {
	Accumulator
	// Free gives their memory back before the arena is freed. Nothing may follow.
	Free()
}

// TailReader is an Accumulator that gives the partial state of its last group without those of the others.
type TailReader interface {
	Accumulator
	PartialOfLast() []*columnar.Vector
}

// StateReader is an Accumulator whose result can be had from the state of another function of the same arguments, as avg's from sum's: rows are then
// added to one state for both.
type StateReader interface {
	Accumulator
	// ReadState takes over what another accumulator holds, without a copy, and reports whether that is all this one needs. Only Final may follow.
	ReadState(from Accumulator) bool
}

// RowState is an Accumulator whose state is rows of its groups (percentiles, mode, collect_list), so that what memory has no room for can be sorted
// elsewhere and read back group by group: a group's state may then be of any size, if its result is not.
type RowState interface {
	Accumulator
	// RowTypes are the columns of a row beside its group, and how rows of a group are to be ordered; equal ones stay in order of arrival.
	RowTypes() (columns []types.Type, order []RowKey)
	// Take gives the rows that are held, those of a group in order of arrival, and forgets them.
	Take() (groups *columnar.Vector, columns []*columnar.Vector)
	// Put adds rows that Take gave, of this or of another accumulator of the same function.
	Put(groups []int32, columns []*columnar.Vector) error
	// FinalSorted is Final for rows that Take gave, which must be all. Called once, each calls f with them by ascending group, as RowTypes orders
	// them, in batches that belong to f. Bytes counts what f keeps of them.
	FinalSorted(each EachRows) (*columnar.Vector, error)
}

// RowKey is a column by which the rows of a RowState are ordered.
type RowKey struct {
	Column           int
	Desc, NullsFirst bool
}

// EachRows calls f with rows: groups (INT) and columns.
type EachRows func(f func(groups *columnar.Vector, columns []*columnar.Vector) error) error

// WindowKernel computes a ranking or offset function for rows of one partition.
type WindowKernel func(w *WindowInput) error

// WindowInput is one partition, sorted: rows Start to End-1, of which rows From to To-1 are computed. An offset function is given all of them; for
// a ranking function the vectors may have only those computed, so that Start is negative and End beyond the vectors. PeerStart and PeerEnd,
// FrameStart and FrameEnd are indexed by row-From and give row numbers; an empty frame has FrameStart >= FrameEnd.
type WindowInput struct {
	Start, End           int
	From, To             int
	Args                 []*columnar.Vector // Flat or Constant, whole sorted input
	PeerStart, PeerEnd   []int32
	PeersBefore          int // groups of peers that begin before row From
	FrameStart, FrameEnd []int32
	IgnoreNulls          bool
	Out                  *columnar.Vector // whole sorted input; the kernel writes rows From to To-1
}

// WindowPick says from which row of the partition an offset function takes the value of its first argument: the Nth of the frame, or, if Nth is 0,
// the one Offset rows behind the current (before it if negative). Rows whose value is null do not count with IGNORE NULLS. Where there is no such
// row, the third argument is the value, null without one.
type WindowPick struct{ Offset, Nth int }

// GeneratorKernel turns each row into any number of rows, about most of them at a time: row outer[i] of the input gave row i of cols, which live until the
// next call. It goes on from at, and moves it; the rows are done when at.Row is their count.
type GeneratorKernel func(args []*columnar.Vector, rows columnar.Rows, at *GeneratorCursor, most int) (outer []int32, cols []*columnar.Vector, err error)

// GeneratorCursor tells how far a generator is: of the Row-th of its rows Made rows are made.
type GeneratorCursor struct{ Row, Made int }

// Take moves on by up to most rows of those that the row at the cursor gives, n in all, and returns which: from … to-1.
func (c *GeneratorCursor) Take(n, most int) (from, to int) {
	from, to = c.Made, min(n, c.Made+most)
	if c.Made = to; to == n {
		c.Row, c.Made = c.Row+1, 0
	}
	return from, to
}
