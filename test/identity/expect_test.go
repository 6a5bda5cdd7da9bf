package identity

import (
	"strings"
	"testing"
)

func TestExpectedByAnyWord(t *testing.T) {
	for word, want := range map[string]string{
		"pod": "pod", "Pod": "pod",
		"hint": "hint-only", "hints": "hint-only", "HINT_ONLY": "hint-only", "hints only": "hint-only",
		"unresolved": "unresolved", "none": "unresolved", "no-pod": "unresolved", "Unknown": "unresolved",
		"stale": "other-incarnation", "incarnation": "other-incarnation", "OtherIncarnation": "other-incarnation",
		"gone": "gone", "pod gone": "gone", "holder_gone": "gone", "missing-pod": "gone",
		"heartbeat": "not-election", "marker": "not-election", "not-an-election": "not-election", "NotElection": "not-election",
		"node": "node-only", "outside": "external", "missing": "missing",
		"maybe": "",
	} {
		if got := (&Case{Expect: word}).expected(); got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
	if got := (&Case{Pod: Pod{Name: "a"}}).expected(); got != "pod" {
		t.Errorf("nothing, with a pod: got %q", got)
	}
}

// TestNoWordMeansTwoThings: each word that cases may use is there once.
func TestNoWordMeansTwoThings(t *testing.T) {
	seen := map[string]string{}
	for expected, all := range synonyms {
		for _, word := range append(strings.Fields(all), expected) {
			if other, ok := seen[plain(word)]; ok {
				t.Errorf("%s means %s and %s", word, other, expected)
			}
			seen[plain(word)] = expected
		}
	}
}
