package cli

import (
	"strings"

	"github.com/kubectl-leader/kubectl-leader/pkg/textwidth"
)

// eventCells are what the line of an event is made of, with the widths of their columns. The lock is "" where there is only one.
type eventCells struct {
	at, lock, what, who, note      string
	lockWidth, whatWidth, whoWidth int
	colour                         colour
}

// whatWidth is that of the column of what has happened. What is longer sticks out.
const whatWidth = 11

// shortestWho is how much is left at least of who it is, where a line has no room for all of it.
const shortestWho = 12

// fit makes the parts of a line that fits into a terminal; 0 columns are for no terminal. What does not fit in columns is put
// together more closely; where that is not enough, the note goes below. Who it is is what one wants to know, and to copy: it is
// shortened only where it does not fit without the note, either.
func (c eventCells) fit(columns int, p palette) []string {
	parts := c.parts(p)
	if columns == 0 || textwidth.Of(strings.TrimRight(strings.Join(parts, ""), " ")) <= columns {
		return parts
	}
	c.lockWidth, c.whatWidth, c.whoWidth = 0, 0, 0
	parts = c.parts(p)
	who := textwidth.Of(c.who)
	over := textwidth.Of(strings.TrimRight(parts[0]+parts[1], " ")) - columns
	if over > 0 && who-over >= shortestWho {
		c.who = shortened(c.who, who-over)
		return c.parts(p)
	}
	return parts
}

// parts are when what has happened to which lock, who it is, and the note.
func (c eventCells) parts(p palette) []string {
	lock := ""
	if c.lock != "" {
		lock = padded(c.lock, c.lockWidth) + " "
	}
	return []string{
		c.at + " " + lock + p.paint(c.colour, c.what) + padded("", c.whatWidth-textwidth.Of(c.what)),
		" " + padded(c.who, c.whoWidth) + "  ",
		c.note,
	}
}

// shortened leaves out the middle of a name: its beginning tells what it is of, and its end which one.
func shortened(name string, columns int) string {
	runes := []rune(name)
	head, tail := (columns-1)/2, columns-1-(columns-1)/2
	if columns < 3 || len(runes) <= columns {
		return name
	}
	return string(runes[:head]) + "…" + string(runes[len(runes)-tail:])
}
