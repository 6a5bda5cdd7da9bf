// Package safetext keeps text that others control from a terminal: whoever writes a lock, answers a request or writes a log
// could else move its cursor, recolour it, or reverse what follows.
package safetext

import (
	"strconv"
	"strings"
	"unicode"
)

// Line writes all that does not print, line breaks included, as escape sequences of Go: `\x1b[2J`, `\n`. A backslash stays
// as it is, so that text that went through here already is not changed again.
func Line(text string) string { return Keeping(text, unicode.IsPrint) }

// Keeping writes all but what is harmless as escape sequences of Go.
func Keeping(text string, harmless func(rune) bool) string {
	var b strings.Builder
	for _, r := range text {
		if harmless(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}
