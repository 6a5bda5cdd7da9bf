package identity

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// one is the case of these fields, beside those that each one needs.
func one(t *testing.T, fields string) *Case {
	t.Helper()
	cases, _, err := load(t, `[{"id": 1, "lockKind": "Lease", "lockName": "x", "lockNamespace": "ns", "podName": "a", "expect": "pod", `+fields+`}]`)
	if err != nil || cases[0].Flaw != nil {
		t.Fatal(fields, err, cases[0].Flaw)
	}
	return &cases[0]
}

func TestAnnotationsOfAnyForm(t *testing.T) {
	const record = `{"holderIdentity":"a"}`
	want := texts{leaderAnnotation: record}
	for _, fields := range []string{
		`"annotation": {"` + leaderAnnotation + `": {"holderIdentity":"a"}}`,
		`"annotations": {"` + leaderAnnotation + `": "{\"holderIdentity\":\"a\"}"}`,
		`"lockAnnotations": "{\"holderIdentity\":\"a\"}"`,
		`"lease_annotations": {"holderIdentity":"a"}`,
		`"annotation": "{\"` + leaderAnnotation + `\": {\"holderIdentity\":\"a\"}}"`,
		`"annotation": {"gone": null}, "annotations": null, "leaseAnnotation": {"` + leaderAnnotation + `": {"holderIdentity":"a"}}`,
	} {
		if c := one(t, fields); !maps.Equal(c.Annotation, want) {
			t.Errorf("%s: got %v", fields, c.Annotation)
		}
	}
	if c := one(t, `"annotation": {"ttl": 30}, "annotations": {"leader": "a"}`); !maps.Equal(c.Annotation, texts{"ttl": "30", "leader": "a"}) {
		t.Errorf("in two spellings: got %v", c.Annotation)
	}
}

func TestAddressesOfAnyForm(t *testing.T) {
	want := addresses{{Type: corev1.NodeHostName, Address: "h"}, {Type: corev1.NodeInternalIP, Address: "10.0.0.1"}}
	for _, fields := range []string{
		`"nodeAddresses": {"Hostname": "h", "InternalIP": "10.0.0.1"}`,
		`"nodeAddresses": {"hostname": ["h"], "internal_ip": ["10.0.0.1"]}`,
		`"nodeAddresses": [{"type": "Hostname", "address": "h"}, {"type": "InternalIP", "address": "10.0.0.1"}]`,
		`"nodeAddresses": ["h", "10.0.0.1"]`,
		`"nodeAddresses": "h, 10.0.0.1"`,
	} {
		if c := one(t, fields); !slices.Equal(c.NodeAddresses, want) {
			t.Errorf("%s: got %v", fields, c.NodeAddresses)
		}
	}
}

func TestOwnersOfAnyForm(t *testing.T) {
	for _, fields := range []string{
		`"leaseOwner": {"kind": "Deployment", "name": "d"}`, `"leaseOwner": [{"kind": "Deployment", "name": "d"}, {"kind": "x"}]`,
		`"leaseOwner": "Deployment/d"`, `"lockOwner": "apps/v1/Deployment/d"`, `"leaseOwner": "d"`, `"ownerReferences": ["d"]`,
	} {
		got := one(t, fields).Owners.complete("Deployment")
		if len(got) != 1 || got[0].APIVersion != "apps/v1" || got[0].Kind != "Deployment" || got[0].Name != "d" || got[0].UID == "" {
			t.Errorf("%s: got %+v", fields, got)
		}
	}
}

func TestPodsOfAnyForm(t *testing.T) {
	c := one(t, `"podNodeName": "n", "podLabels": "app=web,tier=x", "expect": "ambiguous", "decoys": ["d", {"podNamespace": "other", "podName": "e", "podLabels": null}],
		"candidates": ["b", "other/c", {"namespace": "third", "name": "d", "nodeName": "m"}]`)
	var places []string
	for _, pod := range c.pods() {
		places = append(places, pod.place().String()+" on "+pod.NodeName)
	}
	want := []string{"ns/a on n", "ns/d on ", "other/e on ", "ns/b on n", "other/c on n", "third/d on m"}
	if !slices.Equal(places, want) || !maps.Equal(c.Candidates[2].Labels, texts{"app": "web", "tier": "x"}) {
		t.Errorf("got  %v, labels %v\nwant %v", places, c.Candidates[2].Labels, want)
	}
	if c := one(t, `"podName": "", "pod": {"namespace": "p", "name": "b"}`); c.Pod.place().String() != "p/b" {
		t.Errorf("as an object: got %s", c.Pod.place())
	}
}

func TestObjectsMayBeTexts(t *testing.T) {
	c := one(t, `"leaseSpec": "{\"leaseTransitions\": 2}", "data": "{\"k\": {\"v\": 1}}"`)
	if string(c.LeaseSpec) != `{"leaseTransitions":2}` || !maps.Equal(c.Data, texts{"k": `{"v":1}`}) {
		t.Errorf("got the spec %s, the data %v", c.LeaseSpec, c.Data)
	}
	if c := one(t, `"leaseSpec": null`); c.LeaseSpec != nil {
		t.Errorf("null: got %s", c.LeaseSpec)
	}
}

