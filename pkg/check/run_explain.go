package check

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// explainWithin bounds what is asked only to explain failures.
const explainWithin = 3 * time.Second

// explain finds out about each failure whether it is an answer at all: without a cluster there is none. It says how the
// lock is now, and what its leader said last. What holds beside a failure has to hold still.
func (r *Runner) explain(ctx context.Context, attempts []*attempt) {
	if ctx.Err() != nil || !slices.ContainsFunc(attempts, func(a *attempt) bool { return !a.Holds }) {
		return
	}
	ctx, cancel := login.WithTimeout(ctx, explainWithin)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { confirmAll(ctx, held(attempts)) })
	for _, a := range attempts {
		if a.Err != nil || a.stream == nil || a.Skipped != "" || a.Holds {
			continue
		}
		wg.Go(func() {
			now, err := a.stream.Confirm(ctx)
			switch {
			case err != nil && len(a.Verdict.Results) > 0:
				return // the last answer was one, and it was no
			case err != nil:
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

func held(attempts []*attempt) (some []*attempt) {
	for _, a := range attempts {
		if a.Holds {
			some = append(some, a)
		}
	}
	return some
}
