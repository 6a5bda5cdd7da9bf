package election

import (
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Ref names a lock.
type Ref struct {
	Namespace string
	Name      string
}

// String is how messages name the lock: "lease NAMESPACE/NAME".
func (r Ref) String() string { return "lease " + r.Namespace + "/" + r.Name }

// State is what can be said of a lock at one moment.
type State string

const (
	// Held: somebody holds the lock and renewed it in time.
	Held State = "Held"
	// Expired: the holder did not renew in time; candidates may take over.
	Expired State = "Expired"
	// Released: the last holder gave the lock up; nobody holds it.
	Released State = "Released"
	// Missing: there is no such object.
	Missing State = "Missing"
	// NotElection: the object is a heartbeat or a marker, nobody is elected with it.
	NotElection State = "NotElection"
)

// Record is the content of a lock. Times are the holder's own clock, zero when the lock does not say.
type Record struct {
	// Holder is the holderIdentity: free text that any writer of the lock controls. Escape it before it reaches a
	// terminal and validate what is cut from it before it reaches a URL.
	Holder string
	// Acquired is when the term began.
	Acquired time.Time
	// Renewed is when the holder last proved that it is alive.
	Renewed time.Time
	// Duration is how long after a renewal the record stays valid.
	Duration time.Duration
	// Transitions counts the changes of holder. It restarts at 0 when the lock is recreated.
	Transitions int32
}

// Expires is when the record stops being valid unless it is renewed. The zero time means that it never does: without
// a renewal or a duration there is nothing to count from.
func (r Record) Expires() time.Time {
	if r.Renewed.IsZero() || r.Duration == 0 {
		return time.Time{}
	}
	return r.Renewed.Add(r.Duration)
}

// Equal reports whether two records say the same. Times are compared as instants.
func (r Record) Equal(o Record) bool {
	return r.Holder == o.Holder && r.Acquired.Equal(o.Acquired) && r.Renewed.Equal(o.Renewed) &&
		r.Duration == o.Duration && r.Transitions == o.Transitions
}

// Lock is one reading of a lock.
type Lock struct {
	Ref
	// Exists is false when the server has no such object; all below is then empty.
	Exists          bool
	UID             types.UID
	ResourceVersion string
	Record          Record
	// Marker says why the object elects nobody; "" for a real election.
	Marker string
}

// StateAt judges the lock at a moment of the clock that its times were written by. A following reader must not use it
// for expiry: it counts from when it saw the record change (see package leader).
func (l Lock) StateAt(now time.Time) State {
	switch {
	case !l.Exists:
		return Missing
	case l.Marker != "":
		return NotElection
	case l.Record.Holder == "":
		return Released
	case !l.Record.Expires().IsZero() && now.After(l.Record.Expires()):
		return Expired
	default:
		return Held
	}
}

// SameTerm reports whether two readings belong to one unbroken leadership: the same object, holder, acquireTime and
// leaseTransitions.
func (l Lock) SameTerm(other Lock) bool {
	return l.Exists == other.Exists && l.UID == other.UID && l.Record.Holder == other.Record.Holder &&
		l.Record.Acquired.Equal(other.Record.Acquired) && l.Record.Transitions == other.Record.Transitions
}

// FromLease reads a Lease. A nil Lease is a lock that does not exist.
func FromLease(ref Ref, lease *coordinationv1.Lease) Lock {
	if lease == nil {
		return Lock{Ref: ref}
	}
	lock := Lock{Ref: ref, Exists: true, UID: lease.UID, ResourceVersion: lease.ResourceVersion, Marker: marker(lease)}
	spec := lease.Spec
	if spec.HolderIdentity != nil {
		lock.Record.Holder = *spec.HolderIdentity
	}
	if spec.AcquireTime != nil {
		lock.Record.Acquired = spec.AcquireTime.Time
	}
	if spec.RenewTime != nil {
		lock.Record.Renewed = spec.RenewTime.Time
	}
	if spec.LeaseDurationSeconds != nil {
		lock.Record.Duration = time.Duration(*spec.LeaseDurationSeconds) * time.Second
	}
	if spec.LeaseTransitions != nil {
		lock.Record.Transitions = *spec.LeaseTransitions
	}
	return lock
}

// marker tells the Leases that are not elections by what writes them: the kubelet's node heartbeats, the API server's
// identity Leases (kubernetes/kubernetes pkg/controlplane/apiserver/server.go) and bare markers with an empty spec.
func marker(lease *coordinationv1.Lease) string {
	spec := lease.Spec
	switch {
	case lease.Namespace == "kube-node-lease":
		return "a node's heartbeat"
	case lease.Labels["apiserver.kubernetes.io/identity"] != "":
		return "an API server's identity"
	case strings.HasPrefix(lease.Name, "apiserver-") && lease.Namespace == "kube-system":
		return "an API server's identity"
	case spec.HolderIdentity == nil && spec.AcquireTime == nil && spec.RenewTime == nil &&
		spec.LeaseDurationSeconds == nil && spec.LeaseTransitions == nil:
		return "a marker with an empty spec"
	case spec.HolderIdentity != nil && *spec.HolderIdentity != "" && (spec.RenewTime == nil || spec.LeaseDurationSeconds == nil):
		return "a record without renewTime or leaseDurationSeconds, which nobody can be elected by"
	}
	return ""
}
