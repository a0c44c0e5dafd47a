package sparrow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/physical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

func (st *statement) createTable(ctx context.Context, n *logical.CreateTable) error {
	c := st.session.catalog
	db, name, err := c.Place(n.Name, n.At)
	if err != nil {
		return err
	}
	t := &catalog.Table{Database: db, Name: name, Provider: strings.ToLower(n.Using), Location: n.Location, External: n.Location != "", Comment: n.Comment,
		Options: n.Options, Properties: n.Properties}
	if t.Provider == "" {
		t.Provider = st.conf.Get("spark.sql.sources.default")
	}
	if _, err := formatOf(t.Provider); err != nil {
		return sqlerr.As(err).At(n.At)
	}
	old := c.FindIn([]string{db, name}, db)
	if n.Replace && old == nil {
		return c.NotFound(n.Name, n.At)
	}
	if old != nil && !n.OrReplace && !n.Replace {
		_, err := c.CreateTable(t, exists(false, n.IfNotExists), n.At)
		return err
	}
	var query logical.Plan
	if n.Query != nil {
		if query, err = st.analyze(ctx, n.Query); err != nil {
			return err
		}
	}
	if err := st.tableColumns(ctx, t, n, query); err != nil {
		return err
	}
	if t.Location == "" {
		if t.Location, err = st.session.tableDir(db, name); err != nil {
			return err
		}
		if old != nil && old.Table != nil && old.Table.Location == t.Location {
			t.Location = fmt.Sprintf("%s-%d", t.Location, time.Now().UnixNano()) // the old rows may be read by the query
		}
	}
	if _, err := os.Stat(t.Location); err != nil && !strings.ContainsAny(t.Location, "*?[{") {
		if err := os.MkdirAll(t.Location, 0o777); err != nil {
			return sqlerr.New("CANNOT_CREATE_DATA_SOURCE_TABLE", n.At, "The folder %s cannot be made: %v.", t.Location, err).WithCause(err)
		}
	}
	if query != nil {
		if err := st.writeTable(ctx, t, query, datasource.KeepAll, nil); err != nil {
			if !t.External {
				os.RemoveAll(t.Location)
			}
			return err
		}
	}
	if err := st.openTable(ctx, t); err != nil {
		return err
	}
	if _, err := c.CreateTable(t, exists(n.OrReplace || n.Replace, n.IfNotExists), n.At); err != nil {
		return err
	}
	if old != nil && old.Table != nil && !old.Table.External && old.Table.Location != t.Location {
		os.RemoveAll(old.Table.Location)
	}
	return nil
}

