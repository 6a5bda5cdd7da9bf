package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kubectl-leader/kubectl-leader/pkg/safetext"
)

// showMost is how much of one line of an error or of a log a report for people shows, in characters. What was wanted and got
// has been cut where it was made.
const showMost = 1000

// lines are those of a text, fit for a terminal.
func lines(text string) []string {
	var safe []string
	for line := range strings.SplitSeq(strings.TrimRight(text, "\r\n"), "\n") {
		safe = append(safe, oneLine(strings.TrimRight(line, "\r")))
	}
	return safe
}

// oneLine makes one line that is fit for a terminal of a text.
func oneLine(text string) string { return clip(safetext.Keeping(text, printsOrTab)) }

func printsOrTab(r rune) bool { return r == '\t' || unicode.IsPrint(r) }

func clip(text string) string {
	if len(text) <= showMost || utf8.RuneCountInString(text) <= showMost {
		return text
	}
	return fmt.Sprintf("%s... (%d bytes)", string([]rune(text)[:showMost]), len(text))
}

// The runner of GitHub looks for commands in all that a job writes, in whatever format: after "::" at the beginning of a line,
// and in their old form after "##[" anywhere
// (https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs).
const oldCommand = "##["

// inert keeps a line of text from that runner.
func inert(line string) string {
	line = strings.ReplaceAll(line, oldCommand, `##\[`)
	if text := strings.TrimLeft(line, " \t"); strings.HasPrefix(text, "::") {
		line = line[:len(line)-len(text)] + `\` + text
	}
	return line
}
