package leader

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/clock"
)

const (
	// pollEvery is how often an object is read that may not be watched.
	pollEvery = time.Second
	// watchAgain is how long it is read like that before a watch is tried again.
	watchAgain = 30 * time.Second
	// knowsRoles is how long an API server that has just started may take until it knows its roles. It denies everything
	// until then.
	knowsRoles = 10 * time.Second
)

// client is what it takes to observe objects of one type in one namespace.
type client[T any, L runtime.Object] interface {
	Get(ctx context.Context, name string, opts metav1.GetOptions) (T, error)
	List(ctx context.Context, opts metav1.ListOptions) (L, error)
	Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error)
}

// observation follows one object by name.
type observation[T runtime.Object, L runtime.Object] struct {
	client client[T, L]
	name   string
	// example is an empty object, which tells the Reflector the type.
	example T
	// deliver gets the object whenever it may have changed; ok is false when it does not exist. read is true where it was asked
	// for, so that it may have changed some time ago.
	deliver func(ctx context.Context, object T, ok, read bool)
	// trouble gets each failure to watch or read; denied tells that watching is not allowed and polling begins.
	trouble func(err error, denied bool)
	// worked is set once a watch on this kind of object was open: a later denial is an API server's that does not know its
	// roles yet.
	worked *atomic.Bool
}

// run observes until the context ends: with a watch, which client-go's Reflector keeps alive through restarts, expired
// resource versions and cut connections, or by polling where access to watch is denied.
func (o observation[T, L]) run(ctx context.Context) {
	for o.watch(ctx) {
		o.worked.Store(false) // the next denial is one, and is told as that
		polling, done := context.WithTimeout(ctx, watchAgain)
		o.poll(polling)
		done()
	}
}

// watch returns true when watching is not allowed, false when the context ended.
func (o observation[T, L]) watch(ctx context.Context) (denied bool) {
	only := fields.OneTermEqualSelector(metav1.ObjectNameField, o.name).String()
	return reflection{
		lists: &cache.ListWatch{
			ListWithContextFunc: func(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) {
				if opts.FieldSelector = only; opts.ResourceVersion == "0" {
					opts.ResourceVersion = "" // as it is now, not as some cache has it: one object costs little
				}
				return o.client.List(ctx, opts)
			},
			WatchFuncWithContext: func(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error) {
				opts.FieldSelector = only
				return o.client.Watch(ctx, opts)
			},
		},
		example: o.example,
		store:   store[T]{ctx: ctx, deliver: o.deliver},
		trouble: o.trouble, worked: o.worked,
	}.run(ctx)
}

// reflection keeps a client-go Reflector going.
type reflection struct {
	lists   *cache.ListWatch
	example any // an empty object of the type
	store   cache.ReflectorStore
	trouble func(err error, denied bool)
	worked  *atomic.Bool
}

// run returns true when watching is not allowed, false when the context ended.
func (r reflection) run(ctx context.Context) (denied bool) {
	var deniedFrom time.Time
	var away atomic.Bool // the server did not answer once
	starting := func(err error) bool {
		if !apierrors.IsForbidden(err) || !r.worked.Load() && !away.Load() {
			return false
		}
		if deniedFrom.IsZero() {
			deniedFrom = time.Now()
		}
		return time.Since(deniedFrom) < knowsRoles
	}
	lists := &cache.ListWatch{ListWithContextFunc: r.lists.ListWithContextFunc, WatchFuncWithContext: func(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error) {
		w, err := r.lists.WatchFuncWithContext(ctx, opts)
		switch {
		case err == nil:
			r.worked.Store(true) // to list is not enough: it may be all that is allowed
			deniedFrom = time.Time{}
		case starting(err):
			// Without a word, as it may pass. As this, the Reflector goes on from where it was; it would list anew otherwise, and miss what was in between.
			err = apierrors.NewTooManyRequests(err.Error(), 0)
		case utilnet.IsConnectionRefused(err):
			away.Store(true)
			r.trouble(err, false) // the Reflector tries this again by itself, without a word
		}
		return w, err
	}}
	reflector := cache.NewReflectorWithOptions(lists, r.example, r.store, cache.ReflectorOptions{Name: "leader", Backoff: retryWatch()})
	backoff := retryWatch()
	delay := backoff.DelayWithReset(clock.RealClock{}, 10*time.Second)
	_ = delay.Until(ctx, true, true, func(ctx context.Context) (bool, error) {
		err := reflector.ListAndWatchWithContext(ctx)
		switch {
		case ctx.Err() != nil, err == nil, errors.Is(err, io.EOF), apierrors.IsResourceExpired(err), apierrors.IsGone(err):
		case starting(err): // it may pass
		case apierrors.IsForbidden(err):
			denied = true
			r.trouble(err, true)
		default:
			away.Store(true)
			r.trouble(err, false)
		}
		return denied, nil
	})
	return denied && ctx.Err() == nil
}

// retryWatch is how a watch is tried again. The Reflector's default starts at 0.8 s and grows to 30 s; a follower has to
// be back as soon as the server is.
func retryWatch() *wait.Backoff {
	return &wait.Backoff{Duration: 50 * time.Millisecond, Factor: 1.6, Jitter: 0.2, Steps: 10, Cap: time.Second}
}

func (o observation[T, L]) poll(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		object, err := o.client.Get(ctx, o.name, metav1.GetOptions{})
		switch {
		case ctx.Err() != nil:
			return
		case apierrors.IsNotFound(err):
			o.deliver(ctx, object, false, true)
		case err != nil:
			o.trouble(err, false)
		default:
			o.deliver(ctx, object, true, true)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// store hands what a Reflector would cache straight on; there is one object at most.
type store[T any] struct {
	ctx     context.Context
	deliver func(ctx context.Context, object T, ok, read bool)
}

func (s store[T]) Add(object any) error    { return s.Update(object) }
func (s store[T]) Update(object any) error { s.deliver(s.ctx, object.(T), true, false); return nil }
func (s store[T]) Delete(any) error        { var none T; s.deliver(s.ctx, none, false, false); return nil }
func (s store[T]) Resync() error           { return nil }

func (s store[T]) Replace(objects []any, _ string) error {
	if len(objects) == 0 {
		var none T
		s.deliver(s.ctx, none, false, true)
		return nil
	}
	s.deliver(s.ctx, objects[0].(T), true, true)
	return nil
}
