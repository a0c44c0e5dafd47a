package main

import (
	"bufio"
	"io"
	"sync"
	"time"
)

// Rows of a result that come one by one are seen at most so much later; those that come fast are written in pieces of so many bytes.
const (
	promptDelay  = 50 * time.Millisecond
	promptBuffer = 1 << 16
)

// promptWriter is a buffer that passes on what it holds soon after it came, whether or not more comes.
type promptWriter struct {
	mu    sync.Mutex
	buf   *bufio.Writer // an error stays in it until the next Write or Flush reports it
	timer *time.Timer   // runs while buf may hold something; nil before the first Write
	armed bool
}

func newPromptWriter(w io.Writer) *promptWriter {
	return &promptWriter{buf: bufio.NewWriterSize(w, promptBuffer)}
}

func (p *promptWriter) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.armed:
	case p.timer == nil:
		p.timer = time.AfterFunc(promptDelay, p.pass)
	default:
		p.timer.Reset(promptDelay)
	}
	p.armed = true
	return p.buf.Write(b)
}

// pass writes what is held.
func (p *promptWriter) pass() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.armed {
		p.armed = false
		_ = p.buf.Flush()
	}
}

// Flush writes the rest. Nothing is written behind the caller's back any more unless there is another Write.
func (p *promptWriter) Flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.armed {
		p.armed = false
		p.timer.Stop()
	}
	return p.buf.Flush()
}
