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
	asked time.Time     // since when the pod of a holder is looked for
	of    election.Lock // which holder's
}

// see takes the next verdict in, and returns the length of the gap that it ends; 0 where it ends none. The time that it
// takes to look for the pod of a holder is no gap: it led meanwhile, or it did not.
func (v *vacancy) see(s Status, at time.Time) (gap time.Duration) {
	if s.Reason == PodUnknown {
		if v.asked.IsZero() || !s.Lock.SameTerm(v.of) {
			v.asked, v.of = at, s.Lock
		}
		return 0
	}
	if !v.asked.IsZero() && s.Lock.SameTerm(v.of) {
		at = v.asked
	}
	v.asked = time.Time{}
	switch {
	case !v.filled(s):
		if v.since.IsZero() {
			v.since = at
		}
		return 0
	case v.had && !v.since.IsZero():
		gap = max(0, at.Sub(v.since))
	}
	v.since, v.had, v.pods = time.Time{}, true, v.pods || s.Led()
	return gap
}

func (v *vacancy) filled(s Status) bool {
	return s.Led() || !v.pods && s.State == election.Held && (s.Reason == External || s.Undecided())
}
