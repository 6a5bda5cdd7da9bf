package election

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// object makes an object of annotations and one more part of it.
func object(annotations map[string]string, path string, part any) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"namespace": "ops", "name": "lock", "uid": "1"}}}
	if annotations != nil {
		o.SetAnnotations(annotations)
	}
	if path != "" {
		o.Object[path] = part
	}
	return o
}

func leaderJSON(text string) *unstructured.Unstructured {
	return object(map[string]string{LeaderAnnotation: text}, "", nil)
}

var noon = time.Date(2026, 1, 4, 12, 0, 0, 0, time.UTC)

func TestFromObject(t *testing.T) {
	role := func(data map[string]any) *unstructured.Unstructured { return object(nil, "data", data) }
	peers := func(status map[string]any) *unstructured.Unstructured { return object(nil, "status", status) }
	peer := func(priority any, lifetime any, seen time.Duration) map[string]any {
		return map[string]any{"priority": priority, "lifetime": lifetime, "lastseen": noon.Add(seen).Format("2006-01-02T15:04:05.000000")}
	}
	owner := object(nil, "", nil)
	owner.Object["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{"apiVersion": "v1", "kind": "Pod", "name": "op-0", "uid": "u-1"}}
	flink := func(data map[string]any) *unstructured.Unstructured {
		o := leaderJSON(`{"holderIdentity":"b3a1","leaseDuration":15,"renewTime":"2026-01-04T11:59:50Z"}`)
		o.Object["data"] = data
		return o
	}
	kuredLocks := func(locks string) *unstructured.Unstructured {
		return object(map[string]string{"weave.works/kured-node-lock": `{"maxOwners":2,"locks":[` + locks + `]}`}, "", nil)
	}
	for _, test := range []struct {
		name   string
		kind   *Kind
		key    string
		object *unstructured.Unstructured
		holder string
		state  State // at noon
		check  func(Lock) bool
	}{
		{"no such object", ConfigMap, "", nil, "", Missing, nil},
		{"client-go", ConfigMap, "", leaderJSON(`{"holderIdentity":"op-0","leaseDurationSeconds":15,"acquireTime":"2026-01-04T11:00:00Z","renewTime":"2026-01-04T11:59:50Z","leaderTransitions":3}`), "op-0", Held,
			func(l Lock) bool {
				return l.Record.Duration == 15*time.Second && l.Record.Transitions == 3 && l.Record.Acquired.Equal(noon.Add(-time.Hour))
			}},
		{"client-go, expired", Endpoints, "", leaderJSON(`{"holderIdentity":"op-0","leaseDurationSeconds":15,"renewTime":"2026-01-04T11:59:40Z"}`), "op-0", Expired, nil},
		{"client-go, released", Endpoints, "", leaderJSON(`{"holderIdentity":"","leaseDurationSeconds":1,"renewTime":"2026-01-04T11:59:40Z"}`), "", Released, nil},
		{"Istio", ConfigMap, "", leaderJSON(`{"holderIdentity":"istiod-0","holderKey":"default","leaseDurationSeconds":30,"renewTime":"2026-01-04T11:59:50Z","leaderTransitions":1}`), "istiod-0", Held, nil},
		{"fabric8, ISO duration", ConfigMap, "", leaderJSON(`{"holderIdentity":"op-0","leaseDuration":"PT1M15S","renewTime":"2026-01-04T11:59:00.123456Z","leaderTransitions":0}`), "op-0", Held,
			func(l Lock) bool { return l.Record.Duration == 75*time.Second }},
		{"fabric8, number", ConfigMap, "", leaderJSON(`{"holderIdentity":"op-0","leaseDuration":15.000000000,"renewTime":1767527990.5}`), "op-0", Held,
			func(l Lock) bool { return l.Record.Renewed.Equal(noon.Add(-9500 * time.Millisecond)) }},
		{"fabric8, released with its holder in place", ConfigMap, "", leaderJSON(`{"holderIdentity":"op-0","leaseDurationSeconds":1,"renewTime":"2026-01-04T11:59:50Z"}`), "op-0", Released, nil},
		{"Python", ConfigMap, "", leaderJSON(`{"holderIdentity": "b3a1", "leaseDurationSeconds": "17", "acquireTime": "2026-01-04 11:59:00.123456", "renewTime": "2026-01-04 11:59:50.654321"}`), "b3a1", Held,
			func(l Lock) bool { return l.Record.Duration == 17*time.Second && !l.Record.Acquired.IsZero() }},
		{"an emptied annotation", ConfigMap, "", leaderJSON(""), "", Released, nil},
		{"an annotation that is no record", ConfigMap, "", leaderJSON("op-0"), "", NotElection, nil},
		{"a null holder", ConfigMap, "", leaderJSON(`{"holderIdentity":null}`), "", Released, nil},
		{"any ConfigMap", ConfigMap, "", role(map[string]any{"a": "b"}), "", NotElection, nil},
		{"any Endpoints", Endpoints, "", object(nil, "", nil), "", NotElection, nil},

		{"Patroni", Endpoints, "", object(map[string]string{"leader": "pg-0", "ttl": "30", "renewTime": "2026-01-04T11:59:50.123456+00:00", "acquireTime": "2026-01-04T10:00:00.5+00:00", "transitions": "7"}, "", nil), "pg-0", Held,
			func(l Lock) bool {
				return l.Record.Transitions == 7 && l.Record.Duration == 30*time.Second && !l.Record.Acquired.IsZero()
			}},
		{"Patroni, released", ConfigMap, "", object(map[string]string{"ttl": "30", "renewTime": "2026-01-04T11:59:50+00:00", "transitions": "7"}, "", nil), "", Released, nil},

		{"leader for life", ConfigMap, "", owner, "op-0", Held, func(l Lock) bool { return l.HolderUID == "u-1" }},
		{"Argo CD's shards", ConfigMap, "", role(map[string]any{"shardControllerMapping": "[]"}), "", NotElection, nil},

		{"Spring", ConfigMap, "", role(map[string]any{"leader.id.world": "orders-0"}), "orders-0", Held, nil},
		{"Spring, a role of several", ConfigMap, "b", role(map[string]any{"leader.id.a": "orders-0", "leader.id.b": "orders-1"}), "orders-1", Held, nil},
		{"Spring, a role that nobody has", ConfigMap, "c", role(map[string]any{"leader.id.a": "orders-0"}), "", Released, nil},

		{"Camel, a group without a name", ConfigMap, "", role(map[string]any{"leader.pod.null": "rules-0", "leader.local.timestamp.null": "2026-01-04T11:00:00Z"}), "rules-0", Held,
			func(l Lock) bool { return l.Record.Acquired.Equal(noon.Add(-time.Hour)) }},
		{"Camel, a group of several", ConfigMap, "b", role(map[string]any{"leader.pod.a": "rules-0", "leader.pod.b": "rules-1"}), "rules-1", Held, nil},
		{"a record in the data", ConfigMap, "", role(map[string]any{"leader-election-record": `{"holderIdentity":"op-0","leaseDurationSeconds":15,"renewTime":"2026-01-04T11:59:50Z"}`}), "op-0", Held, nil},
		{"a record in the data, expired", ConfigMap, "", role(map[string]any{"record": `{"holderIdentity":"op-0","leaseDurationSeconds":15,"renewTime":"2026-01-04T11:50:00Z"}`}), "op-0", Expired, nil},
		{"records of two elections in the data", ConfigMap, "b", role(map[string]any{"a": `{"holderIdentity":"op-0"}`, "b": `{"holderIdentity":"op-1"}`}), "op-1", Held, nil},
		{"a leader and a time in the data", ConfigMap, "", role(map[string]any{"current-leader": "op-0", "timestamp": "2026-01-04T11:00:00.123456"}), "op-0", Held, nil},
		{"a leader in the data, and no time", ConfigMap, "", role(map[string]any{"leader": "op-0", "timestamp": "never"}), "", NotElection, nil},
		{"data that only mentions a record", ConfigMap, "", role(map[string]any{"doc": `{"example":{"holderIdentity":"op-0"}}`}), "", NotElection, nil},
		{"a record in another annotation", ConfigMap, "", object(map[string]string{"example.com/leader": `{"holderIdentity":"op-0","leaseDurationSeconds":15,"renewTime":"2026-01-04T11:59:50Z"}`}, "", nil), "op-0", Held, nil},
		{"what kubectl remembers of a record", ConfigMap, "", object(map[string]string{"kubectl.kubernetes.io/last-applied-configuration": `{"data":{"holderIdentity":"op-0"}}`}, "", nil), "", NotElection, nil},
		{"MariaDB of OpenStack-Helm", ConfigMap, "", object(map[string]string{"openstackhelm.openstack.org/leader.node": "mariadb-server-2", "openstackhelm.openstack.org/leader.expiry": "2026-01-04T12:01:00.404224Z"}, "", nil), "mariadb-server-2", Held, nil},
		{"MariaDB of OpenStack-Helm, expired", ConfigMap, "", object(map[string]string{"openstackhelm.openstack.org/leader.node": "mariadb-server-2", "openstackhelm.openstack.org/leader.expiry": "2026-01-04T11:59:59.404224Z"}, "", nil), "mariadb-server-2", Expired, nil},
		{"Lorry", ConfigMap, "", object(map[string]string{"leader": "pg-0", "ttl": "15", "acquire-time": "1767524400", "renew-time": "1767527990"}, "", nil), "pg-0", Held,
			func(l Lock) bool {
				return l.Record.Renewed.Equal(noon.Add(-10*time.Second)) && !l.Record.Acquired.IsZero()
			}},
		{"Lorry, expired", ConfigMap, "", object(map[string]string{"leader": "pg-0", "ttl": "15", "acquire-time": "1767524400", "renew-time": "1767527900"}, "", nil), "pg-0", Expired, nil},
		{"Flink's address", ConfigMap, "", flink(map[string]any{"org.apache.flink.k8s.leader.restserver": "5e8f0f5e,http://10.244.3.7:8081", "org.apache.flink.k8s.leader.dispatcher": "5e8f0f5e,akka.tcp://flink@10.244.3.7:6123/user/rpc/dispatcher_0"}), "b3a1", Held,
			func(l Lock) bool { return l.Address == "10.244.3.7" }},
		{"Flink's address, in older versions", ConfigMap, "", flink(map[string]any{"address": "akka.tcp://flink@10.244.3.7:6123/user", "sessionId": "5e8f0f5e"}), "b3a1", Held,
			func(l Lock) bool { return l.Address == "10.244.3.7" }},
		{"Flink's addresses that differ", ConfigMap, "", flink(map[string]any{"org.apache.flink.k8s.leader.a": "5e8f0f5e,http://10.244.3.7:8081", "org.apache.flink.k8s.leader.b": "5e8f0f5e,http://10.244.4.9:8081"}), "b3a1", Held,
			func(l Lock) bool { return l.Address == "" }},
		{"Flink's address that is a Service's", ConfigMap, "", flink(map[string]any{"address": "http://orders-rest.flink:8081"}), "b3a1", Held, func(l Lock) bool { return l.Address == "" }},

		{"kured, two at a time", DaemonSet, "", kuredLocks(`{"nodeID":"w-1","created":"2026-01-04T11:00:00Z","TTL":0},{"nodeID":"w-2","created":"2026-01-04T11:00:00Z","TTL":0}`), "w-1", Held,
			func(l Lock) bool { return l.Shared && len(l.Rivals) == 2 }},
		{"kured, two of which one's time is up", DaemonSet, "", kuredLocks(`{"nodeID":"w-1","created":"2026-01-04T11:00:00Z","TTL":60000000000},{"nodeID":"w-2","created":"2026-01-04T11:00:00Z","TTL":0}`), "w-2", Held,
			func(l Lock) bool { return len(l.Rivals) == 0 }},
		{"kured, an empty list", DaemonSet, "", kuredLocks(""), "", Released, nil},
		{"kured, everybody's time is up", DaemonSet, "", kuredLocks(`{"nodeID":"w-1","created":"2026-01-04T11:00:00Z","TTL":60000000000}`), "w-1", Expired, nil},
		{"kured", DaemonSet, "", object(map[string]string{"weave.works/kured-node-lock": `{"nodeID":"w-1","created":"2026-01-04T11:00:00Z","TTL":0}`}, "", nil), "w-1", Held, nil},
		{"kured, its time is up", DaemonSet, "", object(map[string]string{"weave.works/kured-node-lock": `{"nodeID":"w-1","created":"2026-01-04T11:00:00Z","TTL":1800000000000}`}, "", nil), "w-1", Expired, nil},
		{"any DaemonSet", DaemonSet, "", object(nil, "", nil), "", NotElection, nil},

		{"kopf: the highest priority", KopfPeering, "", peers(map[string]any{"a": peer(int64(0), int64(60), 0), "b": peer(int64(100), int64(60), 0)}), "b", Held, nil},
		{"kopf: the highest of those who live", KopfPeering, "", peers(map[string]any{"a": peer(int64(0), int64(60), 0), "b": peer(int64(100), int64(60), -2*time.Minute)}), "a", Held, nil},
		{"kopf: nobody lives", ClusterKopfPeering, "", peers(map[string]any{"a": peer(int64(0), int64(60), -3*time.Minute)}), "a", Expired, nil},
		{"kopf: two of one priority", KopfPeering, "", peers(map[string]any{"a": peer(int64(5), int64(60), 0), "b": peer("5", "60", 0)}), "a", Held, func(l Lock) bool { return len(l.Rivals) == 2 }},
		{"kopf: nobody yet", KopfPeering, "", object(nil, "", nil), "", Released, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock, err := FromObject(Ref{Kind: test.kind, Namespace: "ops", Name: "lock", Key: test.key}, test.object, noon)
			if err != nil {
				t.Fatal(err)
			}
			if lock.Record.Holder != test.holder || lock.StateAt(noon) != test.state {
				t.Errorf("%s, held by %q, want %s by %q (%+v)", lock.StateAt(noon), lock.Record.Holder, test.state, test.holder, lock)
			}
			if test.check != nil && !test.check(lock) {
				t.Errorf("read %+v", lock)
			}
		})
	}
}

