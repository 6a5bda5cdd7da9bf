package scenarios

import (
	"strings"
	"testing"
	"time"
)

// resets cuts all connections to the API server, again and again: watches, logs, and the tunnels of whoever is connected.
func resets(t *testing.T, f *following) {
	for range 10 {
		f.by.wire.reset()
		if s, err := askState(f.url); err != nil || !s.Leader {
			t.Errorf("after a reset: %+v, %v", s, err)
		}
	}
	f.caughtUp(t)
	before := f.ns.holder(t)
	for _, a := range f.load.seen() {
		if a.err == nil && a.state.Pod != before {
			t.Errorf("%+v answered, and %s has led all the time", a.state, before)
		}
	}
}

// stalled lets no byte pass for 20 s, in which the leader changes. Nobody can know of that before it is over.
func stalled(t *testing.T, f *following) {
	told := len(events(t, f.watch.stdout.String()))
	f.unseen = true // the old leader's pod is gone before the stall is over
	f.by.wire.hold()
	next := f.ns.deleteLeader(t)
	<-time.After(20 * time.Second) // the fault itself
	if now := events(t, f.watch.stdout.String()); len(now) != told {
		t.Errorf("watch tells %+v, and cannot know of anything", now[told:])
	}
	f.by.wire.resume()
	f.watch.untilEvents(t, 1, "Acquired", "TakenOver")
	f.forward.stderr.until(t, "word of "+next, func(text string) bool { return strings.Contains(text, "pod "+next+" leads now") })
	if s, err := askState(f.url); err != nil || s.Pod != next {
		t.Errorf("after the stall: %+v, %v, want %s", s, err, next)
	}
}
