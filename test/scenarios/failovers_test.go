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

	corev1 "k8s.io/api/core/v1"
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

// deployOperator deploys a demo operator and waits for its leader. Its Lease never expires in a scenario unless the first
// argument is --brief; the others are flags of `bin/cluster deploy`.
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

// client opens a new connection again and again, and keeps what came of each.
type client struct {
	url   string
	every time.Duration

	mu   sync.Mutex
	asks []ask
}

type ask struct {
	began time.Time
	ended time.Time
	state state
	err   error
}

func (c *client) run(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	tick := time.NewTicker(c.every)
	defer tick.Stop()
	for {
		wg.Go(func() {
			a := ask{began: time.Now()}
			a.state, a.err = askState(c.url)
			a.ended = time.Now()
			c.mu.Lock()
			defer c.mu.Unlock()
			c.asks = append(c.asks, a)
		})
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
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
	logs.stdout.until(t, "the first leader's line", numberedLine)

	ctx, stop := context.WithCancel(t.Context())
	load := &client{url: url, every: 20 * time.Millisecond}
	done := make(chan struct{})
	go func() { defer close(done); load.run(ctx) }()

	var reigns []reign
	current := reign{pod: ns.holder(t), from: time.Now()}
	for range 20 {
		// The leader answers before it goes, so that each reign is seen.
		if s, err := askState(url); err != nil || s.Pod != current.pod {
			t.Errorf("%s leads, but %+v answers (%v)", current.pod, s, err)
		}
		current.to = time.Now()
		reigns = append(reigns, current)
		current = reign{pod: ns.deleteLeader(t), from: time.Now()}
	}
	if _, err := askState(url); err != nil {
		t.Error(err)
	}
	current.to = time.Now()
	reigns = append(reigns, current)
	stop()
	<-done

	var refused, cut, answered int
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
			if a.began.After(r.from) && a.ended.Before(r.to) && (a.err != nil || a.state.Pod != r.pod) {
				t.Errorf("%s led, but %+v answered (%v)", r.pod, a.state, a.err)
			}
		}
	}
	t.Logf("%d connections: %d answered, %d cut by the end of a term, %d refused", len(load.asks), answered, cut, refused)
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
		if err := ns.lab.run("rotate-logs", "-n", ns.name, ns.holder(t)); err != nil {
			t.Fatal(err)
		}
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
	ns := shared.deploy(t, "--lease-duration=8s", "--renew-deadline=5s", "--retry-period=1s")
	_, url := forwarded(t, ns)
	identity, pod := ns.identity(t), ns.holder(t)
	w, err := ns.client.CoreV1().Pods(ns.name).Watch(t.Context(), metav1.ListOptions{FieldSelector: "metadata.name=" + pod})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	post(t, url+"/crash")
	for event := range w.ResultChan() {
		statuses := event.Object.(*corev1.Pod).Status.ContainerStatuses
		if len(statuses) == 1 && statuses[0].RestartCount == 1 && statuses[0].State.Running != nil {
			break
		}
	}
	asked := 0
	for ns.identity(t) == identity {
		code := start(t, ns, "holder", "demo-operator").wait(t)
		if code == 0 && ns.identity(t) == identity {
			t.Fatal("a process that has just started was named as the holder of an older term")
		}
		asked++
	}
	if asked == 0 {
		t.Error("nobody asked in time: this proves nothing")
	}
}

func numberedLine(text string) bool { return strings.Contains(text, "seq=") }
