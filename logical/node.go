package logical

import "github.com/sparrow-engine/sparrow/expr"

func one(p Plan) []Plan {
	if p == nil {
		return nil
	}
	return []Plan{p}
}

// Children of every node: the inputs, in the order of the fields. Plans inside expressions are not children.

func (*Scan) Children() []Plan          { return nil }
func (*Values) Children() []Plan        { return nil }
func (*Range) Children() []Plan         { return nil }
func (n *Project) Children() []Plan     { return []Plan{n.Input} }
func (n *Filter) Children() []Plan      { return []Plan{n.Input} }
func (n *Join) Children() []Plan        { return []Plan{n.Left, n.Right} }
func (n *Apply) Children() []Plan       { return []Plan{n.Left, n.Right} }
func (n *Aggregate) Children() []Plan   { return []Plan{n.Input} }
func (n *Window) Children() []Plan      { return []Plan{n.Input} }
func (n *Sort) Children() []Plan        { return []Plan{n.Input} }
func (n *Limit) Children() []Plan       { return []Plan{n.Input} }
func (n *Distinct) Children() []Plan    { return []Plan{n.Input} }
func (n *DistinctOn) Children() []Plan  { return []Plan{n.Input} }
func (n *SetOp) Children() []Plan       { return n.Inputs }
func (n *Generate) Children() []Plan    { return []Plan{n.Input} }
func (n *Sample) Children() []Plan      { return []Plan{n.Input} }
func (n *Repartition) Children() []Plan { return []Plan{n.Input} }
func (n *With) Children() []Plan {
	kids := make([]Plan, 0, len(n.Defs)+1)
	for _, d := range n.Defs {
		kids = append(kids, d.Plan)
	}
	return append(kids, n.Body)
}
func (*Ref) Children() []Plan                { return nil }
func (n *Recursive) Children() []Plan        { return []Plan{n.Anchor, n.Step} }
func (*Rest) Children() []Plan               { return nil }
func (*Stage) Children() []Plan              { return nil }
func (n *SubqueryAlias) Children() []Plan    { return []Plan{n.Input} }
func (*UnresolvedRelation) Children() []Plan { return nil }
func (n *UnresolvedAlias) Children() []Plan  { return []Plan{n.Input} }
func (*UnresolvedValues) Children() []Plan   { return nil }
func (n *TableFunction) Children() []Plan    { return nil }
func (n *UnresolvedJoin) Children() []Plan   { return []Plan{n.Left, n.Right} }
func (n *Select) Children() []Plan           { return one(n.From) }
func (n *Order) Children() []Plan            { return []Plan{n.Input} }
func (n *UnresolvedWith) Children() []Plan {
	kids := make([]Plan, 0, len(n.Defs)+1)
	for _, d := range n.Defs {
		kids = append(kids, d.Query)
	}
	return append(kids, n.Body)
}
func (n *Pivot) Children() []Plan               { return one(n.Input) }
func (n *Unpivot) Children() []Plan             { return one(n.Input) }
func (n *TableSample) Children() []Plan         { return []Plan{n.Input} }
func (n *UnresolvedProject) Children() []Plan   { return []Plan{n.Input} }
func (n *WithColumns) Children() []Plan         { return []Plan{n.Input} }
func (n *DropColumns) Children() []Plan         { return []Plan{n.Input} }
func (n *RenameColumns) Children() []Plan       { return []Plan{n.Input} }
func (n *UnresolvedFilter) Children() []Plan    { return []Plan{n.Input} }
func (n *UnresolvedAggregate) Children() []Plan { return []Plan{n.Input} }
func (n *DataFrame) Children() []Plan           { return []Plan{n.Input} }
func (n *CreateView) Children() []Plan          { return one(n.Query) }
func (n *CreateTable) Children() []Plan         { return one(n.Query) }
func (*DropTable) Children() []Plan             { return nil }
func (n *Insert) Children() []Plan              { return one(n.Query) }
func (*Truncate) Children() []Plan              { return nil }
func (*CreateDatabase) Children() []Plan        { return nil }
func (n *Describe) Children() []Plan            { return one(n.Query) }
func (*Show) Children() []Plan                  { return nil }
func (*Set) Children() []Plan                   { return nil }
func (*Use) Children() []Plan                   { return nil }
func (n *Cache) Children() []Plan               { return one(n.Query) }
func (*Analyze) Children() []Plan               { return nil }
func (n *Explain) Children() []Plan             { return one(n.Query) }
func (*DeclareVariable) Children() []Plan       { return nil }
func (n *SetVariables) Children() []Plan        { return one(n.Query) }
func (*ExecuteImmediate) Children() []Plan      { return nil }
func (*AlterTable) Children() []Plan            { return nil }
func (n *CreateFunction) Children() []Plan      { return one(n.Query) }
func (*Unsupported) Children() []Plan           { return nil }

