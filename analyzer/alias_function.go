package analyzer

import (
	"slices"
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/types"
)

// defaults are the trailing arguments that Spark fills in before it prints a call: the text of each argument from the second on.
var defaults = map[string][]string{
	"split":                            {1: "-1"},
	"regexp_replace":                   {2: "1"},
	"regexp_extract":                   {1: "1"},
	"regexp_extract_all":               {1: "1"},
	"substring":                        {1: "2147483647"},
	"substr":                           {1: "2147483647"},
	"round":                            {0: "0"},
	"bround":                           {0: "0"},
	"lag":                              {0: "1", 1: "NULL"},
	"lead":                             {0: "1", 1: "NULL"},
	"percentile_approx":                {1: "10000"},
	"approx_percentile":                {1: "10000"},
	"percentile":                       {1: "1"},
	"lpad":                             {1: " "},
	"rpad":                             {1: " "},
	"replace":                          {1: " "},
	"sort_array":                       {0: "true"},
	"locate":                           {1: "1"},
	"position":                         {1: "1"},
	"str_to_map":                       {0: ",", 1: ":"},
	"approx_top_k":                     {0: "5", 1: "10000"},
	"regexp_instr":                     {1: "0"},
	"approx_top_k_accumulate":          {0: "10000"},
	"approx_top_k_combine":             {0: "-1"},
	"approx_top_k_estimate":            {0: "5"},
	"hll_sketch_agg":                   {0: "12"},
	"hll_union":                        {1: "false"},
	"hll_union_agg":                    {0: "false"},
	"theta_sketch_agg":                 {0: "12"},
	"theta_union":                      {1: "12"},
	"theta_union_agg":                  {0: "12"},
	"tuple_sketch_agg_integer":         {1: "12", 2: "sum"},
	"tuple_union_agg_integer":          {0: "12", 1: "sum"},
	"tuple_intersection_agg_integer":   {0: "sum"},
	"tuple_sketch_summary_integer":     {0: "sum"},
	"tuple_union_integer":              {1: "12", 2: "sum"},
	"tuple_intersection_integer":       {1: "sum"},
	"tuple_union_theta_integer":        {1: "12", 2: "sum"},
	"tuple_intersection_theta_integer": {1: "sum"},
	"tuple_sketch_agg_double":          {1: "12", 2: "sum"},
	"tuple_union_agg_double":           {0: "12", 1: "sum"},
	"tuple_intersection_agg_double":    {0: "sum"},
	"tuple_sketch_summary_double":      {0: "sum"},
	"tuple_union_double":               {1: "12", 2: "sum"},
	"tuple_intersection_double":        {1: "sum"},
	"tuple_union_theta_double":         {1: "12", 2: "sum"},
	"tuple_intersection_theta_double":  {1: "sum"},
	"sentences":                        {0: " ", 1: " "},
	"overlay":                          {2: "-1"},
	"mask":                             {0: "X", 1: "x", 2: "n", 3: "NULL"},
	"make_ym_interval":                 {0: "0"},
	"make_dt_interval":                 {0: "0", 1: "0", 2: "0.000000"},
	"make_interval":                    {0: "0", 1: "0", 2: "0", 3: "0", 4: "0", 5: "0.000000"},
	"try_make_interval":                {0: "0", 1: "0", 2: "0", 3: "0", 4: "0", 5: "0.000000"},
	"listagg":                          {0: "NULL"},
	"string_agg":                       {0: "NULL"},
	"variant_set":                      {2: "true"},
	"try_variant_set":                  {2: "true"},
	"variant_strip_nulls":              {0: "true"},
	"hmac":                             {2: "SHA-256"},
	"vector_norm":                      {1: "2.0"},
	"vector_normalize":                 {1: "2.0"},
	"aes_encrypt":                      {1: "GCM", 2: "DEFAULT", 3: " ", 4: " "},
	"aes_decrypt":                      {1: "GCM", 2: "DEFAULT", 3: " "},
	"try_aes_decrypt":                  {1: "GCM", 2: "DEFAULT", 3: " "},
	"months_between":                   {1: "true"},
	"from_unixtime":                    {0: "yyyy-MM-dd HH:mm:ss"},
	"unix_timestamp":                   {0: "yyyy-MM-dd HH:mm:ss"},
	"to_unix_timestamp":                {0: "yyyy-MM-dd HH:mm:ss"},
	"array_sort":                       {0: "lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, (IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, (IF((namedlambdavariable() < namedlambdavariable()), -1, (IF((namedlambdavariable() > namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), namedlambdavariable())"},
	"aggregate":                        {2: "lambdafunction(namedlambdavariable(), namedlambdavariable())"},
	"reduce":                           {2: "lambdafunction(namedlambdavariable(), namedlambdavariable())"},
}

