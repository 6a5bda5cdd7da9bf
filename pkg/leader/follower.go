package leader

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/resourceversion"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// surely is how long after a record ran out word of the next term may come and still be told from word that did not come for a
// while.
const surely = time.Second

// follower is the goroutine behind a Stream: it owns all that is known, so nothing here needs a lock.
type follower struct {
	stream *Stream

	lock    election.Lock
	expired bool      // the record was not renewed in time, counted from when we saw it change
	due     time.Time // when that time is over, by the local clock
	looked  time.Time // when it was seen last, changed or not
	who     resolution
	known   bool // who is the answer, be it that there is no such pod
	doubt   bool // a container changed and no renewal has proved since that the holder lives

	published Status
	last      Status // newest published one with a leader
	vacancy   vacancy

	locks    chan lockSeen
	pods     chan podSeen
	answers  chan answer
	troubles chan trouble
	watched  podKey
	stopPod  context.CancelFunc
	wg       sync.WaitGroup

	asked      int                // searches so far; the answer to the last one counts
	searching  bool               // it is under way
	stopSearch context.CancelFunc // ends it
	again      *time.Timer        // starts another one while no pod is known
	wait       time.Duration      // until then

	expiry *time.Timer
	teller
}

func newFollower(s *Stream, begin *Change) *follower {
	first := begin.Status
	f := &follower{
		stream: s, lock: first.Lock, expired: first.State == election.Expired, who: first.who, published: first,
		known: judgement{lock: first.Lock, state: first.State, allowExpired: s.finder.AllowExpired}.held(),
		locks: make(chan lockSeen), pods: make(chan podSeen), answers: make(chan answer), troubles: make(chan trouble),
		stopPod: func() {}, stopSearch: func() {}, expiry: time.NewTimer(time.Hour), again: time.NewTimer(searchAgain), wait: searchAgain,
		teller: s.teller,
	}
	f.vacancy.see(first, begin.Seen)
	f.looked = begin.Seen
	if first.Led() {
		f.last = first
	}
	// Nobody saw this record change, so the server's clock has to say how much of its time is left: a duration at most.
	f.runUntil(min(first.Lock.Record.Duration, first.Lock.Left(first.Time)))
	return f
}

func (f *follower) run(ctx context.Context) {
	defer f.expiry.Stop()
	defer f.again.Stop()
	defer f.wg.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	report := func(err error, denied bool) { send(ctx, f.troubles, trouble{err, denied}) }
	f.wg.Go(func() { f.stream.observeLock(ctx, f.locks, report) })
	f.watchPod(ctx, report)
	if !f.known {
		f.resolve(ctx, report) // the lock may be held again by the same holder, whom nobody has looked for yet
	}
	confirmed := make(chan confirmation)
	for {
		select {
		case <-ctx.Done():
			return
		case seen := <-f.locks:
			f.reached()
			f.seeLock(ctx, seen, report)
		case seen := <-f.pods:
			f.reached()
			if seen.podKey == f.watched {
				f.seePod(seen.pod)
			}
		case a := <-f.answers:
			f.seeAnswer(ctx, a, report)
		case <-f.again.C:
			f.searchOn(ctx)
			continue
		case t := <-f.troubles:
			f.tell(t)
			continue
		case <-f.expiry.C:
			if f.holds() || f.expired && f.lock.ByTime() {
				// The watch may be cut or late. Silence is proof only when the server itself says that nothing changed.
				f.wg.Go(func() { f.confirm(ctx, confirmed) })
			}
			continue
		case c := <-confirmed:
			f.seeConfirmation(ctx, c, report)
		}
		f.judge()
	}
}

// holds reports whether the record is one that can expire.
func (f *follower) holds() bool {
	return f.lock.Exists && f.lock.Marker == "" && f.lock.Record.Holder != "" && !f.expired && !f.lock.Expires().IsZero()
}

// seeLock takes a new reading of the lock in.
func (f *follower) seeLock(ctx context.Context, seen lockSeen, report func(error, bool)) {
	lock, before := seen.Lock, f.lock
	if lock.UID == before.UID && older(lock.ResourceVersion, before.ResourceVersion) {
		return // the watch is still behind a reading that was asked for
	}
	now := time.Now()
	if !lock.SameTerm(before) {
		switch late := now.Sub(f.due); {
		case seen.read, f.holds() && late > surely:
			f.vacancy.unseen(now.Sub(f.looked))
		case f.holds() && late > 0:
			f.vacancy.lost(f.due) // its holder has let it run out
		}
	}
	f.lock, f.looked = lock, now
	if lock.SameHolder(before) && lock.Record.Equal(before.Record) {
		return // the same record again, after a relist: it is no younger than it was
	}
	f.expired = false
	f.runUntil(f.left())
	if !lock.Record.Renewed.Equal(before.Record.Renewed) {
		f.doubt = false
	}
	if !lock.SameHolder(before) {
		f.stopSearch()
		f.who, f.known, f.doubt, f.searching = resolution{}, false, false, false
		f.resolve(ctx, report)
	}
}

