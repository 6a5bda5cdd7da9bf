package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// TestTermsOfADeletion: the leader that was deleted, and the one that follows, have lines that look alike.
func TestTermsOfADeletion(t *testing.T) {
	next := led("demo-operator-1_5b2f")
	next.Pod.Name = "demo-operator-1"
	as := func(s leader.Status) func(*check.Outcome) {
		return func(o *check.Outcome) { o.Status, o.Holds = s, true }
	}
	r := reportOf(
		outcome(check.Spec{Lock: theLock, Delete: &check.Delete{}}, time.Second, as(led("demo-operator-0_9c2f"))),
		outcome(lockCheck(), 2*time.Second, as(next)),
		outcome(stateCheck(t, "healthy"), 2*time.Second, as(next)),
	)
	var out bytes.Buffer
	liveStyle(true, false).write(&out, r, 120)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := []string{
		`  deleted: demo-operator: pod demo-operator-0, identity "demo-operator-0_9c2f", term since 2026-01-04T09:00:00Z`,
		`  demo-operator: pod demo-operator-1, identity "demo-operator-1_5b2f", term since 2026-01-04T09:00:00Z`,
	}
	if got := strings.Join(lines[3:5], "\n"); got != strings.Join(want, "\n") || lines[5] != "" {
		t.Errorf("got\n%s", &out)
	}
}

// TestAnErrorIsToldOnce: what there was in the end may be the error itself.
func TestAnErrorIsToldOnce(t *testing.T) {
	o := outcome(lockCheck(), time.Second, func(o *check.Outcome) {
		o.Attempts, o.Status, o.Err, o.Got = 0, leader.Status{}, errFull, errFull.Error()
	})
	if text := write(t, Text, reportOf(o)); strings.Count(text, errFull.Error()) != 1 || strings.Contains(text, "got:") {
		t.Errorf("got\n%s", text)
	}
	if text := write(t, JSON, reportOf(o)); strings.Count(text, errFull.Error()) != 2 {
		t.Errorf("a field is missing in\n%s", text)
	}
}
