package identity

import (
	"encoding/json"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func lockOf(t *testing.T, c Case) *unstructured.Unstructured {
	t.Helper()
	c.LockName, c.HolderIdentity = "x", "a"
	if c.Expect == "" {
		c.Expect = "external"
	}
	if problems := c.check(); len(problems) > 0 {
		t.Fatal(problems)
	}
	object, err := c.lockObject(present)
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// TestLocksSayWhatTheirCaseLeavesOut compares the whole content of a lock, but for its name.
func TestLocksSayWhatTheirCaseLeavesOut(t *testing.T) {
	for _, test := range []struct {
		name string
		c    Case
		want string
	}{
		{"Lease", Case{LockKind: "Lease"},
			`{"spec":{"acquireTime":"2026-11-20T11:00:00.000000Z","holderIdentity":"a","leaseDurationSeconds":15,"leaseTransitions":3,"renewTime":"2026-11-20T12:00:00.000000Z"}}`},
		{"Lease with overrides", Case{LockKind: "lease", LeaseSpec: json.RawMessage(`{"acquireTime":null,"leaseTransitions":0,"renewTime":"2026-11-20T12:00:00Z"}`), LeaseDurationSeconds: 60},
			`{"spec":{"holderIdentity":"a","leaseDurationSeconds":60,"leaseTransitions":0,"renewTime":"2026-11-20T12:00:00.000000Z"}}`},
		{"Lease that expired", Case{LockKind: "Lease", Expect: "expired"},
			`{"spec":{"acquireTime":"2026-11-20T10:00:00.000000Z","holderIdentity":"a","leaseDurationSeconds":15,"leaseTransitions":3,"renewTime":"2026-11-20T11:00:00.000000Z"}}`},
		{"ConfigMap", Case{LockKind: "ConfigMap"},
			`{"annotations":{"control-plane.alpha.kubernetes.io/leader":"{\"holderIdentity\":\"a\",\"leaseDurationSeconds\":15,\"acquireTime\":\"2026-11-20T11:00:00Z\",\"renewTime\":\"2026-11-20T12:00:00Z\",\"leaderTransitions\":3}"}}`},
		{"Endpoints with annotations", Case{LockKind: "Endpoints", Annotation: texts{"leader": "b"}}, `{"annotations":{"leader":"b"}}`},
		{"Patroni", Case{LockKind: "Endpoints-patroni"},
			`{"annotations":{"acquireTime":"2026-11-20T11:00:00.000000+00:00","leader":"a","renewTime":"2026-11-20T12:00:00.000000+00:00","transitions":"3","ttl":"30"}}`},
		{"data", Case{LockKind: "ConfigMap-data", Data: texts{"k": "v"}}, `{"data":{"k":"v"}}`},
		{"kopf peering", Case{LockKind: "KopfPeering"}, `{"status":{"a":{"lastseen":"2026-11-20T12:00:00.000000+00:00","lifetime":60,"priority":100}}}`},
		{"kopf peering with peers", Case{LockKind: "ClusterKopfPeering", Status: json.RawMessage(`{"b":{"priority":1}}`)}, `{"status":{"b":{"priority":1}}}`},
	} {
		object := lockOf(t, test.c)
		content := map[string]any{}
		for _, key := range []string{"spec", "data", "status"} {
			if value, ok := object.Object[key]; ok {
				content[key] = value
			}
		}
		if annotations := object.GetAnnotations(); len(annotations) > 0 {
			content["annotations"] = annotations
		}
		got, err := json.Marshal(content)
		if err != nil || string(got) != test.want {
			t.Errorf("%s: %v\ngot  %s\nwant %s", test.name, err, got, test.want)
		}
	}
}

func TestOwnersOfALock(t *testing.T) {
	object := lockOf(t, Case{LockKind: "ConfigMap-ownerRef", Pod: Pod{Name: "a"}, LeaseOwner: &Owner{Kind: "Deployment", Name: "d"}})
	owners := object.GetOwnerReferences()
	if len(owners) != 2 || owners[0].Kind != "Pod" || owners[0].Name != "a" || owners[1].APIVersion != "apps/v1" || owners[1].UID == "" {
		t.Errorf("got %+v", owners)
	}
}
