package election

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"github.com/kubectl-leader/kubectl-leader/pkg/kube"
)

// Client reads locks: Leases, which is nearly all of them, with their own types, and the other kinds as they come.
type Client struct {
	Leases  LeasesGetter
	Dynamic dynamic.Interface
	// Metadata reads objects without their content.
	Metadata MetadataGetter
	Clock    *ServerClock
}

// LeasesGetter reads the Leases of a namespace, of all with the empty one.
type LeasesGetter interface {
	Leases(namespace string) kube.Leases
}

// MetadataGetter reads the metadata of objects of a kind, in a namespace or in all with the empty one.
type MetadataGetter interface {
	Metadata(kind schema.GroupVersionResource, namespace string) kube.Metadata
}

// Read reads a lock once, in one request. A lock that does not exist is a reading, not an error; errors are the
// server's, wrapped with the lock's name, or FromObject's.
func (c Client) Read(ctx context.Context, ref Ref) (Lock, error) {
	if ref.kind() == Lease {
		lease, err := c.Leases.Leases(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			return FromLease(ref, nil), nil
		case err != nil:
			return Lock{}, fmt.Errorf("%s: %w", ref, err)
		}
		return FromLease(ref, lease), nil
	}
	object, err := c.Objects(ref).Get(ctx, ref.Name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return FromObject(ref, nil, time.Time{})
	case err != nil:
		return Lock{}, fmt.Errorf("%s: %w", ref, err)
	}
	return FromObject(ref, object, c.Clock.Now())
}

// Objects reads and watches the objects of a lock's kind in its namespace.
func (c Client) Objects(ref Ref) Objects {
	if ref.kind().Cluster {
		return Objects{c.Dynamic.Resource(ref.kind().Resource)}
	}
	return Objects{c.Dynamic.Resource(ref.kind().Resource).Namespace(ref.Namespace)}
}

// Objects is a dynamic client with the methods of the typed ones.
type Objects struct{ resource dynamic.ResourceInterface }

// Get reads one object.
func (o Objects) Get(ctx context.Context, name string, opts metav1.GetOptions) (*unstructured.Unstructured, error) {
	return o.resource.Get(ctx, name, opts)
}

// List reads the objects.
func (o Objects) List(ctx context.Context, opts metav1.ListOptions) (*unstructured.UnstructuredList, error) {
	return o.resource.List(ctx, opts)
}

// Watch watches the objects.
func (o Objects) Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error) {
	return o.resource.Watch(ctx, opts)
}
