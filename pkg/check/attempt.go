package check

import (
	"context"
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// attempt is one check in the making.
type attempt struct {
	Outcome
	run    *Runner
	index  int
	once   bool
	stream *leader.Stream
	// past are the UIDs of pods that were deleted: what they still say does not count.
	past    map[types.UID]bool
	denials denials
	refused error // what the last attempt was denied with, and did not believe
}

// onceWithin bounds an attempt where no timeout does.
const onceWithin = time.Minute

// take tries until the check holds, cannot be made, or the time is up.
func (a *attempt) take(ctx context.Context) {
	if a.once {
		var cancel context.CancelFunc
		ctx, cancel = login.WithTimeout(ctx, onceWithin)
		defer cancel()
	}
	a.Got = ""
	switch a.Spec.Kind() {
	case KindLock:
		a.awaitLock(ctx)
	case KindHTTP:
		client := a.httpClient()
		defer client.close()
		a.poll(ctx, client.ask)
	case KindLogs:
		a.followLogs(ctx)
	case KindExec:
		a.poll(ctx, a.exec)
	}
	a.Ended = time.Now()
	a.tell(false)
}

// poll takes evidence from whoever leads, again and again.
func (a *attempt) poll(ctx context.Context, take func(context.Context, leader.Status) (Evidence, error)) {
	for change := a.stream.Latest(); ; {
		change = newest(change)
		if lead := change.Status; lead.Led() && !a.past[lead.Pod.UID] {
			evidence, err := withinTerm(ctx, change, take)
			switch {
			case errors.Is(err, errTermEnded):
				a.Attempts++
				a.Discarded++
				a.Status, a.Verdict, a.Got = lead, Verdict{}, err.Error()
				if !a.once && ctx.Err() == nil {
					continue // whoever leads next is asked at once
				}
			case a.judge(ctx, lead, evidence, err):
				return
			}
		} else if a.nobody(lead); a.Err != nil {
			return
		}
		if a.once || !a.next(ctx, change, a.run.Interval) {
			return
		}
	}
}

// errTermEnded is why there is no evidence from a leader that leads no more: it may never answer.
var errTermEnded = errors.New("the term ended before the answer came")

// withinTerm takes evidence as long as the term goes on.
func withinTerm(ctx context.Context, term *leader.Change, take func(context.Context, leader.Status) (Evidence, error)) (Evidence, error) {
	ctx, end := context.WithCancelCause(ctx)
	over := make(chan struct{})
	go func() {
		defer close(over)
		for change := term; ; {
			next, err := change.Next(ctx)
			if err != nil {
				return
			}
			if change = next; !change.Continues(term.Status) {
				end(errTermEnded)
				return
			}
		}
	}()
	evidence, err := take(ctx, term.Status)
	end(nil)
	<-over
	if err != nil && errors.Is(context.Cause(ctx), errTermEnded) {
		err = errTermEnded
	}
	return evidence, err
}

// judge takes evidence in, and reports whether that settles the check.
func (a *attempt) judge(ctx context.Context, term leader.Status, evidence Evidence, err error) (settled bool) {
	a.Attempts++
	a.Status = term
	if ctx.Err() != nil && err != nil {
		return false // cut short by the end of the time
	}
	a.refused = nil
	if !isDenial(err) {
		a.denials = denials{}
	}
	var never *Never
	switch {
	case errors.As(err, &never) && (a.once || a.believes(ctx, err)):
		a.Err = err
		return true
	case err != nil:
		if never != nil {
			a.refused = err
		}
		a.Verdict, a.Got = Verdict{}, err.Error()
		a.tell(false)
		return false
	}
	verdict := a.Spec.Evaluate(ctx, evidence)
	if verdict.Holds && !a.confirmed(ctx) {
		return false
	}
	a.Verdict, a.Got, a.Holds = verdict, "", verdict.Holds
	a.tell(false)
	return verdict.Holds
}

// believes reports that an error is the server's last word.
func (a *attempt) believes(ctx context.Context, err error) bool {
	return !isDenial(err) || a.denials.believed(a.run.Leader.Version(ctx))
}

// confirmed reports that what was found still goes on, by what the server says now: a watch may be late. The status is
// that of now then.
func (a *attempt) confirmed(ctx context.Context) bool {
	return a.confirmedBy(a.stream.Confirm(ctx))
}

func (a *attempt) confirmedBy(now leader.Status, err error) bool {
	switch {
	case err != nil:
		a.Got = "not confirmed: " + err.Error()
		return false
	case a.Spec.Conditions != nil && a.Spec.Conditions.unmet(now) != "":
		a.Got = a.Spec.Conditions.unmet(now)
		return false
	case !undisturbed(a.Status, now):
		a.Discarded++
		a.Got = "the term ended before the verdict"
		return false
	}
	a.Status = now
	return true
}

// nobody notes that there is no leader to ask.
func (a *attempt) nobody(status leader.Status) {
	a.Status = status
	a.Got = status.Message()
	if status.Led() {
		a.Got = "pod " + status.Pod.Name + " leads still, which was deleted"
	}
	if status.UpToUser() {
		a.Err = status.Err()
	}
	a.tell(false)
}

// next waits for a change of the leadership, or until it is time to ask again; false when the time is up.
func (a *attempt) next(ctx context.Context, change *leader.Change, after time.Duration) bool {
	timer := time.NewTimer(after)
	defer timer.Stop()
	select {
	case <-change.Superseded():
		return true
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// newest is the last verdict of a chain.
func newest(change *leader.Change) *leader.Change {
	for {
		select {
		case <-change.Superseded():
			change, _ = change.Next(context.Background()) // it is there
		default:
			return change
		}
	}
}

func (a *attempt) tell(done bool) {
	if a.run.Progress == nil {
		return
	}
	a.run.mu.Lock()
	defer a.run.mu.Unlock()
	a.run.Progress(Event{Check: a.index, Outcome: a.Outcome, Done: done})
}

// pause waits; false when the context ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
