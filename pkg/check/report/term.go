package report

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// lock is the one that the check is about, whether it was read or not.
func (e entry) lock() election.Ref {
	if e.Status.Lock.Name != "" {
		return e.Status.Lock.Ref
	}
	ref := e.Spec.Lock
	if ref.Namespace == "" {
		ref.Namespace = e.Spec.Namespace
	}
	return ref
}

// judged reports that the outcome has a verdict on the lock.
func (e entry) judged() bool { return e.Status.State != "" }

// inShort names the lock and its term in a few words: `demo-operator: pod demo-operator-0, identity "…", term since …`.
func (e entry) inShort() string {
	s := e.Status
	switch {
	case s.Pod != nil:
		name := s.Pod.Name
		if s.Pod.Namespace != s.Lock.Namespace {
			name = s.Pod.Namespace + "/" + name
		}
		return fmt.Sprintf("%s: pod %s, %s", s.Lock.Arg(), name, holderAndTerm(s))
	case e.judged():
		return firstLine(s.Message())
	}
	return e.lock().Arg()
}

// term names the pod, or the holder that is no leader, and its term; "" when nobody holds the lock.
func (e entry) term() string {
	s := e.Status
	switch {
	case s.Pod != nil:
		return fmt.Sprintf("pod %s/%s, %s", s.Pod.Namespace, s.Pod.Name, holderAndTerm(s))
	case s.Lock.Record.Holder != "":
		return holderAndTerm(s)
	}
	return ""
}

func holderAndTerm(s leader.Status) string {
	since := "of unknown beginning"
	if acquired := s.Lock.Acquired(); !acquired.IsZero() {
		since = "since " + acquired.UTC().Format(time.RFC3339)
	}
	return "identity " + leader.Quote(s.Lock.Record.Holder) + ", term " + since
}

// lockState tells how the lock is: who holds it, or why nobody leads.
func lockState(s leader.Status) string {
	if !s.Led() {
		return s.Message()
	}
	text := fmt.Sprintf("%s: %s", s.Lock.Ref, s.State)
	if renewed := s.Lock.Renewed(); !renewed.IsZero() && !s.Time.IsZero() {
		text += ", renewed " + span(max(0, s.Time.Sub(renewed))) + " ago"
	}
	return text + fmt.Sprintf(", leaseTransitions %d", s.Lock.Record.Transitions)
}

// tries tells how often evidence was taken, and what of it did not count.
func tries(o check.Outcome) string {
	text := fmt.Sprintf("%d times in ", o.Attempts)
	if o.Attempts == 1 {
		text = "once in "
	}
	text += span(max(0, o.Ended.Sub(o.Began)))
	if o.Discarded > 0 {
		text += fmt.Sprintf("; %d discarded, as the term changed meanwhile", o.Discarded)
	}
	return text
}

// span is a duration as people read it: 12ms, 0.3s, 4.2s, 30s, 1m30s.
func span(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return strconv.FormatFloat(math.Floor(d.Seconds()*10)/10, 'f', -1, 64) + "s"
	}
	return d.Truncate(time.Second).String()
}
