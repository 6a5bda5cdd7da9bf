package scenarios

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestAPIServerRestart kills the API server under a user whom RBAC grants no more than needed: an
// API server that has just started denies such a user everything for a moment.
func TestAPIServerRestart(t *testing.T) {
	breaks(t, "kube-apiserver")
	// The log grows by bursts alone.
	ns := shared.deploy(t, outlasting("--reconcile-every=1h")...)
	user := withRights(everything)(t, ns)
	forward, url := forwarded(t, user)
	logs := start(t, user, "logs", "-f", "demo-operator")
	logs.stdout.until(t, "a line", numberedLine)
	tail := start(t, user, "logs", "-f", "demo-operator", "--tail=1")
	tail.stdout.until(t, "a line", func(text string) bool { return text != "" })
	quiet := start(t, user, "logs", "-f", "demo-operator", "--since=1s")
	for deadline := time.Now().Add(patience); quiet.stdout.String() == ""; time.Sleep(200 * time.Millisecond) {
		if post(t, url+"/burst?lines=1"); time.Now().After(deadline) {
			t.Fatal("logs --since=1s never begins")
		}
	}
	leader := ns.holder(t)
	// What waits for the next leader outlives the outages; what is to be stable is not disturbed by them.
	changed := start(t, user, "assert", "demo-operator", "--changed-from="+leader, "--port=8080", "--path=/state", "--jq=pod", "--not-equals="+leader, "-o", "json", "--timeout=5m")
	said := start(t, user, "assert", "demo-operator", "--changed-from="+leader, "--logs", "--since-acquired", "--output-contains=acquired leader lock", "--timeout=5m")
	stable := start(t, user, "assert", "demo-operator", "--stable-for=10s", "--timeout=5m")
	for range 2 {
		// The log grows while nobody can read it.
		post(t, url+"/burst?lines=20000")
		if err := shared.run("kill", "kube-apiserver"); err != nil {
			t.Fatal(err)
		}
		// Who connects now waits for the API server and is not refused.
		answer := make(chan error, 1)
		go func() { _, err := askState(url); answer <- err }()
		forward.stderr.until(t, "a word of the outage", func(text string) bool { return strings.Contains(text, "does not answer") })
		if err := shared.run("start", "kube-apiserver"); err != nil {
			t.Fatal(err)
		}
		if err := <-answer; err != nil {
			t.Errorf("a connection made during the outage: %v", err)
		}
		if s, err := askState(url); err != nil || s.Pod != leader {
			t.Errorf("after the outage %+v answered (%v), want %s", s, err, leader)
		}
	}
	forward.stderr.until(t, "the end of the outage", func(text string) bool { return strings.Contains(text, "answers again") })
	if code := stable.wait(t); code != 0 {
		t.Errorf("assert --stable-for ends with %d:\n%s%s", code, stable.stdout, stable.stderr)
	}
	next := ns.deleteLeader(t)
	var report assertReport
	if code := changed.wait(t); code != 0 || json.Unmarshal([]byte(changed.stdout.String()), &report) != nil || report.Checkpoints[0].Checks[1].Term.Pod != next {
		t.Errorf("assert --changed-from ends with %d, want %s:\n%s%s", code, next, changed.stdout, changed.stderr)
	}
	forward.stderr.until(t, "word of "+next, func(text string) bool { return strings.Contains(text, "pod "+next+" leads now") })
	if s, err := askState(url); err != nil || s.Pod != next {
		t.Errorf("after a failover %+v answered (%v), want %s", s, err, next)
	}
	post(t, url+"/burst?lines=1")
	checkComplete(t, ns, logs)
	for _, p := range []*process{tail, quiet} {
		checkGapless(t, p, leader, 40_000)
	}
	if code := said.wait(t); code != 0 {
		t.Errorf("assert --logs ends with %d:\n%s%s", code, said.stdout, said.stderr)
	}
}

// checkGapless checks that what was printed of a pod's log from some line on is whole and in order.
func checkGapless(t *testing.T, p *process, pod string, atLeast int) {
	t.Helper()
	text := p.stdout.until(t, "the old leader's end", func(text string) bool { return strings.Contains(text, "shutting down pod="+pod) })
	last, count := 0, 0
	for line := range strings.Lines(text) {
		if !numbered(line) || !strings.Contains(line, "pod="+pod) {
			continue
		}
		seq, _, _ := strings.Cut(strings.TrimPrefix(line, "seq="), " ")
		number, err := strconv.Atoi(seq)
		if err != nil || last != 0 && number != last+1 {
			t.Fatalf("after line %d came %q", last, line)
		}
		last = number
		count++
	}
	if count < atLeast {
		t.Errorf("%d lines, want at least %d", count, atLeast)
	}
}
