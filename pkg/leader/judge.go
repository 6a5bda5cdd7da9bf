package leader

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
)

// judgement is what a verdict rests on. The one-shot Finder and the Stream fill it from different evidence and share
// the rules.
type judgement struct {
	lock         election.Lock
	state        election.State
	who          resolution
	allowExpired bool
	now          time.Time
}

// held reports whether the lock itself leaves room for a leader. A release that leaves its holder in place is as good as
// an expiry to somebody who asks for the last one.
func (j judgement) held() bool {
	ended := (j.state == election.Expired || j.state == election.Released) && j.lock.Record.Holder != ""
	return len(j.lock.Rivals) == 0 && (j.state == election.Held || ended && j.allowExpired)
}

// vacant reports that somebody may take the lock, and nobody has.
func (j judgement) vacant() bool { return j.state == election.Expired || j.state == election.Released }

// status applies the rules, in the order in which a person would ask: is the lock held, by which pod, is that pod the
// same one, and does it live.
func (j judgement) status() Status {
	s := Status{
		Lock: j.lock, State: j.state, Found: j.who.pod, Time: j.now, PodName: j.who.name, PodNamespace: j.who.namespace,
		Rule: j.who.rule, Node: j.who.node, Candidates: j.who.candidates, Waiting: j.who.waiting, Denied: j.who.denied, who: j.who,
	}
	s.Reason = j.reason()
	if s.Reason == "" {
		s.Pod = j.who.pod
	}
	return s
}

func (j judgement) reason() Reason {
	pod := j.who.pod
	switch {
	case j.state == election.Held && len(j.lock.Rivals) > 0:
		return Ambiguous
	case !j.held():
		return Reason(j.state)
	case j.who.generated && j.state != election.Held:
		return PodGone // nobody renews the lock elsewhere
	case j.who.reason != "":
		return j.who.reason
	case pod == nil:
		return PodGone
	case pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed:
		return PodFinished
	case startedAfterTerm(pod, onPodClock(j.lock, pod), j.who.perProcess):
		return OtherIncarnation
	case pod.DeletionTimestamp != nil:
		return PodTerminating
	case neverRenewed(j.lock) && (j.who.lost || unreachable(pod)):
		return PodUnreachable
	case !anyContainerRuns(pod):
		return PodNotRunning
	case restarted(pod, onPodClock(j.lock, pod).Renewed):
		return Restarted
	}
	return ""
}

// startedAfterTerm tells another incarnation of a pod's name (a StatefulSet's, a force-deleted
// pod's) by its start. The record's times are by the pod's clock; the start is cut to the second,
// which can only make the pod look older.
//
// An identity that a restarted process writes again (a bare pod name) goes on with the old acquireTime, so only a start
// after the last renewal convicts it.
func startedAfterTerm(pod *corev1.Pod, record election.Record, perProcess bool) bool {
	since := record.Renewed
	if perProcess && !record.Acquired.IsZero() {
		since = record.Acquired
	}
	return pod.Status.StartTime != nil && !since.IsZero() && pod.Status.StartTime.After(since)
}

func anyContainerRuns(pod *corev1.Pod) bool {
	for _, status := range identity.Lasting(pod) {
		if status.State.Running != nil {
			return true
		}
	}
	return false
}

// restarted reports that no running container is known to have been up at the last renewal: whoever renewed may be dead,
// though the lock lasts until it expires. With several containers nobody knows which one is elected, so a single one that
// was up keeps the verdict.
//
// Starts are cut to the second, so one in the second of the renewal may lie before or after it. A container that has never
// restarted gets the benefit of that doubt: its process is the only one there was. One that has restarted has to renew
// once more, which takes a retry period.
func restarted(pod *corev1.Pod, renewed time.Time) bool {
	if renewed.IsZero() {
		return false
	}
	for _, status := range identity.Lasting(pod) {
		running := status.State.Running
		if running == nil {
			continue
		}
		latest := running.StartedAt.Time
		if status.RestartCount > 0 {
			latest = latest.Add(time.Second)
		}
		if !latest.After(renewed) {
			return false
		}
	}
	return true
}

// changedSince reports that a container of the pod stopped or was started anew, and that nothing shows that it was up
// again before the last renewal. Its start is cut to the second, so it may be up to a second later than it says.
//
// A native sidecar that goes on keeps the verdict: electors are made to be such, so that they
// outlive what they are beside.
func changedSince(before, after *corev1.Pod, renewed time.Time) bool {
	changed := false
	for _, now := range identity.Lasting(after) {
		was := containerStatus(before, now.Name)
		switch {
		case was == nil:
		case was.ContainerID == now.ContainerID && (was.State.Running == nil) == (now.State.Running == nil):
			if now.State.Running != nil && isSidecar(after, now.Name) {
				return false
			}
		case now.State.Running == nil || now.State.Running.StartedAt.Add(time.Second).After(renewed):
			changed = true
		}
	}
	return changed
}

func isSidecar(pod *corev1.Pod, name string) bool {
	return slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool { return c.Name == name && identity.Sidecar(&c) })
}

func containerStatus(pod *corev1.Pod, name string) *corev1.ContainerStatus {
	for _, status := range identity.Lasting(pod) {
		if status.Name == name {
			return &status
		}
	}
	return nil
}

// Ready reports the pod's Ready condition.
func Ready(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
