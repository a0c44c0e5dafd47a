package catalog

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// Function is a user's function: of Go (Func set), or of SQL (Body for a scalar expression, Query for a scalar or table query).
type Function struct {
	Database string // of a persistent function
	Name     string
	Func     *expr.Func
	Params   []logical.ColumnDef
	Returns  *types.Type // scalar; nil: the type of the body
	Table    types.Schema
	IsTable  bool
	Body     expr.Expr
	Query    logical.Plan
	Comment  string
}

// CreateFunction adds a temporary function, or one of a database.
func (c *Catalog) CreateFunction(f *Function, temporary bool, how Exists, pos sqlerr.Pos) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.functions
	if !temporary {
		d, err := c.database([]string{f.Database}, pos)
		if err != nil {
			return err
		}
		m = d.functions
	}
	key := strings.ToLower(f.Name)
	if m[key] != nil && how != Replace {
		if how == Keep {
			return nil
		}
		return sqlerr.New("ROUTINE_ALREADY_EXISTS", pos, "Cannot create the routine %s because a routine of that name already exists. Choose a "+
			"different name, drop or replace the existing routine, or add the IF NOT EXISTS clause to tolerate a pre-existing routine.", QuoteName([]string{f.Name}))
	}
	m[key] = f
	return nil
}

// DropFunction removes a function.
func (c *Catalog) DropFunction(name []string, temporary, ifExists bool, pos sqlerr.Pos) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.functions
	if !temporary {
		d, err := c.database(name[:len(name)-1], pos)
		if err != nil {
			return err
		}
		m = d.functions
	}
	key := strings.ToLower(name[len(name)-1])
	if m[key] == nil {
		if ifExists {
			return nil
		}
		return sqlerr.New("ROUTINE_NOT_FOUND", pos, "The routine %s cannot be found. Verify the spelling and correctness of the schema and catalog.",
			QuoteName(name))
	}
	delete(m, key)
	return nil
}

// Function returns a user's function by name, temporary ones first, or nil.
func (c *Catalog) Function(name []string) *Function {
	c.mu.RLock()
	defer c.mu.RUnlock()
	key := strings.ToLower(name[len(name)-1])
	db := c.current
	switch len(name) {
	case 1:
		if f := c.functions[key]; f != nil {
			return f
		}
	case 2:
		db = strings.ToLower(name[0])
		if db == "session" {
			return c.functions[key]
		}
	case 3:
		if strings.EqualFold(name[0], "system") && strings.EqualFold(name[1], "session") {
			return c.functions[key]
		}
		db = strings.ToLower(name[1])
	}
	if d := c.databases[db]; d != nil {
		return d.functions[key]
	}
	return nil
}

// FunctionNames lists the user's functions that one part can name.
func (c *Catalog) FunctionNames() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return append(sortedKeys(c.functions), sortedKeys(c.databases[c.current].functions)...)
}
