package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"
	"k8s.io/utils/ptr"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/kube"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/tail"
	"github.com/kubectl-leader/kubectl-leader/pkg/tunnel"
)

// outputMost is how much a command may write.
const outputMost = 8 << 20

// lastLines is how many lines of its log explain a failure.
const lastLines = 5

// evidence takes evidence from the leaders of a cluster.
type evidence struct {
	cluster *cluster
	finder  leader.Finder // but for what a check says itself
	dial    tunnel.Dialer
	// execProtocol is how exec reaches pods.
	execProtocol *tunnel.Protocol
	tell         func(string)
}

func (e *evidence) finderOf(spec check.Spec) *leader.Finder {
	finder := e.finder
	finder.Lock, finder.PodNamespace, finder.Renewals = spec.Lock, spec.Namespace, spec.Renewals()
	return &finder
}

func (e *evidence) Follow(ctx context.Context, spec check.Spec) (*leader.Stream, error) {
	return e.finderOf(spec).Follow(ctx, e.tell)
}

// Version asks what the role system:public-info-viewer allows to all.
func (e *evidence) Version(ctx context.Context) error {
	return e.cluster.kube.Core().Get().AbsPath("/version").Do(ctx).Error()
}

func (e *evidence) Dial(ctx context.Context, pod *corev1.Pod, port string) (net.Conn, error) {
	number, err := tunnel.Port{Remote: port}.RemoteNumber(pod)
	if err != nil {
		return nil, &check.Never{Err: err}
	}
	conn, err := tunnel.Connect(ctx, e.dial, pod, number)
	if tunnel.Denied(err) {
		return nil, &check.Never{Err: err}
	}
	return conn, err
}

func (e *evidence) Logs(ctx context.Context, stream *leader.Stream, logs check.Logs, out io.Writer, opened func()) error {
	tailer := &tail.Tailer{Pods: opening{e.cluster.kube, opened}, Clock: e.cluster.locks.Clock, Out: out, Notice: func(string) {}, Options: tail.Options{
		Container: logs.Container, AllContainers: logs.AllContainers, Since: logs.Since, SinceAcquired: logs.SinceAcquired,
		Tail: logs.Tail, Previous: logs.Previous,
	}}
	if !logs.SinceTime.IsZero() {
		tailer.SinceTime = &metav1.Time{Time: logs.SinceTime}
	}
	change, err := stream.WaitLeader(ctx)
	switch {
	case err != nil:
		return err
	case logs.Container != "" && !hasContainer(change.Pod, logs.Container):
		return &check.Never{Err: fmt.Errorf("pod %s/%s has no container named %q", change.Pod.Namespace, change.Pod.Name, logs.Container)}
	}
	// Whether the log can be read at all: what follows it tries again and again.
	last, err := e.cluster.kube.Logs(ctx, change.Pod, &corev1.PodLogOptions{
		Container: cmp.Or(logs.Container, defaultContainer(change.Pod)), Previous: logs.Previous, TailLines: ptr.To[int64](1),
	})
	if err == nil {
		last.Close() // that it is there is enough
	}
	switch {
	case err != nil:
	case logs.Previous:
		err = tailer.Snapshot(ctx, change.Status)
	default:
		err = tailer.Follow(ctx, stream)
	}
	if tunnel.Denied(err) || apierrors.IsBadRequest(err) && !tail.Waiting(err) {
		return &check.Never{Err: err} // a container that the pod does not have, for one
	}
	return err
}

// opening reads pods and tells when a log has been opened. Until then its silence says nothing: the
// node may be slow, or hang.
type opening struct {
	from   tail.Pods
	opened func()
}

func (o opening) Pods(namespace string) kube.Pods { return o.from.Pods(namespace) }

func (o opening) Logs(ctx context.Context, pod *corev1.Pod, opts *corev1.PodLogOptions) (io.ReadCloser, error) {
	log, err := o.from.Logs(ctx, pod, opts)
	if err == nil {
		o.opened()
	}
	return log, err
}

