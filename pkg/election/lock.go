package election

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

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

// Record is the content of a lock. Times are by the holder's own clock, zero when the lock does not
// say: Lock has them by the API server's.
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
	// Zoneless is true for times without a zone: they are read as UTC, and may be local ones.
	Zoneless bool
	// Strategy and PreferredHolder are those of a coordinated election (kubernetes/enhancements KEP-4355), else "".
	Strategy, PreferredHolder string
}

// Equal reports whether two records say the same. Times are compared as instants.
func (r Record) Equal(o Record) bool {
	return r.Holder == o.Holder && r.Acquired.Equal(o.Acquired) && r.Renewed.Equal(o.Renewed) &&
		r.Duration == o.Duration && r.Transitions == o.Transitions &&
		r.Strategy == o.Strategy && r.PreferredHolder == o.PreferredHolder
}

// Lock is one reading of a lock.
type Lock struct {
	Ref
	// Exists is false when the server has no such object; all below is then empty.
	Exists          bool
	UID             types.UID
	ResourceVersion string
	// Created is when the object was, by the server's clock, in whole seconds.
	Created time.Time
	// Written is when the record was written last, by the server's clock, in whole seconds; zero
	// where it does not tell.
	Written time.Time
	Record  Record
	// Marker says why the object elects nobody; "" for a real election.
	Marker string
	// HolderUID is the UID of the pod that holds the lock, for a lock that is an owner reference to its holder; else "".
	HolderUID types.UID
	// Rivals are holders that have an equal claim, of a lock that cannot tell who leads; else none.
	Rivals []string
	// Shared reports that the Rivals hold the lock at the same time, as they may.
	Shared bool
	// Address is the IP address that the leader has published beside its identity; "" for most
	// locks.
	Address string

	// Labels, Owners and Managers (of the record) of the object tell whose lock it is, where its name does not.
	Labels   map[string]string
	Owners   []metav1.OwnerReference
	Managers []string
}

// fromMeta begins a reading with what all objects have.
func fromMeta(ref Ref, meta metav1.Object) Lock {
	return Lock{
		Ref: ref, Exists: true, UID: meta.GetUID(), ResourceVersion: meta.GetResourceVersion(), Created: meta.GetCreationTimestamp().Time,
		Labels: meta.GetLabels(), Owners: meta.GetOwnerReferences(),
	}
}

// StateAt judges the lock at a moment of the API server's clock. A following reader must not use it
// for expiry: it counts from when it saw the record change (see package leader).
func (l Lock) StateAt(now time.Time) State {
	expires := l.expiresAtLast()
	return l.State(!expires.IsZero() && now.After(expires))
}

// ByTime reports that who holds the lock changes with time alone: kopf's next peer leads as soon as the first one's time is
// up, without a word.
func (l Lock) ByTime() bool {
	return l.Kind == KopfPeering || l.Kind == ClusterKopfPeering
}

// State judges the lock, given whether the time since its renewal is up.
func (l Lock) State(expired bool) State {
	switch {
	case !l.Exists:
		return Missing
	case l.Marker != "":
		return NotElection
	case l.Record.Holder == "":
		return Released
	case !expired:
		return Held
	case l.Record.Duration == releasedFor:
		return Released
	}
	return Expired
}

// RivalLocks are readings of the lock as each of its rivals holds it.
func (l Lock) RivalLocks() []Lock {
	var locks []Lock
	for _, rival := range l.Rivals {
		one := l
		one.Record.Holder, one.Rivals = rival, nil
		locks = append(locks, one)
	}
	return locks
}

// releasedFor is what a release sets the duration to (client-go tools/leaderelection tryRelease).
// fabric8's leaves the old holder in place with it.
const releasedFor = time.Second

// SameHolder reports whether two readings name the same holder, so that whoever was found to be it still is.
func (l Lock) SameHolder(other Lock) bool {
	return l.Exists == other.Exists && l.UID == other.UID && l.Marker == other.Marker && l.Record.Holder == other.Record.Holder &&
		l.HolderUID == other.HolderUID && l.Address == other.Address && slices.Equal(l.Rivals, other.Rivals)
}
