package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// heldBy is a verdict on a lock that somebody holds; by a pod if reason is "".
func heldBy(holder string, reason leader.Reason) leader.Status {
	s := leader.Status{
		Lock:  election.Lock{Ref: election.Ref{Namespace: "ops", Name: "op"}, Exists: true, Record: election.Record{Holder: holder, Duration: 15 * time.Second}},
		State: election.Held, Reason: reason,
	}
	if reason == "" {
		s.Pod = podOf(holder)
		s.Found = s.Pod
	}
	return s
}

func noneLeads(state election.State) leader.Status {
	s := heldBy("", leader.Reason(state))
	s.State = state
	return s
}

func podOf(holder string) *corev1.Pod {
	name, _, _ := strings.Cut(holder, "_")
	pod := &corev1.Pod{}
	pod.Namespace, pod.Name = "ops", name
	return pod
}

func by(holder string) leader.Party { return leader.Party{Holder: holder, Pod: podOf(holder)} }

func TestEventLines(t *testing.T) {
	const first, second = "demo-operator-65c65b9bf6-zln4p_a", "demo-operator-65c65b9bf6-thld5_b"
	at := time.Date(2026, 1, 31, 12, 0, 0, 123_456_789, time.Local)
	expired := heldBy(first, "Expired")
	expired.State = election.Expired
	gone := heldBy(first, leader.PodGone)
	gone.PodName = "demo-operator-65c65b9bf6-zln4p"
	for _, test := range []struct {
		event leader.Event
		want  string
	}{
		{leader.Event{Type: "Released", Before: by(first), Status: noneLeads(election.Released)}, "released    demo-operator-65c65b9bf6-zln4p"},
		{leader.Event{Type: "Acquired", Before: by(first), After: by(second), Gap: 37 * time.Millisecond, Measured: true, Status: heldBy(second, "")},
			"acquired    demo-operator-65c65b9bf6-thld5  gap 37ms after …-zln4p"},
		{leader.Event{Type: "Expired", Before: by(first), Status: expired}, "expired     demo-operator-65c65b9bf6-zln4p  not renewed for 15s"},
		{leader.Event{Type: "TakenOver", Before: by(first), After: by(second), Gap: 12345 * time.Millisecond, Measured: true, Status: heldBy(second, "")},
			"taken over  demo-operator-65c65b9bf6-thld5  gap 12.3s after …-zln4p"},
		{leader.Event{Type: "TakenOver", Before: by(first), After: by(second), Measured: true, Status: heldBy(second, "")},
			"taken over  demo-operator-65c65b9bf6-thld5  directly after …-zln4p"},
		{leader.Event{Type: "TakenOver", Before: by(first), After: by(second), Status: heldBy(second, "")},
			"taken over  demo-operator-65c65b9bf6-thld5  after …-zln4p"},
		{leader.Event{Type: "TakenOver", Before: by(first), After: leader.Party{Holder: "x"}, Status: heldBy("x", leader.External)},
			"taken over  x                               after demo-operator-65c65b9bf6-zln4p, no pod or node here"},
		{leader.Event{Type: "Acquired", Before: by(first), After: by(first), Gap: time.Second, Measured: true, Status: heldBy(first, "")},
			"acquired    demo-operator-65c65b9bf6-zln4p  gap 1s, same holder"},
		{leader.Event{Type: "Acquired", Before: by(first), After: by("demo-operator-65c65b9bf6-zln4p_c"), Gap: time.Second, Measured: true, Status: heldBy("demo-operator-65c65b9bf6-zln4p_c", "")},
			"acquired    demo-operator-65c65b9bf6-zln4p  gap 1s, same pod"},
		{leader.Event{Type: "Acquired", After: leader.Party{Holder: first}, Status: gone}, "acquired    demo-operator-65c65b9bf6-zln4p  pod gone"},
		{leader.Event{Type: "PodGone", Before: by(first), After: leader.Party{Holder: first}, Status: gone}, "pod gone    demo-operator-65c65b9bf6-zln4p"},
		{leader.Event{Type: "LeaderFound", Before: by(first), After: by(first), Gap: 2 * time.Second, Measured: true, Status: heldBy(first, "")},
			"found       demo-operator-65c65b9bf6-zln4p  gap 2s"},
		{leader.Event{Type: "Renewed", Before: by(first), After: by(first), Status: heldBy(first, "")}, "renewed     demo-operator-65c65b9bf6-zln4p  for 15s"},
		{leader.Event{Type: "Deleted", Before: by(first), Status: noneLeads(election.Missing)}, "deleted     demo-operator-65c65b9bf6-zln4p"},
		{leader.Event{Type: "Created", Status: noneLeads(election.Released)}, "created     <none>"},
		{leader.Event{Type: "Acquired", After: leader.Party{Holder: "\x1b[2J\n"}, Status: heldBy("\x1b[2J\n", leader.External)},
			`acquired    \x1b[2J\n                       no pod or node here`},
	} {
		var out bytes.Buffer
		lines := newEventLines(&screen{out: &out}, false, []*leader.Change{{Status: heldBy(first, "")}})
		test.event.Time = at
		if err := lines.event(test.event); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff("12:00:00.123 "+test.want+"\n", out.String()); diff != "" {
			t.Error(diff)
		}
		if width := len([]rune(out.String())) - 1; width > 80 && !strings.Contains(out.String(), "no pod") {
			t.Errorf("%d columns: %s", width, out.String())
		}
	}
}

