package runner

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

// statusWriters is how many write to the API server at once.
const statusWriters = 8

// statusQueue writes the latest status of each pod, and deletes pods that have
// ended. It tries until it succeeds, so that an API server that is away for a
// while misses nothing that still counts.
type statusQueue struct {
	client kubernetes.Interface
	queue  workqueue.TypedRateLimitingInterface[types.UID]

	mu      sync.Mutex
	entries map[types.UID]*statusEntry
}

type statusEntry struct {
	namespace, name string
	status          *corev1.PodStatus // nil if there is nothing to write
	finished        bool              // delete the pod then
}

func newStatusQueue(client kubernetes.Interface) *statusQueue {
	limiter := workqueue.NewTypedItemExponentialFailureRateLimiter[types.UID](50*time.Millisecond, 2*time.Second)
	return &statusQueue{
		client:  client,
		queue:   workqueue.NewTypedRateLimitingQueue(limiter),
		entries: map[types.UID]*statusEntry{},
	}
}

// set queues a status; it replaces one that is not written yet.
func (q *statusQueue) set(object *corev1.Pod, status *corev1.PodStatus) { q.add(object, status, false) }

// finish queues a last status (or nil) and the pod's deletion.
func (q *statusQueue) finish(object *corev1.Pod, status *corev1.PodStatus) {
	q.add(object, status, true)
}

func (q *statusQueue) add(object *corev1.Pod, status *corev1.PodStatus, finished bool) {
	q.mu.Lock()
	entry := q.entries[object.UID]
	if entry == nil {
		entry = &statusEntry{namespace: object.Namespace, name: object.Name}
		q.entries[object.UID] = entry
	}
	if status != nil {
		entry.status = status
	}
	entry.finished = entry.finished || finished
	q.mu.Unlock()
	q.queue.Add(object.UID)
}

// forget drops what is queued for a pod that is gone.
func (q *statusQueue) forget(uid types.UID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.entries, uid)
}

// run writes until ctx ends.
func (q *statusQueue) run(ctx context.Context) {
	var writers sync.WaitGroup
	for range statusWriters {
		writers.Go(func() {
			for q.next(ctx) {
			}
		})
	}
	<-ctx.Done()
	q.queue.ShutDown()
	writers.Wait()
}

func (q *statusQueue) next(ctx context.Context) bool {
	uid, shutdown := q.queue.Get()
	if shutdown {
		return false
	}
	defer q.queue.Done(uid)
	err := q.write(ctx, uid)
	if err == nil || ctx.Err() != nil {
		q.queue.Forget(uid)
		return true
	}
	klog.Infof("status of pod %s: %v", uid, err)
	q.queue.AddRateLimited(uid)
	return true
}

func (q *statusQueue) write(ctx context.Context, uid types.UID) error {
	q.mu.Lock()
	entry := q.entries[uid]
	if entry == nil {
		q.mu.Unlock()
		return nil
	}
	now := *entry
	q.mu.Unlock()

	err := q.patch(ctx, uid, now)
	if err == nil && now.finished {
		err = q.delete(ctx, uid, now)
	}
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) { // gone, or another of that name
		err = nil
	}
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if *entry == now { // else a newer one is queued
		delete(q.entries, uid)
	}
	return nil
}

func (q *statusQueue) patch(ctx context.Context, uid types.UID, entry statusEntry) error {
	if entry.status == nil {
		return nil
	}
	patch, err := statusPatch(uid, entry.status)
	if err != nil {
		return err
	}
	_, err = q.client.CoreV1().Pods(entry.namespace).Patch(ctx, entry.name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
	return err
}

// statusPatch is a strategic merge patch, in which conditions merge by type:
// the scheduler's stays, and a reason that is no longer given has to be null.
// The list of containers is replaced as a whole.
func statusPatch(uid types.UID, status *corev1.PodStatus) ([]byte, error) {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(status)
	if err != nil {
		return nil, err
	}
	conditions, _ := fields["conditions"].([]any)
	for _, one := range conditions {
		if condition, ok := one.(map[string]any); ok && condition["reason"] == nil {
			condition["reason"] = nil
		}
	}
	return json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": uid}, // of this pod alone
		"status":   fields,
	})
}

func (q *statusQueue) delete(ctx context.Context, uid types.UID, entry statusEntry) error {
	now := int64(0)
	return q.client.CoreV1().Pods(entry.namespace).Delete(ctx, entry.name, metav1.DeleteOptions{
		GracePeriodSeconds: &now,
		Preconditions:      &metav1.Preconditions{UID: &uid},
	})
}
