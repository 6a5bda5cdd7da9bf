package crilog

import "bytes"

// maxLine is how long a line may be until it is written in parts, in bytes;
// container runtimes have the same limit.
const maxLine = 16 << 10

// Stream takes one output stream of a process. It is for one goroutine.
type Stream struct {
	file *File
	name string
	rest []byte // of a line whose end has not come yet
}

// Stdout returns the stream for standard output.
func (f *File) Stdout() *Stream { return &Stream{file: f, name: "stdout"} }

// Stderr returns the stream for standard error.
func (f *File) Stderr() *Stream { return &Stream{file: f, name: "stderr"} }

// Write implements io.Writer.
func (s *Stream) Write(data []byte) (int, error) {
	for left := data; len(left) > 0; {
		end := bytes.IndexByte(left, '\n')
		room := maxLine - len(s.rest)
		switch {
		case end >= 0 && end <= room:
			if err := s.flush(left[:end], true); err != nil {
				return 0, err
			}
			left = left[end+1:]
		case len(left) > room:
			if err := s.flush(left[:room], false); err != nil {
				return 0, err
			}
			left = left[room:]
		default:
			s.rest = append(s.rest, left...)
			left = nil
		}
	}
	return len(data), nil
}

// Flush writes a last line that has no end.
func (s *Stream) Flush() error {
	if len(s.rest) == 0 {
		return nil
	}
	return s.flush(nil, true)
}

func (s *Stream) flush(text []byte, full bool) error {
	if len(s.rest) > 0 {
		text = append(s.rest, text...)
		s.rest = s.rest[:0]
	}
	return s.file.writeEntry(s.name, text, full)
}
