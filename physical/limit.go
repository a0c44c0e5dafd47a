package physical

import (
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
)

// NewLimit returns the step that lets count rows (all if negative) pass after the first offset. Which rows these are depends on which
// worker is first; an ordered limit is a top-N.
func NewLimit(count, offset int64) exec.Step { return &limit{count: count, offset: offset} }

type limit struct {
	mu            sync.Mutex
	count, offset int64 // what is left of them
}

func (l *limit) Name() string { return "Limit" }

// take claims up to n rows: skip them first, then keep some; done tells that no more are wanted.
func (l *limit) take(n int64) (skip, keep int64, done bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	skip = min(n, l.offset)
	l.offset -= skip
	keep = n - skip
	if l.count >= 0 {
		keep = min(keep, l.count)
		l.count -= keep
	}
	return skip, keep, l.count == 0
}

func (l *limit) New(w *exec.Worker, next exec.Push) (exec.Push, func() error, error) {
	var sel []int32
	return func(b *columnar.Batch) error {
		rows := b.Rows()
		skip, keep, done := l.take(int64(rows.Count()))
		if keep > 0 {
			out := *b
			if int(keep) < rows.Count() {
				sel = sel[:0]
				for i := skip; i < skip+keep; i++ {
					sel = append(sel, int32(rows.Row(int(i))))
				}
				out.Sel = sel
			}
			if err := next(&out); err != nil {
				return err
			}
		}
		if done {
			return exec.ErrStop
		}
		return nil
	}, nil, nil
}
