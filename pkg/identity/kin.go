package identity

import (
	"cmp"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A node's name in a holder leaves many pods to choose from. The one that is elected has to be akin to its lock.

// elections are the locks whose name does not tell who elects its leader with them, or tells it wrong.
var elections = []struct {
	lock       string   // a pattern of path.Match
	components []string // patterns, too; none where it is a process of the host
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
	{"cloud-provider-extraction-migration", []string{"kube-controller-manager", "cloud-controller-manager"}, "kubernetes/kubernetes staging/src/k8s.io/controller-manager/config: both hold it in turn"},
	{"cert-manager-controller", []string{"cert-manager"}, "cert-manager/cert-manager cmd/controller/app/controller.go"},
	{"cattle-controllers", []string{"rancher"}, "rancher/rancher pkg/wrangler: wrangler's leader election in kube-system"},
	{"nfd-master.nfd.kubernetes.io", []string{"nfd-master", "node-feature-discovery-master"}, "kubernetes-sigs/node-feature-discovery pkg/nfd-master/nfd-master.go"},
	{"53822513.nvidia.com", []string{"gpu-operator"}, "NVIDIA/gpu-operator"},
	{"k8s.io-minikube-hostpath", []string{"storage-provisioner"}, "kubernetes/minikube pkg/storage"},
	{"cwagent-clusterleader", []string{"cloudwatch-agent"}, "aws/amazon-cloudwatch-agent plugins/inputs/k8sapiserver/k8sapiserver.go"},
	{"otel-container-insight-clusterleader", []string{"aws-otel-*", "adot-*"}, "open-telemetry/opentelemetry-collector-contrib receiver/awscontainerinsightreceiver"},
	{"k0s-*", nil, "k0sproject/k0s pkg/component/controller/leaderelector/leasepool.go: the controller is a process of the host"},
	{"k3s", nil, "k3s-io/k3s pkg/server/server.go: the server is a process of the host"},
	{"k3s-*", nil, "k3s-io/k3s pkg/server/server.go"},
	{"rke2", nil, "rancher/rke2, which embeds k3s"},
	{"rke2-cloud-controller-manager", []string{"cloud-controller-manager"}, "rancher/rke2 pkg/podexecutor: a static pod"},
	{"rke2-*", nil, "rancher/rke2, which embeds k3s"},
}

// How strong a kinship is. 0 is none.
const (
	strangers = iota
	alone
	beginsAlike
	writesIt
	sameName
	known
)

// kin is how a pod is akin to a lock: the strength, among equals how much of the names agrees, then
// whether it is the pod's own name that does, and then how many letters of the lock's name the
// pod's has in any order. A label may be shared by all that an installation brings, and so may a
// container that writes the lock.
type kin struct{ strength, length, own, words int }

func (k kin) compare(o kin) int {
	return cmp.Or(cmp.Compare(k.strength, o.strength), cmp.Compare(k.length, o.length), cmp.Compare(k.own, o.own), cmp.Compare(k.words, o.words))
}

// kinship compares what a pod is called with what its lock is called, and with who wrote it.
func kinship(claim Claim, pod *corev1.Pod) kin {
	like := func(name string) kin { return likeness(claim, name) }
	given := func(name string) kin {
		if slices.Contains(everybody, name) {
			return kin{} // what many are called tells nobody
		}
		return like(name)
	}
	if components, ok := electedWith(claim.LockName); ok {
		like = func(name string) kin {
			if slices.ContainsFunc(components, func(c string) bool { return matches(c, name) || strings.HasSuffix(name, "-"+c) }) {
				if slices.Contains(claim.Managers, name) {
					return kin{strength: known, length: 1} // of several that may be elected, the one that is
				}
				return kin{strength: known}
			}
			return kin{} // what its own name is like would mislead
		}
	}
	best := kin{}
	if sharesLabel(claim, pod) {
		best = kin{strength: beginsAlike}
	}
	for _, name := range ownNames(pod) {
		if k := like(name); k.strength != strangers {
			k.own = 1
			best = larger(best, k)
		}
	}
	for _, name := range givenNames(pod) {
		best = larger(best, given(name))
	}
	if best.strength != strangers {
		best.words = commonLetters(claim.LockName, ownNames(pod)[0])
	}
	return best
}

// commonLetters counts the letters of those words of a lock's name that are in another name: the
// words of a driver's name are written as one in its controller's, as in azurefile for
// file.csi.azure.com.
func commonLetters(lock, name string) (letters int) {
	words := wordsOf(lock)
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		if len(word) > 2 && !slices.Contains(driverWords, word) && !slices.Contains(everybody, word) && !slices.Contains(lockWords, word) && strings.Contains(name, word) {
			letters += len(word)
		}
	}
	return letters
}

