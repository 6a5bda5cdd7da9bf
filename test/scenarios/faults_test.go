package scenarios

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// fault is something that goes wrong while a leadership is followed. What has to hold after each of them is in
// following.settle; what is seen of it on the way is checked where it is provoked.
type fault struct {
	name string
	// as is who follows, and by which way; nil for the administrator, directly.
	as func(t *testing.T, ns *namespace) *namespace
	// breaks is why connections may break, or reach a former leader, while it happens, although a term goes on; "" where they
	// may not.
	breaks string
	// deploy are flags of the operator.
	deploy  []string
	provoke func(t *testing.T, f *following)
}

const (
	wireIsCut = "tunnels lead over the wire that is cut"
	noServer  = "tunnels lead through the API server that is gone"
)

// TestFaults lets each fault happen to a port-forward under load, logs -f, watch and assert, all at once.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, fault := range []fault{
		{name: "1 s without a leader", provoke: vacant(time.Second)},
		{name: "10 s without a leader", provoke: vacant(10 * time.Second)},
		{name: "60 s without a leader", provoke: vacant(60 * time.Second)},
		{name: "30 failovers, one after another", provoke: manyFailovers},
		{name: "the Lease is deleted and created again", deploy: []string{"--reconcile-every=1h"}, provoke: deletedLease},
		{name: "many short connections", provoke: shortConnections},
		{name: "a hundred connections at once", provoke: concurrentConnections},
		{name: "clients that reset or half-close", provoke: rudeClients},
		{name: "TCP resets on the way to the API server", as: throughWire, breaks: wireIsCut, provoke: resets},
		{name: "a stall of 20 s on the way, with a failover in it", as: throughWire, breaks: "nobody hears of the failover", provoke: stalled},
		{name: "watch denied from the beginning", as: withRights(getOnly), provoke: deniedWatch},
		{name: "RBAC narrowed to get in the middle", as: narrowing, breaks: wireIsCut, provoke: narrowed},
		{name: "RBAC for this name alone", as: withRights(thisNameOnly), provoke: vacant(time.Second)},
		{name: "the token ends in the middle", as: withToken, breaks: wireIsCut, provoke: tokenEnds},
	} {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			fault.happen(t)
		})
	}
}

func (fault fault) happen(t *testing.T) {
	t.Helper()
	ns := shared.deploy(t, outlasting(fault.deploy...)...)
	by := ns
	if fault.as != nil {
		by = fault.as(t, ns)
	}
	f := follow(t, ns, by)
	f.by, f.breaks = by, fault.breaks
	fault.provoke(t, f)
	f.provoked = time.Now()
	f.settle(t)
}

// vacant lets nobody lead for a while: the operator is scaled away, and comes back.
func vacant(span time.Duration) func(*testing.T, *following) {
	return func(t *testing.T, f *following) {
		f.scale(t, 0)
		f.ns.untilNoPods(t)
		released := start(t, f.ns, "assert", "demo-operator", "--released")
		if code := released.wait(t); code != 0 {
			t.Errorf("assert --released ends with %d:\n%s", code, released.stdout)
		}
		f.watch.stdout.until(t, "that nobody leads", func(text string) bool {
			told := events(t, text)
			return told[len(told)-1].State != "Held"
		})
		terms := f.watch.countEvents(t, "Acquired", "TakenOver")
		began := time.Now()
		<-time.After(span) // the fault itself
		// Those who connect now are answered by the next leader, and not refused.
		const waiting = 20
		answers := make(chan error, waiting)
		for range waiting {
			go func() {
				s, err := askState(f.url)
				if err == nil && !s.Leader {
					err = fmt.Errorf("%+v answered", s)
				}
				answers <- err
			}()
		}
		f.scale(t, 3)
		for range waiting {
			if err := <-answers; err != nil {
				t.Errorf("a connection made while nobody led: %v", err)
			}
		}
		told := f.watch.untilEvents(t, terms+1, "Acquired", "TakenOver")
		gap := cmp.Or(told.GapSeconds, told.GapAtMostSeconds) // where it reads once a second, it cannot know better
		if gap == nil || *gap < span.Seconds() || *gap > time.Since(began).Seconds()+patience.Seconds() {
			t.Errorf("watch tells %+v, nobody led for %s", told, span)
		}
	}
}