func (n *Scan) WithChildren([]Plan) Plan          { return n }
func (n *Values) WithChildren([]Plan) Plan        { return n }
func (n *Range) WithChildren([]Plan) Plan         { return n }
func (n *Project) WithChildren(k []Plan) Plan     { c := *n; c.Input = k[0]; return &c }
func (n *Filter) WithChildren(k []Plan) Plan      { c := *n; c.Input = k[0]; return &c }
func (n *Join) WithChildren(k []Plan) Plan        { c := *n; c.Left, c.Right = k[0], k[1]; return &c }
func (n *Apply) WithChildren(k []Plan) Plan       { c := *n; c.Left, c.Right = k[0], k[1]; return &c }
func (n *Aggregate) WithChildren(k []Plan) Plan   { c := *n; c.Input = k[0]; return &c }
func (n *Window) WithChildren(k []Plan) Plan      { c := *n; c.Input = k[0]; return &c }
func (n *Sort) WithChildren(k []Plan) Plan        { c := *n; c.Input = k[0]; return &c }
func (n *Limit) WithChildren(k []Plan) Plan       { c := *n; c.Input = k[0]; return &c }
func (n *Distinct) WithChildren(k []Plan) Plan    { c := *n; c.Input = k[0]; return &c }
func (n *DistinctOn) WithChildren(k []Plan) Plan  { c := *n; c.Input = k[0]; return &c }
func (n *SetOp) WithChildren(k []Plan) Plan       { c := *n; c.Inputs = k; return &c }
func (n *Generate) WithChildren(k []Plan) Plan    { c := *n; c.Input = k[0]; return &c }
func (n *Sample) WithChildren(k []Plan) Plan      { c := *n; c.Input = k[0]; return &c }
func (n *Repartition) WithChildren(k []Plan) Plan { c := *n; c.Input = k[0]; return &c }
func (n *With) WithChildren(k []Plan) Plan {
	c := *n
	c.Defs = make([]Def, len(n.Defs))
	for i, d := range n.Defs {
		d.Plan = k[i]
		c.Defs[i] = d
	}
	c.Body = k[len(n.Defs)]
	return &c
}
func (n *Ref) WithChildren([]Plan) Plan                { return n }
func (n *Recursive) WithChildren(k []Plan) Plan        { c := *n; c.Anchor, c.Step = k[0], k[1]; return &c }
func (n *Rest) WithChildren([]Plan) Plan               { return n }
func (n *Stage) WithChildren([]Plan) Plan              { return n }
func (n *SubqueryAlias) WithChildren(k []Plan) Plan    { c := *n; c.Input = k[0]; return &c }
func (n *UnresolvedRelation) WithChildren([]Plan) Plan { return n }
func (n *UnresolvedAlias) WithChildren(k []Plan) Plan  { c := *n; c.Input = k[0]; return &c }
func (n *UnresolvedValues) WithChildren([]Plan) Plan   { return n }
func (n *TableFunction) WithChildren([]Plan) Plan      { return n }
func (n *UnresolvedJoin) WithChildren(k []Plan) Plan {
	c := *n
	c.Left, c.Right = k[0], k[1]
	return &c
}
func (n *Select) WithChildren(k []Plan) Plan {
	c := *n
	if n.From != nil {
		c.From = k[0]
	}
	return &c
}
func (n *Order) WithChildren(k []Plan) Plan { c := *n; c.Input = k[0]; return &c }
func (n *UnresolvedWith) WithChildren(k []Plan) Plan {
	c := *n
	c.Defs = make([]CTE, len(n.Defs))
	for i, d := range n.Defs {
		d.Query = k[i]
		c.Defs[i] = d
	}
	c.Body = k[len(n.Defs)]
	return &c
}

// first returns the only child, or nil where there was none.
func first(k []Plan) Plan {
	if len(k) == 0 {
		return nil
	}
	return k[0]
}

