package expr

import "github.com/sparrow-engine/sparrow/types"

// Children and WithChildren list an aggregate's or window's operands as: arguments, filter if any, then keys.

func (*Column) Children() []Expr   { return nil }
func (*Literal) Children() []Expr  { return nil }
func (e *Call) Children() []Expr   { return e.Args }
func (e *Cast) Children() []Expr   { return []Expr{e.Child} }
func (e *And) Children() []Expr    { return e.Args }
func (e *Or) Children() []Expr     { return e.Args }
func (e *Not) Children() []Expr    { return []Expr{e.Child} }
func (e *Field) Children() []Expr  { return []Expr{e.Child} }
func (e *Lambda) Children() []Expr { return []Expr{e.Body} }
func (e *Case) Children() []Expr {
	kids := make([]Expr, 0, 2*len(e.Whens)+2)
	if e.Operand != nil {
		kids = append(kids, e.Operand)
	}
	for _, w := range e.Whens {
		kids = append(kids, w.Cond, w.Then)
	}
	if e.Else != nil {
		kids = append(kids, e.Else)
	}
	return kids
}
func (e *Coalesce) Children() []Expr { return e.Args }
func (e *In) Children() []Expr       { return append([]Expr{e.Child}, e.List...) }
func (e *Aggregate) Children() []Expr {
	kids := append([]Expr{}, e.Args...)
	if e.Filter != nil {
		kids = append(kids, e.Filter)
	}
	return appendKeys(kids, e.Order)
}
func (e *Window) Children() []Expr {
	kids := append([]Expr{e.Call}, e.Spec.Partition...)
	kids = appendKeys(kids, e.Spec.Order)
	return e.Spec.Frame.appendOffsets(kids)
}
func (e *Subquery) Children() []Expr { return e.Left }
func (*Name) Children() []Expr       { return nil }
func (e *Star) Children() []Expr {
	kids := make([]Expr, len(e.Replace))
	for i, a := range e.Replace {
		kids[i] = a
	}
	return kids
}
func (*Regex) Children() []Expr { return nil }
func (e *UnresolvedCall) Children() []Expr {
	kids := append([]Expr{}, e.Args...)
	if e.Filter != nil {
		kids = append(kids, e.Filter)
	}
	kids = appendKeys(kids, e.Order)
	if e.Over != nil {
		kids = append(kids, e.Over.Partition...)
		kids = appendKeys(kids, e.Over.Order)
		kids = e.Over.Frame.appendOffsets(kids)
	}
	return kids
}
func (e *NamedArg) Children() []Expr         { return []Expr{e.Child} }
func (*Parameter) Children() []Expr          { return nil }
func (e *UnresolvedLambda) Children() []Expr { return []Expr{e.Body} }
func (e *Extract) Children() []Expr          { return []Expr{e.Child, e.Key} }
func (e *VariantPath) Children() []Expr      { return []Expr{e.Child} }
func (e *Alias) Children() []Expr            { return []Expr{e.Child} }
func (*Default) Children() []Expr            { return nil }
func (e *IdentifierClause) Children() []Expr {
	if e.Call != nil {
		return append([]Expr{e.Child}, e.Call.Args...)
	}
	return []Expr{e.Child}
}

func appendKeys(kids []Expr, keys []SortKey) []Expr {
	for _, k := range keys {
		kids = append(kids, k.Expr)
	}
	return kids
}

func (f *Frame) appendOffsets(kids []Expr) []Expr {
	if f == nil {
		return kids
	}
	for _, b := range []Bound{f.Start, f.End} {
		if b.Offset != nil {
			kids = append(kids, b.Offset)
		}
	}
	return kids
}

// taker hands out the children of a node in the order Children lists them.
type taker struct{ rest []Expr }

func (t *taker) one() Expr { e := t.rest[0]; t.rest = t.rest[1:]; return e }
func (t *taker) opt(old Expr) Expr {
	if old == nil {
		return nil
	}
	return t.one()
}
func (t *taker) many(n int) []Expr { e := t.rest[:n:n]; t.rest = t.rest[n:]; return e }
func (t *taker) keys(old []SortKey) []SortKey {
	out := make([]SortKey, len(old))
	for i, k := range old {
		k.Expr = t.one()
		out[i] = k
	}
	return out
}
func (t *taker) frame(old *Frame) *Frame {
	if old == nil {
		return nil
	}
	f := *old
	f.Start.Offset = t.opt(f.Start.Offset)
	f.End.Offset = t.opt(f.End.Offset)
	return &f
}

