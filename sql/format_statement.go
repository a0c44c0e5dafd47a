package sql

import (
	"strings"

	"github.com/sparrow-engine/sparrow/logical"
)

// statement writes any plan.
func (w *writer) statement(p logical.Plan) {
	switch n := p.(type) {
	case *logical.CreateView:
		w.createView(n)
	case *logical.CreateTable:
		w.createTable(n)
	case *logical.CreateDatabase:
		w.createDatabase(n)
	case *logical.CreateFunction:
		w.createFunction(n)
	case *logical.DropTable:
		w.put("DROP ")
		w.option(n.View, "VIEW ")
		w.option(!n.View, "TABLE ")
		w.option(n.IfExists, "IF EXISTS ")
		w.name(n.Name)
		w.option(n.Purge, " PURGE")
	case *logical.Insert:
		w.insert(n)
	case *logical.Truncate:
		w.put("TRUNCATE TABLE ")
		w.name(n.Name)
	case *logical.Describe:
		w.describe(n)
	case *logical.Show:
		w.show(n)
	case *logical.Set:
		w.set(n)
	case *logical.Use:
		w.put("USE ")
		w.option(n.Catalog, "CATALOG ")
		w.option(!n.Catalog, "DATABASE ")
		w.name(n.Name)
	case *logical.Cache:
		w.cache(n)
	case *logical.Analyze:
		w.analyze(n)
	case *logical.Explain:
		w.put("EXPLAIN ")
		w.option(n.Mode != "", n.Mode+" ")
		w.statement(n.Query)
	case *logical.DeclareVariable:
		w.declare(n)
	case *logical.SetVariables:
		w.setVariables(n)
	case *logical.ExecuteImmediate:
		w.executeImmediate(n)
	case *logical.AlterTable:
		w.alter(n)
	case *logical.Unsupported:
		w.unsupported(n)
	default:
		w.query(p)
	}
}

// unsupported writes a whole statement, query or relation that is not executed.
func (w *writer) unsupported(n *logical.Unsupported) {
	switch n.Feature {
	case "ASOF_JOIN", "NEAREST_BY_JOIN", "BIN_BY", "STREAM", "JSON_TABLE", "CHANGE_DATA_CAPTURE", "WATERMARK":
		w.term(n)
	default:
		w.put(n.Text)
	}
}

// words writes a clause with a string, if the string is not empty.
func (w *writer) words(clause, s string) {
	if s != "" {
		w.put(clause)
		w.text(s)
	}
}

func (w *writer) props(clause string, m map[string]string) {
	if len(m) > 0 {
		w.put(clause)
		w.properties(m)
	}
}

func (w *writer) createView(n *logical.CreateView) {
	w.put("CREATE ")
	w.option(n.OrReplace, "OR REPLACE ")
	w.option(n.Global, "GLOBAL ")
	w.option(n.Temporary, "TEMPORARY ")
	w.put("VIEW ")
	w.option(n.IfNotExists, "IF NOT EXISTS ")
	w.name(n.Name)
	if n.Using != "" {
		if n.Schema != nil {
			w.put(" (")
			w.fields(n.Schema, " ")
			w.put(")")
		}
		w.put(" USING ", quoteName(n.Using))
		w.props(" OPTIONS ", n.Options)
		return
	}
	for i, c := range n.Columns {
		w.option(i == 0, " (")
		w.option(i > 0, ", ")
		w.put(quoteName(c))
		if i < len(n.Comments) {
			w.words(" COMMENT ", n.Comments[i])
		}
		w.option(i == len(n.Columns)-1, ")")
	}
	w.words(" COMMENT ", n.Comment)
	w.props(" TBLPROPERTIES ", n.Properties)
	w.put(" AS ", n.Text)
}

func (w *writer) columns(defs []logical.ColumnDef) {
	for i, c := range defs {
		w.option(i > 0, ", ")
		w.put(quoteName(c.Name), " ")
		w.dataType(c.Type)
		w.option(c.NotNull, " NOT NULL")
		w.clause(" DEFAULT ", c.Default)
		w.words(" COMMENT ", c.Comment)
	}
}