// function prints name(args), with what the call has besides.
func (p *printer) function(name string, x *expr.UnresolvedCall) {
	if p.userFunction(x) {
		return
	}
	args := placedArgs(name, x.Args)
	switch name {
	case "string_agg":
		if x.Within {
			name = "listagg"
		}
	case "count":
		if len(args) == 1 {
			if s, ok := args[0].(*expr.Star); ok && len(s.Qualifier) == 0 && !x.Distinct {
				p.text("count(1)")
				return
			}
		}
	case "assert_true":
		if len(args) == 1 {
			arg := autoName(p.a, args[0])
			p.text("assert_true(", arg, ", '", arg, "' is not true!)")
			return
		}
	case "make_timestamp_ltz", "try_make_timestamp_ltz": // of a date and a time
		if len(args) < 4 {
			name = "make_timestamp"
		}
	case "try_make_timestamp_ntz":
		if len(args) < 4 {
			p.text(name, "(make_timestamp_ntz(")
			p.list(args)
			p.text("))")
			return
		}
	case "convert_timezone":
		if len(args) == 2 {
			p.text(name, "(current_timezone(), ")
			p.list(args)
			p.text(")")
			return
		}
	case "log":
		if len(args) == 1 {
			p.text("LOG(E(), ")
			p.expr(args[0])
			p.text(")")
			return
		}
	case "dense_rank", "rank", "percent_rank":
		args, name = nil, strings.ToUpper(name)
	case "first", "last", "any_value", "from_csv", "from_json", "from_xml", "to_csv", "to_json", "to_xml", "schema_of_csv", "schema_of_json", "mode":
		if name == "from_json" && len(args) > 1 && isMapSchema(args[1]) {
			p.text("entries") // Spark's name for whatever the text is
			return
		}
		if len(args) > 1 { // options that are no operands
			args = args[:1]
		}
	case "variant_get", "try_variant_get":
		args = args[:min(2, len(args))]
	case "now", "current_timestamp":
		args = nil
	case "current_time", "localtime":
		if len(args) == 0 {
			p.text("current_time(6)")
			return
		}
	case "unix_timestamp":
		if len(args) == 0 {
			p.text(name, "(current_timestamp(), yyyy-MM-dd HH:mm:ss)")
			return
		}
	case "try_to_time":
		p.text(name, "(to_time(")
		p.list(args)
		p.text("))")
		return
	case "try_make_timestamp":
		args = args[:min(6, len(args))]
	case "datepart":
		if len(args) == 2 {
			p.text(name, "(")
			p.expr(args[0])
			p.text(" FROM ")
			p.expr(args[1])
			p.text(")")
			return
		}
	case "trim", "btrim", "ltrim", "rtrim":
		if len(args) == 2 && name != "btrim" {
			p.text("TRIM(", map[string]string{"trim": "BOTH", "ltrim": "LEADING", "rtrim": "TRAILING"}[name], " ")
			p.expr(args[0])
			p.text(" FROM ")
			p.expr(args[1])
			p.text(")")
			return
		}
	case "ceil", "floor":
		if len(args) == 1 {
			name = strings.ToUpper(name)
		}
	case "if":
		if len(args) == 3 {
			p.text("(IF(")
			p.list(args)
			p.text("))")
			return
		}
	case "rlike", "regexp", "regexp_like":
		if len(args) == 2 {
			p.text(map[bool]string{true: "RLIKE", false: strings.ToUpper(name)}[name == "rlike"], "(")
			p.list(args)
			p.text(")")
			return
		}
	}
	if _, isType := castNames[name]; isType && len(args) == 1 {
		p.expr(args[0])
		return
	}
	p.text(shownName(name), "(")
	if x.Distinct {
		p.text("DISTINCT ")
	}
	if name == "struct" {
		p.structArgs(args)
	} else {
		p.list(args)
	}
	if p.a.binaryPads[x] {
		p.text(", X'00'")
	} else {
		p.missing(name, len(args))
	}
	p.text(")")
	p.nulls(name, x)
	p.within(x)
}

