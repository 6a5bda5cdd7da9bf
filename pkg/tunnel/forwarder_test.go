package tunnel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"

	"go.uber.org/goleak"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader/leadertest"
)

// node answers port-forward requests over real SPDY, as a kubelet does: serve gets each connection to a pod.
type node struct {
	mu    sync.Mutex
	conns []httpstream.Connection
	serve func(pod string, data httpstream.Stream) error
	// opening, if given, holds up the reply to each stream that is opened.
	opening func(pod string)
}

func (n *node) dial(_ context.Context, pod *corev1.Pod) (httpstream.Connection, error) {
	ours, theirs := net.Pipe()
	serverReady := make(chan struct{})
	go func() {
		defer close(serverReady)
		problems := make(chan httpstream.Stream, 1)
		server, err := spdy.NewServerConnection(theirs, func(stream httpstream.Stream, replied <-chan struct{}) error {
			if n.opening != nil {
				n.opening(pod.Name)
			}
			if stream.Headers().Get(corev1.StreamType) == corev1.StreamTypeError {
				problems <- stream
				return nil
			}
			go func() {
				<-replied
				problem := <-problems
				if err := n.serve(pod.Name, stream); err != nil {
					fmt.Fprint(problem, err) // the client may be gone
				}
				problem.Close() // likewise
				stream.Close()  // likewise
			}()
			return nil
		})
		if err == nil {
			n.mu.Lock()
			n.conns = append(n.conns, server)
			n.mu.Unlock()
		}
	}()
	client, err := spdy.NewClientConnection(ours)
	<-serverReady
	return client, err
}

// echo answers "POD: LINE" to each line.
func echo(pod string, data httpstream.Stream) error {
	buffer := make([]byte, 1024)
	for {
		n, err := data.Read(buffer)
		if err != nil {
			return nil
		}
		if _, err := fmt.Fprintf(data, "%s: %s", pod, buffer[:n]); err != nil {
			return nil
		}
	}
}

// forward runs a Forwarder with op-0 leading; what it returns is the address to connect to.
func forward(t *testing.T, cluster *leadertest.Cluster, n *node, ignore ...goleak.Option) (address string, notices func() string) {
	t.Helper()
	leak := goleak.IgnoreCurrent()
	ctx, stop := context.WithCancel(t.Context())
	stream, err := cluster.Finder().Follow(ctx, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	listeners, err := Listen([]Port{{0, "http"}}, []string{"127.0.0.1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var said []string
	forwarder := &Forwarder{
		Leaders: stream, Dial: n.dial, Timeout: 10 * time.Second, Trace: func(string) {},
		Notice: func(message string) { mu.Lock(); defer mu.Unlock(); said = append(said, message) },
	}
	done := make(chan struct{})
	go func() { defer close(done); forwarder.Run(ctx, listeners) }()
	t.Cleanup(func() {
		stop()
		<-done
		<-stream.Done()
		for _, conn := range n.conns {
			conn.Close() // the other end has closed it
		}
		goleak.VerifyNone(t, append(ignore, leak)...)
	})
	return listeners[0].Addr().String(), func() string { mu.Lock(); defer mu.Unlock(); return strings.Join(said, "\n") }
}

func leading(pod string) *leadertest.Cluster {
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Run("op-1")
	if pod != "" {
		cluster.Hold(pod+"_a", time.Hour)
	}
	return cluster
}

func connect(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(20 * time.Second)) // fails only when closed
	return conn
}

// ask sends a line and returns the answer.
func ask(t *testing.T, conn net.Conn, question string) string {
	t.Helper()
	if _, err := io.WriteString(conn, question); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 1024)
	n, err := conn.Read(buffer)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	return string(buffer[:n])
}

func TestConnectionsGoToTheLeaderOfTheMoment(t *testing.T) {
	cluster := leading("op-0")
	address, _ := forward(t, cluster, &node{serve: echo})
	old := connect(t, address)
	defer old.Close() // a test's end
	if got := ask(t, old, "who?"); got != "op-0: who?" {
		t.Errorf("got %q from the leader", got)
	}
	cluster.Hold("op-1_b", time.Hour)
	if n, err := old.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("the old term's connection ended with %d bytes and %v, want a fault", n, err)
	}
	conn := connect(t, address)
	defer conn.Close() // a test's end
	if got := ask(t, conn, "who?"); got != "op-1: who?" {
		t.Errorf("got %q from the new leader", got)
	}
}

// TestATermEndsWhileItsStreamsAreOpened: the node of a leader that has just gone may not answer any more, and who connected
// has been heard by nobody.
func TestATermEndsWhileItsStreamsAreOpened(t *testing.T) {
	cluster := leading("op-0")
	reached, release := make(chan struct{}, 10), make(chan struct{})
	address, _ := forward(t, cluster, &node{serve: echo, opening: func(pod string) {
		if pod == "op-0" {
			reached <- struct{}{}
			<-release
		}
	}}, goleak.IgnoreTopFunction("github.com/moby/spdystream.(*Stream).WaitTimeout")) // ends by itself, within 30s
	defer close(release)
	conn := connect(t, address)
	defer conn.Close() // a test's end
	if _, err := io.WriteString(conn, "early"); err != nil {
		t.Fatal(err)
	}
	<-reached
	cluster.Hold("op-1_b", time.Hour)
	conn.SetDeadline(time.Now().Add(5 * time.Second)) // fails only when closed
	if got := ask(t, conn, ""); got != "op-1: early" {
		t.Errorf("got %q", got)
	}
}

