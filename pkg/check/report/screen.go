package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-leader/kubectl-leader/pkg/textwidth"
)

// screen is what a terminal shows of a frame; the cursor stands on the line after it.
type screen struct {
	shown   []string
	columns int // that the terminal had then
}

// redraw is what to write so that a frame takes the place of the one before, in one piece: lines are written over each other
// and cleared only behind their ends, so that nothing flickers. It is "" where nothing has changed.
func (s *screen) redraw(frame []string, columns int) string {
	if slices.Equal(frame, s.shown) {
		return ""
	}
	var out strings.Builder
	if up := s.height(columns); up > 0 {
		fmt.Fprintf(&out, "\x1b[%dA", up)
	}
	out.WriteByte('\r')
	for i, line := range frame {
		if i < len(s.shown) && line == s.shown[i] && columns == s.columns {
			out.WriteString("\n")
			continue
		}
		out.WriteString(line + "\x1b[K\n")
	}
	out.WriteString("\x1b[J")
	s.shown, s.columns = frame, columns
	return out.String()
}

// height is how many rows the frame takes by now: a terminal that has become narrower has wrapped its lines.
func (s *screen) height(columns int) (rows int) {
	for _, line := range s.shown {
		rows += max(1, (textwidth.Of(line)+columns-1)/columns)
	}
	return rows
}
