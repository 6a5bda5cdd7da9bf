package cli

import (
	"io"
	"os"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/term"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// screen prints lines to stdout and stderr. Where stdout is a terminal, one live line stays below them. Safe for concurrent
// use.
type screen struct {
	mu          sync.Mutex
	out, errOut io.Writer
	columns     func() int // nil where there is no live line
	live        string     // what the live line shows now
}

// eraseLine goes to the beginning of the line and empties it.
const eraseLine = "\r\x1b[K"

func newScreen(streams genericiooptions.IOStreams, live bool) *screen {
	s := &screen{out: streams.Out, errOut: streams.ErrOut}
	if file, ok := streams.Out.(*os.File); ok && live && term.IsTerminal(int(file.Fd())) && os.Getenv("TERM") != "dumb" {
		s.columns = func() int {
			width, _, err := term.GetSize(int(file.Fd()))
			if err != nil || width <= 0 {
				return 80
			}
			return width
		}
	}
	return s
}

func (s *screen) isLive() bool { return s.columns != nil }

// line prints a line to stdout, above the live one.
func (s *screen) line(text string) error { return s.print(s.out, text) }

// notice prints a line to stderr, above the live one.
func (s *screen) notice(text string) {
	s.print(s.errOut, strings.TrimRight(text, "\n")) // nowhere left to say it
}

func (s *screen) print(to io.Writer, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live == "" {
		_, err := io.WriteString(to, text+"\n")
		return err
	}
	if _, err := io.WriteString(s.out, eraseLine); err != nil {
		return err
	}
	if _, err := io.WriteString(to, text+"\n"); err != nil {
		return err
	}
	_, err := io.WriteString(s.out, s.live)
	return err
}

// draw replaces the live line, if there is one.
func (s *screen) draw(text string) error {
	if !s.isLive() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = cut(text, s.columns()-3) // a full line would begin the next one, and so would "^C" behind it
	_, err := io.WriteString(s.out, eraseLine+s.live)
	return err
}

// clear takes the live line away.
func (s *screen) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live != "" {
		io.WriteString(s.out, eraseLine) // if it fails there is nothing to see
	}
	s.live = ""
}

// cut shortens a text to so many columns. What is not ASCII counts as two: some of it is, and nobody but the terminal knows.
func cut(text string, columns int) string {
	used, fits := 0, 0 // fits is how much can stay if there is more to come
	for i, r := range text {
		if used < columns {
			fits = i
		}
		if used++; r > unicode.MaxASCII {
			used++
		}
	}
	if used <= columns {
		return text
	}
	return text[:fits] + "…"
}
