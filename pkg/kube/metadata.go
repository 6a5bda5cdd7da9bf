package kube

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
)

// Metadata lists and watches objects without their content.
type Metadata interface {
	List(ctx context.Context, opts metav1.ListOptions) (*metav1.PartialObjectMetadataList, error)
	Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error)
}

type metadata struct {
	kind      schema.GroupVersionResource
	namespace string // "" for all
	client    rest.Interface
	params    runtime.ParameterCodec
}

func (m metadata) List(ctx context.Context, opts metav1.ListOptions) (*metav1.PartialObjectMetadataList, error) {
	list := &metav1.PartialObjectMetadataList{}
	err := m.get("PartialObjectMetadataList", opts).Do(ctx).Into(list)
	return list, err
}

func (m metadata) Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error) {
	opts.Watch = true
	return m.get("PartialObjectMetadata", opts).Timeout(timeout(opts)).Watch(ctx)
}

// get asks for the objects as another kind, which has their metadata alone.
func (m metadata) get(as string, opts metav1.ListOptions) *rest.Request {
	path := []string{"apis", m.kind.Group, m.kind.Version}
	if m.kind.Group == "" {
		path = []string{"api", m.kind.Version}
	}
	if m.namespace != metav1.NamespaceAll {
		path = append(path, "namespaces", m.namespace)
	}
	form := fmt.Sprintf("as=%s;g=%s;v=%s", as, metav1.GroupName, metav1.SchemeGroupVersion.Version)
	return m.client.Get().AbsPath(append(path, m.kind.Resource)...).
		SetHeader("Accept", "application/vnd.kubernetes.protobuf;"+form+",application/json;"+form).
		SpecificallyVersionedParams(&opts, m.params, schema.GroupVersion{Version: "v1"})
}
