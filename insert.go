package sparrow

import (
	"context"
	"slices"
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func (st *statement) insert(ctx context.Context, n *logical.Insert) error {
	if n.Directory != "" {
		query, err := st.analyze(ctx, n.Query)
		if err != nil {
			return err
		}
		return st.insertDirectory(ctx, n, query)
	}
	t, err := st.managedTable(ctx, n.Table, n)
	if err != nil {
		return err
	}
	query, err := st.analyze(ctx, withDefaults(n.Query, insertDefaults(t, n)))
	if err != nil {
		return err
	}
	fitted, err := st.fit(ctx, t, n, query)
	if err != nil {
		return err
	}
	static := st.staticPartitions(t, n, fitted)
	replace := datasource.KeepAll
	if n.Overwrite {
		replace = datasource.ReplaceAll
		if slices.Contains(static, nil) && strings.EqualFold(st.conf.Get("spark.sql.sources.partitionOverwriteMode"), "DYNAMIC") {
			replace = datasource.ReplacePartitions
		}
	}
	if err := st.writeTable(ctx, t, fitted, replace, static); err != nil {
		return err
	}
	return st.refresh(ctx, t)
}

// staticPartitions returns for each partition column of a table the value that PARTITION (k = v) gives it, as text; nil without one. fitted is the query
// that fit made.
func (st *statement) staticPartitions(t *catalog.Table, n *logical.Insert, fitted logical.Plan) []*string {
	var given []string
	for _, p := range n.Partition {
		if p.Value != nil {
			given = append(given, p.Name)
		}
	}
	list := fitted.(*logical.Project).List
	list = list[len(list)-len(t.Partitions):]
	out := make([]*string, len(list))
	for i, name := range t.Partitions {
		if lit, ok := list[i].Expr.(*expr.Literal); ok && contains(given, name) {
			s := st.partitionFolder(lit)
			out[i] = &s
		}
	}
	return out
}

func (st *statement) insertDirectory(ctx context.Context, n *logical.Insert, query logical.Plan) error {
	name := n.Using
	if name == "" {
		name = st.conf.Get("spark.sql.sources.default")
	}
	f, err := formatOf(name)
	if err != nil {
		return err
	}
	out := &datasource.Output{Format: f, Options: st.fileOptions(n.Options), Columns: logical.Schema(query), Text: st.partitionText}
	return st.write(ctx, out, n.Directory, query, datasource.ReplaceAll)
}

// fit turns the columns of an INSERT's query into those of the table: by position, by name or by a list; defaults for what is missing; casts
// as the store assignment policy allows.
func (st *statement) fit(ctx context.Context, t *catalog.Table, n *logical.Insert, query logical.Plan) (logical.Plan, error) {
	in := query.Output()
	fixed := map[string]expr.Expr{}
	for _, p := range n.Partition {
		if !contains(t.Partitions, p.Name) {
			return nil, sqlerr.New("NON_PARTITION_COLUMN", n.At, "PARTITION clause cannot contain the non-partition column: %s.", types.Quote(p.Name))
		}
		if p.Value != nil {
			i := t.Schema().Index(p.Name)
			lit, err := st.constant(ctx, p.Value, &t.Columns[i].Type)
			if err != nil {
				return nil, err
			}
			fixed[strings.ToLower(p.Name)] = lit
		}
	}
	names := n.Columns
	if n.ByName {
		names = make([]string, len(in))
		for i, c := range in {
			names[i] = c.Name
		}
	}
	if names == nil {
		names = unlisted(t, n)
	}
	if len(names) != len(in) {
		cond, what := "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "not enough data columns"
		if len(in) > len(names) {
			cond, what = "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "too many data columns"
		}
		return nil, sqlerr.New(cond, n.At, "Cannot write to %s, the reason is %s: the table takes %d, the query gives %d.", catalog.QuoteName(t.FullName()), what, len(names), len(in))
	}
	source := map[string]*expr.Column{}
	for i, name := range names {
		key := strings.ToLower(name)
		if t.Schema().Index(name) < 0 {
			return nil, sqlerr.New("UNRESOLVED_COLUMN.WITH_SUGGESTION", n.At, "A column with name %s cannot be resolved.", types.Quote(name)).
				WithHint("Did you mean one of the following? [%s].", catalog.QuoteList(sqlerr.Nearest(name, columnNames(t), 5)))
		}
		if source[key] != nil {
			return nil, sqlerr.New("DUPLICATE_ASSIGNMENTS", n.At, "The column %s is assigned more than once.", types.Quote(name))
		}
		source[key] = in[i]
	}
	list := make([]logical.Named, len(t.Columns))
	for i, c := range t.Columns {
		out := &expr.Column{ID: st.nextID(), Name: c.Name, T: c.Type, Null: true}
		e, err := st.assigned(ctx, t, n, c, source[strings.ToLower(c.Name)], fixed[strings.ToLower(c.Name)])
		if err != nil {
			return nil, err
		}
		list[i] = logical.Named{Col: out, Expr: e}
	}
	return &logical.Project{Base: n.Base, Input: query, List: list}, nil
}

// unlisted returns the columns that an INSERT without a list writes by position: those that its PARTITION clause gives no value.
func unlisted(t *catalog.Table, n *logical.Insert) []string {
	var names []string
	for _, c := range t.Columns {
		if !slices.ContainsFunc(n.Partition, func(p logical.PartitionValue) bool { return p.Value != nil && strings.EqualFold(p.Name, c.Name) }) {
			names = append(names, c.Name)
		}
	}
	return names
}

// insertDefaults returns what DEFAULT stands for in each column of an INSERT's query, nil where columns go by name.
func insertDefaults(t *catalog.Table, n *logical.Insert) []expr.Expr {
	names := n.Columns
	if n.ByName {
		return nil
	}
	if names == nil {
		names = unlisted(t, n)
	}
	out := make([]expr.Expr, len(names))
	for i, name := range names {
		out[i] = expr.Null
		if at := t.Schema().Index(name); at >= 0 && t.Columns[at].Default != nil {
			out[i] = &expr.Cast{Child: t.Columns[at].Default, To: t.Columns[at].Type}
		}
	}
	return out
}

// withDefaults puts defaults for the word DEFAULT where it is a whole cell of VALUES or a whole item of a SELECT.
func withDefaults(q logical.Plan, defaults []expr.Expr) logical.Plan {
	replaced := func(list []expr.Expr) []expr.Expr {
		var out []expr.Expr
		for i, e := range list {
			if _, ok := e.(*expr.Default); ok && i < len(defaults) {
				if out == nil {
					out = slices.Clone(list)
				}
				out[i] = defaults[i]
			}
		}
		if out == nil {
			return list
		}
		return out
	}
	switch n := q.(type) {
	case *logical.UnresolvedWith:
		c := *n
		c.Body = withDefaults(n.Body, defaults)
		return &c
	case *logical.UnresolvedValues:
		c := *n
		c.Rows = make([][]expr.Expr, len(n.Rows))
		for i, row := range n.Rows {
			c.Rows[i] = replaced(row)
		}
		return &c
	case *logical.Select:
		c := *n
		c.List = replaced(n.List)
		return &c
	}
	return q
}

// assigned returns what is stored in a column.
func (st *statement) assigned(ctx context.Context, t *catalog.Table, n *logical.Insert, c catalog.Column, from *expr.Column, fixed expr.Expr) (expr.Expr, error) {
	switch {
	case fixed != nil:
		return fixed, nil
	case from == nil && n.Columns == nil && n.ByName && c.Default == nil && !c.Nullable:
		return nil, sqlerr.New("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA", n.At, "Cannot write incompatible data for the table %s: no data for the column %s.",
			catalog.QuoteName(t.FullName()), types.Quote(c.Name))
	case from == nil:
		return st.constant(ctx, c.Default, &c.Type)
	case from.T.Equal(c.Type):
		return from, nil
	}
	mode := expr.ANSI
	switch policy := st.conf.Get("spark.sql.storeAssignmentPolicy"); {
	case strings.EqualFold(policy, "LEGACY"):
		mode = expr.Legacy
	case !types.CanStoreAssign(from.T, c.Type):
		return nil, sqlerr.New("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", n.At, "Cannot write incompatible data for the table %s: Cannot safely cast %s \"%s\" to \"%s\".",
			catalog.QuoteName(t.FullName()), types.Quote(c.Name), from.T.SQL(), c.Type.SQL())
	}
	return &expr.Cast{Child: from, To: c.Type, Mode: mode, Implicit: true, Column: c.Name}, nil
}