// left is how much time a record has that was seen to change just now. kopf's peers go by their
// clocks instead: the one that a reading takes for the leader may have come to be it by the time of
// another.
func (f *follower) left() time.Duration {
	if f.lock.ByTime() && f.lock.Written.IsZero() {
		return min(f.lock.Record.Duration, f.lock.Left(f.stream.finder.Clock.Now()))
	}
	return f.lock.Record.Duration
}

// runUntil notes when the record expires.
func (f *follower) runUntil(left time.Duration) {
	f.due = time.Now().Add(left)
	f.expiry.Reset(left)
}

// seePod takes a new reading of the leader's pod in.
func (f *follower) seePod(pod *corev1.Pod) {
	was := f.who.pod
	if was != nil && pod != nil && was.UID == pod.UID {
		if older(pod.ResourceVersion, was.ResourceVersion) {
			return
		}
		if changedSince(was, pod, onPodClock(f.lock, pod).Renewed) {
			f.doubt = true
		}
	}
	if pod == nil {
		f.lose()
		return
	}
	search := f.stream.finder.searchFor(f.lock)
	search.Pod(pod)
	switch matches := search.Matches(); {
	case was != nil && was.UID == pod.UID:
		f.who.pod = pod
	case len(matches) > 0 && matches[0].Rule != selectorRule:
		f.who, f.known = found(matches[0], f.lock), true
	default:
		f.lose()
	}
}

// lose notes that the holder's pod is gone, or is another one now. Whether one has taken its place a search will tell.
func (f *follower) lose() {
	if f.who.pod != nil {
		f.who.pod, f.wait = nil, searchAgain
		f.again.Reset(f.wait)
	}
}

// watchPod turns the pod observation to the pod that the holder now names.
func (f *follower) watchPod(ctx context.Context, report func(error, bool)) {
	key := podKey{f.who.namespace, f.who.name}
	if key == f.watched {
		return
	}
	f.stopPod()
	f.stopPod, f.watched = func() {}, key
	if key.name == "" {
		return
	}
	ctx, f.stopPod = context.WithCancel(ctx)
	f.wg.Go(func() { f.stream.observePod(ctx, key, f.pods, report) })
}

// confirmation is the answer to "is the record really unchanged?".
type confirmation struct {
	lock election.Lock
	err  error
}

func (f *follower) confirm(ctx context.Context, to chan<- confirmation) {
	askCtx, cancel := login.WithTimeout(ctx, confirmWithin)
	defer cancel()
	lock, err := f.stream.finder.Locks.Read(askCtx, f.stream.finder.Lock)
	send(ctx, to, confirmation{lock, err})
}

func (f *follower) seeConfirmation(ctx context.Context, c confirmation, report func(error, bool)) {
	switch {
	case c.err != nil:
		// We are blind, which says nothing about the leader. Ask again; the watch may be back before.
		f.tell(trouble{err: c.err})
		f.expiry.Reset(pollEvery)
	case c.lock.Exists && c.lock.UID == f.lock.UID && c.lock.Record.Equal(f.lock.Record):
		f.reached()
		f.looked = time.Now()
		if f.expired = f.expired || f.holds(); f.lock.ByTime() {
			f.expiry.Reset(pollEvery) // the server's clock may have been late
		}
	default:
		f.reached()
		f.seeLock(ctx, lockSeen{c.lock, true}, report)
	}
}

// judge publishes the verdict if it differs from the last one.
func (f *follower) judge() {
	status := judgement{
		lock: f.lock, state: f.lock.State(f.expired), who: f.who,
		allowExpired: f.stream.finder.AllowExpired, now: f.stream.finder.Clock.Now(),
	}.status()
	switch {
	case status.Reason == PodGone && !f.known:
		status.Reason = PodUnknown
	case status.Led() && f.doubt:
		status.Reason, status.Pod = Restarted, nil
	}
	news := !same(status, f.published)
	renewed := f.stream.finder.Renewals && !status.Lock.Record.Equal(f.published.Lock.Record)
	if !news && !renewed {
		return
	}
	c := &Change{Status: status, Last: f.last, Seen: time.Now()}
	if status.State == election.Expired && f.due.Before(c.Seen) {
		f.vacancy.lost(f.due) // it may be found out later, as the server did not answer
	}
	c.Gap, c.GapAtMost = f.vacancy.see(status, c.Seen)
	c.VacantSince = f.vacancy.since
	f.stream.publish(c)
	f.published = status
	if news && status.passing() && status.Found != nil {
		f.wait = searchAgain
		f.again.Reset(f.wait) // another pod may have taken its place
	}
	if status.Led() {
		f.last = status
	}
}

// same reports whether two verdicts say the same to a follower; a mere renewal is no change.
func same(a, b Status) bool {
	return a.State == b.State && a.Reason == b.Reason && a.Lock.SameTerm(b.Lock) && a.PodName == b.PodName &&
		(a.Found == nil) == (b.Found == nil) && (a.Found == nil || a.Found.UID == b.Found.UID && Ready(a.Found) == Ready(b.Found))
}

// older compares resource versions of one object; those that cannot be compared count as news.
func older(a, b string) bool {
	order, err := resourceversion.CompareResourceVersion(a, b)
	return err == nil && order < 0
}
