package cli

import (
	"strings"
	"testing"

	"github.com/kubectl-leader/kubectl-leader/pkg/textwidth"
)

// TestAnEventInATerminal: first its columns go, then the note goes below, and at last the middle of the name.
func TestAnEventInATerminal(t *testing.T) {
	cells := eventCells{
		at: "12:00:00.000", lock: "demo/demo-operator", what: "held", who: "demo-operator-65c65b9bf6-zln4p", note: "for 6m56s, not ready",
		lockWidth: 35, whatWidth: whatWidth, whoWidth: 40,
	}
	below := strings.Repeat(" ", 13)
	for columns, want := range map[int]string{
		0:   "12:00:00.000 demo/demo-operator                  held        demo-operator-65c65b9bf6-zln4p            for 6m56s, not ready",
		124: "12:00:00.000 demo/demo-operator                  held        demo-operator-65c65b9bf6-zln4p            for 6m56s, not ready",
		100: "12:00:00.000 demo/demo-operator held demo-operator-65c65b9bf6-zln4p  for 6m56s, not ready",
		89:  "12:00:00.000 demo/demo-operator held demo-operator-65c65b9bf6-zln4p  for 6m56s, not ready",
		80:  "12:00:00.000 demo/demo-operator held demo-operator-65c65b9bf6-zln4p\n" + below + "for 6m56s, not ready",
		68:  "12:00:00.000 demo/demo-operator held demo-operator-65c65b9bf6-zln4p\n" + below + "for 6m56s, not ready",
		50:  "12:00:00.000 demo/demo-operator held demo-o…-zln4p\n" + below + "for 6m56s, not ready",
		48:  "12:00:00.000 demo/demo-operator held\n" + below + "demo-operator-65c65b9bf6-zln4p\n" + below + "for 6m56s, not ready",
	} {
		got := foldParts(columns, below, cells.fit(columns, false)...)
		if got != want {
			t.Errorf("%d columns:\n%s\nwant\n%s", columns, got, want)
		}
		if coloured := foldParts(columns, below, cells.fit(columns, true)...); textwidth.Of(coloured) != textwidth.Of(got) {
			t.Errorf("%d columns, with a colour:\n%s", columns, coloured)
		}
	}
}
