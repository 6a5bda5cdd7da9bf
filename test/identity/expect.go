package identity

import (
	"maps"
	"slices"
	"strings"
)

const (
	expectPod       = "pod"
	expectAmbiguous = "ambiguous"
	expectNode      = "node-only"
	expectGone      = "gone"
	expectOther     = "other-incarnation"
	expectNobody    = "unresolved" // any verdict without a pod

	expectReleased    = "released"
	expectExpired     = "expired"
	expectMissing     = "missing"
	expectNotElection = "not-election"
)

// expectation is what the plugin's object says when nobody can be named: either its state or its reason.
type expectation struct{ state, reason string }

func (e expectation) String() string {
	switch {
	case e.state != "":
		return "state " + e.state
	case e.reason != "":
		return "reason " + e.reason
	}
	return "a verdict without a pod"
}

var expectations = map[string]expectation{
	expectPod:         {},
	expectReleased:    {state: "Released"},
	expectExpired:     {state: "Expired"},
	expectMissing:     {state: "Missing"},
	expectNotElection: {state: "NotElection"},
	expectAmbiguous:   {reason: "Ambiguous"},
	expectNode:        {reason: "NodeOnly"},
	"external":        {reason: "External"},
	"hint-only":       {reason: "HintsOnly"},
	expectGone:        {reason: "PodGone"},
	expectOther:       {reason: "OtherIncarnation"},
	expectNobody:      {},
}

// expectationNames lists the words that a case may expect.
func expectationNames() string {
	return strings.Join(slices.Sorted(maps.Keys(expectations)), ", ")
}

// synonyms are the other words that cases use, by the one that this package does.
var synonyms = map[string]string{
	expectPod:         "pods leader found held resolved",
	expectReleased:    "free vacant vacated empty",
	expectExpired:     "timed-out",
	expectMissing:     "no-lock missing-lock lock-missing not-found absent",
	expectNotElection: "no-election not-an-election heartbeat marker not-a-lock",
	expectAmbiguous:   "ambiguity several multiple undecided candidates",
	expectNode:        "node node-host only-node",
	"external":        "outside outside-cluster external-process out-of-cluster",
	"hint-only":       "hint hints hints-only only-hint only-hints guess",
	expectGone:        "pod-gone holder-gone missing-pod pod-missing no-such-pod",
	expectOther:       "stale incarnation another-incarnation stale-incarnation previous-incarnation stale-pod",
	expectNobody:      "none no-pod unknown nobody",
}

// expectWords are all of them, without what separates their parts.
var expectWords = func() map[string]string {
	all := map[string]string{}
	for expected := range expectations {
		for _, synonym := range append(strings.Fields(synonyms[expected]), expected) {
			all[plain(synonym)] = expected
		}
	}
	return all
}()

// expected is the case's expectation by the one word that this package uses. A case that expects nothing expects its pod,
// if it names one.
func (c *Case) expected() string {
	switch word := plain(c.Expect); {
	case word != "":
		return expectWords[word]
	case c.Pod.Name != "":
		return expectPod
	}
	return expectNobody
}