func (w *writer) createTable(n *logical.CreateTable) {
	switch {
	case n.Replace:
		w.put("REPLACE TABLE ")
	case n.OrReplace:
		w.put("CREATE OR REPLACE TABLE ")
	default:
		w.put("CREATE TABLE ")
	}
	w.option(n.IfNotExists, "IF NOT EXISTS ")
	w.name(n.Name)
	if n.Like != nil {
		w.put(" LIKE ")
		w.name(n.Like)
	}
	if len(n.Columns) > 0 {
		w.put(" (")
		w.columns(n.Columns)
		w.put(")")
	}
	if n.Using != "" {
		w.put(" USING ", quoteName(n.Using))
	}
	w.props(" OPTIONS ", n.Options)
	if len(n.PartitionedBy) > 0 {
		w.put(" PARTITIONED BY ")
		w.names(n.PartitionedBy)
	}
	w.words(" LOCATION ", n.Location)
	w.words(" COMMENT ", n.Comment)
	w.props(" TBLPROPERTIES ", n.Properties)
	if n.Query != nil {
		w.put(" AS ")
		w.query(n.Query)
	}
}

func (w *writer) createDatabase(n *logical.CreateDatabase) {
	if n.Drop {
		w.put("DROP DATABASE ")
		w.option(n.IfExists, "IF EXISTS ")
		w.name(n.Name)
		w.option(n.Cascade, " CASCADE")
		return
	}
	w.put("CREATE DATABASE ")
	w.option(n.IfNotExists, "IF NOT EXISTS ")
	w.name(n.Name)
	w.words(" COMMENT ", n.Comment)
	w.words(" LOCATION ", n.Location)
	w.props(" WITH DBPROPERTIES ", n.Properties)
}

func (w *writer) createFunction(n *logical.CreateFunction) {
	if n.Drop {
		w.put("DROP ")
		w.option(n.Temporary, "TEMPORARY ")
		w.put("FUNCTION ")
		w.option(n.IfExists, "IF EXISTS ")
		w.name(n.Name)
		return
	}
	w.put("CREATE ")
	w.option(n.OrReplace, "OR REPLACE ")
	w.option(n.Temporary, "TEMPORARY ")
	w.put("FUNCTION ")
	w.option(n.IfNotExists, "IF NOT EXISTS ")
	w.name(n.Name)
	w.put("(")
	w.columns(n.Params)
	w.put(")")
	switch {
	case n.IsTable:
		w.put(" RETURNS TABLE ")
		if n.Table != nil {
			w.put("(")
			w.fields(n.Table, " ")
			w.put(")")
		}
	case n.Returns != nil:
		w.put(" RETURNS ")
		w.dataType(*n.Returns)
	}
	w.words(" COMMENT ", n.Comment)
	w.put(" RETURN ")
	if n.Query != nil {
		w.query(n.Query)
	} else {
		w.expr(n.Body)
	}
}

func (w *writer) insert(n *logical.Insert) {
	w.put("INSERT ")
	w.option(n.Overwrite, "OVERWRITE ")
	w.option(!n.Overwrite, "INTO ")
	if n.Table == nil {
		w.words("DIRECTORY ", n.Directory)
		w.option(n.Directory == "", "DIRECTORY")
		if n.Using != "" {
			w.put(" USING ", quoteName(n.Using))
		}
		w.props(" OPTIONS ", n.Options)
	} else {
		w.put("TABLE ")
		w.name(n.Table)
		w.props(" WITH ", n.Options)
	}
	for i, v := range n.Partition {
		w.option(i == 0, " PARTITION (")
		w.option(i > 0, ", ")
		w.put(quoteName(v.Name))
		w.clause(" = ", v.Value)
		w.option(i == len(n.Partition)-1, ")")
	}
	w.option(n.IfNotExists, " IF NOT EXISTS")
	w.option(n.ByName, " BY NAME")
	if n.Columns != nil {
		w.put(" ")
		w.names(n.Columns)
	}
	w.put(" ")
	w.query(n.Query)
}

func (w *writer) describe(n *logical.Describe) {
	w.put("DESCRIBE ")
	switch n.What {
	case "QUERY":
		w.put("QUERY ")
		w.query(n.Query)
		return
	case "TABLE", "COLUMN":
		w.put("TABLE ")
	default:
		w.put(n.What, " ")
	}
	w.option(n.Extended, "EXTENDED ")
	w.name(n.Name)
	if n.Column != nil {
		w.put(" ")
		w.name(n.Column)
	}
	w.option(n.JSON, " AS JSON")
}

func (w *writer) show(n *logical.Show) {
	w.put("SHOW ")
	w.option(n.Scope != "", n.Scope+" ")
	if n.What == "CURRENT" {
		w.put("CURRENT DATABASE")
		return
	}
	w.put(n.What)
	if n.Name != nil {
		w.option(n.What == "COLUMNS", " IN")
		w.put(" ")
		w.name(n.Name)
	}
	if n.In != nil {
		w.put(" IN ")
		w.name(n.In)
	}
	switch {
	case n.Pattern == "" && n.What != "TABLE EXTENDED":
	case n.What == "TBLPROPERTIES":
		w.put(" (")
		w.text(n.Pattern)
		w.put(")")
	default:
		w.put(" LIKE ")
		w.text(n.Pattern)
	}
}

