package cli

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// openTerminal opens a pseudo terminal and returns the side that a program writes to.
func openTerminal(t *testing.T, columns uint16) *os.File {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { master.Close() }) // a test's end
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { terminal.Close() }) // likewise
	return terminal
}

func TestLiveLineOnATerminal(t *testing.T) {
	terminal := openTerminal(t, 57)
	t.Setenv("TERM", "xterm")
	s := newScreen(genericiooptions.IOStreams{ErrOut: terminal})
	if !s.isLive() || s.columns() != 57 {
		t.Errorf("a terminal of 57 columns: live %v", s.isLive())
	}
	if newScreenOn(genericiooptions.IOStreams{Out: terminal, ErrOut: terminal}, nil).isLive() {
		t.Error("objects have no live line")
	}
	t.Setenv("TERM", "dumb")
	if newScreen(genericiooptions.IOStreams{ErrOut: terminal}).isLive() {
		t.Error("a dumb terminal cannot erase a line")
	}
}

func TestColourIsForTerminals(t *testing.T) {
	terminal := openTerminal(t, 80)
	t.Setenv("TERM", "xterm")
	for _, test := range []struct {
		color, noColor   string
		onTTY, elsewhere palette
	}{
		{"auto", "", true, false},
		{"auto", "1", false, false},
		{"never", "", false, false},
		{"always", "1", true, true},
	} {
		if test.noColor == "" {
			unsetenv(t, "NO_COLOR")
		} else {
			t.Setenv("NO_COLOR", test.noColor)
		}
		cmd := &cobra.Command{}
		addColour(cmd)
		if err := cmd.ParseFlags([]string{"--color=" + test.color}); err != nil {
			t.Fatal(err)
		}
		if got := newPalette(cmd, terminal); got != test.onTTY {
			t.Errorf("--color=%s, NO_COLOR=%s: %t on a terminal", test.color, test.noColor, got)
		}
		if got := newPalette(cmd, &bytes.Buffer{}); got != test.elsewhere {
			t.Errorf("--color=%s, NO_COLOR=%s: %t in a pipe", test.color, test.noColor, got)
		}
	}
}

// unsetenv takes a variable away for the rest of the test.
func unsetenv(t *testing.T, name string) {
	t.Helper()
	t.Setenv(name, "") // which puts it back in the end
	if err := os.Unsetenv(name); err != nil {
		t.Fatal(err)
	}
}
