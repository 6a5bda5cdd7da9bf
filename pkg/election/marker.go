package election

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// leaseMarker tells the Leases that are not elections; "" for an election.
func leaseMarker(lease *coordinationv1.Lease) string {
	spec := lease.Spec
	holder := value(spec.HolderIdentity)
	switch {
	case lease.Labels["apiserver.kubernetes.io/identity"] != "":
		return "an API server's identity"
	case lease.Namespace == corev1.NamespaceNodeLease && (heldByItself(lease) || !electoral(spec)):
		return "a node's heartbeat"
	case heartbeat(lease):
		return "a heartbeat, which nobody is elected by"
	case slices.ContainsFunc(lease.OwnerReferences, func(owner metav1.OwnerReference) bool { return owner.Kind == "ShareManager" }), volumeName().MatchString(lease.Name):
		// longhorn/longhorn-manager controller/share_manager_controller.go
		return "a volume's fence, held by the node that exports it"
	case empty(spec):
		if saysLock(lease) {
			return ""
		}
		return "a marker with an empty spec"
	case holder != "" && spec.AcquireTime == nil && (spec.RenewTime == nil || spec.LeaseDurationSeconds == nil),
		holder != "" && spec.RenewTime == nil && spec.LeaseDurationSeconds != nil:
		return "a record without renewTime or leaseDurationSeconds, which nobody can be elected by"
	}
	for _, other := range others {
		if other.namespace == lease.Namespace && other.name.MatchString(lease.Name) {
			return other.marker
		}
	}
	return ""
}

// others are Leases that look like elections in all fields and are none.
var others = []struct {
	namespace string
	name      *regexp.Regexp
	marker    string
}{
	// k8snetworkplumbingwg/whereabouts pkg/storage/kubernetes/ipam.go: the holder is the pod that
	// an address is allocated for
	{metav1.NamespaceSystem, regexp.MustCompile(`^whereabouts$`), "a mutex, held in the name of the pod that gets an address"},
	// k0sproject/k0s pkg/component/controller: each controller holds one of its own
	{corev1.NamespaceNodeLease, regexp.MustCompile(`^k0s-ctrl-`), "a controller's heartbeat"},
}

// volumeName is what Longhorn names the Lease of a volume.
var volumeName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^pvc-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`) })

// heartbeat knows the Leases that k8s.io/component-helpers' lease controller writes, and others of
// their kind: they are renewed and never acquired. An election that somebody wrote by hand may
// leave out the same fields, so the holder has to be nobody, or made of the Lease's own name, or
// random, or a label has to say it.
func heartbeat(lease *coordinationv1.Lease) bool {
	spec := lease.Spec
	if electoral(spec) || spec.RenewTime == nil || spec.LeaseDurationSeconds == nil {
		return false
	}
	holder := value(spec.HolderIdentity)
	rest, own := strings.CutPrefix(holder, lease.Name)
	switch {
	case holder == "":
		return *spec.LeaseDurationSeconds > int32(releasedFor/time.Second)
	case lease.Labels["k8s.io/component"] != "", uuid.MatchString(holder):
		return true
	}
	return own && (rest == "" || strings.ContainsAny(rest[:1], "-_./:"))
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func heldByItself(lease *coordinationv1.Lease) bool {
	return value(lease.Spec.HolderIdentity) == lease.Name
}

// electoral reports that a record has what only an election writes.
func electoral(spec coordinationv1.LeaseSpec) bool {
	return spec.AcquireTime != nil || spec.LeaseTransitions != nil || value(spec.Strategy) != ""
}

func empty(spec coordinationv1.LeaseSpec) bool {
	return spec.HolderIdentity == nil && spec.RenewTime == nil && spec.LeaseDurationSeconds == nil && !electoral(spec)
}

// saysLock reports that an object whose record is empty is a lock all the same: a label says so, or
// it belongs to a workload or to what it is named after.
func saysLock(object metav1.Object) bool {
	return labelledLock(object.GetLabels()) || slices.ContainsFunc(object.GetOwnerReferences(), func(owner metav1.OwnerReference) bool {
		return owner.Name == object.GetName() || slices.Contains(workloads, owner.Kind)
	})
}

var workloads = []string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}

// labelledLock knows locks by a label, where nobody leads: Spring Cloud Kubernetes', Apache Camel's
// and Drools' have these.
func labelledLock(labels map[string]string) bool {
	return slices.Contains([]string{"spring-cloud-kubernetes", "camel", "drools"}, labels["provider"]) ||
		slices.Contains([]string{"leaders", "locks"}, labels["kind"])
}
