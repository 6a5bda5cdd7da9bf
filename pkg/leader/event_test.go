package leader

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// with changes a verdict.
func with(s Status, changes ...func(*Status)) Status {
	for _, change := range changes {
		change(&s)
	}
	return s
}

func TestEventsOf(t *testing.T) {
	recreated := func(s *Status) { s.Lock.UID = "2" }
	again := func(s *Status) { s.Lock.Record.Transitions++ }
	renewed := func(s *Status) { s.Lock.Record.Renewed = time.Unix(2000, 0) }
	otherPod := func(s *Status) { s.Pod = s.Pod.DeepCopy(); s.Pod.UID = "other" }
	ready := func(s *Status) { s.Pod = s.Pod.DeepCopy(); s.Pod.ResourceVersion = "2" }
	led := func(holder string) Status { return verdictOf(holder, "") }
	held := verdictOf
	released, missing, marker := held("", "Released"), held("", "Missing"), held("", "NotElection")
	expired := func(holder string) Status { return held(holder, "Expired") }
	for _, test := range []struct {
		name          string
		before, after Status
		want          []EventType
	}{
		{"nothing", led("a"), led("a"), nil},
		{"a pod becomes ready", led("a"), with(led("a"), ready), nil},
		{"renewed", led("a"), with(led("a"), renewed), []EventType{"Renewed"}},
		{"released", led("a"), released, []EventType{"Released"}},
		{"released by one who is no pod", held("a", External), released, []EventType{"Released"}},
		{"released after it had expired", expired("a"), released, []EventType{"Released"}},
		{"released, with the holder left in place", led("a"), held("a", "Released"), []EventType{"Released"}},
		{"acquired", released, led("a"), []EventType{"Acquired"}},
		{"acquired by one who is no pod", released, held("a", External), []EventType{"Acquired"}},
		{"acquired by one who is still looked for", released, held("a", PodUnknown), []EventType{"Acquired"}},
		{"acquired after a release with the holder left in place", held("a", "Released"), with(led("b"), again), []EventType{"Acquired"}},
		{"expired", led("a"), expired("a"), []EventType{"Expired"}},
		{"expired without a pod", held("a", PodGone), expired("a"), []EventType{"Expired"}},
		{"taken over after it has expired", expired("a"), with(led("b"), again), []EventType{"TakenOver"}},
		{"the same one again after it has expired", expired("a"), with(led("a"), again), []EventType{"Acquired"}},
		{"late, but nobody took over", expired("a"), with(led("a"), renewed), []EventType{"Resumed"}},
		{"late, and its pod is gone", expired("a"), held("a", PodGone), []EventType{"Resumed"}},
		{"overwritten", led("a"), held("x", External), []EventType{"TakenOver"}},
		{"a new process under the old identity", led("a"), with(led("a"), again), []EventType{"Acquired"}},
		{"deleted", led("a"), missing, []EventType{"Deleted"}},
		{"deleted when nobody held it", released, missing, []EventType{"Deleted"}},
		{"still missing", missing, missing, nil},
		{"created with its holder", missing, led("a"), []EventType{"Created", "Acquired"}},
		{"created for nobody", missing, released, []EventType{"Created"}},
		{"created as something else", missing, marker, []EventType{"Created"}},
		{"recreated between two looks", led("a"), with(led("b"), recreated), []EventType{"Deleted", "Created", "Acquired"}},
		{"recreated with the same holder", led("a"), with(led("a"), recreated), []EventType{"Deleted", "Created", "Acquired"}},
		{"seen when it had already expired", released, expired("b"), []EventType{"Acquired", "Expired"}},
		{"no election any more", led("a"), marker, []EventType{"NotElection"}},
		{"an election at last", marker, led("a"), []EventType{"Acquired"}},
		{"the pod is gone", led("a"), held("a", PodGone), []EventType{"PodGone"}},
		{"the pod is about to go, then gone", held("a", PodTerminating), held("a", PodGone), []EventType{"PodGone"}},
		{"the process is another one", led("a"), held("a", Restarted), []EventType{"Restarted"}},
		{"it has renewed", held("a", Restarted), with(led("a"), renewed), []EventType{"LeaderFound"}},
		{"the pod of a node replaced", led("a"), with(led("a"), otherPod), []EventType{"PodReplaced"}},
		{"a new term without a pod is one event", led("a"), with(held("a", PodGone), again), []EventType{"Acquired"}},
		{"between states of nobody", held("a", "Released"), released, nil},
	} {
		if diff := cmp.Diff(test.want, EventsOf(test.before, test.after)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// step is a change as a stream would publish it, so many seconds after the beginning.
type step struct {
	at     int
	status Status
}

// told replays changes and tells what came of each: events as "Type before>after gap".
func told(steps ...step) (lines []string, h *History) {
	h = &History{}
	var v vacancy
	name := func(p Party) string {
		if p.Pod != nil {
			return p.Holder + "!"
		}
		return p.Holder
	}
	add := func(events []Event) {
		for _, e := range events {
			line := string(e.Type) + " " + name(e.Before) + ">" + name(e.After)
			if e.Measured {
				line += " " + e.Gap.String()
			}
			lines = append(lines, e.Time.UTC().Format("05")+" "+line)
		}
	}
	for _, s := range steps {
		c := &Change{Status: s.status, Seen: time.Unix(int64(s.at), 0)}
		c.Gap, c.GapAtMost = v.see(s.status, c.Seen)
		c.VacantSince = v.since
		add(h.See(c))
	}
	add(h.Flush())
	return lines, h
}

func TestHistory(t *testing.T) {
	led := func(holder string) Status { return verdictOf(holder, "") }
	held := verdictOf
	released, missing := held("", "Released"), held("", "Missing")
	for _, test := range []struct {
		name  string
		steps []step
		want  []string
		sum   Summary // 60 seconds after the beginning
		none  int     // how many of the terms were nobody's
	}{
		{"a leader that stays", []step{{0, led("a")}}, nil, Summary{Terms: 1, Led: time.Minute}, 0},
		{"released and acquired", []step{{0, led("a")}, {10, released}, {12, led("b")}},
			[]string{"10 Released a!>", "12 Acquired a!>b! 2s"},
			Summary{Terms: 2, Led: 58 * time.Second, LongestGap: 2 * time.Second}, 0},
		{"nobody in the beginning", []step{{0, missing}, {20, led("a")}},
			[]string{"20 Created >", "20 Acquired >a!"}, Summary{Terms: 1, Led: 40 * time.Second, LongestGap: 20 * time.Second}, 0},
		{"expired in the beginning: how long nobody has led cannot be told", []step{{0, held("a", "Expired")}, {20, led("b")}},
			[]string{"20 TakenOver a>b!"}, Summary{Terms: 1, Led: 40 * time.Second, LongestGap: 20 * time.Second}, 0},
		{"hung", []step{{0, led("a")}, {10, held("a", "Expired")}, {13, led("b")}},
			[]string{"10 Expired a!>", "13 TakenOver a!>b! 3s"}, Summary{Terms: 2, Led: 57 * time.Second, LongestGap: 3 * time.Second}, 0},
		{"still nobody at the end", []step{{0, led("a")}, {10, released}, {11, led("b")}, {50, missing}},
			[]string{"10 Released a!>", "11 Acquired a!>b! 1s", "50 Deleted b!>"},
			Summary{Terms: 2, Led: 49 * time.Second, LongestGap: 10 * time.Second, Open: true}, 0},
		{"overwritten, expired, taken over", []step{{0, led("a")}, {10, held("x", PodUnknown)}, {11, held("x", External)}, {20, held("x", "Expired")}, {22, led("b")}},
			[]string{"10 TakenOver a!>x", "20 Expired x>", "22 TakenOver x>b! 12s"},
			Summary{Terms: 3, Led: 48 * time.Second, LongestGap: 12 * time.Second}, 1},
		{"a search is told by what it found, at the time when it began", []step{{0, led("a")}, {10, released}, {12, held("b", PodUnknown)}, {15, led("b")}},
			[]string{"10 Released a!>", "12 Acquired a!>b! 2s"},
			Summary{Terms: 2, Led: 58 * time.Second, LongestGap: 2 * time.Second}, 0},
		{"a search that was overtaken loses nobody", []step{{0, led("a")}, {10, held("b", PodUnknown)}, {11, held("c", PodUnknown)}, {12, released}},
			[]string{"10 TakenOver a!>b", "11 TakenOver b>c", "12 Released c>"},
			Summary{Terms: 3, Led: 12 * time.Second, LongestGap: 48 * time.Second, Open: true}, 0},
		{"a search that is not over at the end", []step{{0, released}, {10, held("b", PodUnknown)}},
			[]string{"10 Acquired >b"}, Summary{Terms: 1, LongestGap: time.Minute, Open: true}, 0},
		{"a crash in the pod", []step{{0, led("a")}, {10, held("a", PodNotRunning)}, {11, held("a", Restarted)}, {14, led("a")}},
			[]string{"10 PodNotRunning a!>a", "11 Restarted a!>a", "14 LeaderFound a!>a! 4s"},
			Summary{Terms: 1, Led: 56 * time.Second, LongestGap: 4 * time.Second}, 0},
		{"a new process of a pod, which has to renew once more", []step{{0, led("a")}, {10, released}, {12, held("b", Restarted)}, {13, held("b", Restarted)}, {14, led("b")}},
			[]string{"10 Released a!>", "12 Acquired a!>b! 2s"},
			Summary{Terms: 2, Led: 58 * time.Second, LongestGap: 2 * time.Second}, 0},
		{"one that does not", []step{{0, led("a")}, {10, released}, {12, held("b", Restarted)}, {15, held("b", "Expired")}, {20, led("c")}},
			[]string{"10 Released a!>", "12 Acquired a!>b", "15 Expired b>", "20 TakenOver b>c! 10s"},
			Summary{Terms: 3, Led: 50 * time.Second, LongestGap: 10 * time.Second}, 1},
		{"one leader after another", []step{{0, led("a")}, {10, led("b")}},
			[]string{"10 TakenOver a!>b! 0s"}, Summary{Terms: 2, Led: time.Minute}, 0},
		{"processes outside of the cluster", []step{{0, held("x", External)}, {10, held("x", "Expired")}, {12, held("y", External)}},
			[]string{"10 Expired x>", "12 TakenOver x>y 2s"}, Summary{Terms: 2, Led: 58 * time.Second, LongestGap: 2 * time.Second}, 0},
	} {
		lines, h := told(test.steps...)
		if diff := cmp.Diff(test.want, lines); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		test.sum.Watched, test.sum.LongestAtMost = time.Minute, test.sum.LongestGap
		if test.sum.Led > 0 {
			test.sum.TermsLed = test.sum.Terms - test.none
		}
		if diff := cmp.Diff(test.sum, h.Summary(time.Unix(60, 0))); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// TestMeanHeld: without a term there is nothing to divide by.
func TestMeanHeld(t *testing.T) {
	if got := (Summary{Watched: time.Minute}).MeanHeld(); got != 0 {
		t.Errorf("no term was held for %s", got)
	}
	if got := (Summary{Terms: 5, TermsLed: 4, Led: time.Minute}).MeanHeld(); got != 15*time.Second {
		t.Errorf("%s", got)
	}
}

func TestRenewedIsWhenItWasSeen(t *testing.T) {
	renewal := func(at int64) Status {
		s := verdictOf("a", "")
		s.Lock.Record.Renewed, s.Time = time.Unix(at, 0), time.Unix(1003, 0)
		return s
	}
	h := &History{}
	h.See(&Change{Status: renewal(1000), Seen: time.Unix(50, 0)})
	if got := h.Renewed(); !got.Equal(time.Unix(47, 0)) {
		t.Errorf("in the beginning %s, want 3s before it by the server's clock", got)
	}
	h.See(&Change{Status: renewal(1000), Seen: time.Unix(52, 0)})
	h.See(&Change{Status: renewal(1002), Seen: time.Unix(55, 0)})
	h.See(&Change{Status: renewal(1002), Seen: time.Unix(56, 0)})
	if got := h.Renewed(); !got.Equal(time.Unix(55, 0)) {
		t.Errorf("then %s, want when the record was seen to change", got)
	}
	if h.Told().State != election.Held {
		t.Errorf("told %s", h.Told().State)
	}
}
