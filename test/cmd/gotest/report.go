package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// event is a line of `go test -json`; see `go doc test2json`.
type event struct {
	Action string
	Test   string
	Output string
}

// Sentence is the last line that a run prints that was not cut short and left nothing behind.
const sentence = "All tests have ended."

// maxLines is how much of the output of a test that failed is printed. Half of it is the beginning,
// half the end.
const maxLines = 200

// report prints the events of one run.
type report struct {
	w        io.Writer
	dir      string
	tests    map[string]*result
	passed   bool // as the exit code of go test says
	complete bool // the sentence was printed
	crashed  bool // a panic, or a fatal error of the runtime
}

// result is what came of one test, or of one part of it.
type result struct {
	output strings.Builder
	action string // the last one: "pass", "fail" or "skip" once it has ended
}

func newReport(w io.Writer, dir string) *report {
	return &report{w: w, dir: dir, tests: map[string]*result{}}
}

// read takes the events as they come.
func (r *report) read(events io.Reader) error {
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				e = event{Action: "output", Output: string(line)} // what is not JSON is said by go itself
			}
			if err := r.take(e); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) take(e event) error {
	if strings.HasPrefix(e.Output, "panic: ") || strings.HasPrefix(e.Output, "fatal error: ") {
		r.crashed = true
	}
	if e.Test == "" {
		r.complete = r.complete || e.Output == sentence+"\n"
		_, err := io.WriteString(r.w, e.Output)
		return err
	}
	t := r.tests[e.Test]
	if t == nil {
		t = &result{}
		r.tests[e.Test] = t
	}
	switch e.Action {
	case "output":
		t.output.WriteString(e.Output)
		return nil
	case "pass", "skip", "fail":
		t.action = e.Action
		if e.Action == "fail" {
			return r.explain(e.Test, t)
		}
		t.output.Reset()
	}
	return nil
}

// explain prints an excerpt of what a test that failed said, and writes the whole of it to a file.
func (r *report) explain(name string, t *result) error {
	lines := strings.SplitAfter(strings.TrimSuffix(t.output.String(), "\n")+"\n", "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool { // where tests run side by side these are noise
		return line == "" || strings.HasPrefix(line, "=== ")
	})
	if len(lines) <= maxLines {
		_, err := io.WriteString(r.w, strings.Join(lines, ""))
		return err
	}
	path := filepath.Join(r.dir, strings.NewReplacer("/", "_", " ", "_").Replace(name)+".log")
	if err := os.WriteFile(path, []byte(t.output.String()), 0o644); err != nil {
		return err
	}
	half := maxLines/2 - 1
	_, err := fmt.Fprintf(r.w, "%s    ... %d more lines are in %s\n%s", strings.Join(lines[:half], ""),
		len(lines)-2*half, path, strings.Join(lines[len(lines)-half:], ""))
	return err
}

// finish prints what tests said that never ended.
func (r *report) finish() error {
	for name, t := range r.tests {
		if t.action != "" {
			continue
		}
		if _, err := fmt.Fprintf(r.w, "--- DID NOT END: %s\n", name); err != nil {
			return err
		}
		if err := r.explain(name, t); err != nil {
			return err
		}
	}
	return nil
}

// ended reports whether the run came to its end, so that what failed is all that failed.
func (r *report) ended() bool {
	for _, t := range r.tests {
		if t.action == "" {
			return false
		}
	}
	return r.complete && !r.crashed && len(r.failed()) > 0
}

// failed returns the names of the tests that failed: of a test with parts the parts.
func (r *report) failed() (names []string) {
	for name, t := range r.tests {
		if t.action == "fail" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(names, func(name string) bool {
		return slices.ContainsFunc(names, func(other string) bool { return strings.HasPrefix(other, name+"/") })
	})
}
