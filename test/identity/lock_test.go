package identity

import (
	"encoding/json"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func lockOf(t *testing.T, c Case) *unstructured.Unstructured {
	t.Helper()
	c.LockName = "x"
	switch c.HolderIdentity {
	case "":
		c.HolderIdentity = "a"
	case "-":
		c.HolderIdentity = ""
	}
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

// daemonSetJSON is the least spec of one, as daemonSetSpec has it.
const daemonSetJSON = `"spec":{"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"image":"pause:dev","name":"main"}]}}}`

// TestLocksSayWhatTheirCaseLeavesOut compares the whole content of a lock, but for its name.
func TestLocksSayWhatTheirCaseLeavesOut(t *testing.T) {
	for _, test := range []struct {
		name string
		c    Case
		want string
	}{
		{"Lease", Case{LockKind: "Lease"},
			`{"spec":{"acquireTime":"2026-11-20T11:00:00.000000Z","holderIdentity":"a","leaseDurationSeconds":15,"leaseTransitions":3,"renewTime":"2026-11-20T12:00:00.000000Z"}}`},
		{"Lease with overrides", Case{LockKind: "lease", LeaseSpec: object(`{"acquireTime":null,"leaseTransitions":0,"renewTime":"2026-11-20T12:00:00Z"}`), LeaseDurationSeconds: 60},
			`{"spec":{"holderIdentity":"a","leaseDurationSeconds":60,"leaseTransitions":0,"renewTime":"2026-11-20T12:00:00.000000Z"}}`},
		{"Lease that expired", Case{LockKind: "Lease", Expect: "expired"},
			`{"spec":{"acquireTime":"2026-11-20T10:00:00.000000Z","holderIdentity":"a","leaseDurationSeconds":15,"leaseTransitions":3,"renewTime":"2026-11-20T11:00:00.000000Z"}}`},
		{"ConfigMap", Case{LockKind: "ConfigMap"},
			`{"annotations":{"control-plane.alpha.kubernetes.io/leader":"{\"holderIdentity\":\"a\",\"leaseDurationSeconds\":15,\"acquireTime\":\"2026-11-20T11:00:00Z\",\"renewTime\":\"2026-11-20T12:00:00Z\",\"leaderTransitions\":3}"}}`},
		{"Endpoints with annotations", Case{LockKind: "Endpoints", Annotation: texts{"leader": "b"}}, `{"annotations":{"acquireTime":"2026-11-20T11:00:00.000000+00:00","leader":"b","renewTime":"2026-11-20T12:00:00.000000+00:00","transitions":"3","ttl":"30"}}`},
		{"Patroni", Case{LockKind: "Endpoints-patroni"},
			`{"annotations":{"acquireTime":"2026-11-20T11:00:00.000000+00:00","leader":"a","renewTime":"2026-11-20T12:00:00.000000+00:00","transitions":"3","ttl":"30"}}`},
		{"data", Case{LockKind: "ConfigMap-data", Data: texts{"k": "v"}}, `{"data":{"k":"v"}}`},
		{"Lease with an empty spec", Case{LockKind: "Lease", LeaseSpec: object(`{}`), HolderIdentity: "-"}, `{"spec":{}}`},
		{"Lease whose spec leaves the holder out", Case{LockKind: "Lease", LeaseSpec: object(`{"acquireTime":null,"renewTime":null,"leaseTransitions":"4"}`), LeaseDurationSeconds: 1, HolderIdentity: "-"},
			`{"spec":{"leaseDurationSeconds":1,"leaseTransitions":4}}`},
		{"Lease whose spec leaves out the holder that the case has", Case{LockKind: "Lease", LeaseSpec: object(`{"acquireTime":null,"renewTime":"","leaseTransitions":4}`)},
			`{"spec":{"holderIdentity":"a","leaseDurationSeconds":15,"leaseTransitions":4}}`},
		{"Lease that marks something", Case{LockKind: "Lease", Expect: "not-election", HolderIdentity: "-"}, `{"spec":{}}`},
		{"Lease with times of its own", Case{LockKind: "Lease", AcquireTime: "2026-11-20 10:00:00", RenewTime: "2026-11-20T11:59:58Z", LeaseTransitions: 7},
			`{"spec":{"acquireTime":"2026-11-20T10:00:00.000000Z","holderIdentity":"a","leaseDurationSeconds":15,"leaseTransitions":7,"renewTime":"2026-11-20T11:59:58.000000Z"}}`},
		{"annotation that is the record", Case{LockKind: "Endpoints", Annotation: texts{"": `{"holderIdentity":"b"}`}}, `{"annotations":{"control-plane.alpha.kubernetes.io/leader":"{\"holderIdentity\":\"b\"}"}}`},
		{"annotation that is Patroni's leader", Case{LockKind: "Patroni", Annotation: texts{"": "b", "ttl": "30", "transitions": "1"}},
			`{"annotations":{"acquireTime":"2026-11-20T11:00:00.000000+00:00","leader":"b","renewTime":"2026-11-20T12:00:00.000000+00:00","transitions":"1","ttl":"30"}}`},
		{"annotation that is no record", Case{LockKind: "DaemonSet", Annotation: texts{"note": "x"}, HolderIdentity: "n"},
			`{"annotations":{"note":"x","weave.works/kured-node-lock":"{\"TTL\":0,\"created\":\"2026-11-20T12:00:00Z\",\"metadata\":{\"unschedulable\":false},\"nodeID\":\"n\"}"},` + daemonSetJSON + `}`},
		{"kopf peering of data", Case{LockKind: "kopf", Data: texts{"b": `{"priority":1,"lastseen":"2026-11-20T12:00:00"}`}}, `{"status":{"b":{"lastseen":"2026-11-20T12:00:00","priority":1}}}`},
		{"kopf peer that was never seen", Case{LockKind: "KopfPeering", Status: object(`{"status":{"b":"{\"priority\":1}","kopf":"x"}}`)},
			`{"status":{"b":{"lastseen":"2026-11-20T12:00:00.000000+00:00","priority":1},"kopf":"x"}}`},
		{"kopf peer that expired", Case{LockKind: "KopfPeering", Expect: "expired", Status: object(`{"b":{"priority":1}}`)},
			`{"status":{"b":{"lastseen":"2026-11-20T11:00:00.000000+00:00","priority":1}}}`},
		{"kopf peering", Case{LockKind: "KopfPeering"}, `{"status":{"a":{"lastseen":"2026-11-20T12:00:00.000000+00:00","lifetime":60,"priority":100}}}`},
		{"kopf peering with peers", Case{LockKind: "ClusterKopfPeering", Status: object(`{"b":{"priority":1}}`)}, `{"status":{"b":{"lastseen":"2026-11-20T12:00:00.000000+00:00","priority":1}}}`},
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
	object := lockOf(t, Case{LockKind: "ConfigMap-ownerRef", Pod: Pod{Name: "a"}, Owners: owners{{Kind: "Deployment", Name: "d"}}})
	owners := object.GetOwnerReferences()
	if len(owners) != 2 || owners[0].Kind != "Pod" || owners[0].Name != "a" || owners[1].APIVersion != "apps/v1" || owners[1].UID == "" {
		t.Errorf("got %+v", owners)
	}
}

func TestAPodAmongTheOwnersLeads(t *testing.T) {
	object := lockOf(t, Case{LockKind: "ConfigMap", Pod: Pod{Name: "a"}, Owners: owners{{Kind: "Pod", Name: "a"}}})
	if owners := object.GetOwnerReferences(); len(owners) != 1 || owners[0].APIVersion != "v1" || len(object.GetAnnotations()) > 0 {
		t.Errorf("got the owners %+v, the annotations %v", owners, object.GetAnnotations())
	}
}

func TestTheTwinHasTheSameRecord(t *testing.T) {
	c := Case{LockKind: "ConfigMapsLeases", LockName: "x", HolderIdentity: "a", Expect: "external"}
	if problems := c.check(); len(problems) > 0 {
		t.Fatal(problems)
	}
	twin := c.twinObject(present)
	if c.lock() != "lease/x" || twin.GetKind() != "ConfigMap" || twin.GetNamespace() != "default" || !strings.Contains(twin.GetAnnotations()[leaderAnnotation], `"holderIdentity":"a"`) {
		t.Errorf("asked for %s, beside it %v", c.lock(), twin)
	}
}

func TestTheRoleThatIsAskedFor(t *testing.T) {
	several := texts{"leader.id.world": "w", "leader.id.moon": "m"}
	for _, test := range []struct {
		c    Case
		want string
	}{
		{Case{Data: texts{"leader.id.world": "w"}, HolderIdentity: "w"}, "configmap/leaders"},
		{Case{Data: several, HolderIdentity: "w"}, "configmap/leaders/world"},
		{Case{Data: several, HolderIdentity: "gone"}, "configmap/leaders/moon"},
		{Case{Data: several, HolderIdentity: "w", LockRole: "mars"}, "configmap/leaders/mars"},
	} {
		test.c.LockKind, test.c.LockName = "ConfigMap", "leaders"
		if got := test.c.lock(); got != test.want {
			t.Errorf("%v, holder %q: got %s, want %s", test.c.Data, test.c.HolderIdentity, got, test.want)
		}
	}
}
