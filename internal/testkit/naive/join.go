package naive

import (
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// join compares every row with every row.
func (x *executor) join(n *logical.Join, outer *scope) ([][]any, error) {
	left, err := x.run(n.Left, outer)
	if err != nil {
		return nil, err
	}
	around := newScope(left.cols, outer)
	var right *relation
	if !n.Lateral {
		if right, err = x.run(n.Right, outer); err != nil {
			return nil, err
		}
	}
	lateral := n.Lateral
	j := &joining{executor: x, Join: n, seen: map[int]bool{}}
	j.at = newScope(append(append(left.cols[:0:0], left.cols...), n.Right.Output()...), outer)
	j.width = len(n.Right.Output())
	for _, l := range left.rows {
		if lateral {
			if right, err = x.run(n.Right, around.with(l)); err != nil {
				return nil, err
			}
		}
		if err := j.row(l, right.rows); err != nil {
			return nil, err
		}
	}
	if n.Kind == logical.RightOuter || n.Kind == logical.FullOuter {
		if lateral {
			return nil, &Unsupported{"a lateral right outer join"}
		}
		for i, r := range right.rows {
			if !j.seen[i] {
				j.out = append(j.out, append(make([]any, len(left.cols)), r...))
			}
		}
	}
	return j.out, nil
}

type joining struct {
	*executor
	*logical.Join
	at    *scope
	width int          // of the right side
	seen  map[int]bool // right rows that matched
	out   [][]any
}

// row joins one row of the left side.
func (j *joining) row(l []any, right [][]any) error {
	matches, unknown := 0, false
	for i, r := range right {
		if err := j.step(1); err != nil {
			return err
		}
		both := append(append([]any{}, l...), r...)
		var v any = true
		if j.Cond != nil {
			j.at.row = both
			var err error
			if v, err = j.eval(j.Cond, j.at); err != nil {
				return err
			}
		}
		unknown = unknown || v == nil
		if v != true {
			continue
		}
		matches++
		j.seen[i] = true
		switch j.Kind {
		case logical.Inner, logical.LeftOuter, logical.RightOuter, logical.FullOuter, logical.Single:
			j.out = append(j.out, both)
		}
	}
	switch {
	case j.Kind == logical.Single && matches > 1:
		return sqlerr.New("SCALAR_SUBQUERY_TOO_MANY_ROWS", j.At, "more than one row")
	case j.Kind == logical.LeftSemi && matches > 0, j.Kind == logical.LeftAnti && matches == 0, j.Kind == logical.NullAwareAnti && matches == 0 && !unknown:
		j.out = append(j.out, l)
	case j.Kind == logical.Mark:
		var mark any = matches > 0
		if matches == 0 && unknown {
			mark = nil
		}
		j.out = append(j.out, append(append([]any{}, l...), mark))
	case matches == 0 && (j.Kind == logical.LeftOuter || j.Kind == logical.FullOuter || j.Kind == logical.Single):
		j.out = append(j.out, append(append([]any{}, l...), make([]any, j.width)...))
	}
	return nil
}