// driverWords are in the names of all drivers.
var driverWords = []string{"csi", "com", "k8s", "driver", "external", "attacher", "resizer", "snapshotter", "provisioner", "storage"}

func larger(a, b kin) kin {
	if b.compare(a) > 0 {
		return b
	}
	return a
}

// electedWith lists who elects a leader with a lock, where that is known.
func electedWith(lock string) (components []string, ok bool) {
	for _, election := range elections {
		// Most locks begin otherwise, and this is asked for each pod of a node.
		if begin, _, _ := strings.Cut(election.lock, "*"); !strings.HasPrefix(lock, begin) {
			continue
		}
		if matches(election.lock, lock) {
			return election.components, true
		}
	}
	return nil, false
}

func matches(pattern, name string) bool {
	match, err := path.Match(pattern, name)
	return err == nil && match
}

func likeness(claim Claim, name string) kin {
	lock := strings.ToLower(claim.LockName)
	trimmed := lockSuffix().ReplaceAllString(lock, "")
	switch {
	case name == "":
		return kin{}
	case name == lock || name == trimmed:
		return kin{strength: sameName, length: len(name)}
	case slices.Contains(everybody, name):
		return kin{}
	case slices.ContainsFunc(claim.Managers, func(manager string) bool {
		return manager == name || strings.Contains(name, "-") && strings.HasSuffix(manager, "-"+name)
	}),
		slices.ContainsFunc(claim.Owners, func(owner metav1.OwnerReference) bool { return owner.Name == name }):
		return kin{strength: writesIt, length: len(name)}
	case strings.HasPrefix(lock, name+"-") && saysNothing(lock[len(name)+1:]),
		strings.Contains(trimmed, "-") && strings.HasSuffix(name, "-"+trimmed),
		strings.Contains(lock, ".") && slices.Contains(strings.Split(lock, "."), name):
		return kin{strength: beginsAlike, length: len(name)}
	case servesDriver(lock, name):
		return kin{strength: beginsAlike, length: commonLetters(lock, name)}
	}
	return kin{}
}

// saysNothing reports that a part of a lock's name tells what the lock is for, not whose it is.
func saysNothing(rest string) bool {
	for _, word := range strings.Split(rest, "-") {
		if !slices.Contains(lockWords, word) {
			return false
		}
	}
	return true
}

// nearEnough reports whether a kinship tells a pod from all others. A name in part, or who wrote the lock, does so in the
// lock's namespace only, and only if the pod can know itself by its node's name.
func (k kin) nearEnough(claim Claim, pod *corev1.Pod, reading Reading) bool {
	if k.strength >= sameName {
		return true
	}
	return k.strength != strangers && pod.Namespace == claim.LockNamespace && (pod.Spec.HostNetwork || !reading.PerProcess)
}

// servesDriver knows the controller of a CSI driver by the words of the driver's name. Its sidecars elect a leader
// each, with a lock that has their own name before the driver's (kubernetes-csi/csi-lib-utils leaderelection).
func servesDriver(lock, name string) bool {
	driver := csiSidecar().ReplaceAllString(lock, "")
	if driver == lock && !strings.Contains(lock, "csi-") || strings.HasSuffix(name, "-node") {
		return false
	}
	common := 0
	for _, word := range strings.Split(driver, "-") {
		if len(word) > 2 && strings.Contains(name, word) {
			common++
		}
	}
	return common >= 2
}

// sharesLabel reports that a lock has a label that says whose it is, and the pod has the same.
func sharesLabel(claim Claim, pod *corev1.Pod) bool {
	return slices.ContainsFunc(componentLabels, func(label string) bool {
		value := claim.LockLabels[label]
		return value != "" && value == pod.Labels[label] && !slices.Contains(everybody, value)
	})
}

