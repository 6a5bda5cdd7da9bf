package leader

import (
	"bytes"
	"context"
	"fmt"
	"io"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
)

// PodSource reads pods, and lists of them as they are sent.
type PodSource interface {
	PodsGetter
	PodsAsSent(ctx context.Context, namespace string, opts metav1.ListOptions) (io.ReadCloser, error)
}

// podPage is a page of pods, and the memory that it is in.
type podPage struct {
	page *identity.Page
	body *bytes.Buffer
}

// eachPodPage hands page after page of a namespace's pods to visit. The next page is on its way while one is visited:
// that takes about as long as the server needs for it.
func eachPodPage(ctx context.Context, pods PodSource, namespace string, visit func([]corev1.Pod)) error {
	ctx, stop := context.WithCancel(ctx)
	answers, free := make(chan podPage), make(chan *bytes.Buffer, 2)
	free <- new(bytes.Buffer)
	free <- new(bytes.Buffer)
	var failed error // valid once answers is closed
	go func() {
		defer close(answers)
		failed = election.EachPage(ctx, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (string, error) {
			a := podPage{body: <-free}
			var err error
			if a.page, err = readPods(ctx, pods, namespace, opts, a.body); err != nil {
				free <- a.body // for another try
				return "", err
			}
			select {
			case answers <- a:
				return a.page.Continue(), nil
			case <-ctx.Done():
				return "", context.Cause(ctx)
			}
		})
	}()
	var broken error
	var buffer []byte
	for a := range answers {
		var page []corev1.Pod
		if broken == nil { // else it is about to end
			page, broken = a.page.Pods(&buffer)
		}
		free <- a.body
		if broken != nil {
			stop()
			continue
		}
		visit(page)
	}
	stop()
	if broken != nil {
		return broken // the reading was ended for it
	}
	return failed
}

// readPods reads one page into a buffer.
func readPods(ctx context.Context, pods PodSource, namespace string, opts metav1.ListOptions, body *bytes.Buffer) (*identity.Page, error) {
	stream, err := pods.PodsAsSent(ctx, namespace, opts)
	if err != nil {
		return nil, err
	}
	defer stream.Close() // read-only
	body.Reset()
	if _, err := body.ReadFrom(stream); err != nil {
		return nil, fmt.Errorf("list of pods: %w", err)
	}
	return identity.ReadPage(body.Bytes())
}
