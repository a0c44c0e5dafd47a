package naive

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sparrow-engine/sparrow/analyzer"
	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/config"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/testkit"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

// Engine runs the text of queries over tables.
type Engine struct {
	conf    *config.Conf
	catalog *catalog.Catalog
	env     *expr.Env
}

// Result is the answer to a query; values are as package types describes them.
type Result struct {
	Schema types.Schema
	Rows   [][]any
}

// New returns an engine whose session time zone is UTC.
func New(tables map[string]datasource.Table) (*Engine, error) {
	e := &Engine{conf: config.New(), catalog: catalog.New()}
	e.env = &expr.Env{Now: time.Unix(1_700_000_000, 0), Zone: time.UTC, ANSI: true, User: "naive", Catalog: catalog.DefaultCatalog,
		Database: catalog.DefaultDatabase, Conf: e.conf.Get}
	for name, t := range tables {
		scan := &logical.Scan{Name: name, Table: t}
		for i, c := range catalog.ColumnsOf(t) {
			scan.Out = append(scan.Out, &expr.Column{ID: expr.ColumnID(i + 1), Name: c.Name, T: c.Type, Null: c.Nullable})
			scan.Fields = append(scan.Fields, i)
		}
		if err := e.catalog.CreateTempView(name, scan, false, catalog.Fail); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// Analyze binds a query.
func (e *Engine) Analyze(ctx context.Context, text string) (logical.Plan, error) {
	parse := func(text string, in *sqlerr.Origin) (logical.Plan, error) {
		return sql.Parse(text, sql.Options{Origin: in})
	}
	p, err := parse(text, nil)
	if err != nil {
		return nil, err
	}
	ids := new(atomic.Int32)
	ids.Store(1000)
	return analyzer.Analyze(ctx, p, &analyzer.Session{Catalog: e.catalog, Conf: e.conf.Get, Env: e.env, Parse: parse,
		NextID: func() expr.ColumnID { return expr.ColumnID(ids.Add(1)) }})
}

// Query binds and runs a query.
func (e *Engine) Query(ctx context.Context, query string) (*Result, error) {
	p, err := e.Analyze(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := Execute(ctx, p, e.env)
	if err != nil {
		return nil, err
	}
	return &Result{logical.Schema(p), rows}, nil
}

// Texts returns the rows as testkit.Run shows them, with | between the cells.
func (r *Result) Texts() []string {
	out := make([]string, len(r.Rows))
	for i, row := range r.Rows {
		cells := make([]string, len(row))
		for c, v := range row {
			cells[c] = testkit.Null
			if v != nil {
				cells[c] = testkit.Normal(text.Hive(v, r.Schema[c].Type, time.UTC), r.Schema[c].Type.String())
			}
		}
		out[i] = strings.Join(cells, "|")
	}
	return out
}
