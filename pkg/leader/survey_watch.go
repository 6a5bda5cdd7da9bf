package leader

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

const (
	// verdictsAtOnce is how many changed locks are looked into at the same time.
	verdictsAtOnce = 4
	// expiryEvery is how often locks are looked through for those that have not been renewed in time.
	expiryEvery = time.Second
	// lookAgain is how long a verdict stands that may change without a word from the lock; then twice as long, and so on, up
	// to searchWithin.
	lookAgain = 5 * time.Second
)

// Watch goes on from the rows of a survey and hands on each one whose state, leader or term has changed, and those of
// new locks, until the context ends. Locks are watched; pods are not, so a leader's end shows with what becomes of its
// lock. Trouble is reported through notice and outlived; an error is access denied to watch Leases, or changed's own.
func (s *Survey) Watch(ctx context.Context, rows []Row, notice func(string), changed func(Row) error) error {
	ctx, stop := context.WithCancel(ctx)
	w := &surveyWatch{
		Survey: s, sources: s.Locks.Sources(), watched: map[lockKey]*watchedLock{},
		sightings: make(chan sighting), verdicts: make(chan verdict), troubles: make(chan trouble), failed: make(chan error),
		worker: make(chan struct{}, verdictsAtOnce), teller: teller{notice: notice},
	}
	for _, row := range rows {
		w.watched[keyOf(row.Lock)] = &watchedLock{lock: row.Lock, row: row, seen: time.Now()}
	}
	defer w.wg.Wait()
	defer stop()
	w.observeAll(ctx, rows)
	return w.run(ctx, changed)
}

type lockKey struct {
	kind                 *election.Kind
	namespace, name, key string
}

func keyOf(lock election.Lock) lockKey {
	return lockKey{lock.Kind, lock.Namespace, lock.Name, lock.Key}
}

// watchedLock is one of many locks, as it was seen last.
type watchedLock struct {
	lock    election.Lock
	row     Row           // as it was told last
	seen    time.Time     // when the record was seen to change
	looked  time.Time     // when a verdict was asked for
	wait    time.Duration // until it is asked for again though the lock has not changed
	pending bool          // a verdict is on its way
	again   bool          // the lock has changed meanwhile
}

// sighting is a reading of locks of one source: all that there are, or one object's that changed or is gone.
type sighting struct {
	source int
	locks  []election.Lock
	all    bool
	gone   types.NamespacedName // the object that is gone, if one is
}

type verdict struct {
	key    lockKey
	status Status
	err    error
}

type surveyWatch struct {
	*Survey
	teller
	sources   []election.Source
	watched   map[lockKey]*watchedLock
	sightings chan sighting
	verdicts  chan verdict
	troubles  chan trouble
	failed    chan error
	worker    chan struct{}
	wg        sync.WaitGroup
}

func (w *surveyWatch) run(ctx context.Context, changed func(Row) error) error {
	tick := time.NewTicker(expiryEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case err := <-w.failed:
			return err
		case seen := <-w.sightings:
			w.reached()
			w.sight(ctx, seen)
		case t := <-w.troubles:
			w.tell(t)
		case <-tick.C:
			for key, known := range w.watched {
				if d := known.lock.Record.Duration; known.row.State == election.Held && d > 0 && time.Since(known.seen) > d {
					known.seen = time.Now().Add(2*expiryEvery - d) // if the server's clock does not agree yet, the next round asks again
					w.look(ctx, key)
				}
			}
		case v := <-w.verdicts:
			if err := w.judge(ctx, v, changed); err != nil {
				return err
			}
		}
	}
}

func (w *surveyWatch) sight(ctx context.Context, seen sighting) {
	there := map[lockKey]bool{}
	for _, lock := range seen.locks {
		there[keyOf(lock)] = true
		w.see(ctx, lock)
	}
	for key := range w.watched {
		gone := seen.gone == types.NamespacedName{Namespace: key.namespace, Name: key.name} || seen.all && !there[key]
		if gone && key.kind == w.sources[seen.source].Kind {
			w.look(ctx, key)
		}
	}
}

// see takes a reading of a lock in. A mere renewal is no news.
func (w *surveyWatch) see(ctx context.Context, lock election.Lock) {
	if lock.Marker != "" && !w.Markers {
		return
	}
	key := keyOf(lock)
	known := w.watched[key]
	if known == nil {
		known = &watchedLock{row: Row{Status: Status{Lock: election.Lock{Ref: lock.Ref}, State: election.Missing}, Followers: -1}}
		w.watched[key] = known
	}
	before := known.lock
	known.lock = lock
	if lock.UID == before.UID && lock.Record.Equal(before.Record) {
		return
	}
	known.seen = time.Now()
	if !lock.SameTerm(before) || known.row.State != election.Held || known.row.passing() && time.Since(known.looked) > known.wait {
		w.look(ctx, key)
	}
}

