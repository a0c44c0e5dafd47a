package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"
)

// engine answers queries.
type engine interface {
	// ask runs a query; what goes wrong is in the answer.
	ask(ctx context.Context, sql string) *answer
	// usage returns the counters of the engine's runtime, false if it does not tell.
	usage(ctx context.Context) (usage, bool)
	// peak returns the largest resident memory so far, 0 if unknown.
	peak() int64
	// hello starts the engine and returns its version.
	hello(ctx context.Context) (string, error)
	close()
}

// usage is what a Sparrow process has used since its start.
type usage struct {
	AllocatedBytes uint64  `json:"allocated_bytes"`
	CPUSeconds     float64 `json:"cpu_seconds"`
	GCSeconds      float64 `json:"gc_cpu_seconds"`
}

// process is an engine of its own process, with a JSON request and answer a line. It is started again after it died or did not answer in time.
type process struct {
	command []string
	sparrow bool // it speaks SQL from the first line on and answers requests for its counters
	timeout time.Duration

	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	high int64
}

// pinned is a command on the first cores of the machine, if there are more than it shall use and the system can say so.
func pinned(threads int, command ...string) []string {
	if threads >= runtime.NumCPU() {
		return command
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		return command
	}
	return append([]string{taskset, "-c", "0-" + strconv.Itoa(threads-1)}, command...)
}

func (p *process) start(ctx context.Context) (err error) {
	p.cmd = exec.CommandContext(ctx, p.command[0], p.command[1:]...)
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if os.Getenv("SPARROW_PEERS_STDERR") != "" { // to see why an engine does not start
		p.cmd.Stderr = os.Stderr
	}
	p.out = bufio.NewReaderSize(out, 1<<16)
	if err := p.cmd.Start(); err != nil {
		p.cmd = nil
		return err
	}
	return nil
}

func (p *process) ask(ctx context.Context, sql string) *answer {
	a := &answer{}
	if err := p.exchange(ctx, map[string]any{"sql": sql}, a); err != nil {
		return &answer{Err: "no answer", Message: err.Error()}
	}
	p.high = max(p.high, p.peak())
	return a
}

func (p *process) hello(ctx context.Context) (string, error) {
	request := map[string]any{"hello": true}
	if p.sparrow {
		request = map[string]any{"sql": "SELECT 1"} // its version is the revision it was built from
	}
	a := &answer{}
	if err := p.exchange(ctx, request, a); err != nil {
		return "", err
	}
	if a.Err != "" {
		return "", fmt.Errorf("%s: %s", a.Err, a.Message)
	}
	return a.Version, nil
}

func (p *process) usage(ctx context.Context) (usage, bool) {
	var u struct {
		usage
		Err string `json:"err"` // a revision that does not know the request
	}
	if !p.sparrow || p.exchange(ctx, map[string]any{"stats": true}, &u) != nil || u.Err != "" {
		return usage{}, false
	}
	return u.usage, true
}

// exchange sends a request and reads its answer.
func (p *process) exchange(ctx context.Context, request, into any) error {
	if p.cmd == nil {
		if err := p.start(ctx); err != nil {
			return err
		}
	}
	line, err := json.Marshal(request)
	if err != nil {
		return err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		// A process that could not start has said why before it ended.
		if text, failed := p.out.ReadBytes('\n'); failed == nil && json.Unmarshal(text, into) == nil {
			p.close()
			return nil
		}
		p.close()
		return fmt.Errorf("the process ended: %w", err)
	}
	late := time.AfterFunc(p.timeout, func() { _ = p.cmd.Process.Kill() })
	text, err := p.out.ReadBytes('\n')
	if !late.Stop() {
		err = fmt.Errorf("none within %s", p.timeout)
	}
	if err != nil {
		p.close()
		if errors.Is(err, io.EOF) {
			return errors.New("the process ended")
		}
		return err
	}
	return json.Unmarshal(text, into)
}

func (p *process) peak() int64 {
	if p.cmd == nil {
		return p.high
	}
	return max(p.high, residentPeak(p.cmd.Process.Pid))
}

// close ends the process: it leaves when its input does, and is killed if it stays.
func (p *process) close() {
	if p.cmd == nil {
		return
	}
	p.high = p.peak()
	_ = p.in.Close()
	kill := time.AfterFunc(5*time.Second, func() { _ = p.cmd.Process.Kill() })
	_, _ = io.Copy(io.Discard, p.out)
	_ = p.cmd.Wait() // how it ended does not matter: its answers are in
	kill.Stop()
	p.cmd = nil
}
