package identity

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

const id = "_0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10"

func TestSearch(t *testing.T) {
	long := strings.Repeat("x", 63)
	for _, test := range []struct {
		name   string
		holder string
		lock   string
		pods   []*corev1.Pod
		want   []string // name:rule of the matches
	}{
		{"the pod's name", "op-0", "op", []*corev1.Pod{pod("ops/op-0", "n"), pod("ops/op-1", "n")}, []string{"op-0:exact"}},
		{"with a UUID", "op-0" + id, "op", []*corev1.Pod{pod("ops/op-0", "n"), pod("ops/op-1", "n")}, []string{"op-0:host_uuid"}},
		{"a pod that is gone is not its namesake", "op-0" + id, "op", []*corev1.Pod{pod("ops/op", "n"), pod("ops/op-01", "n"), pod("ops/op-1", "n")}, nil},
		{"nor the one that its name begins with", "op-6d8b9c7f5d-x2k4z", "op", []*corev1.Pod{pod("ops/op-6d8b9c7f5d", "n"), pod("ops/op", "n")}, nil},
		{"the longest name wins", "a_b" + id, "op", []*corev1.Pod{pod("ops/a", "other"), pod("ops/op-x2k4z", "a_b")}, []string{"op-x2k4z:node-name"}},
		{"a pod on the host network has not its node's address", "10.0.0.1" + id, "collector", []*corev1.Pod{
			pod("ops/exporter-x2k4z", "10.0.0.1", onHost, func(p *corev1.Pod) { p.Status.PodIP = "10.0.0.1" }), pod("ops/collector-x2k4z", "10.0.0.1", onHost)},
			[]string{"collector-x2k4z:node-host"}},
		{"a namespace and a name are no host", "h/real-0", "op", []*corev1.Pod{pod("ops/h", "n"), pod("h/real-0", "n"), pod("ops/real-0", "n")}, []string{"real-0:namespace/name"}},
		{"a living namesake of a pod that is gone", "loader-0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", "op", []*corev1.Pod{pod("ops/loader", "n")}, nil},
		{"an exact name before a node's, though farther", "w-0", "foo", []*corev1.Pod{pod("ops/w-0", "n"), pod("near/foo-x2k4z", "w-0")}, []string{"w-0:exact"}},
		{"half a name counts in the lock's namespace only", "n1", "kube-vip-upgrade", []*corev1.Pod{pod("other/kube-vip-x2k4z", "n1", onHost)}, nil},
		{"what the lock's name adds may mean another", "n1", "kube-proxy-config-updater", []*corev1.Pod{pod("ops/kube-proxy-x2k4z", "n1", onHost)}, nil},
		{"a label that everybody has", "n1", "controller-leader", []*corev1.Pod{pod("ops/ing-x2k4z", "n1", labelled("component", "controller"))}, nil},

		{"a pod before a node", "cp-1", "op", []*corev1.Pod{pod("ops/op-x2k4z", "cp-1", onHost), pod("ops/cp-1", "n")}, []string{"cp-1:exact"}},
		{"a pod's own name before one that is set", "op-0" + id, "op", []*corev1.Pod{pod("ops/x", "n", hostnamed("op-0")), pod("ops/op-0", "n")}, []string{"op-0:host_uuid"}},
		{"set for two", "box" + id, "op", []*corev1.Pod{pod("ops/x", "n", hostnamed("box")), pod("ops/y", "n", hostnamed("box"))}, []string{"x:spec-hostname", "y:spec-hostname"}},
		{"cut to the same", long + id, "op", []*corev1.Pod{pod("ops/"+long+"-a", "n"), pod("ops/"+long+"-b", "n")}, []string{long + "-a:truncated-hostname", long + "-b:truncated-hostname"}},
		{"full name", "op-0.peers.ops.svc.cluster.local" + id, "op", []*corev1.Pod{pod("ops/op-0", "n", func(p *corev1.Pod) { p.Spec.Subdomain = "peers" }), pod("other/op-0", "n", func(p *corev1.Pod) { p.Spec.Subdomain = "peers" })}, []string{"op-0:fqdn"}},
		{"the pod of the node that is akin to the lock", "cp-1" + id, "kube-scheduler",
			[]*corev1.Pod{pod("kube-system/kube-proxy-x2k4z", "cp-1", onHost), pod("kube-system/kube-scheduler-cp-1", "cp-1", onHost), pod("kube-system/kube-scheduler-cp-2", "cp-2", onHost)},
			[]string{"kube-scheduler-cp-1:node-host"}},
		{"a node's name from the Downward API", "w-1", "longhorn-manager-upgrade-lock", []*corev1.Pod{pod("ls/longhorn-manager-x2k4z", "w-1")}, []string{"longhorn-manager-x2k4z:node-name"}},
		{"nobody on the node is akin", "cp-1", "abc", []*corev1.Pod{pod("ops/op-x2k4z", "cp-1", onHost)}, nil},
		{"two on the node are", "cp-1", "op", []*corev1.Pod{pod("ops/op-x2k4z", "cp-1"), pod("ops/op-b2k4z", "cp-1")}, []string{"op-b2k4z:node-name", "op-x2k4z:node-name"}},
		{"stolon", "8fd91c25", "stolon-cluster-x", []*corev1.Pod{pod("ops/a", "n"), pod("ops/b", "n", func(p *corev1.Pod) { p.Annotations = map[string]string{"stolon-status": `{"UID":"8fd91c25"}`} })}, []string{"b:stolon-status"}},
		{"a random identity matches nobody", "0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", "op", []*corev1.Pod{pod("ops/op-0", "n")}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			claim := Claim{Holder: test.holder, LockNamespace: "ops", LockName: test.lock, PodNamespace: "near"}
			if diff := cmp.Diff(test.want, matched(claim, nil, test.pods)); diff != "" {
				t.Error(diff)
			}
			slices.Reverse(test.pods)
			if diff := cmp.Diff(test.want, matched(claim, nil, test.pods)); diff != "" {
				t.Errorf("in another order: %s", diff)
			}
		})
	}
}

