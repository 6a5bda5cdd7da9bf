package tail

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// lateWords is added to the lease duration: an old leader that lives notices within one duration that it has lost, and
// says so. One that hung gets this long to wake up.
const lateWords = 10 * time.Second

// follower follows a leadership through its terms.
type follower struct {
	*Tailer
	leaders *leader.Stream
	sink    *sink
	known   memory
	wg      sync.WaitGroup

	// leading is the verdict that began the present term, nil while nobody leads whose log is read.
	leading *leader.Change
	// present reads the pod that leads. It may be done while the term goes on: its container ended.
	present *visit
	// said is closed when the newest notice has been given; the next one waits for it.
	said <-chan struct{}
	// past are the visits whose term is over and that are not known to be done, oldest first.
	past []*visit
}

// Follow prints the leader's log and goes on with each next leader from its acquisition, until the context ends, the
// byte limit is reached or the reader of the output goes away. An error is one that trying again cannot mend.
func (t *Tailer) Follow(ctx context.Context, leaders *leader.Stream) error {
	ctx, stop := context.WithCancel(ctx)
	f := &follower{Tailer: t, leaders: leaders, sink: newSink(t.Out, t.LimitBytes), known: memory{}, said: closedChannel()}
	err := f.run(ctx)
	stop()
	f.wg.Wait()
	if flushErr := f.sink.Flush(); err == nil {
		err = flushErr
	}
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

func (f *follower) run(ctx context.Context) error {
	for change := f.leaders.Latest(); ; {
		if err := f.take(ctx, change); err != nil {
			return err
		}
		next, err := f.await(ctx, change)
		if err != nil {
			return err
		}
		if next == nil {
			return nil
		}
		change = next
	}
}

// await waits for the next verdict; nil when the context ends. A visit that is done meanwhile, though its pod leads on,
// is begun again after a while: its container restarted faster than anybody reported.
func (f *follower) await(ctx context.Context, change *leader.Change) (*leader.Change, error) {
	for delay := retryMost; ; delay = min(2*delay, 10*retryMost) {
		var done <-chan struct{}
		switch {
		case f.leading != nil && (change.Led() || !isDone(f.present)):
			done = f.present.done
		case len(f.past) > 0:
			done = f.past[0].done
		}
		select {
		case <-ctx.Done():
			return nil, nil
		case <-change.Superseded():
			return change.Next(ctx)
		case <-done:
		}
		if err := f.failure(); err != nil {
			return nil, err
		}
		if f.leading == nil || !change.Led() {
			continue
		}
		timer := time.NewTimer(delay)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, nil
		case <-change.Superseded():
			timer.Stop()
			return change.Next(ctx)
		case <-timer.C:
			if err := f.begin(ctx, change, f.present.from); err != nil {
				return nil, err
			}
		}
	}
}

// take acts on a verdict: the end of a term, the beginning of one, or neither.
func (f *follower) take(ctx context.Context, change *leader.Change) error {
	if err := f.failure(); err != nil {
		return err
	}
	if f.leading != nil && !change.Continues(f.leading.Status) {
		f.present.over(f.leading.Lock.Record.Duration + lateWords)
		f.past = append(f.past, f.present)
		f.leading, f.present = nil, nil
	}
	if f.leading == nil && !change.Led() && change.Reason != leader.PodUnknown {
		f.say(closedChannel(), change.MessageWith("; waiting for a leader"))
	}
	switch {
	case !speaks(change):
		return nil
	case f.leading != nil:
		if change.Led() && isDone(f.present) {
			return f.begin(ctx, change, f.present.from) // it was in doubt for a while, and is found alive
		}
		return nil
	}
	if v := f.pastVisit(change); v != nil {
		f.past = slices.DeleteFunc(f.past, func(other *visit) bool { return other == v })
		if v.resumes(change.Found) {
			if change.Led() {
				f.say(closedChannel(), change.Handover())
			}
			f.leading, f.present = change, v
			return nil
		}
		v.cancel()
		<-v.done
		return f.begin(ctx, change, time.Time{}) // it was read until now, so nothing is left out
	}
	from := change.Acquired()
	switch {
	case change.Last.Pod != nil && from.IsZero():
		// A lock that does not tell when it was acquired: since there was no leader, as seen from here.
		from = change.Time.Add(-change.Gap - time.Second)
	case change.Last.Pod == nil:
		if f.SinceAcquired && from.IsZero() {
			return noAcquireTime(change.Status)
		}
		if !f.SinceAcquired {
			from = time.Time{} // the first leader is read as the options say
		}
	}
	return f.begin(ctx, change, from)
}

