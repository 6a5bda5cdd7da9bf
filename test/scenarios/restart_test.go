package scenarios

import (
	"strings"
	"testing"
)

// TestAPIServerRestart kills the API server of a cluster of its own.
func TestAPIServerRestart(t *testing.T) {
	t.Parallel()
	own := newLab(shared.bin, shared.dir+"-restart")
	if err := own.up(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := own.down(); err != nil {
			t.Error(err)
		}
	})
	// With these timings the leadership outlives the outage.
	ns := own.deploy(t, "--lease-duration=30s", "--renew-deadline=25s", "--retry-period=1s")
	forward, url := forwarded(t, ns)
	logs := start(t, ns, "logs", "-f", "demo-operator")
	logs.stdout.until(t, "a line", numberedLine)
	leader := ns.holder(t)
	for range 2 {
		// The log grows while nobody can read it.
		post(t, url+"/burst?lines=20000")
		if err := own.run("kill", "kube-apiserver"); err != nil {
			t.Fatal(err)
		}
		// Who connects now waits for the API server and is not refused.
		answer := make(chan error, 1)
		go func() { _, err := askState(url); answer <- err }()
		forward.stderr.until(t, "a word of the outage", func(text string) bool { return strings.Contains(text, "does not answer") })
		if err := own.run("start", "kube-apiserver"); err != nil {
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
	next := ns.deleteLeader(t)
	if s, err := askState(url); err != nil || s.Pod != next {
		t.Errorf("after a failover %+v answered (%v), want %s", s, err, next)
	}
	checkComplete(t, ns, logs)
}
