package catalog

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Variable is a session variable: its value is always a literal of its type.
type Variable struct {
	Name  string
	Value *expr.Literal
	// Default is what DEFAULT means.
	Default expr.Expr
}

// DeclareVariable adds or, with replace, overwrites a variable.
func (c *Catalog) DeclareVariable(v *Variable, replace bool, pos sqlerr.Pos) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := strings.ToLower(v.Name)
	if c.variables[key] != nil && !replace {
		return sqlerr.New("VARIABLE_ALREADY_EXISTS", pos, "Cannot create the variable %s because it already exists. Choose a different name, or drop "+
			"or replace the existing variable.", QuoteName([]string{"system", "session", v.Name}))
	}
	c.variables[key] = v
	return nil
}

// Variable returns a variable by name, session.name or system.session.name, or nil.
func (c *Catalog) Variable(name []string) *Variable {
	switch len(name) {
	case 2:
		if !strings.EqualFold(name[0], "session") {
			return nil
		}
	case 3:
		if !strings.EqualFold(name[0], "system") || !strings.EqualFold(name[1], "session") {
			return nil
		}
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.variables[strings.ToLower(name[len(name)-1])]
}

// SetVariable changes a variable's value, which must already have its type.
func (c *Catalog) SetVariable(name []string, value *expr.Literal, pos sqlerr.Pos) error {
	v := c.Variable(name)
	if v == nil {
		return variableNotFound(name, pos)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n := *v
	n.Value = value
	c.variables[strings.ToLower(v.Name)] = &n
	return nil
}

// DropVariable removes a variable.
func (c *Catalog) DropVariable(name []string, ifExists bool, pos sqlerr.Pos) error {
	v := c.Variable(name)
	if v == nil {
		if ifExists {
			return nil
		}
		return variableNotFound(name, pos)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.variables, strings.ToLower(v.Name))
	return nil
}

func variableNotFound(name []string, pos sqlerr.Pos) *sqlerr.Error {
	if len(name) == 1 {
		name = []string{"system", "session", name[0]}
	}
	return sqlerr.New("UNRESOLVED_VARIABLE", pos, "Cannot resolve variable %s on search path `SYSTEM`.`SESSION`.", QuoteName(name))
}
