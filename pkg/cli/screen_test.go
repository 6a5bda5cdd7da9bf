package cli

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

func TestCut(t *testing.T) {
	for _, test := range []struct {
		text    string
		columns int
		want    string
	}{
		{"op-0 leads", 10, "op-0 leads"},
		{"op-0 leads", 9, "op-0 lea…"},
		{"op-0 leads", 1, "…"},
		{"領導者", 6, "領導者"},
		{"領導者", 5, "領導…"},
		{"領導者", 4, "領…"},
		{"", 0, ""},
	} {
		if got := cut(test.text, test.columns); got != test.want {
			t.Errorf("%q in %d columns: %q, want %q", test.text, test.columns, got, test.want)
		}
	}
}

// TestLiveLineStaysBelow: whatever is printed erases the live line first and puts it back.
func TestLiveLineStaysBelow(t *testing.T) {
	var terminal bytes.Buffer
	s := &screen{out: &terminal, errOut: &terminal, terminal: &terminal, columns: func() int { return 14 }}
	steps := []struct {
		do   func() error
		want string
	}{
		{func() error { return s.draw("op-0 leads for 1s") }, "\r\x1b[Kop-0 leads…"},
		{func() error { return s.line("", "an event") }, "\r\x1b[Kan event\nop-0 leads…"},
		{func() error { s.notice("a notice\n"); return nil }, "\r\x1b[Ka notice\nop-0 leads…"},
		{func() error { return s.draw("nobody") }, "\r\x1b[Knobody"},
		{func() error { s.clear(); return nil }, "\r\x1b[K"},
		{func() error { s.notice("the end"); return nil }, "the end\n"},
	}
	for _, step := range steps {
		terminal.Reset()
		if err := step.do(); err != nil || terminal.String() != step.want {
			t.Errorf("printed %q, %v; want %q", terminal.String(), err, step.want)
		}
	}
}

func TestNoLiveLineWithoutATerminal(t *testing.T) {
	streams, _, out, _ := genericiooptions.NewTestIOStreams()
	s := newScreen(streams)
	if err := s.draw("op-0 leads"); err != nil || s.isLive() || out.Len() > 0 {
		t.Errorf("drew %q, %v", out, err)
	}
}

// TestLiveLineLeavesDataAlone: a line of data that is not at its end yet is not erased.
func TestLiveLineLeavesDataAlone(t *testing.T) {
	var terminal bytes.Buffer
	s := &screen{out: &terminal, errOut: &terminal, terminal: &terminal, columns: func() int { return 14 }}
	for _, step := range []struct {
		do   func() error
		want string
	}{
		{func() error { return s.draw("nobody") }, "\r\x1b[Knobody"},
		{func() error { return s.print(s.out, "half a ") }, "\r\x1b[Khalf a "},
		{func() error { return s.draw("nobody") }, ""},
		{func() error { return s.print(s.out, "line\n") }, "line\n"},
		{func() error { return s.draw("nobody") }, "\r\x1b[Knobody"},
	} {
		terminal.Reset()
		if err := step.do(); err != nil || terminal.String() != step.want {
			t.Errorf("printed %q, %v; want %q", terminal.String(), err, step.want)
		}
	}
}

// TestPluginHasTheTerminalAlone: nothing is drawn over a prompt, and what happens meanwhile is told
// afterwards.
func TestPluginHasTheTerminalAlone(t *testing.T) {
	var terminal bytes.Buffer
	s := &screen{out: &terminal, errOut: &terminal, terminal: &terminal, columns: func() int { return 14 }}
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() { s.draw("nobody") }, "\r\x1b[Knobody"},
		{func() { s.yield(true) }, "\r\x1b[K"},
		{func() { s.draw("nobody") }, ""},
		{func() { s.notice("op-0 leads") }, ""},
		{func() { s.clear() }, ""},
		{func() { s.yield(false) }, "op-0 leads\n"},
		{func() { s.draw("nobody") }, "\r\x1b[Knobody"},
	} {
		terminal.Reset()
		if step.do(); terminal.String() != step.want {
			t.Errorf("printed %q; want %q", terminal.String(), step.want)
		}
	}
}

func TestFoldLines(t *testing.T) {
	const text = "error: a message that is long\n  with a list"
	for columns, want := range map[int]string{
		0:  text,
		80: text,
		20: "error: a message\n  that is long\n  with a list",
		12: "error: a\n  message\n  that is\n  long\n  with a\n    list",
	} {
		if got := foldLines(text, columns, "  "); got != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
	}
}

func TestFoldParts(t *testing.T) {
	for columns, want := range map[int]string{
		0:  "12:00 held op-0   for 1s, not ready",
		80: "12:00 held op-0   for 1s, not ready",
		30: "12:00 held op-0\n    for 1s, not ready",
		14: "12:00 held\n    op-0\n    for 1s,\n      not\n      ready",
	} {
		if got := foldParts(columns, "    ", "12:00 held", " op-0   ", "for 1s, not ready"); got != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
	}
	for _, columns := range []int{0, 80, 21} {
		if got := foldParts(columns, "    ", "12:00 created", " <none>   ", ""); got != "12:00 created <none>" {
			t.Errorf("%d columns: %q", columns, got)
		}
	}
}

// TestWaitingIsTold from when it has taken two seconds, and not after its end.
func TestWaitingIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var terminal bytes.Buffer
		s := &screen{errOut: &terminal, terminal: &terminal, columns: func() int { return 80 }}
		done := s.waiting(time.Now(), func(waited time.Duration) string { return "waiting for " + waited.String() })
		time.Sleep(1999 * time.Millisecond)
		synctest.Wait()
		if terminal.Len() > 0 {
			t.Errorf("it is told at once: %q", &terminal)
		}
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		if got, want := terminal.String(), "\r\x1b[Kwaiting for 2s\r\x1b[Kwaiting for 3s"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		terminal.Reset()
		done()
		time.Sleep(time.Minute)
		if got := terminal.String(); got != eraseLine {
			t.Errorf("%q after the end", got)
		}
	})
}
