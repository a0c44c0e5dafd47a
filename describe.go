package sparrow

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/cost"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func (st *statement) describe(ctx context.Context, n *logical.Describe) (*table, error) {
	t := textTable("col_name", "data_type", "comment")
	switch n.What {
	case "QUERY":
		p, err := st.analyze(ctx, n.Query)
		if err != nil {
			return nil, err
		}
		for _, f := range logical.Schema(p) {
			t.add(f.Name, f.Type.String(), nil)
		}
		return t, nil
	case "FUNCTION":
		return st.describeFunction(n)
	case "DATABASE":
		db, err := st.session.catalog.Database(n.Name, n.At)
		if err != nil {
			return nil, err
		}
		t := textTable("info_name", "info_value")
		t.add("Catalog Name", catalog.DefaultCatalog)
		t.add("Namespace Name", db.Name)
		t.add("Comment", db.Comment)
		t.add("Location", db.Location)
		return t, nil
	}
	r, err := st.session.catalog.Resolve(ctx, n.Name, nil, n.At)
	if err != nil {
		return nil, err
	}
	schema, err := st.relationSchema(ctx, r, n)
	if err != nil {
		return nil, err
	}
	comments := make([]any, len(schema))
	if r.Table != nil {
		for i, c := range r.Table.Columns {
			if i < len(comments) && c.Comment != "" {
				comments[i] = c.Comment
			}
		}
	}
	if r.View != nil {
		for i, c := range r.View.Comments {
			if i < len(comments) && c != "" {
				comments[i] = c
			}
		}
	}
	if len(n.Column) > 0 {
		i := schema.Index(n.Column[len(n.Column)-1])
		if i < 0 {
			return nil, sqlerr.New("UNRESOLVED_COLUMN.WITH_SUGGESTION", n.At, "The column %s does not exist.", catalog.QuoteName(n.Column))
		}
		t := textTable("info_name", "info_value")
		t.add("col_name", schema[i].Name)
		t.add("data_type", schema[i].Type.String())
		if comments[i] == nil {
			comments[i] = "NULL"
		}
		t.add("comment", comments[i])
		if n.Extended && r.Table != nil {
			st.columnDetails(t, r.Table, i)
		}
		return t, nil
	}
	for i, f := range schema {
		t.add(f.Name, f.Type.String(), comments[i])
	}
	if r.Table != nil && len(r.Table.Partitions) > 0 {
		t.add("# Partition Information", "", "")
		t.add("# col_name", "data_type", "comment")
		for _, name := range r.Table.Partitions {
			if i := schema.Index(name); i >= 0 {
				t.add(name, schema[i].Type.String(), comments[i])
			}
		}
	}
	if n.Extended && (r.Table != nil || !r.View.Temporary && !r.View.Global) {
		st.details(t, r)
	}
	return t, nil
}

// columnDetails adds what ANALYZE TABLE knows of the i-th column of a table, NULL for what it does not.
func (st *statement) columnDetails(t *table, of *catalog.Table, i int) {
	var least, most, nulls, distinct, width, widest string
	typ := of.Columns[i].Type
	if of.Statistics != nil {
		s := of.Statistics.Columns[i]
		if typ.Kind != types.String && typ.Kind != types.Binary {
			if s.Exact {
				least, most = st.partitionText(s.Min, typ), st.partitionText(s.Max, typ)
			}
			s.Width, s.MaxWidth = cost.TypeWidth(typ), int(cost.TypeWidth(typ))
		}
		if s.HasNulls {
			nulls = strconv.FormatInt(s.Nulls, 10)
		}
		if s.Distinct > 0 || s.HasNulls && s.Nulls == of.Statistics.Rows {
			distinct = strconv.FormatFloat(s.Distinct, 'f', 0, 64)
		}
		if s.MaxWidth > 0 {
			width, widest = strconv.FormatFloat(math.Ceil(s.Width), 'f', 0, 64), strconv.Itoa(s.MaxWidth)
		}
	}
	for _, fact := range [][2]string{{"min", least}, {"max", most}, {"num_nulls", nulls}, {"distinct_count", distinct}, {"avg_col_len", width}, {"max_col_len", widest}, {"histogram", ""}} {
		if fact[1] == "" {
			fact[1] = "NULL"
		}
		t.add(fact[0], fact[1])
	}
}

