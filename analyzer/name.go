package analyzer

import (
	"math"
	"slices"
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// found is what a name turned out to mean.
type found struct {
	e      expr.Expr
	rest   []string // parts that are struct fields of e
	pretty string   // the text in automatic column names, without rest
	// qualifier is that of a column; outer tells that it was found around the query.
	qualifier []string
	outer     bool
}

// name binds a column name. Columns of the input come first, then aliases of the select list, the scopes around the query, session
// variables, and the functions that are called without parentheses.
func (b *binder) name(n *expr.Name) (expr.Expr, error) {
	f, err := b.find(n)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, b.unresolved(n)
	}
	e, pretty := f.e, f.pretty
	for _, field := range f.rest {
		if e, err = b.field(e, field, n.At); err != nil {
			return nil, err
		}
		pretty += "." + field
	}
	b.a.names[n] = pretty
	return e, nil
}

func (b *binder) find(n *expr.Name) (*found, error) {
	depth := 0
	for s := b.scope; s != nil; s = s.outer {
		f, err := s.lookup(b, n)
		if err != nil {
			return nil, err
		}
		if f == nil && depth == 0 && !s.lambda && len(n.Parts) == 1 {
			if e := b.literalFunction(n); e != nil {
				return e, nil
			}
		}
		if f != nil {
			if depth > 0 {
				f.outer = true
				f.pretty = "outer(" + strings.Join(append(f.qualifier[:len(f.qualifier):len(f.qualifier)], f.pretty), ".") + ")"
			}
			return f, nil
		}
		if !s.lambda {
			depth++
		}
	}
	if b.scope == nil && len(n.Parts) == 1 {
		if e := b.literalFunction(n); e != nil {
			return e, nil
		}
	}
	return b.variable(n), nil
}

// lookup finds a name in one scope, or gives nil.
func (s *scope) lookup(b *binder, n *expr.Name) (*found, error) {
	if e, ok := s.vars[strings.ToLower(n.Parts[0])]; ok {
		return &found{e: e, rest: n.Parts[1:], pretty: prettyVar(e, n.Parts[0])}, nil
	}
	if s.first && !b.inAggregate {
		return s.above(b, n)
	}
	if f, err := s.column(n); f != nil || err != nil {
		return f, err
	}
	if s.fallback != nil {
		if f, err := s.fallback(n); f != nil || err != nil {
			return f, err
		}
	}
	return s.alias(b, n)
}

// above finds a name in a clause that sees the list's aliases before the input's columns. HAVING takes the column of a grouping key even
// before an alias. What lacks the fields that the name asks for gives way to the next.
func (s *scope) above(b *binder, n *expr.Name) (*found, error) {
	c, cerr := s.column(n) // also where several aliases have the name
	having := b.clause == "HAVING"
	key := having && c != nil && b.isKey(c.e)
	if c != nil && b.holds(c, n) && (key || b.input) {
		return c, nil
	}
	f, err := s.alias(b, n)
	if f != nil && (c == nil || b.holds(f, n) || !b.holds(c, n)) {
		return f, nil
	}
	if err != nil && (c == nil || having && !key) {
		return nil, err
	}
	return c, cerr
}

// holds reports whether the value that a name found has the fields that the name asks for.
func (b *binder) holds(f *found, n *expr.Name) bool {
	e := f.e
	for _, name := range f.rest {
		var err error
		if e, err = b.field(e, name, n.At); err != nil {
			return false
		}
	}
	return true
}

func prettyVar(e expr.Expr, name string) string {
	if _, ok := e.(*expr.Column); ok {
		return "namedlambdavariable()"
	}
	return name
}

// column finds a column: by the longest qualifier that fits, last by its first part alone. Parts left over are struct fields.
func (s *scope) column(n *expr.Name) (*found, error) {
	for k := min(len(n.Parts)-1, 3); k >= 0; k-- {
		cands := match(s.cols, n, k)
		if k > 0 || len(cands) == 0 && n.PlanID != 0 {
			cands = append(cands, match(s.hidden, n, k)...)
		}
		cands = nearest(distinctColumns(cands), n.PlanID)
		if len(cands) == 0 {
			if cands = distinctColumns(match(s.missing, n, k)); len(cands) > 1 {
				return nil, ambiguous(n, cands, k)
			}
		}
		switch len(cands) {
		case 0:
			continue
		case 1:
			c := *cands[0].Column
			c.Name, c.At = n.Parts[k], n.At
			return &found{e: &c, rest: n.Parts[k+1:], pretty: n.Parts[k], qualifier: cands[0].qualifier}, nil
		}
		return nil, ambiguous(n, cands, k)
	}
	return nil, nil
}

