package leader

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// verdict makes a Status as a follower would: by a holder ("" for a released lock), and the reason why nobody leads.
func verdictOf(holder string, reason Reason) Status {
	s := Status{
		Lock:  election.Lock{Ref: election.Ref{Namespace: "ops", Name: "op"}, Exists: true, UID: "1", Record: election.Record{Holder: holder}},
		State: election.Held, Reason: reason,
	}
	switch election.State(reason) {
	case election.Expired, election.Released, election.NotElection:
		s.State = election.State(reason)
	case election.Missing:
		s.Lock, s.State = election.Lock{Ref: s.Lock.Ref}, election.Missing
	}
	if reason == "" {
		s.Pod = &corev1.Pod{}
		s.Pod.Namespace, s.Pod.Name, s.Pod.UID = "ops", holder, "uid-"+s.Pod.UID
		s.Found = s.Pod
	}
	return s
}

func TestVacancy(t *testing.T) {
	led := func(holder string) Status { return verdictOf(holder, "") }
	released, expired, missing := verdictOf("", "Released"), verdictOf("a", "Expired"), verdictOf("", "Missing")
	for _, test := range []struct {
		name     string
		verdicts []Status // one a second
		gap      int      // that the last one ends, in seconds
		vacant   int      // for how long nobody has led after the last one; 0 if somebody does
	}{
		{"the first leader ends no gap", []Status{led("a")}, 0, 0},
		{"nobody has led yet: no gap that was seen from its beginning", []Status{missing, missing, led("a")}, 0, 0},
		{"released and acquired", []Status{led("a"), released, led("b")}, 1, 0},
		{"expired, deleted, then led", []Status{led("a"), expired, missing, led("b")}, 2, 0},
		{"still vacant", []Status{led("a"), expired, expired}, 0, 1},
		{"taken over directly", []Status{led("a"), led("b")}, 0, 0},
		{"the search for the pod of a new holder is no gap", []Status{led("a"), verdictOf("b", PodUnknown), led("b")}, 0, 0},
		{"a gap ends where the search begins", []Status{led("a"), released, verdictOf("b", PodUnknown), verdictOf("b", PodUnknown), led("b")}, 1, 0},
		{"a holder that was looked for in vain", []Status{led("a"), verdictOf("b", PodUnknown), verdictOf("b", PodGone), led("c")}, 2, 0},
		{"one that was not found before the next", []Status{led("a"), released, verdictOf("b", PodUnknown), verdictOf("c", PodUnknown), led("c")}, 2, 0},
		{"overwritten with a name that is no pod's", []Status{led("a"), verdictOf("x", External), expired, led("b")}, 2, 0},
		{"leaders that are no pods", []Status{verdictOf("x", External), released, verdictOf("y", External)}, 1, 0},
		{"leaders of whom only the node is known", []Status{verdictOf("x", NodeOnly), expired, expired, verdictOf("y", NodeOnly)}, 2, 0},
		{"a restart in the pod", []Status{led("a"), verdictOf("a", PodNotRunning), verdictOf("a", Restarted), led("a")}, 2, 0},
	} {
		var v vacancy
		var gap time.Duration
		at := time.Unix(1000, 0)
		for i, s := range test.verdicts {
			at = time.Unix(1000+int64(i), 0)
			gap, _ = v.see(s, at)
		}
		var vacant time.Duration
		if !v.since.IsZero() {
			vacant = at.Sub(v.since)
		}
		if want := time.Duration(test.gap) * time.Second; gap != want {
			t.Errorf("%s: gap %s, want %s", test.name, gap, want)
		}
		if want := time.Duration(test.vacant) * time.Second; vacant != want || v.since.IsZero() && test.vacant > 0 {
			t.Errorf("%s: vacant for %s, want %s", test.name, vacant, want)
		}
	}
}

// Who looks for the first time at a record that has run out long ago counts from then.
func TestVacancyFromBefore(t *testing.T) {
	now := time.Unix(10000, 0)
	expired := verdictOf("a", "Expired")
	expired.Time = now
	expired.Lock.Record.Renewed, expired.Lock.Record.Duration = now.Add(-time.Hour), time.Minute
	next := verdictOf("b", "")
	next.Lock.Record.Transitions = 1

	var v vacancy
	v.see(expired, now)
	if vacant := now.Sub(v.since); vacant != 59*time.Minute {
		t.Errorf("vacant for %s, want 59m", vacant)
	}
	begin := &Change{Status: expired, Seen: now, VacantSince: v.since}
	gap, atMost := v.see(next, now.Add(time.Second))
	if want := 59*time.Minute + time.Second; gap != want || atMost != want {
		t.Errorf("gap %s (at most %s), want %s", gap, atMost, want)
	}

	var h History
	h.See(begin)
	events := h.See(&Change{Status: next, Seen: now.Add(time.Second), Gap: gap, GapAtMost: atMost})
	if len(events) != 1 || events[0].Gap != gap || !events[0].Measured {
		t.Errorf("got %+v, want one event with a gap of %s", events, gap)
	}
	if s := h.Summary(now.Add(2 * time.Second)); s.LongestGap != gap || s.Open {
		t.Errorf("longest gap %s, want %s", s.LongestGap, gap)
	}
}
