package leader

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
)

// Reason says in one word why there is no leader.
type Reason string

// The reasons, beside the states Expired, Released, Missing and NotElection, which are their own reason.
const (
	// PodGone: the pod that the holder names does not exist any more: others of its kind do, or
	// nobody renews the lock.
	PodGone Reason = "PodGone"
	// PodFinished: the pod has succeeded or failed; its processes have ended.
	PodFinished Reason = "PodFinished"
	// PodTerminating: the pod is being deleted and will not lead for long.
	PodTerminating Reason = "PodTerminating"
	// PodNotRunning: no container of the pod runs.
	PodNotRunning Reason = "PodNotRunning"
	// OtherIncarnation: a pod of that name started after the term began, so it is not the one that holds the lock.
	OtherIncarnation Reason = "OtherIncarnation"
	// Restarted: the containers started anew after the last renewal, so the process that renewed is dead.
	Restarted Reason = "Restarted"
	// PodUnreachable: the pod's node is lost, and the lock is never renewed, so nobody knows
	// whether the pod lives.
	PodUnreachable Reason = "PodUnreachable"
	// PodUnknown: the pod that the holder names has not been read yet.
	PodUnknown Reason = "PodUnknown"
	// PodNotSeen: the pod that the holder names is not among those that may be read; others may not be looked through.
	PodNotSeen Reason = "PodNotSeen"
	// NotSelected: the pod that the holder names does not match the selector. The next leader's
	// may.
	NotSelected Reason = "NotSelected"
	// Ambiguous: several pods may be meant.
	Ambiguous Reason = "Ambiguous"
	// NodeOnly: the holder names a node, and none of its pods is known to be the one that is elected.
	NodeOnly Reason = "NodeOnly"
	// External: the holder names no pod and no node of this cluster; what renews the lock runs
	// elsewhere.
	External Reason = "External"
	// HintsOnly: the holder is random; what pods there are can only be guessed at.
	HintsOnly Reason = "HintsOnly"
)

// Status is the verdict on one lock at one moment.
type Status struct {
	Lock  election.Lock
	State election.State
	// Pod is the leader. It is nil exactly when Reason is set.
	Pod *corev1.Pod
	// Found is the pod that the holder names even where it may not be called the leader; nil when there is none.
	Found *corev1.Pod
	// PodName is the pod name that the holder contains; "" when it contains none.
	PodName string
	// PodNamespace is where that pod is, or was looked for first.
	PodNamespace string
	// Rule names the identity rule that led to the pod; "" where none did.
	Rule string
	// Node is the node that the holder names, where it names no pod.
	Node string
	// Candidates are the pods that may be meant, where it is not known which one is.
	Candidates []identity.Candidate
	// Waiting are the pods that are ready, look like candidates and do not hold the lock, where
	// nobody does or where somebody outside of the cluster does.
	Waiting []identity.Candidate
	// Denied are the server's refusals to answer what would have told more.
	Denied []error
	// Reason is why there is no leader, "" when there is one.
	Reason Reason
	// Time is when this was judged, by the API server's clock.
	Time time.Time

	who resolution
}

// Led reports whether there is a leader.
func (s Status) Led() bool { return s.Reason == "" }

// Undecided reports that there may well be a leader, and that it could not be found out which pod it is.
func (s Status) Undecided() bool {
	switch s.Reason {
	case Ambiguous, NodeOnly, HintsOnly, PodNotSeen, PodUnknown, PodUnreachable:
		return true
	}
	return false
}

// DefaultWait is how long to wait for a leader where nobody says: long enough for the Lease of a
// holder that is gone to run out and for another candidate to be elected, and to be seen to have
// been. It is at least twice the duration of the Lease and 15 s.
func (s Status) DefaultWait(least time.Duration) time.Duration {
	return max(least, 2*s.Lock.Record.Duration+15*time.Second)
}

// UpToUser reports that waiting does not settle who leads: the user has to say which pod is meant.
func (s Status) UpToUser() bool {
	return s.Reason == Ambiguous || s.Reason == HintsOnly
}

// tentative reports that the next verdict may tell that this term's holder has led from the beginning: its pod is still looked
// for, or its container started in the second in which the term began, and one renewal will show that it lives. before is the
// verdict before the term.
func (s Status) tentative(before election.Lock) bool {
	return s.Reason == PodUnknown || s.Reason == Restarted && !s.Lock.SameTerm(before)
}

