package handover

import (
	"context"
	"sync"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/bench/forward"
)

// load is a client that opens a new connection every few milliseconds, whatever becomes of the others.
type load struct {
	address string

	mu       sync.Mutex
	answered int
	cut      int // was being answered, or waited, when the term ended
	refused  int
}

// askEvery is the pause between two connections.
const askEvery = 20 * time.Millisecond

// run asks until the context ends, and waits for the answers to what was asked until then.
func (l *load) run(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		wg.Go(func() { l.ask(context.WithoutCancel(ctx)) })
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (l *load) ask(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*reachWithin)
	defer cancel()
	_, err := forward.Ask(ctx, l.address)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.answered++
	case forward.Refused(err):
		l.refused++
	default:
		l.cut++
	}
}
