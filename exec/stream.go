package exec

import (
	"context"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/types"
)

// Stream is the sink of a result: its rows go to a consumer while the pipeline runs. Run calls the consumer, on the goroutine that called Run,
// with batches in the order of the source: by morsel, and within a morsel as the last step gave them; rows that steps held back until the end
// come last. The batches have no Sel; their vectors are of class Shared and belong to the consumer. Its error ends the run, its panic is the
// caller's.
//
// A single worker calls the consumer itself. Several go on while it works: they run ahead of it, and of the morsel whose turn it is, by a
// bounded number of bytes (see turns).
type Stream struct {
	types   []types.Type
	consume func(*columnar.Batch) error
	locals  []streamLocal
	turns   *turns // of the running phase, nil if its only worker hands the rows over itself
	outside bool   // the only worker is in the consumer
}

// NewStream returns a sink that gives rows of the types to consume. It serves one run.
func NewStream(ts []types.Type, consume func(*columnar.Batch) error) *Stream {
	return &Stream{types: ts, consume: consume}
}

// Name returns "Stream".
func (s *Stream) Name() string { return "Stream" }

// NewLocal returns the worker's part.
func (s *Stream) NewLocal(w *Worker) (LocalSink, error) { return &s.locals[w.ID], nil }

// Combine does nothing: a worker's rows have been handed over.
func (s *Stream) Combine(LocalSink) error { return nil }

// Finalize returns no output.
func (s *Stream) Finalize(*Query) (*StageOutput, error) { return nil, nil }

// phase runs the workers of a phase and, meanwhile, the consumer.
func (s *Stream) phase(q *Query, workers, morsels int, work func(w *Worker) error) error {
	if s.locals == nil {
		s.locals = make([]streamLocal, q.opts.Threads) // a worker keeps its local sink over the phases
		for i := range s.locals {
			s.locals[i].s = s
		}
	}
	if workers == 1 {
		return q.alone(work, &s.outside)
	}
	s.turns = newTurns(q, workers, morsels)
	defer func() {
		s.turns.close()
		s.turns = nil
	}()
	return q.together(workers, work, s.drain)
}

// drain gives the consumer what comes until all parts have ended.
func (s *Stream) drain(ctx context.Context) error {
	stop := s.turns.watch(ctx)
	for {
		b, err := s.turns.take(ctx)
		if err != nil {
			return err // and the context, which ends now, wakes the workers, as it does below
		}
		if b == nil {
			stop()
			return nil
		}
		if err := s.consume(b); err != nil {
			return err
		}
	}
}

// part runs f, which pushes the rows of one part of the phase, a morsel or what a worker's steps held back, into the worker's local sink.
func (s *Stream) part(w *Worker, part int, f func() error) error {
	l := &s.locals[w.ID]
	l.w, l.at = w, part
	if err := f(); err != nil {
		return err
	}
	if err := l.flush(); err != nil {
		return err
	}
	if s.turns != nil {
		s.turns.end(part)
	}
	return nil
}

// lastMorsel tells that a worker takes no more morsels of the phase.
func (s *Stream) lastMorsel() {
	if s.turns != nil {
		s.turns.lastMorsel()
	}
}

// streamLocal collects the rows of one worker until they are worth handing over.
type streamLocal struct {
	s    *Stream
	w    *Worker
	at   int // part
	open *columnar.Batch
}

// Consume copies the rows. A batch of the usual size is handed over at once, smaller ones together.
func (l *streamLocal) Consume(b *columnar.Batch) error {
	if b.Count() == 0 {
		return nil
	}
	if l.open == nil {
		l.open = &columnar.Batch{Cols: make([]*columnar.Vector, len(l.s.types))}
		for i, t := range l.s.types {
			l.open.Cols[i] = columnar.New(t, 0)
		}
	}
	columnar.AppendBatch(l.open, b)
	if l.open.N < l.w.Query.opts.BatchSize {
		return nil
	}
	return l.flush()
}

func (l *streamLocal) flush() error {
	b := l.open
	if b == nil {
		return nil
	}
	l.open = nil
	for _, v := range b.Cols {
		v.Finish()
	}
	if l.s.turns != nil {
		return l.s.turns.put(l.w, l.at, b)
	}
	// Not deferred: a panic must leave the mark, so that it passes through as the caller's own.
	l.s.outside = true
	err := l.s.consume(b)
	l.s.outside = false
	return err
}
