package gen

import "github.com/apache/arrow-go/v18/arrow"

// region and nation are lists; only their comments are drawn.

type places struct {
	span
	comment comment
	row     func(i int64) (name string, region int64)
	nation  bool
}

func openRegion(_ float64, first, count int64) source {
	return &places{span{first, first + count}, newComment(sharedPool(), 1500869201, 72, 1, first),
		func(i int64) (string, int64) { return regionNames[i], 0 }, false}
}

func openNation(_ float64, first, count int64) source {
	return &places{span{first, first + count}, newComment(sharedPool(), 606179079, 72, 1, first),
		func(i int64) (string, int64) { return nations[i].name, nations[i].region }, true}
}

func (p *places) next(max int) ([]arrow.Array, int) {
	n := p.take(max)
	key, region := make([]int64, n), make([]int64, n)
	name, remark := newText(n, 16), newText(n, 80)
	for i := range n {
		key[i] = p.at
		var s string
		s, region[i] = p.row(p.at)
		name.add(s)
		remark.addComment(&p.comment)
		p.comment.endRow()
		p.at++
	}
	if p.nation {
		return []arrow.Array{keys(key), name.array(), keys(region), remark.array()}, n
	}
	return []arrow.Array{keys(key), name.array(), remark.array()}, n
}
