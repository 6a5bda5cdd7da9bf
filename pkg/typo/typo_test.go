package typo

import "testing"

func TestMeant(t *testing.T) {
	known := []string{"timeout", "tail", "since-time", "equals", "outputContains"}
	for word, want := range map[string]string{
		"tieout":          "timeout",
		"Timeout":         "timeout",
		"tial":            "tail",
		"sinceTime":       "since-time",
		"output_contains": "outputContains",
		"equal":           "equals",
		"follow":          "",
		"to":              "",
		"":                "",
	} {
		if got := Meant(word, known); got != want {
			t.Errorf("%q: %q is meant, want %q", word, got, want)
		}
	}
}
