package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// runChild runs a command with more environment, forwards signals to it and waits for it. When the context ends the
// command is asked to end, too. The error is the command's own failure (*exec.ExitError), or why it could not be started.
func runChild(ctx context.Context, command, env []string, streams genericiooptions.IOStreams) error {
	child := exec.Command(command[0], command[1:]...)
	child.Env = append(os.Environ(), env...)
	child.Stdin, child.Stdout, child.Stderr = streams.In, streams.Out, streams.ErrOut
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, forwardedSignals...)
	defer signal.Stop(signals)
	if err := child.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	// A terminal sends Ctrl-C to the child as well, and twice would be once too often.
	shared := sharesTerminal()
	lost := ctx.Done()
	for {
		select {
		case err := <-ended:
			return err
		case s := <-signals:
			if !shared || !fromTerminal(s) {
				child.Process.Signal(s) // it may have just ended
			}
		case <-lost:
			lost = nil
			end(child.Process)
		}
	}
}

// process is an *os.Process.
type process interface {
	Signal(os.Signal) error
	Kill() error
}

// end asks a process to end, or kills it where it cannot be asked: Windows has no SIGTERM, and Go no other signal for it than Kill.
func end(p process) {
	if err := p.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.Kill() // it may have just ended
	}
}
