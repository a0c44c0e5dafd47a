package physical

import (
	"sync"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
)

// spilledJoin is a hash join whose build side does not fit in memory (Grace hash join): both sides go to files by the hash of their keys, and
// when the probe side is through, its parts are joined one by one. A part whose build side still does not fit is cut again by other bits of
// the hash; one that does not get smaller, because its rows have one key, is joined block by block (hash_join_blocks.go).
//
// Rows without a key (a null that is not null-safe) match nothing. They are left out where nothing is given for them, else spread over the
// parts. In a three-valued join (NOT IN, nullable IN) they make outcomes unknown, and that is no matter of one part: with one key and no
// residual it is enough to know whether there are such build rows, or any; else build rows without a key are compared with all parts, and
// probe rows without one are a part of their own that is compared with all build rows.
type spilledJoin struct {
	join    *HashJoin
	parts   hashBits   // of the first cut
	build   []*cutPart // by part
	keyless *cutPart   // build rows without a key, if they are compared
	facts   buildFacts
	memory  int64 // that there was for a part

	mu    sync.Mutex
	probe [][]*cutPart // by part, the last of rows without a key, if they are compared

	joined, blockwise int // parts with rows on both sides that were joined, and those of them that were joined block by block
}

// buildFacts is what a three-valued join by one key must know of the whole build side.
type buildFacts struct{ rows, nulls bool }

// builtBytes is what rows in files of so many bytes take as a build side: the rows and the table.
func builtBytes(n int64) int64 { return 3 * n }

func newSpilledJoin(j *HashJoin) (*spilledJoin, error) {
	q := j.spec.Query
	s := &spilledJoin{join: j, parts: hashBits{}.next(q, builtBytes(j.stage.Bytes)), memory: partMemory(q)}
	s.probe = make([][]*cutPart, s.parts.parts()+1)
	c, err := s.buildCutter(s.parts)
	if err != nil {
		return nil, err
	}
	if err := j.stage.Each(j.spec.Query, c.add); err != nil {
		return nil, err
	}
	if s.build, err = c.finish(); err != nil {
		return nil, err
	}
	j.stage.GiveBack() // the rows are in files of the join
	s.facts = buildFacts{rows: j.stage.Rows > 0, nulls: c.nulls}
	last := s.parts.parts()
	s.build, s.keyless = s.build[:last], s.build[last]
	return s, nil
}

// comparesKeyless reports whether rows without a key are compared one by one to find out which outcomes are unknown.
func (j *HashJoin) comparesKeyless() bool { return j.threeValued() && !j.oneKey() }

// oneKey reports whether equality of one key is all of the condition.
func (j *HashJoin) oneKey() bool { return len(j.spec.BuildKeys) == 1 && j.spec.Residual == nil }

func (s *spilledJoin) buildCutter(cut hashBits) (*cutter, error) {
	spec := &s.join.spec
	keys, err := compileAll(spec.BuildKeys, spec.Build, spec.Query.Env())
	if err != nil {
		return nil, err
	}
	c := newCutter(spec.Query, "build", columnTypes(spec.Build), keys(), spec.NullSafe, cut)
	switch {
	case s.join.comparesKeyless():
		c.keyless = keylessApart
	case spec.Kind != logical.RightOuter && spec.Kind != logical.FullOuter:
		c.keyless = keylessDropped
	}
	return c, nil
}

func (s *spilledJoin) probeCutter(cut hashBits) *cutter {
	spec := &s.join.spec
	c := newCutter(spec.Query, "probe", columnTypes(spec.Probe), s.join.keys(), spec.NullSafe, cut)
	switch {
	case s.join.comparesKeyless():
		c.keyless = keylessApart
	case spec.Kind == logical.Inner || spec.Kind == logical.LeftSemi || spec.Kind == logical.RightOuter:
		c.keyless = keylessDropped
	}
	return c
}

// Name returns the operator's name.
func (s *spilledJoin) Name() string { return "HashJoin" }

