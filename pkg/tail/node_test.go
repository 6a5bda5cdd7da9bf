package tail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader/leadertest"
)

var running = corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}

var errOutage = errors.New("connection refused")

// entry is what a container logs at one moment. Its text ends with a newline, but for a line that
// is never finished.
type entry struct {
	at   time.Duration // since the test began
	text string
}

// node serves the logs of one container of op-0, its sidecar, as a kubelet does: it restarts
// without a change of leader.
type node struct {
	leader.PodsGetter
	cluster *leadertest.Cluster
	clock   *election.ServerClock
	began   time.Time

	mu                sync.Mutex // of what follows
	current, previous []entry
	// cut ends the first stream after that many entries, and refuses the requests of the next three
	// seconds; -1 for never.
	cut int
	// ended tells that the current instance ends with the last entry.
	ended bool
	// down is when requests are answered again.
	down time.Time
}

// newNode is a node in a cluster of its own whose sidecar logs this.
func newNode(log []entry) *node {
	n := &node{cluster: leadertest.New(), clock: &election.ServerClock{}, began: time.Now(), current: log, cut: -1}
	n.PodsGetter = n.cluster.Finder().Pods
	return n
}

// Logs begins where the request says, by the node's clock and with the times cut to the second, as
// they are sent.
func (n *node) Logs(_ context.Context, _ *corev1.Pod, request *corev1.PodLogOptions) (io.ReadCloser, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if time.Now().Before(n.down) {
		return nil, errOutage
	}
	n.clock.Wrap(n).RoundTrip(nil) // it cannot fail
	log := n.current
	if request.Previous {
		log = n.previous
	}
	if request.TailLines != nil {
		logged := 0
		for logged < len(log) && log[logged].at <= time.Since(n.began) {
			logged++
		}
		log = log[max(0, logged-int(*request.TailLines)):]
	}
	var since time.Time
	switch {
	case request.SinceTime != nil:
		since = request.SinceTime.Truncate(time.Second)
	case request.SinceSeconds != nil:
		since = time.Now().Add(-time.Duration(*request.SinceSeconds) * time.Second)
	}
	log = slices.Clone(log)
	log = slices.DeleteFunc(log, func(e entry) bool { return n.began.Add(e.at).Before(since) })
	reader, writer := io.Pipe()
	cut := n.cut >= 0 && n.cut < len(log)
	if cut {
		log = log[:n.cut]
	}
	n.cut = -1
	go n.send(writer, log, request.Follow, cut, n.ended)
	return reader, nil
}

// send writes each entry when it is logged.
func (n *node) send(writer *io.PipeWriter, log []entry, follow, cut, ended bool) {
	for _, e := range log {
		at := n.began.Add(e.at)
		wait := time.Until(at)
		if wait > 0 && !follow {
			break
		}
		time.Sleep(wait)
		if _, err := io.WriteString(writer, at.UTC().Format(time.RFC3339Nano)+" "+e.text); err != nil {
			return // the reader has gone away
		}
	}
	switch {
	case cut:
		n.mu.Lock()
		defer n.mu.Unlock()
		n.down = time.Now().Add(3 * time.Second)
		writer.CloseWithError(io.ErrUnexpectedEOF) // a pipe's close does not fail
	case !follow || ended:
		writer.Close()
	}
}

// RoundTrip answers as an API server does, whose Date is cut to the second.
func (n *node) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{Header: http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}}, nil
}

// restart lets the sidecar run as another instance, which logs this, after the one that logged what
// is previous.
func (n *node) restart(restarts int32, previous, current []entry) {
	n.mu.Lock()
	n.previous, n.current, n.ended = previous, current, false
	n.mu.Unlock()
	n.run(corev1.ContainerStatus{ContainerID: fmt.Sprint("after ", restarts), RestartCount: restarts, State: running})
}

// run puts op-0 into the cluster, whose sidecar has this status.
func (n *node) run(status corev1.ContainerStatus) {
	status.Name = "sidecar"
	n.cluster.Run("op-0", func(pod *corev1.Pod) {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: status.Name})
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, status)
	})
}

// follow prints the sidecar's log of op-0, which leads, for a minute. It begins when some of it is
// logged.
func (n *node) follow(t *testing.T, options Options, after time.Duration) string {
	t.Helper()
	n.run(corev1.ContainerStatus{ContainerID: "first", State: running})
	n.cluster.Hold("op-0_a", time.Hour)
	time.Sleep(after)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	stream, err := n.cluster.Finder().Follow(ctx, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.WaitLeader(ctx); err != nil {
		t.Fatal(err)
	}
	options.Container = "sidecar"
	var out bytes.Buffer
	tailer := &Tailer{Options: options, Pods: n, Clock: n.clock, Out: &out, Notice: func(string) {}}
	if err := tailer.Follow(ctx, stream); err != nil {
		t.Error(err)
	}
	<-stream.Done()
	return out.String()
}
