package scenarios

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/creack/pty"
)

// terminal opens a terminal, and collects what is written to it.
func terminal(t *testing.T, columns uint16) (*os.File, *buffer) {
	t.Helper()
	_, tty, shown := keyboard(t, columns)
	return tty, shown
}

// keyboard opens a terminal whose master side is typed on, and collects what is written to it.
func keyboard(t *testing.T, columns uint16) (master, tty *os.File, shown *buffer) {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 50, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	shown = shownOn(t, master)
	t.Cleanup(func() {
		tty.Close()    // a test's end
		master.Close() // likewise
	})
	return master, tty, shown
}

// shownOn collects what is written to a terminal, until it is closed.
func shownOn(t *testing.T, master *os.File) *buffer {
	t.Helper()
	shown := newBuffer()
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		io.Copy(shown, master) // its error is that nobody has the terminal open any more
	}()
	t.Cleanup(func() { <-copied })
	return shown
}

// all is what a terminal shows once nobody writes to it any more.
func all(t *testing.T, tty *os.File, shown *buffer) string {
	t.Helper()
	const end = "(the end)"
	if _, err := tty.WriteString(end); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(shown.until(t, "its end", func(text string) bool { return strings.HasSuffix(text, end) }), end)
}

// onTerminal puts the streams of a command on a terminal.
func onTerminal(tty *os.File, stdout, stderr bool) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		cmd.Env = append(cmd.Env, "TERM=xterm")
		if stdout {
			cmd.Stdout = tty
		}
		if stderr {
			cmd.Stderr = tty
		}
	}
}

// TestWaitingIsShown: on a terminal for how long, and why; elsewhere why, in one line.
func TestWaitingIsShown(t *testing.T) {
	t.Parallel()
	ns := shared.empty(t)
	ns.holdLease(t, "nobody", "")
	why := "lease " + ns.name + "/nobody: released, nobody holds it"
	for _, command := range [][]string{{"holder"}, {"logs"}, {"port-forward", ":8080"}} {
		t.Run(command[0], func(t *testing.T) {
			t.Parallel()
			args := []any{command[0], "nobody"}
			for _, arg := range command[1:] {
				args = append(args, arg)
			}
			tty, shown := terminal(t, 100)
			p := start(t, ns, append(slices.Clone(args), "--timeout=1h", onTerminal(tty, false, true))...)
			line := regexp.MustCompile("\r\x1b\\[Kwaiting for a leader for ([0-9hms]+) of 1h0m0s; " + regexp.QuoteMeta(why))
			text := shown.until(t, "the time, twice", func(text string) bool { return len(line.FindAllString(text, 2)) == 2 })
			spans := line.FindAllStringSubmatch(text, 2)
			first, second := spans[0][1], spans[1][1]
			if first == "0s" || first == "1s" || first == second {
				t.Errorf("the first lines tell %s and %s: they begin after two seconds, and there is one each second", first, second)
			}
			if code := p.end(t, os.Interrupt); code != 130 || p.stdout.String() != "" {
				t.Errorf("exit code %d, stdout %q", code, p.stdout)
			}
			elsewhere := start(t, ns, append(slices.Clone(args), "--timeout=2s")...)
			if code := elsewhere.wait(t); code != 1 || elsewhere.stdout.String() != "" {
				t.Errorf("without a terminal: exit code %d, stdout %q", code, elsewhere.stdout)
			}
			// The Lease may have been free for some time by now, which is told.
			said := regexp.MustCompile(` \(for [0-9hms]+\)`).ReplaceAllString(elsewhere.stderr.String(), "")
			if got, want := said, why+"; waiting for a leader\nerror: no leader within 2s: "+why+"\n"; got != want {
				t.Errorf("without a terminal:\n%q, want\n%q", got, want)
			}
		})
	}
}

