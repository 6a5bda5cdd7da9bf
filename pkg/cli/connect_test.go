package cli

import (
	"testing"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// A timeout shortens what a cluster that hangs may take, but never so far that one that is merely slow is given up.
func TestBoundBy(t *testing.T) {
	for _, c := range []struct{ before, timeout, want time.Duration }{
		{answerWithin, 0, answerWithin},
		{answerWithin, time.Minute, answerWithin},
		{answerWithin, 10 * time.Second, 10 * time.Second},
		{answerWithin, 100 * time.Millisecond, leastAnswer},
		{0, 100 * time.Millisecond, 0}, // --request-timeout bounds each request
	} {
		finder := &leader.Finder{AnswerWithin: c.before}
		if boundBy(finder, c.timeout); finder.AnswerWithin != c.want {
			t.Errorf("%s with a timeout of %s: got %s, want %s", c.before, c.timeout, finder.AnswerWithin, c.want)
		}
	}
}