// relationSchema returns the columns of a table, or those that a view had when it was made.
func (st *statement) relationSchema(ctx context.Context, r *catalog.Relation, n *logical.Describe) (types.Schema, error) {
	if v := r.View; v != nil && len(v.Schema) > 0 {
		s := append(types.Schema{}, v.Schema...)
		for i := range s {
			if i < len(v.Columns) {
				s[i].Name = v.Columns[i]
			}
		}
		return s, nil
	}
	p, err := st.analyze(ctx, &logical.UnresolvedRelation{Base: n.Base, Parts: n.Name})
	if err != nil {
		return nil, err
	}
	return logical.Schema(p), nil
}

func (st *statement) describeFunction(n *logical.Describe) (*table, error) {
	name := n.Name[len(n.Name)-1]
	t := textTable("function_desc")
	if u := st.session.catalog.Function(n.Name); u != nil && u.Func == nil {
		kind := "SCALAR"
		if u.IsTable {
			kind = "TABLE"
		}
		t.add("Function: " + strings.Join(functionName(u), "."))
		t.add("Type:     " + kind)
		for i, c := range u.Params {
			label := "          "
			if i == 0 {
				label = "Input:    "
			}
			t.add(label + c.Name + " " + c.Type.SQL())
		}
		if u.Returns != nil {
			t.add("Returns:  " + u.Returns.SQL())
		}
		for i, f := range u.Table {
			label := "          "
			if i == 0 {
				label = "Returns:  "
			}
			t.add(label + f.Name + " " + f.Type.SQL())
		}
		return t, nil
	}
	f := functions.Lookup(name)
	if u := st.session.catalog.Function(n.Name); u != nil && u.Func != nil {
		f = u.Func
	}
	if f == nil {
		return nil, sqlerr.New("ROUTINE_NOT_FOUND", n.At, "The function %s does not exist.", types.Quote(name)).
			WithHint("Near: %s.", strings.Join(sqlerr.Nearest(name, functions.Names(), 3), ", "))
	}
	t.add("Function: " + f.Name)
	t.add("Usage: " + f.Usage)
	if n.Extended {
		for _, e := range f.Examples {
			t.add("Example: " + e.SQL + " → " + e.Want)
		}
		t.add("Since: " + f.Since)
	}
	return t, nil
}

func functionName(f *catalog.Function) []string {
	if f.Database == "" {
		return []string{f.Name}
	}
	return []string{catalog.DefaultCatalog, f.Database, f.Name}
}

// details adds the detailed information of a table or persistent view.
func (st *statement) details(t *table, r *catalog.Relation) {
	add := func(name, value string) {
		if value != "" {
			t.add(name, value, "")
		}
	}
	t.add("", "", "")
	t.add("# Detailed Table Information", "", "")
	add("Catalog", catalog.DefaultCatalog)
	if r.Table != nil {
		kind := "MANAGED"
		if r.Table.External {
			kind = "EXTERNAL"
		}
		add("Database", r.Table.Database)
		add("Table", r.Table.Name)
		add("Last Access", "UNKNOWN")
		add("Created By", "Sparrow "+Version)
		add("Type", kind)
		add("Provider", r.Table.Provider)
		add("Comment", r.Table.Comment)
		add("Location", "file:"+r.Table.Location)
		if len(r.Table.Partitions) > 0 {
			add("Partition Provider", "Catalog")
		}
		return
	}
	v := r.View
	names := make([]string, len(v.Schema))
	for i, f := range v.Schema {
		names[i] = types.Quote(f.Name)
	}
	add("Database", v.Database)
	add("Table", v.Name)
	add("Created Time", v.Created.In(st.env.Zone).Format(time.UnixDate))
	add("Last Access", "UNKNOWN")
	add("Created By", "Sparrow "+Version)
	add("Type", "VIEW")
	add("Comment", v.Comment)
	add("View Text", v.Text)
	add("View Original Text", v.Text)
	add("View Schema Mode", "COMPENSATION")
	add("View Catalog and Namespace", catalog.DefaultCatalog+"."+v.Current)
	add("View Query Output Columns", "["+strings.Join(names, ", ")+"]")
}