// TestLinesFitTheTerminal: what is wider is broken at blanks and columns, and a table's header with it.
func TestLinesFitTheTerminal(t *testing.T) {
	t.Parallel()
	ns := shared.empty(t)
	const lock, holder = "a-lock-whose-name-is-rather-long", "somebody-whose-name-is-even-longer_5b2f6f0e-95b7-4bd2"
	ns.holdLease(t, lock, holder)
	ns.holdLease(t, "short", holder)
	escapes := regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")
	for _, args := range [][]any{
		{"list", "-o", "wide"}, {"holder", lock, "-o", "wide"}, {"watch", lock, "short"}, {"assert", lock, "--timeout=0"},
	} {
		tty, shown := terminal(t, 72)
		p := start(t, ns, append(args, onTerminal(tty, true, true))...)
		if args[0] == "watch" {
			// The locks, and the line below them, which is drawn anew each second.
			shown.until(t, "what there is", func(text string) bool { return strings.Count(text, "\r\x1b[K") > 1 && strings.Contains(text, holder) })
			p.end(t, os.Interrupt)
		}
		p.wait(t)
		text := all(t, tty, shown)
		if !strings.Contains(text, holder) {
			t.Errorf("%v breaks the holder:\n%s", args, text)
		}
		// What is written after a carriage return takes the place of what was there.
		for line := range strings.FieldsFuncSeq(escapes.ReplaceAllString(text, ""), func(r rune) bool { return r == '\r' || r == '\n' }) {
			if columns := utf8.RuneCountInString(line); columns > 72 {
				t.Errorf("%v prints a line of %d columns: %q", args, columns, line)
			}
		}
	}
}

// TestColour is for terminals, unless the user wants it otherwise. Objects have none.
func TestColour(t *testing.T) {
	t.Parallel()
	ns := shared.empty(t)
	ns.holdLease(t, "nobody", "")
	const red = "\x1b[31m"
	noColour := func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "NO_COLOR=1") }
	for _, test := range []struct {
		name         string
		args         []any
		onTTY, piped bool
	}{
		{"list", []any{"list"}, true, false},
		{"list NO_COLOR", []any{"list", noColour}, false, false},
		{"list --color=never", []any{"list", "--color=never"}, false, false},
		{"list --color=always NO_COLOR", []any{"list", "--color=always", noColour}, true, true},
		{"holder -o wide", []any{"holder", "nobody", "-o", "wide"}, true, false},
		{"watch", []any{"watch", "nobody"}, true, false},
		{"watch --color=always", []any{"watch", "nobody", "--color=always"}, true, true},
		{"assert --color=always", []any{"assert", "nobody", "--timeout=0", "--color=always"}, true, true},
		{"list -o json --color=always", []any{"list", "-o", "json", "--color=always"}, false, false},
		{"watch -o json --color=always", []any{"watch", "nobody", "-o", "json", "--color=always"}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tty, shown := terminal(t, 100)
			told := func(text string) bool { return strings.Contains(text, "eleased") } // in a line, or an object
			p := start(t, ns, append(slices.Clone(test.args), onTerminal(tty, true, true))...)
			if test.args[0] == "watch" { // which does not end by itself
				shown.until(t, "the lock", told)
				p.end(t, os.Interrupt)
			}
			p.wait(t)
			if text := all(t, tty, shown); strings.Contains(text, red) != test.onTTY || !strings.Contains(text, "nobody") {
				t.Errorf("a terminal shows %q, red wanted: %t", text, test.onTTY)
			}
			p = start(t, ns, test.args...)
			if test.args[0] == "watch" {
				p.stdout.until(t, "the lock", told)
				p.end(t, os.Interrupt)
			}
			p.wait(t)
			if got := strings.Contains(p.stdout.String(), red); got != test.piped || strings.Contains(p.stderr.String(), "\x1b") {
				t.Errorf("red in a pipe: %t\n%q\nstderr %q", got, p.stdout, p.stderr)
			}
		})
	}
}
