package tail

import (
	"context"
	"fmt"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubectl/pkg/cmd/util/podcmd"
	"k8s.io/utils/ptr"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/kube"
)

// Options are kubectl's log options, and SinceAcquired.
type Options struct {
	// Container to read; "" for the pod's default. AllContainers reads all of them.
	Container     string
	AllContainers bool
	// Since, SinceTime and SinceAcquired say where to begin; at most one is set. SinceAcquired begins with the term.
	Since         time.Duration
	SinceTime     *metav1.Time
	SinceAcquired bool
	// Tail is how many lines of the first leader's log to begin with, nil for all.
	Tail *int64
	// LimitBytes ends the output after that many bytes, 0 for no limit.
	LimitBytes int64
	Previous   bool
	Timestamps bool
	Prefix     bool
	// IgnoreErrors goes on after an error that would end the output.
	IgnoreErrors                 bool
	InsecureSkipTLSVerifyBackend bool
	// MaxStreams is the most containers that are followed at a time.
	MaxStreams int
}

// Tailer prints the leader's logs.
type Tailer struct {
	Options
	Pods Pods
	// Clock is the API server's.
	Clock *election.ServerClock
	Out   io.Writer
	// Notice gets one line about where the logs come from, or what went wrong.
	Notice func(message string)
}

// Pods reads pods and their logs.
type Pods interface {
	Pods(namespace string) kube.Pods
	Logs(ctx context.Context, pod *corev1.Pod, opts *corev1.PodLogOptions) (io.ReadCloser, error)
}

// request translates the options for one container; where to begin is the caller's.
func (o Options) request(container string) *corev1.PodLogOptions {
	return &corev1.PodLogOptions{Container: container, InsecureSkipTLSVerifyBackend: o.InsecureSkipTLSVerifyBackend}
}

// begin sets where the first reading of a log begins. acquired is the term's acquireTime.
func (o Options) begin(request *corev1.PodLogOptions, acquired time.Time) {
	switch {
	case o.SinceAcquired:
		request.SinceTime = ptr.To(metav1.NewTime(acquired))
	case o.SinceTime != nil:
		request.SinceTime = o.SinceTime
	case o.Since != 0:
		request.SinceSeconds = ptr.To(int64((o.Since + time.Second - 1) / time.Second)) // whole seconds, and not none
	}
	request.TailLines = o.Tail
}

// containers are the names of the containers to read, by kubectl's rules for the default.
func (t *Tailer) containers(pod *corev1.Pod) ([]string, error) {
	if !t.AllContainers {
		container, err := podcmd.FindOrDefaultContainerByName(pod, t.Container, false, noticeWriter(t.Notice))
		if err != nil {
			return nil, err
		}
		return []string{container.Name}, nil
	}
	var names []string
	for _, c := range pod.Spec.InitContainers {
		names = append(names, c.Name)
	}
	for _, c := range pod.Spec.Containers {
		names = append(names, c.Name)
	}
	for _, c := range pod.Spec.EphemeralContainers {
		names = append(names, c.Name)
	}
	return names, nil
}

// open begins a log request.
func (t *Tailer) open(ctx context.Context, pod *corev1.Pod, request *corev1.PodLogOptions) (io.ReadCloser, error) {
	stream, err := t.Pods.Logs(ctx, pod, request)
	if err != nil {
		return nil, fmt.Errorf("logs of pod %s/%s, container %s: %w", pod.Namespace, pod.Name, request.Container, err)
	}
	return stream, nil
}

type noticeWriter func(string)

func (w noticeWriter) Write(p []byte) (int, error) {
	w(string(p))
	return len(p), nil
}
