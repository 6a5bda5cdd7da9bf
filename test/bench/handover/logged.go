package handover

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// logged are the numbered lines that all pods of a namespace ever logged, from the files on the nodes. Each has its pod,
// the run of its process and a number that never skips, so it is unlike any other.
func logged(dir cluster.Dir, namespace string) (map[string]bool, error) {
	files, err := dir.LogFiles(namespace, "")
	if err != nil {
		return nil, err
	}
	lines := map[string]bool{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			// CRI: TIME STREAM TAG TEXT
			if fields := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 4); len(fields) == 4 && numbered(fields[3]) {
				lines[fields[3]] = true
			}
		}
	}
	return lines, nil
}

func numbered(line string) bool { return strings.HasPrefix(line, "seq=") }

// comparison is what was printed beside what was logged.
type comparison struct {
	lines   int // that were logged
	missing int
	twice   int
}

// compare counts what is missing and what was printed more than once. A line that nobody logged is an error, unless it may
// be newer than the list of those that were.
func compare(printed io.Reader, logged map[string]bool, newer bool) (comparison, error) {
	c := comparison{lines: len(logged)}
	seen := make(map[string]int, len(logged))
	lines := bufio.NewReader(printed)
	for {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSuffix(line, []byte("\n")); err == nil && numbered(string(line)) {
			switch {
			case logged[string(line)]:
				seen[string(line)]++
			case !newer:
				return c, fmt.Errorf("was printed, but never logged: %s", line)
			}
			if seen[string(line)] > 1 {
				c.twice++
			}
		}
		if err == io.EOF { // a line without its end is still being printed
			c.missing = len(logged) - len(seen)
			return c, nil
		}
		if err != nil {
			return c, err
		}
	}
}
