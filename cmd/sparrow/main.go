// Command sparrow is Sparrow's shell and its tools: queries over files, a server for other programs, the TPC-H benchmark and its generator.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/sparrow-engine/sparrow/exec/budget"
)

func main() {
	if os.Getenv("GOGC") == "" {
		// Bulk data lies outside of the Go heap, so the collector would pace itself by the little that is in it. The process is ours to say so; the
		// library leaves its embedder's alone.
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(run())
}

// gcPercent lets the heap grow to three times what lives in it: some 5 % less CPU time over TPC-H at SF 1, for a few MiB.
const gcPercent = 200

// The Go heap of a process with --memory: a share of that, and at least what the command itself and the scans of a few workers need.
const (
	heapShare = 3
	leastHeap = 64 << 20
)

// boundHeap makes the collector come before the heap outgrows a share of the memory that queries may use: what they hold lies outside of it, and
// garbage of three times what lives in it would be more than they hold (TPC-H Q9 and Q21 at SF 10 with 250 MB).
func boundHeap(memory int64) {
	if memory <= 0 || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	budget.Default() // which looks at the limit, once, and must not see this one
	debug.SetMemoryLimit(max(memory/heapShare, leastHeap))
}

// run returns the exit status: 1 after an error, 130 after Ctrl-C, as shells have it.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	err := newRoot().ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "Cancelled.")
		return 130
	case !errors.Is(err, errReported):
		fmt.Fprintln(os.Stderr, describe(err, isTerminal(os.Stderr)))
	}
	return 1
}

// errReported ends the command with status 1 when what went wrong has been printed already.
var errReported = errors.New("reported")

// interruptible returns a context that Ctrl-C cancels. A second Ctrl-C ends the process, should the first one not be heeded.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
