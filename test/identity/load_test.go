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
	want := []string{`case 31: not known and ignored: colour, decoys[0].size, podTaste`}
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

func TestFilesThatCannotBeRead(t *testing.T) {
	for content, want := range map[string]string{
		``:                     "not JSON",
		`[{"]`:                 "not JSON",
		`[{"id": 1}] and more`: "not JSON",
		`{}`:                   "not a list of cases, nor an object that has one",
		`{"cases": 3}`:         "not a list of cases, nor an object that has one",
		`"cases"`:              "not a list of cases",
		`[1, "two"]`:           "not a list of cases",
		`[]`:                   "no cases in it",
	} {
		if _, _, err := load(t, content); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", content, err, want)
		}
	}
	if _, _, err := Load(filepath.Join(t.TempDir(), "none.json")); err == nil {
		t.Error("want an error for a file that does not exist")
	}
}

func TestWhereCasesMayBe(t *testing.T) {
	const one = `{"id": "a", "lockKind": "Lease", "lockName": "x", "expect": "released"}`
	for _, content := range []string{`[` + one + `]`, "\xef\xbb\xbf[" + one + "]\n", `{"version": 1, "cases": [` + one + `]}`, `{"identities": [` + one + `]}`, one} {
		cases, _, err := load(t, content)
		if err != nil || len(cases) != 1 || cases[0].ID != "a" || cases[0].Flaw != nil {
			t.Errorf("%s: got %v, %v", content, cases, err)
		}
	}
}

func TestAFlawIsOneCasesAndNamesItsField(t *testing.T) {
	for content, want := range map[string]string{
		`{"lockKind": "Secret"}`:                       `field lockKind: "Secret" says none of ClusterKopfPeering, ConfigMap`,
		`{"lockKind": "LeaseCandidate"}`:               `field lockKind: "LeaseCandidate" says none of`,
		`{"lockKind": "", "holderIdentity": "a"}`:      `field lockKind: "" says none of`,
		`{"expect": "maybe"}`:                          `field expect: "maybe" is not known: it must be one of ambiguous, expired`,
		`{"expect": "pod"}`:                            `field podName: is missing`,
		`{"lockName": ""}`:                             `field lockName: is missing`,
		`{"leaseDurationSeconds": "long"}`:             `field leaseDurationSeconds: "long" is not a number`,
		`{"holderIdentity": {"name": "a"}}`:            `field holderIdentity: cannot be an object`,
		`{"podHostNetwork": "perhaps"}`:                `field podHostNetwork: "perhaps" is neither true nor false`,
		`{"podLabels": 3}`:                             `field podLabels: must be an object`,
		`{"podLabels": "web"}`:                         `field pod.labels: cannot be "web"`,
		`{"podStartTime": "noon"}`:                     `field pod.startTime: "noon" is not a time`,
		`{"renewTime": "noon"}`:                        `field renewTime: "noon" is not a time`,
		`{"containerStartedAt": {"a": "noon"}}`:        `field containerStartedAt: "noon" is not a time`,
		`{"decoys": [{"nodeName": "n"}]}`:              `field decoys[0].name: is missing`,
		`{"decoys": [{"name": "b", "labels": 3}, []]}`: `field decoys[0].labels: must be an object`,
		`{"leaseSpec": []}`:                            `field leaseSpec: must be an object`,
		`{"leaseSpec": "none"}`:                        `field leaseSpec: must be an object`,
		`{"leaseOwner": {"kind": 3, "name": "x"}}`:     `field leaseOwner: must be an owner`,
		`{"nodeAddresses": [{"type": "Hostname"}]}`:    `field nodeAddresses: must map types to addresses`,
		`3`: `not an object`,
	} {
		bad := content
		if rest, ok := strings.CutPrefix(content, "{"); ok { // what is given first is overridden
			bad = `{"id": 5, "lockName": "x", "lockKind": "Lease", "expect": "released", ` + rest
		}
		cases, _, err := load(t, `[`+bad+`, {"id": 6, "lockName": "x", "lockKind": "Lease", "expect": "released"}]`)
		if err != nil || len(cases) != 2 || cases[1].Flaw != nil {
			t.Errorf("%s: got %v, %v", content, cases, err)
			continue
		}
		if flaw := cases[0].Flaw; flaw == nil || !strings.Contains(flaw.Error(), want) || strings.Contains(flaw.Error(), "\n") {
			t.Errorf("%s:\ngot  %v\nwant %s", content, flaw, want)
		}
		if cases[0].ID != "5" && cases[0].ID != "at position 1" {
			t.Errorf("%s: got the id %s", content, cases[0].ID)
		}
	}
}

func TestAFlawedCaseFailsAndTheOthersAreProved(t *testing.T) {
	cases, _, err := load(t, `[{"id": 5, "lockName": "x", "lockKind": "Secret", "expect": "pod"}, {"id": "b", "lockName": "y", "expect": "odd"}]`)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	failed, err := (&Prover{stage: newStage(nil)}).Report(t.Context(), &out, cases, false)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if err != nil || failed != 2 || len(lines) != 3 || lines[2] != "0 passed, 2 failed" {
		t.Fatalf("got %d failed, %v, and\n%s", failed, err, &out)
	}
	if want := `FAIL case 5: : Secret/x, holder "": expected a case that can be understood, came field lockKind: "Secret" says none of`; !strings.HasPrefix(lines[0], want) {
		t.Errorf("got  %s\nwant %s", lines[0], want)
	}
}

// TestOurCases keeps typing mistakes out of our own files: each field is known, and each id is there once.
func TestOurCases(t *testing.T) {
	seen := map[string]bool{}
	for _, file := range []string{"testdata/cases.json", "testdata/own.json", "testdata/kin.json", "testdata/wild.json"} {
		cases, warnings, err := Load(file)
		if err != nil || len(warnings) > 0 {
			t.Errorf("%s: %v, warnings %q", file, err, warnings)
		}
		for _, c := range cases {
			if c.Flaw != nil {
				t.Errorf("%s: case %s: %v", file, c.ID, c.Flaw)
			}
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
