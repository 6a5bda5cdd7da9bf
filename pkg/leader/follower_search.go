package leader

import (
	"context"

	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// somebody reports whether there is a holder to look for.
func (f *follower) somebody() bool {
	return f.lock.Exists && f.lock.Marker == "" && f.lock.Record.Holder != "" && len(f.lock.Rivals) == 0
}

// resolve finds the pod of a new holder: at once in the plain case, for a verdict that does not wait until the watch has
// begun, and in a search on the side in the others.
func (f *follower) resolve(ctx context.Context, report func(error, bool)) {
	f.wait = searchAgain
	if !f.somebody() {
		f.known = true // there is nobody to look for
		f.watchPod(ctx, report)
		return
	}
	ask, cancel := login.WithTimeout(ctx, confirmWithin)
	defer cancel()
	who, err := f.stream.finder.lookUp(ask, f.lock)
	f.who, f.known = who, err == nil && who.pod != nil
	f.watchPod(ctx, report)
	if !f.known {
		f.search(ctx)
	}
}

// answer is what a search for a lock's holder has come to.
type answer struct {
	to  int // the number of the search
	who resolution
	err error
}

// search looks for the holder on the side. One that is under way ends: it may be for a holder before this one.
func (f *follower) search(ctx context.Context) {
	f.stopSearch()
	ask, cancel := login.WithTimeout(ctx, searchWithin)
	f.asked++
	f.searching, f.stopSearch = true, cancel
	lock, number := f.lock, f.asked
	f.wg.Go(func() {
		defer cancel()
		who, err := f.stream.finder.resolve(ask, lock)
		send(ctx, f.answers, answer{number, who, err})
	})
}

// searchOn starts another search, if there is still somebody to be found.
func (f *follower) searchOn(ctx context.Context) {
	switch {
	case f.published.Led() || f.searching || !f.somebody():
	case f.expired && !f.stream.finder.AllowExpired:
		f.again.Reset(f.wait) // until it renews, nobody cares
	default:
		f.search(ctx)
	}
}

func (f *follower) seeAnswer(ctx context.Context, a answer, report func(error, bool)) {
	if a.to != f.asked || !f.searching {
		return // of a holder before this one
	}
	f.searching = false
	switch {
	case a.err != nil:
		f.tell(trouble{err: a.err})
	case f.who.pod == nil, a.who.pod != nil && a.who.pod.UID != f.who.pod.UID && !f.published.Led():
		f.reached()
		f.who, f.known = a.who, true
		f.watchPod(ctx, report)
	case a.who.pod != nil && a.who.pod.UID == f.who.pod.UID:
		f.who.lost = a.who.lost // or not any more
	}
	if f.who.pod == nil || !f.published.Led() {
		f.again.Reset(f.wait) // its pod may be there by then, or another one in its place
		f.wait = min(2*f.wait, searchWithin)
	}
}
