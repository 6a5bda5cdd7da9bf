package leader

import (
	"context"
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

// podPage is a page of pods that is being received.
type podPage struct {
	*identity.Pods
	stream io.Closer
}

// podsAhead is how many pages may be on their way before they are looked at. They wait as they are sent, compressed.
const podsAhead = 8

// eachPod hands pod after pod of a namespace to visit, which may keep them.
func eachPod(ctx context.Context, pods PodSource, namespace string, visit func(*corev1.Pod)) error {
	ctx, stop := context.WithCancel(ctx)
	pages := make(chan podPage, podsAhead)
	var failed error // valid once pages is closed
	go func() {
		defer close(pages)
		failed = election.EachPage(ctx, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (string, error) {
			page, err := openPage(ctx, pods, namespace, opts)
			if err != nil {
				return "", err
			}
			next := page.Continue() // before the page is another's
			select {
			case pages <- page:
				return next, nil
			case <-ctx.Done():
				page.stream.Close() // read-only
				return "", context.Cause(ctx)
			}
		})
	}()
	var broken error
	for page := range pages { // to their end, so that nothing of it goes on
		if broken == nil {
			broken = page.each(visit)
		}
		page.stream.Close() // read-only
		if broken != nil {
			stop()
		}
	}
	stop()
	if broken != nil {
		return broken // the reading was ended for it
	}
	return failed
}

func (p podPage) each(visit func(*corev1.Pod)) error {
	for {
		pod, err := p.Next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		visit(pod)
	}
}

func openPage(ctx context.Context, pods PodSource, namespace string, opts metav1.ListOptions) (podPage, error) {
	stream, err := pods.PodsAsSent(ctx, namespace, opts)
	if err != nil {
		return podPage{}, err
	}
	page, err := identity.ReadPods(stream)
	if err != nil {
		stream.Close() // read-only
		return podPage{}, err
	}
	return podPage{page, stream}, nil
}