// New returns a step that keeps the probe rows in files.
func (s *spilledJoin) New(w *exec.Worker, _ exec.Push) (exec.Push, func() error, error) {
	c := s.probeCutter(s.parts)
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

func (s *spilledSource) Morsels() int { return len(s.probe) }

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
	numbered := func(b *columnar.Batch) error {
		b.Morsel, b.Seq = r.morsel, seq
		seq++
		return next(b)
	}
	probe := r.probe[r.morsel]
	defer removeAll(probe)
	if r.morsel < len(r.build) {
		build := r.build[r.morsel]
		defer r.done(build)
		return r.part(build, probe, r.parts, numbered)
	}
	if len(probe) == 0 {
		return nil
	}
	return r.blocks(append(present(r.build...), present(r.keyless)...), probe, numbered)
}

// done removes build rows that their part has read, unless another part reads them, too.
func (r *spilledReader) done(build *cutPart) {
	if build != nil && !r.join.comparesKeyless() {
		build.remove()
	}
}

// part joins one part of both sides, which bits of the hash divided.
func (r *spilledReader) part(build *cutPart, probe []*cutPart, divided hashBits, next exec.Push) error {
	if err := r.w.Err(); err != nil {
		return err
	}
	builds := present(build, r.keyless)
	size := int64(0)
	for _, p := range builds {
		size += builtBytes(p.bytes)
	}
	b := r.join.spec.Query.Budget()
	switch {
	case size <= partFloor(b):
		b.Force(size)
	case !b.Claim(size, 0):
		if divided.spent() || build == nil || r.keyless != nil && r.keyless.bytes > build.bytes {
			return r.blocks(builds, probe, next)
		}
		return r.cut(build, probe, divided, next)
	}
	defer b.Release(size)
	rows := newRows(r.join.spec.Build)
	err := eachBlock(r.w, builds, func(b *columnar.Batch) error { columnar.AppendBatch(rows, b); return nil })
	if err != nil {
		return err
	}
	return r.joinPart(rows, probe, next)
}

// joinPart joins build rows in memory with probe rows.
func (r *spilledReader) joinPart(build *columnar.Batch, probe []*cutPart, next exec.Push) error {
	if build.N > 0 && len(probe) > 0 {
		r.count(false)
	}
	j, err := r.join.inMemory(build)
	if err != nil {
		return err
	}
	defer j.index.release(j.spec.Query)
	p := newProber(j, r.w, next)
	if err := eachBlock(r.w, probe, p.push); err != nil {
		return err
	}
	return r.unmatchedOf(p, next)
}

// count notes a part that is joined.
func (s *spilledJoin) count(blockwise bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.joined++
	if blockwise {
		s.blockwise++
	}
}

// unmatchedOf pushes the build rows of a prober that is through and has seen no partner for them, if the join gives them.
func (r *spilledReader) unmatchedOf(p *prober, next exec.Push) error {
	if err := p.finish(); err != nil {
		return err
	}
	if rest := p.unmatched(); rest != nil {
		return pushAll(r.w, rest, next)
	}
	return nil
}

// cut divides a part by the next bits of the hash and joins the pieces. If nearly all of it is in one piece again, that is joined block by
// block.
func (r *spilledReader) cut(build *cutPart, probe []*cutPart, divided hashBits, next exec.Push) error {
	divided = divided.next(r.w.Query, builtBytes(build.bytes))
	b, err := r.buildCutter(divided)
	if err != nil {
		return err
	}
	builds, err := b.cutAll([]*cutPart{build})
	if err != nil {
		return err
	}
	probes, err := r.probeCutter(divided).cutAll(probe)
	if err != nil {
		return err
	}
	r.done(build)
	removeAll(probe)
	for i := range divided.parts() {
		deeper := divided
		if builds[i] != nil && builds[i].rows > build.rows/10*9 {
			deeper = hashBits{used: allCutBits}
		}
		if err := r.part(builds[i], present(probes[i]), deeper, next); err != nil {
			return err
		}
		removeAll(present(builds[i], probes[i]))
	}
	return nil
}

// newRows returns a batch without rows.
func newRows(cols []*expr.Column) *columnar.Batch {
	out := &columnar.Batch{}
	for _, c := range cols {
		out.Cols = append(out.Cols, columnar.New(c.T, 0))
	}
	return out
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
