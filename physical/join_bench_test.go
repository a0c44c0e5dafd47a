package physical

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/types"
)

// countSink counts rows and reads nothing.
type countSink struct{ rows int64 }

func (s *countSink) Name() string                                    { return "count" }
func (s *countSink) NewLocal(*exec.Worker) (exec.LocalSink, error)   { return &countSink{}, nil }
func (s *countSink) Combine(l exec.LocalSink) error                  { s.rows += l.(*countSink).rows; return nil }
func (s *countSink) Finalize(*exec.Query) (*exec.StageOutput, error) { return nil, nil }
func (s *countSink) Consume(b *columnar.Batch) error                 { s.rows += int64(b.Count()); return nil }

// bigintStage is a stage of one bigint column and one payload.
func bigintStage(q *exec.Query, n int, f func(i int) int64) *exec.StageOutput {
	k, v := columnar.New(types.BigIntType, n), columnar.New(types.BigIntType, n)
	for i := range n {
		columnar.Values[int64](k)[i] = f(i)
		columnar.Values[int64](v)[i] = int64(i)
	}
	k.Class, v.Class = columnar.Shared, columnar.Shared
	return exec.NewStageOutput(q, []types.Type{types.BigIntType, types.BigIntType}, []*columnar.Batch{{Cols: []*columnar.Vector{k, v}, N: n}})
}

func BenchmarkHashJoin(b *testing.B) {
	for _, c := range []struct {
		name         string
		build, probe int
		stride       int64
		dup          int
		ordered      bool // both sides come in the order of the key
	}{
		{"dense", 200_000, 2_000_000, 1, 1, false},
		{"dense4", 200_000, 2_000_000, 1, 4, false},
		{"sparse-small", 20_000, 2_000_000, 1_000_003, 1, false},
		{"sparse", 1_000_000, 2_000_000, 1_000_003, 1, false},
		{"range8", 1_000_000, 4_000_000, 7, 1, false},
		{"range8-ordered", 1_000_000, 4_000_000, 7, 1, true},
		{"range12-small", 100_000, 4_000_000, 12, 1, false},
		{"range60", 1_000_000, 4_000_000, 60, 1, false},
		{"range60-ordered", 1_000_000, 4_000_000, 60, 1, true},
		{"range60-ordered4", 1_000_000, 4_000_000, 60, 4, true},
	} {
		q := exec.NewQuery(context.Background(), exec.Options{Threads: 1})
		r := rand.New(rand.NewPCG(1, 1))
		perm := r.Perm(c.build)
		pick := func(int) int { return r.IntN(c.build) }
		if c.ordered {
			slices.Sort(perm)
			pick = func(i int) int { return i * c.build / c.probe }
		}
		probe := bigintStage(q, c.probe, func(i int) int64 { return int64(pick(i)/c.dup) * c.stride })
		left, right := columnsOf(1, types.BigIntType, types.BigIntType), columnsOf(10, types.BigIntType, types.BigIntType)
		spec := HashJoinSpec{Kind: logical.Inner, Probe: left, Build: right, ProbeKeys: []expr.Expr{left[0]}, BuildKeys: []expr.Expr{right[0]}, NullSafe: []bool{false},
			Output: append(left[:2:2], right...), Query: q}
		build := func() *exec.StageOutput {
			return bigintStage(q, c.build, func(i int) int64 { return int64(perm[i]/c.dup) * c.stride })
		}
		b.Run("build/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(c.build) * 16)
			var cpu time.Duration
			for b.Loop() {
				b.StopTimer()
				s := build()
				from := cpuTime()
				b.StartTimer()
				if _, err := NewHashJoin(spec, s); err != nil {
					b.Fatal(err)
				}
				cpu += cpuTime() - from
			}
			b.ReportMetric(float64(cpu)/float64(b.N)/float64(c.build), "cpu-ns/row")
		})
		j, err := NewHashJoin(spec, build())
		if err != nil {
			b.Fatal(err)
		}
		b.Run("probe/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(c.probe) * 16)
			sink := &countSink{}
			cpu := cpuTime()
			for b.Loop() {
				if _, err := q.Run(&exec.Pipeline{Branches: []exec.Branch{{Source: probe.Source(), Steps: []exec.Step{j.Probe()}}}, Sink: sink}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpuTime()-cpu)/float64(b.N)/float64(c.probe), "cpu-ns/row")
			if sink.rows == 0 {
				b.Fatal(fmt.Sprint(c))
			}
		})
		q.Close()
	}
}
