package identity

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// pod makes a pod "ns/name" that runs on a node.
func pod(path, node string, change ...func(*corev1.Pod)) *corev1.Pod {
	namespace, name, _ := strings.Cut(path, "/")
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       corev1.PodSpec{NodeName: node},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning},
	}
	for _, f := range change {
		f(p)
	}
	return p
}

func onHost(p *corev1.Pod) { p.Spec.HostNetwork = true }

func labelled(key, value string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Labels = map[string]string{key: value} }
}

func hostnamed(name string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Spec.Hostname = name }
}

func TestHosts(t *testing.T) {
	long := strings.Repeat("a", 61)
	for _, test := range []struct {
		name string
		pod  *corev1.Pod
		want []string // host:rule
	}{
		{"plain", pod("ops/op-0", ""), []string{"op-0:"}},
		{"spec.hostname", pod("ops/op-0", "", hostnamed("box")), []string{"op-0:", "box:spec-hostname"}},
		{"its own name as spec.hostname, as a StatefulSet sets it", pod("ops/op-0", "", hostnamed("op-0")), []string{"op-0:"}},
		{"spec.hostname on the host network", pod("ops/op-0", "", hostnamed("box"), onHost), []string{"op-0:"}},
		{"hostnameOverride goes before spec.hostname", pod("ops/op-0", "", hostnamed("box"), func(p *corev1.Pod) { p.Spec.HostnameOverride = ptr.To("op.example.com") }),
			[]string{"op-0:", "op.example.com:hostname-override", "op-example-com:host-sanitized"}},
		{"subdomain", pod("ops/op-0", "", func(p *corev1.Pod) { p.Spec.Subdomain = "peers" }),
			[]string{"op-0:", "op-0.peers.ops.svc:fqdn", "op-0-peers-ops-svc:host-sanitized"}},
		{"63 characters fit", pod("ops/"+long+"bb", ""), []string{long + "bb:"}},
		{"64 do not", pod("ops/"+long+"bbb", ""), []string{long + "bbb:", long + "bb:truncated-hostname"}},
		{"what the cut leaves at the end goes, too", pod("ops/"+long+"-.replica-a", ""), []string{long + "-.replica-a:", long + ":truncated-hostname", long + "--replica-a:host-sanitized"}},
		{"dots", pod("ops/csi.hostpath-0", ""), []string{"csi.hostpath-0:", "csi-hostpath-0:host-sanitized"}},
		{"addresses", pod("ops/op-0", "", func(p *corev1.Pod) {
			p.Status.PodIP, p.Status.PodIPs = "10.1.2.3", []corev1.PodIP{{IP: "10.1.2.3"}, {IP: "fd00::1"}}
		}), []string{"op-0:", "10.1.2.3:pod-ip", "fd00::1:pod-ip"}},
		{"the addresses of its node", pod("ops/op-0", "", onHost, func(p *corev1.Pod) { p.Status.PodIP = "10.0.0.1" }), []string{"op-0:"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, host := range Hosts(test.pod) {
				got = append(got, host.Name+":"+host.Rule)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := sanitized("node.a-"); got != "node-a-X" {
		t.Errorf("a trailing dash becomes %q", got)
	}
}

func TestLikeNode(t *testing.T) {
	for _, test := range []struct {
		host, node string
		want       int
	}{
		{"cp-1", "cp-1", nameOfNode},
		{"CP-1", "cp-1", nameOfNode},
		{"CP-1.corp.example", "cp-1", aliasOfNode},
		{"cp-1", "cp-1.corp.example", aliasOfNode},
		{"cp-1.corp.example", "cp-1.other.example", unlikeNode},
		{"ip-10-0-1-20-ec2-internal", "ip-10-0-1-20.ec2.internal", aliasOfNode},
		{"cp-11", "cp-1", unlikeNode},
		{"", "cp-1", unlikeNode},
		{"cp-1", "", unlikeNode},
	} {
		if got := likeNode(test.host, test.node); got != test.want {
			t.Errorf("%q is like node %q by %d, want %d", test.host, test.node, got, test.want)
		}
	}
}

func TestLikestNode(t *testing.T) {
	node := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "i-0abc", Labels: map[string]string{corev1.LabelHostname: "ip-10-0-1-20.ec2.internal"}},
		Status: corev1.NodeStatus{Addresses: []corev1.NodeAddress{
			{Type: corev1.NodeInternalIP, Address: "10.0.1.20"}, {Type: corev1.NodeHostName, Address: "worker-7"}}},
	}
	for host, want := range map[string]int{
		"i-0abc": nameOfNode, "ip-10-0-1-20.ec2.internal": nameOfNode, "ip-10-0-1-20": aliasOfNode, "worker-7": nameOfNode,
		"10.0.1.20": nameOfNode, "10.0.1.21": unlikeNode, "worker-8": unlikeNode,
	} {
		if got := likest(host, node); got != want {
			t.Errorf("%q is like the node by %d, want %d", host, got, want)
		}
	}
}
