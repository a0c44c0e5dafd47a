package analyzer

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
)

// defaults are the trailing arguments that Spark fills in before it prints a call: the text of each argument from the second on.
var defaults = map[string][]string{
	"split":              {1: "-1"},
	"regexp_replace":     {2: "1"},
	"regexp_extract":     {1: "1"},
	"regexp_extract_all": {1: "1"},
	"substring":          {1: "2147483647"},
	"substr":             {1: "2147483647"},
	"round":              {0: "0"},
	"bround":             {0: "0"},
	"lag":                {0: "1", 1: "NULL"},
	"lead":               {0: "1", 1: "NULL"},
	"percentile_approx":  {1: "10000"},
	"approx_percentile":  {1: "10000"},
	"percentile":         {1: "1"},
	"lpad":               {1: " "},
	"rpad":               {1: " "},
	"sort_array":         {0: "true"},
	"locate":             {1: "1"},
	"position":           {1: "1"},
	"str_to_map":         {0: ",", 1: ":"},
	"months_between":     {1: "true"},
	"from_unixtime":      {0: "yyyy-MM-dd HH:mm:ss"},
	"unix_timestamp":     {0: "yyyy-MM-dd HH:mm:ss"},
	"to_unix_timestamp":  {0: "yyyy-MM-dd HH:mm:ss"},
	"array_sort":         {0: "lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, (IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, (IF((namedlambdavariable() < namedlambdavariable()), -1, (IF((namedlambdavariable() > namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), namedlambdavariable())"},
	"aggregate":          {2: "lambdafunction(namedlambdavariable(), namedlambdavariable())"},
	"reduce":             {2: "lambdafunction(namedlambdavariable(), namedlambdavariable())"},
}

// function prints name(args), with what the call has besides.
func (p *printer) function(name string, x *expr.UnresolvedCall) {
	args := x.Args
	switch name {
	case "count":
		if len(args) == 1 {
			if s, ok := args[0].(*expr.Star); ok && len(s.Qualifier) == 0 && !x.Distinct {
				p.text("count(1)")
				return
			}
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
	p.text(shownName(name), "(")
	if x.Distinct {
		p.text("DISTINCT ")
	}
	if name == "struct" {
		p.structArgs(args)
	} else {
		p.list(args)
	}
	p.missing(name, len(args))
	p.text(")")
	p.within(x)
}

// shownName is the name under which a call is printed, where it is not the one that was written.
func shownName(name string) string {
	switch name {
	case "now":
		return "now"
	case "timestampadd", "timestampdiff":
		return name
	}
	return name
}

func (p *printer) missing(name string, n int) {
	d := defaults[name]
	for i := max(n-1, 0); i < len(d); i++ {
		if d[i] != "" && n > 0 {
			p.text(", ", d[i])
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
		if k.Desc {
			p.text(" DESC")
		}
	}
	p.text(")")
}
