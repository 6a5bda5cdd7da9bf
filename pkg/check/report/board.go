package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/textwidth"
)

// board is what a checklist knows, and what it looks like.
type board struct {
	style       style
	checkpoints []string
	checks      []slot
}

// slot is one check of a board.
type slot struct {
	entry
	checkpoint int
	// begun is when its checkpoint's turn came, settled when it got the answer that it has now; zero before.
	begun, settled time.Time
	done           bool
}

func newBoard(checkpoints []check.Checkpoint, style style, now time.Time) board {
	b := board{style: style}
	for i, checkpoint := range checkpoints {
		b.checkpoints = append(b.checkpoints, checkpoint.Name)
		for _, spec := range checkpoint.Checks {
			b.checks = append(b.checks, slot{entry: entry{Outcome: check.Outcome{Spec: spec, Checkpoint: checkpoint.Name}}, checkpoint: i})
		}
	}
	b.begin(now)
	return b
}

// begin begins the checkpoint whose turn it is: the first one that has no answer to all its checks.
func (b *board) begin(now time.Time) {
	current := -1
	for i := range b.checks {
		slot := &b.checks[i]
		if current < 0 && !slot.done {
			current = slot.checkpoint
		}
		if slot.checkpoint == current && slot.begun.IsZero() && slot.answer != skipped {
			slot.begun = now
		}
	}
}

func (b *board) update(number int, outcome check.Outcome, done bool, now time.Time) {
	if number < 0 || number >= len(b.checks) {
		return
	}
	slot := &b.checks[number]
	slot.entry = entry{outcome, answerOf(outcome)}
	slot.done = slot.done || done
	switch {
	case !slot.answered(), outcome.Skipped != "":
		slot.settled = time.Time{}
	case slot.settled.IsZero():
		slot.settled = now
	}
	b.begin(now)
}

// answered reports that a check has an answer for now.
func (s slot) answered() bool { return s.done || s.Holds || s.Err != nil }

// frame draws the checklist in at most rows-1 lines, since the cursor stands on one more. Where it does not fit, what is
// finished is only counted.
func (b board) frame(columns, rows int, now time.Time) []string {
	room := max(1, rows-1)
	if all := b.all(columns, now); len(all) <= room {
		return all
	}
	var unfinished []string
	for _, slot := range b.checks {
		if !slot.answered() && len(unfinished) < room-1 {
			unfinished = append(unfinished, b.row(slot, columns, now))
		}
	}
	return append(unfinished, b.style.cut(b.rest(len(unfinished)), columns-1))
}

func (b board) all(columns int, now time.Time) (frame []string) {
	named := strings.Join(b.checkpoints, "") != ""
	for i, slot := range b.checks {
		if named && (i == 0 || slot.checkpoint != b.checks[i-1].checkpoint) {
			heading := title(slot.Checkpoint, slot.checkpoint+1, skippedAfterFailure(slot.Outcome))
			frame = append(frame, b.style.cut(b.style.plain(heading), columns-1))
		}
		frame = append(frame, b.row(slot, columns, now))
	}
	return frame
}

// rest counts the checks that a frame does not show.
func (b board) rest(shown int) string {
	var c count
	open := -shown
	for _, slot := range b.checks {
		if slot.answered() {
			c[slot.answer]++
		} else {
			open++
		}
	}
	text := c.String()
	if open > 0 {
		text += fmt.Sprintf(", %d more to come", open)
	}
	return text
}

// row is a check in one line that a terminal does not wrap: the mark, the time, what is asked, and what there is instead.
func (b board) row(s slot, columns int, now time.Time) string {
	mark, elapsed := b.style.pending, ""
	if s.answered() {
		mark = b.style.mark(s.answer)
	}
	switch {
	case s.answer == skipped:
	case !s.settled.IsZero():
		elapsed = span(s.settled.Sub(s.begun).Truncate(100 * time.Millisecond))
	case !s.begun.IsZero():
		elapsed = span(now.Sub(s.begun).Truncate(100 * time.Millisecond))
	}
	asked, evidence := b.style.plain(oneLine(s.Spec.String())), b.style.plain(oneLine(s.evidence()))
	// The last column stays empty, as some terminals wrap once it is written to.
	left := columns - 1 - len(rowIndent)
	if evidence != "" {
		evidence = "  " + evidence
		asked = b.style.cut(asked, max(left/2, left-textwidth.Of(evidence)))
	}
	text := asked + b.style.cut(evidence, max(0, left-textwidth.Of(asked)))
	if left <= 0 {
		return mark
	}
	return rowOf(mark, elapsed, b.style.cut(text, left))
}

// rowIndent is as wide as what stands before the text of a row.
const rowIndent = "x 12345678 "

func rowOf(mark, elapsed, text string) string { return fmt.Sprintf("%s %8s %s", mark, elapsed, text) }

// evidence is what a check that does not hold has got.
func (s slot) evidence() string {
	if s.Err != nil {
		return firstLine(s.Err.Error())
	}
	if s.Holds || s.Verdict.Message() == "" && s.Got == "" {
		return ""
	}
	if s.Got != "" {
		return firstLine(s.Got)
	}
	var got []string
	for _, result := range s.results() {
		if !result.Holds {
			got = append(got, firstLine(result.Got))
		}
	}
	return "got " + strings.Join(got, "; ")
}
