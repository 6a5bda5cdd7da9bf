package check

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// delete deletes the leader, once: whoever leads by what the server says now, and is not deleted already.
func (a *attempt) delete(ctx context.Context) {
	if a.once {
		var cancel context.CancelFunc
		ctx, cancel = login.WithTimeout(ctx, onceWithin)
		defer cancel()
	}
	for change := a.stream.Latest(); ; {
		change = newest(change)
		now, err := a.stream.Confirm(ctx)
		switch {
		case err != nil:
			a.Got = err.Error() // nothing is deleted yet, so it may be asked again
		case now.Led() && !a.past[now.Pod.UID]:
			a.Status, a.Attempts = now, 1
			a.Err = a.run.Leader.Delete(ctx, now.Pod)
			if a.Err == nil {
				a.past[now.Pod.UID] = true
				a.Holds, a.Got, a.Ended = true, "", time.Now()
				a.tell(true)
				return
			}
			if !apierrors.IsNotFound(a.Err) && !apierrors.IsConflict(a.Err) {
				return
			}
			a.Got, a.Err = a.Err.Error(), nil // somebody else was faster, and nothing was deleted here
		default:
			if a.nobody(now); a.Err != nil {
				return
			}
			if a.Spec.Delete.IgnoreNotFound {
				a.Holds, a.Got, a.Ended = true, "", time.Now()
				return
			}
		}
		if a.once || !a.next(ctx, change, a.run.Interval) {
			return
		}
	}
}
