package leader_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"go.uber.org/goleak"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader/leadertest"
)

// follow starts a stream on the cluster and checks that nothing of it is left when the test ends.
func follow(t *testing.T, cluster *leadertest.Cluster) (*leader.Stream, *notices) {
	t.Helper()
	leak := goleak.IgnoreCurrent()
	ctx, stop := context.WithCancel(t.Context())
	said := newNotices()
	stream, err := cluster.Finder().Follow(ctx, said.add)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		<-stream.Done()
		goleak.VerifyNone(t, leak)
	})
	return stream, said
}

type notices struct {
	mu    sync.Mutex
	said  []string
	grown chan struct{}
}

func newNotices() *notices { return &notices{grown: make(chan struct{}, 1)} }

func (n *notices) add(message string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, message)
	select {
	case n.grown <- struct{}{}:
	default: // who waits will look
	}
}

// until waits for a notice.
func (n *notices) until(t *testing.T, text string) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for !n.contain(text) {
		select {
		case <-n.grown:
		case <-deadline:
			t.Fatalf("never told %q, but %q", text, n.all())
		}
	}
}

func (n *notices) all() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.said, "\n")
}

func (n *notices) contain(text string) bool { return strings.Contains(n.all(), text) }

// until walks the chain to the first verdict that is meant.
func until(t *testing.T, from *leader.Change, what string, meant func(*leader.Change) bool) *leader.Change {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for change := from; ; {
		if meant(change) {
			return change
		}
		next, err := change.Next(ctx)
		if err != nil {
			t.Fatalf("never %s; the last verdict: %s", what, change.Message())
		}
		change = next
	}
}

func leads(pod string) func(*leader.Change) bool {
	return func(c *leader.Change) bool { return c.Led() && c.Pod.Name == pod }
}

func because(reason leader.Reason) func(*leader.Change) bool {
	return func(c *leader.Change) bool { return c.Reason == reason }
}

func TestStreamFollowsTheLeadership(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Run("op-1")
	cluster.Hold("op-0_a", time.Minute)
	stream, _ := follow(t, cluster)
	first := until(t, stream.Latest(), "op-0 leads", leads("op-0"))
	if first.NewLeader() {
		t.Error("the first leader follows nobody")
	}
	cluster.Hold("", time.Second)
	released := until(t, first, "released", because("Released"))
	cluster.Hold("op-1_b", time.Minute)
	second := until(t, released, "op-1 leads", leads("op-1"))
	if !second.NewLeader() || second.Last.Pod.Name != "op-0" || second.Gap <= 0 {
		t.Errorf("new leader %v after %v, gap %s", second.NewLeader(), second.Last.Pod, second.Gap)
	}
	if first.Continues(first.Status) == false || second.Continues(first.Status) {
		t.Error("the first term ends with the second")
	}
	// A slow follower still gets every verdict, in order.
	if c, err := first.Next(t.Context()); err != nil || c.Reason != "Released" {
		t.Errorf("after the first verdict came %v, %v", c, err)
	}
	cluster.Delete("lease/op")
	until(t, second, "missing", because("Missing"))
}

func TestStreamPublishesNoRenewals(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Hold("op-0_a", time.Minute)
	stream, _ := follow(t, cluster)
	first := until(t, stream.Latest(), "op-0 leads", leads("op-0"))
	for range 20 {
		cluster.Renew()
	}
	cluster.Hold("", time.Second)
	if next, err := first.Next(t.Context()); err != nil || next.Reason != "Released" {
		t.Errorf("20 renewals made a verdict: %v, %v", next, err)
	}
}

func TestACountThatGrowsIsNoTerm(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Hold("op-0", time.Minute)
	stream, _ := follow(t, cluster)
	first := until(t, stream.Latest(), "op-0 leads", leads("op-0"))
	for count := range int32(20) {
		cluster.Change(func(lease *coordinationv1.Lease) { lease.Spec.LeaseTransitions = &count })
		cluster.Renew()
	}
	cluster.Hold("", time.Second)
	if next, err := first.Next(t.Context()); err != nil || next.Reason != "Released" {
		t.Errorf("renewals that count made a verdict: %v, %v", next, err)
	}
}

