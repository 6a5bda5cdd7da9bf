// Command identity proves that the built plugin finds the leaders behind the locks of real projects, on a cluster of its
// own that lives as long as the proof.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const (
	exitFailed      = 1
	exitBad         = 2 // bad input, or no cluster to prove on
	exitInterrupted = 130
)

// errFailed is the end of a proof in which cases failed; they have been printed.
var errFailed = errors.New("cases failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	err := newCommand().ExecuteContext(ctx)
	switch {
	case err == nil:
	case err == errFailed:
		os.Exit(exitFailed)
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "identity: interrupted")
		os.Exit(exitInterrupted)
	default:
		fmt.Fprintln(os.Stderr, "identity:", err)
		os.Exit(exitBad)
	}
}