// tableColumns sets columns and partition columns, partition columns last.
func (st *statement) tableColumns(ctx context.Context, t *catalog.Table, n *logical.CreateTable, query logical.Plan) error {
	switch {
	case len(n.Like) > 0:
		r, err := st.session.catalog.Resolve(ctx, n.Like, nil, n.At)
		if err != nil {
			return err
		}
		if r.Table != nil {
			t.Columns, t.Partitions = r.Table.Columns, r.Table.Partitions
			return nil
		}
		for _, f := range r.View.Schema {
			t.Columns = append(t.Columns, catalog.Column{Name: f.Name, Type: f.Type, Nullable: true})
		}
	case query != nil:
		for _, f := range logical.Schema(query) {
			t.Columns = append(t.Columns, catalog.Column{Name: f.Name, Type: f.Type, Nullable: true})
		}
	case len(n.Columns) == 0 && n.Location != "":
		src, err := st.session.open(ctx, t.Provider, []string{n.Location}, n.Options, nil)
		if err != nil {
			return err
		}
		t.Columns = catalog.ColumnsOf(src)
	}
	for _, d := range n.Columns { // files hold NULL in any column, so NOT NULL is, as in Spark, not promised by them
		col := catalog.Column{Name: d.Name, Type: d.Type, Nullable: true, Default: d.Default, Comment: d.Comment}
		t.Columns = append(t.Columns, col)
	}
	seen := map[string]bool{}
	for _, col := range t.Columns {
		key := strings.ToLower(col.Name)
		if seen[key] {
			return sqlerr.New("COLUMN_ALREADY_EXISTS", n.At, "The column %s already exists. Choose another name or rename the existing column.", types.Quote(key))
		}
		if col.Type.Kind == types.Null {
			return sqlerr.New("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", n.At, "The column %s has the type void, which files cannot hold.", types.Quote(col.Name)).
				WithHint("Cast it to a type.")
		}
		seen[key] = true
	}
	var data, parts []catalog.Column
	for _, p := range n.PartitionedBy {
		i := t.Schema().Index(p)
		if i < 0 {
			return sqlerr.New("COLUMN_NOT_DEFINED_IN_TABLE", n.At, "The partition column %s is not a column of the table.", types.Quote(p))
		}
		parts = append(parts, t.Columns[i])
		t.Partitions = append(t.Partitions, t.Columns[i].Name)
	}
	for _, col := range t.Columns {
		if !contains(t.Partitions, col.Name) {
			data = append(data, col)
		}
	}
	if len(data) == 0 && len(parts) > 0 {
		return sqlerr.New("ALL_PARTITION_COLUMNS_NOT_ALLOWED", n.At, "Cannot use all columns for partition columns.")
	}
	t.Columns = append(data, parts...)
	return nil
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// openTable lists the files of a table anew.
func (st *statement) openTable(ctx context.Context, t *catalog.Table) error {
	src, err := st.session.open(ctx, t.Provider, []string{t.Location}, t.Options, t.Schema())
	if err != nil {
		return err
	}
	t.Source, t.Statistics = src, nil
	return nil
}

// writeTable writes the rows of an analyzed query, whose columns are the table's, into its folder.
func (st *statement) writeTable(ctx context.Context, t *catalog.Table, query logical.Plan, replace datasource.Replacement, static []*string) error {
	f, err := formatOf(t.Provider)
	if err != nil {
		return err
	}
	n := len(t.Columns) - len(t.Partitions)
	s := t.Schema()
	out := &datasource.Output{Format: f, Options: st.fileOptions(t.Options), Columns: s[:n], Partitions: s[n:], Text: st.partitionText, Static: static}
	return st.write(ctx, out, t.Location, query, replace)
}

// write runs an analyzed query into files and moves them into place when all are complete.
func (st *statement) write(ctx context.Context, out *datasource.Output, dir string, query logical.Plan, replace datasource.Replacement) (err error) {
	if err := out.Begin(dir); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			out.Abort()
		}
	}()
	query, out.Clustered = clustered(query, len(out.Partitions))
	if isOrdered(query) {
		err = st.writeInOrder(ctx, out, query)
	} else {
		var x *execution
		x, err = st.start(ctx, query, func(q *exec.Query, _ []*expr.Column) (exec.Sink, error) {
			return physical.NewWrite(out, files(query), q), nil
		})
		if err == nil {
			x.query.Close()
		}
	}
	if err != nil {
		return err
	}
	if err := out.WriteEmpty(); err != nil {
		return err
	}
	return out.Publish(replace)
}

// writeInOrder writes the rows of a query one after the other.
func (st *statement) writeInOrder(ctx context.Context, out *datasource.Output, query logical.Plan) error {
	var w *datasource.PartWriter
	x, err := st.start(ctx, query, func(q *exec.Query, in []*expr.Column) (exec.Sink, error) {
		w = out.NewPartWriter(q.Budget())
		return physical.NewStream(in, w.Write), nil
	})
	if w != nil {
		err = errors.Join(err, w.Close())
	}
	if x != nil {
		x.query.Close()
	}
	return err
}

// clustered sorts the rows of a query by its last n columns, those of the partitions, so that a writer has one file open at a time, as Spark does. The
// rows of a folder keep their order. ok is false where that order cannot be kept so.
func clustered(query logical.Plan, n int) (sorted logical.Plan, ok bool) {
	cols := query.Output()
	var keys []expr.SortKey
	for _, c := range cols[len(cols)-n:] {
		keys = append(keys, expr.SortKey{Expr: c, NullsFirst: true})
	}
	if !isOrdered(query) {
		if keys = varyingKeys(query, keys); len(keys) == 0 {
			return query, true
		}
		return &logical.Sort{Input: query, Keys: keys}, true
	}
	return sortedFirstBy(query, keys)
}

// varyingKeys leaves out the columns that a projection makes constant.
func varyingKeys(query logical.Plan, keys []expr.SortKey) []expr.SortKey {
	p, ok := query.(*logical.Project)
	if !ok {
		return keys
	}
	var out []expr.SortKey
	for _, k := range keys {
		for _, it := range p.List {
			if _, constant := it.Expr.(*expr.Literal); it.Col.ID == k.Expr.(*expr.Column).ID && !constant {
				out = append(out, k)
			}
		}
	}
	return out
}

