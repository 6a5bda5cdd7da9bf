package check

import (
	"context"
	"fmt"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// awaitLock waits for the verdict that satisfies the conditions. Each verdict is an event; only what time alone can bring
// about is waited for with a clock.
func (a *attempt) awaitLock(ctx context.Context) {
	conditions := a.Spec.Conditions
	a.Wanted = conditions.String()
	var term leader.Status // that is stable
	var since time.Time    // as seen from here
	for change := a.stream.Latest(); ; {
		change = newest(change)
		a.Attempts++
		a.Status = change.Status
		if since.IsZero() || !undisturbed(term, change.Status) {
			term, since = change.Status, time.Now()
		}
		unmet := conditions.unmet(change.Status)
		if change.Led() && a.past[change.Pod.UID] {
			unmet = "pod " + change.Pod.Name + " leads still, which was deleted"
		}
		if change.UpToUser() {
			a.Err = change.Err()
			return
		}
		left := conditions.StableFor - time.Since(since)
		switch {
		case unmet == "" && left > 0:
			unmet = fmt.Sprintf("stable for %s so far", leader.Age(time.Since(since)))
			left = min(left, time.Second) // so that it is told how far that is
		case unmet == "":
			if a.confirmed(ctx) {
				a.Holds, a.Got = true, ""
				return
			}
			unmet, left = a.Got, a.run.Interval
		default:
			left = time.Hour
		}
		a.Got = unmet
		a.tell(false)
		if a.once || !a.next(ctx, change, left) {
			return
		}
	}
}

// undisturbed reports that nothing has happened between two verdicts but renewals.
func undisturbed(a, b leader.Status) bool {
	if a.State != b.State || a.Reason != b.Reason || !a.Lock.SameTerm(b.Lock) || (a.Pod == nil) != (b.Pod == nil) {
		return false
	}
	return a.Pod == nil || a.Pod.UID == b.Pod.UID
}

// unmet tells what a verdict lacks, "" when it satisfies all conditions but StableFor.
func (c Conditions) unmet(s leader.Status) string {
	switch {
	case c.Missing && s.State != election.Missing, c.Released && s.State != election.Released, c.Held() && !s.Led():
		return s.Message()
	case c.Holder != "" && !named(s, c.Holder), c.HolderNot != "" && named(s, c.HolderNot), c.ChangedFrom != "" && was(s, c.ChangedFrom):
		return "held by " + leader.Quote(s.Lock.Record.Holder)
	case c.TermAfter != "" && s.Lock.Term() == c.TermAfter:
		return "the same term, held by " + leader.Quote(s.Lock.Record.Holder)
	case !c.TransitionsHold(s.Lock.Record.Transitions):
		return fmt.Sprintf("%d transitions", s.Lock.Record.Transitions)
	case c.RenewedWithin > 0 && s.Time.Sub(s.Lock.Renewed()) > c.RenewedWithin:
		return "renewed " + leader.Age(s.Time.Sub(s.Lock.Renewed())) + " ago"
	case c.PodReady && !leader.Ready(s.Pod):
		return "pod " + s.Pod.Name + " is not ready"
	}
	return ""
}

// named reports whether a holder is meant by its identity, or by its pod's name.
func named(s leader.Status, name string) bool {
	return s.Lock.Record.Holder == name || s.Pod != nil && (s.Pod.Name == name || "pod/"+s.Pod.Name == name)
}

// was reports whether a leader is meant by its identity, its pod's name or UID, or its term.
func was(s leader.Status, before string) bool {
	return named(s, before) || s.Lock.Term() == before || s.Pod != nil && string(s.Pod.UID) == before
}
