// Package textwidth fits text into the columns of a terminal.
package textwidth

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Of is how many columns a text takes, at most: a combining character takes none of its own, yet is counted. Colours, as
// "\x1b[32m" sets them, take none.
func Of(text string) (columns int) {
	colour := false
	for i, r := range text {
		switch {
		case colour:
			colour = r != 'm'
		case r == '\x1b' && strings.HasPrefix(text[i:], "\x1b["):
			colour = true
		case r < utf8.RuneSelf:
			columns++
		default:
			columns += widthOf(r)
		}
	}
	return columns
}

func widthOf(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Fold breaks a line at blanks, so that a terminal does not break it elsewhere. What follows is indented. A word that is wider
// than the terminal stays whole.
func Fold(line string, columns int, indent string) (folded []string) {
	for Of(line) > columns {
		at := lastBlank(line, columns)
		if at < 0 {
			break
		}
		rest := strings.TrimLeft(line[at:], " ")
		folded = append(folded, strings.TrimRight(line[:at], " "))
		if rest == "" {
			return folded
		}
		line = indent + rest
	}
	return append(folded, line)
}

// lastBlank is where the last blank is that has no more than so many columns before it, or else the first one; -1 for none.
// Blanks that a line begins with do not count.
func lastBlank(line string, columns int) int {
	last := -1
	begin := len(line) - len(strings.TrimLeft(line, " "))
	for i, r := range line {
		if r != ' ' || i <= begin {
			continue
		}
		if last >= 0 && Of(line[:i]) > columns {
			break
		}
		last = i
	}
	return last
}
