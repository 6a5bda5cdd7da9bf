package scenarios

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLogsAcrossTheKubeletsRotation logs more than a file may have, and waits until the kubelet has seen it.
func TestLogsAcrossTheKubeletsRotation(t *testing.T) {
	t.Parallel()
	only(t, needsOwnKubelet, kubelet)
	ns := shared.deploy(t)
	_, url := forwarded(t, ns)
	logs := start(t, ns, "logs", "-f", "demo-operator")
	logs.stdout.until(t, "a line", numberedLine)
	leader := ns.holder(t)
	files := func() int {
		found, err := filepath.Glob(filepath.Join(shared.dir, "pods", ns.name+"_"+leader+"_*", "operator", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	for range 2 {
		before := files()
		post(t, url+"/burst?lines=120000") // 12 MB; a file has 10
		// No event tells that the kubelet has rotated a file.
		for deadline := time.Now().Add(patience); files() == before; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("the kubelet has not rotated the log of %s", leader)
			}
		}
		post(t, url+"/burst?lines=10")
	}
	next := ns.deleteLeader(t)
	if s := ns.atLeader(t, url); s.Pod != next {
		t.Errorf("after a failover %+v answered, want %s", s, next)
	}
	checkComplete(t, ns, logs)
}

// TestDeadNode takes the leader's machine away: its pod stays in the API for minutes, as if it ran.
func TestDeadNode(t *testing.T) {
	only(t, needsOwnKubelet, kubelet)
	ns := shared.deploy(t, "--brief", "--replicas=2")
	_, url := forwarded(t, ns)
	logs := start(t, ns, "logs", "-f", "demo-operator")
	logs.stdout.until(t, "a line", numberedLine)
	watch := start(t, ns, "watch", "demo-operator", "-o", "json")
	watch.untilEvents(t, 1, "Initial")
	dead := ns.holder(t)
	node := ns.pod(t, dead).Spec.NodeName
	breaks(t, node)
	next := ns.failover(t, func(string) {
		if err := shared.run("kill", node); err != nil {
			t.Fatal(err)
		}
	})
	if s := ns.atLeader(t, url); s.Pod != next || next == dead {
		t.Errorf("after %s died with %s on it, %+v answered; %s leads", node, dead, s, next)
	}
	if e := watch.untilEvents(t, 1, "TakenOver"); e.Before.Pod.Name != dead || e.After.Pod.Name != next || e.GapSeconds == nil {
		t.Errorf("watch told %+v, want %s after %s", e, next, dead)
	}
	logs.stdout.until(t, "the next leader's lines", func(text string) bool {
		return strings.Contains(text, "acquired leader lock pod="+next)
	})
	// It comes back, with a new process in the old pod.
	if err := shared.run("start", node); err != nil {
		t.Fatal(err)
	}
	next = ns.failover(t, func(leader string) {
		ns.untilRestarted(t, dead)
		ns.tell(t, url, "/release")
	})
	if s := ns.atLeader(t, url); s.Pod != next {
		t.Errorf("after %s is back, %+v answered; %s leads", node, s, next)
	}
}
