package cli

import (
	"bytes"
	"testing"

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
	s := &screen{out: &terminal, errOut: &terminal, columns: func() int { return 14 }}
	steps := []struct {
		do   func() error
		want string
	}{
		{func() error { return s.draw("op-0 leads for 1s") }, "\r\x1b[Kop-0 leads…"},
		{func() error { return s.line("an event") }, "\r\x1b[Kan event\nop-0 leads…"},
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
	s := newScreen(streams, true)
	if err := s.draw("op-0 leads"); err != nil || s.isLive() || out.Len() > 0 {
		t.Errorf("drew %q, %v", out, err)
	}
}
