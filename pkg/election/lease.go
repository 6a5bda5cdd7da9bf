package election

import (
	"regexp"
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
)

// FromLease reads a Lease. A nil Lease is a lock that does not exist.
func FromLease(ref Ref, lease *coordinationv1.Lease) Lock {
	if lease == nil {
		return Lock{Ref: ref}
	}
	lock := fromMeta(ref, lease)
	lock.recordedIn(lease, "renewTime")
	lock.Marker = leaseMarker(lease)
	spec := lease.Spec
	if lock.Written.IsZero() && value(spec.HolderIdentity) == "" {
		lock.recordedIn(lease, "spec") // a release that leaves no renewTime behind (olix0r/kubert)
	}
	lock.Record = Record{Holder: value(spec.HolderIdentity), PreferredHolder: value(spec.PreferredHolder), Transitions: value(spec.LeaseTransitions)}
	if spec.Strategy != nil {
		lock.Record.Strategy = string(*spec.Strategy)
	}
	if spec.AcquireTime != nil {
		lock.Record.Acquired = spec.AcquireTime.Time
	}
	if spec.RenewTime != nil {
		lock.Record.Renewed = spec.RenewTime.Time
	}
	if spec.LeaseDurationSeconds != nil {
		lock.Record.Duration = time.Duration(*spec.LeaseDurationSeconds) * time.Second
	}
	return lock
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// volumeName: longhorn/longhorn-manager controller/share_manager_controller.go names the Lease after the volume.
var volumeName = regexp.MustCompile(`^pvc-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// leaseMarker tells the Leases that are not elections, by what writes them.
func leaseMarker(lease *coordinationv1.Lease) string {
	spec := lease.Spec
	switch {
	case lease.Namespace == "kube-node-lease":
		return "a node's heartbeat"
	case lease.Labels["apiserver.kubernetes.io/identity"] != "",
		strings.HasPrefix(lease.Name, "apiserver-") && lease.Namespace == "kube-system":
		return "an API server's identity"
	case lease.Name == "vpa-admission-controller":
		// kubernetes/autoscaler vertical-pod-autoscaler/pkg/utils/status: every replica overwrites the holder
		return "a heartbeat that all replicas share"
	case lease.Name == "kyvernopre-lock":
		return "a marker that a job leaves behind" // kyverno/kyverno cmd/kyverno-init
	case volumeName.MatchString(lease.Name):
		return "a volume's fence, held by the node that exports it"
	case spec.HolderIdentity == nil && spec.AcquireTime == nil && spec.RenewTime == nil &&
		spec.LeaseDurationSeconds == nil && spec.LeaseTransitions == nil:
		return "a marker with an empty spec"
	case value(spec.HolderIdentity) != "" && (spec.RenewTime == nil || spec.LeaseDurationSeconds == nil):
		return "a record without renewTime or leaseDurationSeconds, which nobody can be elected by"
	}
	return ""
}
