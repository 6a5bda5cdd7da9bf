package scenarios

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	typedcoordinationv1 "k8s.io/client-go/kubernetes/typed/coordination/v1"
	"k8s.io/utils/ptr"
)

// chronicler is an independent witness: it sees each version of the Lease, and writes down who held it, and for how long.
type chronicler struct {
	leases typedcoordinationv1.LeaseInterface

	mu      sync.Mutex
	more    chan struct{} // closed when there is another line
	lines   []string
	uid     types.UID
	last    string // holder, acquisition and transitions
	renewed time.Time
	reigns  []reign
}

func chronicle(t *testing.T, ns *namespace) *chronicler {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	c := &chronicler{leases: ns.client.CoordinationV1().Leases(ns.name), more: make(chan struct{})}
	w, err := c.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c.lines = nil // what there was in the beginning
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ; ctx.Err() == nil; w = c.reopen(ctx) {
			c.read(w)
		}
	}()
	t.Cleanup(func() { stop(); <-done })
	return c
}

// open sees the Lease as it is, and watches it from there.
func (c *chronicler) open(ctx context.Context) (watch.Interface, error) {
	lease, err := c.leases.Get(ctx, "demo-operator", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	c.see(watch.Added, lease)
	return c.leases.Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=demo-operator", ResourceVersion: lease.ResourceVersion})
}

// reopen opens a watch that has ended anew: the API server is gone at times, and comes back without an event.
func (c *chronicler) reopen(ctx context.Context) watch.Interface {
	for {
		select {
		case <-ctx.Done():
			return watch.NewEmptyWatch()
		case <-time.After(100 * time.Millisecond):
		}
		if w, err := c.open(ctx); err == nil {
			return w
		}
	}
}

// read sees what a watch tells, until it ends, which it does with its context.
func (c *chronicler) read(w watch.Interface) {
	defer w.Stop()
	for e := range w.ResultChan() {
		if lease, ok := e.Object.(*coordinationv1.Lease); ok {
			c.see(e.Type, lease)
		}
	}
}

func (c *chronicler) see(what watch.EventType, lease *coordinationv1.Lease) {
	c.mu.Lock()
	defer c.mu.Unlock()
	holder := ptr.Deref(lease.Spec.HolderIdentity, "")
	term := fmt.Sprint(lease.UID, holder, lease.Spec.AcquireTime, ptr.Deref(lease.Spec.LeaseTransitions, 0))
	switch {
	case what == watch.Deleted:
		c.add("deleted")
	case term == c.last:
	case holder == "":
		c.add("released")
	default:
		c.add("held by " + holder)
	}
	if what != watch.Deleted && holder != "" {
		c.reign(term == c.last, lease.Spec)
	}
	c.uid, c.last = lease.UID, term
}

func (c *chronicler) add(line string) {
	c.lines = append(c.lines, line)
	close(c.more)
	c.more = make(chan struct{})
}

// until waits until it has seen so many changes, and returns them all. That they never come is for
// the caller to judge.
func (c *chronicler) until(t *testing.T, count int) []string {
	t.Helper()
	deadline := time.After(patience)
	for {
		c.mu.Lock()
		lines, more := slices.Clone(c.lines), c.more
		c.mu.Unlock()
		if len(lines) >= count {
			return lines
		}
		select {
		case <-more:
		case <-deadline:
			return lines
		}
	}
}

// reign notes that a term has begun, or goes on: it is known to have lasted until its holder renewed it. One that was renewed
// too late had expired meanwhile.
func (c *chronicler) reign(goesOn bool, spec coordinationv1.LeaseSpec) {
	now, renewed := time.Now(), spec.RenewTime.Time
	lasts := time.Duration(*spec.LeaseDurationSeconds) * time.Second
	if goesOn && renewed.Sub(c.renewed) < lasts {
		to := &c.reigns[len(c.reigns)-1].to
		if *to = renewed; renewed.After(now) { // by another machine's clock
			*to = now
		}
	} else {
		c.reigns = append(c.reigns, reign{pod: podOf(*spec.HolderIdentity), from: now, to: now})
	}
	c.renewed = renewed
}

func (c *chronicler) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.lines...)
}

// past are the terms so far.
func (c *chronicler) past() []reign {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.reigns)
}
