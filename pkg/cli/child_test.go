package cli

import (
	"errors"
	"os"
	"slices"
	"testing"
)

// fakeProcess answers each signal with an error.
type fakeProcess struct {
	answer error
	got    []os.Signal
}

func (p *fakeProcess) Signal(s os.Signal) error {
	p.got = append(p.got, s)
	return p.answer
}

func (p *fakeProcess) Kill() error { return p.Signal(os.Kill) }

func TestAChildThatCannotBeAskedIsKilled(t *testing.T) {
	for name, c := range map[string]struct {
		answer error
		killed bool
	}{
		"it was asked":          {nil, false},
		"it has just ended":     {os.ErrProcessDone, false},
		"Windows cannot ask it": {errors.New("not supported by windows"), true},
	} {
		p := &fakeProcess{answer: c.answer}
		if end(p); slices.Contains(p.got, os.Kill) != c.killed {
			t.Errorf("%s: it got %v", name, p.got)
		}
	}
}
