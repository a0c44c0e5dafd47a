package catalog

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/types"
)

// ColumnsOf returns the columns of a source as SQL types.
func ColumnsOf(t datasource.Table) []Column {
	var s types.Schema
	if v, ok := t.(datasource.VectorTable); ok {
		s = v.SQLSchema()
	} else {
		s, _ = columnar.SQLFields(t.Schema().Fields())
	}
	out := make([]Column, len(s))
	for i, f := range s {
		out[i] = Column{Name: f.Name, Type: f.Type, Nullable: f.Nullable, Comment: f.Comment}
	}
	return out
}
