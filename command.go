package sparrow

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/analyzer"
	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/config"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// table is the result of a command: rows of Go values as package types describes them.
type table struct {
	schema types.Schema
	rows   [][]any
}

func textTable(names ...string) *table {
	t := &table{}
	for _, n := range names {
		t.schema = append(t.schema, types.Field{Name: n, Type: types.StringType, Nullable: true})
	}
	return t
}

func (t *table) add(cells ...any) { t.rows = append(t.rows, cells) }

// plan returns the table as a resolved plan.
func (t *table) plan(st *statement) logical.Plan {
	v := &logical.Values{}
	for _, f := range t.schema {
		v.Out = append(v.Out, &expr.Column{ID: st.nextID(), Name: f.Name, T: f.Type, Null: f.Nullable})
	}
	for _, r := range t.rows {
		row := make([]expr.Expr, len(r))
		for i, c := range r {
			row[i] = &expr.Literal{Value: c, T: t.schema[i].Type}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// isCommand reports plans that Session.SQL runs at once.
func isCommand(p logical.Plan) bool {
	switch p.(type) {
	case *logical.CreateView, *logical.CreateTable, *logical.DropTable, *logical.Insert, *logical.Truncate, *logical.CreateDatabase,
		*logical.Describe, *logical.Show, *logical.Set, *logical.Use, *logical.Cache, *logical.Analyze, *logical.Explain,
		*logical.DeclareVariable, *logical.SetVariables, *logical.ExecuteImmediate, *logical.AlterTable, *logical.CreateFunction, *logical.Unsupported:
		return true
	}
	return false
}

// command runs a statement that is not a query and returns its result, which may have no columns.
func (st *statement) command(ctx context.Context, p logical.Plan) (*table, error) {
	t, err := st.execute(ctx, p)
	if err != nil {
		return nil, sqlerr.Attach(err, st.text)
	}
	if t == nil {
		t = &table{}
	}
	return t, nil
}

func (st *statement) execute(ctx context.Context, p logical.Plan) (*table, error) {
	c := st.session.catalog
	switch n := p.(type) {
	case *logical.Unsupported:
		switch {
		case n.Feature == "SET_PATH" && !st.conf.Bool("spark.sql.path.enabled"):
			return nil, sqlerr.Unsupported("SET_PATH_WHEN_DISABLED", n.At, "SET PATH is disabled.")
		case n.Feature == "CALL":
			return nil, sqlerr.New("MISSING_CATALOG_ABILITY.PROCEDURES", n.At, "Catalog %s does not support procedures.", types.Quote(catalog.DefaultCatalog))
		}
		return nil, sqlerr.Unsupported(n.Feature, n.At, "%s is not supported.", strings.ToLower(strings.ReplaceAll(n.Feature, "_", " ")))
	case *logical.CreateView:
		return nil, st.createView(ctx, n)
	case *logical.CreateTable:
		return nil, st.createTable(ctx, n)
	case *logical.DropTable:
		return nil, st.dropTable(n)
	case *logical.Insert:
		return nil, st.insert(ctx, n)
	case *logical.Truncate:
		return nil, st.truncate(ctx, n)
	case *logical.CreateDatabase:
		if n.Drop {
			return nil, c.DropDatabase(n.Name, n.IfExists, n.Cascade, n.At)
		}
		return nil, c.CreateDatabase(catalog.Database{Name: n.Name[len(n.Name)-1], Comment: n.Comment, Location: n.Location, Properties: n.Properties}, n.IfNotExists, n.At)
	case *logical.Use:
		if n.Catalog {
			if !strings.EqualFold(n.Name[0], catalog.DefaultCatalog) {
				return nil, sqlerr.New("CATALOG_NOT_FOUND", n.At, "The catalog %s does not exist.", types.Quote(n.Name[0]))
			}
			return nil, nil
		}
		return nil, c.Use(n.Name, n.At)
	case *logical.Set:
		return st.set(ctx, n)
	case *logical.Show:
		return st.show(ctx, n)
	case *logical.Describe:
		return st.describe(ctx, n)
	case *logical.Explain:
		return st.explain(ctx, n)
	case *logical.Cache:
		return nil, st.cacheTable(ctx, n)
	case *logical.Analyze:
		return nil, st.analyzeTable(ctx, n)
	case *logical.DeclareVariable:
		return nil, st.declare(ctx, n)
	case *logical.SetVariables:
		return nil, st.setVariables(ctx, n)
	case *logical.AlterTable:
		return nil, st.alterTable(ctx, n)
	case *logical.CreateFunction:
		return nil, st.createFunction(ctx, n)
	}
	return nil, sqlerr.Internal("%T is not a command", p)
}

func exists(orReplace, ifNotExists bool) catalog.Exists {
	switch {
	case orReplace:
		return catalog.Replace
	case ifNotExists:
		return catalog.Keep
	}
	return catalog.Fail
}

func (st *statement) createView(ctx context.Context, n *logical.CreateView) error {
	v := &catalog.View{Name: n.Name[len(n.Name)-1], Text: n.Text, Columns: n.Columns, Comments: n.Comments, Current: st.session.catalog.CurrentDatabase(), Created: st.env.Now,
		Temporary: n.Temporary, Global: n.Global, Comment: n.Comment, Properties: n.Properties, Conf: st.conf.Values(), Zone: st.env.Zone}
	if n.Using != "" {
		var err error
		if v.Plan, err = st.filesView(ctx, n); err != nil {
			return err
		}
		v.Text = ""
	} else if n.Text == "" {
		v.Plan = n.Query
	}
	query := v.Plan
	if query == nil {
		query = n.Query
	}
	resolved, err := st.analyze(ctx, query)
	if err != nil {
		return err
	}
	v.Schema = logical.Schema(resolved)
	if len(n.Columns) > 0 && len(n.Columns) != len(v.Schema) {
		cond, what := "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "fewer"
		if len(n.Columns) < len(v.Schema) {
			cond, what = "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "more"
		}
		return sqlerr.New(cond, n.At, "The view %s names %d columns, but its query gives %s: %d.", catalog.QuoteName(n.Name), len(n.Columns), what, len(v.Schema))
	}
	if !n.Temporary {
		if err := analyzer.CheckPermanent(query, "VIEW", n.Name, st.session.catalog); err != nil {
			return err
		}
		db, name, err := st.session.catalog.Place(n.Name, n.At)
		if err != nil {
			return err
		}
		v.Database, v.Name = db, name
	}
	return st.session.catalog.CreateView(v, exists(n.OrReplace, n.IfNotExists), n.At)
}

func (st *statement) dropTable(n *logical.DropTable) error {
	r, err := st.session.catalog.Drop(n.Name, n.View, n.IfExists, n.At)
	if err != nil || r == nil {
		return err
	}
	st.session.cache.drop(strings.Join(n.Name, "."))
	if t := r.Table; t != nil && !t.External && t.Location != "" {
		return os.RemoveAll(t.Location)
	}
	return nil
}

func (st *statement) createFunction(ctx context.Context, n *logical.CreateFunction) error {
	c := st.session.catalog
	if n.Drop {
		return c.DropFunction(n.Name, n.Temporary, n.IfExists, n.At)
	}
	f := &catalog.Function{Name: n.Name[len(n.Name)-1], Params: n.Params, Returns: n.Returns, Table: n.Table, IsTable: n.IsTable, Body: n.Body, Query: n.Query, Comment: n.Comment}
	if !n.Temporary {
		var err error
		if f.Database, f.Name, err = c.Place(n.Name, n.At); err != nil {
			return err
		}
	}
	return c.CreateFunction(f, n.Temporary, exists(n.OrReplace, n.IfNotExists), n.At)
}

func (st *statement) set(ctx context.Context, n *logical.Set) (*table, error) {
	conf, t := st.session.conf, textTable("key", "value")
	switch {
	case n.Reset && n.Key == "":
		conf.Reset()
		return nil, nil
	case n.Reset:
		conf.Unset(n.Key)
		return nil, nil
	case len(n.Variable) > 0:
		old := st.session.catalog.Variable(n.Variable)
		if old == nil {
			return nil, sqlerr.New("UNRESOLVED_VARIABLE", n.At, "The variable %s is not declared.", catalog.QuoteName(n.Variable)).WithHint("Use DECLARE VARIABLE first.")
		}
		e := n.Expr
		if _, isDefault := e.(*expr.Default); isDefault {
			e = old.Default
		}
		lit, err := st.constant(ctx, e, &old.Value.T)
		if err != nil {
			return nil, err
		}
		return nil, st.session.catalog.SetVariable(n.Variable, lit, n.At)
	case n.Expr != nil: // SET TIME ZONE INTERVAL …
		lit, err := st.constant(ctx, n.Expr, nil)
		if err != nil {
			return nil, err
		}
		us, ok := lit.Value.(int64)
		if !ok {
			return nil, sqlerr.New("INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", n.At, "The time zone offset must be an interval of hours and minutes.")
		}
		if us > 18*3600e6 || us < -18*3600e6 {
			return nil, sqlerr.New("INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", n.At, "The interval of a time zone must lie between -18 and +18 hours.")
		}
		sign := '+'
		if us < 0 {
			sign, us = '-', -us
		}
		offset := fmt.Sprintf("%c%02d:%02d", sign, us/3600e6, us/60e6%60)
		if s := us / 1e6 % 60; s != 0 {
			offset += fmt.Sprintf(":%02d", s)
		}
		if err := conf.Set(n.Key, offset); err != nil {
			return nil, err
		}
		t.add(n.Key, offset)
		return t, nil
	case n.Key == "":
		for _, k := range conf.Keys() {
			_, isSet := conf.Values()[k]
			if n.Verbose || isSet {
				t.add(k, conf.Get(k))
			}
		}
		if n.Verbose {
			t.schema = append(t.schema, types.Field{Name: "meaning", Type: types.StringType, Nullable: true})
			for i, r := range t.rows {
				doc := ""
				if s := config.Find(r[0].(string)); s != nil {
					doc = s.Doc
				}
				t.rows[i] = append(r, doc)
			}
		}
		return t, nil
	case n.Value == nil:
		v, known := conf.Lookup(n.Key)
		if !known {
			v = "<undefined>"
		}
		t.add(n.Key, v)
		return t, nil
	}
	if n.Key == "spark.sql.session.timeZone" && *n.Value == "LOCAL" {
		zone := st.session.localZone
		if zone == "" {
			zone = time.Local.String()
			conf.Unset(n.Key)
			t.add(n.Key, zone)
			return t, nil
		}
		n.Value = &zone
	}
	if err := conf.Set(n.Key, *n.Value); err != nil {
		return nil, err
	}
	t.add(n.Key, *n.Value)
	return t, nil
}

func (st *statement) show(ctx context.Context, n *logical.Show) (*table, error) {
	c := st.session.catalog
	match := func(name string) bool { return n.Pattern == "" || likePattern(n.Pattern, name) }
	switch n.What {
	case "TABLES", "VIEWS":
		rels, err := c.Relations(n.In, n.At)
		if err != nil {
			return nil, err
		}
		t := textTable("namespace", "tableName")
		if n.What == "VIEWS" {
			t = textTable("namespace", "viewName")
		}
		t.schema = append(t.schema, types.Field{Name: "isTemporary", Type: types.BooleanType})
		for _, r := range rels {
			switch {
			case r.Table != nil && n.What == "TABLES" && match(r.Table.Name):
				t.add(r.Table.Database, r.Table.Name, false)
			case r.View != nil && match(r.View.Name):
				t.add(r.View.Database, r.View.Name, r.View.Temporary)
			}
		}
		return t, nil
	case "DATABASES":
		t := textTable("namespace")
		for _, d := range c.Databases() {
			if match(d) {
				t.add(d)
			}
		}
		return t, nil
	case "CATALOGS":
		t := textTable("catalog")
		t.add(catalog.DefaultCatalog)
		return t, nil
	case "CURRENT":
		t := textTable("catalog", "namespace")
		t.add(catalog.DefaultCatalog, c.CurrentDatabase())
		return t, nil
	case "COLUMNS":
		p, err := st.analyze(ctx, &logical.UnresolvedRelation{Base: n.Base, Parts: append(append([]string{}, n.In...), n.Name...)})
		if err != nil {
			return nil, err
		}
		t := textTable("col_name")
		for _, col := range p.Output() {
			t.add(col.Name)
		}
		return t, nil
	case "FUNCTIONS":
		t := textTable("function")
		names := c.FunctionNames()
		if n.Scope != "USER" {
			names = append(names, functions.Names()...)
		}
		sort.Strings(names)
		for _, name := range names {
			if match(name) {
				t.add(name)
			}
		}
		return t, nil
	case "PARTITIONS":
		return st.showPartitions(ctx, n)
	case "TBLPROPERTIES":
		r, err := c.Resolve(ctx, n.Name, nil, n.At)
		if err != nil {
			return nil, err
		}
		props := map[string]string{}
		if r.Table != nil {
			props = r.Table.Properties
		} else if r.View != nil {
			props = r.View.Properties
		}
		t := textTable("key", "value")
		keys := make([]string, 0, len(props))
		for k := range props {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			t.add(k, props[k])
		}
		return t, nil
	case "CREATE TABLE":
		r, err := c.Resolve(ctx, n.Name, nil, n.At)
		if err != nil {
			return nil, err
		}
		t := textTable("createtab_stmt")
		t.add(createStatement(r))
		return t, nil
	}
	return nil, sqlerr.Unsupported("SHOW_"+strings.ReplaceAll(n.What, " ", "_"), n.At, "SHOW %s is not supported.", n.What)
}

// likePattern matches SHOW patterns: * is any text, | separates alternatives, case does not count.
func likePattern(pattern, name string) bool {
	name = strings.ToLower(name)
	for _, alt := range strings.Split(strings.ToLower(pattern), "|") {
		parts := strings.Split(strings.ReplaceAll(strings.TrimSpace(alt), "%", "*"), "*")
		rest, ok := name, true
		for i, p := range parts {
			j := strings.Index(rest, p)
			if j < 0 || i == 0 && j != 0 {
				ok = false
				break
			}
			rest = rest[j+len(p):]
		}
		if ok && (rest == "" || parts[len(parts)-1] == "") {
			return true
		}
	}
	return false
}

func createStatement(r *catalog.Relation) string {
	var b strings.Builder
	if v := r.View; v != nil {
		fmt.Fprintf(&b, "CREATE VIEW %s AS\n%s", catalog.QuoteName(v.FullName()), v.Text)
		return b.String()
	}
	t := r.Table
	fmt.Fprintf(&b, "CREATE TABLE %s.%s.%s (\n", catalog.DefaultCatalog, t.Database, t.Name)
	for i, c := range t.Columns {
		fmt.Fprintf(&b, "  %s %s", types.QuoteIfNeeded(c.Name), c.Type.SQL())
		if !c.Nullable {
			b.WriteString(" NOT NULL")
		}
		if c.Default != nil {
			b.WriteString(" DEFAULT " + sql.FormatExpr(c.Default))
		}
		if c.Comment != "" {
			b.WriteString(" COMMENT " + quoted(c.Comment))
		}
		if i < len(t.Columns)-1 {
			b.WriteString(",\n")
		}
	}
	fmt.Fprintf(&b, ")\nUSING %s\n", t.Provider)
	if len(t.Partitions) > 0 {
		fmt.Fprintf(&b, "PARTITIONED BY (%s)\n", strings.Join(t.Partitions, ", "))
	}
	if t.External {
		fmt.Fprintf(&b, "LOCATION %s\n", quoted(t.Location))
	}
	if t.Comment != "" {
		fmt.Fprintf(&b, "COMMENT %s\n", quoted(t.Comment))
	}
	return b.String()
}

func quoted(s string) string { return sql.FormatExpr(&expr.Literal{Value: s, T: types.StringType}) }
