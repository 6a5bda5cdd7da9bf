package scenarios

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// event is what these tests read of a line of `watch -o json`.
type event struct {
	Kind, Type, State, Reason string
	Before, After             struct {
		HolderIdentity string
		Pod            struct{ Name string }
	}
	GapSeconds, GapAtMostSeconds *float64
	Locks                        []struct {
		Terms             int
		LongestGapSeconds float64
	}
}

func events(t *testing.T, text string) (list []event) {
	t.Helper()
	for line := range strings.Lines(text) {
		var e event
		if !strings.HasSuffix(line, "\n") {
			break // it is still being written
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		list = append(list, e)
	}
	return list
}

// untilEvents waits until there are so many more events of some types, and returns the last one.
func (p *process) untilEvents(t *testing.T, more int, types ...string) (last event) {
	t.Helper()
	p.stdout.until(t, fmt.Sprintf("%d of %v", more, types), func(text string) bool {
		found := eventsOf(t, text, types)
		if len(found) > 0 {
			last = found[len(found)-1]
		}
		return len(found) >= more
	})
	return last
}

// countEvents counts the events of some types so far.
func (p *process) countEvents(t *testing.T, types ...string) int {
	t.Helper()
	return len(eventsOf(t, p.stdout.String(), types))
}

func eventsOf(t *testing.T, text string, types []string) []event {
	t.Helper()
	return slices.DeleteFunc(events(t, text), func(e event) bool { return !slices.Contains(types, e.Type) })
}

// told is what the events say in the same words.
func told(list []event) (lines []string) {
	for _, e := range list {
		switch e.Type {
		case "Acquired", "TakenOver":
			lines = append(lines, "held by "+e.After.HolderIdentity)
		case "Released", "Deleted":
			lines = append(lines, strings.ToLower(e.Type))
		}
	}
	return lines
}

// TestWatchTellsEveryFailover lets a leadership end in all ways and compares what was told with what there was.
func TestWatchTellsEveryFailover(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t, "--brief")
	_, url := forwarded(t, ns)
	leases := ns.client.CoordinationV1().Leases(ns.name)
	p := start(t, ns, "watch", "demo-operator", "-o", "json")
	p.untilEvents(t, 1, "Initial")
	witness := chronicle(t, ns)
	terms := 0
	begins := func() event {
		t.Helper()
		terms++
		return p.untilEvents(t, terms, "Acquired", "TakenOver")
	}

	next := ns.deleteLeader(t)
	if e := begins(); e.Type != "Acquired" || e.After.Pod.Name != next || e.GapSeconds == nil {
		t.Errorf("after the leader was deleted: %+v", e)
	}
	p.untilEvents(t, 1, "Released")

	before := ns.holder(t)
	next = ns.failover(t, func(string) { ns.tell(t, url, "/crash") })
	if e := begins(); e.Type != "TakenOver" || e.Before.Pod.Name != before || e.After.Pod.Name != next && e.Reason == "" {
		t.Errorf("after a crash: %+v", e)
	}
	p.untilEvents(t, 1, "PodNotRunning", "Restarted")
	p.untilEvents(t, 1, "Expired")

	next = ns.failover(t, func(string) { ns.tell(t, url, "/hang") })
	if e := begins(); e.Type != "TakenOver" || e.GapSeconds == nil || e.After.Pod.Name != next {
		t.Errorf("after it hung: %+v", e)
	}
	p.untilEvents(t, 2, "Expired")

	if err := leases.Delete(t.Context(), "demo-operator", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	p.untilEvents(t, 1, "Deleted")
	p.untilEvents(t, 1, "Created")
	if e := begins(); e.Type != "Acquired" || e.GapSeconds == nil {
		t.Errorf("after the Lease was deleted: %+v", e)
	}

	patch := []byte(`{"spec":{"holderIdentity":"somebody-else"}}`)
	if _, err := leases.Patch(t.Context(), "demo-operator", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	if e := begins(); e.Type != "TakenOver" || e.After.HolderIdentity != "somebody-else" || e.After.Pod.Name != "" || e.GapSeconds != nil {
		t.Errorf("after the holder was overwritten: %+v", e)
	}
	if e := begins(); e.Type != "TakenOver" || e.Before.HolderIdentity != "somebody-else" || e.GapSeconds == nil && e.Reason == "" {
		t.Errorf("after that: %+v", e)
	}
	p.untilEvents(t, 3, "Expired")

	compareWithWitness(t, p, witness, terms+1)
}

// compareWithWitness ends a watch and checks that it told what the witness saw, no more and no less.
func compareWithWitness(t *testing.T, p *process, witness *chronicler, terms int) {
	t.Helper()
	want := witness.all()
	p.stdout.until(t, "what the witness saw", func(text string) bool { return len(told(events(t, text))) >= len(want) })
	if code := p.end(t, syscall.SIGINT); code != 130 {
		t.Errorf("exit code %d", code)
	}
	list := events(t, p.stdout.String())
	got := told(list)
	want = witness.until(t, len(got)) // it may hear of the last ones later
	if diff := cmp.Diff(want[:min(len(got), len(want))], got); diff != "" {
		t.Errorf("the Lease had (-), and watch told (+):\n%s", diff)
	}
	if last := list[len(list)-1]; last.Kind != "LeaderSummary" || len(last.Locks) != 1 || last.Locks[0].Terms < terms {
		t.Errorf("at the end came %+v, want a summary of %d terms", last, terms)
	}
}

// TestWatchAcrossAPIServerRestart kills the API server under a user whom RBAC grants no more than
// needed. The leadership outlives it, so there is nothing to tell; then it does not.
func TestWatchAcrossAPIServerRestart(t *testing.T) {
	breaks(t, "kube-apiserver")
	ns := shared.deploy(t, outlasting("--reconcile-every=1h")...)
	user := withRights(everything)(t, ns)
	p := start(t, user, "watch", "demo-operator", "none", "-o", "json", "--renewals")
	p.untilEvents(t, 2, "Initial")
	all := start(t, user, "watch", "-l", "", "-o", "json", "--renewals")
	all.untilEvents(t, 1, "Initial")
	for i := range 2 {
		if err := shared.run("kill", "kube-apiserver"); err != nil {
			t.Fatal(err)
		}
		for _, p := range []*process{p, all} {
			p.stderr.until(t, "a word of the outage", func(text string) bool { return strings.Count(text, "does not answer") == i+1 })
		}
		if err := shared.run("start", "kube-apiserver"); err != nil {
			t.Fatal(err)
		}
		for _, p := range []*process{p, all} {
			p.stderr.until(t, "its end", func(text string) bool { return strings.Count(text, "answers again") == i+1 })
			p.untilEvents(t, renewals(t, p)+1, "Renewed") // it goes on
		}
	}
	for _, p := range []*process{p, all} {
		for _, e := range events(t, p.stdout.String()) {
			if e.Type != "Initial" && e.Type != "Renewed" {
				t.Errorf("nothing has happened, and this was told: %+v", e)
			}
		}
	}
	witness := chronicle(t, ns)
	next := ns.deleteLeader(t)
	for _, p := range []*process{p, all} {
		if e := p.untilEvents(t, 1, "Acquired", "TakenOver"); e.After.Pod.Name != next {
			t.Errorf("after the restarts: %+v, want %s", e, next)
		}
	}
	compareWithWitness(t, all, witness, 2)
}

func renewals(t *testing.T, p *process) (n int) {
	t.Helper()
	for _, e := range events(t, p.stdout.String()) {
		if e.Type == "Renewed" {
			n++
		}
	}
	return n
}

// TestWatchBehindAnOutage cuts the connection of watch alone, while the leadership passes on.
func TestWatchBehindAnOutage(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t, outlasting()...)
	var mu sync.Mutex
	cut := false
	server, through := proxy(t, ns, func(*http.Request) bool { mu.Lock(); defer mu.Unlock(); return cut })
	p := start(t, through, "watch", "demo-operator", "-o", "json")
	before := p.untilEvents(t, 1, "Initial").After.Pod.Name
	set := func(to bool) {
		mu.Lock()
		defer mu.Unlock()
		cut = to
	}
	set(true)
	server.CloseClientConnections()
	p.stderr.until(t, "a word of the outage", func(text string) bool { return strings.Contains(text, "does not answer") })
	next := ns.deleteLeader(t)
	set(false)
	e := p.untilEvents(t, 1, "Acquired", "TakenOver")
	if e.Before.Pod.Name != before || e.After.Pod.Name != next {
		t.Errorf("%+v, want %s after %s", e, next, before)
	}
	for _, e := range events(t, p.stdout.String()) {
		if e.Type == "Expired" || e.Type == "Deleted" {
			t.Errorf("nobody could know of this: %+v", e)
		}
	}
}

// TestWatchOnATerminal looks at what a terminal would get.
func TestWatchOnATerminal(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("script"); err != nil {
		leaveOut(t, "script(1) is not installed, which makes a terminal")
	}
	ns := shared.deploy(t)
	keys, keyboard := io.Pipe()
	p := start(t, ns, func(cmd *exec.Cmd) {
		cmd.Path, _ = exec.LookPath("script") // it is there
		cmd.Args = []string{cmd.Args[0], "-qefc", "stty cols 60; exec " + ns.lab.bin + "/kubectl-leader watch demo-operator", "/dev/null"}
		cmd.Env = append(cmd.Env, "TERM=xterm")
		cmd.Stdin = keys
	})
	t.Cleanup(func() { keyboard.Close() }) // a test's end
	p.stdout.until(t, "the live line, and again", func(text string) bool { return strings.Count(text, " leads for ") > 2 })
	next := ns.deleteLeader(t)
	p.stdout.until(t, "the next leader", func(text string) bool { return strings.Contains(text, "\r\x1b[K"+next+" leads for ") })
	if _, err := keyboard.Write([]byte("\x03")); err != nil {
		t.Fatal(err)
	}
	if keyboard.Close(); p.wait(t) != 130 {
		t.Errorf("exit code %d on Ctrl-C", p.cmd.ProcessState.ExitCode())
	}
	text := p.stdout.String()
	for part := range strings.SplitSeq(text, "\r\x1b[K") {
		if line, _, _ := strings.Cut(part, "\r\n"); strings.Contains(line, " leads for ") && len([]rune(line)) >= 60 {
			t.Errorf("%d columns in a terminal of 60: %q", len([]rune(line)), line)
		}
	}
	if !strings.Contains(text, "\x1b[32macquired\x1b[0m "+next) || !strings.Contains(text, "\r\x1b[K"+ns.name+"/demo-operator: 2 terms") {
		t.Errorf("the terminal got\n%q", text)
	}
}

// TestWatchSignals: it ends with a summary.
func TestWatchSignals(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	p := start(t, ns, "watch", "demo-operator")
	p.stdout.until(t, "the first line", func(text string) bool { return strings.Contains(text, "held") })
	if code := p.end(t, syscall.SIGTERM); code != 143 || !strings.Contains(p.stderr.String(), "1 term in") {
		t.Errorf("ended with %d on SIGTERM, want 143 and a summary: %s", code, p.stderr)
	}
}
