package handover

import (
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	logged := map[string]bool{"seq=1 a": true, "seq=2 a": true, "seq=3 a": true}
	for _, test := range []struct {
		name, printed  string
		newer          bool
		missing, twice int
		err            string
	}{
		{"all", "seq=1 a\nother words\nseq=2 a\nseq=3 a\n", false, 0, 0, ""},
		{"one lost", "seq=1 a\nseq=3 a\n", false, 1, 0, ""},
		{"one thrice", "seq=1 a\nseq=2 a\nseq=1 a\nseq=3 a\nseq=1 a\n", false, 0, 2, ""},
		{"one without its end", "seq=1 a\nseq=2 a\nseq=3 a", false, 1, 0, ""},
		{"a newer one", "seq=1 a\nseq=2 a\nseq=3 a\nseq=4 a\n", true, 0, 0, ""},
		{"an invented one", "seq=9 b\n", false, 0, 0, "never logged: seq=9 b"},
	} {
		got, err := compare(strings.NewReader(test.printed), logged, test.newer)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: got %v, want %s", test.name, err, test.err)
			}
			continue
		}
		if want := (comparison{3, test.missing, test.twice}); err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", test.name, got, err, want)
		}
	}
}
