package check

import (
	"context"
	"time"
)

// delete deletes the leader, once: whoever leads by what the server says now, and is not deleted already.
func (a *attempt) delete(ctx context.Context) {
	for change := a.stream.Latest(); ; {
		change = newest(change)
		now, err := a.run.Leader.Find(ctx, a.Spec)
		switch {
		case err != nil:
			a.Got = err.Error() // nothing is deleted yet, so it may be asked again
		case now.Led() && !a.past[now.Pod.UID]:
			a.Status, a.Attempts = now, 1
			if a.Err = a.run.Leader.Delete(ctx, now.Pod); a.Err == nil {
				a.past[now.Pod.UID] = true
				a.Holds, a.Got, a.Ended = true, "", time.Now()
				a.tell(true)
			}
			return
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
