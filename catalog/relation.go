package catalog

import (
	"context"
	"sort"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Column describes a column of a table.
type Column struct {
	Name     string
	Type     types.Type
	Nullable bool
	Default  expr.Expr // nil: none
	Comment  string
}

// Table is a table with its metadata. A Table is immutable: changing one means replacing it.
type Table struct {
	Database, Name string
	Source         datasource.Table
	Columns        []Column // parallel to Source's schema
	Provider       string   // "parquet"
	Location       string
	External       bool
	Comment        string
	Partitions     []string // partition columns
	Options        map[string]string
	Properties     map[string]string
	Statistics     *datasource.Statistics // from ANALYZE TABLE; nil: the source's
}

// Schema returns the columns as SQL types.
func (t *Table) Schema() types.Schema {
	s := make(types.Schema, len(t.Columns))
	for i, c := range t.Columns {
		s[i] = types.Field{Name: c.Name, Type: c.Type, Nullable: c.Nullable, Comment: c.Comment}
	}
	return s
}

// FullName returns catalog, database and name.
func (t *Table) FullName() []string { return []string{DefaultCatalog, t.Database, t.Name} }

// View is a named query: Text for views of SQL, parsed again at every use, or Plan (not yet analyzed) for views of a DataFrame.
type View struct {
	Database   string // of a persistent view
	Name       string
	Text       string
	Plan       logical.Plan
	Columns    []string // renames the query's columns; nil: none
	Comments   []string
	Current    string // the current database when the view was made
	Temporary  bool
	Global     bool
	Comment    string
	Properties map[string]string
	Schema     types.Schema
	Created    time.Time
	// Conf holds the settings that were in force, which decide what the text means (spark.sql.ansi.enabled).
	Conf map[string]string
	Zone *time.Location // the session's time zone then
}

// FullName returns the qualified name: a temporary view has one part, a global one two.
func (v *View) FullName() []string {
	switch {
	case v.Global:
		return []string{GlobalTemp, v.Name}
	case v.Temporary:
		return []string{v.Name}
	}
	return []string{DefaultCatalog, v.Database, v.Name}
}

// Relation is what a name means: exactly one of the fields is set.
type Relation struct {
	Table *Table
	View  *View
}

// Find returns what a table name means, or nil.
func (c *Catalog) Find(parts []string) *Relation {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.find(parts, c.current)
}

// FindIn is Find with another current database; temporary views are found too.
func (c *Catalog) FindIn(parts []string, current string) *Relation {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.find(parts, current)
}

func (c *Catalog) find(parts []string, current string) *Relation {
	key := strings.ToLower(parts[len(parts)-1])
	db := current
	switch len(parts) {
	case 1:
		if v := c.temp[key]; v != nil {
			return &Relation{View: v}
		}
	case 2:
		db = strings.ToLower(parts[0])
		if db == GlobalTemp {
			if v := c.global[key]; v != nil {
				return &Relation{View: v}
			}
			return nil
		}
		if db == "session" {
			if v := c.temp[key]; v != nil {
				return &Relation{View: v}
			}
		}
	case 3:
		if !strings.EqualFold(parts[0], DefaultCatalog) {
			if strings.EqualFold(parts[0], "system") && strings.EqualFold(parts[1], "session") {
				if v := c.temp[key]; v != nil {
					return &Relation{View: v}
				}
			}
			return nil
		}
		db = strings.ToLower(parts[1])
	default:
		return nil
	}
	d := c.databases[db]
	if d == nil {
		return nil
	}
	if t := d.tables[key]; t != nil {
		return &Relation{Table: t}
	}
	if v := d.views[key]; v != nil {
		return &Relation{View: v}
	}
	return nil
}

// Resolve is Find that also opens format.`path` and reports what is not found.
func (c *Catalog) Resolve(ctx context.Context, parts []string, options map[string]string, pos sqlerr.Pos) (*Relation, error) {
	if r := c.Find(parts); r != nil {
		return r, nil
	}
	if len(parts) == 2 {
		c.mu.RLock()
		known := c.formats[strings.ToLower(parts[0])] && c.paths != nil
		c.mu.RUnlock()
		if known {
			return c.Open(ctx, strings.ToLower(parts[0]), parts[1], options)
		}
	}
	return nil, c.NotFound(parts, pos)
}

// Open opens a path as a table; an empty format is told from the path.
func (c *Catalog) Open(ctx context.Context, format, path string, options map[string]string) (*Relation, error) {
	c.mu.RLock()
	open := c.paths
	c.mu.RUnlock()
	if open == nil {
		return nil, sqlerr.Unsupported("PATH_RELATION", sqlerr.Pos{}, "This session has no file sources, so %q cannot be read.", path)
	}
	src, err := open(ctx, format, path, options)
	if err != nil {
		return nil, err
	}
	return &Relation{Table: &Table{Name: path, Source: src, Provider: format, Location: path, Columns: ColumnsOf(src), Options: options}}, nil
}

// NotFound is the error for a name that means nothing, with the nearest names.
func (c *Catalog) NotFound(parts []string, pos sqlerr.Pos) *sqlerr.Error {
	e := sqlerr.New("TABLE_OR_VIEW_NOT_FOUND", pos, "The table or view %s cannot be found. Verify the spelling and correctness of the schema and "+
		"catalog.", QuoteName(parts))
	if near := sqlerr.Nearest(parts[len(parts)-1], c.RelationNames(), 3); len(near) > 0 {
		e = e.WithHint("Did you mean one of the following? [%s].", QuoteList(near))
	}
	return e
}

// RelationNames lists the temporary views and what is in the current database.
func (c *Catalog) RelationNames() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	names := sortedKeys(c.temp)
	d := c.databases[c.current]
	for _, t := range d.tables {
		names = append(names, t.Name)
	}
	for _, v := range d.views {
		names = append(names, v.Name)
	}
	sort.Strings(names)
	return names
}

// Relations lists what is in a database (or global_temp), in order of names; temporary views come with any database.
func (c *Catalog) Relations(database []string, pos sqlerr.Pos) ([]Relation, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var out []Relation
	if len(database) == 1 && strings.EqualFold(database[0], GlobalTemp) {
		for _, k := range sortedKeys(c.global) {
			out = append(out, Relation{View: c.global[k]})
		}
	} else {
		d, err := c.database(database, pos)
		if err != nil {
			return nil, err
		}
		for _, k := range sortedKeys(d.tables) {
			out = append(out, Relation{Table: d.tables[k]})
		}
		for _, k := range sortedKeys(d.views) {
			out = append(out, Relation{View: d.views[k]})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return relationName(out[i]) < relationName(out[j]) })
	for _, k := range sortedKeys(c.temp) {
		out = append(out, Relation{View: c.temp[k]})
	}
	return out, nil
}

func relationName(r Relation) string {
	if r.Table != nil {
		return strings.ToLower(r.Table.Name)
	}
	return strings.ToLower(r.View.Name)
}
