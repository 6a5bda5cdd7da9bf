package scenarios

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestClusterFaults breaks the control plane, one fault after another.
func TestClusterFaults(t *testing.T) {
	only(t, breaksControlPlane, kwok, kubelet)
	for _, fault := range []fault{
		{name: "API server killed and restarted", as: withRights(everything), breaks: noServer, provoke: killedAPIServer},
		{name: "API server paused for 20 s", as: withRights(everything), provoke: pausedAPIServer},
		{name: "nodes restarted", provoke: restartedNodes},
		{name: "nodes hang", provoke: hungNodes},
		{name: "etcd compacted under a watch", as: throughWire, breaks: wireIsCut, provoke: compacted},
	} {
		t.Run(fault.name, func(t *testing.T) { fault.happen(t) })
	}
}

func killedAPIServer(t *testing.T, f *following) {
	breaks(t, "kube-apiserver")
	leader := f.ns.holder(t)
	for i := range 2 {
		f.cluster(t, "kill", "kube-apiserver")
		for _, p := range []*process{f.forward, f.watch} {
			p.stderr.until(t, "word of the outage", func(text string) bool { return strings.Count(text, "does not answer") == i+1 })
		}
		early := start(t, f.by, "assert", "demo-operator", "--timeout=5m") // before there is anybody to ask
		early.stderr.until(t, "word of the outage", func(text string) bool { return strings.Contains(text, "connection refused; trying again") })
		f.cluster(t, "start", "kube-apiserver")
		f.undisturbed(t, leader)
		if code := early.wait(t); code != 0 {
			t.Errorf("assert that began in the outage ends with %d:\n%s", code, early.stdout)
		}
	}
}

func pausedAPIServer(t *testing.T, f *following) {
	breaks(t, "kube-apiserver")
	leader := f.ns.holder(t)
	f.cluster(t, "pause", "kube-apiserver")
	answer := make(chan error, 1)
	go func() { _, err := askState(f.url); answer <- err }()
	<-time.After(20 * time.Second) // the fault itself
	f.cluster(t, "resume", "kube-apiserver")
	if err := <-answer; err != nil {
		t.Errorf("a connection made while the API server stood: %v", err)
	}
	f.undisturbed(t, leader)
}

// restartedNodes restarts what keeps the nodes alive, while the pods run on. (A kubelet's pods go with it here, as each node is
// one process in namespaces of its own: TestDeadNode has that.)
func restartedNodes(t *testing.T, f *following) {
	only(t, "it restarts kwok", kwok)
	breaks(t, "kwok")
	leader := f.ns.holder(t)
	for range 3 {
		f.cluster(t, "restart", "kwok")
		f.undisturbed(t, leader)
	}
}

// hungNodes has no node answer. Who begins then, and is told to end, does not wait for them.
func hungNodes(t *testing.T, f *following) {
	only(t, "it holds what runs all pods", kwok)
	breaks(t, "runner")
	f.cluster(t, "pause", "runner")
	var early []*process
	for _, args := range [][]any{{"port-forward", "demo-operator", ":8080"}, {"logs", "-f", "demo-operator"}} {
		early = append(early, start(t, f.by, args...))
	}
	early[0].stdout.until(t, "the port", func(text string) bool { return strings.Contains(text, "Forwarding from") })
	for _, p := range early {
		if code := p.end(t, os.Interrupt); code != 130 {
			t.Errorf("%v, told to end while no node answers: exit code %d, want 130", p.cmd.Args[1:], code)
		}
	}
	f.cluster(t, "resume", "runner")
}

// compacted lets the server forget what has happened while the plugin's watches were cut: they are refused with 410.
func compacted(t *testing.T, f *following) {
	breaks(t, "kube-apiserver")
	lease, err := f.ns.client.CoordinationV1().Leases(f.ns.name).Get(t.Context(), "demo-operator", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f.unseen = true
	f.by.wire.hold()
	f.by.wire.reset()
	for range 3 {
		f.ns.deleteLeader(t)
	}
	f.compact(t)
	f.cluster(t, "restart", "kube-apiserver") // its cache remembers longer than etcd
	w, err := f.ns.client.CoordinationV1().Leases(f.ns.name).Watch(t.Context(), metav1.ListOptions{ResourceVersion: lease.ResourceVersion})
	if err == nil {
		event := <-w.ResultChan()
		w.Stop()
		err = apierrors.FromObject(event.Object)
	}
	if !apierrors.IsResourceExpired(err) && !apierrors.IsGone(err) {
		t.Errorf("a watch from version %s is answered with %v: this would prove nothing", lease.ResourceVersion, err)
	}
	f.by.wire.resume()
	f.watch.stdout.until(t, "who leads now", func(text string) bool { return strings.Contains(text, `"name":"`+f.ns.holder(t)+`"`) })
}

// compact makes etcd forget all versions but the present ones.
func (f *following) compact(t *testing.T) {
	t.Helper()
	output, err := exec.Command(filepath.Join(f.ns.lab.bin, "cluster"), "--dir", f.ns.lab.dir, "status").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(output)) {
		fields := strings.Fields(line)
		if fields[0] != "etcd" {
			continue
		}
		client, err := clientv3.New(clientv3.Config{Endpoints: []string{"http://127.0.0.1:" + fields[len(fields)-1]}})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close() // a test's end
		now, err := client.Get(t.Context(), "/")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Compact(t.Context(), now.Header.Revision, clientv3.WithCompactPhysical()); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("no etcd in %s", output)
}

func (f *following) cluster(t *testing.T, args ...string) {
	t.Helper()
	if err := f.ns.lab.run(args...); err != nil {
		t.Fatal(err)
	}
}

// undisturbed checks that the same leader is followed on, and that nothing was told that did not happen.
func (f *following) undisturbed(t *testing.T, leader string) {
	t.Helper()
	if s, err := askState(f.url); err != nil || s.Pod != leader {
		t.Errorf("%+v answers (%v), and %s leads on", s, err, leader)
	}
	for _, e := range events(t, f.watch.stdout.String()) {
		if e.Type != "Initial" {
			t.Errorf("nothing has happened to the lock, and watch tells %s", fmt.Sprintf("%+v", e))
		}
	}
}
