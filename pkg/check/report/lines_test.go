package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

// TestLines: a report that is written while the checks run is the one that is written at the end, and what is decided is there
// at once.
func TestLines(t *testing.T) {
	for name, r := range cases(t) {
		var checkpoints []check.Checkpoint
		for _, o := range r.Outcomes {
			if o.Part == len(checkpoints) {
				checkpoints = append(checkpoints, check.Checkpoint{Name: o.Checkpoint})
			}
			checkpoints[o.Part].Checks = append(checkpoints[o.Part].Checks, o.Spec)
		}
		for format := range lineFormats(false) {
			var out bytes.Buffer
			lines := NewLines(format, &out, checkpoints, false)
			for i, o := range r.Outcomes {
				lines.Update(i, check.Outcome{Spec: o.Spec}, false)
				before := out.Len()
				lines.Update(i, o, true)
				if !strings.Contains(out.String()[before:], "\n") {
					t.Errorf("%s.%s: check %d is decided and not written", name, format, i)
				}
				lines.Update(i, o, true)
			}
			if err := lines.End(r); err != nil {
				t.Fatal(err)
			}
			if want := write(t, format, r); out.String() != want {
				t.Errorf("%s.%s: got\n%s\nwant\n%s", name, format, out.String(), want)
			}
		}
	}
}
