package identity

import (
	"path"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A node's name in a holder leaves many pods to choose from. The one that is elected has to be akin to its lock.

// elections are the locks whose name does not tell who elects its leader with them, or tells it wrong.
var elections = []struct {
	lock       string   // a pattern of path.Match
	components []string // none where it is a process of the host
	source     string
}{
	{"leader-election-controller", []string{"kube-apiserver"}, "kubernetes/kubernetes pkg/controlplane/controller/leaderelection/run_with_leaderelection.go"},
	{"plndr-cp-lock", []string{"kube-vip", "kube-vip-ds"}, "kube-vip/kube-vip pkg/kubevip/config_generator.go"},
	{"plndr-svcs-lock", []string{"kube-vip", "kube-vip-ds"}, "kube-vip/kube-vip pkg/kubevip/config_generator.go"},
	{"kubevip-*", []string{"kube-vip", "kube-vip-ds"}, "kube-vip/kube-vip pkg/lease/lease.go: the rest is a Service's name"},
	{"cilium-l2announce-*", []string{"cilium"}, "cilium/cilium pkg/l2announcer/l2announcer.go: the rest is a Service's name"},
	{"cilium-operator-resource-lock", []string{"cilium-operator"}, "cilium/cilium operator/cmd/root.go"},
	{"longhorn-*", []string{"longhorn-manager"}, "longhorn/longhorn-manager upgrade/upgrade.go, app/daemon.go, webhook/cert/rotate.go"},
	{"ovn-kubernetes-master*", []string{"ovnkube-master", "ovnkube-control-plane"}, "ovn-org/ovn-kubernetes go-controller/cmd/ovnkube/ovnkube.go"},
	{"operator-lock", []string{"tigera-operator"}, "tigera/operator main.go"},
	{"cattle-controllers", []string{"rancher"}, "rancher/rancher pkg/wrangler: wrangler's leader election in kube-system"},
	{"k3s", nil, "k3s-io/k3s pkg/server/server.go: the server is a process of the host"},
	{"k3s-*", nil, "k3s-io/k3s pkg/server/server.go"},
	{"rke2", nil, "rancher/rke2, which embeds k3s"},
	{"rke2-*", nil, "rancher/rke2, which embeds k3s"},
}

// How strong a kinship is. 0 is none.
const (
	strangers = iota
	beginsAlike
	writesIt
	sameName
	known
)

// kin is how a pod is akin to a lock: the strength, and among equals how much of the names agrees.
type kin struct{ strength, length int }

func (k kin) compare(o kin) int {
	if k.strength != o.strength {
		return k.strength - o.strength
	}
	return k.length - o.length
}

// kinship compares what a pod is called with what its lock is called, and with who wrote it.
func kinship(claim Claim, pod *corev1.Pod) kin {
	names := componentNames(pod)
	for _, election := range elections {
		if ok, err := path.Match(election.lock, claim.LockName); err != nil || !ok {
			continue
		}
		if i := slices.IndexFunc(election.components, func(c string) bool { return slices.Contains(names, c) }); i >= 0 {
			return kin{known, 0}
		}
		return kin{} // its name would mislead
	}
	best := kin{}
	for _, name := range names {
		if k := likeness(claim, name); k.compare(best) > 0 {
			best = k
		}
	}
	return best
}

func likeness(claim Claim, name string) kin {
	lock := strings.ToLower(claim.LockName)
	trimmed := lockSuffix.ReplaceAllString(lock, "")
	switch {
	case name == lock || name == trimmed:
		return kin{sameName, len(name)}
	case slices.Contains(claim.Managers, name) && !slices.Contains(everybody, name),
		slices.ContainsFunc(claim.Owners, func(owner metav1.OwnerReference) bool { return owner.Name == name }):
		return kin{writesIt, len(name)}
	case strings.Contains(name, "-") && (strings.HasPrefix(lock, name+"-") || strings.HasPrefix(lock, name+".")),
		strings.Contains(trimmed, "-") && strings.HasSuffix(name, "-"+trimmed):
		return kin{beginsAlike, len(name)}
	}
	return kin{}
}

var (
	// lockSuffix is what projects add to their name to name the lock.
	lockSuffix = regexp.MustCompile(`(-(leader-election|leader-elect|resource-lock|election|leader|lock|lease))+(-lock|-id)?$`)
	// everybody is what programs are called that do not say whose they are.
	everybody = []string{"manager", "controller", "controller-manager", "operator", "main", "app", "server", "agent", "kubectl"}
)

// componentLabels are where a pod says what it is.
var componentLabels = []string{"app.kubernetes.io/name", "app.kubernetes.io/component", "app", "k8s-app", "name", "component", "control-plane"}

// componentNames lists what a pod is called without what makes it one of many.
func componentNames(pod *corev1.Pod) []string {
	var names []string
	for _, label := range componentLabels {
		names = append(names, pod.Labels[label])
	}
	if owner := metav1.GetControllerOfNoCopy(pod); owner != nil && owner.Kind != "Node" {
		name := owner.Name
		if owner.Kind == "ReplicaSet" {
			name = strings.TrimSuffix(name, "-"+pod.Labels["pod-template-hash"])
		}
		names = append(names, name)
	}
	for _, container := range pod.Spec.Containers {
		if !slices.Contains(everybody, container.Name) {
			names = append(names, container.Name)
		}
	}
	if mirrored, ok := strings.CutSuffix(pod.Name, "-"+strings.ToLower(pod.Spec.NodeName)); ok {
		names = append(names, mirrored)
	}
	names = append(names, stem(pod.Name))
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// generated is what a ReplicaSet, DaemonSet or Job adds to its name, from the alphabet of
// k8s.io/apimachinery/pkg/util/rand, and what a Deployment adds before; ordinal what a StatefulSet adds.
var (
	generated = regexp.MustCompile(`(-[bcdfghjklmnpqrstvwxz2456789]{6,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}$`)
	ordinal   = regexp.MustCompile(`-[0-9]+$`)
)

// stem is the name of what a pod belongs to, as far as the pod's own name tells; "" when it does not.
func stem(name string) string {
	for _, suffix := range []*regexp.Regexp{generated, ordinal} {
		if at := suffix.FindStringIndex(name); at != nil {
			return name[:at[0]]
		}
	}
	return ""
}