// sortedFirstBy puts keys before those of the sort that orders a query; ok is false if the sort does not have their columns, or bounds rows.
func sortedFirstBy(query logical.Plan, keys []expr.SortKey) (sorted logical.Plan, ok bool) {
	switch n := query.(type) {
	case *logical.Sort:
		s := *n
		s.Keys = append(keys, n.Keys...)
		return &s, true
	case *logical.Project:
		keys = varyingKeys(query, keys)
		for i, k := range keys {
			for _, it := range n.List {
				if it.Col.ID == k.Expr.(*expr.Column).ID {
					keys[i].Expr = it.Expr
				}
			}
			if _, column := keys[i].Expr.(*expr.Column); !column {
				return query, false
			}
		}
		in, ok := sortedFirstBy(n.Input, keys)
		p := *n
		p.Input = in
		return &p, ok
	}
	return query, len(keys) == 0
}

// isOrdered reports whether the order of rows is part of the query's meaning, so that files must keep it.
func isOrdered(p logical.Plan) bool {
	switch n := p.(type) {
	case *logical.Sort:
		return n.Global
	case *logical.Project, *logical.Filter, *logical.Limit, *logical.SubqueryAlias:
		return isOrdered(p.Children()[0])
	}
	return false
}

// fileOptions returns options with keys in lower case and, unless given, the time zone of the session, in which text files hold timestamps.
func (st *statement) fileOptions(m map[string]string) datasource.Options {
	o := datasource.Options{}
	if zone := st.conf.Get("spark.sql.session.timeZone"); zone != "" {
		o["timezone"] = zone
	}
	for k, v := range m {
		o[strings.ToLower(k)] = v
	}
	return o
}

func (st *statement) partitionText(v any, t types.Type) string { return text.Hive(v, t, st.env.Zone) }

// managedTable finds a table that can be written.
func (st *statement) managedTable(ctx context.Context, name []string, n logical.Plan) (*catalog.Table, error) {
	r, err := st.session.catalog.Resolve(ctx, name, nil, n.Pos())
	if err != nil {
		return nil, err
	}
	if r.Table == nil || r.Table.Location == "" || r.Table.Database == "" {
		return nil, sqlerr.New("UNSUPPORTED_INSERT.RDD_BASED", n.Pos(), "%s is not a table that can be written.", catalog.QuoteName(name))
	}
	return r.Table, nil
}

// refresh makes a table see its files as they are now and forgets cached rows of it.
func (st *statement) refresh(ctx context.Context, t *catalog.Table) error {
	c := *t
	if err := st.openTable(ctx, &c); err != nil {
		return err
	}
	st.session.catalog.UpdateTable(&c)
	st.session.cache.drop(t.Name)
	return nil
}

func columnNames(t *catalog.Table) []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

func (st *statement) truncate(ctx context.Context, n *logical.Truncate) error {
	t, err := st.managedTable(ctx, n.Name, n)
	if err != nil {
		return err
	}
	static, err := st.partitionValues(ctx, t, n)
	if err != nil {
		return err
	}
	f, err := formatOf(t.Provider)
	if err != nil {
		return err
	}
	data, s := len(t.Columns)-len(t.Partitions), t.Schema()
	out := &datasource.Output{Static: static, Format: f, Options: st.fileOptions(t.Options), Columns: s[:data], Partitions: s[data:], Text: st.partitionText}
	if err := out.Begin(t.Location); err != nil {
		return err
	}
	if err := out.Publish(datasource.ReplaceAll); err != nil {
		return err
	}
	return st.refresh(ctx, t)
}

// partitionValues returns for each partition column of a table the value that a TRUNCATE names, as text; nil without one.
func (st *statement) partitionValues(ctx context.Context, t *catalog.Table, n *logical.Truncate) ([]*string, error) {
	if len(n.Partition) > 0 && len(t.Partitions) == 0 {
		return nil, sqlerr.New("INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", n.At, "The partition command is invalid. Reason: Table %s is not partitioned.", catalog.QuoteName(n.Name))
	}
	out := make([]*string, len(t.Partitions))
	for _, p := range n.Partition {
		i := slices.IndexFunc(t.Partitions, func(name string) bool { return strings.EqualFold(name, p.Name) })
		if i < 0 || p.Value == nil {
			return nil, sqlerr.New("PARTITIONS_NOT_FOUND", n.At, "The partition %s cannot be found in table %s.", types.Quote(p.Name), catalog.QuoteName(t.FullName()))
		}
		lit, err := st.constant(ctx, p.Value, &t.Columns[t.Schema().Index(p.Name)].Type)
		if err != nil {
			return nil, err
		}
		text := st.partitionFolder(lit)
		out[i] = &text
	}
	return out, nil
}

