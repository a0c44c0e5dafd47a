package physical

import (
	"math"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/logical"
)

// NewSample returns the step that keeps a share of rows. The choice is a function of the seed and of the row's place (morsel, batch, row), so
// that it does not depend on which worker sees the row. With replacement, a row comes a Poisson-distributed number of times.
func NewSample(n *logical.Sample) exec.Step {
	if n.Rows >= 0 {
		return NewLimit(n.Rows, 0)
	}
	return &sampling{lower: n.Lower, upper: n.Upper, replace: n.WithReplacement, seed: uint64(n.Seed)}
}

type sampling struct {
	lower, upper float64
	replace      bool
	seed         uint64
}

func (s *sampling) Name() string { return "Sample" }

func (s *sampling) New(w *exec.Worker, next exec.Push) (exec.Push, func() error, error) {
	var idx []int32
	var out columnar.Batch
	var rows repeater
	return func(b *columnar.Batch) error {
		idx = idx[:0]
		set := b.Rows()
		place := kernel.CombineHash(kernel.CombineHash(s.seed, uint64(b.Morsel)), uint64(b.Seq))
		for i := range set.Count() {
			r := int32(set.Row(i))
			for range s.times(kernel.CombineHash(place, uint64(r))) {
				idx = append(idx, r)
			}
		}
		if len(idx) == 0 {
			return nil
		}
		out = columnar.Batch{Cols: append(out.Cols[:0], b.Cols...), N: b.N, Sel: idx, Morsel: b.Morsel, Seq: b.Seq}
		if s.replace {
			out.Cols, out.N, out.Sel = rows.appendRows(out.Cols[:0], b.Cols, idx, nil), len(idx), nil
		}
		return next(&out)
	}, nil, nil
}

// times returns how often a row with the random number h comes.
func (s *sampling) times(h uint64) int {
	u := unit(h)
	if !s.replace {
		if u >= s.lower && u < s.upper {
			return 1
		}
		return 0
	}
	n, limit := 0, math.Exp(-(s.upper - s.lower)) // Knuth's algorithm for small means
	for p := u; p > limit; n++ {
		h = kernel.HashUint64(h)
		p *= unit(h)
	}
	return n
}

// unit maps a hash to [0, 1).
func unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }
