package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// patientFor is how long something may take without a word.
const patientFor = 2 * time.Second

// waiting lets the live line tell what is waited for, once that has taken too long to go without a word, and every second
// from then on. What it returns takes the line away.
func (s *screen) waiting(since time.Time, tell func(waited time.Duration) string) (done func()) {
	if !s.isLive() {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		next := time.NewTimer(patientFor - time.Since(since))
		defer next.Stop()
		for {
			select {
			case <-next.C:
				_ = s.draw(tell(seconds(time.Since(since)))) // a terminal that is gone has nobody who waits
				next.Reset(time.Second)
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		cancel()
		<-ended
		s.clear()
	}
}

// asking waits for the answers of a cluster.
func (s *screen) asking() (done func()) {
	asked := login.Start()
	return s.waiting(time.Now(), func(time.Duration) string { return "asking the cluster for " + leader.Age(seconds(asked.Elapsed())) })
}

// waitingForLeader tells why nobody leads, and for how long that has been waited for.
func (s *screen) waitingForLeader(stream *leader.Stream, timeout time.Duration) (done func()) {
	atMost := ""
	if timeout > 0 {
		atMost = " of " + leader.Age(timeout)
	}
	return s.waiting(time.Now(), func(waited time.Duration) string {
		return fmt.Sprintf("waiting for a leader for %s%s; %s", leader.Age(waited), atMost, firstLine(stream.Latest().Message()))
	})
}

// vacancies shows each time without a leader while it lasts, until the context ends.
func (s *screen) vacancies(ctx context.Context, stream *leader.Stream) {
	if !s.isLive() {
		return
	}
	for change, err := stream.Latest(), error(nil); err == nil; {
		done := func() {}
		if vacant := change; !vacant.VacantSince.IsZero() {
			done = s.waiting(vacant.VacantSince, func(waited time.Duration) string {
				return fmt.Sprintf("no leader for %s; %s", leader.Age(waited), firstLine(vacant.Message()))
			})
		}
		change, err = change.Next(ctx)
		done()
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