func (e *Column) WithChildren([]Expr) Expr      { return e }
func (e *Literal) WithChildren([]Expr) Expr     { return e }
func (e *Call) WithChildren(kids []Expr) Expr   { c := *e; c.Args = kids; return &c }
func (e *Cast) WithChildren(kids []Expr) Expr   { c := *e; c.Child = kids[0]; return &c }
func (e *And) WithChildren(kids []Expr) Expr    { c := *e; c.Args = kids; return &c }
func (e *Or) WithChildren(kids []Expr) Expr     { c := *e; c.Args = kids; return &c }
func (e *Not) WithChildren(kids []Expr) Expr    { c := *e; c.Child = kids[0]; return &c }
func (e *Field) WithChildren(kids []Expr) Expr  { c := *e; c.Child = kids[0]; return &c }
func (e *Lambda) WithChildren(kids []Expr) Expr { c := *e; c.Body = kids[0]; return &c }
func (e *Case) WithChildren(kids []Expr) Expr {
	t := taker{kids}
	c := *e
	c.Operand = t.opt(e.Operand)
	c.Whens = make([]When, len(e.Whens))
	for i := range c.Whens {
		c.Whens[i] = When{t.one(), t.one()}
	}
	c.Else = t.opt(e.Else)
	return &c
}
func (e *Coalesce) WithChildren(kids []Expr) Expr { c := *e; c.Args = kids; return &c }
func (e *In) WithChildren(kids []Expr) Expr {
	c := *e
	c.Child, c.List = kids[0], kids[1:]
	return &c
}
func (e *Aggregate) WithChildren(kids []Expr) Expr {
	t := taker{kids}
	c := *e
	c.Args = t.many(len(e.Args))
	c.Filter = t.opt(e.Filter)
	c.Order = t.keys(e.Order)
	return &c
}
func (e *Window) WithChildren(kids []Expr) Expr {
	t := taker{kids}
	c := *e
	c.Call = t.one()
	c.Spec.Partition = t.many(len(e.Spec.Partition))
	c.Spec.Order = t.keys(e.Spec.Order)
	c.Spec.Frame = t.frame(e.Spec.Frame)
	return &c
}
func (e *Subquery) WithChildren(kids []Expr) Expr { c := *e; c.Left = kids; return &c }
func (e *Name) WithChildren([]Expr) Expr          { return e }
func (e *Star) WithChildren(kids []Expr) Expr {
	c := *e
	c.Replace = make([]*Alias, len(kids))
	for i, k := range kids {
		c.Replace[i] = k.(*Alias)
	}
	return &c
}
func (e *Regex) WithChildren([]Expr) Expr { return e }
func (e *UnresolvedCall) WithChildren(kids []Expr) Expr {
	t := taker{kids}
	c := *e
	c.Args = t.many(len(e.Args))
	c.Filter = t.opt(e.Filter)
	c.Order = t.keys(e.Order)
	if e.Over != nil {
		o := *e.Over
		o.Partition = t.many(len(e.Over.Partition))
		o.Order = t.keys(e.Over.Order)
		o.Frame = t.frame(e.Over.Frame)
		c.Over = &o
	}
	return &c
}
func (e *NamedArg) WithChildren(kids []Expr) Expr         { c := *e; c.Child = kids[0]; return &c }
func (e *Parameter) WithChildren([]Expr) Expr             { return e }
func (e *UnresolvedLambda) WithChildren(kids []Expr) Expr { c := *e; c.Body = kids[0]; return &c }
func (e *Extract) WithChildren(kids []Expr) Expr {
	c := *e
	c.Child, c.Key = kids[0], kids[1]
	return &c
}
func (e *VariantPath) WithChildren(kids []Expr) Expr { c := *e; c.Child = kids[0]; return &c }
func (e *Alias) WithChildren(kids []Expr) Expr       { c := *e; c.Child = kids[0]; return &c }
func (e *Default) WithChildren([]Expr) Expr          { return e }
func (e *IdentifierClause) WithChildren(kids []Expr) Expr {
	c := *e
	c.Child = kids[0]
	if e.Call != nil {
		call := *e.Call
		call.Args = kids[1:]
		c.Call = &call
	}
	return &c
}

