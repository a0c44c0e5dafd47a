// Package analyzer binds plans: it turns the unresolved nodes that SQL text or DataFrame calls make into resolved ones, in one bottom-up
// pass. Names become column numbers, calls become functions with coerced arguments, and every clause is checked for what Spark forbids
// there.
//
// Sparrow makes no compatibility promise for this package.
package analyzer

import (
	"context"
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Params are the values of a statement's parameters: Go values, *expr.Literal, or any expression. Positional are those of ?, Named
// those of :name.
type Params struct {
	Positional []any
	Named      map[string]any
}

// Session is what the analyzer sees of the session that runs a statement.
type Session struct {
	Catalog *catalog.Catalog
	Conf    func(key string) string
	Env     *expr.Env
	Params  Params
	// NextID gives column numbers that are new in the statement.
	NextID func() expr.ColumnID
	// Parse reads the text of a view, in which places lie.
	Parse func(text string, in *sqlerr.Origin) (logical.Plan, error)
	// Warn, if set, is told what has no effect: a hint that is not known.
	Warn func(message string)
}

// Analyze binds a plan. The result's Output is what the query shows, in order. Errors are *sqlerr.Error with Spark's conditions and the
// place in the text that p was parsed from. ctx bounds the opening of files that the query names.
func Analyze(ctx context.Context, p logical.Plan, s *Session) (logical.Plan, error) {
	a := &analyzer{ctx: ctx, Session: s, env: s.Env, names: map[*expr.Name]string{}, outerNames: map[*expr.Subquery][]string{}, starNames: map[*expr.Star][]string{},
		dateForms: map[*expr.UnresolvedCall]string{}, binaryPads: map[*expr.UnresolvedCall]bool{}}
	if strings.EqualFold(s.Conf("spark.sql.legacy.ctePrecedencePolicy"), "EXCEPTION") {
		if err := nestedDefinitions(p, nil, true); err != nil {
			return nil, err
		}
	}
	if err := a.checkParameters(p); err != nil {
		return nil, err
	}
	r, err := a.plan(p, nil)
	if err != nil {
		return nil, err
	}
	return a.exact(r).plan, nil
}

// analyzer is the state of one analysis. A view's text is bound by a copy with the view's settings.
type analyzer struct {
	*Session
	ctx   context.Context
	env   *expr.Env
	ctes  *cteScope
	views []openView // the views whose texts are being bound, outermost first
	// bindings keeps what the names of the statement being bound were found to mean; nil: nothing is kept.
	bindings *logical.Bindings
	calls    []string // the SQL functions whose bodies are being bound
	// names holds the text under which a bound name appears in automatic column names, outerNames the outer columns of a bound subquery.
	names      map[*expr.Name]string
	outerNames map[*expr.Subquery][]string
	starNames  map[*expr.Star][]string // of stars among arguments
	dateForms  map[*expr.UnresolvedCall]string
	binaryPads map[*expr.UnresolvedCall]bool // lpad and rpad of binaries, which fill with zero bytes
	windowDefs map[string]expr.WindowSpec    // WINDOW clause of the block being bound
}

func (a *analyzer) mode() expr.Mode {
	if a.env.ANSI {
		return expr.ANSI
	}
	return expr.Legacy
}

// fresh returns a column like c under a new number.
func (a *analyzer) fresh(c *expr.Column) *expr.Column {
	n := *c
	n.ID = a.NextID()
	return &n
}

// plan binds a node. outer is where names are looked up that the node's own input does not have: the scope around a subquery.
func (a *analyzer) plan(p logical.Plan, outer *scope) (*relation, error) {
	if err := a.ctx.Err(); err != nil {
		return nil, err
	}
	switch n := p.(type) {
	case *logical.Select:
		return a.selectBlock(n, nil, outer)
	case *logical.Order:
		return a.order(n, outer)
	case *logical.UnresolvedWith:
		return a.with(n, outer)
	case *logical.UnresolvedRelation:
		return a.relation(n, outer)
	case *logical.UnresolvedAlias:
		return a.alias(n, outer)
	case *logical.UnresolvedValues:
		return a.values(n, outer)
	case *logical.TableFunction:
		return a.tableFunction(n, outer)
	case *logical.UnresolvedJoin:
		return a.join(n, outer)
	case *logical.SetOp:
		return a.setOp(n, outer)
	case *logical.Pivot:
		return a.pivot(n, outer)
	case *logical.Unpivot:
		return a.unpivot(n, outer)
	case *logical.TableSample:
		return a.sample(n, outer)
	}
	return a.chain(p, outer)
}

// chain binds the nodes of DataFrame calls and of the pipe syntax, and those that come resolved.
func (a *analyzer) chain(p logical.Plan, outer *scope) (*relation, error) {
	switch n := p.(type) {
	case *logical.UnresolvedProject:
		return a.project(n, outer)
	case *logical.UnresolvedFilter:
		return a.filter(n, outer)
	case *logical.UnresolvedAggregate:
		return a.aggregate(n, outer)
	case *logical.WithColumns:
		return a.withColumns(n, outer)
	case *logical.DropColumns:
		return a.dropColumns(n, outer)
	case *logical.RenameColumns:
		return a.renameColumns(n, outer)
	case *logical.DataFrame:
		return a.dataFrame(n, outer)
	case *logical.Sort:
		return a.sort(n, outer)
	case *logical.DistinctOn:
		return a.distinctOn(n, outer)
	case *logical.Repartition:
		return a.repartition(n, outer)
	case *logical.Distinct:
		return a.distinct(n, outer)
	case *logical.Limit, *logical.Sample, *logical.Filter:
		return a.passThrough(p, outer)
	case *logical.SubqueryAlias:
		return a.resolvedAlias(n, outer)
	case *logical.Scan, *logical.Values, *logical.Range, *logical.Project, *logical.Join, *logical.Aggregate, *logical.Window,
		*logical.Generate, *logical.With, *logical.Recursive, *logical.Stage:
		// A DataFrame's source may stand in a plan more than once, and beside plans of other statements.
		fresh, _ := logical.Renumber(p, a.NextID)
		return resolved(fresh), nil
	}
	if u, ok := p.(*logical.Unsupported); ok {
		return nil, sqlerr.Unsupported(u.Feature, u.At, "%s is not supported yet.", strings.ReplaceAll(strings.ToLower(u.Feature), "_", " "))
	}
	if p.Output() == nil {
		return nil, sqlerr.Unsupported("NESTED_STATEMENT", p.Pos(), "This statement cannot stand where a query is expected.")
	}
	return nil, sqlerr.Internal("the analyzer met %T", p)
}
