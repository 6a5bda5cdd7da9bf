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

func writeText(out *bytes.Buffer, r check.Report) error {
	list := groups(r)
	for i, group := range list {
		writeHeading(out, list, i)
		for _, entry := range group.entries {
			put(out, words[entry.answer]+entry.headline())
			for _, line := range append(entry.details(), entry.log()...) {
				put(out, strings.Repeat(" ", len(words[entry.answer]))+line)
			}
		}
	}
	put(out, summary(r, list))
	return nil
}

// writeHeading begins a checkpoint, in a report in which one has a name.
func writeHeading(out *bytes.Buffer, list []group, i int) {
	named := false
	for _, group := range list {
		named = named || group.name != "" && group.entries[0].answer != skipped
	}
	if !named {
		return
	}
	if i > 0 {
		put(out, "")
	}
	put(out, oneLine(list[i].title(i+1)))
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
	add := func(label, text string) {
		for i, line := range lines(text) {
			if i > 0 {
				label = ""
			}
			shown = append(shown, fmt.Sprintf("%-8s%s", label, line))
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
		add("got:", result.Got)
	}
	told := e.Got // that the lock's message is among the results already
	if len(e.Verdict.Results) > 0 || e.Verdict.Err != nil {
		if told = ""; e.Got != "" && e.Got != e.Status.Message() {
			add("then:", e.Got)
		}
	}
	if term := e.term(); term != "" {
		label := "term:"
		if e.Status.Pod != nil && e.Spec.Kind() != check.KindLock {
			label = "from:"
		}
		add(label, term)
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

func summary(r check.Report, list []group) string {
	return countOf(list).String() + " in " + span(max(0, r.Ended.Sub(r.Began)))
}
