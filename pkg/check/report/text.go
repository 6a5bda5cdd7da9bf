package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

// marks are what the line of a check begins with, by its answer.
type marks [skipped + 1]string

var words = marks{"ok    ", "FAIL  ", "ERROR ", "SKIP  "}

// title is the heading of a checkpoint, which has a number from 1.
func title(name string, number int, skipped string) string {
	text := fmt.Sprintf("checkpoint %d", number)
	if name != "" {
		text = "checkpoint " + name
	}
	if skipped != "" {
		text += " (skipped, as " + skipped + ")"
	}
	return oneLine(text)
}

// skippedAfterFailure is why a whole checkpoint is skipped, "" where it is not.
func skippedAfterFailure(o check.Outcome) string {
	if o.Skipped == check.SkippedAfterFailure {
		return o.Skipped
	}
	return ""
}

// textWriter writes a line for a check, and below it what is known if it does not hold.
func textWriter(colour bool) func(e entry, out *bytes.Buffer, number int) {
	paint := func(a answer) string { return words[a] }
	if colour {
		paint = func(a answer) string { return colours[a] + words[a] + noColour }
	}
	return func(e entry, out *bytes.Buffer, _ int) {
		out.WriteString(paint(e.answer))
		e.writeText(out)
	}
}

// writeText writes all but the word for the answer.
func (e entry) writeText(out *bytes.Buffer) {
	put(out, e.headline())
	for _, line := range append(e.details(), e.log()...) {
		put(out, strings.Repeat(" ", len(words[e.answer]))+line)
	}
}

// put writes one line.
func put(out *bytes.Buffer, line string) {
	out.WriteString(inert(line))
	out.WriteByte('\n')
}

// headline is what was asked, and for a check that holds, in which term. Where it does not, the details tell.
func (e entry) headline() string {
	var notes []string
	if e.answer == passed {
		notes = append(notes, oneLine(e.inShort()), "after "+span(e.took()))
		if e.Discarded > 0 {
			notes = append(notes, fmt.Sprintf("%d of %d attempts discarded, as the term changed meanwhile", e.Discarded, e.Attempts))
		}
	}
	if e.answer == skipped && skippedAfterFailure(e.Outcome) == "" {
		notes = append(notes, e.Skipped)
	}
	if source := e.Spec.Source.String(); source != "" {
		notes = append(notes, oneLine(source))
	}
	text := oneLine(e.Spec.String())
	if len(notes) == 0 {
		return text
	}
	return text + " (" + strings.Join(notes, ", ") + ")"
}

// details are what is known of a check that does not hold, a label and a text each. Texts of several lines go on below.
func (e entry) details() []string {
	if e.answer != failed && e.answer != undecided {
		return nil
	}
	var shown []string
	add := func(name, text string) {
		for i, line := range lines(text) {
			if i > 0 {
				name = ""
			}
			shown = append(shown, label(name, line))
		}
	}
	if e.Err != nil {
		add("error:", e.Err.Error())
	}
	for _, result := range e.results() {
		if result.Holds {
			continue
		}
		if result.Wanted != "" {
			add("wanted:", result.Wanted)
		}
		if e.Err == nil || result.Got != e.Err.Error() {
			add("got:", result.Got)
		}
	}
	told := e.Got // that the lock's message is among the results already
	if len(e.Verdict.Results) > 0 || e.Verdict.Err != nil {
		if told = ""; e.Got != "" && e.Got != e.Status.Message() {
			add("then:", e.Got)
		}
	}
	if term := e.term(); term != "" {
		name := "term:"
		if e.Status.Pod != nil && e.Spec.Kind() != check.KindLock {
			name = "from:"
		}
		add(name, term)
	}
	if state := ""; e.judged() {
		if state = lockState(e.Status); state != told && (e.Err == nil || state != e.Err.Error()) {
			add("lock:", state)
		}
	} else {
		add("lock:", e.lock().String())
	}
	if e.Attempts > 0 {
		add("tried:", tries(e.Outcome))
	}
	return shown
}

// label is a detail with its name before it; several are one below the other.
func label(name, text string) string { return fmt.Sprintf("%-8s%s", name, text) }

// log is the end of the leader's log.
func (e entry) log() []string {
	if len(e.LastLines) == 0 {
		return nil
	}
	shown := []string{"the end of the leader's log:"}
	for _, line := range e.LastLines {
		shown = append(shown, "| "+oneLine(strings.TrimRight(line, "\r\n")))
	}
	return shown
}

func summary(r check.Report) string {
	return countOf(groups(r)).String() + " in " + span(max(0, r.Ended.Sub(r.Began)))
}
