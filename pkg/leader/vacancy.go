package leader

import (
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// vacancy measures how long nobody leads, from the verdicts on one lock in their order.
//
// As long as no pod has ever been found to lead, a holder outside of the cluster is as good as a leader: it is what this
// lock has. Once one has been found, only a pod is: a lock that was overwritten by hand has a holder, and no leader.
type vacancy struct {
	// since is when the leader was lost; zero when there is one.
	since time.Time

	had   bool          // somebody has led before
	pods  bool          // and it was a pod
	blind time.Duration // before the present gap: nobody saw whether somebody led still
	late  time.Duration // before its end: nobody saw whether somebody led already
	asked time.Time     // since when a holder is tentative (see Status)
	of    election.Lock // which holder
	last  election.Lock // before that
}

// lost notes when the last leader was lost, where the verdict comes later.
func (v *vacancy) lost(at time.Time) {
	if v.had && (v.since.IsZero() || at.Before(v.since)) {
		v.since = at
	}
}

// unseen notes that the next verdict comes after a time in which nobody looked: what it tells of may have happened at any moment
// of that.
func (v *vacancy) unseen(d time.Duration) {
	switch {
	case d < blink:
	case v.since.IsZero():
		v.blind += d // somebody led, or did not any more
	default:
		v.late = d // nobody led, or somebody did already
	}
}

// blink is too short a time without a look to make a difference.
const blink = 100 * time.Millisecond

// see takes the next verdict in, and returns the length of the gap that it ends; 0 where it ends none. It may have been
// longer, up to atMost. The time that it takes to find out about a holder is no gap: it led meanwhile, or it did not.
func (v *vacancy) see(s Status, at time.Time) (gap, atMost time.Duration) {
	if s.tentative(v.last) {
		if v.asked.IsZero() || !s.Lock.SameTerm(v.of) {
			v.asked, v.of = at, s.Lock
		}
		return 0, 0
	}
	if !v.asked.IsZero() && s.Lock.SameTerm(v.of) {
		at = v.asked
	}
	v.asked, v.last = time.Time{}, s.Lock
	switch {
	case !v.filled(s):
		if ran := s.ranOut(); v.since.IsZero() && !v.had && ran > 0 {
			v.since, v.had = at.Add(-ran), true // who let it run out has led before we looked
		}
		if v.since.IsZero() {
			v.since = at
		}
		v.late = 0
		return 0, 0
	case v.had && !v.since.IsZero():
		gap = max(0, at.Sub(v.since))
	}
	gap, atMost = max(0, gap-v.late), gap+v.blind
	v.since, v.had, v.pods, v.blind, v.late = time.Time{}, true, v.pods || s.Led(), 0, 0
	return gap, atMost
}

func (v *vacancy) filled(s Status) bool {
	return s.Led() || !v.pods && s.State == election.Held && (s.Reason == External || s.Reason == NotSelected || s.Undecided())
}
