// Command bench-run runs a command, and writes to file descriptor 3 what it took. It is a program of its own as it has to be
// small: until a child has become another program it shares its parent's memory, and Linux counts that as the child's.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/bench/usage"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "bench-run: which command?")
		os.Exit(2)
	}
	code, err := run(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-run:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

func run(path string, args []string) (code int, err error) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	cmd := exec.Command(path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s) // it may have ended
		}
	}()
	_ = cmd.Wait() // the state tells
	took := usage.Of(cmd.ProcessState, time.Since(started))
	if err := json.NewEncoder(os.NewFile(3, "usage")).Encode(took); err != nil {
		return 0, err
	}
	return max(cmd.ProcessState.ExitCode(), -1), nil
}
