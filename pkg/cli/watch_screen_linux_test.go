package cli

import (
	"fmt"
	"os"
	"testing"

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
	s := newScreen(genericiooptions.IOStreams{Out: terminal}, true)
	if !s.isLive() || s.columns() != 57 {
		t.Errorf("a terminal of 57 columns: live %v", s.isLive())
	}
	if newScreen(genericiooptions.IOStreams{Out: terminal}, false).isLive() {
		t.Error("objects have no live line")
	}
	t.Setenv("TERM", "dumb")
	if newScreen(genericiooptions.IOStreams{Out: terminal}, true).isLive() {
		t.Error("a dumb terminal cannot erase a line")
	}
}
