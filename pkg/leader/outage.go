package leader

import (
	"sync"
	"time"
)

// outage is what many streams have in common: the first one that has trouble tells it for all, and the last one that is out
// of it tells its end. A nil outage leaves each to itself. Safe for concurrent use.
type outage struct {
	mu     sync.Mutex
	denied map[string]bool // what has been told of
	in     int
	since  time.Time
}

func (o *outage) deny(what string) (first bool) {
	if o == nil {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.denied[what] {
		return false
	}
	if o.denied == nil {
		o.denied = map[string]bool{}
	}
	o.denied[what] = true
	return true
}

func (o *outage) begin(now time.Time) (first bool) {
	if o == nil {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.in++; o.in == 1 {
		o.since = now
	}
	return o.in == 1
}

func (o *outage) end(own time.Time) (began time.Time, last bool) {
	if o == nil {
		return own, true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.in--
	return o.since, o.in == 0
}
