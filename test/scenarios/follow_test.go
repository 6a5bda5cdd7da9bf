package scenarios

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

const leaderAnnotation = "control-plane.alpha.kubernetes.io/leader"

// holdLease lets somebody hold a Lease from now on, for an hour.
func (ns *namespace) holdLease(t *testing.T, name, holder string) {
	t.Helper()
	leases, now := ns.client.CoordinationV1().Leases(ns.name), metav1.NowMicro()
	spec := coordinationv1.LeaseSpec{HolderIdentity: &holder, AcquireTime: &now, RenewTime: &now, LeaseDurationSeconds: ptr.To[int32](3600)}
	lease, err := leases.Get(t.Context(), name, metav1.GetOptions{})
	if err == nil {
		spec.LeaseTransitions = ptr.To(ptr.Deref(lease.Spec.LeaseTransitions, 0) + 1)
		lease.Spec = spec
		_, err = leases.Update(t.Context(), lease, metav1.UpdateOptions{})
	} else {
		_, err = leases.Create(t.Context(), &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: spec}, metav1.CreateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// holdConfigMap does the same with a ConfigMap's annotation.
func (ns *namespace) holdConfigMap(t *testing.T, name, holder string) {
	t.Helper()
	maps, now := ns.client.CoreV1().ConfigMaps(ns.name), time.Now().UTC().Format(time.RFC3339)
	record := fmt.Sprintf(`{"holderIdentity":%q,"leaseDurationSeconds":3600,"acquireTime":%q,"renewTime":%q}`, holder, now, now)
	object, err := maps.Get(t.Context(), name, metav1.GetOptions{})
	if err == nil {
		object.Annotations[leaderAnnotation] = record
		_, err = maps.Update(t.Context(), object, metav1.UpdateOptions{})
	} else {
		_, err = maps.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{leaderAnnotation: record}}}, metav1.CreateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// pods lists the demo operator's pods.
func (ns *namespace) pods(t *testing.T) []corev1.Pod {
	t.Helper()
	list, err := ns.client.CoreV1().Pods(ns.name).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Items) < 2 {
		t.Fatalf("%d pods are too few", len(list.Items))
	}
	return list.Items
}

// TestFollowingOtherIdentities passes a lock from pod to pod, written as others than controller-runtime write it, and
// checks that each new connection reaches the pod that holds it.
func TestFollowingOtherIdentities(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t, "--replicas=3")
	pods := ns.pods(t)
	for _, test := range []struct {
		name   string
		lock   string
		hold   func(t *testing.T, name, holder string)
		holder func(corev1.Pod) string
	}{
		{"ConfigMap", "configmap/legacy", ns.holdConfigMap, func(p corev1.Pod) string { return p.Name }},
		{"suffix", "suffix", ns.holdLease, func(p corev1.Pod) string { return p.Name + "-external-cert-manager-controller" }},
		{"node", "demo-operator-leader-election", ns.holdLease, func(p corev1.Pod) string { return p.Spec.NodeName + "_0c2c1c37" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			name := test.lock[strings.Index(test.lock, "/")+1:]
			test.hold(t, name, test.holder(pods[0]))
			p, url := forwardedTo(t, ns, test.lock)
			for i := range 6 {
				pod := pods[i%len(pods)]
				if i > 0 {
					test.hold(t, name, test.holder(pod))
					p.stderr.until(t, "word of the new leader", func(text string) bool { return strings.Count(text, "leads now") == i })
				}
				if s, err := askState(url); err != nil || s.Pod != pod.Name {
					t.Fatalf("asked %q, %v; %s holds the lock", s.Pod, err, pod.Name)
				}
			}
			// A holder that is nobody's is told as what it is, and the next one is followed again.
			test.hold(t, name, "stranger.example.com")
			p.stderr.until(t, "word of the stranger", func(text string) bool { return strings.Contains(text, "which is no pod and no node of this cluster") })
			test.hold(t, name, test.holder(pods[1]))
			if s, err := askState(url); err != nil || s.Pod != pods[1].Name {
				t.Errorf("asked %q, %v; %s holds the lock", s.Pod, err, pods[1].Name)
			}
			if code := p.end(t, syscall.SIGINT); code != 130 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// untilRunning waits until a pod runs: who starts later than a record cannot be its holder.
func (ns *namespace) untilRunning(t *testing.T, pod string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w, err := ns.client.CoreV1().Pods(ns.name).Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + pod})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	for event := range w.ResultChan() {
		if object, ok := event.Object.(*corev1.Pod); ok && object.Status.Phase == corev1.PodRunning {
			return
		}
	}
	t.Fatalf("pod %s does not run", pod)
}

// untilNoPods waits until the demo operator's pods are gone.
func (ns *namespace) untilNoPods(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	pods := ns.client.CoreV1().Pods(ns.name)
	w, err := pods.Watch(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	for {
		list, err := pods.List(ctx, metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(list.Items) == 0 {
			return
		}
		if _, ok := <-w.ResultChan(); !ok {
			t.Fatalf("%d pods are still there", len(list.Items))
		}
	}
}

// TestReplacedOnItsNode replaces the pod of a node that holds a lock under the node's name: the holder stays the same.
func TestReplacedOnItsNode(t *testing.T) {
	t.Parallel()
	ns := shared.empty(t)
	run := func(name string) {
		t.Helper()
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": "agent"}},
			Spec:       corev1.PodSpec{NodeName: "node-1", Containers: []corev1.Container{{Name: "main", Image: "pause:dev"}}},
		}
		if _, err := ns.client.CoreV1().Pods(ns.name).Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		ns.untilRunning(t, name)
	}
	run("agent-x2k4z")
	p := start(t, ns, "port-forward", "agent-leader-election", ":8080", "--address=127.0.0.1")
	p.stderr.until(t, "word of the missing lock", func(text string) bool { return strings.Contains(text, "not found; waiting for a leader") })
	ns.holdLease(t, "agent-leader-election", "node-1")
	p.stderr.until(t, "the leader", func(text string) bool { return strings.Contains(text, "pod agent-x2k4z leads") })
	if err := ns.client.CoreV1().Pods(ns.name).Delete(t.Context(), "agent-x2k4z", metav1.DeleteOptions{GracePeriodSeconds: ptr.To[int64](0)}); err != nil {
		t.Fatal(err)
	}
	p.stderr.until(t, "its end", func(text string) bool { return strings.Contains(text, "which is node node-1, not a pod") })
	run("agent-b5c6d")
	// It has to renew, since it started after its predecessor did, and starts are cut to the
	// second.
	for deadline := time.Now().Add(patience); !strings.Contains(p.stderr.String(), "pod agent-b5c6d leads"); <-time.After(500 * time.Millisecond) {
		lease, err := ns.client.CoordinationV1().Leases(ns.name).Get(t.Context(), "agent-leader-election", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		lease.Spec.RenewTime = ptr.To(metav1.NowMicro())
		if _, err := ns.client.CoordinationV1().Leases(ns.name).Update(t.Context(), lease, metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatalf("the next leader is not followed: %s", p.stderr)
		}
	}
}

// untilRenewed waits until the leader has renewed the Lease a few times.
func (ns *namespace) untilRenewed(t *testing.T, times int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w, err := ns.client.CoordinationV1().Leases(ns.name).Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=demo-operator"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	for times++; times > 0; times-- { // the first one is the Lease as it is
		if _, ok := <-w.ResultChan(); !ok {
			t.Fatal("the Lease is not renewed")
		}
	}
}

// TestListWatch watches all elections of a namespace while they change.
func TestListWatch(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	leader := ns.holder(t)
	p := start(t, ns, "list", "--watch", "--no-headers")
	row := func(what string, fields ...string) {
		t.Helper()
		p.stdout.until(t, what, func(text string) bool {
			for line := range strings.Lines(text) {
				if strings.HasPrefix(strings.Join(strings.Fields(line), " ")+" ", strings.Join(fields, " ")) {
					return true
				}
			}
			return false
		})
	}
	row("the leader", "demo-operator", leader)
	ns.holdLease(t, "new", "stranger.example.com")
	row("a new lock", "new <none> <none> Held,External")
	ns.holdLease(t, "new", leader)
	row("its leader", "new", leader)
	if err := ns.client.CoordinationV1().Leases(ns.name).Delete(t.Context(), "new", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	row("its end", "new <none> <none> Missing")
	next := ns.deleteLeader(t)
	row("the release", "demo-operator <none> <none> Released")
	row("the next leader", "demo-operator", next)
	row("that it is ready", "demo-operator", next, ns.pod(t, next).Spec.NodeName, "Held ")
	rows := func() int { return strings.Count("\n"+p.stdout.String(), "\ndemo-operator ") }
	before := rows()
	ns.untilRenewed(t, 3)
	// One that is not renewed any more expires without a word from the server, whenever that is
	// looked at.
	leases := ns.client.CoordinationV1().Leases(ns.name)
	ns.holdLease(t, "brief", next)
	row("a brief leader", "brief", next)
	lease, err := leases.Get(t.Context(), "brief", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	lease.Spec.LeaseDurationSeconds = ptr.To[int32](2)
	if _, err := leases.Update(t.Context(), lease, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	row("its expiry", "brief <none> <none> Expired")
	if now := rows(); now != before {
		t.Errorf("%d lines about demo-operator after it was renewed, %d before: renewals are no news\n%s", now, before, p.stdout)
	}
	if code := p.end(t, syscall.SIGINT); code != 130 {
		t.Errorf("exit code %d", code)
	}
}

// TestRequests counts what a verdict costs: two requests where the holder plainly names its pod, no discovery, no list.
func TestRequests(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	leader := ns.holder(t)
	ns.holdLease(t, "bare", leader)
	ns.holdConfigMap(t, "legacy", leader)
	ns.holdLease(t, "suffix", leader+"-QwErTyUiOp")
	var mu sync.Mutex
	var asked []string
	_, through := proxy(t, ns, func(r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.Method+" "+r.URL.Path)
		return false
	})
	pod := "GET /api/v1/namespaces/" + ns.name + "/pods/" + leader
	lease := "GET /apis/coordination.k8s.io/v1/namespaces/" + ns.name + "/leases/"
	for lock, want := range map[string][]string{
		"demo-operator":    {lease + "demo-operator", pod},
		"bare":             {lease + "bare", pod},
		"configmap/legacy": {"GET /api/v1/namespaces/" + ns.name + "/configmaps/legacy", pod},
		"suffix":           {lease + "suffix", pod},
	} {
		asked = nil
		p := start(t, through, "holder", lock)
		if code := p.wait(t); code != 0 || p.stdout.String() != leader+"\n" {
			t.Errorf("%s: exit code %d, printed %q", lock, code, p.stdout)
		}
		if diff := cmp.Diff(want, asked); diff != "" {
			t.Errorf("%s: %s", lock, diff)
		}
	}
	// A list asks for each list once, whatever is in it.
	asked = nil
	p := start(t, through, "list", "-o", "name")
	if code := p.wait(t); code != 0 || strings.Count(p.stdout.String(), "\n") != 4 {
		t.Errorf("exit code %d, printed %q", code, p.stdout)
	}
	seen := map[string]bool{}
	for _, request := range asked {
		if seen[request] && !strings.HasSuffix(request, "/configmaps") { // those whose data has a record are read whole, too
			t.Errorf("list asks twice: %s", request)
		}
		seen[request] = true
	}
	if len(asked) > 8 {
		t.Errorf("list takes %d requests: %v", len(asked), asked)
	}
}
