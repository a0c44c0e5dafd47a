package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// errPagerLeft ends a result whose reader has seen enough.
var errPagerLeft = errors.New("the pager was left")

// paged writes to a terminal of some size what fits, and starts a pager for what does not.
type paged struct {
	out           io.Writer
	width, height int
	command       []string
	before        func() // called before the first bytes are shown, if not nil

	held  bytes.Buffer // while it may still fit
	lines int
	cmd   *exec.Cmd
	pipe  io.WriteCloser
}

// pagerCommand returns the user's pager; nil means that there is none.
func pagerCommand() []string {
	if p, ok := os.LookupEnv("PAGER"); ok {
		return strings.Fields(p)
	}
	if runtime.GOOS == "windows" {
		return []string{"more"}
	}
	return []string{"less", "-SRX"}
}

func (p *paged) Write(b []byte) (int, error) {
	if p.pipe != nil {
		return p.forward(b)
	}
	p.held.Write(b)
	p.lines += bytes.Count(b, []byte{'\n'})
	if p.lines >= p.height {
		if err := p.start(); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

func (p *paged) forward(b []byte) (int, error) {
	n, err := p.pipe.Write(b)
	if err != nil {
		return n, errPagerLeft
	}
	return n, nil
}

// start runs the pager and gives it what was held; without one the text goes to the terminal.
func (p *paged) start() error {
	p.begin()
	path, err := exec.LookPath(p.command[0])
	if err != nil {
		p.pipe = nopCloser{p.out}
	} else {
		p.cmd = exec.Command(path, p.command[1:]...)
		p.cmd.Stdout, p.cmd.Stderr = p.out, os.Stderr
		if name := filepath.Base(path); strings.HasPrefix(name, "less") && os.Getenv("LESS") == "" {
			p.cmd.Env = append(os.Environ(), "LESS=-SRX")
		}
		if p.pipe, err = p.cmd.StdinPipe(); err != nil {
			return err
		}
		if err := p.cmd.Start(); err != nil {
			return err
		}
	}
	_, err = p.forward(p.held.Bytes())
	p.held.Reset()
	return err
}

func (p *paged) begin() {
	if p.before != nil {
		p.before()
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// Close shows what was held and waits until the pager is left.
func (p *paged) Close() error {
	if p.pipe == nil && p.tooWide() {
		if err := p.start(); err != nil && !errors.Is(err, errPagerLeft) {
			return err
		}
	}
	if p.pipe == nil {
		p.begin()
		_, err := p.out.Write(p.held.Bytes())
		return err
	}
	p.pipe.Close()
	if p.cmd == nil {
		return nil
	}
	var left *exec.ExitError
	if err := p.cmd.Wait(); err != nil && !errors.As(err, &left) {
		return err
	}
	return nil
}

func (p *paged) tooWide() bool {
	for line := range strings.SplitSeq(p.held.String(), "\n") {
		if len(line) > p.width && text.StringWidthWithoutEscSequences(line) > p.width {
			return true
		}
	}
	return false
}
