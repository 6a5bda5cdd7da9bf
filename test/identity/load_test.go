package identity

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func load(t *testing.T, content string) ([]Case, []string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cases.json")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return Load(path)
}

func TestLoad(t *testing.T) {
	cases, warnings, err := load(t, `[{
		"id": 31, "lockKind": "lease", "lockName": "x", "holderIdentity": "a", "expect": "pod", "colour": "red",
		"podName": "a", "podHostNetwork": true, "podSpec": {"hostname": "h"}, "podIP": "10.0.0.1", "podTaste": 1, "nodeName": "n",
		"annotation": {"k": {"json": true}},
		"decoys": [{"namespace": "other", "name": "b", "nodeName": "m", "podSpec": {"hostname": "h"}, "size": 3}]
	}]`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`case 31: field "colour" is not known and ignored`,
		`case 31: field "decoys[0].size" is not known and ignored`,
		`case 31: field "podTaste" is not known and ignored`,
	}
	if !slices.Equal(warnings, want) {
		t.Errorf("got the warnings %q, want %q", warnings, want)
	}
	c := cases[0]
	if c.ID != "31" || c.LockNamespace != "default" || c.lock() != "lease/x" {
		t.Errorf("got the case %s", &c)
	}
	if p := c.Pod; p.Namespace != "default" || p.Name != "a" || !p.HostNetwork || p.IP != "10.0.0.1" || p.NodeName != "n" || string(p.Spec) != `{"hostname":"h"}` {
		t.Errorf("got the pod %+v", p)
	}
	if d := c.Decoys[0]; d.Namespace != "other" || d.Name != "b" || len(d.Spec) == 0 {
		t.Errorf("got the decoy %+v", d)
	}
	if got := c.Annotation["k"]; got != `{"json":true}` {
		t.Errorf("got the annotation %q", got)
	}
}

func TestBadCasesNameTheirFields(t *testing.T) {
	for content, want := range map[string]string{
		`{}`:   "not a JSON list of cases",
		`[{"]`: "not a JSON list of cases",
		`[]`:   "no cases in it",
		`[{"id": 5, "lockName": "x", "lockKind": "Secret", "expect": "released"}]`:                                                              `case 5: field lockKind: "Secret" is not known`,
		`[{"id": "s", "lockName": "x", "lockKind": "Lease", "expect": "maybe"}]`:                                                                `case s: field expect: "maybe" is not known`,
		`[{"lockName": "x", "lockKind": "Lease", "expect": "pod"}]`:                                                                             `case at position 1: field podName: is missing`,
		`[{"id": 5, "lockKind": "Lease", "expect": "released"}]`:                                                                                `case 5: field lockName: is missing`,
		`[{"id": 5, "lockName": "x", "lockKind": "Lease", "expect": "node-only"}]`:                                                              `case 5: field nodeName: is missing`,
		`[{"id": 5, "lockName": "x", "lockKind": "Lease", "expect": "released", "leaseDurationSeconds": "15"}]`:                                 `case 5: field leaseDurationSeconds: cannot be a string`,
		`[{"id": 5, "lockName": "x", "lockKind": "Lease", "expect": "released", "podLabels": 3}]`:                                               `case 5: field podLabels: cannot be a number`,
		`[{"id": 5, "lockName": "x", "lockKind": "Lease", "expect": "released", "podStartTime": "noon"}]`:                                       `case 5: field podStartTime: "noon" is not a time`,
		`[{"id": 5, "lockName": "x", "lockKind": "Lease", "expect": "released", "decoys": [{"nodeName": "n"}]}]`:                                `case 5: field decoys[0].name: is missing`,
		`[{"id": 5, "lockName": "x", "lockKind": "Lease", "expect": "released", "leaseSpec": []}]`:                                              `case 5: field leaseSpec: must be an object`,
		`[{"id": 5, "lockName": "x", "lockKind": "Lease", "expect": "released", "containerStartedAt": {"pod": "2026-01-04T10:00:00Z"}}]`:        `case 5: field containerStartedAt: "pod" must be POD/CONTAINER`,
		`[{"id": 5, "lockName": "x", "lockKind": "Lease", "expect": "released"}, {"id": 6, "lockKind": "ConfigMap-data", "expect": "expired"}]`: `case 6: field lockName: is missing`,
	} {
		if _, _, err := load(t, content); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", content, err, want)
		}
	}
	if _, _, err := Load(filepath.Join(t.TempDir(), "none.json")); err == nil {
		t.Error("want an error for a file that does not exist")
	}
}

// TestOurCases keeps typing mistakes out of our own files: each field is known, and each id is there once.
func TestOurCases(t *testing.T) {
	seen := map[string]bool{}
	for _, file := range []string{"testdata/cases.json", "testdata/own.json"} {
		cases, warnings, err := Load(file)
		if err != nil || len(warnings) > 0 {
			t.Errorf("%s: %v, warnings %q", file, err, warnings)
		}
		for _, c := range cases {
			if seen[c.ID] {
				t.Errorf("%s: id %s is there twice", file, c.ID)
			}
			seen[c.ID] = true
		}
	}
}

func TestSelect(t *testing.T) {
	cases := []Case{{ID: "1"}, {ID: "2"}, {ID: "10"}}
	if got, err := Select(cases, ""); err != nil || len(got) != 3 {
		t.Errorf("all: got %v, %v", got, err)
	}
	if got, err := Select(cases, "10, 1"); err != nil || len(got) != 2 || got[0].ID != "10" {
		t.Errorf("two: got %v, %v", got, err)
	}
	if got, err := Select(cases, "1,7"); err == nil {
		t.Errorf("one that is not there: got %v", got)
	}
}
