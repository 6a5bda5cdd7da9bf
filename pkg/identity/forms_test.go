package identity

import (
	"strings"
	"testing"
)

func TestEveryFormReadsItsExample(t *testing.T) {
	for _, form := range Forms {
		t.Run(form.Rule+" "+form.Example, func(t *testing.T) {
			for _, r := range Readings(form.Example) {
				if r.Host == form.Host && r.Rule == form.Rule {
					return
				}
			}
			t.Errorf("%v has no %q by rule %s", Readings(form.Example), form.Host, form.Rule)
		})
		if form.Source == "" {
			t.Errorf("rule %s names no source", form.Rule)
		}
	}
}

func TestReadings(t *testing.T) {
	for _, test := range []struct {
		name, holder string
		want         string // host:rule, blank between; ! marks one that a restarted process does not have again
	}{
		{"bare pod name", "op-6d8b9c7f5d-4kx2z", "op-6d8b9c7f5d-4kx2z:exact"},
		{"controller-runtime", "op-0_0c2c1c37", "op-0_0c2c1c37:exact op-0:host_uuid!"},
		{"pod name and IP (Knative)", "as-7d5f_10.2.3.4", "as-7d5f_10.2.3.4:exact as-7d5f:host_uuid"},
		{"pod name and IPv6", "as-7d5f_fd00::1", "as-7d5f_fd00::1:exact as-7d5f:host_uuid"},
		{"two underscores", "a_b_c", "a_b_c:exact a:host_uuid a_b:host_uuid"},
		{"cert-manager", "cm-7d-external-cert-manager-controller", "cm-7d-external-cert-manager-controller:exact cm-7d:host-dash-suffix"},
		{"cilium", "worker-1-QwErTyUiOp", "worker-1-QwErTyUiOp:exact worker-1:host-dash-suffix!"},
		{"a word is no random suffix", "worker-1-deployment", "worker-1-deployment:exact"},
		{"a laptop's name is none either", "DESKTOP-ABC1234", "DESKTOP-ABC1234:exact"},
		{"a UUID after a dash can be a pod's own", "op-0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", "op-0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10:exact"},
		{"unless it follows a StatefulSet's name", "op-0-0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", "op-0-0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10:exact op-0:host-dash-suffix!"},
		{"anything after a Deployment's", "op-6d8b9c7f5d-x2k4z-leader", "op-6d8b9c7f5d-x2k4z-leader:exact op-6d8b9c7f5d-x2k4z:host-dash-suffix"},
		{"but not after a StatefulSet's", "op-0-leader", "op-0-leader:exact"},
		{"a number after a slash", "op-6d8b9c7f5d-x2k4z/1", "op-6d8b9c7f5d-x2k4z/1:exact op-6d8b9c7f5d-x2k4z:host/rest! 1:namespace/name"},
		{"a port", "op-0:8080", "op-0:8080:exact op-0:host:rest"},
		{"a constant word", "op-0_mynamespace", "op-0_mynamespace:exact op-0:host_uuid"},
		{"a short random number (ingress-gce)", "op-0_7a120", "op-0_7a120:exact op-0:host_uuid!"},
		{"namespace and name", "ops/op-0", "ops/op-0:exact op-0:namespace/name"},
		{"a host and a UUID", "op-0/0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", "op-0/0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10:exact op-0:host/rest!"},
		{"a number, however long, is not cut off", "web-1718200001", "web-1718200001:exact"},
		{"an ordinal is not cut off", "web-0", "web-0:exact"},
		{"nor a template's hash", "web-6d8b9c7f5d-x2k4z", "web-6d8b9c7f5d-x2k4z:exact"},
		{"kopf", "root@op-0/2026-01-04T10:00:00/x4k", "root@op-0/2026-01-04T10:00:00/x4k:exact op-0/2026-01-04T10:00:00/x4k:prefix-host root@op-0:host/rest! op-0:prefix-host!"},
		{"full name of a pod", "op-0.ops.prod.svc.cluster.local_0c2c", "op-0.ops.prod.svc.cluster.local_0c2c:exact op-0.ops.prod.svc:host_uuid!"},
		{"empty", "", ""},
		{"nothing before the underscore", "_0c2c1c37", "_0c2c1c37:exact"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, r := range Readings(test.holder) {
				text := r.Host + ":" + r.Rule
				if r.PerProcess {
					text += "!"
				}
				got = append(got, text)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, " "), test.want)
			}
		})
	}
}

func TestRandom(t *testing.T) {
	for holder, want := range map[string]bool{
		"0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10": true, "0C2C1C37-9F3B-4A5E-9D4A-6A2C7B3F1D10": true, "8fd91c25": true, "8fd91c25aa01": false,
		"c988d2509fdf5cdcbed39037c56406fb": true, "9ec2b221890e5ed6f4cc70377bfe809fef5be541a2774dc5de81db7acb2786f1": true,
		"01ARZ3NDEKTSV4RRFFQ69G5FAV": true, "0ujtsYcgvSTl8PAuAdqWYSMnLOv": true, "9m4e2mr0ui3e8a215n4g": true, "507f1f77bcf86cd799439011": true,
		"aB3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW": true, "5577006791947779410": true, "QwErTyUiOpAsDfGhJkLz": true,
		"elastic-agent-leader-0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10": true, "urn:uuid:0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10": true,
		"1718200001234-8081-ebs-csi-aws-com": true,
		"17":                                 false, "op-0": false, "some-operator": false, "": false, "op-6d8b9c7f5d-x2k4z": false, "op-0_0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10": false,
		"op-0-0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10": false, "clustercontroller": false, "DESKTOP-ABC1234": false, "worker1": false, "controller20": false,
		"regionalinventoryoperator": false, "MYBUILDMACHINE": false, "DemoOperator": false, "i-0a1b2c3d4e5f67890": false,
	} {
		if got := Random(holder); got != want {
			t.Errorf("%q: random %v, want %v", holder, got, want)
		}
	}
}

func TestNamesAreFitForAURL(t *testing.T) {
	for _, holder := range []string{"../../secrets/token_x", "\x1b[2J", "a?b=c", "a/../b", "%2e%2e_x", "5e8f0f5e-23c1-4f6b-b1a9-4b7d4f2a9e01"} {
		for _, name := range NewSearch(Claim{Holder: holder}, nil).Names() {
			if strings.ContainsAny(name, "/?%.\x1b") || name == "5e8f0f5e-23c1-4f6b-b1a9-4b7d4f2a9e01" {
				t.Errorf("%q: %q would be asked for", holder, name)
			}
		}
	}
}
