package tail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader/leadertest"
)

var errOutage = errors.New("connection refused")

// entry is what a container logs at one moment. Its text ends with a newline, but for a line that is never finished.
type entry struct {
	at   time.Duration // since the test began
	text string
}

// node serves the logs of op-0's only container as a kubelet does.
type node struct {
	leader.PodsGetter
	clock             *election.ServerClock
	began             time.Time
	current, previous []entry
	// cut ends the first stream after that many entries, and refuses the requests of the next three seconds; -1 for never.
	cut int
	// down is when requests are answered again.
	down time.Time
}

// Logs begins where the request says, by the node's clock and with the times cut to the second, as they are sent.
func (n *node) Logs(_ context.Context, _ *corev1.Pod, request *corev1.PodLogOptions) (io.ReadCloser, error) {
	if time.Now().Before(n.down) {
		return nil, errOutage
	}
	n.clock.Wrap(n).RoundTrip(nil) // it cannot fail
	log := n.current
	if request.Previous {
		log = n.previous
	}
	passed := time.Since(n.began)
	begin := 0
	if request.TailLines != nil {
		logged := slices.IndexFunc(append(slices.Clone(log), entry{at: passed + 1}), func(e entry) bool { return e.at > passed })
		begin = max(0, logged-int(*request.TailLines))
	}
	var since time.Time
	switch {
	case request.SinceTime != nil:
		since = request.SinceTime.Truncate(time.Second)
	case request.SinceSeconds != nil:
		since = time.Now().Add(-time.Duration(*request.SinceSeconds) * time.Second)
	}
	reader, writer := io.Pipe()
	cut := n.cut
	n.cut = -1
	go func() {
		for _, e := range log[begin:] {
			at := n.began.Add(e.at)
			if at.Before(since) {
				continue
			}
			if cut == 0 {
				break
			}
			cut--
			if wait := time.Until(at); wait > 0 && !request.Follow {
				break
			} else if wait > 0 {
				time.Sleep(wait)
			}
			if _, err := io.WriteString(writer, at.UTC().Format(time.RFC3339Nano)+" "+e.text); err != nil {
				return // the reader has gone away
			}
		}
		switch {
		case cut == 0:
			n.down = time.Now().Add(3 * time.Second)
			writer.CloseWithError(io.ErrUnexpectedEOF)
		case !request.Follow || request.Previous:
			writer.Close() // a pipe's close does not fail
		}
	}()
	return reader, nil
}

// RoundTrip answers as an API server does, whose Date is cut to the second.
func (n *node) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{Header: http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}}, nil
}

// follow prints the log of op-0, which leads, for a minute, and begins after some of it is logged. The test runs in a bubble.
func (n *node) follow(t *testing.T, cluster *leadertest.Cluster, options Options, after time.Duration) string {
	t.Helper()
	n.began, n.clock = time.Now(), &election.ServerClock{}
	cluster.Run("op-0")
	cluster.Hold("op-0_a", time.Hour)
	finder := cluster.Finder()
	n.PodsGetter = finder.Pods
	time.Sleep(after)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	stream, err := finder.Follow(ctx, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.WaitLeader(ctx); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	tailer := &Tailer{Options: options, Pods: n, Clock: n.clock, Out: &out, Notice: func(string) {}}
	if err := tailer.Follow(ctx, stream); err != nil {
		t.Error(err)
	}
	<-stream.Done()
	return out.String()
}