// speaks reports whether a term begins whose holder is read. One that acquires the lock while it is being deleted is not
// the leader that is waited for, but what it says is said by the one that holds the lock.
func speaks(change *leader.Change) bool {
	return change.Led() || change.Reason == leader.PodTerminating && change.Last.Pod != nil
}

// pastVisit is the visit to this pod that goes on from an earlier term.
func (f *follower) pastVisit(change *leader.Change) *visit {
	for _, v := range f.past {
		if v.pod.UID == change.Found.UID && !isDone(v) {
			return v
		}
	}
	return nil
}

// begin visits the pod that leads.
func (f *follower) begin(ctx context.Context, change *leader.Change, from time.Time) error {
	names, err := f.containers(change.Found)
	if err != nil {
		return err
	}
	if f.MaxStreams > 0 && len(names) > f.MaxStreams {
		return fmt.Errorf("you are attempting to follow %d log streams, but maximum allowed concurrency is %d, use --max-log-requests to increase the limit",
			len(names), f.MaxStreams)
	}
	turn := closedChannel()
	if n := len(f.past); n > 0 {
		turn = f.firstTurn(ctx, f.past[n-1])
	}
	if f.leading == nil && change.Led() && change.Last.Pod != nil {
		turn = f.say(turn, change.Handover())
	}
	v := &visit{
		tailer: f.Tailer, sink: f.sink, pod: change.Found, from: from, first: change.Last.Pod == nil,
		turn: turn, done: make(chan struct{}), passing: !change.Led(),
	}
	v.begin(ctx, &f.wg, names, f.known)
	f.leading, f.present = change, v
	return nil
}

// firstTurn is closed when the last visit is done, or has had its while.
func (f *follower) firstTurn(ctx context.Context, last *visit) <-chan struct{} {
	turn := make(chan struct{})
	f.wg.Go(func() {
		defer close(turn)
		timer := time.NewTimer(firstTurn)
		defer timer.Stop()
		select {
		case <-last.done:
		case <-timer.C:
		case <-ctx.Done():
		}
	})
	return turn
}

// say gives a notice after a moment has come and after the notices before it, without holding anything up. The channel
// is closed when it has been given.
func (f *follower) say(after <-chan struct{}, message string) <-chan struct{} {
	before, given := f.said, make(chan struct{})
	f.said = given
	f.wg.Go(func() {
		defer close(given)
		<-after
		<-before
		f.sink.Flush() // the next line that is written reports it
		f.Notice(message)
	})
	return given
}

func closedChannel() <-chan struct{} {
	closed := make(chan struct{})
	close(closed)
	return closed
}

// failure forgets past visits that are done and returns the error of one that failed, or of the present one.
func (f *follower) failure() error {
	f.past = slices.DeleteFunc(f.past, func(v *visit) bool { return isDone(v) && v.err == nil })
	if i := slices.IndexFunc(f.past, isDone); i >= 0 {
		return f.past[i].err
	}
	if f.present != nil && isDone(f.present) {
		return f.present.err
	}
	return nil
}

func isDone(v *visit) bool {
	select {
	case <-v.done:
		return true
	default:
		return false
	}
}

// isStatus reports an error that the API server answered with.
func isStatus(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status)
}