func (n *Pivot) WithChildren(k []Plan) Plan               { c := *n; c.Input = first(k); return &c }
func (n *Unpivot) WithChildren(k []Plan) Plan             { c := *n; c.Input = first(k); return &c }
func (n *TableSample) WithChildren(k []Plan) Plan         { c := *n; c.Input = k[0]; return &c }
func (n *UnresolvedProject) WithChildren(k []Plan) Plan   { c := *n; c.Input = k[0]; return &c }
func (n *WithColumns) WithChildren(k []Plan) Plan         { c := *n; c.Input = k[0]; return &c }
func (n *DropColumns) WithChildren(k []Plan) Plan         { c := *n; c.Input = k[0]; return &c }
func (n *RenameColumns) WithChildren(k []Plan) Plan       { c := *n; c.Input = k[0]; return &c }
func (n *UnresolvedFilter) WithChildren(k []Plan) Plan    { c := *n; c.Input = k[0]; return &c }
func (n *UnresolvedAggregate) WithChildren(k []Plan) Plan { c := *n; c.Input = k[0]; return &c }
func (n *DataFrame) WithChildren(k []Plan) Plan           { c := *n; c.Input = k[0]; return &c }
func (n *CreateView) WithChildren(k []Plan) Plan          { c := *n; c.Query = first(k); return &c }
func (n *CreateTable) WithChildren(k []Plan) Plan         { c := *n; c.Query = first(k); return &c }
func (n *DropTable) WithChildren([]Plan) Plan             { return n }
func (n *Insert) WithChildren(k []Plan) Plan              { c := *n; c.Query = first(k); return &c }
func (n *Truncate) WithChildren([]Plan) Plan              { return n }
func (n *CreateDatabase) WithChildren([]Plan) Plan        { return n }
func (n *Describe) WithChildren(k []Plan) Plan            { c := *n; c.Query = first(k); return &c }
func (n *Show) WithChildren([]Plan) Plan                  { return n }
func (n *Set) WithChildren([]Plan) Plan                   { return n }
func (n *Use) WithChildren([]Plan) Plan                   { return n }
func (n *Cache) WithChildren(k []Plan) Plan               { c := *n; c.Query = first(k); return &c }
func (n *Analyze) WithChildren([]Plan) Plan               { return n }
func (n *Explain) WithChildren(k []Plan) Plan             { c := *n; c.Query = first(k); return &c }
func (n *DeclareVariable) WithChildren([]Plan) Plan       { return n }
func (n *SetVariables) WithChildren(k []Plan) Plan        { c := *n; c.Query = first(k); return &c }
func (n *ExecuteImmediate) WithChildren([]Plan) Plan      { return n }
func (n *AlterTable) WithChildren([]Plan) Plan            { return n }
func (n *CreateFunction) WithChildren(k []Plan) Plan      { c := *n; c.Query = first(k); return &c }
func (n *Unsupported) WithChildren([]Plan) Plan           { return n }

func named(list []Named) []*expr.Column {
	out := make([]*expr.Column, len(list))
	for i, n := range list {
		out[i] = n.Col
	}
	return out
}

// nullable returns the columns with Null set: the inner side of an outer join.
func nullable(cols []*expr.Column) []*expr.Column {
	out := make([]*expr.Column, len(cols))
	for i, c := range cols {
		if !c.Null {
			d := *c
			d.Null = true
			c = &d
		}
		out[i] = c
	}
	return out
}

func joinColumns(kind JoinKind, left, right []*expr.Column, mark *expr.Column) []*expr.Column {
	switch kind {
	case LeftSemi, LeftAnti, NullAwareAnti:
		return left
	case Mark:
		return append(left[:len(left):len(left)], mark)
	case LeftOuter, Single:
		right = nullable(right)
	case RightOuter:
		left = nullable(left)
	case FullOuter:
		left, right = nullable(left), nullable(right)
	}
	return append(left[:len(left):len(left)], right...)
}

// Output of every resolved node; nil for unresolved ones and for commands, whose result schema CommandSchema gives.

