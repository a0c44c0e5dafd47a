package sparrow

import (
	"context"
	"time"

	"github.com/sparrow-engine/sparrow/adaptive"
	"github.com/sparrow-engine/sparrow/exec"
)

// ProgressKind tells what happened to a running query.
type ProgressKind uint8

// What happens to a running query.
const (
	StageStarted ProgressKind = iota
	StageFinished
	Replanned
)

// Progress is something that happened to a running query.
type Progress struct {
	Kind  ProgressKind
	Stage string // what the stage does: "build", "aggregate", "sort" …, "result" for the last one, which gives the rows

	// Read, of a started stage, tells how much of its input has been taken up, from 0 to 1. It may be called from any goroutine while the
	// query runs.
	Read func() float64

	// Of a finished stage: its number from 1, the rows that it gave and that were expected, and its time.
	Number   int
	Rows     int64
	Expected float64
	Elapsed  time.Duration

	// Of a re-planning: the fact that caused it, and the rule that changed the plan.
	Reason, Rule string
}

type progressKey struct{}

// WithProgress returns a context whose queries call f when a stage starts or ends and when the rest of a plan is changed. f is called by the
// goroutine that runs the query, one call at a time for each query, and should return soon.
func WithProgress(ctx context.Context, f func(Progress)) context.Context {
	return context.WithValue(ctx, progressKey{}, f)
}

// observer translates the events of an execution for the function of WithProgress; nil if there is none.
func observer(ctx context.Context, q *exec.Query) func(adaptive.Event) {
	f, _ := ctx.Value(progressKey{}).(func(Progress))
	if f == nil {
		return nil
	}
	read := func() float64 {
		taken, morsels := q.Progress()
		if morsels == 0 {
			return 0
		}
		return float64(taken) / float64(morsels)
	}
	return func(e adaptive.Event) {
		switch e.Kind {
		case "start":
			f(Progress{Kind: StageStarted, Stage: e.Name, Read: read})
		case "stage":
			s := e.Stage
			f(Progress{Kind: StageFinished, Stage: s.Name, Number: s.Number, Rows: s.Rows, Expected: s.Estimated, Elapsed: s.Elapsed})
		case "replan":
			f(Progress{Kind: Replanned, Reason: e.Reason, Rule: e.Rule})
		}
	}
}
