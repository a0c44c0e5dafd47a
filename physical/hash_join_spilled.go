package physical

import (
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/spill"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// spilledJoin is a hash join whose build side does not fit in memory (Grace hash join): both sides go to files by the hash of their keys, and
// when the probe side is through, its parts are joined one by one. A part whose build side still does not fit is cut again by other bits of
// the hash.
type spilledJoin struct {
	join  *HashJoin
	build []*spill.File // by part

	mu    sync.Mutex
	probe [][]*spill.File // by part
}

// The parts of one cut, how often a part is cut again, and the bytes of a build part that are never refused.
const (
	spillBits  = 4
	spillParts = 1 << spillBits
	spillDepth = 6
	partFloor  = 1 << 20
)

func newSpilledJoin(j *HashJoin) (*spilledJoin, error) {
	s := &spilledJoin{join: j, probe: make([][]*spill.File, spillParts)}
	keys, err := compileAll(j.spec.BuildKeys, j.spec.Build, j.spec.Query.Env())
	if err != nil {
		return nil, err
	}
	c := newCutter(j.spec.Query, "build", columnTypes(j.spec.Build), keys(), 0)
	if err := j.stage.Each(j.spec.Query, c.add); err != nil {
		return nil, err
	}
	s.build, err = c.finish()
	return s, err
}

// cutter writes rows to files by the hash of their keys.
type cutter struct {
	q      *exec.Query
	name   string
	types  []types.Type
	keys   evaluator
	depth  int
	hashes []uint64
	sels   [spillParts][]int32
	open   [spillParts]columnar.Batch
	files  [spillParts]*spill.Writer
}

func newCutter(q *exec.Query, name string, ts []types.Type, keys evaluator, depth int) *cutter {
	return &cutter{q: q, name: name, types: ts, keys: keys, depth: depth}
}

func (c *cutter) add(b *columnar.Batch) error {
	keys, err := c.keys.Eval(b)
	if err != nil {
		return err
	}
	rows := b.Rows()
	c.hashes = sized(c.hashes, rows.Count())
	for i, k := range keys {
		kernel.Hash(k, rows, c.hashes, i > 0)
	}
	for p := range c.sels {
		c.sels[p] = c.sels[p][:0]
	}
	shift := 64 - spillBits*(c.depth+1)
	for i, h := range c.hashes {
		p := h >> shift & (spillParts - 1)
		c.sels[p] = append(c.sels[p], int32(rows.Row(i)))
	}
	for p, sel := range c.sels {
		if len(sel) == 0 {
			continue
		}
		columnar.AppendBatch(&c.open[p], &columnar.Batch{Cols: b.Cols, N: b.N, Sel: sel})
		if c.open[p].N >= columnar.BatchSize {
			if err := c.write(p); err != nil {
				return err
			}
		}
	}
	return c.q.Err()
}

func (c *cutter) write(p int) (err error) {
	if c.files[p] == nil {
		if c.files[p], err = c.q.Spill().Create(c.name, c.types); err != nil {
			return err
		}
	}
	err = c.files[p].Write(&c.open[p])
	c.open[p] = columnar.Batch{}
	return err
}

// finish writes the rest and returns the files, nil for parts without rows.
func (c *cutter) finish() ([]*spill.File, error) {
	out := make([]*spill.File, spillParts)
	for p := range c.open {
		if c.open[p].N > 0 {
			if err := c.write(p); err != nil {
				return nil, err
			}
		}
		if c.files[p] != nil {
			out[p] = c.files[p].Finish()
		}
	}
	return out, nil
}

// Name returns the operator's name.
func (s *spilledJoin) Name() string { return "HashJoin" }

// New returns a step that keeps the probe rows in files.
func (s *spilledJoin) New(w *exec.Worker, _ exec.Push) (exec.Push, func() error, error) {
	spec := &s.join.spec
	c := newCutter(spec.Query, "probe", columnTypes(spec.Probe), s.join.keys(), 0)
	return c.add, func() error {
		files, err := c.finish()
		s.mu.Lock()
		defer s.mu.Unlock()
		for p, f := range files {
			if f != nil {
				s.probe[p] = append(s.probe[p], f)
			}
		}
		return err
	}, nil
}

// spilledSource gives the rows of the join, a part a morsel.
type spilledSource spilledJoin

func (s *spilledSource) Morsels() int { return spillParts }

func (s *spilledSource) NewReader(w *exec.Worker) (exec.Reader, error) {
	return &spilledReader{spilledJoin: (*spilledJoin)(s), w: w}, nil
}

type spilledReader struct {
	*spilledJoin
	w      *exec.Worker
	morsel int
}

func (r *spilledReader) Open(m int) error                   { r.morsel = m; return nil }
func (r *spilledReader) Close() error                       { return nil }
func (r *spilledReader) Next(*columnar.Batch) (bool, error) { return false, nil }

// Push joins the part of the open morsel.
func (r *spilledReader) Push(next exec.Push) error {
	seq := 0
	return r.part(r.build[r.morsel], r.probe[r.morsel], 1, func(b *columnar.Batch) error {
		b.Morsel, b.Seq = r.morsel, seq
		seq++
		return next(b)
	})
}

// part joins one part of both sides, cut depth times.
func (r *spilledReader) part(build *spill.File, probe []*spill.File, depth int, next exec.Push) error {
	size := int64(0)
	if build != nil {
		size = 3 * build.Bytes() // rows and table
	}
	budget := r.join.spec.Query.Budget()
	switch {
	case size <= partFloor:
		budget.Force(size)
	case !budget.Reserve(size):
		if depth == spillDepth {
			return budget.OutOfMemory("A join whose build side has many rows of one key", size)
		}
		return r.cut(build, probe, depth, next)
	}
	defer budget.Release(size)
	rows, err := readAll(build, r.join.spec.Build)
	if err != nil {
		return err
	}
	return r.joinPart(rows, probe, next)
}

// joinPart joins build rows in memory with files of probe rows.
func (r *spilledReader) joinPart(build *columnar.Batch, probe []*spill.File, next exec.Push) error {
	j, err := r.join.inMemory(build)
	if err != nil {
		return err
	}
	defer func() { j.spec.Query.Budget().Release(j.index.held) }()
	p := newProber(j, r.w, next)
	if err := eachBlock(r.w, probe, p.push); err != nil {
		return err
	}
	if err := p.finish(); err != nil {
		return err
	}
	rest := j.unmatched()
	if rest == nil {
		return nil
	}
	return pushAll(r.w, rest, next)
}

// cut divides a part by the next bits of the hash and joins the pieces.
func (r *spilledReader) cut(build *spill.File, probe []*spill.File, depth int, next exec.Push) error {
	spec := &r.join.spec
	keys, err := compileAll(spec.BuildKeys, spec.Build, spec.Query.Env())
	if err != nil {
		return err
	}
	b := newCutter(spec.Query, "build", columnTypes(spec.Build), keys(), depth)
	p := newCutter(spec.Query, "probe", columnTypes(spec.Probe), r.join.keys(), depth)
	if err := eachBlock(r.w, []*spill.File{build}, b.add); err != nil {
		return err
	}
	if err := eachBlock(r.w, probe, p.add); err != nil {
		return err
	}
	builds, err := b.finish()
	if err != nil {
		return err
	}
	probes, err := p.finish()
	if err != nil {
		return err
	}
	for i := range builds {
		var files []*spill.File
		if probes[i] != nil {
			files = append(files, probes[i])
		}
		if err := r.part(builds[i], files, depth+1, next); err != nil {
			return err
		}
	}
	return nil
}

// eachBlock calls f with the batches of files and removes them.
func eachBlock(w *exec.Worker, files []*spill.File, f exec.Push) error {
	for _, file := range files {
		in := file.Reader()
		var b columnar.Batch
		for {
			if err := w.Err(); err != nil {
				return err
			}
			ok, err := in.Next(&b)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if err := f(&b); err != nil {
				return err
			}
		}
		file.Remove()
	}
	return nil
}

// readAll reads a file, nil being an empty one, into one batch.
func readAll(f *spill.File, cols []*expr.Column) (*columnar.Batch, error) {
	out := &columnar.Batch{}
	for _, c := range cols {
		out.Cols = append(out.Cols, columnar.New(c.T, 0))
	}
	if f == nil {
		return out, nil
	}
	in := f.Reader()
	var b columnar.Batch
	for {
		ok, err := in.Next(&b)
		if err != nil || !ok {
			f.Remove()
			return out, err
		}
		columnar.AppendBatch(out, &b)
	}
}

// pushAll pushes all rows of a source.
func pushAll(w *exec.Worker, src exec.Source, next exec.Push) error {
	r, err := src.NewReader(w)
	if err != nil {
		return err
	}
	defer r.Close()
	var b columnar.Batch
	for m := range src.Morsels() {
		if err := r.Open(m); err != nil {
			return err
		}
		for {
			ok, err := r.Next(&b)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if err := next(&b); err != nil {
				return err
			}
		}
	}
	return nil
}
