package election

import (
	"encoding/json"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// kured is what its DaemonSet is called, by default.
const kured = "kured"

// kuredLock is a node's part of kured's record.
type kuredLock struct {
	NodeID  string    `json:"nodeID"`
	Created time.Time `json:"created"`
	TTL     int64     `json:"TTL"` // nanoseconds
}

func (l kuredLock) record() Record {
	r := Record{Holder: l.NodeID, Acquired: l.Created}
	if l.TTL > 0 {
		r.Renewed, r.Duration = l.Created, time.Duration(l.TTL)
	}
	return r
}

// kuredAnnotation: kured's lock on its DaemonSet, held by the node that reboots, or by several
// where that many may do so at once (kubereboot/kured pkg/daemonsetlock).
func kuredAnnotation(lock *Lock, object *unstructured.Unstructured, now time.Time) (bool, error) {
	const annotation = "weave.works/kured-node-lock"
	text, ok := object.GetAnnotations()[annotation]
	if !ok {
		if lock.Name == kured {
			return true, nil // it removes the annotation to release
		}
		return false, nil
	}
	lock.recordedIn(object, annotation)
	var in struct {
		kuredLock
		Locks []kuredLock `json:"locks"`
	}
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		lock.Marker = fmt.Sprintf("an object whose annotation %s cannot be read: %v", annotation, err)
		return true, nil
	}
	lock.Record = in.record()
	if len(in.Locks) > 0 {
		lock.Written = time.Time{} // any of the nodes may have written it
	}
	var live []Record
	for _, one := range in.Locks {
		r := one.record()
		if r.Holder == "" {
			continue
		}
		if lock.Record.Holder == "" {
			lock.Record = r
		}
		if r.Duration == 0 || !now.After(r.Renewed.Add(r.Duration)) {
			live = append(live, r)
		}
	}
	if len(live) > 0 {
		lock.Record = live[0]
	}
	if len(live) > 1 {
		lock.Shared = true
		for _, r := range live {
			lock.Rivals = append(lock.Rivals, r.Holder)
		}
	}
	return true, nil
}