func matched(claim Claim, selector labels.Selector, pods []*corev1.Pod) []string {
	s := NewSearch(claim, selector)
	for _, p := range pods {
		s.Pod(p)
	}
	var names []string
	for _, m := range s.Matches() {
		names = append(names, m.Pod.Name+":"+m.Rule)
	}
	slices.Sort(names)
	return names
}

func TestSelectorDecides(t *testing.T) {
	pods := []*corev1.Pod{
		pod("ops/a", "cp-1", hostnamed("box"), labelled("app", "a")), pod("ops/b", "cp-1", hostnamed("box"), labelled("app", "b")),
	}
	selector := labels.SelectorFromSet(labels.Set{"app": "b"})
	for holder, want := range map[string]string{
		"box" + id: "b:spec-hostname", "cp-1": "b:node-name", "0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10": "b:selector",
	} {
		if diff := cmp.Diff([]string{want}, matched(Claim{Holder: holder, LockName: "lock"}, selector, pods)); diff != "" {
			t.Errorf("%s: %s", holder, diff)
		}
	}
	if got := matched(Claim{Holder: "a"}, selector, pods); got != nil {
		t.Errorf("a pod that the selector excludes is found: %v", got)
	}
}

func TestNodesByOtherNames(t *testing.T) {
	s := NewSearch(Claim{Holder: "CP-1.corp.example" + id, LockName: "kube-scheduler"}, nil)
	p := pod("kube-system/kube-scheduler-cp-1", "cp-1", onHost)
	s.Pod(p)
	if len(s.Matches()) > 0 {
		t.Fatal("an alias counts although the nodes have not confirmed it")
	}
	s.Node(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "cp-1"}})
	s.Node(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "cp-1.other.example"}})
	s.Pod(p)
	s.Pod(pod("kube-system/kube-proxy-x2k4z", "cp-1", onHost))
	if got := s.Matches(); len(got) != 1 || got[0].Rule != "node-host-alias" || !got[0].PerProcess {
		t.Errorf("matches %v", got)
	}
	if diff := cmp.Diff([]string{"cp-1"}, s.Nodes()); diff != "" {
		t.Error(diff)
	}
}

// TestNodesOfOneName: where two nodes are called alike, it does not matter which of them has a pod that would fit.
func TestNodesOfOneName(t *testing.T) {
	s := NewSearch(Claim{Holder: "cp-1" + id, LockName: "kube-scheduler"}, nil)
	for _, name := range []string{"cp-1.dc1.corp", "cp-1.dc2.corp"} {
		s.Node(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	s.Pod(pod("kube-system/kube-scheduler-cp-1.dc2.corp", "cp-1.dc2.corp", onHost))
	if len(s.Matches()) > 0 || len(s.Nodes()) != 2 || len(s.OnNode()) != 1 {
		t.Errorf("matches %v, nodes %v, candidates %v", s.Matches(), s.Nodes(), s.OnNode())
	}
}

func TestHints(t *testing.T) {
	started := time.UnixMilli(1718200001234)
	runs := func(name string, since time.Time) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			since := metav1.NewTime(since.Truncate(time.Second))
			p.Status.StartTime = &since
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: name, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: since}}}}
		}
	}
	claim := Claim{Holder: "1718200001234-8081-ebs-csi-aws-com", LockNamespace: "ops", LockName: "ebs-csi-aws-com", Acquired: started.Add(time.Second)}
	s := NewSearch(claim, nil)
	s.Pod(pod("ops/old", "n", runs("csi", started.Add(-time.Hour))))
	s.Pod(pod("ops/a", "n", runs("csi", started)))
	s.Pod(pod("ops/late", "n", runs("csi", started.Add(time.Minute))))
	if got := s.Hints(); len(got) != 1 || got[0].Name != "a" || len(s.Matches()) > 0 {
		t.Errorf("hints %v, matches %v", got, s.Matches())
	}
	claim.Holder = "0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10"
	s = NewSearch(claim, nil)
	s.Pod(pod("ops/old", "n", runs("csi", started.Add(-time.Hour))))
	s.Pod(pod("ops/late", "n", runs("csi", started.Add(time.Minute))))
	s.Pod(pod("elsewhere/old", "n", runs("csi", started.Add(-time.Hour))))
	if got := s.Hints(); len(got) != 1 || got[0].Name != "old" || got[0].Namespace != "ops" {
		t.Errorf("hints %v", got)
	}
}

