package cli

import (
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"unicode"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// screen prints lines to stdout and stderr. On a terminal, a live line can stay below them. Safe for concurrent use.
type screen struct {
	out, errOut io.Writer

	mu       sync.Mutex
	terminal io.Writer     // has the live line
	columns  func() int    // nil where there is no live line
	live     string        // what the live line shows now
	midway   bool          // in a line of data, whose end is still to come
	yielded  chan struct{} // a plugin for credentials has the terminal until it is closed; nil while none has
	held     []heldText    // what is printed then
}

// heldText is text for one of the streams.
type heldText struct {
	to   io.Writer
	text string
}

// eraseLine goes to the beginning of the line and empties it.
const eraseLine = "\r\x1b[K"

// newScreen makes a screen whose live line is on stderr, beside data on stdout; there is none where stderr is no terminal.
func newScreen(streams genericiooptions.IOStreams) *screen {
	return newScreenOn(streams, streams.ErrOut)
}

// newScreenOn makes a screen whose live line is on one of the streams, or nowhere if that is nil.
func newScreenOn(streams genericiooptions.IOStreams, terminal io.Writer) *screen {
	s := &screen{out: streams.Out, errOut: streams.ErrOut, terminal: terminal}
	if terminal != nil && canErase(terminal) {
		s.columns = func() int { return terminalColumns(terminal) }
	}
	if terminalColumns(s.errOut) > 0 {
		login.Listen(s.yield) // for the rest of the process, as there is one screen
	}
	return s
}

// yield leaves the terminal to a plugin for credentials, whose prompt nothing must be drawn over,
// and takes it back.
func (s *screen) yield(running bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if running {
		s.erase()
		s.yielded = make(chan struct{})
		return
	}
	close(s.yielded)
	s.yielded = nil
	for _, h := range s.held {
		s.write(h.to, h.text) // nowhere left to say it
	}
	s.held = nil
}

func (s *screen) isLive() bool { return s.columns != nil }

// piped reports that somebody else reads stdout, who may write to the same terminal at any time.
func (s *screen) piped() bool {
	file, ok := s.out.(*os.File)
	if !ok {
		return true
	}
	info, err := file.Stat()
	return err != nil || info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) != 0
}

// line prints a line to stdout, above the live one. Parts that do not fit into a terminal's line go on below, indented.
func (s *screen) line(indent string, parts ...string) error {
	return s.print(s.out, foldParts(terminalColumns(s.out), indent, parts...)+"\n")
}

// notice prints a line to stderr, above the live one.
func (s *screen) notice(text string) {
	s.print(s.errOut, noticeText(s.errOut, text)) // nowhere left to say it
}

// data is stdout for what is printed in lines while there may be a live line.
func (s *screen) data() io.Writer {
	if !s.isLive() || terminalColumns(s.out) == 0 {
		return s.out
	}
	return writerFunc(func(p []byte) (int, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for s.yielded != nil { // there may be too much of it to be kept
			free := s.yielded
			s.mu.Unlock()
			<-free
			s.mu.Lock()
		}
		return len(p), s.write(s.out, string(p))
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func (s *screen) print(to io.Writer, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.yielded != nil {
		s.held = append(s.held, heldText{to, text})
		return nil
	}
	return s.write(to, text)
}

// write prints above the live line. The lock is held.
func (s *screen) write(to io.Writer, text string) error {
	s.midway = !strings.HasSuffix(text, "\n")
	if s.live == "" {
		_, err := io.WriteString(to, text)
		return err
	}
	if _, err := io.WriteString(s.terminal, eraseLine); err != nil {
		return err
	}
	if _, err := io.WriteString(to, text); err != nil {
		return err
	}
	if s.midway {
		s.live = ""
		return nil
	}
	_, err := io.WriteString(s.terminal, s.live)
	return err
}

// draw replaces the live line, if there is one.
func (s *screen) draw(text string) error {
	if !s.isLive() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.midway || s.yielded != nil {
		return nil
	}
	s.live = cut(text, s.columns()-3) // a full line would begin the next one, and so would "^C" behind it
	_, err := io.WriteString(s.terminal, eraseLine+s.live)
	return err
}

// clear takes the live line away.
func (s *screen) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
}

// erase takes the live line away. The lock is held.
func (s *screen) erase() {
	if s.live != "" {
		io.WriteString(s.terminal, eraseLine) // if it fails there is nothing to see
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
