package election

import (
	"bytes"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// A reader finds the record of a leader in an object that has other duties as well. ok is false where the object has
// no record of this shape. It fills in what it reads; an error is one that the user has to settle.
type reader func(lock *Lock, object *unstructured.Unstructured, now time.Time) (ok bool, err error)

// readers are the shapes of record by kind, the most explicit one first.
var readers = map[*Kind][]reader{
	ConfigMap:          {leaderAnnotation, patroniAnnotations, expiryAnnotations, anyAnnotation, roleData, leaderData, shardMapping, ownerPod},
	Endpoints:          {leaderAnnotation, patroniAnnotations, anyAnnotation},
	DaemonSet:          {kuredAnnotation},
	KopfPeering:        {kopfStatus},
	ClusterKopfPeering: {kopfStatus},
}

// FromObject reads a lock of any kind but Lease at a moment of the server's clock. A nil object is a lock that does not
// exist; one without a record elects nobody, and the lock's Marker says so. An error is a Ref that does not say which of
// several elections is meant.
func FromObject(ref Ref, object *unstructured.Unstructured, now time.Time) (Lock, error) {
	if object == nil {
		return Lock{Ref: ref}, nil
	}
	lock := fromMeta(ref, object)
	if ref.Key != "" && len(rolesOf(dataOf(object))) == 0 && !labelledLock(object.GetLabels()) {
		return lock, fmt.Errorf("%s: the %s records no roles, so leave /%s out", ref, ref.KindName(), ref.Key)
	}
	for _, read := range readers[ref.kind()] {
		if ok, err := read(&lock, object, now); ok || err != nil {
			return lock, err
		}
	}
	lock.Marker = fmt.Sprintf("a %s that records no leader", ref.KindName())
	return lock, nil
}

// ownerPod: leader-for-life. The lock belongs to its holder's pod, is deleted with it, and has no data
// (operator-framework/operator-lib leader/leader.go, hashicorp/vault-k8s leader/leader.go).
func ownerPod(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	owners := object.GetOwnerReferences()
	if len(owners) != 1 || owners[0].Kind != "Pod" || owners[0].APIVersion != "v1" || hasData(object) {
		return false, nil
	}
	lock.Record.Holder, lock.HolderUID = owners[0].Name, owners[0].UID
	return true, nil
}

// hasData reports whether a ConfigMap has data. One that was read without its data has its fields listed.
func hasData(object *unstructured.Unstructured) bool {
	for _, entry := range object.GetManagedFields() {
		if entry.FieldsV1 != nil && (bytes.Contains(entry.FieldsV1.GetRawBytes(), []byte(`"f:data"`)) || bytes.Contains(entry.FieldsV1.GetRawBytes(), []byte(`"f:binaryData"`))) {
			return true
		}
	}
	return object.Object["data"] != nil || object.Object["binaryData"] != nil
}
