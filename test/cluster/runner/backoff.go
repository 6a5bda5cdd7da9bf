package runner

import "time"

const (
	firstDelay = time.Second
	maxDelay   = 10 * time.Second
	longRun    = 10 * time.Second // after which a container starts afresh
)

// backoff is the pause before a container starts again: none at first, then a
// second, doubled up to ten. The kubelet's is ten times as long.
type backoff struct {
	restarted bool
	delay     time.Duration
}

// next returns the pause after the container ran for so long.
func (b *backoff) next(ran time.Duration) time.Duration {
	if ran >= longRun {
		*b = backoff{}
	}
	switch {
	case !b.restarted:
		b.restarted = true
	case b.delay == 0:
		b.delay = firstDelay
	default:
		b.delay = min(2*b.delay, maxDelay)
	}
	return b.delay
}