// partitionFolder is the text of a value in the name of a folder, before escaping.
func (st *statement) partitionFolder(lit *expr.Literal) string {
	if lit.Value == nil {
		return datasource.NullPartition
	}
	if s := st.partitionText(lit.Value, lit.T); s != "" {
		return s
	}
	return datasource.NullPartition
}

func (st *statement) showPartitions(ctx context.Context, n *logical.Show) (*table, error) {
	r, err := st.session.catalog.Resolve(ctx, n.Name, nil, n.At)
	if err != nil {
		return nil, err
	}
	if r.Table == nil || len(r.Table.Partitions) == 0 {
		return nil, sqlerr.New("INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", n.At, "The partition command is invalid. Reason: Table %s is not partitioned.", catalog.QuoteName(n.Name))
	}
	files, err := datasource.List(ctx, []string{r.Table.Location})
	if err != nil {
		return nil, err
	}
	t := textTable("partition")
	seen := map[string]bool{}
	for _, f := range files.Files {
		parts := make([]string, len(f.Partitions))
		for i, v := range f.Partitions {
			parts[i] = datasource.EscapePartition(files.Partitions[i]) + "=" + datasource.EscapePartition(v)
		}
		if p := strings.Join(parts, "/"); !seen[p] {
			seen[p] = true
			t.add(p)
		}
	}
	return t, nil
}

// analyzedColumn is where the measures of a column lie in the row that ANALYZE TABLE computes; sized ones have two of their bytes.
type analyzedColumn struct {
	at, first int
	sized     bool
}

// statistics makes those of a column out of its measures.
func (c analyzedColumn) statistics(rows int64, v []any, t types.Type) datasource.ColumnStatistics {
	s := datasource.ColumnStatistics{Min: v[0], Max: v[1], Exact: true, Nulls: rows - v[2].(int64), HasNulls: true, Distinct: float64(v[3].(int64)), Error: 1.1}
	if t.IsFloating() {
		s.Max = nil
	}
	if c.sized && v[4] != nil {
		s.Width, s.MaxWidth = v[4].(float64), int(v[5].(int32))
	}
	return s
}

// analyzeTable computes exact statistics by a query and keeps them with the table.
func (st *statement) analyzeTable(ctx context.Context, n *logical.Analyze) error {
	t, err := st.managedTable(ctx, n.Name, n)
	if err != nil {
		return err
	}
	s := &datasource.Statistics{Bytes: -1, Columns: make([]datasource.ColumnStatistics, len(t.Columns))}
	if src, ok := t.Source.(datasource.Statistician); ok {
		if known, err := src.Statistics(ctx); err == nil {
			s.Bytes, s.Rows = known.Bytes, known.Rows
			copy(s.Columns, known.Columns)
		}
	}
	wanted := n.Columns
	if n.AllColumns {
		wanted = columnNames(t)
	}
	list := []expr.Expr{call("count", &expr.Literal{Value: int32(1), T: types.IntType})}
	var at []analyzedColumn
	for _, name := range wanted {
		i := t.Schema().Index(name)
		if i < 0 {
			return sqlerr.New("COLUMN_NOT_FOUND", n.At, "The column %s cannot be found.", types.Quote(name))
		}
		ty := t.Columns[i].Type
		if ty.IsNested() || ty.Kind == types.CalendarInterval {
			continue
		}
		ref := &expr.Name{Parts: []string{t.Columns[i].Name}}
		col := analyzedColumn{at: i, first: len(list), sized: ty.Kind == types.String || ty.Kind == types.Binary}
		list = append(list, call("min", ref), call("max", ref), call("count", ref), call("approx_count_distinct", ref))
		if col.sized {
			size := call("octet_length", ref)
			list = append(list, call("avg", size), call("max", size))
		}
		at = append(at, col)
	}
	if n.NoScan {
		s.Rows = max(s.Rows, 0)
	} else {
		rows, _, err := st.collect(ctx, &logical.UnresolvedAggregate{Input: &logical.UnresolvedRelation{Base: n.Base, Parts: n.Name}, Group: &logical.Grouping{}, List: list})
		if err != nil {
			return err
		}
		row := rows[0]
		s.Rows = row[0].(int64)
		for _, col := range at {
			s.Columns[col.at] = col.statistics(s.Rows, row[col.first:], t.Columns[col.at].Type)
		}
	}
	c := *t
	c.Statistics = s
	if src, ok := t.Source.(datasource.VectorTable); ok {
		c.Source = datasource.WithStatistics(src, s)
	}
	st.session.catalog.UpdateTable(&c)
	return nil
}

func call(name string, args ...expr.Expr) *expr.UnresolvedCall {
	return &expr.UnresolvedCall{Name: []string{name}, Args: args}
}
