package identity

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestParts(t *testing.T) {
	for _, test := range []struct {
		name   string
		holder string
		lock   string
		pods   []*corev1.Pod
		want   []string // name:rule of the matches
	}{
		{"text before", "elastic-agent-leader-agent-x2k4z", "agent-cluster-leader", []*corev1.Pod{pod("ops/agent-x2k4z", "n"), pod("ops/agent-d7c2k", "n")}, []string{"agent-x2k4z:prefix-host"}},
		{"any text before a generated name", "prod-eu-op-6d8b9c7f5d-x2k4z", "abc", []*corev1.Pod{pod("ops/op-6d8b9c7f5d-x2k4z", "n")}, []string{"op-6d8b9c7f5d-x2k4z:prefix-host"}},
		{"Istio without POD_NAME", "unknown-istiod-0", "istio-leader", []*corev1.Pod{pod("ops/istiod-0", "n")}, []string{"istiod-0:prefix-host"}},
		{"text before and behind", "plattr-plattr-6d8b9c7f5d-x2k4z-1", "plattr-leader", []*corev1.Pod{pod("ops/plattr-6d8b9c7f5d-x2k4z", "n")}, []string{"plattr-6d8b9c7f5d-x2k4z:prefix-host"}},
		{"text before a StatefulSet's pod that has the lock's name", "prod-web-0", "web", []*corev1.Pod{pod("ops/web-0", "n"), pod("ops/web-1", "n")}, []string{"web-0:prefix-host"}},
		{"a StatefulSet whose name begins with external, and has one pod", "external-web-0", "shop", []*corev1.Pod{pod("ops/web-0", "n")}, nil},
		{"or with identity", "identity-postgres-0", "shop", []*corev1.Pod{pod("ops/postgres-0", "n")}, nil},
		{"but not one that has not", "prod-web-0", "shop", []*corev1.Pod{pod("ops/web-0", "n")}, nil},
		{"nor where the longer name has siblings", "prod-web-0", "web", []*corev1.Pod{pod("ops/web-0", "n"), pod("ops/prod-web-1", "n")}, nil},
		{"nor where the lock's name stands before it", "vault-web-0", "vault", []*corev1.Pod{pod("ops/web-0", "n")}, nil},
		{"its own words once more", "op-op-0", "abc", []*corev1.Pod{pod("ops/op-0", "n")}, []string{"op-0:prefix-host"}},
		{"a process's number", "pinger-0-1", "pinger", []*corev1.Pod{pod("ops/pinger-0", "n"), pod("ops/pinger-1", "n"), pod("ops/pinger-10", "n")}, []string{"pinger-0:host-dash-suffix"}},
		{"which may be an ordinal", "pinger-0-1", "pinger", []*corev1.Pod{pod("ops/pinger-0", "n"), pod("ops/pinger-0-0", "n")}, nil},
		{"text behind a StatefulSet's pod", "my-vcluster-0-external-vcluster-controller", "vcluster-my-vcluster-controller", []*corev1.Pod{pod("ops/my-vcluster-0", "n"), pod("ops/my-vcluster-1", "n")}, []string{"my-vcluster-0:host-dash-suffix"}},
		{"a StatefulSet's pod that begins like another's", "web-0-canary-1", "web", []*corev1.Pod{pod("ops/web-0", "n")}, nil},
		{"text behind a DaemonSet's pod", "agent-x2k4z-leader", "abc", []*corev1.Pod{pod("ops/agent-x2k4z", "n")}, []string{"agent-x2k4z:host-dash-suffix"}},
		{"a name that is not whole", "some-operator", "examples", []*corev1.Pod{pod("ops/some-operator-6d8b9c7f5d-x2k4z", "n")}, nil},
		{"the base of a pod that is gone", "some-operator-6d8b9c7f5d-x2k4z", "examples", []*corev1.Pod{pod("ops/some-operator", "n"), pod("ops/some", "n")}, nil},
		{"a number", "17", "x", []*corev1.Pod{pod("ops/worker-17", "worker-17")}, nil},
		{"the longest", "leader-a-web-0", "web", []*corev1.Pod{pod("ops/web-0", "n"), pod("ops/a-web-0", "n")}, []string{"a-web-0:prefix-host"}},
		{"two of one length", "leader:db-0/db-1", "db", []*corev1.Pod{pod("ops/db-0", "n"), pod("ops/db-1", "n")}, []string{"db-0:prefix-host", "db-1:prefix-host"}},
		{"in another namespace, where that is plain", "elector-op-6d8b9c7f5d-x2k4z", "op", []*corev1.Pod{pod("other/op-6d8b9c7f5d-x2k4z", "n")}, []string{"op-6d8b9c7f5d-x2k4z:prefix-host"}},
		{"in another namespace, where that is not plain", "leader-web-0", "web", []*corev1.Pod{pod("other/web-0", "n")}, nil},
		{"a namespace that is named", "other/web-0", "web", []*corev1.Pod{pod("ops/web-0", "n")}, nil},
		{"a part of a UUID", "x_0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", "web", []*corev1.Pod{pod("ops/9d4a", "n"), pod("ops/4a5e", "n")}, nil},
		{"an address", "akka://sys@10.244.7.7:2552", "lock", []*corev1.Pod{pod("ops/web-0", "n", func(p *corev1.Pod) { p.Status.PodIP = "10.244.7.7" }), pod("ops/web-1", "n", func(p *corev1.Pod) { p.Status.PodIP = "10.244.7.71" })}, []string{"web-0:pod-ip"}},
		{"JSON", `{"pod":"web-0","pid":1}`, "lock", []*corev1.Pod{pod("ops/web-0", "n"), pod("ops/web", "n")}, []string{"web-0:prefix-host"}},
		{"a word of elections that is a pod's name", "web-0-leader-x", "lock", []*corev1.Pod{pod("ops/leader", "n")}, nil},
		{"a pod's name in the DNS", "web-0.10-12-4-5.ops.pod", "lock", []*corev1.Pod{pod("ops/web-0", "n")}, []string{"web-0:host-dash-suffix"}},
		{"a machine's full name", "web-0.corp.example.com", "lock", []*corev1.Pod{pod("ops/web-0", "n")}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			claim := Claim{Holder: test.holder, LockNamespace: "ops", LockName: test.lock}
			if diff := cmp.Diff(test.want, matched(claim, nil, test.pods)); diff != "" {
				t.Error(diff)
			}
			slices.Reverse(test.pods)
			if diff := cmp.Diff(test.want, matched(claim, nil, test.pods)); diff != "" {
				t.Errorf("in another order: %s", diff)
			}
			s := NewSearch(claim, nil)
			for _, p := range test.pods { // in a list of all locks, only pods with a key in common are shown
				if slices.ContainsFunc(PodKeys(p), func(key string) bool { return slices.Contains(s.Keys(), key) }) {
					s.Pod(p)
				}
			}
			var names []string
			for _, m := range s.Matches() {
				names = append(names, m.Pod.Name+":"+m.Rule)
			}
			slices.Sort(names)
			if diff := cmp.Diff(test.want, names); diff != "" {
				t.Errorf("in a list: %s", diff)
			}
		})
	}
}

