package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// firstLeader waits for the first leader of a following command, and says why there is none, and when that changes. Without a
// timeout it waits as long as the context lasts. When the time is up the error is a *leader.NoLeader.
func firstLeader(ctx context.Context, stream *leader.Stream, timeout time.Duration, screen *screen) (*leader.Change, error) {
	change := stream.Latest()
	switch {
	case change.Led():
		return change, nil
	case change.UpToUser():
		return change, change.Err()
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = login.WithTimeout(ctx, timeout)
		defer cancel()
	}
	defer screen.waitingForLeader(stream, timeout)()
	for told := leader.Reason(""); ; {
		if change.Reason != told && change.Reason != leader.PodUnknown {
			told = change.Reason
			screen.notice(change.MessageWith("; waiting for a leader"))
		}
		next, err := change.Next(ctx)
		switch {
		case err == nil && next.Led():
			return next, nil
		case err == nil:
			change = next
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			return nil, fmt.Errorf("no leader within %s: %w", timeout, change.Err())
		default:
			return nil, change.Err()
		}
	}
}

// endWithin is how long a last line may take to be written once the command is told to end.
const endWithin = 500 * time.Millisecond

// untilEnd runs what prints until it is done or the context ends: a reader that has stalled must not keep us from ending.
func untilEnd(ctx context.Context, print func() error) error {
	printed := make(chan error, 1)
	go func() { printed <- print() }()
	select {
	case err := <-printed:
		return err
	case <-ctx.Done():
	}
	timer := time.NewTimer(endWithin)
	defer timer.Stop()
	select {
	case err := <-printed:
		return err
	case <-timer.C:
		return context.Cause(ctx)
	}
}
