// Command sparrow is Sparrow's shell and its tools: queries over files, a server for other programs, the TPC-H benchmark and its generator.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newRoot().ExecuteContext(ctx)
	stop()
	if err == nil {
		return
	}
	if !errors.Is(err, errReported) {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(1)
}

// errReported ends the command with status 1 when what went wrong has been printed already.
var errReported = errors.New("reported")
