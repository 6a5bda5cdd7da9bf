package tail

import (
	"bufio"
	"errors"
	"io"
	"sync"
)

// errEnough ends the output in good order: the byte limit is reached.
var errEnough = errors.New("byte limit reached")

// WriteError is a failure of the output itself. A reader that has gone away (`| head`) is no fault of the logs.
type WriteError struct{ error }

func (e WriteError) Unwrap() error { return e.error }

// sink is the output that several streams share, a line at a time.
type sink struct {
	mu      sync.Mutex
	out     *bufio.Writer
	limited bool
	left    int64 // bytes, while limited
	midLine bool  // the last line had no newline
}

func newSink(out io.Writer, limit int64) *sink {
	return &sink{out: bufio.NewWriterSize(out, 64<<10), limited: limit > 0, left: limit}
}

// write prints one line. While more are at hand it may stay in the buffer.
func (s *sink) write(prefix string, text []byte, more bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.midLine {
		if err := s.put([]byte("\n")); err != nil {
			return err
		}
	}
	s.midLine = len(text) == 0 || text[len(text)-1] != '\n'
	if err := s.put([]byte(prefix)); err != nil {
		return err
	}
	if err := s.put(text); err != nil {
		return err
	}
	if more {
		return nil
	}
	return s.flush()
}

// put writes within the limit; at the limit it flushes and ends with errEnough.
func (s *sink) put(p []byte) error {
	enough := s.limited && int64(len(p)) >= s.left
	if enough {
		p = p[:s.left]
	}
	if s.limited {
		s.left -= int64(len(p))
	}
	if _, err := s.out.Write(p); err != nil {
		return WriteError{err}
	}
	if enough {
		if err := s.flush(); err != nil {
			return err
		}
		return errEnough
	}
	return nil
}

func (s *sink) flush() error {
	if err := s.out.Flush(); err != nil {
		return WriteError{err}
	}
	return nil
}

// Flush writes out what is buffered.
func (s *sink) Flush() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flush()
}
