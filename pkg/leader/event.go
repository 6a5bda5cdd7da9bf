package leader

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// EventType says what has happened to a lock. Beside these, each Reason why a holder is not called the leader is the type
// of the event that it became so: PodGone, Restarted, External and so on.
type EventType string

// The events.
const (
	// EventCreated: the object that records the leader is there now.
	EventCreated EventType = "Created"
	// EventDeleted: it is gone.
	EventDeleted EventType = "Deleted"
	// EventAcquired: somebody holds the lock that nobody held, or its holder has begun a new term.
	EventAcquired EventType = "Acquired"
	// EventTakenOver: another one holds the lock, which the one before it has not released.
	EventTakenOver EventType = "TakenOver"
	// EventReleased: the holder has given the lock up.
	EventReleased EventType = "Released"
	// EventExpired: the holder has not renewed in time; candidates may take over.
	EventExpired EventType = "Expired"
	// EventResumed: the holder has renewed after that all the same, and nobody had taken over.
	EventResumed EventType = "Resumed"
	// EventRenewed: the holder has renewed in time.
	EventRenewed EventType = "Renewed"
	// EventLeaderFound: the holder is a pod that leads, which it was not known to be, or was not for a while.
	EventLeaderFound EventType = "LeaderFound"
	// EventPodReplaced: another pod is the holder now, under the same identity.
	EventPodReplaced EventType = "PodReplaced"
	// EventNotElection: the object elects nobody any more.
	EventNotElection EventType = EventType(election.NotElection)
)

// Event is one thing that has happened to a lock.
type Event struct {
	Type EventType
	// Time is when it was seen, by the local clock.
	Time time.Time
	// Before is who held the lock before; when somebody gets it, who held it last. After is who holds it now.
	Before, After Party
	// Gap is how long nobody had led, where the event ended that (see Change.Gap). It is 0 where one leader followed another
	// directly; Measured is false where there is no telling. AtMost is how long it may have been; 0 where not even that is known.
	Gap, AtMost time.Duration
	Measured    bool
	// Status is the verdict that the event led to.
	Status Status
}

// Party is somebody who holds a lock; the zero value is nobody.
type Party struct {
	// Holder is the identity as it is written in the lock.
	Holder string
	// Pod is the pod behind it, nil where none is known.
	Pod *corev1.Pod
}

// EventsOf tells what has happened between two verdicts on a lock that follow each other, in the order in which it
// happened. Most of the time that is one thing; a lock that is created with its holder is created and acquired. What a
// follower need not be told, such as a pod that becomes ready, is none. PodUnknown is the one verdict that it cannot tell
// about: History waits for what it turns into.
func EventsOf(before, after Status) (events []EventType) {
	was := before
	if was.Lock.Exists && (!after.Lock.Exists || was.Lock.UID != after.Lock.UID) {
		events = append(events, EventDeleted)
		was = Status{State: election.Missing, Reason: Reason(election.Missing)}
	}
	if !after.Lock.Exists {
		return events
	}
	if !was.Lock.Exists {
		events = append(events, EventCreated)
		was = Status{State: election.Released, Lock: election.Lock{Exists: true, UID: after.Lock.UID}}
		if after.State == election.NotElection {
			return events
		}
	}
	holder := after.Lock.Record.Holder
	began := holder != "" && after.State != election.NotElection && (was.State == election.NotElection || !after.Lock.SameTerm(was.Lock))
	if began {
		kept := was.State == election.Held || was.State == election.Expired
		if kept && was.Lock.Record.Holder != holder {
			events = append(events, EventTakenOver)
		} else {
			events = append(events, EventAcquired)
		}
		was.State = election.Held
	}
	switch {
	case was.State != after.State && after.State == election.Held:
		events = append(events, EventResumed)
	case was.State != after.State:
		events = append(events, EventType(after.State))
	case began || after.State != election.Held:
		// Whether a pod was found is told with the acquisition.
	case was.Reason != after.Reason && after.Led():
		events = append(events, EventLeaderFound)
	case was.Reason != after.Reason:
		events = append(events, EventType(after.Reason))
	case after.Led() && was.Pod.UID != after.Pod.UID:
		events = append(events, EventPodReplaced)
	case !was.Lock.Record.Renewed.Equal(after.Lock.Record.Renewed):
		events = append(events, EventRenewed)
	}
	return events
}

// Gains reports that somebody leads after an event of this type who did not before.
func (t EventType) Gains() bool {
	switch t {
	case EventAcquired, EventTakenOver, EventResumed, EventLeaderFound, EventPodReplaced:
		return true
	}
	return false
}

// begins reports that an event of this type is the beginning of a term.
func (t EventType) begins() bool { return t == EventAcquired || t == EventTakenOver }
