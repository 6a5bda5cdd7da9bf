package cli

import (
	"io"
	"strings"
	"sync"

	"github.com/kubectl-leader/kubectl-leader/pkg/textwidth"
)

// notice prints one line at a time to stderr; stdout carries data only.
func notice(out io.Writer) func(message string) {
	var mu sync.Mutex
	return func(message string) {
		mu.Lock()
		defer mu.Unlock()
		io.WriteString(out, noticeText(out, message)) // nowhere left to say it
	}
}

// noticeText is a message as it is printed: on a terminal it is broken at blanks.
func noticeText(out io.Writer, message string) string {
	return foldLines(strings.TrimRight(message, "\n"), terminalColumns(out), "  ") + "\n"
}

// foldParts puts the parts of a line one behind the other, and those that do not fit into a terminal's line below.
func foldParts(columns int, indent string, parts ...string) string {
	if columns == 0 {
		return strings.TrimRight(strings.Join(parts, ""), " ")
	}
	lines := []string{""}
	for i, part := range parts {
		last := &lines[len(lines)-1]
		if i > 0 && part != "" && textwidth.Of(*last+strings.TrimRight(part, " ")) > columns {
			lines = append(lines, indent+strings.TrimLeft(part, " "))
			continue
		}
		*last += part
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return foldLines(strings.Join(lines, "\n"), columns, "  ")
}

// foldLines breaks lines that are wider than a terminal, and indents what follows by more than the line itself is; it leaves
// them where there is no terminal.
func foldLines(text string, columns int, indent string) string {
	if columns == 0 || textwidth.Of(text) <= columns {
		return text
	}
	var folded []string
	for line := range strings.SplitSeq(text, "\n") {
		own := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		folded = append(folded, textwidth.Fold(line, columns, own+indent)...)
	}
	return strings.Join(folded, "\n")
}
