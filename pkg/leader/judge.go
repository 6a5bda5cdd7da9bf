package leader

import (
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
	guess        identity.Guess // the zero Guess when no rule reads the holder
	podNamespace string
	pod          *corev1.Pod // the pod of the guess; nil when it does not exist
	allowExpired bool
	now          time.Time
}

// status applies the rules, in the order in which a person would ask: is the lock held, by which pod, is that pod the
// same one, and does it live.
func (j judgement) status() Status {
	s := Status{
		Lock: j.lock, State: j.state, Found: j.pod, Time: j.now,
		PodName: j.guess.PodName, PodNamespace: j.podNamespace, Rule: j.guess.Rule.Name,
	}
	s.Reason = j.reason()
	if s.Reason == "" {
		s.Pod = j.pod
	}
	return s
}

func (j judgement) reason() Reason {
	switch {
	case j.state == election.Held, j.state == election.Expired && j.allowExpired:
	default:
		return Reason(j.state)
	}
	switch {
	case j.guess.PodName == "":
		return Unresolved
	case j.pod == nil:
		return PodGone
	case j.pod.Status.Phase == corev1.PodSucceeded || j.pod.Status.Phase == corev1.PodFailed:
		return PodFinished
	case startedAfterTerm(j.pod, j.lock.Record, j.guess.Rule.PerProcess):
		return OtherIncarnation
	case j.pod.DeletionTimestamp != nil:
		return PodTerminating
	case !anyContainerRuns(j.pod):
		return PodNotRunning
	case restarted(j.pod, j.lock.Record.Renewed):
		return Restarted
	}
	return ""
}

// startedAfterTerm tells another incarnation of a pod's name (a StatefulSet's, a force-deleted pod's) by its start.
// status.startTime and the record's times come from clocks of the same node, so skew between nodes does not matter;
// the start is cut to the second, which can only make the pod look older.
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
	for _, status := range pod.Status.ContainerStatuses {
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
	for _, status := range pod.Status.ContainerStatuses {
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
func changedSince(before, after *corev1.Pod, renewed time.Time) bool {
	for _, now := range after.Status.ContainerStatuses {
		was := containerStatus(before, now.Name)
		if was == nil || was.ContainerID == now.ContainerID && (was.State.Running == nil) == (now.State.Running == nil) {
			continue
		}
		if now.State.Running == nil || now.State.Running.StartedAt.Add(time.Second).After(renewed) {
			return true
		}
	}
	return false
}

func containerStatus(pod *corev1.Pod, name string) *corev1.ContainerStatus {
	for i := range pod.Status.ContainerStatuses {
		if pod.Status.ContainerStatuses[i].Name == name {
			return &pod.Status.ContainerStatuses[i]
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
