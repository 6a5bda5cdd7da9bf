package identity

import (
	"fmt"
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

	expectReleased = "released"
	expectExpired  = "expired"
	expectMissing  = "missing"
)

// expectation is what the plugin's object says when nobody can be named: either its state or its reason.
type expectation struct{ state, reason string }

func (e expectation) String() string {
	if e.state != "" {
		return "state " + e.state
	}
	return "reason " + e.reason
}

var expectations = map[string]expectation{
	expectPod:       {},
	expectReleased:  {state: "Released"},
	expectExpired:   {state: "Expired"},
	expectMissing:   {state: "Missing"},
	"not-election":  {state: "NotElection"},
	expectAmbiguous: {reason: "Ambiguous"},
	expectNode:      {reason: "NodeOnly"},
	"external":      {reason: "External"},
	"hint-only":     {reason: "HintsOnly"},
	expectGone:      {reason: "PodGone"},
	expectOther:     {reason: "OtherIncarnation"},
}

// expectationNames lists the words that a case may expect.
func expectationNames() string {
	return strings.Join(slices.Sorted(maps.Keys(expectations)), ", ")
}

// synonyms are other words that cases use.
var synonyms = map[string]string{
	"holder-gone": expectGone, "pod-gone": expectGone,
	"another-incarnation": expectOther, "stale-incarnation": expectOther,
	"hints-only": "hint-only",
}

// expected is the case's expectation by the one word that this package uses.
func (c *Case) expected() string {
	word := strings.ReplaceAll(strings.ToLower(c.Expect), "_", "-")
	if other, ok := synonyms[word]; ok {
		return other
	}
	return word
}

// wanted tells what the case expects.
func (c *Case) wanted() string {
	if c.expected() == expectPod {
		return "pod " + Place{c.Pod.Namespace, c.Pod.Name}.String()
	}
	return expectations[c.expected()].String()
}

// judge tells what is expected and was not answered, or nothing.
func (c *Case) judge(a Answer, exitCode int) (expected string) {
	want, wanted := expectations[c.expected()], c.wanted()
	if c.expected() == expectPod {
		switch {
		case a.Pod == nil || *a.Pod != Place{c.Pod.Namespace, c.Pod.Name}:
			return wanted
		case a.Reason != "":
			return wanted + " and no reason against it"
		case exitCode != 0:
			return fmt.Sprintf("%s and exit code 0, not %d", wanted, exitCode)
		}
		return ""
	}
	switch {
	case want.state != "" && a.State != want.state, want.reason != "" && a.Reason != want.reason:
		return wanted
	case a.Pod != nil:
		return wanted + " and no pod"
	case exitCode != 1 && exitCode != 2:
		return fmt.Sprintf("%s and exit code 1 or 2, not %d", wanted, exitCode)
	case c.expected() == expectNode && a.Node != c.Pod.NodeName:
		return wanted + " and node " + c.Pod.NodeName
	case c.expected() == expectAmbiguous:
		for _, name := range c.Candidates {
			if place := c.place(name); !slices.Contains(a.Candidates, place) {
				return wanted + " and candidate " + place.String()
			}
		}
	}
	return ""
}

// place is where a candidate is: in the pod's namespace unless its name says otherwise.
func (c *Case) place(name string) Place {
	if namespace, bare, ok := strings.Cut(name, "/"); ok {
		return Place{namespace, bare}
	}
	return Place{c.Pod.Namespace, name}
}
