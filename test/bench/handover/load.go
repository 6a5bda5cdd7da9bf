package handover

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/bench/forward"
)

// load is a client that opens a new connection every few milliseconds, whatever becomes of the others.
type load struct {
	address string

	mu     sync.Mutex
	asks   []ask
	change chan struct{} // closed with the next one
}

// ask is what became of one connection.
type ask struct {
	began, ended time.Time
	pod          string // that answered
	err          error
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
	one := ask{began: time.Now()}
	answer, err := forward.Ask(ctx, l.address)
	one.ended, one.pod, one.err = time.Now(), answer.Pod, err
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asks = append(l.asks, one)
	close(l.change)
	l.change = make(chan struct{})
}

// answered waits until a pod has answered so many that asked after some moment, and returns when the first of them had its
// answer: from then on port-forward knows of the pod's term.
func (l *load) answered(ctx context.Context, count int, pod string, after time.Time) (first time.Time, err error) {
	for {
		l.mu.Lock()
		asks, change := l.asks, l.change
		l.mu.Unlock()
		found := 0
		for _, one := range asks {
			if one.err != nil || one.pod != pod || one.began.Before(after) {
				continue
			}
			if found++; found == 1 || one.ended.Before(first) {
				first = one.ended
			}
		}
		if found >= count {
			return first, nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return first, fmt.Errorf("pod %s answered %d of %d: %w", pod, found, count, context.Cause(ctx))
		}
	}
}

// term is the time in which a pod was known to lead, and port-forward to know it.
type term struct {
	pod      string
	from, to time.Time
}

// tally counts what became of the connections.
type tally struct {
	answered int
	cut      int // was being answered, or waited, when a term ended or the API server was gone
	lost     int // broke within a term, or reached another than its leader
	refused  int
}

func count(asks []ask, terms []term) (t tally) {
	for _, one := range asks {
		i := slices.IndexFunc(terms, func(t term) bool { return one.began.After(t.from) && one.ended.Before(t.to) })
		switch {
		case one.err != nil && forward.Refused(one.err):
			t.refused++
		case i >= 0 && (one.err != nil || one.pod != terms[i].pod):
			t.lost++
		case one.err != nil:
			t.cut++
		default:
			t.answered++
		}
	}
	return t
}