func TestSpringWithoutARole(t *testing.T) {
	_, err := FromObject(Ref{Kind: ConfigMap, Namespace: "ops", Name: "leaders"},
		object(nil, "data", map[string]any{"leader.id.b": "1", "leader.id.a": "2", "other": "3"}), noon)
	if err == nil || !strings.Contains(err.Error(), "(a, b): name one, as in configmap/leaders/a") {
		t.Errorf("error %v", err)
	}
}

func TestParseRef(t *testing.T) {
	for text, want := range map[string]string{
		"op": "lease ops/op", "lease/op": "lease ops/op", "leases.coordination.k8s.io/op": "lease ops/op", "Leases.v1.coordination.k8s.io/op": "lease ops/op",
		"cm/x": "configmap ops/x", "ConfigMaps/x": "configmap ops/x", "configmap/leaders/world": "configmap ops/leaders/world", "ep/x": "endpoints ops/x",
		"kopfpeering.kopf.dev/default": "kopfpeering ops/default", "clusterkopfpeering/default": "clusterkopfpeering default", "ds/kured": "daemonset ops/kured",
		"": "", "lease/": "", "secret/x": "", "lease/a/b": "", "leases.akka.io/x": "", "cm/a/b/c": "", "cm/a/": "", "UPPER": "", "lease/../x": "", "a b": "",
	} {
		ref, err := ParseRef(text)
		ref.Namespace = "ops"
		switch {
		case err != nil && want != "":
			t.Errorf("%s: %v", text, err)
		case err == nil && ref.String() != want:
			t.Errorf("%s is read as %s, want %q", text, ref, want)
		}
		if err == nil {
			if again, err := ParseRef(ref.Arg()); err != nil || again.Kind != ref.Kind || again.Name != ref.Name || again.Key != ref.Key {
				t.Errorf("%s is written as %s, which is read as %v, %v", text, ref.Arg(), again, err)
			}
		}
	}
}

