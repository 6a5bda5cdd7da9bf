package leader

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// clockSkew is how far apart clocks may be without a word: the server's is known to the second.
const clockSkew = 3 * time.Second

// onPodClock is a lock's record with its times by the clock that a pod's times are by, so that they
// can be compared: the kubelet's. As a rule that is also the clock by which the holder writes, as
// both are of one node.
//
// Where the holder's is off, the kubelet's may be right all the same: a sandbox has a clock of its
// own, and times without a zone are as far off as the zone is. Which it is shows by the pod itself.
// It is created by the API server's clock and started by the kubelet's, and little time passes in
// between.
func onPodClock(lock election.Lock, pod *corev1.Pod) election.Record {
	record := lock.Record
	skew, ok := lock.Skew()
	if !ok || skew.Abs() <= clockSkew {
		return record
	}
	off := skew - lock.Zone() // of the holder's clock
	if created := pod.CreationTimestamp; created.IsZero() || pod.Status.StartTime == nil ||
		nearer(pod.Status.StartTime.Sub(created.Time), off, 0) {
		return shifted(record, -lock.Zone())
	}
	return shifted(record, lock.Renewed().Sub(record.Renewed))
}

// nearer reports that a duration is nearer to one than to another.
func nearer(d, one, other time.Duration) bool { return (d - one).Abs() < (d - other).Abs() }

// shifted is a record with other times.
func shifted(record election.Record, by time.Duration) election.Record {
	record.Renewed = record.Renewed.Add(by)
	if !record.Acquired.IsZero() {
		record.Acquired = record.Acquired.Add(by)
	}
	return record
}

// ClockSkew is how far the holder's clock is ahead of the API server's, or behind it if less than
// 0; 0 where that is too little to tell, or not known. What a zone makes of times that do not tell
// theirs is no skew.
func (s Status) ClockSkew() time.Duration {
	skew, ok := s.Lock.Skew()
	if !ok {
		skew = max(0, s.Lock.Record.Renewed.Sub(s.Time)) // it is at least that far ahead
	}
	if skew -= s.Lock.Zone(); skew.Abs() <= clockSkew {
		return 0
	}
	return skew
}

// Acquired is when the term began by the clock of the leader's node, which its logs are by; the
// zero time where the record does not tell.
func (s Status) Acquired() time.Time {
	if s.Found == nil {
		return s.Lock.Acquired()
	}
	return onPodClock(s.Lock, s.Found).Acquired
}
