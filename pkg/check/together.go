package check

import (
	"context"
	"sync"
)

// together makes attempts until all of them hold at the same time, one cannot be made, or the time is up. One that holds
// before the others is made again if its term ends meanwhile: what it has found is worth nothing then.
func together(ctx context.Context, attempts []*attempt) {
	trying, stop := context.WithCancel(ctx)
	defer stop()
	all := &tally{of: len(attempts), full: stop}
	var wg sync.WaitGroup
	for _, a := range attempts {
		wg.Go(func() {
			for {
				switch a.take(trying); {
				case a.Err != nil:
					stop() // what cannot be found out is not worth waiting for the others
					return
				case !a.Holds:
					return
				}
				if all.add(); a.once || !a.disturbed(trying) || !all.remove() {
					return
				}
				a.revoke()
			}
		})
	}
	wg.Wait()
}

// tally counts the attempts that hold. Once it is full it stays so: the server has the last word then.
type tally struct {
	mu       sync.Mutex
	have, of int
	full     func()
}

func (t *tally) add() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.have++; t.have == t.of {
		t.full()
	}
}

// remove takes one back; false when it is too late for that.
func (t *tally) remove() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.have == t.of {
		return false
	}
	t.have--
	return true
}

// disturbed waits until the term in which the attempt holds is over; false when the context ended first.
func (a *attempt) disturbed(ctx context.Context) bool {
	for change := newest(a.stream.Latest()); undisturbed(a.Status, change.Status); {
		next, err := change.Next(ctx)
		if err != nil {
			return false
		}
		change = next
	}
	return true
}

// revoke takes back that the attempt holds.
func (a *attempt) revoke() {
	a.Holds, a.Got = false, "it held in a term that has ended"
	a.Discarded++
	a.tell(false)
}
