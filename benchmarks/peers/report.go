package main

import (
	"fmt"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// report is a whole comparison, as --json writes it.
type report struct {
	Data    string     `json:"data"`
	Threads int        `json:"threads"`
	Runs    int        `json:"runs"`
	Engines []summary  `json:"engines"`
	Queries []measured `json:"queries"`
}

// text is a result in a cell: seconds as median and minimum, and the ratio.
func (r *result) text() string {
	switch {
	case r.Error != "":
		return "failed"
	case r.Ratio == 0:
		return fmt.Sprintf("%.3f %.3f", r.Median, r.Min)
	case r.Differs != "":
		return fmt.Sprintf("%.3f %.3f %5.2f!", r.Median, r.Min, r.Ratio)
	}
	return fmt.Sprintf("%.3f %.3f %5.2f", r.Median, r.Min, r.Ratio)
}

// String is the report as tables: queries, engines, and what failed or differed.
func (p *report) String() string {
	out := fmt.Sprintf("%s, %d threads, %d runs: median seconds, minimum, ratio of minima to %s (! differs)\n%s\n%s\n",
		p.Data, p.Threads, p.Runs, p.Engines[0].Engine, p.queryTable(), p.engineTable())
	for _, m := range p.Queries {
		for i, r := range m.Results {
			switch {
			case r.Error != "":
				out += fmt.Sprintf("%s failed in %s: %s\n", m.Query, p.Engines[i].Engine, r.Error)
			case r.Differs != "":
				out += fmt.Sprintf("%s differs in %s: %s\n", m.Query, p.Engines[i].Engine, r.Differs)
			}
		}
	}
	return out
}

func newTable(header ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(header)
	var right []table.ColumnConfig
	for i := 1; i < len(header); i++ {
		right = append(right, table.ColumnConfig{Number: i + 1, Align: text.AlignRight})
	}
	t.SetColumnConfigs(right)
	return t
}

func (p *report) queryTable() string {
	header := table.Row{"query", "rows"}
	for _, e := range p.Engines {
		header = append(header, e.Engine)
	}
	t := newTable(header...)
	for _, m := range p.Queries {
		row := table.Row{m.Query, m.Results[0].Rows}
		for _, r := range m.Results {
			row = append(row, r.text())
		}
		t.AppendRow(row)
	}
	return t.Render()
}

func (p *report) engineTable() string {
	t := newTable("engine", "version", "answered", "seconds", p.Engines[0].Engine+" on the same", "geomean", "of medians", "worst", "peak memory", "allocated", "GC")
	for _, e := range p.Engines {
		row := table.Row{e.Engine, e.Version, fmt.Sprintf("%d/%d", e.Answered, len(p.Queries)), fmt.Sprintf("%.3f", e.Seconds), fmt.Sprintf("%.3f", e.BaseSeconds),
			fmt.Sprintf("%.2f", e.Geomean), fmt.Sprintf("%.2f", e.GeomeanMedian), fmt.Sprintf("%.2f %s", e.Worst, e.WorstQuery), "", "", ""}
		if e.PeakBytes > 0 {
			row[8] = humanize.IBytes(uint64(e.PeakBytes))
		}
		if e.Allocated > 0 {
			row[9], row[10] = humanize.IBytes(e.Allocated), fmt.Sprintf("%.1f %%", 100*e.GCShare)
		}
		t.AppendRow(row)
	}
	return t.Render()
}

// failed says that the comparison is no clean one: an answer differs, or the first engine has none.
func (p *report) failed() bool {
	for _, m := range p.Queries {
		for i, r := range m.Results {
			if r.Differs != "" || i == 0 && r.Error != "" {
				return true
			}
		}
	}
	return false
}