// runsByItself reports that a pod is on the host network of its node, and not only because such a pod is on every node.
func runsByItself(pod *corev1.Pod) bool {
	if !pod.Spec.HostNetwork {
		return false
	}
	if owner := metav1.GetControllerOfNoCopy(pod); owner != nil {
		return owner.Kind != "DaemonSet"
	}
	suffix := generatedEnd(pod.Name)
	return suffix == "" || strings.Count(suffix, "-") > 1 // a DaemonSet's has no template's hash
}

var (
	// lockSuffix is what projects add to their name to name the lock.
	lockSuffix = pattern(`(-(leader-election|leader-elect|resource-lock|election|leader|lock|lease))+(-lock|-id)?$`)
	// lockWords are other words of that kind.
	lockWords = []string{"leader", "election", "elect", "leaderelection", "lock", "lease", "resource", "id", "migration", "upgrade", "webhook", "main", "master", "manager", "controller", "operator", "cluster"}
	// csiSidecar is what the sidecars of a CSI driver put before its name.
	csiSidecar = pattern(`^external-(attacher|resizer|snapshotter|provisioner|health-monitor)-leader-`)
	// everybody is what programs are called that do not say whose they are.
	everybody = []string{"manager", "leader", "proxy", "webhook", "cluster", "node", "controller", "controller-manager", "operator", "main", "app", "server", "agent", "kubectl"}
)

// componentLabels are where a pod says what it is.
var componentLabels = []string{"app.kubernetes.io/name", "app.kubernetes.io/component", "app", "k8s-app", "name", "component", "control-plane"}

// ownNames lists what a pod is called, without what makes it one of many.
func ownNames(pod *corev1.Pod) []string {
	var names []string
	if mirrored, ok := strings.CutSuffix(pod.Name, "-"+strings.ToLower(pod.Spec.NodeName)); ok {
		names = append(names, mirrored)
	}
	if owner := metav1.GetControllerOfNoCopy(pod); owner != nil && owner.Kind != "Node" {
		name := owner.Name
		if owner.Kind == "ReplicaSet" {
			name = strings.TrimSuffix(name, "-"+pod.Labels["pod-template-hash"])
		}
		names = append(names, name)
	} else {
		names = append(names, cmp.Or(stem(pod.Name), pod.Name))
	}
	return names
}

// givenNames lists what is said of a pod: its labels, and its containers.
func givenNames(pod *corev1.Pod) []string {
	var names []string
	for _, label := range componentLabels {
		if value := pod.Labels[label]; value != "" {
			names = append(names, value)
		}
	}
	for _, container := range pod.Spec.Containers {
		if !slices.Contains(everybody, container.Name) {
			names = append(names, container.Name)
		}
	}
	for i := range pod.Spec.InitContainers {
		if c := &pod.Spec.InitContainers[i]; Sidecar(c) && !slices.Contains(everybody, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}

// generatedEnd is what a ReplicaSet, DaemonSet or Job has added to its name, with what a Deployment added before; "" where
// nobody has. Each is a dash and letters of the alphabet of k8s.io/apimachinery/pkg/util/rand: 5, and 6 to 10.
func generatedEnd(name string) string {
	rest, end := cutLast(name)
	if len(end) != 5 || !isRandom(end) {
		return ""
	}
	if before, hash := cutLast(rest); len(hash) >= 6 && len(hash) <= 10 && isRandom(hash) {
		return name[len(before):]
	}
	return name[len(rest):]
}

// ordinalEnd is what a StatefulSet has added to its name.
func ordinalEnd(name string) string {
	rest, end := cutLast(name)
	if end == "" || strings.Trim(end, "0123456789") != "" {
		return ""
	}
	return name[len(rest):]
}

// cutLast cuts a name at its last dash; end is empty where there is none.
func cutLast(name string) (rest, end string) {
	at := strings.LastIndexByte(name, '-')
	if at < 0 {
		return name, ""
	}
	return name[:at], name[at+1:]
}

func isRandom(end string) bool { return strings.Trim(end, "bcdfghjklmnpqrstvwxz2456789") == "" }

// stem is the name of what a pod belongs to, as far as the pod's own name tells; "" when it does not.
func stem(name string) string {
	if end := cmp.Or(generatedEnd(name), ordinalEnd(name)); end != "" {
		return strings.TrimSuffix(name, end)
	}
	return ""
}
