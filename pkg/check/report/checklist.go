package report

import (
	"bytes"
	"slices"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/textwidth"
)

// write is the checklist at its end: as it looked while it filled in, with nothing cut off.
func (s style) write(out *bytes.Buffer, r check.Report, columns int) {
	put := func(line string) { out.WriteString(s.plain(line) + "\n") }
	detail := func(line string) {
		for _, line := range textwidth.Fold("  "+line, columns-1, "    ") {
			put(line)
		}
	}
	headings := headed(r)
	for i, group := range groups(r) {
		if headings {
			if i > 0 {
				put("")
			}
			put(title(group.name, i+1, skippedAfterFailure(group.entries[0].Outcome)))
		}
		for _, e := range group.entries {
			took := ""
			if e.answer != skipped {
				took = span(e.took())
			}
			out.WriteString(rowOf(s.mark(e.answer), took, s.plain(oneLine(e.Spec.String()))) + "\n")
			details := e.details()
			if source := e.Spec.Source.String(); source != "" && len(details) > 0 {
				details = append(details, label("at:", oneLine(source)))
			}
			for _, line := range details {
				detail(line)
			}
			for _, line := range e.log() {
				put("  " + line)
			}
		}
		for _, term := range group.terms() {
			detail(term)
		}
	}
	put("")
	put(summary(r))
}

// terms are those in which the checks of a group hold, each once: in most cases there is one.
func (g group) terms() (terms []string) {
	for _, e := range g.entries {
		if e.answer != passed {
			continue
		}
		term := oneLine(e.inShort())
		if e.Spec.Kind() == check.KindDelete {
			term = "deleted: " + term
		}
		if !slices.Contains(terms, term) {
			terms = append(terms, term)
		}
	}
	return terms
}
