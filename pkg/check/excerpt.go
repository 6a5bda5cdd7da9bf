package check

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/kubectl-leader/kubectl-leader/pkg/safetext"
)

const (
	// showMost is how much of a text a message shows, in characters.
	showMost = 200
	// showAround is how much of the surroundings of a found text a message shows on either side, in characters.
	showAround = 60
)

// quote shows a text in quotes, cut, and with what a terminal might obey escaped: whoever answers controls it.
func quote(text string) string {
	short, cut := head(text)
	if !cut {
		return strconv.Quote(text)
	}
	return fmt.Sprintf("%s... (%d bytes)", strconv.Quote(short), len(text))
}

// cut shows a number or JSON, without quotes around it.
func cut(text string) string {
	short, cut := head(text)
	if !cut {
		return escape(text)
	}
	return fmt.Sprintf("%s... (%d bytes)", escape(short), len(text))
}

// around shows where in a text something was found.
func around(text string, at, length int) string {
	begin, end := at, min(at+min(length, showMost), len(text))
	for n := 0; n < showAround && begin > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:begin])
		begin -= size
	}
	for n := 0; n < showAround && end < len(text); n++ {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	shown := strconv.Quote(text[begin:end])
	if begin > 0 {
		shown = "..." + shown
	}
	if end < len(text) {
		shown += "..."
	}
	if begin > 0 || end < len(text) {
		shown += fmt.Sprintf(" (at byte %d of %d)", at, len(text))
	}
	return shown
}

// head is the beginning of a text.
func head(text string) (string, bool) {
	if len(text) <= showMost {
		return text, false
	}
	end := 0
	for n := 0; n < showMost; n++ {
		if end == len(text) {
			return text, false
		}
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	return text[:end], end < len(text)
}

// escape writes what does not print as Go would; JSON has escaped its own control characters already, but not all there are.
func escape(text string) string { return safetext.Line(text) }