// sound checks what must be true of every reading, whatever was in the object.
func sound(t *testing.T, lock Lock, input string) {
	t.Helper()
	r := lock.Record
	if r.Holder != "" && !strings.Contains(input, r.Holder) {
		t.Errorf("holder %q is not in %q", r.Holder, input)
	}
	if r.Duration < 0 || r.Transitions < 0 && !strings.Contains(input, "-") {
		t.Errorf("read %+v", r)
	}
	if state := lock.StateAt(noon); state == Held && r.Holder == "" {
		t.Errorf("held by nobody: %+v", lock)
	}
}

func FuzzLeaderAnnotation(f *testing.F) {
	f.Add(`{"holderIdentity":"op-0","leaseDurationSeconds":15,"acquireTime":"2026-01-04T11:00:00Z","renewTime":1767528000000,"leaderTransitions":"3"}`)
	f.Add(`{"holderIdentity":"a","leaseDuration":"PT9999999H","renewTime":"0001-01-01T00:00:00Z"}`)
	f.Fuzz(func(t *testing.T, text string) {
		lock, err := FromObject(Ref{Kind: ConfigMap}, leaderJSON(text), noon)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if json.Unmarshal([]byte(text), &fields) == nil {
			decoded, _ := fields["holderIdentity"].(string)
			text += decoded // escapes are resolved
			for name, value := range fields {
				if s, ok := value.(string); ok && strings.EqualFold(name, "holderIdentity") {
					text += s
				}
			}
		}
		sound(t, lock, text+"\ufffd"+strings.ToValidUTF8(text, "\ufffd"))
	})
}