// TestUnrelatedPods adds pods with names of their own to each kind of identity, before and after the true one: the
// verdict must not pass to one of them.
func TestUnrelatedPods(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
		b := make([]byte, 1+random.IntN(8))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		return string(b)
	}
	for i := range 3000 {
		node := "node-" + word()
		truth := pod("ops/op-"+word()+"-"+word(), node, labelled("app", "op"))
		holders := []string{
			truth.Name, truth.Name + id, truth.Name + "-external-cert-manager-controller", truth.Name + "-QwErTyUiOp",
			"unknown-" + truth.Name, "root@" + truth.Name + "/now/x", node, node + id, strings.ToUpper(node) + id, node + "-QwErTyUiOp",
		}
		holder := holders[i%len(holders)]
		pods := []*corev1.Pod{truth}
		for range 20 {
			name, on := fmt.Sprintf("un%s-%s", word(), word()), "other-"+word()
			// Names that begin or end like the true ones, on nodes that do, too.
			change := func(*corev1.Pod) {}
			switch random.IntN(6) {
			case 0:
				name = truth.Name + "-" + word()
			case 1:
				name = truth.Name[:len(truth.Name)-1] + "-" + word()
			case 2:
				on = node + "-" + word()
			case 3: // on the same node, on its network, with its address
				on, change = node, func(p *corev1.Pod) { p.Spec.HostNetwork, p.Status.PodIP = true, "10.0.0.1" }
			case 4: // labelled like everybody
				on, change = node, labelled("component", "controller")
			}
			pods = append(pods, pod("ops/"+name, on, labelled("app", "un"+word()), change))
		}
		random.Shuffle(len(pods), func(i, j int) { pods[i], pods[j] = pods[j], pods[i] })
		claim := Claim{Holder: holder, LockNamespace: "ops", LockName: "op"}
		got := matched(claim, nil, pods)
		if len(got) != 1 || !strings.HasPrefix(got[0], truth.Name+":") {
			t.Fatalf("%q: found %v instead of %s", holder, got, truth.Name)
		}
		// Without the true one there is nobody.
		pods = slices.DeleteFunc(pods, func(p *corev1.Pod) bool { return p == truth || runsByItself(p) })
		if got := matched(claim, nil, pods); got != nil {
			t.Fatalf("%q: %s is gone, and %v is found in its place", holder, truth.Name, got)
		}
	}
}

// FuzzSearch: whatever is in a lock, a search ends, and finds none but those whom it was shown.
func FuzzSearch(f *testing.F) {
	for _, form := range Forms {
		f.Add(form.Example, form.Host, "worker-1", "box", "lock", "app")
	}
	f.Add("1718200001234-8081-ebs", "csi.hostpath-0", "CP-1.corp", strings.Repeat("a", 70)+"-", "kubevip-[", "kube-vip")
	f.Add("\xff\x00_", "", "", "", "", "")
	f.Fuzz(func(t *testing.T, holder, name, node, hostname, lock, app string) {
		shown := []*corev1.Pod{
			pod("ops/"+name, node, hostnamed(hostname), labelled("app", app)), pod("ops/"+hostname, name, onHost), pod("ops/"+holder, holder),
		}
		s := NewSearch(Claim{Holder: holder, LockNamespace: "ops", LockName: lock, Managers: []string{app}}, nil)
		s.Node(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: node, Labels: map[string]string{corev1.LabelHostname: hostname}}})
		for _, p := range shown {
			s.Pod(p)
		}
		for _, m := range s.Matches() {
			if !slices.ContainsFunc(shown, func(p *corev1.Pod) bool { return p.Name == m.Pod.Name && p.Spec.NodeName == m.Pod.Spec.NodeName }) || m.Rule == "" {
				t.Errorf("found %v, whom nobody has shown", m)
			}
		}
		for _, c := range append(s.Hints(), s.OnNode()...) {
			if !slices.ContainsFunc(shown, func(p *corev1.Pod) bool { return p.Name == c.Name }) || c.Reason == "" {
				t.Errorf("candidate %v, whom nobody has shown", c)
			}
		}
		for _, name := range append(s.Names(), s.Hosts()...) {
			if strings.ContainsAny(name, "/?#%") {
				t.Errorf("%q would reach a URL", name)
			}
		}
	})
}
