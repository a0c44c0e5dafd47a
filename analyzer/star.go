package analyzer

import (
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

func itoa(i int) string { return strconv.Itoa(i) }

// item is one column of a select list.
type item struct {
	ast   expr.Expr
	name  string   // alias; "" for an automatic name
	names []string // aliases of a generator
	star  bool     // came from a star

	e   expr.Expr
	col *expr.Column
}

// expandAll replaces stars and regular expressions of a list by columns and takes the aliases off.
func (b *binder) expandAll(list []expr.Expr) ([]*item, error) {
	var out []*item
	for _, e := range b.quotedRegex(list) {
		switch x := e.(type) {
		case *expr.Star:
			items, err := b.expandStar(x)
			if err != nil {
				return nil, err
			}
			out = append(out, items...)
		case *expr.Regex:
			items, err := b.expandRegex(x)
			if err != nil {
				return nil, err
			}
			out = append(out, items...)
		case *expr.Alias:
			it := &item{ast: x.Child}
			if len(x.Names) == 1 {
				it.name = x.Names[0]
			} else {
				it.names = x.Names
			}
			out = append(out, it)
		case *expr.IdentifierClause:
			n, err := b.identified(x)
			if err != nil {
				return nil, err
			}
			if s, ok := n.(*expr.Star); ok {
				items, err := b.expandStar(s)
				if err != nil {
					return nil, err
				}
				out = append(out, items...)
				continue
			}
			out = append(out, &item{ast: n})
		default:
			out = append(out, &item{ast: e})
		}
	}
	return out, nil
}

// expandStar returns the columns that a star means. The column of a star is already bound.
func (b *binder) expandStar(s *expr.Star) ([]*item, error) {
	items, err := b.starColumns(s)
	if err != nil {
		return nil, err
	}
	if items, err = b.except(s, items); err != nil {
		return nil, err
	}
	return b.replace(s, items)
}

func (b *binder) starColumns(s *expr.Star) ([]*item, error) {
	sc := b.scope
	for sc != nil && sc.lambda {
		sc = sc.outer
	}
	if len(s.Qualifier) == 0 {
		if sc == nil || len(sc.cols) == 0 && sc.outer == nil {
			return nil, sqlerr.New("CANNOT_RESOLVE_STAR_EXPAND", s.At, "Cannot resolve *.* given input columns [].").WithHint("Please check that the specified table or struct exists and is accessible in the input columns.")
		}
		return starItems(sc.cols, s, nil, s.PlanID), nil
	}
	for x := sc; x != nil; x = x.outer {
		all := append(x.cols[:len(x.cols):len(x.cols)], x.hidden...)
		if items := starItems(all, s, s.Qualifier, s.PlanID); len(items) > 0 {
			return items, nil
		}
		if items, err := b.structStar(s); err != nil || items != nil {
			return items, err
		}
	}
	var names []string
	if sc != nil {
		for _, c := range sc.cols {
			names = append(names, types.Quote(c.Name))
		}
	}
	return nil, sqlerr.New("CANNOT_RESOLVE_STAR_EXPAND", s.At, "Cannot resolve %s.* given input columns [%s].", catalog.QuoteName(s.Qualifier), strings.Join(names, ", ")).
		WithHint("Please check that the specified table or struct exists and is accessible in the input columns.")
}

func starItems(cols []column, s *expr.Star, qualifier []string, frame int64) []*item {
	var out []*item
	for _, c := range cols {
		if endsWith(c.qualifier, qualifier) && inFrame(c, frame) {
			out = append(out, &item{ast: c.Column, name: "", star: true})
		}
	}
	return out
}

// structStar is s.* over a struct column.
func (b *binder) structStar(s *expr.Star) ([]*item, error) {
	n := &expr.Name{Base: s.Base, Parts: s.Qualifier, PlanID: s.PlanID}
	f, err := b.find(n)
	if err != nil || f == nil {
		return nil, err
	}
	e, err := b.name(n)
	if err != nil {
		return nil, err
	}
	if e.Type().Kind != types.Struct {
		return nil, sqlerr.New("INVALID_USAGE_OF_STAR_OR_REGEX", s.At, "Cannot expand %s.*: %s is of type %s, not a struct.", catalog.QuoteName(s.Qualifier), catalog.QuoteName(s.Qualifier), e.Type().SQL())
	}
	var out []*item
	for i, fl := range e.Type().Fields() {
		out = append(out, &item{ast: &expr.Field{Base: s.Base, Child: e, Index: i}, name: fl.Name, star: true})
	}
	return out, nil
}

// except removes the columns of * EXCEPT (…); a.b takes a field out of a struct.
func (b *binder) except(s *expr.Star, items []*item) ([]*item, error) {
	for i, name := range s.Except {
		for _, other := range s.Except[:i] {
			if n := min(len(name), len(other)); endsWith(name[:n], other[:n]) {
				return nil, sqlerr.New("EXCEPT_OVERLAPPING_COLUMNS", s.At, "Columns in an EXCEPT list must be distinct and non-overlapping, but got (%s, %s).", catalog.QuoteName(other), catalog.QuoteName(name))
			}
		}
		at := -1
		var rest []string
		for i, it := range items {
			if k := names(it, name); k > 0 {
				at, rest = i, name[k:]
				break
			}
		}
		if at < 0 {
			return nil, b.unresolvedIn(name, items, s.At)
		}
		if len(rest) == 0 {
			keep := make([]*item, 0, len(items))
			for _, it := range items {
				if names(it, name) != len(name) {
					keep = append(keep, it)
				}
			}
			items = keep
			continue
		}
		e, err := b.withoutField(items[at].ast, rest, s.At)
		if err != nil {
			return nil, err
		}
		items[at] = &item{ast: e, name: itemName(items[at]), star: true}
	}
	return items, nil
}

// names returns how many parts of name denote the item's column, 0 for none.
func names(it *item, name []string) int {
	for k := 0; k < len(name) && k < 4; k++ {
		if strings.EqualFold(itemName(it), name[k]) {
			return k + 1
		}
	}
	return 0
}

func itemName(it *item) string {
	if it.name != "" {
		return it.name
	}
	if c, ok := it.ast.(*expr.Column); ok {
		return c.Name
	}
	return ""
}

func (b *binder) unresolvedIn(name []string, items []*item, pos sqlerr.Pos) error {
	var all []string
	for _, it := range items {
		all = append(all, itemName(it))
	}
	return sqlerr.New("UNRESOLVED_COLUMN.WITH_SUGGESTION", pos, "A column, variable, or function parameter with name %s cannot be resolved.", catalog.QuoteName(name)).
		WithHint("Did you mean one of the following? [%s].", catalog.QuoteList(sqlerr.Nearest(name[len(name)-1], all, 5)))
}

// withoutField rebuilds a struct without a nested field.
func (b *binder) withoutField(e expr.Expr, path []string, pos sqlerr.Pos) (expr.Expr, error) {
	if e.Type().Kind != types.Struct {
		return nil, sqlerr.New("EXCEPT_NESTED_COLUMN_INVALID_TYPE", pos, "EXCEPT column %s was resolved and expected to be StructType, but found type %s.", catalog.QuoteName(path), e.Type().SQL())
	}
	at, err := fieldIndex(e.Type(), path[0], pos)
	if err != nil {
		return nil, err
	}
	var args []expr.Expr
	for i, f := range e.Type().Fields() {
		var x expr.Expr = &expr.Field{Child: e, Index: i}
		if i == at {
			if len(path) == 1 {
				continue
			}
			if x, err = b.withoutField(x, path[1:], pos); err != nil {
				return nil, err
			}
		}
		args = append(args, &expr.Literal{Value: f.Name, T: types.StringType}, x)
	}
	return b.call("named_struct", pos, args...)
}

// replace puts the expressions of * REPLACE (e AS name) in the places of the columns.
func (b *binder) replace(s *expr.Star, items []*item) ([]*item, error) {
	for _, r := range s.Replace {
		hit := false
		for i, it := range items {
			if strings.EqualFold(itemName(it), r.Names[0]) {
				items[i] = &item{ast: r.Child, name: itemName(it)}
				hit = true
			}
		}
		if !hit {
			return nil, b.unresolvedIn(r.Names, items, r.At)
		}
	}
	return items, nil
}

// expandRegex returns the columns whose names match as a whole, without regard to case.
func (b *binder) expandRegex(r *expr.Regex) ([]*item, error) {
	var out []*item
	for _, c := range b.scope.cols {
		if !endsWith(c.qualifier, r.Qualifier) || !inFrame(c, r.PlanID) {
			continue
		}
		hit, err := b.matchesName(r.Pattern, c.Name, r.At)
		if err != nil {
			return nil, err
		}
		if hit {
			out = append(out, &item{ast: c.Column, star: true})
		}
	}
	return out, nil
}

// matchesName matches a name by a regular expression of Java, as RLIKE does.
func (b *binder) matchesName(pattern, name string, pos sqlerr.Pos) (bool, error) {
	text := func(s string) expr.Expr {
		return &expr.Literal{Base: expr.Base{At: pos}, Value: s, T: types.StringType}
	}
	e, err := b.call("rlike", pos, text(name), text("(?i)^(?:"+pattern+")$"))
	if err != nil {
		return false, err
	}
	v, err := eval.EvalConstant(e, b.a.env)
	hit, _ := v.(bool)
	return hit, err
}

// quotedRegex turns names that can only be written in back-ticks into regular expressions over the columns, where the settings say so
// (spark.sql.parser.quotedRegexColumnNames): in a list, and among the arguments of its calls.
func (b *binder) quotedRegex(list []expr.Expr) []expr.Expr {
	if !strings.EqualFold(b.a.Conf("spark.sql.parser.quotedRegexColumnNames"), "true") {
		return list
	}
	out := make([]expr.Expr, len(list))
	for i, e := range list {
		out[i] = b.asRegex(e)
		if c, ok := e.(*expr.UnresolvedCall); ok {
			n := *c
			n.Args = b.regexArguments(c.Args)
			out[i] = &n
		}
	}
	return out
}

func (b *binder) asRegex(e expr.Expr) expr.Expr {
	n, ok := e.(*expr.Name)
	if !ok || !strings.ContainsAny(n.Parts[len(n.Parts)-1], "()[]|*+?.^$\\") {
		return e
	}
	last := len(n.Parts) - 1
	return &expr.Regex{Base: n.Base, Pattern: n.Parts[last], Qualifier: n.Parts[:last], PlanID: n.PlanID}
}

// regexArguments replaces regular expressions by the columns that they match.
func (b *binder) regexArguments(args []expr.Expr) []expr.Expr {
	var out []expr.Expr
	for _, a := range args {
		r, ok := b.asRegex(a).(*expr.Regex)
		if !ok {
			out = append(out, a)
			continue
		}
		items, err := b.expandRegex(r)
		if err != nil || len(items) == 0 {
			return args
		}
		for _, it := range items {
			out = append(out, &expr.Name{Base: r.Base, Parts: append(r.Qualifier[:len(r.Qualifier):len(r.Qualifier)], itemName(it))})
		}
	}
	return out
}
