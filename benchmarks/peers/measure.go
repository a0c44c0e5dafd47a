package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
)

// contestant is an engine by the name it has in the report.
type contestant struct {
	name    string
	version string
	engine  engine
}

type query struct{ name, sql string }

// result is what one engine did with one query.
type result struct {
	Seconds   []float64 `json:"seconds,omitempty"` // of each timed run
	Median    float64   `json:"median,omitempty"`
	Min       float64   `json:"min,omitempty"`
	Ratio     float64   `json:"ratio,omitempty"` // of the minima, to the first engine
	Rows      int       `json:"rows"`
	Allocated uint64    `json:"allocated_bytes,omitempty"` // a run
	Error     string    `json:"error,omitempty"`
	Differs   string    `json:"differs,omitempty"` // how its rows differ from the first engine's

	medianRatio float64
}

// measured is one query in all engines, in the order of the contestants.
type measured struct {
	Query   string    `json:"query"`
	Results []*result `json:"results"`
}

// measure asks each engine in turn, run by run, so that a slower hour of the machine strikes all of them. The first round warms up.
func measure(ctx context.Context, all []contestant, q query, runs int) measured {
	m := measured{Query: q.name}
	for range all {
		m.Results = append(m.Results, &result{})
	}
	for run := range runs + 1 {
		var base *answer
		for i, c := range all {
			r := m.Results[i]
			if r.Error != "" || ctx.Err() != nil {
				continue
			}
			before, _ := c.engine.usage(ctx)
			a := c.engine.ask(ctx, q.sql)
			after, told := c.engine.usage(ctx)
			if a.Err != "" {
				r.Error = a.Err + ": " + a.Message
				continue
			}
			r.Rows = len(a.Rows)
			if run > 0 {
				r.Seconds = append(r.Seconds, a.Seconds)
				if told && after.AllocatedBytes > before.AllocatedBytes { // not if it was started again
					r.Allocated += (after.AllocatedBytes - before.AllocatedBytes) / uint64(runs)
				}
			}
			if i == 0 {
				base = a
			} else if base != nil && r.Differs == "" {
				r.Differs = difference(base, a)
			}
		}
	}
	m.finish()
	return m
}

// finish computes what follows from the seconds.
func (m *measured) finish() {
	base := m.Results[0]
	for _, r := range m.Results {
		if r.Error != "" || len(r.Seconds) == 0 {
			continue
		}
		r.Median, r.Min = median(r.Seconds), slices.Min(r.Seconds)
		if base.Error == "" && base.Min > 0 && base.Median > 0 {
			r.Ratio, r.medianRatio = r.Min/base.Min, r.Median/base.Median
		}
	}
}

// summary is one engine over all queries. Ratios and totals are over the queries that it and the first engine answered.
type summary struct {
	Engine        string  `json:"engine"`
	Version       string  `json:"version,omitempty"`
	Answered      int     `json:"answered"`
	Differs       int     `json:"differs"`
	Seconds       float64 `json:"seconds"`      // the sum of the minima
	BaseSeconds   float64 `json:"base_seconds"` // the first engine's for the same queries
	Geomean       float64 `json:"geomean"`      // of the ratios of minima
	GeomeanMedian float64 `json:"geomean_median"`
	Worst         float64 `json:"worst"`
	WorstQuery    string  `json:"worst_query,omitempty"`
	PeakBytes     int64   `json:"peak_bytes,omitempty"`
	Allocated     uint64  `json:"allocated_bytes,omitempty"` // by one run of each query
	GCShare       float64 `json:"gc_share,omitempty"`        // of the processor time of the process
}

func summarize(c contestant, i int, queries []measured) summary {
	s := summary{Engine: c.name, Version: c.version, PeakBytes: c.engine.peak()}
	var minima, medians []float64
	for _, m := range queries {
		r, base := m.Results[i], m.Results[0]
		s.Allocated += r.Allocated
		if r.Differs != "" {
			s.Differs++
		}
		if r.Error == "" && len(r.Seconds) > 0 {
			s.Answered++
		}
		if r.Ratio == 0 {
			continue
		}
		s.Seconds, s.BaseSeconds = s.Seconds+r.Min, s.BaseSeconds+base.Min
		minima, medians = append(minima, r.Ratio), append(medians, r.medianRatio)
		if r.Ratio > s.Worst {
			s.Worst, s.WorstQuery = r.Ratio, m.Query
		}
	}
	s.Geomean, s.GeomeanMedian = geomean(minima), geomean(medians)
	return s
}

// run measures all queries and sums up.
func run(ctx context.Context, all []contestant, queries []query, runs int, log io.Writer) (out report, err error) {
	for i, q := range queries {
		m := measure(ctx, all, q, runs)
		if err := ctx.Err(); err != nil {
			return out, err
		}
		out.Queries = append(out.Queries, m)
		fmt.Fprintf(log, "%d/%d %s", i+1, len(queries), q.name)
		for k, r := range m.Results {
			fmt.Fprintf(log, "  %s %s", all[k].name, r.text())
		}
		fmt.Fprintln(log)
	}
	for i, c := range all {
		s := summarize(c, i, out.Queries)
		if u, ok := c.engine.usage(ctx); ok && u.CPUSeconds > 0 {
			s.GCShare = u.GCSeconds / u.CPUSeconds
		}
		out.Engines = append(out.Engines, s)
	}
	return out, nil
}

// median of a list that is not empty.
func median(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// geomean of positive numbers, 0 of none.
func geomean(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	sum := 0.0
	for _, x := range list {
		sum += math.Log(x)
	}
	return math.Exp(sum / float64(len(list)))
}
