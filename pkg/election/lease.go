package election

import (
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	"k8s.io/apimachinery/pkg/types"
)

// FromLease reads a Lease. A nil Lease is a lock that does not exist.
func FromLease(ref Ref, lease *coordinationv1.Lease) Lock {
	if lease == nil {
		return Lock{Ref: ref}
	}
	lock := fromMeta(ref, lease)
	lock.recordedIn(lease, "renewTime")
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
	if lock.HolderUID = ownedForLife(lock); lock.HolderUID == "" {
		lock.Marker = leaseMarker(lease)
	}
	return lock
}

// ownedForLife returns the UID of the pod that holds a Lease for as long as it lives: the Lease
// belongs to the pod that it names, and never expires. "" for all other Leases.
func ownedForLife(lock Lock) types.UID {
	if !lock.Expires().IsZero() || lock.Record.Holder == "" {
		return ""
	}
	for _, owner := range lock.Owners {
		if owner.Kind == "Pod" && owner.APIVersion == "v1" && owner.Name == lock.Record.Holder {
			return owner.UID
		}
	}
	return ""
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
