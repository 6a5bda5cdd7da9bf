package leader_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"go.uber.org/goleak"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader/leadertest"
)

// chronicle follows the lock of a cluster in a group, and another one that does not exist, and reads the events.
type chronicle struct {
	group   *leader.Group
	history map[string]*leader.History
	said    *notices
}

func newChronicle(t *testing.T, cluster *leadertest.Cluster, change ...func(*leader.Finder)) *chronicle {
	t.Helper()
	leak := goleak.IgnoreCurrent()
	ctx, stop := context.WithCancel(t.Context())
	c := &chronicle{history: map[string]*leader.History{}, said: newNotices()}
	finder := func(ref election.Ref) *leader.Finder {
		f := cluster.Finder()
		f.Lock = ref
		for _, change := range change {
			change(f)
		}
		return f
	}
	c.group = leader.NewGroup(2, finder, c.said.add)
	t.Cleanup(func() {
		stop()
		c.group.Wait()
		goleak.VerifyNone(t, leak)
	})
	for _, name := range []string{"op", "other"} {
		status, err := finder(election.Ref{Namespace: "ops", Name: name}).Find(ctx)
		if err != nil {
			t.Fatal(err)
		}
		first, err := c.group.Follow(ctx, status)
		if err != nil {
			t.Fatal(err)
		}
		c.history[name] = &leader.History{}
		c.history[name].See(first)
	}
	return c
}

// expect reads events until there are as many as wanted, and compares them.
func (c *chronicle) expect(t *testing.T, want ...leader.EventType) (events []leader.Event) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	var got []leader.EventType
	for len(got) < len(want) {
		select {
		case joined := <-c.group.Changes():
			for _, e := range c.history[joined.Lock.Name].See(joined.Change) {
				got, events = append(got, e.Type), append(events, e)
			}
		case <-deadline:
			t.Fatalf("events %v, want %v", got, want)
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("events %v, want %v", got, want)
	}
	return events
}

func TestEventsOfAStream(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Run("op-1")
	cluster.Hold("op-0_a", time.Minute)
	c := newChronicle(t, cluster)
	cluster.Renew() // is no event
	cluster.Hold("", time.Second)
	c.expect(t, "Released")
	cluster.Hold("op-1_b", time.Minute)
	if e := c.expect(t, "Acquired")[0]; e.Before.Pod.Name != "op-0" || e.After.Pod.Name != "op-1" || !e.Measured || e.Gap <= 0 {
		t.Errorf("%+v", e)
	}
	cluster.Hold("op-0_c", 2*time.Second)
	if e := c.expect(t, "TakenOver")[0]; e.Before.Holder != "op-1_b" || e.After.Holder != "op-0_c" || !e.Measured || e.Gap != 0 {
		t.Errorf("%+v", e)
	}
	c.expect(t, "Expired")
	cluster.Renew()
	c.expect(t, "Resumed")
	cluster.Delete("lease/op")
	c.expect(t, "Deleted")
	cluster.Hold("op-1_d", time.Minute)
	c.expect(t, "Created", "Acquired")
	cluster.Run("op-1", func(pod *corev1.Pod) { now := metav1.Now(); pod.DeletionTimestamp = &now })
	c.expect(t, "PodTerminating")
	cluster.Delete("pod/op-1")
	c.expect(t, "PodGone")
	cluster.Hold("stranger", time.Minute)
	if e := c.expect(t, "TakenOver")[0]; e.After.Pod != nil || e.Status.Reason != leader.External || e.Measured {
		t.Errorf("%+v", e)
	}
	cluster.Hold("op-0_e", time.Minute)
	if e := c.expect(t, "TakenOver")[0]; !e.Measured || e.Gap <= 0 {
		t.Errorf("the gap goes on from the end of the last pod that led: %+v", e)
	}
}

func TestRenewalsAreEventsOnDemand(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Hold("op-0_a", time.Minute)
	c := newChronicle(t, cluster, func(f *leader.Finder) { f.Renewals = true })
	for range 3 {
		cluster.Renew()
		c.expect(t, "Renewed")
	}
	cluster.Hold("", time.Second)
	c.expect(t, "Released")
}

// TestNoEventIsLostOrInvented cuts the connection in all ways while nothing happens, and while something does.
func TestNoEventIsLostOrInvented(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Run("op-1")
	cluster.Hold("op-0_a", time.Minute)
	c := newChronicle(t, cluster)
	for range 3 {
		cluster.Compact()
		cluster.Renew()
	}
	cluster.Fail(errors.New("connection refused"))
	cluster.Fail(nil)
	cluster.Compact()
	cluster.Hold("op-1_b", time.Minute)
	c.expect(t, "TakenOver")
	cluster.Fail(errors.New("connection refused"))
	cluster.Hold("", time.Second)
	cluster.Fail(nil)
	c.expect(t, "Released")
	cluster.Fail(errors.New("connection refused"))
	cluster.Delete("lease/op")
	cluster.Compact()
	cluster.Fail(nil)
	c.expect(t, "Deleted")
}

func TestAnOutageOfManyIsToldOnce(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Hold("op-0_a", time.Second)
	c := newChronicle(t, cluster)
	cluster.Fail(errors.New("connection refused"))
	c.said.until(t, "does not answer")
	cluster.Hold("", time.Second)
	cluster.Fail(nil)
	c.expect(t, "Released")
	c.said.until(t, "answers again")
	if said := c.said.all(); strings.Count(said, "does not answer") != 1 || strings.Count(said, "answers again") != 1 {
		t.Errorf("two locks had one outage, told as\n%s", said)
	}
}

func TestADeniedWatchOfManyIsToldOnce(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Run("op-1")
	cluster.Hold("op-0_a", time.Minute)
	cluster.DenyWatch(apierrors.NewForbidden(schema.GroupResource{Resource: "leases"}, "op", nil))
	c := newChronicle(t, cluster)
	cluster.Hold("op-1_b", time.Minute)
	c.expect(t, "TakenOver")
	cluster.Delete("lease/op")
	c.expect(t, "Deleted")
	if said := c.said.all(); !strings.HasPrefix(said, "no access to watch") || strings.Contains(said, "\n") {
		t.Errorf("the denied watches of two locks were told as\n%s", said)
	}
}

func TestAFullGroup(t *testing.T) {
	cluster := leadertest.New()
	cluster.Hold("op-0_a", time.Minute)
	c := newChronicle(t, cluster)
	third := leader.Status{Lock: election.Lock{Ref: election.Ref{Namespace: "ops", Name: "third"}}, State: election.Missing, Reason: "Missing"}
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	if _, err := c.group.Follow(ctx, third); err != nil {
		t.Errorf("a lock that does not exist has to make room: %v", err)
	}
	held, err := cluster.Finder().Find(ctx)
	if err != nil {
		t.Fatal(err)
	}
	one := leader.NewGroup(1, func(election.Ref) *leader.Finder { return cluster.Finder() }, c.said.add)
	t.Cleanup(func() { stop(); one.Wait() })
	if _, err := one.Follow(ctx, held); err != nil {
		t.Error(err)
	}
	if _, err := one.Follow(ctx, third); !errors.Is(err, leader.ErrGroupFull) {
		t.Errorf("got %v, want that the group is full", err)
	}
}
