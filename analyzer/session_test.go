package analyzer

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/config"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// emptyTable is a source of columns without rows; the analyzer never reads.
type emptyTable struct{}

func (emptyTable) Schema() *arrow.Schema { return arrow.NewSchema(nil, nil) }
func (emptyTable) Scan(context.Context, []int, []datasource.Predicate, int64) (datasource.Scan, error) {
	return nil, sqlerr.Internal("not read")
}

// testSession does what a session does around the analyzer, for the statements that tests need.
type testSession struct {
	t       testing.TB
	conf    *config.Conf
	catalog *catalog.Catalog
	params  Params
	legacy  bool // intervals
}

func newTestSession(t testing.TB) *testSession {
	s := &testSession{t: t, conf: config.New(), catalog: catalog.New()}
	return s
}

func (s *testSession) env() *expr.Env {
	zone, err := time.LoadLocation("America/Los_Angeles")
	require.NoError(s.t, err)
	return &expr.Env{Now: time.Unix(1700000000, 0), Zone: zone, ANSI: s.conf.Bool("spark.sql.ansi.enabled"), User: "u", Catalog: catalog.DefaultCatalog,
		Database: s.catalog.CurrentDatabase(), Conf: s.conf.Get}
}

func (s *testSession) parse(text string, in *sqlerr.Origin) (logical.Plan, error) {
	return sql.Parse(text, sql.Options{LegacyIntervals: s.legacy, Origin: in})
}

func (s *testSession) analyze(p logical.Plan) (logical.Plan, error) {
	ids := new(atomic.Int32)
	return Analyze(context.Background(), p, &Session{Catalog: s.catalog, Conf: s.conf.Get, Env: s.env(), Params: s.params,
		NextID: func() expr.ColumnID { return expr.ColumnID(ids.Add(1)) }, Parse: s.parse})
}

// run analyzes a query, or does a command as far as names are concerned; the plan is nil for commands.
func (s *testSession) run(text string) (logical.Plan, error) {
	p, err := s.parse(text, nil)
	if err != nil {
		return nil, err
	}
	if done, err := s.command(p); done || err != nil {
		return nil, sqlerr.Attach(err, text)
	}
	out, err := s.analyze(p)
	return out, sqlerr.Attach(err, text)
}

func (s *testSession) table(name []string, schema types.Schema, partitions []string) error {
	db, short, err := s.catalog.Place(name, sqlerr.Pos{})
	if err != nil {
		return err
	}
	t := &catalog.Table{Database: db, Name: short, Source: emptyTable{}, Partitions: partitions, Provider: "parquet"}
	for _, f := range schema {
		t.Columns = append(t.Columns, catalog.Column{Name: f.Name, Type: f.Type, Nullable: f.Nullable})
	}
	_, err = s.catalog.CreateTable(t, catalog.Replace, sqlerr.Pos{})
	return err
}

func (s *testSession) command(p logical.Plan) (bool, error) {
	switch n := p.(type) {
	case *logical.CreateView:
		return true, s.createView(n)
	case *logical.CreateTable:
		var schema types.Schema
		for _, c := range n.Columns {
			schema = append(schema, types.Field{Name: c.Name, Type: c.Type, Nullable: !c.NotNull})
		}
		if n.Query != nil {
			q, err := s.analyze(n.Query)
			if err != nil {
				return true, err
			}
			schema = logical.Schema(q)
		}
		return true, s.table(n.Name, schema, n.PartitionedBy)
	case *logical.DropTable:
		_, err := s.catalog.Drop(n.Name, n.View, n.IfExists, n.At)
		return true, err
	case *logical.CreateDatabase:
		if n.Drop {
			return true, s.catalog.DropDatabase(n.Name, n.IfExists, n.Cascade, n.At)
		}
		return true, s.catalog.CreateDatabase(catalog.Database{Name: n.Name[len(n.Name)-1]}, n.IfNotExists, n.At)
	case *logical.Use:
		return true, s.catalog.Use(n.Name, n.At)
	case *logical.Set:
		if n.Value != nil {
			return true, s.conf.Set(n.Key, *n.Value)
		}
		return true, nil
	case *logical.DeclareVariable:
		return true, s.declare(n)
	case *logical.CreateFunction:
		if n.Drop {
			return true, s.catalog.DropFunction(n.Name, n.Temporary, n.IfExists, n.At)
		}
		f := &catalog.Function{Database: catalog.DefaultDatabase, Name: n.Name[len(n.Name)-1], Params: n.Params, Returns: n.Returns, Table: n.Table, IsTable: n.IsTable, Body: n.Body, Query: n.Query}
		if n.Temporary {
			f.Database = ""
		}
		return true, s.catalog.CreateFunction(f, n.Temporary, catalog.Replace, n.At)
	case *logical.Insert, *logical.Truncate, *logical.Describe, *logical.Show, *logical.Cache, *logical.Analyze, *logical.Explain, *logical.Unsupported:
		return true, nil
	}
	return false, nil
}

func (s *testSession) createView(n *logical.CreateView) error {
	v := &catalog.View{Name: n.Name[len(n.Name)-1], Text: n.Text, Columns: n.Columns, Current: s.catalog.CurrentDatabase(), Temporary: n.Temporary, Global: n.Global, Conf: s.conf.Values()}
	if n.Text == "" {
		v.Plan = n.Query
	}
	if n.Query == nil {
		return sqlerr.Unsupported("X", n.At, "view of a file")
	}
	q, err := s.analyze(n.Query)
	if err != nil {
		return err
	}
	v.Schema = logical.Schema(q)
	if !n.Temporary && !n.Global {
		if err := CheckPermanent(n.Query, "VIEW", n.Name, s.catalog); err != nil {
			return err
		}
	}
	if !n.Temporary {
		if v.Database, v.Name, err = s.catalog.Place(n.Name, n.At); err != nil {
			return err
		}
	}
	return s.catalog.CreateView(v, catalog.Replace, n.At)
}

func (s *testSession) declare(n *logical.DeclareVariable) error {
	if n.Drop {
		return s.catalog.DropVariable(n.Names, n.IfExists, n.At)
	}
	for _, name := range n.Names {
		t := types.IntType
		if n.Type != nil {
			t = *n.Type
		}
		if err := s.catalog.DeclareVariable(&catalog.Variable{Name: name, Value: &expr.Literal{T: t}, Default: n.Default}, true, n.At); err != nil {
			return err
		}
	}
	return nil
}

// must analyzes a query that is right.
func (s *testSession) must(text string) logical.Plan {
	s.t.Helper()
	p, err := s.run(text)
	require.NoError(s.t, err, text)
	if p != nil {
		require.NoError(s.t, logical.Check(p), "%s\n%s", text, logical.Format(p, logical.FormatOptions{}))
	}
	return p
}

// ddl prints a schema as the corpus does.
func ddl(p logical.Plan) string {
	var parts []string
	for _, f := range logical.Schema(p) {
		parts = append(parts, f.Name+":"+f.Type.String())
	}
	return "struct<" + strings.Join(parts, ",") + ">"
}