func TestPartsOfNodes(t *testing.T) {
	for _, test := range []struct {
		holder, lock, node string
		want               bool
	}{
		{"beats-leader-worker-2", "metricbeat-cluster-leader", "worker-2", true},
		{"beats-leader-Worker-2", "metricbeat-cluster-leader", "worker-2", true},
		{"ip-10-0-42-7.us-east-2.compute.internal-submariner-engine", "submariner-engine-lock", "ip-10-0-42-7.us-east-2.compute.internal", true},
		{"gpu-worker-2", "abc", "worker-2", false},
		{"worker-2-3", "abc", "worker-2", false},
		{"worker-2-x2k4z", "abc", "worker-2", false},
		{"worker-2-spare", "abc", "worker-2", false},
		{"controller-manager-6xgvj-external-x", "controller-manager", "controller", false},
		{"17", "abc", "worker-17", false},
		{"external-dns", "abc", "dns", false},
		{"elector:worker-17", "abc", "worker-17", true},
	} {
		s := NewSearch(Claim{Holder: test.holder, LockName: test.lock}, nil)
		s.Node(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: test.node}})
		if got := len(s.Nodes()) > 0; got != test.want {
			t.Errorf("%s is found in %s: %v, want %v", test.node, test.holder, got, test.want)
		}
	}
}
