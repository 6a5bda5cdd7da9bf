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