// defaultContainer is the one that kubectl takes.
func defaultContainer(pod *corev1.Pod) string {
	if name := pod.Annotations["kubectl.kubernetes.io/default-container"]; name != "" {
		return name
	}
	return pod.Spec.Containers[0].Name
}

func hasContainer(pod *corev1.Pod, name string) bool {
	called := func(c corev1.Container) bool { return c.Name == name }
	return slices.ContainsFunc(pod.Spec.Containers, called) || slices.ContainsFunc(pod.Spec.InitContainers, called) ||
		slices.ContainsFunc(pod.Spec.EphemeralContainers, func(c corev1.EphemeralContainer) bool { return c.Name == name })
}

func (e *evidence) LastLines(ctx context.Context, pod *corev1.Pod) ([]string, error) {
	log, err := e.cluster.kube.Logs(ctx, pod, &corev1.PodLogOptions{TailLines: ptr.To[int64](lastLines), LimitBytes: ptr.To[int64](64 << 10)})
	if err != nil {
		return nil, err
	}
	defer log.Close() // read-only
	text, err := io.ReadAll(log)
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimRight(string(text), "\n"), "\n"), nil
}

func (e *evidence) Delete(ctx context.Context, pod *corev1.Pod) error {
	if err := e.cluster.kube.DeletePod(ctx, pod); err != nil {
		return fmt.Errorf("pod %s/%s, which leads: %w", pod.Namespace, pod.Name, err)
	}
	return nil
}

func (e *evidence) Exec(ctx context.Context, pod *corev1.Pod, run check.Exec) ([]byte, int, error) {
	request := e.cluster.kube.Exec(pod, &corev1.PodExecOptions{Container: run.Container, Command: run.Command, Stdout: true, Stderr: true})
	out := &bounded{}
	ended := make(chan error, 1)
	go func() {
		ended <- e.execProtocol.Upgrade(func() error {
			return stream(ctx, out)(remotecommand.NewWebSocketExecutor(e.cluster.config, http.MethodGet, request.URL().String()))
		}, func() error {
			return stream(ctx, out)(newSPDYExecutor(e.cluster.config, request.URL()))
		})
	}()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done(): // a WebSocket handshake keeps to the context's deadline alone, and its answer may never come
		return nil, 0, context.Cause(ctx)
	}
	var exit exec.CodeExitError
	switch {
	case out.full:
		return nil, 0, &check.Never{Err: fmt.Errorf("the command writes more than %d MiB, which is too much to judge", outputMost>>20)}
	case errors.As(err, &exit):
		return out.buffer.Bytes(), exit.Code, nil
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err), apierrors.IsBadRequest(err):
		return nil, 0, &check.Never{Err: fmt.Errorf("pod %s/%s: %w", pod.Namespace, pod.Name, err)}
	case err != nil:
		return nil, 0, fmt.Errorf("pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	return out.buffer.Bytes(), 0, nil
}

// stream runs the command of an executor, once that is made.
func stream(ctx context.Context, out io.Writer) func(remotecommand.Executor, error) error {
	return func(executor remotecommand.Executor, err error) error {
		if err != nil {
			return err
		}
		return executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: out, Stderr: out})
	}
}

func newSPDYExecutor(config *rest.Config, url *url.URL) (remotecommand.Executor, error) {
	transport, upgrader, err := tunnel.RoundTripperFor(config)
	if err != nil {
		return nil, err
	}
	return remotecommand.NewSPDYExecutorForTransports(transport, upgrader, http.MethodPost, url)
}

// bounded keeps what a command writes, up to a limit.
type bounded struct {
	mu     sync.Mutex // stdout and stderr are written at the same time
	buffer bytes.Buffer
	full   bool
}

var errOutputFull = errors.New("too much output")

func (b *bounded) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full = b.full || b.buffer.Len()+len(p) > outputMost; b.full {
		return 0, errOutputFull
	}
	return b.buffer.Write(p)
}
