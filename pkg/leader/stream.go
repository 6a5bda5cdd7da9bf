package leader

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

const (
	// confirmWithin bounds one request in between: that confirms an expiry, or reads a new leader's pod.
	confirmWithin = 5 * time.Second
	// searchWithin bounds a search for a holder that does not plainly name its pod.
	searchWithin = time.Minute
	// searchAgain is how long after a search that found no pod another one is started; then twice as long, and so on, up to
	// searchWithin.
	searchAgain = time.Second
)

// Stream is the chain of verdicts on one lock, from one watch on the lock and one on the pod that its holder names. All
// that follows a leader follows a Stream.
type Stream struct {
	finder *Finder
	teller teller // for the follower
	done   chan struct{}
	// watchedLock and watchedPod are set once a watch was open.
	watchedLock, watchedPod atomic.Bool

	mu     sync.Mutex
	latest *Change
}

// Follow judges the lock once and goes on judging it until the context ends. The error is that of the first judgement:
// a cluster that cannot be reached or denies access is found out here; later trouble is reported through notice, in
// one line each, and outlived.
func (f *Finder) Follow(ctx context.Context, notice func(message string)) (*Stream, error) {
	first, err := f.Find(ctx)
	if err != nil {
		return nil, err
	}
	return f.FollowFrom(ctx, first, notice), nil
}

// FollowFrom goes on from a judgement that is already there.
func (f *Finder) FollowFrom(ctx context.Context, first Status, notice func(message string)) *Stream {
	s := f.newStream(first, teller{notice: notice})
	s.start(ctx)
	return s
}

// newStream makes a stream that has its first verdict and is not followed yet.
func (f *Finder) newStream(first Status, teller teller) *Stream {
	s := &Stream{finder: f, teller: teller, done: make(chan struct{})}
	s.latest = &Change{Status: first, Seen: time.Now(), superseded: make(chan struct{})}
	var v vacancy
	v.see(first, s.latest.Seen)
	s.latest.VacantSince = v.since
	return s
}

func (s *Stream) start(ctx context.Context) {
	f := newFollower(s, s.latest)
	go func() {
		defer close(s.done)
		f.run(ctx)
	}()
}

// Latest is the newest verdict. Never nil.
func (s *Stream) Latest() *Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.latest
}

// Done is closed when the context has ended and nothing of the stream runs any more.
func (s *Stream) Done() <-chan struct{} { return s.done }

// WaitLeader waits until there is a leader. When the context ends first, the error is a *NoLeader that tells what there
// is instead.
func (s *Stream) WaitLeader(ctx context.Context) (*Change, error) {
	for c := s.Latest(); ; {
		if c.Led() {
			return c, nil
		}
		next, err := c.Next(ctx)
		if err != nil {
			return nil, c.Err()
		}
		c = next
	}
}

// Confirm judges the lock by what the server says now: a watch may be late. Where the server does
// not tell when the record was written, the holder's clock does not decide alone whether it is in
// time: what was seen here does, too.
func (s *Stream) Confirm(ctx context.Context) (Status, error) {
	return s.finder.find(ctx, func(lock election.Lock, now time.Time) election.State {
		state := lock.StateAt(now)
		latest := s.Latest()
		if state == election.Expired && lock.Written.IsZero() && latest.State == election.Held && lock.SameTerm(latest.Lock) {
			return election.Held
		}
		return state
	})
}

// publish appends a verdict. Only the follower's goroutine calls it.
func (s *Stream) publish(c *Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.superseded = make(chan struct{})
	s.latest.supersede(c)
	s.latest = c
}

type podKey struct{ namespace, name string }

// podSeen is a reading of a pod, or that there is none of that name.
type podSeen struct {
	podKey
	pod *corev1.Pod // nil when it does not exist
}

// lockSeen is a reading of the lock; read tells that it was asked for, so that what it says may be so for a while.
type lockSeen struct {
	election.Lock
	read bool
}

// observeLock delivers the lock to the channel until the context ends.
func (s *Stream) observeLock(ctx context.Context, to chan<- lockSeen, trouble func(error, bool)) {
	ref, locks := s.finder.Lock, s.finder.Locks
	if ref.IsLease() {
		observation[*coordinationv1.Lease, *coordinationv1.LeaseList]{
			client: locks.Leases.Leases(ref.Namespace), name: ref.Name, example: &coordinationv1.Lease{}, trouble: trouble, worked: &s.watchedLock,
			deliver: func(ctx context.Context, lease *coordinationv1.Lease, ok, read bool) {
				if !ok {
					lease = nil
				}
				send(ctx, to, lockSeen{election.FromLease(ref, lease), read})
			},
		}.run(ctx)
		return
	}
	observation[*unstructured.Unstructured, *unstructured.UnstructuredList]{
		client: locks.Objects(ref), name: ref.Name, example: &unstructured.Unstructured{}, trouble: trouble, worked: &s.watchedLock,
		deliver: func(ctx context.Context, object *unstructured.Unstructured, ok, read bool) {
			if !ok {
				object = nil
			}
			lock, err := election.FromObject(ref, object, s.finder.Clock.Now())
			if err != nil {
				trouble(err, false)
				return
			}
			send(ctx, to, lockSeen{lock, read})
		},
	}.run(ctx)
}

// observePod delivers a pod to the channel until the context ends.
func (s *Stream) observePod(ctx context.Context, key podKey, to chan<- podSeen, trouble func(error, bool)) {
	observation[*corev1.Pod, *corev1.PodList]{
		client: s.finder.Pods.Pods(key.namespace), name: key.name, example: &corev1.Pod{}, trouble: trouble, worked: &s.watchedPod,
		deliver: func(ctx context.Context, pod *corev1.Pod, ok, _ bool) {
			if !ok {
				pod = nil
			}
			send(ctx, to, podSeen{key, pod})
		},
	}.run(ctx)
}

func send[T any](ctx context.Context, to chan<- T, value T) {
	select {
	case to <- value:
	case <-ctx.Done():
	}
}