// match returns the columns whose qualifier ends in the first k parts and whose name is the next part.
func match(cols []column, n *expr.Name, k int) []column {
	var out []column
	for _, c := range cols {
		if strings.EqualFold(c.Name, n.Parts[k]) && endsWith(c.qualifier, n.Parts[:k]) && inFrame(c, n.PlanID) {
			out = append(out, c)
		}
	}
	return out
}

// nearest keeps, of the columns of one DataFrame, those that came from it by the fewest calls: in df.join(df.filter(…), …) the name df["a"]
// means the left side's.
func nearest(cols []column, id int64) []column {
	if id == 0 || len(cols) < 2 {
		return cols
	}
	least := math.MaxInt
	var out []column
	for _, c := range cols {
		d := len(c.frames) - 1 - slices.Index(c.frames, id)
		if d < least {
			least, out = d, nil
		}
		if d == least {
			out = append(out, c)
		}
	}
	return out
}

func inFrame(c column, id int64) bool {
	if id == 0 {
		return true
	}
	for _, f := range c.frames {
		if f == id {
			return true
		}
	}
	return false
}

func endsWith(name, suffix []string) bool {
	if len(suffix) > len(name) {
		return false
	}
	for i, s := range suffix {
		if !strings.EqualFold(name[len(name)-len(suffix)+i], s) {
			return false
		}
	}
	return true
}

func distinctColumns(cols []column) []column {
	if len(cols) < 2 {
		return cols
	}
	var out []column
	for _, c := range cols {
		dup := false
		for _, d := range out {
			dup = dup || d.ID == c.ID
		}
		if !dup {
			out = append(out, c)
		}
	}
	return out
}

// alias finds an item of the select list by its alias.
func (s *scope) alias(b *binder, n *expr.Name) (*found, error) {
	var hit *alias
	for i := range s.aliases {
		if !strings.EqualFold(s.aliases[i].name, n.Parts[0]) {
			continue
		}
		if hit != nil && !s.first {
			return nil, sqlerr.New("AMBIGUOUS_LATERAL_COLUMN_ALIAS", n.At, "Lateral column alias %s is ambiguous and has several matches.", types.Quote(n.Parts[0]))
		}
		if hit != nil && hit.col.ID != s.aliases[i].col.ID && !sameItem(hit, &s.aliases[i]) {
			return nil, sqlerr.New("AMBIGUOUS_REFERENCE", n.At, "Reference %s is ambiguous, could be: [%s, %s].", catalog.QuoteName(n.Parts), types.Quote(hit.name), types.Quote(s.aliases[i].name))
		}
		hit = &s.aliases[i]
	}
	if hit == nil {
		return nil, nil
	}
	if !s.first && b.inAggregate {
		return nil, sqlerr.Unsupported("LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC", n.At, "Referencing a lateral column alias %s in an aggregate function is not supported.", types.Quote(n.Parts[0]))
	}
	c := *hit.col
	c.Name, c.At = n.Parts[0], n.At
	pretty := n.Parts[0]
	if !s.first {
		pretty = "lateralAliasReference(" + strings.Join(n.Parts, ".") + ")"
		if len(n.Parts) > 1 {
			b.a.names[n] = pretty
		}
	}
	return &found{e: &c, rest: n.Parts[1:], pretty: pretty}, nil
}

// isKey reports the grouping expressions of the block.
func (b *binder) isKey(e expr.Expr) bool {
	if b.grouping == nil {
		return false
	}
	for _, k := range b.grouping.keys {
		if expr.Equal(k.Expr, e) {
			return true
		}
	}
	return false
}

// sameItem reports aliases of equal expressions, which either may stand for.
func sameItem(a, b *alias) bool {
	if a.it == nil || b.it == nil {
		return false
	}
	c, ok := a.it.e.(*expr.Column)
	return ok && isColumn(b.it.e, c.ID)
}

