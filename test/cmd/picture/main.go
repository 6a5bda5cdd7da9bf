// Command picture plays a failover in terminals of tmux, and draws what they show: docs/failover.svg. Run it with make docs-picture.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/kubectl-leader/kubectl-leader/test/picture"
)

func main() {
	out := flag.String("o", "docs/failover.svg", "file to write")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := draw(ctx, *out); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func draw(ctx context.Context, path string) (err error) {
	line := &picture.Timeline{Panes: panes}
	stage, err := begin(ctx, line)
	if err != nil {
		return err
	}
	defer stage.end()
	if err := play(stage); err != nil {
		return err
	}
	var svg bytes.Buffer
	if err := line.Write(&svg); err != nil {
		return err
	}
	return os.WriteFile(path, svg.Bytes(), 0o644)
}
