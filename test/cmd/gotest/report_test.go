package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stream writes events as go test does.
func stream(t *testing.T, events ...event) string {
	t.Helper()
	var b strings.Builder
	for _, e := range events {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	return b.String()
}

func output(test, text string) event { return event{Action: "output", Test: test, Output: text} }

func reported(t *testing.T, events ...event) (*report, string) {
	t.Helper()
	var w strings.Builder
	r := newReport(&w, t.TempDir())
	if err := r.read(strings.NewReader(stream(t, events...))); err != nil {
		t.Fatal(err)
	}
	if err := r.finish(); err != nil {
		t.Fatal(err)
	}
	return r, w.String()
}

func TestOnlyFailuresArePrinted(t *testing.T) {
	r, got := reported(t,
		event{Action: "run", Test: "TestA"}, output("TestA", "=== RUN   TestA\n"), output("TestA", "    a_test.go:1: fine\n"),
		event{Action: "pass", Test: "TestA"},
		output("TestB", "    b_test.go:2: broken\n"), output("TestB", "--- FAIL: TestB (0.00s)\n"), event{Action: "fail", Test: "TestB"},
		output("", sentence+"\n"), output("", "FAIL\texample.com/x\t1.0s\n"), event{Action: "fail"})
	if want := "    b_test.go:2: broken\n--- FAIL: TestB (0.00s)\n" + sentence + "\nFAIL\texample.com/x\t1.0s\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !r.ended() {
		t.Error("the run came to its end")
	}
}

func TestLongOutputGoesToAFile(t *testing.T) {
	var events []event
	for i := range 5000 {
		events = append(events, output("TestA/b c", fmt.Sprintf("line %d\n", i)))
	}
	_, got := reported(t, append(events, event{Action: "fail", Test: "TestA/b c"})...)
	if lines := strings.Count(got, "\n"); lines > maxLines || !strings.HasPrefix(got, "line 0\n") || !strings.HasSuffix(got, "line 4999\n") {
		t.Errorf("%d lines:\n%s", lines, got)
	}
	path := regexp.MustCompile(`more lines are in (.*)`).FindStringSubmatch(got)
	if path == nil {
		t.Fatalf("no file is named in\n%s", got)
	}
	text, err := os.ReadFile(path[1])
	if err != nil || strings.Count(string(text), "\n") != 5000 {
		t.Errorf("%v, the file has %d lines", err, strings.Count(string(text), "\n"))
	}
}

// TestNoSecondRun lists the runs after which nobody knows what would have failed.
func TestNoSecondRun(t *testing.T) {
	failed := []event{output("TestA", "--- FAIL: TestA\n"), {Action: "fail", Test: "TestA"}}
	for name, events := range map[string][]event{
		"cut short":           failed,
		"a test has no end":   append([]event{{Action: "run", Test: "TestB"}, output("", sentence+"\n")}, failed...),
		"a panic":             append([]event{output("TestA", "panic: boom\n"), output("", sentence+"\n")}, failed...),
		"nothing but a build": {output("", "x.go:1: undefined: y\n"), output("", sentence+"\n")},
	} {
		if r, got := reported(t, events...); r.ended() {
			t.Errorf("%s: there would be a second run:\n%s", name, got)
		}
	}
}

func TestRunPattern(t *testing.T) {
	for _, test := range []struct {
		failed []string
		want   string
	}{
		{[]string{"TestA"}, "^(TestA)$"},
		{[]string{"TestA/x", "TestA/y/z", "TestB/x"}, "^(TestA|TestB)$/^(x|y)$"},
		{[]string{"TestA", "TestB/x"}, "^(TestA|TestB)$"},
		{[]string{"TestA/x(1)"}, `^(TestA)$/^(x\(1\))$`},
	} {
		if diff := cmp.Diff(test.want, runPattern(test.failed)); diff != "" {
			t.Error(diff)
		}
	}
	r, _ := reported(t, event{Action: "fail", Test: "TestA/x"}, event{Action: "fail", Test: "TestA"}, event{Action: "fail", Test: "TestB"})
	if diff := cmp.Diff([]string{"TestA/x", "TestB"}, r.failed()); diff != "" {
		t.Error(diff)
	}
}