func FuzzPatroni(f *testing.F) {
	f.Add("pg-0", "30", "2026-01-04T11:59:50+00:00", "7")
	f.Fuzz(func(t *testing.T, leader, ttl, renewed, transitions string) {
		o := object(map[string]string{"leader": leader, "ttl": ttl, "renewTime": renewed, "transitions": transitions}, "", nil)
		lock, err := FromObject(Ref{Kind: Endpoints}, o, noon)
		if err != nil || lock.Record.Holder != leader {
			t.Errorf("%v: %+v", err, lock)
		}
		sound(t, lock, leader+transitions)
	})
}

func FuzzKured(f *testing.F) {
	f.Add(`{"nodeID":"w-1","created":"2026-01-04T11:00:00Z","TTL":-1}`)
	f.Fuzz(func(t *testing.T, text string) {
		lock, err := FromObject(Ref{Kind: DaemonSet}, object(map[string]string{"weave.works/kured-node-lock": text}, "", nil), noon)
		if err != nil {
			t.Fatal(err)
		}
		if lock.Record.Duration < 0 || lock.Record.Holder != "" && lock.Marker != "" {
			t.Errorf("read %+v", lock)
		}
	})
}

func FuzzSpring(f *testing.F) {
	f.Add("leader.id.world", "orders-0", "world")
	f.Fuzz(func(t *testing.T, key, value, role string) {
		lock, err := FromObject(Ref{Kind: ConfigMap, Name: "leaders", Key: role}, object(nil, "data", map[string]any{key: value}), noon)
		if err != nil {
			t.Fatal(err)
		}
		sound(t, lock, value)
	})
}

