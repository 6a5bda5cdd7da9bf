package handover

import (
	"context"
	"errors"
	"syscall"
	"testing"
	"time"
)

func TestCount(t *testing.T) {
	at := func(second int) time.Time { return time.Unix(int64(second), 0) }
	terms := []term{{"a", at(10), at(20)}, {"b", at(30), at(40)}}
	reset := errors.New("connection reset by peer")
	for _, test := range []struct {
		name string
		ask  ask
		want tally
	}{
		{"answered within a term", ask{at(11), at(12), "a", nil}, tally{answered: 1}},
		{"answered by whoever led next", ask{at(19), at(31), "b", nil}, tally{answered: 1}},
		{"reset within a term", ask{at(11), at(12), "", reset}, tally{lost: 1}},
		{"answered by another within a term", ask{at(31), at(32), "a", nil}, tally{lost: 1}},
		{"cut by the end of a term", ask{at(19), at(21), "", reset}, tally{cut: 1}},
		{"cut before its term was known", ask{at(29), at(31), "", reset}, tally{cut: 1}},
		{"cut from one term to another", ask{at(11), at(35), "", reset}, tally{cut: 1}},
		{"refused", ask{at(11), at(12), "", syscall.ECONNREFUSED}, tally{refused: 1}},
	} {
		if got := count([]ask{test.ask}, terms); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}

// TestAnswered: answers of before, of others, and none at all do not count.
func TestAnswered(t *testing.T) {
	at := func(second int) time.Time { return time.Unix(int64(second), 0) }
	l := &load{change: make(chan struct{}), asks: []ask{
		{at(1), at(2), "a", nil}, {at(11), at(12), "b", nil}, {at(13), at(14), "", errors.New("reset")},
		{at(15), at(19), "a", nil}, {at(16), at(17), "a", nil},
	}}
	first, err := l.answered(t.Context(), 2, "a", at(10))
	if err != nil || first != at(17) {
		t.Errorf("got %v, %v, want %v", first, err, at(17))
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := l.answered(ended, 3, "a", at(10)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want an end without a third answer", err)
	}
}
