package logical

import (
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// Command is a statement that does something besides returning rows. Its result, if any, has a schema of its own (SHOW, DESCRIBE).
// Commands are Plans so that a statement is a Plan; Output gives a resolved command's result columns.

// CreateView is CREATE [OR REPLACE] [GLOBAL] [TEMPORARY] VIEW.
type CreateView struct {
	Base
	Name        []string
	Columns     []string
	Comments    []string
	Query       Plan
	Text        string // the query's text
	OrReplace   bool
	IfNotExists bool
	Temporary   bool
	Global      bool
	Comment     string
	Properties  map[string]string
	// Using, Schema (nil: the format infers it) and Options are of CREATE TEMPORARY VIEW v (a INT) USING format OPTIONS (…), which has no Query.
	Using   string
	Schema  types.Schema
	Options map[string]string
}

// ColumnDef is a column of CREATE TABLE.
type ColumnDef struct {
	Name    string
	Type    types.Type
	NotNull bool
	Default expr.Expr
	Comment string
}

// CreateTable is CREATE or REPLACE TABLE, with AS SELECT if Query is set.
type CreateTable struct {
	Base
	Name          []string
	Columns       []ColumnDef
	Using         string
	Options       map[string]string
	PartitionedBy []string
	Location      string
	Comment       string
	Properties    map[string]string
	Query         Plan
	IfNotExists   bool
	OrReplace     bool
	Replace       bool // REPLACE TABLE: must exist
	Like          []string
}

// DropTable is DROP TABLE or, with View, DROP VIEW.
type DropTable struct {
	Base
	Name     []string
	IfExists bool
	View     bool
	Purge    bool
}

// Insert is INSERT INTO or OVERWRITE.
type Insert struct {
	Base
	Table       []string
	Columns     []string
	ByName      bool
	Overwrite   bool
	Partition   []PartitionValue
	IfNotExists bool
	Query       Plan
	// Directory is set for INSERT OVERWRITE DIRECTORY, with Using and Options.
	Directory string
	Using     string
	Options   map[string]string
}

// PartitionValue is one item of PARTITION (k = v, k2).
type PartitionValue struct {
	Name  string
	Value expr.Expr // nil: dynamic
}

// Truncate is TRUNCATE TABLE.
type Truncate struct {
	Base
	Name []string
}

// CreateDatabase is CREATE DATABASE; Drop makes it DROP DATABASE.
type CreateDatabase struct {
	Base
	Name              []string
	IfNotExists       bool
	Comment, Location string
	Drop, IfExists    bool
	Cascade           bool
	Properties        map[string]string
}

// Describe is DESCRIBE of a table, query, function or database.
type Describe struct {
	Base
	What     string // "TABLE", "QUERY", "FUNCTION", "DATABASE", "COLUMN"
	Name     []string
	Column   []string
	Query    Plan
	Extended bool
	JSON     bool
}

// Show is SHOW TABLES, DATABASES, COLUMNS, FUNCTIONS, VIEWS, PARTITIONS, CREATE TABLE, TBLPROPERTIES, CATALOGS, CURRENT.
type Show struct {
	Base
	What    string // as above
	Name    []string
	In      []string
	Pattern string
	Scope   string // functions: USER, SYSTEM, ALL
}

// Set is SET key = value (Value nil: show), SET, SET -v, SET TIME ZONE; Reset makes it RESET [key].
type Set struct {
	Base
	Key     string
	Value   *string
	Verbose bool
	Reset   bool
	// Expr is set for SET TIME ZONE INTERVAL …, and SET VAR name = expr.
	Expr     expr.Expr
	Variable []string
}

// Use is USE [DATABASE|CATALOG] name.
type Use struct {
	Base
	Name    []string
	Catalog bool
}

// Cache is CACHE [LAZY] TABLE; Uncache and Clear make it UNCACHE TABLE and CLEAR CACHE; Refresh makes it REFRESH TABLE or path.
type Cache struct {
	Base
	Name                           []string
	Path                           string
	Query                          Plan
	Lazy, Uncache, Clear, IfExists bool
	Refresh                        bool
	Options                        map[string]string
}

// Analyze is ANALYZE TABLE … COMPUTE STATISTICS.
type Analyze struct {
	Base
	Name       []string
	NoScan     bool
	Columns    []string
	AllColumns bool
}

// Explain is EXPLAIN [mode] statement. Mode: "", EXTENDED, CODEGEN, COST, FORMATTED, ANALYZE.
type Explain struct {
	Base
	Mode  string
	Query Plan
}

// DeclareVariable is DECLARE [OR REPLACE] VARIABLE; Drop makes it DROP TEMPORARY VARIABLE.
type DeclareVariable struct {
	Base
	Names          []string
	Type           *types.Type
	Default        expr.Expr
	OrReplace      bool
	Drop, IfExists bool
}

// SetVariables is SET VAR a = 1, b = DEFAULT, or with Query SET VAR (a, b) = (query).
type SetVariables struct {
	Base
	Names  [][]string
	Values []expr.Expr // parallel to Names, without Query
	Query  Plan
}

// ExecuteImmediate is EXECUTE IMMEDIATE text [INTO variables] [USING values]; a value with a name is an Alias.
type ExecuteImmediate struct {
	Base
	Text  expr.Expr
	Into  [][]string
	Using []expr.Expr
}

// AlterTable is ALTER TABLE or VIEW name RENAME TO or ADD COLUMNS; other forms are Unsupported.
type AlterTable struct {
	Base
	Name   []string
	View   bool
	Rename []string
	Add    []ColumnDef
}

// CreateFunction is CREATE [TEMPORARY] FUNCTION … RETURN expr or query.
type CreateFunction struct {
	Base
	Name        []string
	Params      []ColumnDef
	Returns     *types.Type
	Table       types.Schema // RETURNS TABLE(…)
	IsTable     bool
	Body        expr.Expr
	Query       Plan
	Temporary   bool
	OrReplace   bool
	IfNotExists bool
	Comment     string
	Drop        bool
	IfExists    bool
}

// Unsupported is a statement that parses but that Sparrow does not execute; running it gives UNSUPPORTED_FEATURE.Feature.
type Unsupported struct {
	Base
	Feature string
	Text    string
}