func ambiguous(n *expr.Name, cands []column, k int) error {
	names := make([]string, len(cands))
	for i, c := range cands {
		names[i] = catalog.QuoteName(append(c.qualifier[:len(c.qualifier):len(c.qualifier)], c.Name))
	}
	return sqlerr.New("AMBIGUOUS_REFERENCE", n.At, "Reference %s is ambiguous, could be: [%s].", catalog.QuoteName(n.Parts), strings.Join(names, ", "))
}

// unresolved is the error for a name that means nothing, with the nearest columns.
func (b *binder) unresolved(n *expr.Name) error {
	if n.PlanID != 0 {
		return sqlerr.New("CANNOT_RESOLVE_DATAFRAME_COLUMN", n.At, "Cannot resolve dataframe column %s. It is probably because of illegal references like df1.select(df2.col(\"a\")).", catalog.QuoteName(n.Parts))
	}
	var names []string
	short := map[string][]string{}
	for s := b.scope; s != nil; s = s.outer {
		for _, c := range s.cols {
			full := catalog.QuoteName(append(lastOf(c.qualifier), c.Name))
			if short[full] == nil {
				short[full] = []string{c.Name}
				names = append(names, full)
			}
		}
		if len(names) > 0 {
			break
		}
	}
	if len(names) == 0 {
		return sqlerr.New("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", n.At, "A column, variable, or function parameter with name %s cannot be resolved.", catalog.QuoteName(n.Parts))
	}
	e := sqlerr.New("UNRESOLVED_COLUMN.WITH_SUGGESTION", n.At, "A column, variable, or function parameter with name %s cannot be resolved.", catalog.QuoteName(n.Parts))
	return e.WithHint("Did you mean one of the following? [%s].", strings.Join(nearestNames(n.Parts, names, short), ", "))
}

// nearestNames orders the columns in reach by their distance to the name as written: with the qualifier if it had one.
func nearestNames(parts, names []string, short map[string][]string) []string {
	keys := make([]string, len(names))
	by := map[string]string{}
	for i, full := range names {
		keys[i] = short[full][0]
		if len(parts) > 1 {
			keys[i] = full
		}
		if _, ok := by[keys[i]]; !ok {
			by[keys[i]] = full
		}
	}
	want := parts[0]
	if len(parts) > 1 {
		want = catalog.QuoteName(parts)
	}
	near := sqlerr.Nearest(want, keys, 5)
	if len(near) == 0 {
		near = keys[:min(5, len(keys))]
	}
	out := make([]string, len(near))
	for i, k := range near {
		out[i] = by[k]
	}
	return out
}

func lastOf(q []string) []string {
	if len(q) == 0 {
		return nil
	}
	return []string{q[len(q)-1]}
}

// variable finds a session variable: its value is a literal.
func (b *binder) variable(n *expr.Name) *found {
	for k := min(len(n.Parts), 3); k > 0; k-- {
		if v := b.a.Catalog.Variable(n.Parts[:k]); v != nil && v.Value != nil {
			l := *v.Value
			l.At = n.At
			return &found{e: &l, rest: n.Parts[k:], pretty: "variablereference(system.session." + strings.ToLower(v.Name) + "=" + literalText(&l, b.a) + ")"}
		}
	}
	return nil
}

// literalFunctions are called without parentheses.
var literalFunctions = []string{"current_date", "current_timestamp", "current_time", "current_user", "localtime", "session_user", "user"}

func (b *binder) literalFunction(n *expr.Name) *found {
	for _, name := range literalFunctions {
		if strings.EqualFold(n.Parts[0], name) {
			e, err := b.expr(&expr.UnresolvedCall{Base: n.Base, Name: []string{name}})
			if err != nil {
				return nil
			}
			pretty := name + "()"
			if name == "current_time" || name == "localtime" {
				pretty = "current_time(6)"
			}
			return &found{e: e, pretty: pretty}
		}
	}
	if strings.EqualFold(n.Parts[0], "grouping__id") && b.grouping != nil {
		e, err := b.expr(&expr.UnresolvedCall{Base: n.Base, Name: []string{"grouping_id"}})
		if err == nil {
			return &found{e: e, pretty: n.Parts[0]}
		}
	}
	return nil
}