// look asks for a verdict on a lock, on the side.
func (w *surveyWatch) look(ctx context.Context, key lockKey) {
	known := w.watched[key]
	if known == nil {
		return
	}
	if known.pending {
		known.again = true
		return
	}
	known.pending, known.again, known.looked = true, false, time.Now()
	ref := known.row.Lock.Ref
	finder := &Finder{
		Lock: ref, PodNamespace: ref.Namespace, AnswerWithin: searchWithin, Terse: true,
		Locks: w.Locks.Client, Pods: w.Pods, Nodes: w.Nodes, Clock: w.Clock,
	}
	w.wg.Go(func() {
		select {
		case w.worker <- struct{}{}:
		case <-ctx.Done():
			return
		}
		status, err := finder.Find(ctx)
		<-w.worker
		send(ctx, w.verdicts, verdict{key, status, err})
	})
}

func (w *surveyWatch) judge(ctx context.Context, v verdict, changed func(Row) error) error {
	known := w.watched[v.key]
	known.pending = false
	switch {
	case v.err != nil:
		w.tell(trouble{err: v.err})
		known.seen = time.Now() // the next round asks again
		return nil
	case known.again:
		defer w.look(ctx, v.key)
	}
	if same(v.status, known.row.Status) {
		known.wait = min(2*known.wait, searchWithin)
		return nil
	}
	known.wait = lookAgain
	known.row = Row{Status: v.status, Followers: known.row.Followers} // who leads changes more often than how many there are
	if v.status.State == election.Missing {
		delete(w.watched, v.key)
	}
	return changed(known.row)
}

// observeAll watches all sources of locks, on the side, until the context ends.
func (w *surveyWatch) observeAll(ctx context.Context, rows []Row) {
	for i, source := range w.sources {
		// kopf's kinds are not there on every server; a watch on nothing would be tried for ever.
		if source.Kind.Resource.Group != election.KopfPeering.Resource.Group || slices.ContainsFunc(rows, func(row Row) bool { return row.Lock.Kind == source.Kind }) {
			w.wg.Go(func() { w.observe(ctx, i, source) })
		}
	}
}

// observe watches one source of locks until the context ends.
func (w *surveyWatch) observe(ctx context.Context, index int, source election.Source) {
	lists, example := source.ListWatch()
	hand := func(objects []any, all, gone bool) {
		seen := sighting{source: index, all: all}
		for _, object := range objects {
			if gone {
				seen.gone = nameOf(object)
				continue
			}
			locks, err := source.Locks(ctx, object.(runtime.Object))
			if err != nil {
				send(ctx, w.troubles, trouble{err: err})
			}
			seen.locks = append(seen.locks, locks...)
		}
		if all || gone || len(seen.locks) > 0 {
			send(ctx, w.sightings, seen)
		}
	}
	var worked atomic.Bool
	var refused error
	watching := reflection{lists: lists, example: example, store: changes{hand}, worked: &worked, trouble: func(err error, _ bool) {
		if refused = err; !apierrors.IsForbidden(err) {
			send(ctx, w.troubles, trouble{err: err})
		}
	}}
	for watching.run(ctx) {
		switch {
		case !worked.Load() && source.Kind == election.Lease:
			send(ctx, w.failed, fmt.Errorf("watching %s locks: %w", source.Kind.Word, refused))
			return
		case !worked.Load():
			return // the survey has told what it may not list
		}
		// An API server that has just started denies everything until it knows its roles. So does one that has taken the
		// access away: that is told, and tried again.
		send(ctx, w.troubles, trouble{err: refused})
		again := time.NewTimer(pollEvery)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
		}
	}
}

// nameOf is the name of an object that a Reflector hands on.
func nameOf(object any) types.NamespacedName {
	meta, err := apimeta.Accessor(object)
	if err != nil {
		return types.NamespacedName{}
	}
	return types.NamespacedName{Namespace: meta.GetNamespace(), Name: meta.GetName()}
}

// changes hands what a Reflector would cache straight on.
type changes struct {
	hand func(objects []any, all, gone bool)
}

func (c changes) Add(object any) error    { c.hand([]any{object}, false, false); return nil }
func (c changes) Update(object any) error { return c.Add(object) }
func (c changes) Delete(object any) error { c.hand([]any{object}, false, true); return nil }
func (c changes) Resync() error           { return nil }

func (c changes) Replace(objects []any, _ string) error { c.hand(objects, true, false); return nil }