func TestExpiryIsCountedFromWhatWasSeen(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Hold("op-0_a", 2*time.Second)
	stream, _ := follow(t, cluster)
	first := until(t, stream.Latest(), "op-0 leads", leads("op-0"))
	began := time.Now()
	cluster.Renew()
	until(t, first, "expired", because("Expired"))
	if after := time.Since(began); after < 1900*time.Millisecond {
		t.Errorf("expired %s after a renewal, with a duration of 2s", after)
	}
	cluster.Renew() // late, but nobody took over: the term goes on
	until(t, stream.Latest(), "op-0 leads on", leads("op-0"))
}

func TestARestartedContainerHasToProveItself(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Hold("op-0", time.Minute)
	stream, _ := follow(t, cluster)
	first := until(t, stream.Latest(), "op-0 leads", leads("op-0"))
	cluster.Run("op-0", func(pod *corev1.Pod) {
		pod.Status.ContainerStatuses[0].ContainerID = "2"
		pod.Status.ContainerStatuses[0].State.Running.StartedAt = metav1.Now()
	})
	doubt := until(t, first, "in doubt", because(leader.Restarted))
	if !doubt.Continues(first.Status) {
		t.Error("doubt is not the end of the term: what is open stays open")
	}
	cluster.Renew()
	until(t, doubt, "op-0 proved alive", leads("op-0"))
}

func TestStreamOutlivesAnOutage(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Run("op-1")
	cluster.Hold("op-0_a", time.Second)
	stream, said := follow(t, cluster)
	first := until(t, stream.Latest(), "op-0 leads", leads("op-0"))
	cluster.Fail(errors.New("connection refused"))
	// The record runs out while nobody can read it: blindness is no expiry.
	select {
	case <-first.Superseded():
		t.Errorf("a verdict without evidence: %s", stream.Latest().Message())
	case <-time.After(1500 * time.Millisecond):
	}
	cluster.Hold("op-1_b", time.Minute)
	cluster.Fail(nil)
	until(t, first, "op-1 leads", leads("op-1"))
	if !said.contain("does not answer") || !said.contain("answers again") {
		t.Errorf("the outage was told as %q", said.said)
	}
}

// TestGapsAcrossAnOutage lets the record run out while the server does not answer.
func TestGapsAcrossAnOutage(t *testing.T) {
	for _, test := range []struct {
		name   string
		after  func(*leadertest.Cluster) // the outage
		atMost bool                      // nobody can tell how long the gap was
	}{
		{"another leads: the old one may have renewed meanwhile", func(c *leadertest.Cluster) {}, true},
		{"it is still expired: then nobody has renewed it", func(c *leadertest.Cluster) { c.Fail(nil) }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			cluster := leadertest.New()
			cluster.Run("op-0")
			cluster.Run("op-1")
			cluster.Hold("op-0_a", 2*time.Second)
			held := time.Now()
			stream, notices := follow(t, cluster)
			first := stream.Latest()
			cluster.Fail(errors.New("connection refused"))
			notices.until(t, "does not answer")
			<-time.After(time.Until(held.Add(4 * time.Second))) // the outage itself
			test.after(cluster)
			change := first
			if !test.atMost {
				change = until(t, first, "expired", because("Expired"))
				if since := change.VacantSince.Sub(held); since < 2*time.Second || since > 3*time.Second {
					t.Errorf("vacant since %s after the last renewal, want its duration of 2s", since)
				}
			}
			cluster.Hold("op-1_b", time.Minute)
			cluster.Fail(nil)
			change = until(t, change, "another leader", leads("op-1"))
			low, high := 1500*time.Millisecond, time.Since(held)
			if got := change.GapAtMost; got < low || got > high || test.atMost != (change.Gap < low) {
				t.Errorf("a gap of %s, at most %s; want between %s and %s", change.Gap, got, low, high)
			}
		})
	}
}

