package optimizer_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/analyzer"
	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/config"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/optimizer"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// statTable is a table of given statistics; the optimizer never reads rows.
type statTable struct{ s *datasource.Statistics }

func (*statTable) Schema() *arrow.Schema { return arrow.NewSchema(nil, nil) }
func (*statTable) Scan(context.Context, []int, []datasource.Predicate, int64) (datasource.Scan, error) {
	return nil, sqlerr.Internal("not read")
}
func (t *statTable) Statistics(context.Context) (*datasource.Statistics, error) { return t.s, nil }

// session does what a session does around analyzer and optimizer.
type session struct {
	t       testing.TB
	catalog *catalog.Catalog
	conf    *config.Conf
	ids     atomic.Int32
}

func newSession(t testing.TB) *session {
	return &session{t: t, catalog: catalog.New(), conf: config.New()}
}

func (s *session) nextID() expr.ColumnID { return expr.ColumnID(s.ids.Add(1)) }

func (s *session) env() *expr.Env {
	return &expr.Env{Now: time.Unix(1700000000, 0), Zone: time.UTC, ANSI: true, User: "u", Catalog: catalog.DefaultCatalog, Database: "default", Conf: s.conf.Get}
}

// analyze binds a query.
func (s *session) analyze(text string) (logical.Plan, error) {
	p, err := sql.Parse(text, sql.Options{})
	if err != nil {
		return nil, err
	}
	return analyzer.Analyze(context.Background(), p, &analyzer.Session{Catalog: s.catalog, Conf: s.conf.Get, Env: s.env(), NextID: s.nextID,
		Parse: func(text string, in *sqlerr.Origin) (logical.Plan, error) {
			return sql.Parse(text, sql.Options{Origin: in})
		}})
}

// context returns an optimizer that checks the invariants after every rule.
func (s *session) context() *optimizer.Context {
	return &optimizer.Context{Ctx: context.Background(), Env: s.env(), NextID: s.nextID, Check: logical.Check}
}

// create makes tables from lines: CREATE TABLE statements, and
//
//	stats TABLE rows=N [column=distinct[:min:max]]…
func (s *session) create(lines string) {
	for _, line := range strings.Split(lines, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if words := strings.Fields(line); words[0] == "stats" {
			s.statistics(words[1], words[2:])
			continue
		}
		p, err := sql.Parse(line, sql.Options{})
		require.NoError(s.t, err, line)
		n := p.(*logical.CreateTable)
		source := &statTable{&datasource.Statistics{Rows: 1000, Bytes: -1, Columns: make([]datasource.ColumnStatistics, len(n.Columns))}}
		t := &catalog.Table{Database: catalog.DefaultDatabase, Name: n.Name[len(n.Name)-1], Source: source, Provider: "parquet"}
		for _, c := range n.Columns {
			t.Columns = append(t.Columns, catalog.Column{Name: c.Name, Type: c.Type, Nullable: !c.NotNull})
		}
		_, err = s.catalog.CreateTable(t, catalog.Replace, sqlerr.Pos{})
		require.NoError(s.t, err)
	}
}

func (s *session) statistics(table string, words []string) {
	t := s.catalog.Find([]string{table}).Table
	st := t.Source.(*statTable).s
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		parts := strings.Split(value, ":")
		n, err := strconv.ParseFloat(parts[0], 64)
		require.NoError(s.t, err, w)
		if name == "exact" {
			st.Exact = n == 1
			continue
		}
		if name == "rows" {
			st.Rows = int64(n)
			continue
		}
		at := -1
		for i, c := range t.Columns {
			if c.Name == name {
				at = i
			}
		}
		require.GreaterOrEqual(s.t, at, 0, "%s has no column %s", table, name)
		c := datasource.ColumnStatistics{Distinct: n, Error: 1.1, HasNulls: true}
		if len(parts) >= 3 { // with a fourth one these are bounds
			c.Min, c.Max, c.Exact = s.value(parts[1], t.Columns[at].Type), s.value(parts[2], t.Columns[at].Type), len(parts) == 3
		}
		st.Columns[at] = c
	}
}

func (s *session) value(text string, t types.Type) any {
	if t.Kind == types.Date {
		d, err := time.Parse("2006-01-02", text)
		require.NoError(s.t, err)
		return int32(d.Unix() / 86400)
	}
	v, err := strconv.ParseFloat(text, 64)
	require.NoError(s.t, err)
	switch t.Kind {
	case types.Int:
		return int32(v)
	case types.BigInt:
		return int64(v)
	case types.Decimal:
		return types.Int128Of(int64(math.Round(v * math.Pow10(int(t.Scale)))))
	}
	return v
}

// optimize returns the optimized plan and the rules that changed it.
func (s *session) optimize(text string, disabled ...string) (logical.Plan, map[string]bool, error) {
	p, err := s.analyze(text)
	if err != nil {
		return nil, nil, err
	}
	fired := map[string]bool{}
	c := s.context()
	c.Disabled = func(rule string) bool {
		for _, d := range disabled {
			if d == rule {
				return true
			}
		}
		return false
	}
	c.Trace = func(a optimizer.Applied) {
		if !logical.Same(a.Before, a.After) {
			fired[a.Rule] = true
		}
	}
	out, err := optimizer.Optimize(c, p)
	if err != nil {
		return nil, fired, err
	}
	if err := noApply(out); err != nil {
		return nil, fired, err
	}
	return out, fired, nil
}

// noApply checks that every correlated subquery is gone.
func noApply(p logical.Plan) (err error) {
	logical.Walk(p, func(n logical.Plan) bool {
		switch n := n.(type) {
		case *logical.Apply:
			err = fmt.Errorf("an Apply survived")
		case *logical.Join:
			if n.Lateral {
				err = fmt.Errorf("a lateral join survived")
			}
		}
		return err == nil
	})
	return err
}

func (s *session) tpch() {
	text, err := os.ReadFile("testdata/tpch.tables")
	require.NoError(s.t, err)
	s.create(string(text))
}

func tpchQuery(t testing.TB, n int) string {
	text, err := os.ReadFile(fmt.Sprintf("../benchmarks/tpch/queries/%02d.sql", n))
	if err != nil {
		text, err = os.ReadFile(fmt.Sprintf("../benchmarks/tpch/queries/q%02d.sql", n))
	}
	require.NoError(t, err)
	return string(text)
}
