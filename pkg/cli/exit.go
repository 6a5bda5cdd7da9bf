package cli

import (
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"syscall"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// The exit codes of every command.
const (
	exitYes         = 0   // yes, or done
	exitNo          = 1   // the answer is no: no leader, a failover where none was wanted, a deadline passed
	exitUnknown     = 2   // we could not find out: usage, access denied, cluster unreachable, an identity that leaves it open
	exitInterrupted = 130 // Ctrl-C
	exitTerminated  = 143 // SIGTERM
)

// answerNo is an error that answers the question, with no.
type answerNo struct{ error }

func (e answerNo) Unwrap() error { return e.error }

// interrupted is the cause of a context that a signal ended.
type interrupted struct{ code int }

func (e interrupted) Error() string { return "interrupted" }

// childEnded is the end of the command after "--"; its code is ours, whatever else happened meanwhile. A nil error is a
// command that succeeded.
type childEnded struct{ error }

func (e childEnded) Unwrap() error { return e.error }

func (e childEnded) Error() string {
	if e.error == nil {
		return "command succeeded"
	}
	return e.error.Error()
}

// code is the exit code as a shell gives it: 128 and the signal's number when a signal ended the command.
func (e childEnded) code() int {
	var exit *exec.ExitError
	if !errors.As(e.error, &exit) {
		return exitYes
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}

// exitCode maps an error to the process's exit code. Whatever is not known to be an answer is no answer.
func exitCode(err error) int {
	var stop interrupted
	var child childEnded
	var noLeader *leader.NoLeader
	var no answerNo
	switch {
	case err == nil, readerGone(err):
		return exitYes // a reader that has gone away (`| head`) has what it wanted
	case errors.As(err, &child):
		return child.code()
	case errors.As(err, &stop):
		return stop.code
	case errors.As(err, &noLeader) && noLeader.Undecided():
		return exitUnknown
	case errors.As(err, &noLeader), errors.As(err, &no):
		return exitNo
	}
	return exitUnknown
}

// readerGone reports that nobody reads any more what we write. A connection to the cluster can break with the same errno, which
// is no success: our output is to files.
func readerGone(err error) bool {
	var file *fs.PathError
	return errors.As(err, &file) && errors.Is(file.Err, errReaderGone)
}

// causeOf prefers the signal that ended a context over the error that followed from it.
func causeOf(ctx context.Context, err error) error {
	var stop interrupted
	var child childEnded
	if errors.As(err, &child) {
		return err
	}
	if errors.As(context.Cause(ctx), &stop) {
		return stop
	}
	return err
}
