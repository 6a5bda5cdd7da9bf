package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// isInit tells whether this is the first process of a container. The kernel
// keeps that one from being stopped, which POST /hang is about, so the operator
// is its child.
func isInit() bool { return os.Getpid() == 1 }

// runAsChild runs this program once more, passes signals on, and returns its
// exit code, as a shell would tell it.
func runAsChild() int {
	program, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo-operator:", err)
		return 1
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	child := exec.Command(program)
	child.Args = os.Args
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "demo-operator:", err)
		return 1
	}
	go func() {
		for received := range signals {
			_ = child.Process.Signal(received) // it may have ended
		}
	}()
	var exit *exec.ExitError
	if err := child.Wait(); err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, "demo-operator:", err)
		return 1
	}
	if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return child.ProcessState.ExitCode()
}