func TestPeersUnderAnyName(t *testing.T) {
	const peer = `{"a":{"lastseen":"2026-01-04T10:00:32"}}`
	quoted, _ := json.Marshal(peer)
	for _, fields := range []string{`"status": ` + peer, `"data": ` + peer, `"peering": ` + peer, `"peers": [{"id": "a", "lastseen": "2026-01-04T10:00:32"}]`,
		`"kopfStatus": ` + string(quoted), `"status": {"status": ` + peer + `}`, `"data": {"a": "{\"lastseen\": \"2026-01-04T10:00:32\"}"}`} {
		c := one(t, `"lockKind": "KopfPeering", `+fields)
		c.moveTo(present)
		var got map[string]map[string]string
		if err := json.Unmarshal(c.Status, &got); err != nil || got["a"]["lastseen"] != "2026-11-20T12:00:00" {
			t.Errorf("%s: got %s, %v", fields, c.Status, err)
		}
	}
}

func TestScalarsOfAnyForm(t *testing.T) {
	for _, fields := range []string{`"leaseDurationSeconds": "60"`, `"leaseDurationSeconds": 60.0`, `"leaseDurationSeconds": "PT60S"`, `"leaseDuration": "1m"`, `"leaseDuration": "PT1M"`} {
		if c := one(t, fields); c.LeaseDurationSeconds != 60 {
			t.Errorf("%s: got %d", fields, c.LeaseDurationSeconds)
		}
	}
	c := one(t, `"holderIdentity": 17, "podHostNetwork": "True", "podLabels": {"n": 1, "b": true, "gone": null}, "podUID": 3, "lockKind": ["Lease", "ConfigMap"]`)
	if c.HolderIdentity != "17" || !c.Pod.HostNetwork || !maps.Equal(c.Pod.Labels, texts{"n": "1", "b": "true"}) || c.form().twin != "configmap" {
		t.Errorf("got %+v", c)
	}
	if c := one(t, `"holderIdentity": null, "leaseDurationSeconds": null, "podHostNetwork": null, "decoys": null, "podSpec": null`); c.HolderIdentity != "" || c.Pod.Spec != nil {
		t.Errorf("null: got %+v", c)
	}
}

func TestPodSpecAndStatus(t *testing.T) {
	c := one(t, `"podHostNetwork": false, "nodeName": "n", "podContainers": ["side", {"name": "main"}], "podOwner": "d",
		"podSpec": {"hostNetwork": true, "hostname": "h", "serviceAccountName": "x", "containers": [{}, {"name": "second", "image": "i"}]},
		"podStatus": {"podIP": "10.1.1.1", "phase": "running", "reason": "r", "conditions": [{"type": "Initialized", "status": "True"}]}`)
	pod := build(t, *c).pods[0]
	var names []string
	for _, one := range pod.Spec.Containers {
		names = append(names, one.Name+"="+one.Image)
	}
	if want := []string{"main=pause:dev", "second=i", "side=pause:dev"}; !slices.Equal(names, want) {
		t.Errorf("got the containers %v, want %v", names, want)
	}
	if !pod.Spec.HostNetwork || pod.Spec.Hostname != "h" || pod.Spec.NodeName != "n" || pod.Spec.ServiceAccountName != "" {
		t.Errorf("got the spec %+v", pod.Spec)
	}
	if s := pod.Status; s.PodIP != "10.1.1.1" || s.Phase != corev1.PodRunning || s.Reason != "r" || len(s.Conditions) != 1 || len(s.ContainerStatuses) != 3 {
		t.Errorf("got the status %+v", s)
	}
	if o := pod.OwnerReferences; len(o) != 1 || o[0].Kind != "ReplicaSet" || o[0].Name != "d" || !*o[0].Controller {
		t.Errorf("got the owners %+v", o)
	}
}

func TestStartsOfAnyForm(t *testing.T) {
	want := time.Date(2024, 6, 12, 13, 46, 41, 0, time.UTC)
	for _, at := range []string{`"2024-06-12T13:46:41Z"`, `{"a": "2024-06-12T13:46:41Z"}`, `{"a/c": "2024-06-12T13:46:41Z"}`, `{"ns/a/c": "2024-06-12T13:46:41Z"}`,
		`{"c": "2024-06-12T13:46:41Z"}`, `{"a": {"c": "2024-06-12T13:46:41Z"}}`, `{"a": 1718200001000}`} {
		pod := build(t, *one(t, `"podContainers": "c", "containerStartedAt": `+at)).pods[0]
		if got := pod.Status.ContainerStatuses; len(got) != 1 || got[0].Name != "c" || !got[0].State.Running.StartedAt.Time.Equal(want) {
			t.Errorf("%s: got %+v", at, got)
		}
	}
}
