package physical

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/exec"
)

// NewScan returns the source of a table. A VectorTable applies the request's filters itself; for any other table they are applied here, to
// vectors made of its records.
func NewScan(q *exec.Query, table datasource.Table, req *datasource.VectorRequest) (exec.Source, error) {
	if t, ok := table.(datasource.VectorTable); ok {
		scan, err := t.ScanVectors(q.Context(), req)
		if err != nil {
			return nil, err
		}
		q.OnClose(scan.Close)
		return &Scan{scan: scan}, nil
	}
	return newRecordScan(q, table, req)
}

// Scan is the source of a table that hands out vectors.
type Scan struct {
	scan datasource.VectorScan
}

// Counters returns what was read and skipped so far.
func (s *Scan) Counters() datasource.ScanCounters { return s.scan.Counters() }

// Morsels returns the number of morsels.
func (s *Scan) Morsels() int { return s.scan.Morsels() }

// NewReader opens the scan for a worker.
func (s *Scan) NewReader(w *exec.Worker) (exec.Reader, error) {
	r, err := s.scan.NewReader(w.Context())
	if err != nil {
		return nil, err
	}
	return &scanReader{VectorReader: r}, nil
}

type scanReader struct {
	datasource.VectorReader
	morsel, seq int
}

func (r *scanReader) Open(morsel int) error {
	r.morsel, r.seq = morsel, 0
	return r.VectorReader.Open(morsel)
}

func (r *scanReader) Next(b *columnar.Batch) (bool, error) {
	b.Sel = nil
	ok, err := r.VectorReader.Next(b)
	b.Morsel, b.Seq = r.morsel, r.seq
	r.seq++
	return ok, err
}
