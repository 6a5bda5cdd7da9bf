package check

import (
	"context"
	"sync"
	"time"
)

// explainWithin bounds what is asked only to explain failures.
const explainWithin = 3 * time.Second

// explain finds out about each failure whether it is an answer at all: without a cluster there is none. It says how the
// lock is now, and what its leader said last.
func (r *Runner) explain(ctx context.Context, attempts []*attempt) {
	ctx, cancel := context.WithTimeout(ctx, explainWithin)
	defer cancel()
	var wg sync.WaitGroup
	for _, a := range attempts {
		if a.Holds || a.Err != nil || a.stream == nil {
			continue
		}
		wg.Go(func() {
			now, err := r.Leader.Find(ctx, a.Spec)
			if err != nil {
				a.Err = err
				return
			}
			if undisturbed(a.Status, now) {
				a.Status = now
			}
			if kind := a.Spec.Kind(); a.Status.Found != nil && kind != KindLogs && kind != KindDelete {
				if lines, err := r.Leader.LastLines(ctx, a.Status.Found); err == nil {
					a.LastLines = lines
				}
			}
		})
	}
	wg.Wait()
}
