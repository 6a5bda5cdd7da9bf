package cli

import (
	"io"
	"strconv"
	"strings"
	"unicode"

	"k8s.io/cli-runtime/pkg/printers"
)

// printable writes what a terminal might obey, or a table would break on, as escape sequences of Go.
func printable(text string) string { return escapeRunes(text, unicode.IsPrint) }

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
	text := escapeRunes(string(p), func(r rune) bool { return unicode.IsPrint(r) || r == '\n' || r == '\t' })
	if _, err := io.WriteString(e.out, text); err != nil {
		return 0, err
	}
	return len(p), nil
}

func escapeRunes(text string, harmless func(rune) bool) string {
	var b strings.Builder
	for _, r := range text {
		if harmless(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}
