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
	blind time.Duration // of the present gap, or before it: nobody saw whether somebody led
	asked time.Time     // since when the pod of a holder is looked for
	of    election.Lock // which holder's
}

// surely is how late word of a new term may come to be told from word that did not come for a while.
const surely = time.Second

// due notes that another term was found after the record of the one before had run out. If that is just now, its holder has
// let it. If it is long ago, as after an outage, it may have renewed meanwhile, and nobody can tell for how long.
func (v *vacancy) due(at, now time.Time) {
	switch late := now.Sub(at); {
	case !v.had || !v.since.IsZero():
	case late > surely:
		v.blind = late
	default:
		v.since = at
	}
}

// see takes the next verdict in, and returns the length of the gap that it ends; 0 where it ends none. It may have been
// longer, up to atMost. The time that it takes to look for the pod of a holder is no gap: it led meanwhile, or it did not.
func (v *vacancy) see(s Status, at time.Time) (gap, atMost time.Duration) {
	if s.Reason == PodUnknown {
		if v.asked.IsZero() || !s.Lock.SameTerm(v.of) {
			v.asked, v.of = at, s.Lock
		}
		return 0, 0
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
		return 0, 0
	case v.had && !v.since.IsZero():
		gap = max(0, at.Sub(v.since))
	}
	atMost = gap + v.blind
	v.since, v.had, v.pods, v.blind = time.Time{}, true, v.pods || s.Led(), 0
	return gap, atMost
}

func (v *vacancy) filled(s Status) bool {
	return s.Led() || !v.pods && s.State == election.Held && (s.Reason == External || s.Undecided())
}