func (n *Scan) Output() []*expr.Column    { return n.Out }
func (n *Values) Output() []*expr.Column  { return n.Out }
func (n *Range) Output() []*expr.Column   { return []*expr.Column{n.Out} }
func (n *Project) Output() []*expr.Column { return named(n.List) }
func (n *Filter) Output() []*expr.Column  { return n.Input.Output() }
func (n *Join) Output() []*expr.Column {
	return joinColumns(n.Kind, n.Left.Output(), n.Right.Output(), n.MarkCol)
}
func (n *Apply) Output() []*expr.Column {
	return joinColumns(n.Kind, n.Left.Output(), n.Right.Output(), n.MarkCol)
}
func (n *Aggregate) Output() []*expr.Column {
	out := append(named(n.Keys), named(n.Aggs)...)
	if n.GroupingID != nil {
		out = append(out, n.GroupingID)
	}
	return out
}
func (n *Window) Output() []*expr.Column {
	in := n.Input.Output()
	return append(in[:len(in):len(in)], named(n.Funcs)...)
}
func (n *Sort) Output() []*expr.Column       { return n.Input.Output() }
func (n *Limit) Output() []*expr.Column      { return n.Input.Output() }
func (n *Distinct) Output() []*expr.Column   { return n.Input.Output() }
func (n *DistinctOn) Output() []*expr.Column { return n.Input.Output() }
func (n *SetOp) Output() []*expr.Column      { return n.Out }
func (n *Generate) Output() []*expr.Column {
	in := n.Input.Output()
	return append(in[:len(in):len(in)], n.Out...)
}
func (n *Sample) Output() []*expr.Column      { return n.Input.Output() }
func (n *Repartition) Output() []*expr.Column { return n.Input.Output() }
func (n *With) Output() []*expr.Column        { return n.Body.Output() }
func (n *Ref) Output() []*expr.Column         { return n.Out }
func (n *Recursive) Output() []*expr.Column   { return n.Out }
func (n *Rest) Output() []*expr.Column        { return n.Out }
func (n *Stage) Output() []*expr.Column       { return n.Out }
func (n *SubqueryAlias) Output() []*expr.Column {
	if n.Out != nil {
		return n.Out
	}
	return n.Input.Output()
}
func (*UnresolvedRelation) Output() []*expr.Column  { return nil }
func (*UnresolvedAlias) Output() []*expr.Column     { return nil }
func (*UnresolvedValues) Output() []*expr.Column    { return nil }
func (*TableFunction) Output() []*expr.Column       { return nil }
func (*UnresolvedJoin) Output() []*expr.Column      { return nil }
func (*Select) Output() []*expr.Column              { return nil }
func (*Order) Output() []*expr.Column               { return nil }
func (*UnresolvedWith) Output() []*expr.Column      { return nil }
func (*Pivot) Output() []*expr.Column               { return nil }
func (*Unpivot) Output() []*expr.Column             { return nil }
func (*TableSample) Output() []*expr.Column         { return nil }
func (*UnresolvedProject) Output() []*expr.Column   { return nil }
func (*WithColumns) Output() []*expr.Column         { return nil }
func (*DropColumns) Output() []*expr.Column         { return nil }
func (*RenameColumns) Output() []*expr.Column       { return nil }
func (*UnresolvedFilter) Output() []*expr.Column    { return nil }
func (*UnresolvedAggregate) Output() []*expr.Column { return nil }
func (*DataFrame) Output() []*expr.Column           { return nil }
func (*CreateView) Output() []*expr.Column          { return nil }
func (*CreateTable) Output() []*expr.Column         { return nil }
func (*DropTable) Output() []*expr.Column           { return nil }
func (*Insert) Output() []*expr.Column              { return nil }
func (*Truncate) Output() []*expr.Column            { return nil }
func (*CreateDatabase) Output() []*expr.Column      { return nil }
func (*Describe) Output() []*expr.Column            { return nil }
func (*Show) Output() []*expr.Column                { return nil }
func (*Set) Output() []*expr.Column                 { return nil }
func (*Use) Output() []*expr.Column                 { return nil }
func (*Cache) Output() []*expr.Column               { return nil }
func (*Analyze) Output() []*expr.Column             { return nil }
func (*Explain) Output() []*expr.Column             { return nil }
func (*DeclareVariable) Output() []*expr.Column     { return nil }
func (*SetVariables) Output() []*expr.Column        { return nil }
func (*ExecuteImmediate) Output() []*expr.Column    { return nil }
func (*AlterTable) Output() []*expr.Column          { return nil }
func (*CreateFunction) Output() []*expr.Column      { return nil }
func (*Unsupported) Output() []*expr.Column         { return nil }