// shownName is the name under which a call is printed, where it is not the one that was written.
func shownName(name string) string {
	switch name {
	case "array_agg":
		return "collect_list"
	case "curdate":
		return "current_date"
	case "localtime":
		return "current_time"
	case "random":
		return "rand"
	case "current_database":
		return "current_schema"
	case "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "cot", "csc", "degrees", "exp", "expm1", "hypot", "log", "log10", "log1p", "log2",
		"power", "radians", "sec", "signum", "sin", "sinh", "sqrt", "tan", "tanh", "e", "pi", "spark_partition_id":
		return strings.ToUpper(name)
	}
	return name
}

func (p *printer) missing(name string, n int) {
	d := defaults[name]
	if n == 0 && strings.HasSuffix(name, "_interval") {
		p.text("0")
		n = 1
	}
	for i := max(n-1, 0); i < len(d); i++ {
		if d[i] != "" && n > 0 {
			p.text(", ")
			if d[i] != " " || name == "lpad" || name == "rpad" {
				p.text(d[i])
			}
		}
	}
}

func (p *printer) structArgs(args []expr.Expr) {
	for i, a := range args {
		if i > 0 {
			p.text(", ")
		}
		p.expr(a)
	}
}

// nulls prints IGNORE NULLS and RESPECT NULLS where they are not the default.
func (p *printer) nulls(name string, x *expr.UnresolvedCall) {
	if !x.NullsSet {
		return
	}
	collects := name == "collect_list" || name == "array_agg" || name == "collect_set"
	switch {
	case x.IgnoreNulls && !collects:
		p.text(" ignore nulls")
	case !x.IgnoreNulls && collects:
		p.text(" RESPECT NULLS")
	}
}

// placedArgs puts named arguments of a built-in into the order of its parameters.
func placedArgs(name string, args []expr.Expr) []expr.Expr {
	named := false
	for _, a := range args {
		_, ok := a.(*expr.NamedArg)
		named = named || ok
	}
	f := functions.Lookup(name)
	if !named || f == nil {
		return args
	}
	for _, s := range f.Sigs {
		out := make([]expr.Expr, len(s.Names))
		if !place(out, s.Names, args) {
			continue
		}
		n := len(args)
		if slices.Contains(out[:min(n, len(out))], nil) {
			continue
		}
		return out[:n]
	}
	return args
}

// place puts arguments at the positions of their names and reports whether all have one.
func place(out []expr.Expr, names []string, args []expr.Expr) bool {
	for i, a := range args {
		if n, ok := a.(*expr.NamedArg); ok {
			i = slices.IndexFunc(names, func(s string) bool { return strings.EqualFold(s, n.Name) })
			a = n.Child
		}
		if i < 0 || i >= len(out) {
			return false
		}
		out[i] = a
	}
	return true
}

// userFunction prints a call of a SQL function with its qualified name and defaults, and reports whether it is one.
func (p *printer) userFunction(x *expr.UnresolvedCall) bool {
	f := p.a.Catalog.Function(x.Name)
	if f == nil || f.Func != nil || builtin(x.Name) != nil && f.Database != "" {
		return false
	}
	if f.Database != "" {
		p.text(catalog.DefaultCatalog, ".", f.Database, ".")
	}
	names := make([]string, len(f.Params))
	args := make([]expr.Expr, len(f.Params))
	for i, c := range f.Params {
		names[i], args[i] = c.Name, c.Default
	}
	named := slices.ContainsFunc(x.Args, func(a expr.Expr) bool { _, ok := a.(*expr.NamedArg); return ok })
	if !named || !place(args, names, x.Args) {
		args = x.Args
	}
	p.text(f.Name, "(")
	p.list(args)
	p.text(")")
	return true
}

func (p *printer) within(x *expr.UnresolvedCall) {
	if len(x.Order) == 0 || !x.Within {
		return
	}
	p.text(" WITHIN GROUP (ORDER BY ")
	for i, k := range x.Order {
		if i > 0 {
			p.text(", ")
		}
		p.expr(k.Expr)
		switch {
		case strings.HasSuffix(x.Name[len(x.Name)-1], "agg"):
			p.text(map[bool]string{true: " DESC NULLS LAST", false: " ASC NULLS FIRST"}[k.Desc])
		case k.Desc != (x.Name[len(x.Name)-1] == "mode"): // mode keeps the reversed order
			p.text(" DESC")
		}
	}
	p.text(")")
}

