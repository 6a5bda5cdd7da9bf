// Package logs measures how fast a long log comes out.
package logs

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"

	crilogs "k8s.io/cri-client/pkg/logs"
)

const (
	// lineBytes is the length of a line of the log with its newline, that of a structured log's entry.
	lineBytes = 1 << 10
	// rate is how many lines a second the log says that it has.
	rate = 10_000
)

// Append writes so many lines to a container's log file, in the runtime's format and as if they had just been logged. The
// container goes on logging into the same file: each write is one of whole lines.
func Append(path string, lines int64) (err error) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}()
	const batch = 1000
	out := bufio.NewWriterSize(file, batch*2*lineBytes)
	rest := strings.Repeat("reconciled widget=default/example generation=12 result=unchanged ", lineBytes/64+1)
	at := time.Now().UTC().Add(-time.Duration(lines) * time.Second / rate)
	var stamp, text []byte
	for i := range lines {
		stamp = at.Add(time.Duration(i)*time.Second/rate).AppendFormat(stamp[:0], crilogs.RFC3339NanoFixed)
		text = append(fmt.Appendf(text[:0], "line=%d ", i), rest...)[:lineBytes-1]
		for _, part := range [][]byte{stamp, []byte(" stdout F "), text, []byte("\n")} {
			if _, err := out.Write(part); err != nil {
				return err
			}
		}
		if i%batch == batch-1 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// Size is what a log file makes when it is printed: its lines, and their bytes without the runtime's own.
type Size struct{ Lines, Bytes int64 }

// SizeOf reads a log file.
func SizeOf(path string) (s Size, err error) {
	file, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer file.Close() // it is only read
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 64<<10), 64<<10)
	for lines.Scan() {
		// TIME STREAM TAG TEXT
		fields := bytes.SplitN(lines.Bytes(), []byte(" "), 4)
		if len(fields) != 4 || string(fields[2]) != "F" {
			return s, fmt.Errorf("%s, line %d: is no whole line of a log", path, s.Lines+1)
		}
		s.Lines++
		s.Bytes += int64(len(fields[3])) + 1
	}
	return s, lines.Err()
}
