package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

func TestExitCode(t *testing.T) {
	child := func(script string) error { return childEnded{exec.Command("sh", "-c", script).Run()} }
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"done", nil, 0},
		{"no leader", &leader.NoLeader{}, 1},
		{"no leader, told by a wrapper", fmt.Errorf("waited: %w", &leader.NoLeader{}), 1},
		{"another answer that is no", answerNo{errors.New("the term has ended")}, 1},
		{"anything else", errors.New("connection refused"), 2},
		{"a deadline nobody made an answer of", context.DeadlineExceeded, 2},
		{"Ctrl-C", interrupted{exitInterrupted}, 130},
		{"SIGTERM", interrupted{exitTerminated}, 143},
		{"the command succeeded", childEnded{nil}, 0},
		{"our reader has gone", fmt.Errorf("written: %w", &fs.PathError{Op: "write", Path: "/dev/stdout", Err: errReaderGone}), 0},
		{"a connection has broken, with the same errno", &url.Error{Op: "Get", Err: &net.OpError{Op: "write", Err: os.NewSyscallError("write", errReaderGone)}}, 2},
	}
	if runtime.GOOS != "windows" {
		tests = append(tests, []struct {
			name string
			err  error
			want int
		}{
			{"the command's own code", child("exit 7"), 7},
			{"a code that we use ourselves", child("exit 2"), 2},
			{"a signal ended the command", child("kill -TERM $$"), 143},
		}...)
	}
	for _, test := range tests {
		if got := exitCode(test.err); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestASignalIsTheCauseOfWhatFollows(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	failed := errors.New("watch cut")
	if got := causeOf(ctx, failed); got != failed {
		t.Errorf("without a signal the error was %v", got)
	}
	cancel(interrupted{exitInterrupted})
	if got := exitCode(causeOf(ctx, failed)); got != exitInterrupted {
		t.Errorf("code %d, want the signal's", got)
	}
	if got := exitCode(causeOf(ctx, childEnded{nil})); got != 0 {
		t.Errorf("code %d, want the command's, which the signal was forwarded to", got)
	}
}