func (w *writer) set(n *logical.Set) {
	switch {
	case n.Reset:
		w.put("RESET")
		if n.Key != "" {
			w.put(" `", strings.ReplaceAll(n.Key, "`", "``"), "`")
		}
	case n.Variable != nil:
		w.put("SET VARIABLE ")
		w.name(n.Variable)
		w.put(" = ")
		w.expr(n.Expr)
	case n.Expr != nil:
		w.put("SET TIME ZONE ")
		w.expr(n.Expr)
	case n.Verbose:
		w.put("SET -v")
	default:
		w.put("SET")
		if n.Key != "" || n.Value != nil {
			w.put(" `", strings.ReplaceAll(n.Key, "`", "``"), "`")
		}
		if n.Value != nil {
			w.put(" = `", strings.ReplaceAll(*n.Value, "`", "``"), "`")
		}
	}
}

func (w *writer) cache(n *logical.Cache) {
	switch {
	case n.Clear:
		w.put("CLEAR CACHE")
	case n.Uncache:
		w.put("UNCACHE TABLE ")
		w.option(n.IfExists, "IF EXISTS ")
		w.name(n.Name)
	case n.Refresh && n.Name == nil:
		w.put("REFRESH ")
		w.text(n.Path)
	case n.Refresh:
		w.put("REFRESH TABLE ")
		w.name(n.Name)
	default:
		w.put("CACHE ")
		w.option(n.Lazy, "LAZY ")
		w.put("TABLE ")
		w.name(n.Name)
		w.props(" OPTIONS ", n.Options)
		if n.Query != nil {
			w.put(" AS ")
			w.query(n.Query)
		}
	}
}

func (w *writer) analyze(n *logical.Analyze) {
	w.put("ANALYZE TABLE ")
	w.name(n.Name)
	w.put(" COMPUTE STATISTICS")
	w.option(n.NoScan, " NOSCAN")
	w.option(n.AllColumns, " FOR ALL COLUMNS")
	for i, c := range n.Columns {
		w.option(i == 0, " FOR COLUMNS ")
		w.option(i > 0, ", ")
		w.put(quoteName(c))
	}
}

func (w *writer) declare(n *logical.DeclareVariable) {
	if n.Drop {
		w.put("DROP TEMPORARY VARIABLE ")
		w.option(n.IfExists, "IF EXISTS ")
		w.name(n.Names)
		return
	}
	w.put("DECLARE ")
	w.option(n.OrReplace, "OR REPLACE ")
	w.put("VARIABLE ")
	for i, s := range n.Names {
		w.option(i > 0, ", ")
		w.put(quoteName(s))
	}
	if n.Type != nil {
		w.put(" ")
		w.dataType(*n.Type)
	}
	w.clause(" DEFAULT ", n.Default)
}

func (w *writer) paths(list [][]string) {
	for i, n := range list {
		w.option(i > 0, ", ")
		w.name(n)
	}
}

func (w *writer) setVariables(n *logical.SetVariables) {
	w.put("SET VARIABLE ")
	if n.Query != nil {
		w.put("(")
		w.paths(n.Names)
		w.put(") = (")
		w.query(n.Query)
		w.put(")")
		return
	}
	for i, name := range n.Names {
		w.option(i > 0, ", ")
		w.name(name)
		w.put(" = ")
		w.expr(n.Values[i])
	}
}

func (w *writer) executeImmediate(n *logical.ExecuteImmediate) {
	w.put("EXECUTE IMMEDIATE ")
	w.expr(n.Text)
	w.option(len(n.Into) > 0, " INTO ")
	w.paths(n.Into)
	for i, e := range n.Using {
		w.option(i == 0, " USING ")
		w.option(i > 0, ", ")
		w.expr(e)
	}
}

func (w *writer) alter(n *logical.AlterTable) {
	w.put("ALTER ")
	w.option(n.View, "VIEW ")
	w.option(!n.View, "TABLE ")
	w.name(n.Name)
	if n.Rename != nil {
		w.put(" RENAME TO ")
		w.name(n.Rename)
		return
	}
	w.put(" ADD COLUMNS")
	w.columns(n.Add)
}
