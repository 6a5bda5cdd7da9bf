// Command bench compares `kubectl leader list -A` with `kubectl get leases -A` on the objects of a large cluster, and how
// fast `kubectl leader assert` reacts with `kubectl wait` and a loop of the shell.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := newCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
