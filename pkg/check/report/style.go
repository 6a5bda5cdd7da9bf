package report

import (
	"strings"

	"github.com/kubectl-leader/kubectl-leader/pkg/safetext"
	"github.com/kubectl-leader/kubectl-leader/pkg/textwidth"
)

// style is how a checklist looks.
type style struct {
	utf8, colour bool
	marks        marks
	pending      string // the mark of a check that has no answer yet
	more         string // what stands for text that was cut off
}

func liveStyle(utf8, colour bool) style {
	if !utf8 {
		return style{colour: colour, marks: marks{"+", "x", "!", "-"}, pending: ".", more: "..."}
	}
	return style{utf8: true, colour: colour, marks: marks{"✓", "✗", "!", "-"}, pending: "·", more: "…"}
}

var colours = [skipped + 1]string{passed: "\x1b[32m", failed: "\x1b[31m", undecided: "\x1b[33m", skipped: "\x1b[2m"}

const noColour = "\x1b[0m"

func (s style) mark(a answer) string {
	if !s.colour {
		return s.marks[a]
	}
	return colours[a] + s.marks[a] + noColour
}

// plain leaves text that is fit for a terminal, or escapes of it what this one may not show.
func (s style) plain(text string) string {
	if s.utf8 {
		return text
	}
	return safetext.Keeping(text, func(r rune) bool { return r < 0x80 })
}

// cut shortens a text to a number of columns.
func (s style) cut(text string, most int) string {
	if textwidth.Of(text) <= most {
		return text
	}
	var b strings.Builder
	left := most - textwidth.Of(s.more)
	if left < 0 {
		return ""
	}
	for _, r := range text {
		if left -= textwidth.Of(string(r)); left < 0 {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + s.more
}

// UTF8Locale reports whether the environment names a locale in UTF-8, by the rules of POSIX.
func UTF8Locale(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(getenv(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return false
}
