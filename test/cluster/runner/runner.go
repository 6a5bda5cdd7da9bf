// Package runner does the kubelet's part for the nodes of the cluster: it runs
// the operators of the pods that are bound to a node as processes, reports
// their state, and serves their logs, ports and exec to the API server.
package runner

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
	"github.com/kubectl-leader/kubectl-leader/test/cluster/process"
)

// Runner is the kubelet of all nodes.
type Runner struct {
	client    kubernetes.Interface
	config    *rest.Config
	dir       cluster.Dir
	operator  string // path of the demo operator's binary
	addresses *addresses
	ports     *portPool
	statuses  *statusQueue

	workers sync.WaitGroup
	mu      sync.Mutex
	pods    map[types.UID]*pod
}

// New returns a runner that executes operator, the binary, for the image of
// the demo operator.
func New(config *rest.Config, dir cluster.Dir, operator string) (*Runner, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return &Runner{
		client:    client,
		config:    config,
		dir:       dir,
		operator:  operator,
		addresses: newAddresses(),
		ports:     newPortPool(),
		statuses:  newStatusQueue(client),
		pods:      map[types.UID]*pod{},
	}, nil
}

// Run works until ctx ends; then it ends the operators, as a node that fails.
func (r *Runner) Run(ctx context.Context) error {
	// Of a runner that was killed: nobody reads their output any more.
	if err := process.KillAll(ctx, r.dir.Pods()+string(filepath.Separator)); err != nil {
		return fmt.Errorf("end the operators of an earlier runner: %w", err)
	}
	r.workers.Go(func() { r.statuses.run(ctx) })

	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { r.observe(ctx, object.(*corev1.Pod)) },
		UpdateFunc: func(_, object any) { r.observe(ctx, object.(*corev1.Pod)) },
		DeleteFunc: r.deleted,
	}
	informer := newPodInformer(r.client)
	if _, err := informer.AddEventHandler(handler); err != nil {
		return err
	}
	informer.RunWithContext(ctx)
	r.workers.Wait()
	return nil
}

// observe takes a pod as the API server has it now. The informer calls it and
// deleted one after the other.
func (r *Runner) observe(ctx context.Context, object *corev1.Pod) {
	if known := r.byUID(object.UID); known != nil {
		known.observe(object)
		return
	}
	finished := object.Status.Phase == corev1.PodSucceeded || object.Status.Phase == corev1.PodFailed
	switch {
	case object.DeletionTimestamp != nil && (finished || !runsProcess(object)):
		r.statuses.finish(object, nil)
	case finished:
	case !runsProcess(object):
		r.addresses.keep(object.UID, object.Status.PodIP)
		if object.Status.Phase == corev1.PodPending {
			r.statuses.set(object, idleStatus(object, r.addresses.of(object.UID), metav1.Now()))
		}
	default:
		r.addresses.keep(object.UID, object.Status.PodIP)
		p := newPod(ctx, r, object)
		r.mu.Lock()
		r.pods[object.UID] = p
		r.mu.Unlock()
		p.observe(object)
		r.workers.Go(p.run)
	}
}

// deleted takes a pod that the API server has no more.
func (r *Runner) deleted(object any) {
	if unknown, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = unknown.Obj
	}
	gone, ok := object.(*corev1.Pod)
	if !ok {
		return
	}
	r.statuses.forget(gone.UID)
	r.addresses.free(gone.UID)
	r.mu.Lock()
	p := r.pods[gone.UID]
	delete(r.pods, gone.UID)
	r.mu.Unlock()
	if p != nil {
		p.kill() // deleted by force, or just done
	}
}

func (r *Runner) byUID(uid types.UID) *pod {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pods[uid]
}

// byName returns the newest pod of that name, or nil.
func (r *Runner) byName(namespace, name string) *pod {
	r.mu.Lock()
	defer r.mu.Unlock()
	var newest *pod
	for _, p := range r.pods {
		if p.object.Namespace != namespace || p.object.Name != name {
			continue
		}
		if newest == nil || newest.object.CreationTimestamp.Before(&p.object.CreationTimestamp) {
			newest = p
		}
	}
	return newest
}

// runsProcess tells whether a container of the pod is a process here; other
// pods exist in the API alone.
func runsProcess(object *corev1.Pod) bool {
	for _, one := range object.Spec.Containers {
		if one.Image == cluster.OperatorImage {
			return true
		}
	}
	return false
}