// passing reports that a pod stands between the lock and its leader in a way that may pass without a word from the lock.
func (s Status) passing() bool {
	switch s.Reason {
	case PodGone, PodNotSeen, PodNotRunning, PodTerminating, PodFinished, Restarted, PodUnreachable:
		return true
	}
	return false
}

// ranOut is how long ago the record of an expired lock ran out; 0 where there is no telling.
func (s Status) ranOut() time.Duration {
	if s.State != election.Expired || s.Lock.Expires().IsZero() {
		return 0
	}
	return max(0, s.Time.Sub(s.Lock.Expires()))
}

// Message tells, ready for a terminal, why there is no leader, and what was found instead: in one line,
// and another one for each candidate.
func (s Status) Message() string {
	record := s.Lock.Record
	switch s.Reason {
	case "":
		return fmt.Sprintf("%s: led by pod %s/%s", s.Lock.Ref, s.Pod.Namespace, s.Pod.Name)
	case Reason(election.Missing):
		return fmt.Sprintf("%s: not found", s.Lock.Ref)
	case Reason(election.NotElection):
		return fmt.Sprintf("%s: not an election but %s", s.Lock.Ref, s.Lock.Marker)
	case Reason(election.Released):
		free := s.releasedFor()
		if free < aWhile {
			return fmt.Sprintf("%s: released, nobody holds it", s.Lock.Ref) + s.freeMessage(free)
		}
		return fmt.Sprintf("%s: released, nobody holds it (for %s)", s.Lock.Ref, Age(free)) + s.freeMessage(free)
	case Reason(election.Expired):
		when := ""
		if since := s.ranOut(); since >= time.Second {
			when = " " + Age(since) + " ago"
		}
		return fmt.Sprintf("%s: expired%s, last held by %s", s.Lock.Ref, when, Quote(record.Holder)) + s.successor() + s.freeMessage(s.ranOut())
	}
	held := "held by"
	if s.State == election.Expired {
		held = "expired, last held by"
	}
	return fmt.Sprintf("%s: %s %s, %s", s.Lock.Ref, held, Quote(record.Holder), s.whoMessage()) + lines(s.Candidates)
}

// lines are one below the message for each pod.
func lines(pods []identity.Candidate) string {
	text := ""
	for _, c := range pods {
		text += fmt.Sprintf("\n  pod %s/%s (%s)", c.Namespace, c.Name, c.Reason)
	}
	return text
}

// successor names whom a coordinated election has chosen to be next.
func (s Status) successor() string {
	if next := s.Lock.Record.PreferredHolder; next != "" {
		return ", and is to pass to " + Quote(next)
	}
	return ""
}

const (
	// aWhile is from when on it is told how long a lock is free: a failover takes less.
	aWhile = 10 * time.Second
	// forLong is from when on candidates that do not take it are remarkable: they look every few
	// seconds.
	forLong = time.Minute
)

// freeMessage names the pods that could take a lock which is free for so long.
func (s Status) freeMessage(free time.Duration) string {
	if free < forLong {
		return s.waitingMessage("; these pods are ready and look like its candidates:")
	}
	return s.waitingMessage("; these pods are ready, look like its candidates, and do not take it:")
}

func (s Status) waitingMessage(some string) string {
	if len(s.Waiting) == 0 {
		return ""
	}
	return some + lines(s.Waiting)
}

// releasedFor is how long a lock is released; 0 where there is no telling.
func (s Status) releasedFor() time.Duration {
	since := s.Lock.Written
	if since.IsZero() {
		since = s.Lock.Record.Renewed
	}
	if s.State != election.Released || since.IsZero() {
		return 0
	}
	return max(0, s.Time.Sub(since))
}

// MessageWith is the message with a note at the end of its first line.
func (s Status) MessageWith(note string) string {
	first, candidates, more := strings.Cut(s.Message(), "\n")
	if !more {
		return first + note
	}
	return strings.TrimSuffix(first, ":") + note + ":\n" + candidates
}