func (f *following) scale(t *testing.T, replicas int) {
	t.Helper()
	patch := fmt.Sprintf(`{"spec":{"replicas":%d}}`, replicas)
	if _, err := f.ns.client.AppsV1().Deployments(f.ns.name).Patch(t.Context(), "demo-operator", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

// manyFailovers deletes one leader after another, each when all have heard of it.
func manyFailovers(t *testing.T, f *following) {
	witness := chronicle(t, f.ns)
	for range 30 {
		next := f.ns.deleteLeader(t)
		f.watch.stdout.until(t, "word of "+next, func(text string) bool { return strings.Contains(text, next) })
		f.logs.stdout.until(t, "the first line of "+next, func(text string) bool {
			return strings.Contains(text, "acquired leader lock pod="+next)
		})
	}
	want := witness.all()
	f.watch.stdout.until(t, "what the witness saw", func(text string) bool { return len(told(events(t, text))) >= len(want) })
	for i, line := range told(events(t, f.watch.stdout.String()))[:len(want)] {
		if line != want[i] {
			t.Fatalf("watch tells %q where the Lease had %q", line, want[i])
		}
	}
}

// deletedLease deletes the Lease. The old leader may not be the one who creates it again: it goes
// on to believe that it leads, and what it would log by then is not the leader's. So its only lines
// are those of its beginning and its end.
func deletedLease(t *testing.T, f *following) {
	leases := f.ns.client.CoordinationV1().Leases(f.ns.name)
	for i := range 3 {
		before := f.ns.identity(t)
		if err := leases.Delete(t.Context(), "demo-operator", metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		f.watch.untilEvents(t, i+1, "Deleted")
		// Whoever is the first creates it again.
		if e := f.watch.untilEvents(t, i+1, "Acquired"); e.GapSeconds == nil || e.Before.HolderIdentity != before {
			t.Errorf("watch tells %+v, want %s before it", e, before)
		}
		stable := start(t, f.ns, "assert", "demo-operator", "--stable-for=1s")
		if code := stable.wait(t); code != 0 {
			t.Errorf("assert --stable-for ends with %d:\n%s", code, stable.stdout)
		}
	}
}

func shortConnections(t *testing.T, f *following) {
	for i := range 300 {
		if s, err := askState(f.url); err != nil || !s.Leader {
			t.Fatalf("connection %d: %+v, %v", i, s, err)
		}
	}
}

func concurrentConnections(t *testing.T, f *following) {
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			resp, err := fresh.Get(f.url + "/drip?count=20&every=100ms")
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close() // read-only
			if body, err := io.ReadAll(resp.Body); err != nil || !strings.HasSuffix(string(body), "drip 20/20\n") {
				t.Errorf("%v after %q", err, body)
			}
		})
	}
	wg.Wait()
}

// rudeClients leave in every way that TCP has, most of them in the middle.
func rudeClients(t *testing.T, f *following) {
	for i := range 200 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		client := conn.(*net.TCPConn)
		switch i % 4 {
		case 0: // says nothing and resets
			client.SetLinger(0)
		case 1: // asks for much, and resets in the middle
			fmt.Fprint(client, "GET /bulk?bytes=10000000 HTTP/1.1\r\nHost: x\r\n\r\n") // that is the point
			io.CopyN(io.Discard, client, 1000)                                         // likewise
			client.SetLinger(0)
		case 2: // has said all, and gets its answer all the same
			fmt.Fprint(client, "GET /state HTTP/1.0\r\n\r\n") // the answer tells
			client.CloseWrite()
			if answer, err := io.ReadAll(client); err != nil || !strings.Contains(string(answer), `"leader":true`) {
				t.Errorf("after a half-close: %v, %q", err, answer)
			}
		case 3: // half of a request, and gone
			fmt.Fprint(client, "POST /state HTT") // likewise
		}
		client.Close()
	}
	// One that reads nothing stays.
	stalled, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer stalled.Close() // a test's end
	if _, err := fmt.Fprint(stalled, "GET /bulk?bytes=1000000000 HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if s, err := askState(f.url); err != nil || !s.Leader {
			t.Errorf("beside a stalled reader: %+v, %v", s, err)
		}
	}
}
