// Command gotest runs `go test` with its arguments and prints what explains a failure: of each test
// that failed at most 200 lines, and the file that has them all.
//
// With -rerun, tests that failed have one more chance, and those that needed it are listed at the
// end. A run that did not come to its end has none: tests that it never reached would count as
// passed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	rerun := flag.Bool("rerun", false, "run tests that failed once more")
	dir := flag.String("output", "", "folder for the whole output of tests that fail (default: a temporary one)")
	flag.Parse()
	passed, err := run(os.Stdout, *dir, *rerun, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
	}
	if err != nil || !passed {
		os.Exit(1)
	}
}

// run runs the tests, and a second time those that failed if they may.
func run(w io.Writer, dir string, rerun bool, args []string) (bool, error) {
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "gotest-"); err != nil {
			return false, err
		}
	} else if err := os.MkdirAll(dir, 0o755); err != nil {
		return false, err
	}
	first, err := test(w, dir, args)
	if err != nil || first.passed || !rerun || !first.ended() {
		return first != nil && first.passed, err
	}
	pattern := runPattern(first.failed())
	fmt.Fprintf(w, "Running once more: %s\n", pattern)
	second, err := test(w, dir, append([]string{"-run", pattern}, args...))
	if err != nil {
		return false, err
	}
	fmt.Fprintf(w, "Needed a second run:\n  %s\n", strings.Join(first.failed(), "\n  "))
	return second.passed && len(second.tests) > 0, nil
}

// test runs `go test -json` and prints its report.
func test(w io.Writer, dir string, args []string) (*report, error) {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r := newReport(w, dir)
	readErr := r.read(events)
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		return r, err
	}
	r.passed = exit == nil
	return r, errors.Join(readErr, r.finish())
}