func FuzzRecordInData(f *testing.F) {
	f.Add("leader-election-record", `{"holderIdentity":"op-0","leaseDurationSeconds":15,"renewTime":"2026-01-04T11:59:50Z"}`, "")
	f.Add("org.apache.flink.k8s.leader.restserver", "5e8f0f5e,http://10.244.3.7:8081", "x")
	f.Add("current-leader", "op-0", "")
	f.Fuzz(func(t *testing.T, key, text, role string) {
		o := object(nil, "data", map[string]any{key: text, "timestamp": "2026-01-04T11:59:50Z"})
		lock, err := FromObject(Ref{Kind: ConfigMap, Name: "leaders", Key: role}, o, noon)
		if err != nil {
			return // it records no roles
		}
		if isRecord(text) {
			var in annotationRecord
			if json.Unmarshal([]byte(text), &in) == nil {
				text += value(in.HolderIdentity) // escapes are resolved
			}
		}
		sound(t, lock, text)
	})
}

func FuzzOwner(f *testing.F) {
	f.Add("v1", "Pod", "op-0", "uid")
	f.Fuzz(func(t *testing.T, version, kind, name, uid string) {
		o := object(nil, "", nil)
		o.Object["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{"apiVersion": version, "kind": kind, "name": name, "uid": uid}}
		lock, err := FromObject(Ref{Kind: ConfigMap}, o, noon)
		if err != nil {
			t.Fatal(err)
		}
		sound(t, lock, name)
	})
}

func FuzzKopf(f *testing.F) {
	f.Add(`{"a":{"priority":1,"lifetime":60,"lastseen":"2026-01-04T12:00:00.000000"},"b":{"priority":"1","lifetime":1e300,"lastseen":"2026-01-04T12:00:00+00:00"},"c":3}`)
	f.Fuzz(func(t *testing.T, text string) {
		var status map[string]any
		if json.Unmarshal([]byte(text), &status) != nil {
			return
		}
		lock, err := FromObject(Ref{Kind: KopfPeering}, object(nil, "status", status), noon)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := status[lock.Record.Holder]; lock.Record.Holder != "" && !ok {
			t.Errorf("holder %q is no peer", lock.Record.Holder)
		}
		sound(t, lock, text+lock.Record.Holder)
	})
}
