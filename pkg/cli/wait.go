package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// firstLeader waits for the first leader of a following command, and says what it waits for. Without a timeout it waits
// as long as the context lasts.
func firstLeader(ctx context.Context, stream *leader.Stream, timeout time.Duration, tell func(string)) (*leader.Change, error) {
	change := stream.Latest()
	switch {
	case change.Led():
		return change, nil
	case change.UpToUser():
		return change, change.Err()
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	tell(change.MessageWith("; waiting for a leader"))
	change, err := stream.WaitLeader(ctx)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("no leader within %s: %w", timeout, err)
	}
	return change, err
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
