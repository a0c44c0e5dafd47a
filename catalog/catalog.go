// Package catalog holds the names of a session: databases, tables, views, functions and variables, and finds what a name means.
//
// Sparrow makes no compatibility promise for this package.
package catalog

import (
	"context"
	"sort"
	"strings"
	"sync"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// The names every session starts with.
const (
	DefaultCatalog  = "spark_catalog"
	DefaultDatabase = "default"
	GlobalTemp      = "global_temp"
)

// PathResolver opens the files at a path as a table. format is empty when it is to be told from the path.
type PathResolver func(ctx context.Context, format, path string, options map[string]string) (datasource.Table, error)

// Catalog is the names of one session. It is safe for concurrent use.
type Catalog struct {
	mu        sync.RWMutex
	current   string
	databases map[string]*Database
	temp      map[string]*View
	global    map[string]*View
	functions map[string]*Function // temporary
	variables map[string]*Variable
	// varOrder keeps declarations in order for SHOW.
	paths   PathResolver
	formats map[string]bool
}

// Database is a namespace of tables, persistent views and functions.
type Database struct {
	Name       string
	Comment    string
	Location   string
	Properties map[string]string

	tables    map[string]*Table
	views     map[string]*View
	functions map[string]*Function
}

// New returns a catalog with the database "default".
func New() *Catalog {
	c := &Catalog{
		current:   DefaultDatabase,
		databases: map[string]*Database{},
		temp:      map[string]*View{},
		global:    map[string]*View{},
		functions: map[string]*Function{},
		variables: map[string]*Variable{},
		formats:   map[string]bool{},
	}
	c.databases[DefaultDatabase] = newDatabase(DefaultDatabase)
	return c
}

func newDatabase(name string) *Database {
	return &Database{Name: name, tables: map[string]*Table{}, views: map[string]*View{}, functions: map[string]*Function{}}
}

// SetPathResolver tells how parquet.`path` and 'file.csv' become tables; formats are the names that may stand before the path.
func (c *Catalog) SetPathResolver(r PathResolver, formats ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paths = r
	for _, f := range formats {
		c.formats[strings.ToLower(f)] = true
	}
}

// CurrentDatabase returns the database of unqualified names.
func (c *Catalog) CurrentDatabase() string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.current
}

// Use makes a database the current one.
func (c *Catalog) Use(name []string, pos sqlerr.Pos) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	db, err := c.database(name, pos)
	if err != nil {
		return err
	}
	c.current = db.Name
	return nil
}

// database finds a database by one part, or by catalog and database.
func (c *Catalog) database(name []string, pos sqlerr.Pos) (*Database, error) {
	parts := name
	if len(parts) == 2 && strings.EqualFold(parts[0], DefaultCatalog) {
		parts = parts[1:]
	}
	if len(parts) == 0 {
		return c.databases[c.current], nil
	}
	if len(parts) == 1 {
		if db := c.databases[strings.ToLower(parts[0])]; db != nil {
			return db, nil
		}
	}
	return nil, sqlerr.New("SCHEMA_NOT_FOUND", pos, "The schema %s cannot be found. Verify the spelling and correctness of the schema and catalog.",
		QuoteName(append([]string{DefaultCatalog}, parts...)))
}

// CreateDatabase adds a database.
func (c *Catalog) CreateDatabase(db Database, ifNotExists bool, pos sqlerr.Pos) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := strings.ToLower(db.Name)
	if c.databases[key] != nil || key == GlobalTemp {
		if ifNotExists {
			return nil
		}
		return sqlerr.New("SCHEMA_ALREADY_EXISTS", pos, "Cannot create schema %s because it already exists. Choose a different name, drop or replace "+
			"the existing schema, or add the IF NOT EXISTS clause to tolerate pre-existing schema.", QuoteName([]string{db.Name}))
	}
	d := newDatabase(key)
	d.Comment, d.Location, d.Properties = db.Comment, db.Location, db.Properties
	c.databases[key] = d
	return nil
}

// DropDatabase removes a database; cascade also removes what is in it.
func (c *Catalog) DropDatabase(name []string, ifExists, cascade bool, pos sqlerr.Pos) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	db, err := c.database(name, pos)
	if err != nil {
		if ifExists {
			return nil
		}
		return err
	}
	if db.Name == DefaultDatabase {
		return sqlerr.Unsupported("DROP_DATABASE", pos, "The default database cannot be dropped.")
	}
	if !cascade && len(db.tables)+len(db.views)+len(db.functions) > 0 {
		return sqlerr.New("SCHEMA_NOT_EMPTY", pos, "Cannot drop a schema %s because it contains objects. Use DROP SCHEMA ... CASCADE to drop the "+
			"schema and all its objects.", QuoteName([]string{db.Name}))
	}
	delete(c.databases, db.Name)
	if c.current == db.Name {
		c.current = DefaultDatabase
	}
	return nil
}

// Database returns a copy of a database's description.
func (c *Catalog) Database(name []string, pos sqlerr.Pos) (Database, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	db, err := c.database(name, pos)
	if err != nil {
		return Database{}, err
	}
	return Database{Name: db.Name, Comment: db.Comment, Location: db.Location, Properties: db.Properties}, nil
}

// Databases lists the names of all databases in order.
func (c *Catalog) Databases() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return sortedKeys(c.databases)
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
