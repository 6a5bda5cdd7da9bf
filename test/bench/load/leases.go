package load

import (
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	termAge       = time.Hour     // since the leaders were elected
	podAge        = 2 * time.Hour // since the pods run: before their terms, else they could not lead
	leaseDuration = time.Hour     // nobody renews while one measures
)

// Fresh is how long after a load or a renewal there is time enough to measure before the terms end.
const Fresh = leaseDuration / 2

// heartbeat is the Lease of a node's kubelet.
func heartbeat(node string, now time.Time) *coordinationv1.Lease {
	seconds := int32(40)
	return &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: corev1.NamespaceNodeLease,
			Name:      node,
			OwnerReferences: []metav1.OwnerReference{
				{APIVersion: "v1", Kind: "Node", Name: node, UID: types.UID(uid(node))},
			},
		},
		Spec: coordinationv1.LeaseSpec{
			HolderIdentity:       &node,
			LeaseDurationSeconds: &seconds,
			RenewTime:            &metav1.MicroTime{Time: now},
		},
	}
}

// lease is held, with a term that began termAge ago.
func (e Election) lease(now time.Time) *coordinationv1.Lease {
	seconds, transitions := int32(leaseDuration/time.Second), int32(3)
	return &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Namespace: e.Namespace, Name: e.Name},
		Spec: coordinationv1.LeaseSpec{
			HolderIdentity:       &e.Holder,
			LeaseDurationSeconds: &seconds,
			AcquireTime:          &metav1.MicroTime{Time: now.Add(-termAge)},
			RenewTime:            &metav1.MicroTime{Time: now},
			LeaseTransitions:     &transitions,
		},
	}
}
