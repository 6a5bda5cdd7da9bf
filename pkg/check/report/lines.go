package report

import (
	"bytes"
	"io"
	"slices"
	"sync"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

// lineFormat is a format that is written check by check.
type lineFormat struct {
	// begin writes what comes first, end what comes last; nil for nothing.
	begin func(out *bytes.Buffer, checks int)
	// check writes one, which has a number from 1.
	check func(e entry, out *bytes.Buffer, number int)
	end   func(out *bytes.Buffer, summary string)
	// headings: each checkpoint begins with its name, where one has a name.
	headings bool
}

func lineFormats(colour bool) map[Format]lineFormat {
	return map[Format]lineFormat{
		Text: {headings: true, check: textWriter(colour), end: func(out *bytes.Buffer, summary string) { put(out, summary) }},
		TAP:  tap, GitHub: github,
	}
}

// Lines writes a report while the checks run: each check as soon as it is decided. Its methods may be called from several
// goroutines.
type Lines struct {
	format   lineFormat
	headings bool

	mu      sync.Mutex
	out     io.Writer
	err     error // of the writer, the first one
	written int   // checks, in their order
	part    int   // of the last one
}

// NewLines begins a report of all checks, in their order; nil where the format is none that is written in lines. What is for
// people alone, Text, can be coloured.
func NewLines(format Format, out io.Writer, checkpoints []check.Checkpoint, colour bool) *Lines {
	lines, ok := lineFormats(colour)[format]
	if !ok {
		return nil
	}
	checks := 0
	for _, checkpoint := range checkpoints {
		checks += len(checkpoint.Checks)
	}
	named := slices.ContainsFunc(checkpoints, func(c check.Checkpoint) bool { return c.Name != "" })
	return newLines(out, lines, named, checks)
}

func newLines(out io.Writer, format lineFormat, headings bool, checks int) *Lines {
	l := &Lines{format: format, headings: headings && format.headings, out: out, part: -1}
	if format.begin != nil {
		l.write(func(out *bytes.Buffer) { format.begin(out, checks) })
	}
	return l
}

func headed(r check.Report) bool {
	return slices.ContainsFunc(r.Outcomes, func(o check.Outcome) bool { return o.Checkpoint != "" })
}

// Update takes in what is known of a check, which is counted through all checkpoints from 0. Done is true for the last update
// of a check, which is written then.
func (l *Lines) Update(number int, outcome check.Outcome, done bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if done && number == l.written {
		l.add(outcome)
	}
}

// End writes what has not been written yet, and the summary. The error is the writer's.
func (l *Lines) End(r check.Report) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, outcome := range r.Outcomes[l.written:] {
		l.add(outcome)
	}
	l.write(func(out *bytes.Buffer) { l.format.end(out, summary(r)) })
	return l.err
}

func (l *Lines) add(outcome check.Outcome) {
	e := entry{outcome, answerOf(outcome)}
	l.write(func(out *bytes.Buffer) {
		if l.headings && outcome.Part != l.part {
			if l.written > 0 {
				put(out, "")
			}
			put(out, title(outcome.Checkpoint, outcome.Part+1, skippedAfterFailure(outcome)))
		}
		l.format.check(e, out, l.written+1)
	})
	l.written, l.part = l.written+1, outcome.Part
}

// write writes in one piece, so that what others write to the same place comes before it or after it.
func (l *Lines) write(fill func(*bytes.Buffer)) {
	if l.err != nil {
		return
	}
	var out bytes.Buffer
	fill(&out)
	_, l.err = l.out.Write(out.Bytes())
}
