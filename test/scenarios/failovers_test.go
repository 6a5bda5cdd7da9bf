package scenarios

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// empty gives the test a namespace of its own.
func (l *lab) empty(t *testing.T) *namespace {
	t.Helper()
	ns, err := l.namespace(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ns.delete)
	return ns
}

// deploy gives the test a namespace with a demo operator of its own: see deployOperator.
func (l *lab) deploy(t *testing.T, args ...string) *namespace {
	t.Helper()
	ns := l.empty(t)
	if err := l.deployOperator(ns.name, args); err != nil {
		t.Fatal(err)
	}
	return ns
}

// deployOperator deploys a demo operator and waits for its leader. Its Lease never expires in a
// scenario unless the first argument is --brief; the others are flags of `bin/cluster deploy`.
func (l *lab) deployOperator(namespace string, args []string) error {
	lasts := time.Duration(0)
	if len(args) > 0 && args[0] == "--brief" {
		lasts, args = brief(), args[1:]
	}
	return l.run(slices.Concat([]string{"deploy", "--namespace", namespace, "--wait"}, timings(lasts), args)...)
}

// identity is what the Lease has as its holder at this moment, "" for none.
func (ns *namespace) identity(t *testing.T) string {
	t.Helper()
	lease, err := ns.client.CoordinationV1().Leases(ns.name).Get(t.Context(), "demo-operator", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return *lease.Spec.HolderIdentity
}

// holder is the pod of the holder.
func (ns *namespace) holder(t *testing.T) string {
	t.Helper()
	return podOf(ns.identity(t))
}

// failover does something to the leader and waits until another holds the Lease, be it a new process of the same pod.
// It returns the next leader's pod.
func (ns *namespace) failover(t *testing.T, provoke func(leader string)) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w, err := ns.client.CoordinationV1().Leases(ns.name).Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=demo-operator"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	other := func(old string) string {
		for {
			if now := ns.identity(t); now != "" && now != old {
				return now
			}
			if _, ok := <-w.ResultChan(); !ok {
				t.Fatalf("nobody took over from %q", old)
			}
		}
	}
	old := other("") // a busy machine may have lost its leader just now
	provoke(podOf(old))
	return podOf(other(old))
}

// atLeader asks a port-forward until the leader of the moment answers: at once, unless leaders
// change just then.
func (ns *namespace) atLeader(t *testing.T, url string) state {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		leader, began := ns.identity(t), time.Now()
		s, err := askState(url)
		if err == nil && s.Identity == leader && s.Leader && ns.identity(t) == leader {
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("port-forward: %+v answers (%v), want %s", s, err, leader)
		}
		<-respite(time.Since(began)) // an answer is no event
	}
}

// tell has the leader of the moment do something.
func (ns *namespace) tell(t *testing.T, url, path string) {
	t.Helper()
	ns.atLeader(t, url) // it takes a moment until port-forward knows of it
	post(t, url+path)
}

// podOf is the pod in an identity of controller-runtime's.
func podOf(identity string) string {
	pod, _, _ := strings.Cut(identity, "_")
	return pod
}

// deleteLeader makes the leader go and returns the next one.
func (ns *namespace) deleteLeader(t *testing.T) (next string) {
	t.Helper()
	return ns.failover(t, func(leader string) {
		if err := ns.client.CoreV1().Pods(ns.name).Delete(t.Context(), leader, metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
	})
}

// client has a few connections open at a time, each of them new, and keeps what came of each.
type client struct {
	url string

	mu   sync.Mutex
	asks []ask
	more chan struct{} // closed when there is another one
}

// atOnce is how many connections a client has open.
const atOnce = 2

type ask struct {
	began time.Time
	ended time.Time
	state state
	err   error
}

// newClient begins to ask. What it returns ends that, and waits for the last answers.
func newClient(t *testing.T, url string) (c *client, stop func()) {
	c = &client{url: url, more: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() { c.run(ctx) })
	}
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	return c, stop
}

// run asks until the context ends: one request after the other, so that a slow machine has no more
// of them.
func (c *client) run(ctx context.Context) {
	for {
		a := ask{began: time.Now()}
		a.state, a.err = askState(c.url)
		a.ended = time.Now()
		c.add(a)
		select {
		case <-respite(a.ended.Sub(a.began)):
		case <-ctx.Done():
			return
		}
	}
}

func (c *client) add(a ask) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asks = append(c.asks, a)
	close(c.more)
	c.more = make(chan struct{})
}

// until waits for what it has seen to be as wanted.
func (c *client) until(t *testing.T, what string, wanted func(asks []ask) bool) {
	t.Helper()
	deadline := time.After(patience)
	for {
		c.mu.Lock()
		asks, more := slices.Clone(c.asks), c.more
		c.mu.Unlock()
		if wanted(asks) {
			return
		}
		select {
		case <-more:
		case <-deadline:
			t.Fatalf("the client never saw %s; its last asks: %+v", what, asks[max(0, len(asks)-10):])
		}
	}
}

// seen is what came so far.
func (c *client) seen() []ask {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asks)
}

// reign is the time in which a pod was known to lead.
type reign struct {
	pod      string
	from, to time.Time
}