func TestClocksThatAreOff(t *testing.T) {
	for _, test := range []struct {
		name     string
		skew     time.Duration
		stripped bool
	}{
		{"behind", -2 * time.Minute, false}, {"hours behind", -5 * time.Hour, false}, {"ahead", 8 * time.Hour, false},
		{"behind, and no managedFields", -20 * time.Second, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			cluster := leadertest.New()
			cluster.Skew(test.skew)
			if test.stripped {
				cluster.StripManagedFields()
			}
			cluster.Run("op-0")
			cluster.Hold("op-0_a", 2*time.Second)
			stream, _ := follow(t, cluster)
			cluster.Renew()
			change := until(t, stream.Latest(), "op-0 leads", leads("op-0"))
			if status, err := stream.Confirm(t.Context()); err != nil || !status.Led() {
				t.Errorf("a following command says that op-0 leads, and by one look: %s, %v", status.Message(), err)
			}
			if status, err := cluster.Finder().Find(t.Context()); err != nil || status.Led() == test.stripped {
				t.Errorf("one look: %s, %v", status.Message(), err)
			}
			expired := until(t, change, "expired", because("Expired"))
			if test.stripped {
				return
			}
			// The server tells its time in whole seconds, twice: one look is sure after two more.
			deadline := time.Now().Add(5 * time.Second)
			for ; ; <-time.After(100 * time.Millisecond) {
				status, err := cluster.Finder().Find(t.Context())
				if err == nil && status.Reason == expired.Reason {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("a following command says expired, and one look: %s, %v", status.Message(), err)
				}
			}
		})
	}
}

func TestDeniedWatchBecomesPolling(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Run("op-1")
	cluster.Hold("op-0_a", time.Minute)
	cluster.DenyWatch(apierrors.NewForbidden(schema.GroupResource{Resource: "leases"}, "op", nil))
	stream, said := follow(t, cluster)
	first := until(t, stream.Latest(), "op-0 leads", leads("op-0"))
	cluster.Hold("op-1_b", time.Minute)
	until(t, first, "op-1 leads", leads("op-1"))
	if !said.contain("no access to watch") {
		t.Errorf("the denied watch was told as %q", said.said)
	}
}

// TestAnotherPodThanSelectedLeads: that is an answer, and who waits goes on waiting for one that is
// selected.
func TestAnotherPodThanSelectedLeads(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Run("op-1", func(pod *corev1.Pod) { pod.Labels = map[string]string{"version": "new"} })
	cluster.Hold("op-0_a", time.Minute)
	finder := cluster.Finder()
	finder.Selector = labels.SelectorFromSet(labels.Set{"version": "new"})
	ctx, stop := context.WithCancel(t.Context())
	stream, err := finder.Follow(ctx, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { stop(); <-stream.Done() }()
	old := stream.Latest()
	if old.Reason != leader.NotSelected || old.Undecided() || old.UpToUser() || !strings.Contains(old.Message(), "pod ops/op-0 (does not match") {
		t.Errorf("%s (%s): undecided %v, up to the user %v", old.Message(), old.Reason, old.Undecided(), old.UpToUser())
	}
	cluster.Hold("op-1_b", time.Minute)
	until(t, old, "op-1 leads", leads("op-1"))
}

func TestFindAsksTwice(t *testing.T) {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Hold("op-0_a", time.Minute)
	status, err := cluster.Finder().Find(t.Context())
	if err != nil || !status.Led() || cluster.Gets() != 2 {
		t.Errorf("%v, %v after %d requests, want a leader after 2", status.Message(), err, cluster.Gets())
	}
}

func TestWaitLeaderTellsWhatThereIs(t *testing.T) {
	cluster := leadertest.New()
	cluster.Hold("op-6d8b9c7f5d-x2k4z_a", time.Minute)
	stream, _ := follow(t, cluster)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := stream.WaitLeader(ctx)
	var none *leader.NoLeader
	if !errors.As(err, &none) || none.Reason != leader.External {
		t.Errorf("got %v, want the verdict that no such pod is here", err)
	}
}
