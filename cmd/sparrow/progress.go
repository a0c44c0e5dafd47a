package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/sparrow-engine/sparrow"
)

const (
	progressDelay = 400 * time.Millisecond // short queries do not flicker
	progressTick  = 100 * time.Millisecond
	progressLines = 8
)

// progress shows on a terminal what a query does, and leaves nothing behind.
type progress struct {
	out   io.Writer
	width int
	color bool

	mu      sync.Mutex
	past    []string // finished stages and re-plannings
	stage   string
	read    func() float64
	began   time.Time
	drawn   int // lines on the screen
	stopped bool
	quit    chan struct{}
	ended   chan struct{}
}

func startProgress(out io.Writer, width int, color bool) *progress {
	p := &progress{out: out, width: width, color: color, began: time.Now(), quit: make(chan struct{}), ended: make(chan struct{})}
	go p.draw()
	return p
}

// note takes an event of the query.
func (p *progress) note(e sparrow.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e.Kind {
	case sparrow.StageStarted:
		p.stage, p.read = e.Stage, e.Read
	case sparrow.StageFinished:
		p.past = append(p.past, fmt.Sprintf("stage %d %-10s %s rows, %s", e.Number, e.Stage, humanize.Comma(e.Rows), humanTime(e.Elapsed)))
	case sparrow.Replanned:
		line := "re-planned: " + e.Reason
		if n := len(p.past); n > 0 && strings.HasPrefix(p.past[n-1], line) {
			p.past[n-1] += ", " + e.Rule
			return
		}
		p.past = append(p.past, line+"; "+e.Rule)
	}
}

func (p *progress) draw() {
	defer close(p.ended)
	select {
	case <-time.After(progressDelay):
	case <-p.quit:
		return
	}
	tick := time.NewTicker(progressTick)
	defer tick.Stop()
	for {
		p.paint()
		select {
		case <-tick.C:
		case <-p.quit:
			io.WriteString(p.out, p.erase())
			return
		}
	}
}

// erase returns what clears the lines drawn, the cursor being at the end of the last one.
func (p *progress) erase() string {
	if p.drawn == 0 {
		return ""
	}
	up := ""
	if p.drawn > 1 {
		up = fmt.Sprintf("\x1b[%dA", p.drawn-1)
	}
	p.drawn = 0
	return up + "\r\x1b[J"
}

func (p *progress) paint() {
	p.mu.Lock()
	lines := p.lines(time.Since(p.began))
	p.mu.Unlock()
	for i, l := range lines {
		lines[i] = paint(p.color, dim, text.Trim(l, max(p.width-1, 10)))
	}
	screen := p.erase() + strings.Join(lines, "\n")
	p.drawn = len(lines)
	io.WriteString(p.out, screen)
}

// lines returns the last of what happened, and what runs.
func (p *progress) lines(elapsed time.Duration) []string {
	past := p.past
	if n := len(past) - (progressLines - 1); n > 0 {
		past = past[n:]
	}
	now := "planning"
	if p.stage != "" {
		now = p.stage
		if p.stage != "result" {
			now = "running " + now
		}
	}
	if p.read != nil {
		if share := p.read(); share > 0 {
			now += fmt.Sprintf(" %3.0f %%", share*100)
		}
	}
	return append(append([]string{}, past...), fmt.Sprintf("%s  %.1f s  (Ctrl-C cancels)", now, elapsed.Seconds()))
}

// stop ends and erases the display. It may be called more than once, and for no display.
func (p *progress) stop() {
	if p == nil {
		return
	}
	p.mu.Lock()
	first := !p.stopped
	p.stopped = true
	p.mu.Unlock()
	if first {
		close(p.quit)
	}
	<-p.ended
}
