package identity

import "testing"

func TestJudge(t *testing.T) {
	pod := &Place{"ns", "a"}
	both := []Place{{"ns", "a"}, {"ns", "b"}}
	for _, test := range []struct {
		expect   string
		answer   Answer
		exitCode int
		want     string // what is found to be missing
	}{
		{"pod", Answer{State: "Held", Pod: pod}, 0, ""},
		{"pod", Answer{State: "Held", Pod: pod}, 1, "pod ns/a and exit code 0, not 1"},
		{"pod", Answer{State: "Held", Pod: pod, Reason: "PodGone"}, 0, "pod ns/a and no reason against it"},
		{"pod", Answer{State: "Held", Pod: &Place{"other", "a"}}, 0, "pod ns/a"},
		{"pod", Answer{State: "Held", Reason: "Ambiguous"}, 2, "pod ns/a"},
		{"released", Answer{State: "Released", Reason: "Released"}, 1, ""},
		{"released", Answer{State: "Held", Pod: pod}, 0, "state Released"},
		{"expired", Answer{State: "Expired", Pod: pod}, 1, "state Expired and no pod"},
		{"expired", Answer{State: "Expired"}, 0, "state Expired and exit code 1 or 2, not 0"},
		{"missing", Answer{State: "Missing"}, 1, ""},
		{"not-election", Answer{State: "NotElection"}, 1, ""},
		{"NOT_ELECTION", Answer{State: "NotElection"}, 1, ""},
		{"external", Answer{State: "Held", Reason: "External"}, 1, ""},
		{"external", Answer{State: "Held", Reason: "PodGone"}, 1, "reason External"},
		{"hint-only", Answer{State: "Held", Reason: "HintsOnly", Candidates: both}, 1, ""},
		{"hint-only", Answer{State: "Held", Reason: "HintsOnly", Pod: pod}, 1, "reason HintsOnly and no pod"},
		{"pod-gone", Answer{State: "Held", Reason: "PodGone"}, 1, ""},
		{"holder-gone", Answer{State: "Held", Reason: "PodGone"}, 1, ""},
		{"stale-incarnation", Answer{State: "Held", Reason: "OtherIncarnation"}, 1, ""},
		{"another-incarnation", Answer{State: "Held", Reason: "Restarted"}, 1, "reason OtherIncarnation"},
		{"node-only", Answer{State: "Held", Reason: "NodeOnly", Node: "n"}, 1, ""},
		{"node-only", Answer{State: "Held", Reason: "NodeOnly", Node: "m"}, 1, "reason NodeOnly and node n"},
		{"ambiguous", Answer{State: "Held", Reason: "Ambiguous", Candidates: both}, 2, ""},
		{"unresolved", Answer{State: "Held", Reason: "HintsOnly"}, 2, ""},
		{"No Pod", Answer{State: "Missing"}, 1, ""},
		{"unresolved", Answer{State: "Held", Pod: pod}, 0, "a verdict without a pod"},
		{"unresolved", Answer{State: "Held", Reason: "HintsOnly"}, 0, "a verdict without a pod and exit code 1 or 2, not 0"},
		{"ambiguous", Answer{State: "Held", Reason: "Ambiguous", Candidates: both[:1]}, 2, "reason Ambiguous and candidate ns/b"},
	} {
		c := Case{Expect: test.expect, Pod: Pod{Namespace: "ns", Name: "a", NodeName: "n"}}
		if test.expect == "ambiguous" {
			c.Candidates = []Pod{{Namespace: "ns", Name: "a"}, {Namespace: "ns", Name: "b"}}
		}
		if got := c.judge(test.answer, test.exitCode); got != test.want {
			t.Errorf("%s, %s, exit code %d: got %q, want %q", test.expect, test.answer, test.exitCode, got, test.want)
		}
	}
}