func TestTwentyFailoversUnderLoad(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	forward, url := forwarded(t, ns)
	logs := start(t, ns, "logs", "-f", "demo-operator")
	load, stop := newClient(t, url)

	var reigns []reign
	leader := ns.holder(t)
	for i := range 21 {
		// Both know of the leader before it goes, and it answers.
		forward.stderr.until(t, "word of "+leader, func(text string) bool { return strings.Count(text, " leads now") == i })
		current := reign{pod: leader, from: time.Now()}
		logs.stdout.until(t, "the first line of "+leader, func(text string) bool {
			return strings.Contains(text, "acquired leader lock pod="+leader)
		})
		load.until(t, "the reign of "+leader, func(asks []ask) bool {
			return slices.ContainsFunc(asks, func(a ask) bool { return a.began.After(current.from) })
		})
		if s, err := askState(url); err != nil || s.Pod != leader {
			t.Errorf("%s leads, but %+v answers (%v)", leader, s, err)
		}
		current.to = time.Now()
		reigns = append(reigns, current)
		if i < 20 {
			leader = ns.deleteLeader(t)
		}
	}
	stop()

	var refused, cut, answered int
	within := 0
	for _, a := range load.asks {
		switch {
		case errors.Is(a.err, syscall.ECONNREFUSED):
			refused++
		case a.err != nil:
			cut++ // was being answered when the term ended
		default:
			answered++
		}
		for _, r := range reigns {
			if !a.began.After(r.from) || !a.ended.Before(r.to) {
				continue
			}
			if within++; a.err != nil || a.state.Pod != r.pod {
				t.Errorf("%s led, but %+v answered (%v)", r.pod, a.state, a.err)
			}
		}
	}
	t.Logf("%d connections: %d answered, %d cut by the end of a term, %d refused; %d within a term", len(load.asks), answered, cut, refused, within)
	if within < len(reigns) {
		t.Errorf("%d connections within %d terms: this proves nothing", within, len(reigns))
	}
	if refused > 0 {
		t.Errorf("%d connections were refused", refused)
	}
	if got := strings.Count(forward.stderr.String(), " leads now"); got != 20 {
		t.Errorf("port-forward told of %d new leaders, want 20", got)
	}
	checkComplete(t, ns, logs)
}

func TestLogsAcrossRotation(t *testing.T) {
	t.Parallel()
	only(t, readsNodes, kwok, kubelet)
	ns := shared.deploy(t)
	_, url := forwarded(t, ns)
	logs := start(t, ns, "logs", "-f", "demo-operator")
	logs.stdout.until(t, "a line", numberedLine)
	for range 5 {
		post(t, url+"/burst?lines=200")
		logged := truth(t, ns)
		if err := ns.lab.run("rotate-logs", "-n", ns.name, ns.holder(t)); err != nil {
			t.Fatal(err)
		}
		untilPrinted(t, logs, logged) // two rotations would take away what has not been read
	}
	checkComplete(t, ns, logs)
}

func TestSignals(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	_, burstURL := forwarded(t, ns)
	forward, url := forwarded(t, ns)
	open, err := fresh.Get(url + "/drip?every=1s&count=100")
	if err != nil {
		t.Fatal(err)
	}
	defer open.Body.Close() // read-only
	if code := forward.end(t, syscall.SIGINT); code != 130 {
		t.Errorf("port-forward with an open connection ended with %d on Ctrl-C, want 130", code)
	}
	logs := start(t, ns, "logs", "-f", "demo-operator")
	logs.stdout.until(t, "a line", numberedLine)
	if code := logs.end(t, syscall.SIGTERM); code != 143 {
		t.Errorf("logs ended with %d on SIGTERM, want 143", code)
	}
	waiting := start(t, ns, "holder", "nobody", "--timeout=1h")
	waiting.stderr.until(t, "a notice", func(text string) bool { return strings.Contains(text, "waiting for a leader") })
	if code := waiting.end(t, syscall.SIGINT); code != 130 {
		t.Errorf("holder ended with %d on Ctrl-C, want 130", code)
	}
	stalled := stall(t, ns)
	post(t, burstURL+"/burst?lines=20000")
	if code := stalled.end(t, syscall.SIGTERM); code != 143 {
		t.Errorf("logs whose reader has stalled ended with %d on SIGTERM, want 143", code)
	}
	// The command gets the signal, still has its port, and decides on the code.
	child := start(t, ns, "port-forward", "demo-operator", ":8080", "--", "sh", "-c",
		`trap 'fetch localhost:$LOCAL_PORT/state; echo caught; exit 9' TERM; echo ready; while :; do sleep 0.1; done`)
	child.stdout.until(t, "the command", func(text string) bool { return strings.Contains(text, "ready") })
	if code := child.end(t, syscall.SIGTERM); code != 9 || !strings.Contains(child.stdout.String(), `"leader":true`) {
		t.Errorf("the command ended with %d after %q, want 9 and its own last word", code, child.stdout)
	}
}

// stall starts a logs -f whose output nobody reads.
func stall(t *testing.T, ns *namespace) *process {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close(); writer.Close() }) // a test's end
	p := start(t, ns, "logs", "-f", "demo-operator", func(cmd *exec.Cmd) { cmd.Stdout = writer })
	if _, err := reader.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestACrashedProcessIsNotTheLeader: the pod lives, the Lease is valid, and who held it is dead.
func TestACrashedProcessIsNotTheLeader(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t, outlasting()...)
	_, url := forwarded(t, ns)
	identity, pod := ns.identity(t), ns.holder(t)
	post(t, url+"/crash")
	ns.untilRestarted(t, pod)
	for range 3 {
		p := start(t, ns, "holder", "demo-operator")
		if code := p.wait(t); code != 1 || p.stdout.String() != "" || !strings.Contains(p.stderr.String(), pod) {
			t.Errorf("exit code %d, %q: a process that has just started was named as the holder of an older term", code, p.stdout)
		}
	}
	if now := ns.identity(t); now != identity {
		t.Errorf("%s holds the Lease, and %s has crashed: this proves nothing", now, identity)
	}
}

func numberedLine(text string) bool { return strings.Contains(text, "seq=") }
