package leader

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/resourceversion"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
)

// follower is the goroutine behind a Stream: it owns all that is known, so nothing here needs a lock.
type follower struct {
	stream *Stream

	lock    election.Lock
	expired bool           // the record was not renewed in time, counted from when we saw it change
	guess   identity.Guess // of lock's holder
	pod     *corev1.Pod    // the guess's pod, nil when it does not exist
	podRead bool           // pod is known, be it nil
	doubt   bool           // a container changed and no renewal has proved since that the holder lives

	published Status
	last      Status    // newest published one with a leader
	lostAt    time.Time // when the last leader was lost; local and monotonic

	locks    chan election.Lock
	pods     chan podSeen
	troubles chan trouble
	stopPod  context.CancelFunc
	wg       sync.WaitGroup

	expiry      *time.Timer
	denied      bool      // the denied watch has been told
	troubleFrom time.Time // since when the server has not been reached; zero when it is
}

type trouble struct {
	err    error
	denied bool
}

func newFollower(s *Stream, first Status) *follower {
	f := &follower{
		stream: s, lock: first.Lock, expired: first.State == election.Expired, guess: firstGuess(first.Lock),
		pod: first.Found, podRead: first.Found != nil || first.Reason == PodGone, published: first,
		locks: make(chan election.Lock), pods: make(chan podSeen), troubles: make(chan trouble),
		stopPod: func() {}, expiry: time.NewTimer(time.Hour),
	}
	if first.Led() {
		f.last = first
	} else {
		f.lostAt = time.Now()
	}
	// Nobody saw this record change, so the server's clock has to say how much of its time is left: a duration at most.
	f.expiry.Reset(min(first.Lock.Record.Duration, max(0, first.Lock.Record.Expires().Sub(first.Time))))
	return f
}

func (f *follower) run(ctx context.Context) {
	defer f.expiry.Stop()
	defer f.wg.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	report := func(err error, denied bool) { send(ctx, f.troubles, trouble{err, denied}) }
	f.wg.Go(func() { f.stream.observeLock(ctx, f.locks, report) })
	f.watchPod(ctx, report)
	confirmed := make(chan confirmation)
	for {
		select {
		case <-ctx.Done():
			return
		case lock := <-f.locks:
			f.reached()
			f.seeLock(ctx, lock, report)
		case seen := <-f.pods:
			f.reached()
			if seen.name == f.guess.PodName {
				f.seePod(seen.pod)
			}
		case t := <-f.troubles:
			f.tell(t)
			continue
		case <-f.expiry.C:
			if f.holds() {
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
	return f.lock.Exists && f.lock.Marker == "" && f.lock.Record.Holder != "" && !f.expired && !f.lock.Record.Expires().IsZero()
}

// seeLock takes a new reading of the lock in.
func (f *follower) seeLock(ctx context.Context, lock election.Lock, report func(error, bool)) {
	before := f.lock
	if lock.UID == before.UID && older(lock.ResourceVersion, before.ResourceVersion) {
		return // the watch is still behind a reading that was asked for
	}
	f.lock = lock
	if lock.Exists == before.Exists && lock.UID == before.UID && lock.Record.Equal(before.Record) {
		return // the same record again, after a relist: it is no younger than it was
	}
	f.expired = false
	f.expiry.Reset(lock.Record.Duration)
	if !lock.Record.Renewed.Equal(before.Record.Renewed) {
		f.doubt = false
	}
	if guess := firstGuess(lock); guess.PodName != f.guess.PodName {
		f.guess, f.pod, f.podRead, f.doubt = guess, nil, guess.PodName == "", false
		f.readPod(ctx)
		f.watchPod(ctx, report)
	} else {
		f.guess = guess
	}
}

// seePod takes a new reading of the leader's pod in.
func (f *follower) seePod(pod *corev1.Pod) {
	known := f.podRead && f.pod != nil && pod != nil && f.pod.UID == pod.UID
	if known && older(pod.ResourceVersion, f.pod.ResourceVersion) {
		return
	}
	if known && changedSince(f.pod, pod, f.lock.Record.Renewed) {
		f.doubt = true
	}
	f.pod, f.podRead = pod, true
}

// readPod reads the pod that the holder names now, for a verdict that does not wait until the watch has begun.
func (f *follower) readPod(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, confirmWithin)
	defer cancel()
	if pod, err := f.stream.finder.readPod(ctx, f.guess.PodName); err == nil {
		f.pod, f.podRead = pod, true
	}
}

// watchPod turns the pod observation to the pod that the holder now names.
func (f *follower) watchPod(ctx context.Context, report func(error, bool)) {
	f.stopPod()
	f.stopPod = func() {}
	if f.guess.PodName == "" {
		return
	}
	ctx, f.stopPod = context.WithCancel(ctx)
	name := f.guess.PodName
	f.wg.Go(func() { f.stream.observePod(ctx, name, f.pods, report) })
}

// confirmation is the answer to "is the record really unchanged?".
type confirmation struct {
	lock election.Lock
	err  error
}

func (f *follower) confirm(ctx context.Context, to chan<- confirmation) {
	askCtx, cancel := context.WithTimeout(ctx, confirmWithin)
	defer cancel()
	lock, err := election.Read(askCtx, f.stream.finder.Leases, f.stream.finder.Lock)
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
		f.expired = f.holds()
	default:
		f.reached()
		f.seeLock(ctx, c.lock, report)
	}
}

// judge publishes the verdict if it differs from the last one.
func (f *follower) judge() {
	state := f.lock.StateAt(time.Time{}) // at the beginning of time nothing has expired
	if f.expired && state == election.Held {
		state = election.Expired
	}
	status := judgement{
		lock: f.lock, state: state, guess: f.guess, pod: f.pod, podNamespace: f.stream.finder.PodNamespace,
		allowExpired: f.stream.finder.AllowExpired, now: f.stream.finder.Clock.Now(),
	}.status()
	switch {
	case status.Reason == PodGone && !f.podRead:
		status.Reason = PodUnknown
	case status.Led() && f.doubt:
		status.Reason, status.Pod = Restarted, nil
	}
	if same(status, f.published) {
		return
	}
	var gap time.Duration
	if status.Led() && !f.lostAt.IsZero() && f.last.Pod != nil {
		gap = time.Since(f.lostAt)
	}
	f.stream.publish(status, f.last, gap)
	f.published = status
	switch {
	case status.Led():
		f.last, f.lostAt = status, time.Time{}
	case f.lostAt.IsZero():
		f.lostAt = time.Now()
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

// tell reports trouble once, until the server is reached again.
func (f *follower) tell(t trouble) {
	switch {
	case t.denied && f.denied: // of the pod as well as of the lock: once is enough
	case t.denied:
		f.denied = true
		f.stream.notice(fmt.Sprintf("no access to watch (%v); reading every %s instead", t.err, pollEvery))
	case f.troubleFrom.IsZero():
		f.troubleFrom = time.Now()
		f.stream.notice(fmt.Sprintf("the cluster does not answer (%v); trying again", t.err))
	}
}

// reached ends an outage, if there was one.
func (f *follower) reached() {
	if f.troubleFrom.IsZero() {
		return
	}
	f.stream.notice(fmt.Sprintf("the cluster answers again after %s", Age(time.Since(f.troubleFrom))))
	f.troubleFrom = time.Time{}
}
