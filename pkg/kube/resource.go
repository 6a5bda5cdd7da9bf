// Package kube reads the few kinds of objects that this program knows by type. It has the methods of client-go's typed
// clients and sends what they send; they bring all kinds that Kubernetes has along, and to register those takes longer
// than a command that asks twice.
package kube

import (
	"context"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
)

// Reader reads and watches objects of one kind. Errors are the server's.
type Reader[T, L runtime.Object] interface {
	Get(ctx context.Context, name string, opts metav1.GetOptions) (T, error)
	List(ctx context.Context, opts metav1.ListOptions) (L, error)
	Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error)
}

// The kinds that are read by type.
type (
	Leases = Reader[*coordinationv1.Lease, *coordinationv1.LeaseList]
	Pods   = Reader[*corev1.Pod, *corev1.PodList]
	Nodes  = Reader[*corev1.Node, *corev1.NodeList]
)

type resource[T, L runtime.Object] struct {
	name      string
	namespace string // "" for all
	client    rest.Interface
	params    runtime.ParameterCodec
	newObject func() T
	newList   func() L
}

func (r resource[T, L]) get() *rest.Request {
	return r.client.Get().NamespaceIfScoped(r.namespace, r.namespace != metav1.NamespaceAll).Resource(r.name)
}

func (r resource[T, L]) Get(ctx context.Context, name string, opts metav1.GetOptions) (T, error) {
	object := r.newObject()
	err := r.get().Name(name).VersionedParams(&opts, r.params).Do(ctx).Into(object)
	return object, err
}

func (r resource[T, L]) List(ctx context.Context, opts metav1.ListOptions) (L, error) {
	list := r.newList()
	err := r.get().VersionedParams(&opts, r.params).Timeout(timeout(opts)).Do(ctx).Into(list)
	return list, err
}

func (r resource[T, L]) Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error) {
	opts.Watch = true
	return r.get().VersionedParams(&opts, r.params).Timeout(timeout(opts)).Watch(ctx)
}

// timeout is how long the server is asked to take, 0 if it is not.
func timeout(opts metav1.ListOptions) time.Duration {
	if opts.TimeoutSeconds == nil {
		return 0
	}
	return time.Duration(*opts.TimeoutSeconds) * time.Second
}