func (e *Column) Type() types.Type    { return e.T }
func (e *Literal) Type() types.Type   { return e.T }
func (e *Call) Type() types.Type      { return e.T }
func (e *Cast) Type() types.Type      { return e.To }
func (*And) Type() types.Type         { return types.BooleanType }
func (*Or) Type() types.Type          { return types.BooleanType }
func (*Not) Type() types.Type         { return types.BooleanType }
func (e *Case) Type() types.Type      { return e.T }
func (e *Coalesce) Type() types.Type  { return e.T }
func (*In) Type() types.Type          { return types.BooleanType }
func (e *Field) Type() types.Type     { return e.Child.Type().Fields()[e.Index].Type }
func (e *Lambda) Type() types.Type    { return e.Body.Type() }
func (e *Aggregate) Type() types.Type { return e.T }
func (e *Window) Type() types.Type    { return e.Call.Type() }
func (e *Subquery) Type() types.Type  { return e.T }

func (e *Column) Nullable() bool  { return e.Null }
func (e *Literal) Nullable() bool { return e.Value == nil }
func (e *Call) Nullable() bool    { return e.Null }
func (e *Cast) Nullable() bool {
	from := e.Child.Type()
	return e.Child.Nullable() || e.Mode == Try || e.Mode == Legacy && !types.CastNeverNull(from, e.To) || types.CastMayBeNull(from, e.To)
}
func (e *And) Nullable() bool { return anyNullable(e.Args) }
func (e *Or) Nullable() bool  { return anyNullable(e.Args) }
func (e *Not) Nullable() bool { return e.Child.Nullable() }
func (e *Case) Nullable() bool {
	if e.Else == nil || e.Else.Nullable() {
		return true
	}
	for _, w := range e.Whens {
		if w.Then.Nullable() {
			return true
		}
	}
	return false
}
func (e *Coalesce) Nullable() bool {
	for _, a := range e.Args {
		if !a.Nullable() {
			return false
		}
	}
	return true
}
func (e *In) Nullable() bool { return e.Child.Nullable() || anyNullable(e.List) }
func (e *Field) Nullable() bool {
	return e.Child.Nullable() || e.Child.Type().Fields()[e.Index].Nullable
}
func (e *Lambda) Nullable() bool    { return e.Body.Nullable() }
func (e *Aggregate) Nullable() bool { return e.Null }
func (e *Window) Nullable() bool    { return e.Call.Nullable() }
func (e *Subquery) Nullable() bool  { return e.Null }

func anyNullable(es []Expr) bool {
	for _, e := range es {
		if e.Nullable() {
			return true
		}
	}
	return false
}

// unresolved gives unresolved nodes their Type and Nullable.
func (*Name) Type() types.Type             { return types.NullType }
func (*Star) Type() types.Type             { return types.NullType }
func (*Regex) Type() types.Type            { return types.NullType }
func (*UnresolvedCall) Type() types.Type   { return types.NullType }
func (e *NamedArg) Type() types.Type       { return e.Child.Type() }
func (*Parameter) Type() types.Type        { return types.NullType }
func (*UnresolvedLambda) Type() types.Type { return types.NullType }
func (*Extract) Type() types.Type          { return types.NullType }
func (*VariantPath) Type() types.Type      { return types.VariantType }
func (e *Alias) Type() types.Type          { return e.Child.Type() }
func (*Default) Type() types.Type          { return types.NullType }
func (*IdentifierClause) Type() types.Type { return types.NullType }

func (*Name) Nullable() bool             { return true }
func (*Star) Nullable() bool             { return true }
func (*Regex) Nullable() bool            { return true }
func (*UnresolvedCall) Nullable() bool   { return true }
func (e *NamedArg) Nullable() bool       { return e.Child.Nullable() }
func (*Parameter) Nullable() bool        { return true }
func (*UnresolvedLambda) Nullable() bool { return true }
func (*Extract) Nullable() bool          { return true }
func (*VariantPath) Nullable() bool      { return true }
func (e *Alias) Nullable() bool          { return e.Child.Nullable() }
func (*Default) Nullable() bool          { return true }
func (*IdentifierClause) Nullable() bool { return true }
