package reaction

import (
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Event is something that happens to a lock, and who waits for it.
type Event struct {
	Name    string
	Waiters []Waiter // ours is the first

	before, after func(c Candidates) record
}

// Waiter is a command that waits for an event. $LOCK is the lock's name, $B the identity of the pod that is to lead.
type Waiter struct {
	Command string
	// Polls tells that it asks again and again, and does not watch.
	Polls bool
	// Loop tells that it is a loop of the shell, which runs other commands.
	Loop bool
}

// script is what the shell runs. The exit is to be the command's own, not that of a shell that waited for it.
func (w Waiter) script() string {
	if w.Loop {
		return w.Command
	}
	return "exec " + w.Command
}

// Candidates are the identities of the pods that A leads from and B leads to.
type Candidates struct{ A, B string }

// Events are those that are measured.
func Events() []Event {
	nobody := func(Candidates) record { return record{} }
	a := func(c Candidates) record { return record{exists: true, holder: c.A, transitions: 1} }
	return []Event{
		{
			Name: "taken over", before: a,
			after: func(c Candidates) record { return record{exists: true, holder: c.B, transitions: 2} },
			Waiters: []Waiter{
				{Command: `kubectl-leader assert $LOCK --holder=$B`},
				{Command: `kubectl wait lease/$LOCK --for=jsonpath='{.spec.holderIdentity}'=$B`},
				{Command: `until [ "$(kubectl get lease $LOCK -o jsonpath='{.spec.holderIdentity}')" = $B ]; do sleep 1; done`, Polls: true, Loop: true},
			},
		},
		{
			Name: "released", before: a,
			after: func(Candidates) record { return record{exists: true, transitions: 1} },
			Waiters: []Waiter{
				{Command: `kubectl-leader assert $LOCK --released`},
				// It refuses an empty value, but trims a space when it compares.
				{Command: `kubectl wait lease/$LOCK --for=jsonpath='{.spec.holderIdentity}'=' '`},
				{Command: `until [ -z "$(kubectl get lease $LOCK -o jsonpath='{.spec.holderIdentity}')" ]; do sleep 1; done`, Polls: true, Loop: true},
			},
		},
		{
			Name: "created", before: nobody,
			after: func(c Candidates) record { return record{exists: true, holder: c.B} },
			Waiters: []Waiter{
				{Command: `kubectl-leader assert $LOCK --held`},
				// To wait for a jsonpath it needs an object to begin with; this is all that it can do alone.
				{Command: `kubectl wait lease/$LOCK --for=create`, Polls: true},
				{Command: `until kubectl get lease $LOCK >/dev/null 2>&1; do sleep 1; done`, Polls: true, Loop: true},
			},
		},
	}
}

// record is what a Lease says.
type record struct {
	exists      bool
	holder      string
	transitions int32
}

const leaseDuration = time.Hour // nobody renews

// write makes a Lease say so, as client-go's leader election would.
func (r record) write(lease *coordinationv1.Lease, now time.Time) {
	seconds, t := int32(leaseDuration/time.Second), metav1.NewMicroTime(now)
	if r.holder == "" {
		seconds = 1
	}
	lease.Spec = coordinationv1.LeaseSpec{
		HolderIdentity: &r.holder, LeaseDurationSeconds: &seconds, AcquireTime: &t, RenewTime: &t, LeaseTransitions: &r.transitions,
	}
}
