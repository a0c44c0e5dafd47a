package optimizer

import "github.com/sparrow-engine/sparrow/logical"

// pushLimitIntoScan tells a scan how many rows a Limit above it takes, so that it stops reading. The Limit stays.
//
//	Limit 10 (Project (Scan t))   → Limit 10 (Project (Scan t limit 10))
//
// It does not fire across filters, nor when the scan has filters, since a source counts the rows it reads.
var pushLimitIntoScan = each(func(_ *Context, n logical.Plan) logical.Plan {
	l, ok := n.(*logical.Limit)
	if !ok || l.Count <= 0 {
		return n
	}
	if in, changed := limitScan(l.Input, l.Count+l.Offset); changed {
		c := *l
		c.Input = in
		return &c
	}
	return n
})

func limitScan(p logical.Plan, rows int64) (logical.Plan, bool) {
	switch n := p.(type) {
	case *logical.Project:
		if in, changed := limitScan(n.Input, rows); changed {
			c := *n
			c.Input = in
			return &c, true
		}
	case *logical.Scan:
		if len(n.Filters) == 0 && (n.Limit == 0 || n.Limit > rows) {
			c := *n
			c.Limit = rows
			return &c, true
		}
	}
	return p, false
}
