package check_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader/leadertest"
)

// pods answers for the pods of a cluster in memory.
type pods struct {
	finder  *leader.Finder
	server  *httptest.Server
	asked   atomic.Pointer[corev1.Pod] // last
	log     func(out io.Writer, pod *corev1.Pod) error
	deleted []string
	remove  func(pod string)
	silent  bool          // logs hang before they open
	far     time.Duration // until the first answer
	version error         // what it says of the version
}

func (p *pods) Follow(ctx context.Context, spec check.Spec) (*leader.Stream, error) {
	finder := *p.finder
	finder.Renewals = spec.Renewals()
	<-time.After(p.far)
	return finder.Follow(ctx, func(string) {})
}

func (p *pods) Version(context.Context) error { return p.version }

func (p *pods) Dial(ctx context.Context, pod *corev1.Pod, port string) (net.Conn, error) {
	if port == "never" {
		return nil, &check.Never{Err: fmt.Errorf("pod %s has no port named %q", pod.Name, port)}
	}
	if port == "denied" {
		return nil, &check.Never{Err: apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, pod.Name, errors.New("no"))}
	}
	p.asked.Store(pod)
	return new(net.Dialer).DialContext(ctx, "tcp", p.server.Listener.Addr().String())
}

func (p *pods) Logs(ctx context.Context, stream *leader.Stream, _ check.Logs, out io.Writer, opened func()) error {
	if p.silent {
		<-ctx.Done()
		return ctx.Err()
	}
	opened()
	if err := p.log(out, stream.Latest().Pod); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func (p *pods) LastLines(context.Context, *corev1.Pod) ([]string, error) {
	return []string{"last words"}, nil
}

func (p *pods) Exec(_ context.Context, pod *corev1.Pod, exec check.Exec) ([]byte, int, error) {
	return []byte(pod.Name + " " + strings.Join(exec.Command, " ")), 3, nil
}

func (p *pods) Delete(_ context.Context, pod *corev1.Pod) error {
	p.deleted = append(p.deleted, pod.Name)
	p.remove(pod.Name)
	return nil
}

// scene is a cluster in which op-0 leads, and whose pods answer as the handler does.
func scene(t *testing.T, handler func(pod string, w http.ResponseWriter, r *http.Request)) (*leadertest.Cluster, *pods) {
	t.Helper()
	cluster := leadertest.New()
	cluster.Run("op-0")
	cluster.Run("op-1")
	cluster.Hold("op-0_a", time.Minute)
	p := &pods{finder: cluster.Finder()}
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler(p.asked.Load().Name, w, r)
	}))
	t.Cleanup(p.server.Close)
	p.remove = func(name string) {
		cluster.Delete("pod/" + name)
		cluster.Hold("op-1_b", time.Minute)
	}
	return cluster, p
}

func spec() check.Spec {
	return check.Spec{Lock: election.Ref{Kind: election.Lease, Namespace: "ops", Name: "op"}, Namespace: "ops"}
}

func asserting(t *testing.T, operator check.Operator, operands ...string) check.Spec {
	t.Helper()
	s := spec()
	a, err := check.NewAssertion(operator, operands...)
	if err != nil {
		t.Fatal(err)
	}
	s.Assertions = []check.Assertion{a}
	return s
}

func run(t *testing.T, p *pods, timeout time.Duration, specs ...check.Spec) check.Report {
	t.Helper()
	runner := &check.Runner{Leader: p, Timeout: timeout, Interval: 10 * time.Millisecond}
	return runner.Run(t.Context(), []check.Checkpoint{{Checks: specs}})
}
