package cli

import (
	"io"
	"unicode"

	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kubectl-leader/kubectl-leader/pkg/safetext"
)

// printable writes what a terminal might obey, or a table would break on, as escape sequences of Go.
func printable(text string) string { return safetext.Line(text) }

// escaped keeps control characters, which whoever writes the lock may put into it, from a terminal. Pipes and files get
// the data as it is.
func escaped(out io.Writer) io.Writer {
	if !printers.IsTerminal(out) {
		return out
	}
	return escaper{out}
}

type escaper struct{ out io.Writer }

func (e escaper) Write(p []byte) (int, error) {
	text := safetext.Keeping(string(p), func(r rune) bool { return unicode.IsPrint(r) || r == '\n' || r == '\t' })
	if _, err := io.WriteString(e.out, text); err != nil {
		return 0, err
	}
	return len(p), nil
}
