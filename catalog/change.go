package catalog

import (
	"strings"

	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Exists says what CREATE does when the name is taken.
type Exists uint8

// What CREATE does when the name is taken.
const (
	Fail    Exists = iota
	Keep           // IF NOT EXISTS
	Replace        // OR REPLACE
)

// Place splits a table name into database and name, the current database filled in.
func (c *Catalog) Place(parts []string, pos sqlerr.Pos) (database, name string, err error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	d, err := c.database(parts[:len(parts)-1], pos)
	if err != nil {
		return "", "", err
	}
	return d.Name, parts[len(parts)-1], nil
}

// CreateTable adds a table to t.Database and reports whether it did (false: it existed and how is Keep).
func (c *Catalog) CreateTable(t *Table, how Exists, pos sqlerr.Pos) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, err := c.database([]string{t.Database}, pos)
	if err != nil {
		return false, err
	}
	key := strings.ToLower(t.Name)
	if d.tables[key] != nil || d.views[key] != nil {
		if how == Keep {
			return false, nil
		}
		if how == Fail || d.views[key] != nil {
			return false, alreadyExists(t.FullName(), pos)
		}
	}
	d.tables[key] = t
	return true, nil
}

// UpdateTable replaces a table of the same name: after INSERT, ANALYZE or ALTER.
func (c *Catalog) UpdateTable(t *Table) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.databases[strings.ToLower(t.Database)]; d != nil && d.tables[strings.ToLower(t.Name)] != nil {
		d.tables[strings.ToLower(t.Name)] = t
	}
}

func alreadyExists(name []string, pos sqlerr.Pos) *sqlerr.Error {
	return sqlerr.New("TABLE_OR_VIEW_ALREADY_EXISTS", pos, "Cannot create table or view %s because it already exists. Choose a different name, drop "+
		"or replace the existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects.", QuoteName(name))
}

// CreateView adds a temporary, global temporary or persistent view.
func (c *Catalog) CreateView(v *View, how Exists, pos sqlerr.Pos) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := strings.ToLower(v.Name)
	if v.Temporary || v.Global {
		views := c.temp
		if v.Global {
			views = c.global
		}
		if views[key] != nil && how != Replace {
			if how == Keep {
				return nil
			}
			return sqlerr.New("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", pos, "Cannot create the temporary view %s because it already exists. Choose a "+
				"different name, drop or replace the existing view, or add the IF NOT EXISTS clause to tolerate pre-existing views.", QuoteName(v.FullName()))
		}
		views[key] = v
		return nil
	}
	d, err := c.database([]string{v.Database}, pos)
	if err != nil {
		return err
	}
	if d.tables[key] != nil || d.views[key] != nil && how != Replace {
		if how == Keep {
			return nil
		}
		return alreadyExists(v.FullName(), pos)
	}
	d.views[key] = v
	return nil
}

// Drop removes a table or view. view tells which the statement names; DROP TABLE may also drop a temporary view, as in Spark.
func (c *Catalog) Drop(parts []string, view, ifExists bool, pos sqlerr.Pos) (*Relation, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.find(parts, c.current)
	if r == nil {
		if ifExists {
			return nil, nil
		}
		return nil, sqlerr.New("TABLE_OR_VIEW_NOT_FOUND", pos, "The table or view %s cannot be found. Verify the spelling and correctness of the "+
			"schema and catalog.", QuoteName(parts))
	}
	if t := r.Table; t != nil {
		if view {
			return nil, sqlerr.New("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", pos, "'DROP VIEW' expects a view but %s is a table.", QuoteName(t.FullName()))
		}
		delete(c.databases[strings.ToLower(t.Database)].tables, strings.ToLower(t.Name))
		return r, nil
	}
	v, key := r.View, strings.ToLower(r.View.Name)
	switch {
	case v.Global:
		delete(c.global, key)
	case v.Temporary:
		delete(c.temp, key)
	default:
		delete(c.databases[strings.ToLower(v.Database)].views, key)
	}
	return r, nil
}

// DropTempView removes a temporary view and reports whether there was one.
func (c *Catalog) DropTempView(name string, global bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	views := c.temp
	if global {
		views = c.global
	}
	key := strings.ToLower(name)
	_, ok := views[key]
	delete(views, key)
	return ok
}

// CreateTempView makes or replaces a temporary view of an unresolved plan, as a DataFrame's createOrReplaceTempView does.
func (c *Catalog) CreateTempView(name string, plan logical.Plan, global bool, how Exists) error {
	return c.CreateView(&View{Name: name, Plan: plan, Temporary: !global, Global: global}, how, sqlerr.Pos{})
}

// Rename gives a table or view another name in the same database (a temporary view stays one).
func (c *Catalog) Rename(parts, to []string, view bool, pos sqlerr.Pos) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.find(parts, c.current)
	if r == nil {
		return sqlerr.New("TABLE_OR_VIEW_NOT_FOUND", pos, "The table or view %s cannot be found. Verify the spelling and correctness of the schema and catalog.", QuoteName(parts))
	}
	name := to[len(to)-1]
	key := strings.ToLower(name)
	if t := r.Table; t != nil {
		if view {
			return sqlerr.New("EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE", pos, "'ALTER VIEW ... RENAME TO' expects a view but %s is a table.", QuoteName(t.FullName()))
		}
		d := c.databases[strings.ToLower(t.Database)]
		if d.tables[key] != nil || d.views[key] != nil {
			return alreadyExists([]string{DefaultCatalog, t.Database, name}, pos)
		}
		n := *t
		n.Name = name
		delete(d.tables, strings.ToLower(t.Name))
		d.tables[key] = &n
		return nil
	}
	v := *r.View
	views := c.temp
	switch {
	case v.Global:
		views = c.global
	case !v.Temporary:
		d := c.databases[strings.ToLower(v.Database)]
		if views = d.views; d.tables[key] != nil {
			return alreadyExists([]string{DefaultCatalog, v.Database, name}, pos)
		}
	}
	if views[key] != nil {
		v.Name = name
		return alreadyExists(v.FullName(), pos)
	}
	delete(views, strings.ToLower(v.Name))
	v.Name = name
	views[key] = &v
	return nil
}
