package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// setOp binds UNION, INTERSECT and EXCEPT: inputs get as many columns of common types; the first one names them.
func (a *analyzer) setOp(n *logical.SetOp, outer *scope) (*relation, error) {
	inputs := make([]*relation, len(n.Inputs))
	for i, in := range n.Inputs {
		r, err := a.plan(in, outer)
		if err != nil {
			return nil, err
		}
		inputs[i] = a.exact(r)
	}
	if n.ByName {
		if err := a.byName(n, inputs); err != nil {
			return nil, err
		}
	}
	want, err := a.setTypes(n, inputs)
	if err != nil {
		return nil, err
	}
	out := &logical.SetOp{Base: n.Base, Kind: n.Kind, All: n.All}
	for i, r := range inputs {
		inputs[i] = a.castTo(r, want)
		out.Inputs = append(out.Inputs, inputs[i].plan)
	}
	for i, c := range inputs[0].cols {
		col := &expr.Column{ID: a.NextID(), Name: c.Name, T: want[i]}
		for j, r := range inputs {
			if n.Kind == logical.UnionOp || j == 0 {
				col.Null = col.Null || r.cols[i].Null
			}
		}
		out.Out = append(out.Out, col)
	}
	return resolved(out), nil
}

func setOpName(n *logical.SetOp) string {
	name := [...]string{"UNION", "INTERSECT", "EXCEPT"}[n.Kind]
	if n.All && n.Kind != logical.UnionOp {
		name += " ALL"
	}
	return name
}

func (a *analyzer) setTypes(n *logical.SetOp, inputs []*relation) ([]types.Type, error) {
	first := inputs[0]
	for i, r := range inputs[1:] {
		if len(r.cols) != len(first.cols) {
			return nil, sqlerr.New("NUM_COLUMNS_MISMATCH", n.Inputs[i+1].Pos(), "%s can only be performed on inputs with the same number of columns, but the first input has %d columns and the %s input has %d columns.",
				setOpName(n), len(first.cols), functions.Ordinal(i+1), len(r.cols))
		}
	}
	want := make([]types.Type, len(first.cols))
	for c := range want {
		want[c] = first.cols[c].T
		for i, r := range inputs[1:] {
			t, ok := types.Wider(want[c], r.cols[c].T, a.env.ANSI)
			if !ok {
				return nil, sqlerr.New("INCOMPATIBLE_COLUMN_TYPE", n.Inputs[i+1].Pos(), "%s can only be performed on tables with compatible column types. The %s column of the %s table is \"%s\" type which is not compatible with \"%s\" at the same column of the first table.",
					setOpName(n), functions.Ordinal(c), functions.Ordinal(i+1), r.cols[c].T.SQL(), first.cols[c].T.SQL()).WithHint("")
			}
			want[c] = t
		}
		if !(n.Kind == logical.UnionOp && n.All) {
			if err := setElement(first.cols[c].Name, want[c], n.At); err != nil {
				return nil, err
			}
		}
	}
	return want, nil
}

// setElements is setElement for the columns of SELECT DISTINCT.
func setElements(cols []column, pos sqlerr.Pos) error {
	for _, c := range cols {
		if err := setElement(c.Name, c.T, pos); err != nil {
			return err
		}
	}
	return nil
}

// setElement rejects columns by whose values rows of a set cannot be compared.
func setElement(name string, t types.Type, pos sqlerr.Pos) error {
	for _, k := range []struct {
		kind types.Kind
		name string
	}{{types.Map, "MAP"}, {types.Variant, "VARIANT"}} {
		if t.Contains(k.kind) {
			return sqlerr.Unsupported("SET_OPERATION_ON_"+k.name+"_TYPE", pos, "Cannot have %s type columns in a set operation (INTERSECT, EXCEPT, etc.), but the type of column %s is \"%s\".",
				k.name, types.Quote(name), t.SQL())
		}
	}
	return nil
}

// byName brings the columns of the inputs into the order of the first; with AllowMissing absent ones are null.
func (a *analyzer) byName(n *logical.SetOp, inputs []*relation) error {
	var names []string
	shape := map[string]column{}
	for _, r := range inputs {
		for _, c := range r.cols {
			if key := strings.ToLower(c.Name); shape[key].Column == nil {
				shape[key] = c
				names = append(names, key)
			}
		}
		if !n.AllowMissing {
			break
		}
	}
	for i, r := range inputs {
		list := make([]logical.Named, len(names))
		for j, name := range names {
			for _, c := range r.cols {
				if strings.EqualFold(c.Name, name) {
					list[j] = logical.Named{Col: c.Column, Expr: c.Column}
				}
			}
			if list[j].Col == nil {
				if !n.AllowMissing {
					return unresolvedName(shape[name].Name, columnNames(r.cols), n.Inputs[i].Pos())
				}
				list[j] = logical.Named{Col: &expr.Column{ID: a.NextID(), Name: shape[name].Name, T: shape[name].T, Null: true}, Expr: &expr.Literal{T: shape[name].T}}
			}
		}
		if len(r.cols) > len(names) {
			return sqlerr.New("NUM_COLUMNS_MISMATCH", n.Inputs[i].Pos(), "UNION can only be performed on inputs with the same number of columns, but the first input has %d columns and the %s input has %d columns.", len(names), functions.Ordinal(i), len(r.cols))
		}
		inputs[i] = resolved(&logical.Project{Base: n.Base, Input: r.plan, List: list})
	}
	return nil
}

func columnNames(cols []column) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.Name
	}
	return out
}
