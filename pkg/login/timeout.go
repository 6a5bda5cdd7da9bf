package login

import (
	"context"
	"sync"
	"time"
)

// WithTimeout is context.WithTimeout, but for the time that plugins take, which does not count. The
// context has no deadline of its own that could be asked for.
func WithTimeout(parent context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	return shared().withTimeout(parent, timeout)
}

func (s *state) withTimeout(parent context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancel(context.Background())
	b := &bounded{Context: parent, inner: inner, cancel: cancel, timeout: timeout, watch: s.start()}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = time.AfterFunc(timeout, b.look)
	b.stopParent = context.AfterFunc(parent, func() { b.end(parent.Err()) })
	return b, func() { b.end(context.Canceled) }
}

// bounded is a context with a time that pauses while a plugin runs.
type bounded struct {
	context.Context // its parent, for values
	inner           context.Context
	cancel          context.CancelFunc
	timeout         time.Duration
	watch           Stopwatch

	mu         sync.Mutex
	err        error
	timer      *time.Timer
	stopParent func() bool
}

func (b *bounded) Done() <-chan struct{} { return b.inner.Done() }

func (b *bounded) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// AfterFunc spares contexts below a goroutine each (see context.AfterFunc).
func (b *bounded) AfterFunc(f func()) func() bool { return context.AfterFunc(b.inner, f) }

// look ends the context if its time is up, and else looks again when it may be.
func (b *bounded) look() {
	left := b.timeout - b.watch.Elapsed()
	if _, running := b.watch.state.soFar(); running {
		b.watch.state.afterwards(b.look)
		return
	}
	if left <= 0 {
		b.end(context.DeadlineExceeded)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.timer.Reset(left)
	}
}

func (b *bounded) end(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return
	}
	b.err = err
	b.timer.Stop()
	b.stopParent()
	b.cancel()
}
