// Package picture draws what terminals have shown as an SVG that moves: text alone, with neither a script nor a font of its own,
// so that a page on GitHub may show it.
package picture

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Style is how a piece of text is shown.
type Style struct {
	// Colour is one of the sixteen of a terminal, from 1 on; 0 is the default one.
	Colour     int
	Bold, Dim  bool
	Underlined bool
}

// Span is a piece of a row in one style.
type Span struct {
	Text  string
	Style Style
}

// Row is a line of a screen.
type Row []Span

// Columns is how many cells the row takes.
func (r Row) Columns() (n int) {
	for _, span := range r {
		n += utf8.RuneCountInString(span.Text)
	}
	return n
}

// Screen reads what `tmux capture-pane -e -p` prints of a screen with so many rows. The style goes on from row to row.
func Screen(text string, rows int) []Row {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	screen := make([]Row, rows)
	var style Style
	for i, line := range lines[:min(len(lines), rows)] {
		screen[i], style = parseRow(line, style)
	}
	return screen
}

func parseRow(line string, style Style) (Row, Style) {
	var row Row
	for line != "" {
		text, rest, escape := strings.Cut(line, "\x1b[")
		if text != "" {
			row = append(row, Span{text, style})
		}
		if !escape {
			break
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return r >= '@' && r <= '~' })
		if end < 0 {
			break
		}
		if rest[end] == 'm' {
			style = style.changed(rest[:end])
		}
		line = rest[end+1:]
	}
	return trimmed(row), style
}

// trimmed is a row without the blanks at its end.
func trimmed(row Row) Row {
	for len(row) > 0 {
		last := &row[len(row)-1]
		if last.Text = strings.TrimRight(last.Text, " "); last.Text != "" {
			break
		}
		row = row[:len(row)-1]
	}
	return row
}

// changed applies the parameters of an escape sequence "select graphic rendition".
func (s Style) changed(parameters string) Style {
	codes := strings.Split(parameters, ";")
	for i := 0; i < len(codes); i++ {
		code, err := strconv.Atoi(codes[i])
		switch {
		case err != nil, code == 0:
			s = Style{}
		case code == 1:
			s.Bold = true
		case code == 2:
			s.Dim = true
		case code == 4:
			s.Underlined = true
		case code == 22:
			s.Bold, s.Dim = false, false
		case code == 24:
			s.Underlined = false
		case code >= 30 && code <= 37:
			s.Colour = code - 29
		case code >= 90 && code <= 97:
			s.Colour = code - 81
		case code == 39:
			s.Colour = 0
		case code == 38 && i+2 < len(codes) && codes[i+1] == "5":
			if n, err := strconv.Atoi(codes[i+2]); err == nil && n < 16 {
				s.Colour = n + 1
			}
			i += 2
		}
	}
	return s
}
