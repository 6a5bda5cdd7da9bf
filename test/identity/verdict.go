package identity

import (
	"fmt"
	"slices"
)

// wanted tells what the case expects.
func (c *Case) wanted() string {
	if c.expected() == expectPod {
		return "pod " + c.Pod.place().String()
	}
	return expectations[c.expected()].String()
}

// judge tells what is expected and was not answered, or nothing.
func (c *Case) judge(a Answer, exitCode int) (expected string) {
	want, wanted := expectations[c.expected()], c.wanted()
	if c.expected() == expectPod {
		switch {
		case a.Pod == nil || *a.Pod != c.Pod.place():
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
	case a.Pod != nil && c.expected() == expectNobody:
		return wanted
	case a.Pod != nil:
		return wanted + " and no pod"
	case exitCode != 1 && exitCode != 2:
		return fmt.Sprintf("%s and exit code 1 or 2, not %d", wanted, exitCode)
	case c.expected() == expectNode && c.Pod.NodeName != "" && a.Node != c.Pod.NodeName:
		return wanted + " and node " + c.Pod.NodeName
	case c.expected() == expectAmbiguous:
		for _, candidate := range c.Candidates {
			if place := candidate.place(); !slices.Contains(a.Candidates, place) {
				return wanted + " and candidate " + place.String()
			}
		}
	}
	return ""
}
