package runner

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// retryPause is the pause between two tries to reach the API server.
const retryPause = 200 * time.Millisecond

// newPodInformer watches the pods that are bound to a node. It comes back soon
// after an API server that was away: the reflector by itself would pause for
// up to a minute then, and not even end meanwhile.
func newPodInformer(client kubernetes.Interface) cache.SharedIndexInformer {
	pods := client.CoreV1().Pods(metav1.NamespaceAll)
	source := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			options.FieldSelector = "spec.nodeName!="
			return untilReached(ctx, func() (runtime.Object, error) { return pods.List(ctx, options) })
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			options.FieldSelector = "spec.nodeName!="
			return untilReached(ctx, func() (watch.Interface, error) { return pods.Watch(ctx, options) })
		},
	}
	return cache.NewSharedIndexInformer(source, &corev1.Pod{}, 0, nil)
}

// untilReached repeats do until the API server answers, be it with an error
// about the request itself.
func untilReached[T any](ctx context.Context, do func() (T, error)) (T, error) {
	ticker := time.NewTicker(retryPause)
	defer ticker.Stop()
	for {
		result, err := do()
		if !unreachable(err) {
			return result, err
		}
		select {
		case <-ctx.Done():
			return result, ctx.Err()
		case <-ticker.C:
		}
	}
}

// unreachable tells whether the API server is away, or so young that it knows
// no rights yet.
func unreachable(err error) bool {
	return err != nil && (apierrors.ReasonForError(err) == metav1.StatusReasonUnknown ||
		apierrors.IsServiceUnavailable(err) || apierrors.IsTimeout(err) || apierrors.IsUnauthorized(err) || apierrors.IsForbidden(err))
}
