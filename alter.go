package sparrow

import (
	"context"
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// alterTable renames a table or view, or adds columns to a table: rows that are there have nulls in them. A renamed table keeps its folder.
func (st *statement) alterTable(ctx context.Context, n *logical.AlterTable) error {
	if n.Rename != nil {
		st.session.cache.drop(n.Name[len(n.Name)-1])
		return st.session.catalog.Rename(n.Name, n.Rename, n.View, n.At)
	}
	t, err := st.managedTable(ctx, n.Name, n)
	if err != nil {
		return err
	}
	c := *t
	data := len(t.Columns) - len(t.Partitions)
	cols := append([]catalog.Column{}, t.Columns[:data]...)
	for _, d := range n.Add {
		if t.Schema().Index(d.Name) >= 0 {
			return sqlerr.New("FIELD_ALREADY_EXISTS", n.At, "Cannot add column, because %s already exists in the table.", types.Quote(d.Name))
		}
		if d.NotNull {
			return sqlerr.Unsupported("TABLE_OPERATION", n.At, "A column that is added cannot be NOT NULL.")
		}
		if d.Default != nil {
			return sqlerr.Unsupported("TABLE_OPERATION", n.At, "A column that is added cannot have a default yet.")
		}
		cols = append(cols, catalog.Column{Name: d.Name, Type: d.Type, Nullable: true, Comment: d.Comment})
	}
	c.Columns = append(cols, t.Columns[data:]...)
	return st.refresh(ctx, &c)
}

// filesView is the plan of CREATE TEMPORARY VIEW v (columns) USING format OPTIONS (path …). Without a path it has no rows.
func (st *statement) filesView(ctx context.Context, n *logical.CreateView) (logical.Plan, error) {
	path := ""
	for k, v := range n.Options {
		if strings.EqualFold(k, "path") {
			path = v
		}
	}
	if len(n.Schema) == 0 {
		return &logical.UnresolvedRelation{Base: n.Base, Parts: []string{n.Using, path}, Options: n.Options}, nil
	}
	if _, err := formatOf(n.Using); err != nil {
		return nil, sqlerr.As(err).At(n.At)
	}
	if path == "" {
		empty := &logical.Select{Base: n.Base, Where: expr.False}
		for _, f := range n.Schema {
			empty.List = append(empty.List, &expr.Alias{Child: &expr.Cast{Child: expr.Null, To: f.Type}, Names: []string{f.Name}})
		}
		return empty, nil
	}
	src, err := st.session.open(ctx, n.Using, []string{path}, n.Options, n.Schema)
	if err != nil {
		return nil, err
	}
	df, err := st.session.scan(src, path)
	if err != nil {
		return nil, err
	}
	return df.plan, nil
}