// TestOpeningLines: the first lines have the columns of those to come, and a new day is told.
func TestOpeningLines(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.Local)
	held := heldBy("op-0_a", "")
	held.Time, held.Lock.Record.Acquired = now, now.Add(-3*time.Minute)
	expired := heldBy("stranger", "Expired")
	expired.State, expired.Lock.Name, expired.Time, expired.Lock.Record.Renewed = election.Expired, "other", now, now.Add(-49*time.Second)
	missing := noneLeads(election.Missing)
	missing.Lock.Kind, missing.Lock.Name = election.ConfigMap, "none"
	var out bytes.Buffer
	firsts := []*leader.Change{{Status: held, Seen: now}, {Status: expired, Seen: now}, {Status: missing, Seen: now.Add(24 * time.Hour)}}
	lines := newEventLines(&screen{out: &out}, false, firsts)
	lines.several = true
	for _, first := range firsts {
		if err := lines.opening(first); err != nil {
			t.Fatal(err)
		}
	}
	want := `12:00:00.000 ops/op             held        op-0      for 3m0s
12:00:00.000 ops/other          expired     stranger  34s ago
2026-02-01
12:00:00.000 ops/configmap/none missing     <none>
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestWithoutCommon(t *testing.T) {
	for _, test := range []struct{ name, other, want string }{
		{"demo-operator-65c65b9bf6-zln4p", "demo-operator-65c65b9bf6-thld5", "…-zln4p"},
		{"demo-operator-65c65b9bf6-zln4p", "demo-operator-7d9f8c7b5-thld5", "…-65c65b9bf6-zln4p"},
		{"op-0", "op-1", "op-0"},
		{"my-operator-0", "my-operator-1", "…-0"},
		{"somebody-else", "demo-operator-65c65b9bf6-thld5", "somebody-else"},
		{"", "a", ""},
	} {
		if got := withoutCommon(test.name, test.other); got != test.want {
			t.Errorf("%s beside %s: %q, want %q", test.name, test.other, got, test.want)
		}
	}
}

func TestLiveLine(t *testing.T) {
	now := time.Now()
	show := func(s leader.Status, change func(*leader.Change)) string {
		s.Time = now
		if !s.Lock.Record.Acquired.IsZero() {
			t.Fatal("a test sets that")
		}
		s.Lock.Record.Acquired, s.Lock.Record.Renewed = now.Add(-time.Minute), now.Add(-2*time.Second)
		c := &leader.Change{Status: s, Seen: now}
		if change != nil {
			change(c)
		}
		h := &leader.History{}
		h.See(c)
		w := &watching{watchOptions: &watchOptions{}, histories: map[election.Ref]*leader.History{c.Lock.Ref: h}, order: []election.Ref{c.Lock.Ref}}
		return w.liveLine(now.Add(3500 * time.Millisecond))
	}
	lost := func(c *leader.Change) { c.VacantSince = now.Add(-10 * time.Second) }
	expired := heldBy("op-0_\x1b[31m", "Expired")
	expired.State = election.Expired
	for _, test := range []struct{ got, want string }{
		{show(heldBy("op-0_a", ""), nil), "op-0 leads for 1m3s, renewed 5s ago, expires in 9s"},
		{show(heldBy("stranger", leader.External), nil), "stranger holds it for 1m3s, no pod or node here, renewed 5s ago, expires in 9s"},
		{show(noneLeads(election.Released), lost), "nobody leads for 13s: released"},
		{show(expired, lost), `nobody leads for 13s: expired, last held by op-0_\x1b[31m`},
	} {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}

func TestLiveLineOfSeveral(t *testing.T) {
	now := time.Now()
	w := &watching{watchOptions: &watchOptions{}, histories: map[election.Ref]*leader.History{}}
	for name, s := range map[string]leader.Status{"a": heldBy("op-0", ""), "b": noneLeads(election.Released), "c": noneLeads(election.Missing)} {
		s.Lock.Name = name
		c := &leader.Change{Status: s, Seen: now}
		if name != "a" {
			c.VacantSince = now
		}
		w.history(s.Lock.Ref).See(c)
	}
	if got, want := w.liveLine(now.Add(2*time.Second)), "2 locks, 1 held; nobody leads ops/b for 2s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
