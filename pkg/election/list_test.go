package election

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestRecordsInData: of ConfigMaps that match, each is read whole.
func TestRecordsInData(t *testing.T) {
	for key, want := range map[string]bool{
		"leader": true, "current-leader": true, "leader.pod.orders": true, "leader-election-record": true, "isLeader": true, "election": true,
		"my-election.json": true, "leaderelection": true, "holderIdentity": true, "holder": true, "lockHolder": true, "lock": true, "db.lock": true,
		"lease-1": true, "org.apache.flink.k8s.leader.restserver": true, "address": true,
		"placeholder.conf": false, "shareholders.csv": false, "node-selection.yaml": false, "selection": false, "blocklist": false,
		"clock": false, "release": false, "application.yaml": false, "addresses": false,
	} {
		object := &metav1.PartialObjectMetadata{}
		object.ManagedFields = []metav1.ManagedFieldsEntry{{FieldsV1: metav1.NewFieldsV1(`{"f:data":{".":{},"f:` + key + `":{}},"f:metadata":{"f:labels":{"f:leader":{}}}}`)}}
		if got := recordsInData(object); got != want {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
}
