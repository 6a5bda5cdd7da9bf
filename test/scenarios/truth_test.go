package scenarios

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// truth reads the numbered lines that all processes of a namespace ever logged that have led, from the files on the nodes: each
// line has its pod, the run of its process and a number that never skips, so it is unlike any other.
func truth(t *testing.T, ns *namespace) []string {
	t.Helper()
	only(t, readsNodes, kwok, kubelet)
	cmd := exec.Command(filepath.Join(ns.lab.bin, "cluster"), "--dir", ns.lab.dir, "logfile", "-n", ns.name, "--all")
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	led := map[string]bool{}
	for _, file := range strings.Fields(string(output)) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			// CRI: TIME STREAM TAG TEXT
			if fields := strings.SplitN(line, " ", 4); len(fields) == 4 && numbered(fields[3]) {
				line := strings.TrimSuffix(fields[3], "\n")
				lines = append(lines, line)
				if strings.Contains(line, "acquired leader lock") {
					led[runOf(line)] = true
				}
			}
		}
	}
	return slices.DeleteFunc(lines, func(line string) bool { return !led[runOf(line)] })
}

// runOf names the process that a line is of.
func runOf(line string) string {
	_, rest, _ := strings.Cut(line, " run=")
	return strings.TrimRight(strings.SplitN(rest, " ", 2)[0], ":")
}

func numbered(line string) bool { return strings.HasPrefix(line, "seq=") }

// checkComplete waits until the output has each numbered line that has been logged so far, ends the process, and checks
// that it printed none twice and none that was never logged.
func checkComplete(t *testing.T, ns *namespace, p *process) {
	t.Helper()
	checkLines(t, ns, p, truth(t, ns))
}

// missing are the lines that a text does not have.
func missing(lines []string, text string) []string {
	printed := map[string]bool{}
	for line := range strings.Lines(text) {
		printed[strings.TrimSuffix(line, "\n")] = true
	}
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return printed[line] })
}

// untilPrinted waits until the output has these lines. It is taken apart only when it is long
// enough to have them.
func untilPrinted(t *testing.T, p *process, lines []string) {
	t.Helper()
	p.stdout.until(t, "each line", func(text string) bool {
		return strings.Count(text, "\n") >= len(lines) && len(missing(lines, text)) == 0
	})
}

// checkLines does the same where these lines are what could be read.
func checkLines(t *testing.T, ns *namespace, p *process, logged []string) {
	t.Helper()
	if len(logged) == 0 {
		t.Fatal("nothing was logged: this would prove nothing")
	}
	defer func() {
		if t.Failed() {
			lost := missing(logged, p.stdout.String())
			t.Errorf("%d of %d lines are missing:\n%s", len(lost), len(logged), strings.Join(lost[:min(20, len(lost))], "\n"))
		}
	}()
	untilPrinted(t, p, logged)
	p.end(t, syscall.SIGINT) // what it still says counts, too
	text := p.stdout.String()
	known := map[string]bool{}
	for _, line := range truth(t, ns) {
		known[line] = true
	}
	seen := map[string]int{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if !numbered(line) {
			continue
		}
		if seen[line]++; seen[line] == 2 {
			t.Errorf("printed twice: %s", line)
		}
		if !known[line] {
			t.Errorf("never logged: %s", line)
		}
	}
	t.Logf("%d numbered lines, each printed once", len(logged))
}
