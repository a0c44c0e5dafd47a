package mysql

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
)

// statement translates a statement.
func (t *translator) statement(n ast.StmtNode) logical.Plan {
	switch x := n.(type) {
	case *ast.SelectStmt, *ast.SetOprStmt:
		return t.query(x)
	case *ast.CreateViewStmt:
		return t.createView(x)
	case *ast.CreateTableStmt:
		return t.createTable(x)
	case *ast.DropTableStmt:
		if len(x.Tables) == 1 {
			return &logical.DropTable{Name: tableName(x.Tables[0]), IfExists: x.IfExists, View: x.IsView}
		}
	case *ast.InsertStmt:
		return t.insert(x)
	case *ast.UseStmt:
		return &logical.Use{Name: []string{x.DBName}}
	case *ast.ShowStmt:
		return t.show(x)
	case *ast.ExplainStmt:
		if s, ok := x.Stmt.(*ast.ShowStmt); ok && s.Tp == ast.ShowColumns && s.Column == nil {
			return &logical.Describe{What: "TABLE", Name: tableName(s.Table)}
		}
		if !x.Analyze && !x.Explore {
			return &logical.Explain{Query: t.statement(x.Stmt)}
		}
	case *ast.SetStmt:
		t.unsupported("SET", n, "SET of variables; settings of Sparrow begin with sparrow. or spark.")
		return nil
	}
	t.unsupported("STATEMENT", n, "statement %s", firstWords(n.Text()))
	return nil
}

// firstWords are the first two words of a text, for messages.
func firstWords(s string) string {
	f := strings.Fields(s)
	return strings.ToUpper(strings.Join(f[:min(2, len(f))], " "))
}

// createView keeps the view's text in Spark's spelling, in which it is read again.
func (t *translator) createView(x *ast.CreateViewStmt) logical.Plan {
	q := t.query(x.Select)
	if t.err != nil {
		return nil
	}
	v := &logical.CreateView{Name: tableName(x.ViewName), Query: q, Text: sql.Format(q), OrReplace: x.OrReplace}
	for _, c := range x.Cols {
		v.Columns = append(v.Columns, c.O)
	}
	return v
}

// createTable translates the columns with their types, NOT NULL, DEFAULT and COMMENT. Keys other than those of CHECK and FOREIGN KEY
// would be promises that Sparrow does not keep, so that they are refused.
func (t *translator) createTable(x *ast.CreateTableStmt) logical.Plan {
	if len(x.Constraints) > 0 || x.Partition != nil || x.TemporaryKeyword != ast.TemporaryNone {
		t.unsupported("CREATE_TABLE", x, "CREATE TABLE with keys, partitions or TEMPORARY")
	}
	c := &logical.CreateTable{Name: tableName(x.Table), IfNotExists: x.IfNotExists}
	if x.ReferTable != nil {
		c.Like = tableName(x.ReferTable)
	}
	for _, d := range x.Cols {
		c.Columns = append(c.Columns, t.column(d))
	}
	if x.Select != nil {
		c.Query = t.query(x.Select)
	}
	return c
}

func (t *translator) column(d *ast.ColumnDef) logical.ColumnDef {
	typ, ok := typeOf(d.Tp)
	if !ok {
		t.unsupported("TYPE", d, "type of column %s", d.Name.Name.O)
	}
	c := logical.ColumnDef{Name: d.Name.Name.O, Type: typ}
	for _, o := range d.Options {
		switch o.Tp {
		case ast.ColumnOptionNotNull:
			c.NotNull = true
		case ast.ColumnOptionNull, ast.ColumnOptionCollate:
		case ast.ColumnOptionDefaultValue:
			c.Default = t.expr(o.Expr)
		case ast.ColumnOptionComment:
			c.Comment, _ = text(o.Expr)
		default:
			t.unsupported("CREATE_TABLE", d, "option of column %s", c.Name)
		}
	}
	return c
}

func (t *translator) insert(x *ast.InsertStmt) logical.Plan {
	if x.IsReplace || x.IgnoreErr || len(x.OnDuplicate) > 0 || len(x.PartitionNames) > 0 || x.Setlist {
		t.unsupported("INSERT", x, "REPLACE, INSERT IGNORE, INSERT … SET and ON DUPLICATE KEY UPDATE")
		return nil
	}
	src, ok := x.Table.TableRefs.Left.(*ast.TableSource)
	if !ok {
		t.unsupported("INSERT", x, "INSERT into this")
		return nil
	}
	name, ok := src.Source.(*ast.TableName)
	if !ok {
		t.unsupported("INSERT", x, "INSERT into this")
		return nil
	}
	ins := &logical.Insert{Table: tableName(name)}
	for _, c := range x.Columns {
		ins.Columns = append(ins.Columns, c.Name.O)
	}
	if x.Select != nil {
		ins.Query = t.query(x.Select)
		return ins
	}
	v := &logical.UnresolvedValues{}
	for _, row := range x.Lists {
		v.Rows = append(v.Rows, t.exprs(row))
	}
	ins.Query = v
	return ins
}

func (t *translator) show(x *ast.ShowStmt) logical.Plan {
	s := &logical.Show{}
	switch x.Tp {
	case ast.ShowDatabases:
		s.What = "DATABASES"
	case ast.ShowTables:
		s.What = "TABLES"
	case ast.ShowColumns:
		s.What = "COLUMNS"
		s.Name = tableName(x.Table)
	default:
		t.unsupported("SHOW", x, "%s", firstWords(x.Text()))
		return nil
	}
	if x.Where != nil || x.Full || x.Extended || x.Tp == ast.ShowColumns && x.Pattern != nil {
		t.unsupported("SHOW", x, "SHOW with FULL, EXTENDED, WHERE, or LIKE for columns")
	}
	if x.DBName != "" {
		s.In = []string{x.DBName}
	}
	if x.Pattern != nil {
		p, ok := text(x.Pattern.Pattern)
		if !ok || strings.ContainsAny(p, `_*|\`) { // Spark's patterns know only * and |
			t.unsupported("SHOW", x, "SHOW LIKE with this pattern")
		}
		s.Pattern = strings.ReplaceAll(p, "%", "*")
	}
	return s
}