func TestConnectionsWaitForALeader(t *testing.T) {
	cluster := leading("")
	address, _ := forward(t, cluster, &node{serve: echo})
	conn := connect(t, address)
	defer conn.Close() // a test's end
	if _, err := io.WriteString(conn, "early"); err != nil {
		t.Fatal(err)
	}
	cluster.Hold("op-1_b", time.Hour)
	if got := ask(t, conn, ""); got != "op-1: early" {
		t.Errorf("got %q", got)
	}
}

// TestAllWhoWaitedComeInTurn lets many wait for a leader: all of them are served, and few tunnels are opened at a time.
func TestAllWhoWaitedComeInTurn(t *testing.T) {
	cluster := leading("")
	var mu sync.Mutex
	opening, most := 0, 0
	all := make(chan struct{})
	release := sync.OnceFunc(func() { close(all) })
	n := &node{serve: echo, opening: func(string) {
		mu.Lock()
		opening++
		most = max(most, opening)
		if opening == openingMost {
			release()
		}
		mu.Unlock()
		<-all
		mu.Lock()
		opening--
		mu.Unlock()
	}}
	address, _ := forward(t, cluster, n)
	var clients sync.WaitGroup
	for range 4 * openingMost {
		conn := connect(t, address)
		defer conn.Close() // a test's end
		clients.Go(func() {
			if got := ask(t, conn, "hello"); got != "op-0: hello" {
				t.Errorf("got %q", got)
			}
		})
	}
	cluster.Hold("op-0_a", time.Hour)
	clients.Wait()
	if most > openingMost {
		t.Errorf("%d tunnels were opened at once", most)
	}
}

func TestARefusedConnectionIsTriedAgain(t *testing.T) {
	var mu sync.Mutex
	refusals := 3
	address, _ := forward(t, leading("op-0"), &node{serve: func(pod string, data httpstream.Stream) error {
		mu.Lock()
		refusals--
		refuse := refusals >= 0
		mu.Unlock()
		if refuse {
			return errors.New("failed to connect to localhost:8080: dial tcp4 127.0.0.1:8080: connect: connection refused")
		}
		return echo(pod, data)
	}})
	conn := connect(t, address)
	defer conn.Close() // a test's end
	if got := ask(t, conn, "said once"); got != "op-0: said once" {
		t.Errorf("got %q", got)
	}
}

func TestAnErrorEndsItsConnectionAlone(t *testing.T) {
	address, notices := forward(t, leading("op-0"), &node{serve: func(pod string, data httpstream.Stream) error {
		first := make([]byte, 4)
		if _, err := io.ReadFull(data, first); err == nil && string(first) == "die!" {
			return errors.New("error forwarding port: broken pipe")
		}
		return echo(pod, data)
	}})
	healthy := connect(t, address)
	defer healthy.Close()           // a test's end
	io.WriteString(healthy, "live") // asked below
	doomed := connect(t, address)
	defer doomed.Close()           // a test's end
	io.WriteString(doomed, "die!") // read below
	if _, err := doomed.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("the failed connection ended with %v, want a fault", err)
	}
	if got := ask(t, healthy, "still there?"); got != "op-0: still there?" {
		t.Errorf("the other connection answered %q", got)
	}
	// The connection is reset first, and the word of it follows.
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(notices(), "broken pipe"); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("the failure was told as %q", notices())
		}
	}
}

func TestAStalledReaderHoldsUpNobody(t *testing.T) {
	address, _ := forward(t, leading("op-0"), &node{serve: func(pod string, data httpstream.Stream) error {
		first := make([]byte, 4)
		if _, err := io.ReadFull(data, first); err == nil && string(first) == "bulk" {
			for block := make([]byte, 1<<20); ; {
				if _, err := data.Write(block); err != nil {
					return nil
				}
			}
		}
		return echo(pod, data)
	}})
	for range 3 {
		stalled := connect(t, address)
		defer stalled.Close()           // a test's end
		io.WriteString(stalled, "bulk") // it never reads
	}
	for i := range 50 {
		conn := connect(t, address)
		io.WriteString(conn, "ping") // asked next
		if got, want := ask(t, conn, strconv.Itoa(i)), "op-0: "+strconv.Itoa(i); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		conn.Close() // done
	}
}

func TestHalfCloseAndOrderlyEnd(t *testing.T) {
	address, _ := forward(t, leading("op-0"), &node{serve: func(_ string, data httpstream.Stream) error {
		said, err := io.ReadAll(data)
		fmt.Fprintf(data, "%d bytes, %v", len(said), err) // read below
		return nil
	}})
	conn := connect(t, address)
	defer conn.Close() // a test's end
	if _, err := conn.Write(make([]byte, 200_000)); err != nil {
		t.Fatal(err)
	}
	conn.(*net.TCPConn).CloseWrite() // read below
	if answer, err := io.ReadAll(conn); err != nil || string(answer) != "200000 bytes, <nil>" {
		t.Errorf("got %q, %v", answer, err)
	}
}

// TestAThousandConnectionsLeaveNothing relies on the check for leaks at its end.
func TestAThousandConnectionsLeaveNothing(t *testing.T) {
	address, _ := forward(t, leading("op-0"), &node{serve: echo})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for i := range 50 {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					t.Error(err)
					return
				}
				fmt.Fprint(conn, "x") // read next
				if i%5 != 0 {
					conn.Read(make([]byte, 16)) // some read, some just go away
				}
				conn.Close() // done
			}
		})
	}
	wg.Wait()
}
