package identity

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func TestKinship(t *testing.T) {
	owned := func(kind, name string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.OwnerReferences = []metav1.OwnerReference{{Kind: kind, Name: name, Controller: ptr.To(true)}}
		}
	}
	for _, test := range []struct {
		name string
		lock string
		pod  *corev1.Pod
		want int
	}{
		{"mirror pod", "kube-scheduler", pod("kube-system/kube-scheduler-cp-1", "cp-1"), sameName},
		{"mirror pod on a node with capitals in its name", "kube-scheduler", pod("kube-system/kube-scheduler-cp-1", "CP-1"), sameName},
		{"another mirror pod", "kube-scheduler", pod("kube-system/kube-proxy-cp-1", "cp-1"), strangers},
		{"DaemonSet", "kured", pod("kube-system/kured-x2k4z", "n"), sameName},
		{"Deployment", "cluster-autoscaler", pod("kube-system/cluster-autoscaler-7c8d9b6f5d-xq4lm", "n"), sameName},
		{"StatefulSet", "op", pod("ops/op-0", "n"), sameName},
		{"label", "cloud-controller-manager", pod("kube-system/ccm-7x9kp", "n", labelled("k8s-app", "cloud-controller-manager")), sameName},
		{"owner", "my-op", pod("ops/x", "n", owned("DaemonSet", "my-op")), sameName},
		{"container", "virt-api", pod("ops/x", "n", func(p *corev1.Pod) { p.Spec.Containers = []corev1.Container{{Name: "virt-api"}} }), sameName},
		{"what lock names end with", "my-op-leader-election", pod("ops/my-op-x2k4z", "n"), sameName},
		{"a part of the lock's name", "an-op-upgrade-lock", pod("ops/an-op-x2k4z", "n"), beginsAlike},
		{"a single word is too little", "shop-frontend", pod("ops/shop-x2k4z", "n"), strangers},
		{"the provider's cloud-controller-manager", "cloud-controller-manager", pod("kube-system/aws-cloud-controller-manager-x2k4z", "n"), beginsAlike},
		{"known by its writer", "abc123", pod("ops/my-op-x2k4z", "n"), writesIt},
		{"a writer that is called like everybody", "abc123", pod("ops/manager-x2k4z", "n"), strangers},
		{"a Service's name in a lock", "kubevip-nginx", pod("shop/nginx-6d8b9c7f5d-x2k4z", "n"), strangers},
		{"the component behind it", "kubevip-nginx", pod("kube-system/kube-vip-ds-7xk2z", "n"), known},
		{"cilium's agent, not what is called after it", "cilium-l2announce-shop-a", pod("kube-system/cilium-envoy-7xk2z", "n"), strangers},
		{"k3s is no pod", "k3s", pod("kube-system/k3s-7xk2z", "n"), strangers},
	} {
		t.Run(test.name, func(t *testing.T) {
			claim := Claim{Holder: "n", LockName: test.lock, Managers: []string{"my-op", "manager"}}
			if got := kinship(claim, test.pod).strength; got != test.want {
				t.Errorf("strength %d, want %d", got, test.want)
			}
		})
	}
}

func TestStem(t *testing.T) {
	for name, want := range map[string]string{
		"op-6d8b9c7f5d-x2k4z": "op", "op-x2k4z": "op", "web-0": "web", "web": "", "cilium-envoy-7xk2z": "cilium-envoy", "a-b": "",
	} {
		if got := stem(name); got != want {
			t.Errorf("stem of %s is %q, want %q", name, got, want)
		}
	}
}
