package identity

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// How strong a hint is. A hint never makes a leader.
const (
	_ = iota
	oldEnough
	akin
	inTime
)

// Hints are the pods that may be behind a random identity, by the strongest hint that was found.
func (s *Search) Hints() []Candidate { return s.hints }

func (s *Search) asHint(pod *corev1.Pod) {
	if !s.random || pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
		return
	}
	if s.selector != nil {
		s.keep(Match{Pod: pod, Rule: "selector", PerProcess: true})
		return
	}
	started := startedAt(pod, s.began)
	switch {
	case !s.began.IsZero() && started != "":
		s.addHint(inTime, pod, fmt.Sprintf("container %s started when the holder's process did", started))
	case kinship(s.claim, pod).strength > alone:
		s.addHint(akin, pod, "is called like the lock")
	case pod.Namespace == s.claim.LockNamespace && (s.claim.Acquired.IsZero() || pod.Status.StartTime != nil && !pod.Status.StartTime.After(s.claim.Acquired)):
		s.addHint(oldEnough, pod, "is in the lock's namespace, and older than its term")
	}
}

func (s *Search) addHint(strength int, pod *corev1.Pod, reason string) {
	if strength < s.hint {
		return
	}
	if strength > s.hint {
		s.hint, s.hints = strength, nil
	}
	s.hints = keepCandidate(s.hints, pod, reason)
}

// asSibling notes a pod that differs from the one that the holder names in its generated end only,
// or has none.
func (s *Search) asSibling(pod *corev1.Pod) {
	s.siblings = s.siblings || s.siblingOf(pod)
}

func (s *Search) siblingOf(pod *corev1.Pod) bool {
	of := stem(pod.Name)
	return slices.ContainsFunc(s.Names(), func(name string) bool {
		return of != "" && of == stem(name) || generatedEnd(name) != "" && pod.Name == stem(name)
	})
}

// Akin are the pods that are ready and look like candidates of this election, by their names, and
// are not who holds the lock.
func (s *Search) Akin() []Candidate { return s.akin }

func (s *Search) asAkin(pod *corev1.Pod) {
	near := pod.Namespace == s.claim.LockNamespace || pod.Namespace == s.claim.PodNamespace
	if !near || pod.DeletionTimestamp != nil || !ready(pod) {
		return
	}
	switch {
	case kinship(s.claim, pod).strength > alone:
		s.akin = keepCandidate(s.akin, pod, "is called like the lock")
	case s.siblingOf(pod):
		s.akin = keepCandidate(s.akin, pod, "is called like the holder")
	}
}

func ready(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// CandidateOf names a pod as a candidate.
func CandidateOf(pod *corev1.Pod, reason string) Candidate {
	return Candidate{Namespace: pod.Namespace, Name: pod.Name, Node: pod.Spec.NodeName, Reason: reason}
}

func keepCandidate(list []Candidate, pod *corev1.Pod, reason string) []Candidate {
	c := CandidateOf(pod, reason)
	for _, known := range list {
		if known == c {
			return list
		}
	}
	if len(list) >= keepMost {
		return list
	}
	return append(list, c)
}