// whoMessage tells why the holder is not called the leader.
func (s Status) whoMessage() string {
	switch s.Reason {
	case Ambiguous:
		switch {
		case s.Lock.Shared:
			return "and by " + quoteAll(s.Lock.Rivals[1:]) + " at the same time, as this lock allows" + s.candidatesMessage(":", "")
		case len(s.Lock.Rivals) > 0:
			return "but its peers " + quoteAll(s.Lock.Rivals) + " have the same priority, so none of them leads"
		}
		if s.Node != "" {
			return "which nodes " + s.Node + " are called; --selector decides between their pods" + s.candidatesMessage(":", "")
		}
		return fmt.Sprintf("which %d pods can be; --selector decides between them:", len(s.Candidates))
	case NotSelected:
		return "but the pod that is meant does not match --selector:"
	case NodeOnly:
		return "which is node " + s.Node + ", not a pod" + s.candidatesMessage("; no pod on it is known to be elected with this lock, --selector says which one is:", "")
	case External:
		waiting := s.waitingMessage("; these pods are ready, look like its candidates, and do not hold it:")
		if s.who.generated {
			return "which is called like a pod, but no pod of its kind is in this cluster: it runs elsewhere, as in another cluster" + waiting
		}
		return "which is no pod and no node of this cluster: it runs elsewhere, as in another cluster, is gone, or has a made-up name" + waiting
	case HintsOnly:
		return "a random identity that names no pod" + s.candidatesMessage("; it may be, and --selector decides:", "")
	case PodNotSeen:
		return "which is not among the pods that may be read; others may not be looked through"
	}
	return fmt.Sprintf("but pod %s/%s %s", s.PodNamespace, s.PodName, s.podMessage())
}

func (s Status) candidatesMessage(some, none string) string {
	if len(s.Candidates) == 0 {
		return none
	}
	return some
}

func quoteAll(holders []string) string {
	quoted := make([]string, len(holders))
	for i, holder := range holders {
		quoted[i] = Quote(holder)
	}
	return strings.Join(quoted, " and ")
}

func (s Status) podMessage() string {
	switch s.Reason {
	case PodGone:
		return "does not exist"
	case PodUnknown:
		return "has not been read yet"
	case PodFinished:
		return "has finished (" + string(s.Found.Status.Phase) + ")"
	case PodTerminating:
		if neverRenewed(s.Lock) && (s.who.lost || unreachable(s.Found)) {
			return "is being deleted, and its node does not answer, so waiting does not help: " + s.nodeTrouble()
		}
		return "is being deleted"
	case PodUnreachable:
		return "may be dead, as its node does not answer: " + s.nodeTrouble()
	case PodNotRunning:
		return "has no running container (" + containerTrouble(s.Found) + ")"
	case OtherIncarnation:
		return "started after this term began: another incarnation of the same name"
	case Restarted:
		return "restarted after the last renewal: the process that held the lock is gone"
	}
	return "is not usable: " + string(s.Reason)
}

// nodeTrouble names the node of a pod, and the word of whoever gave the pod up, if there is one.
func (s Status) nodeTrouble() string {
	text := "node " + s.Found.Spec.NodeName
	if s.Found.Status.Reason != "" {
		text += ", " + printable(s.Found.Status.Reason)
	}
	return text
}

// NoLeader is the error of a lock without a leader: the question was answered, and the answer is no.
type NoLeader struct{ Status }

func (e *NoLeader) Error() string { return e.Message() }

// Err is nil when there is a leader, else a *NoLeader.
func (s Status) Err() error {
	if s.Led() {
		return nil
	}
	return &NoLeader{s}
}

// quoteMost is how much of a holderIdentity a message shows, in bytes; real ones have 253 at most.
const quoteMost = 300

// Quote makes a holderIdentity fit for a terminal: anybody who may write the lock controls it.
func Quote(holder string) string {
	if len(holder) > quoteMost {
		return fmt.Sprintf("%q... (%d bytes)", holder[:quoteMost], len(holder))
	}
	return fmt.Sprintf("%q", holder)
}

// printable escapes a word that some component has written, if it is not what it seems.
func printable(word string) string {
	if strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return Quote(word)
	}
	return word
}

// Age prints a duration as people read it: in whole seconds that have passed, in milliseconds below one, and from two days on
// in days or years, as kubectl does.
func Age(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d >= 48*time.Hour:
		return duration.HumanDuration(d)
	}
	return d.Truncate(time.Second).String()
}

// containerTrouble names what each container waits for or how it ended.
func containerTrouble(pod *corev1.Pod) string {
	var parts []string
	for _, status := range identity.Lasting(pod) {
		switch {
		case status.State.Waiting != nil:
			parts = append(parts, status.Name+": "+printable(status.State.Waiting.Reason))
		case status.State.Terminated != nil:
			parts = append(parts, fmt.Sprintf("%s: %s, exit code %d", status.Name, printable(status.State.Terminated.Reason), status.State.Terminated.ExitCode))
		}
	}
	if len(parts) == 0 {
		return string(pod.Status.Phase)
	}
	return strings.Join(parts, "; ")
}
