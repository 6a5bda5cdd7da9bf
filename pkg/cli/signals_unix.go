//go:build !windows

package cli

import (
	"os"
	"syscall"
)

var forwardedSignals = []os.Signal{
	syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2,
}

// errReaderGone is what writing to a pipe gives that nobody reads any more.
var errReaderGone error = syscall.EPIPE

// fromTerminal tells the signals that a terminal sends to all processes in front.
func fromTerminal(s os.Signal) bool { return s == syscall.SIGINT || s == syscall.SIGQUIT }
