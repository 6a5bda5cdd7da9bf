package kube

import (
	"context"
	"io"
	"net/http"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

// Client is a connection to an API server.
type Client struct {
	core, coordination rest.Interface
	params             runtime.ParameterCodec
}

// New makes a client that sends its requests with an HTTP client; nothing is sent yet.
func New(config *rest.Config, client *http.Client) (*Client, error) {
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	codecs := rest.CodecFactoryForGeneratedClient(scheme, serializer.NewCodecFactory(scheme)).WithoutConversion()
	of := func(path string, version schema.GroupVersion) (rest.Interface, error) {
		config := *config
		config.APIPath, config.GroupVersion, config.NegotiatedSerializer = path, &version, codecs
		return rest.RESTClientForConfigAndClient(&config, client)
	}
	core, err := of("/api", corev1.SchemeGroupVersion)
	if err != nil {
		return nil, err
	}
	coordination, err := of("/apis", coordinationv1.SchemeGroupVersion)
	if err != nil {
		return nil, err
	}
	return &Client{core: core, coordination: coordination, params: runtime.NewParameterCodec(scheme)}, nil
}

// newScheme knows what is sent and received: the objects, the options of the requests, errors and the events of watches.
// metav1.AddToGroupVersion would add conversions and kinds that none of the requests here needs.
func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	core, coordination := corev1.SchemeGroupVersion, coordinationv1.SchemeGroupVersion
	scheme.AddKnownTypes(core, &corev1.Pod{}, &corev1.PodList{}, &corev1.PodLogOptions{}, &corev1.PodExecOptions{}, &corev1.Node{}, &corev1.NodeList{})
	scheme.AddKnownTypes(coordination, &coordinationv1.Lease{}, &coordinationv1.LeaseList{})
	for _, version := range []schema.GroupVersion{core, coordination} {
		scheme.AddKnownTypes(version, &metav1.GetOptions{}, &metav1.ListOptions{}, &metav1.DeleteOptions{})
		scheme.AddKnownTypeWithName(version.WithKind(metav1.WatchEventKind), &metav1.WatchEvent{})
	}
	scheme.AddUnversionedTypes(metav1.Unversioned, &metav1.Status{})
	return scheme, metav1.AddMetaToScheme(scheme)
}

// Core sends requests to the core group.
func (c *Client) Core() rest.Interface { return c.core }

// Leases are those of a namespace, or of all.
func (c *Client) Leases(namespace string) Leases {
	return resource[*coordinationv1.Lease, *coordinationv1.LeaseList]{
		name: "leases", namespace: namespace, client: c.coordination, params: c.params,
		newObject: func() *coordinationv1.Lease { return new(coordinationv1.Lease) },
		newList:   func() *coordinationv1.LeaseList { return new(coordinationv1.LeaseList) },
	}
}

// Pods are those of a namespace, or of all.
func (c *Client) Pods(namespace string) Pods { return c.pods(namespace) }

func (c *Client) pods(namespace string) resource[*corev1.Pod, *corev1.PodList] {
	return resource[*corev1.Pod, *corev1.PodList]{
		name: "pods", namespace: namespace, client: c.core, params: c.params,
		newObject: func() *corev1.Pod { return new(corev1.Pod) },
		newList:   func() *corev1.PodList { return new(corev1.PodList) },
	}
}

// Nodes are all nodes.
func (c *Client) Nodes() Nodes {
	return resource[*corev1.Node, *corev1.NodeList]{
		name: "nodes", client: c.core, params: c.params,
		newObject: func() *corev1.Node { return new(corev1.Node) },
		newList:   func() *corev1.NodeList { return new(corev1.NodeList) },
	}
}

// Metadata is that of objects of any kind, of a namespace or of all.
func (c *Client) Metadata(kind schema.GroupVersionResource, namespace string) Metadata {
	return metadata{kind: kind, namespace: namespace, client: c.core, params: c.params}
}

// PodsAsSent lists pods, and returns the answer as the server sends it.
func (c *Client) PodsAsSent(ctx context.Context, namespace string, opts metav1.ListOptions) (io.ReadCloser, error) {
	return c.pods(namespace).get().VersionedParams(&opts, c.params).Stream(ctx)
}

// Logs begins to read the log of a container.
func (c *Client) Logs(ctx context.Context, pod *corev1.Pod, opts *corev1.PodLogOptions) (io.ReadCloser, error) {
	return c.pods(pod.Namespace).get().Name(pod.Name).SubResource("log").VersionedParams(opts, c.params).Stream(ctx)
}

// DeletePod deletes this pod, and no other one of its name.
func (c *Client) DeletePod(ctx context.Context, pod *corev1.Pod) error {
	only := &metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &pod.UID}}
	return c.core.Delete().Namespace(pod.Namespace).Resource("pods").Name(pod.Name).Body(only).Do(ctx).Error()
}

// Exec is the request that runs a command in a pod.
func (c *Client) Exec(pod *corev1.Pod, opts *corev1.PodExecOptions) *rest.Request {
	return c.core.Post().Namespace(pod.Namespace).Resource("pods").Name(pod.Name).SubResource("exec").VersionedParams(opts, c.params)
}