// noteDateArithmetic records how calls print whose printed form depends on the types of their arguments: + and - of dates and intervals, which
// Spark turns into other functions, and functions of dates.
func (a *analyzer) noteDateArithmetic(n *expr.UnresolvedCall, args []expr.Expr) {
	name := strings.ToLower(n.Name[len(n.Name)-1])
	if form := dateFunctionForm(name, args); form != "" {
		a.dateForms[n] = form
		return
	}
	if len(args) != 2 || name != "+" && name != "-" {
		return
	}
	l, r := args[0].Type(), args[1].Type()
	interval := func(t types.Type) bool { return t.IsInterval() || t.Kind == types.Null }
	form := ""
	switch {
	case name == "+" && l.Kind == types.Date && r.Equal(types.DayTimeOf(types.Day, types.Day)):
		form = "days"
	case name == "+" && l.Kind == types.Date && r.Kind == types.Null:
		form = "bare"
	case name == "+" && l.Kind == types.Null && r.IsDatetime():
		form = "swapped"
	case l.Kind == types.Time && (r.Kind == types.DayTime || name == "-" && r.Kind == types.Time):
		form = "bare"
	case l.IsDatetime() && r.IsInterval(), l.Kind == types.String && (r.Kind == types.DayTime || r.Kind == types.CalendarInterval), (l.Kind == types.Timestamp || l.Kind == types.TimestampNTZ) && interval(r) && name == "+":
		form = "bare"
	case name == "+" && interval(l) && r.IsDatetime():
		form = "swapped"
	case l.Kind == types.Date && r.IsInteger():
		form = map[string]string{"+": "date_add", "-": "date_sub"}[name]
	case name == "+" && l.IsInteger() && r.Kind == types.Date:
		form = "date_add swapped"
	default:
		return
	}
	a.dateForms[n] = form
}

// dateFunctionForm returns "as f" for a call that prints as one of f, and behind | what it prints after its arguments.
func dateFunctionForm(name string, args []expr.Expr) string {
	switch {
	case len(args) == 2 && (name == "to_char" || name == "to_varchar") && args[0].Type().IsDatetime():
		return "as date_format"
	case len(args) == 2 && name == "time_bucket":
		return "as time_bucket|, " + args[1].Type().SQL() + " '1970-01-01 00:00:00'"
	case len(args) == 2 && name == "dateadd":
		return "as date_add"
	case len(args) < 4 && len(args) > 1 && (name == "make_timestamp_ltz" || name == "try_make_timestamp_ltz"):
		return "as make_timestamp"
	case len(args) == 2 && name == "try_make_timestamp_ntz":
		return "as try_make_timestamp_ntz(make_timestamp_ntz"
	case len(args) == 2 && name == "*" && args[0].Type().IsNumeric() && args[1].Type().IsInterval():
		return "times swapped"
	}
	return ""
}

// dateArithmetic prints a call that noteDateArithmetic has recorded and reports whether it did.
func (p *printer) dateArithmetic(x *expr.UnresolvedCall) bool {
	form, ok := p.a.dateForms[x]
	if !ok {
		return false
	}
	if f, ok := strings.CutPrefix(form, "as "); ok {
		f, more, _ := strings.Cut(f, "|")
		p.text(f, "(")
		p.list(x.Args)
		p.text(more)
		p.text(strings.Repeat(")", 1+strings.Count(f, "(")))
		return true
	}
	l, r := x.Args[0], x.Args[1]
	if form == "days" {
		p.text("date_add(")
		p.expr(l)
		p.text(", extractansiintervaldays(")
		p.expr(r)
		p.text("))")
		return true
	}
	if form == "times swapped" {
		p.text("(")
		p.expr(r)
		p.text(" * ")
		p.expr(l)
		p.text(")")
		return true
	}
	if strings.HasSuffix(form, "swapped") {
		l, r = r, l
	}
	if form == "date_format" {
		p.text(form, "(")
		p.list(x.Args)
		p.text(")")
		return true
	}
	if f, isCall := strings.CutPrefix(form, "date_"); isCall {
		p.text("date_", strings.TrimSuffix(f, " swapped"), "(")
		p.list([]expr.Expr{l, r})
		p.text(")")
		return true
	}
	p.expr(l)
	p.text(" ", x.Name[0], " ")
	p.expr(r)
	return true
}
