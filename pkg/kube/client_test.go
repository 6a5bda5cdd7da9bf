package kube_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/scheme"
	coordinationclient "k8s.io/client-go/kubernetes/typed/coordination/v1"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"

	"github.com/kubectl-leader/kubectl-leader/pkg/kube"
)

// server answers every request with one answer, and keeps what it was asked.
type server struct {
	status int
	answer []byte
	asked  request
}

type request struct {
	Method, URI, Accept, ContentType, Agent, Body string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a body cut short differs
	s.asked = request{r.Method, r.URL.RequestURI(), r.Header.Get("Accept"), r.Header.Get("Content-Type"), r.UserAgent(), string(body)}
	w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf")
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	w.Write(s.answer)
}

func (s *server) config(t *testing.T) *rest.Config {
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	config := &rest.Config{Host: listening.URL, UserAgent: "test"}
	config.AcceptContentTypes, config.ContentType = "application/vnd.kubernetes.protobuf,application/json", "application/vnd.kubernetes.protobuf"
	return config
}

func client(t *testing.T, config *rest.Config) *kube.Client {
	c, err := kube.New(config, http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// protobuf writes an object, which has its kind, as a server of Kubernetes does.
func protobuf(t *testing.T, object runtime.Object) []byte {
	info, _ := runtime.SerializerInfoForMediaType(scheme.Codecs.SupportedMediaTypes(), "application/vnd.kubernetes.protobuf")
	data, err := runtime.Encode(info.Serializer, object)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSendsWhatClientGoSends(t *testing.T) {
	seen := &server{status: http.StatusTeapot}
	config := seen.config(t)
	ours := client(t, config)
	core, err := coreclient.NewForConfigAndClient(config, http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	coordination, err := coordinationclient.NewForConfigAndClient(config, http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "op-0", UID: "1"}}
	list := metav1.ListOptions{FieldSelector: "metadata.name=op", LabelSelector: "a in (b,c)", ResourceVersion: "7", Limit: 500, Continue: "x",
		TimeoutSeconds: ptr.To[int64](300), AllowWatchBookmarks: true, SendInitialEvents: ptr.To(true), ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan}
	logs := &corev1.PodLogOptions{Container: "c", Follow: true, TailLines: ptr.To[int64](3), SinceTime: &metav1.Time{}, Timestamps: true, InsecureSkipTLSVerifyBackend: true}
	only := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &pod.UID}}
	exec := &corev1.PodExecOptions{Container: "c", Command: []string{"sh", "-c", "a & b"}, Stdout: true, Stderr: true}
	for name, send := range map[string]struct{ theirs, ours func() }{
		"get a Lease":  {func() { coordination.Leases("ops").Get(ctx, "op", metav1.GetOptions{}) }, func() { ours.Leases("ops").Get(ctx, "op", metav1.GetOptions{}) }},
		"list Leases":  {func() { coordination.Leases("").List(ctx, list) }, func() { ours.Leases("").List(ctx, list) }},
		"watch Leases": {func() { coordination.Leases("ops").Watch(ctx, list) }, func() { ours.Leases("ops").Watch(ctx, list) }},
		"get a Pod":    {func() { core.Pods("ops").Get(ctx, "op-0", metav1.GetOptions{}) }, func() { ours.Pods("ops").Get(ctx, "op-0", metav1.GetOptions{}) }},
		"list Pods":    {func() { core.Pods("ops").List(ctx, list) }, func() { ours.Pods("ops").List(ctx, list) }},
		"Pods as sent": {func() { core.Pods("").List(ctx, metav1.ListOptions{Limit: 5}) }, func() { ours.PodsAsSent(ctx, "", metav1.ListOptions{Limit: 5}) }},
		"watch Pods":   {func() { core.Pods("").Watch(ctx, list) }, func() { ours.Pods("").Watch(ctx, list) }},
		"get a Node":   {func() { core.Nodes().Get(ctx, "n", metav1.GetOptions{}) }, func() { ours.Nodes().Get(ctx, "n", metav1.GetOptions{}) }},
		"list Nodes":   {func() { core.Nodes().List(ctx, list) }, func() { ours.Nodes().List(ctx, list) }},
		"read a log":   {func() { core.Pods("ops").GetLogs("op-0", logs).Stream(ctx) }, func() { ours.Logs(ctx, pod, logs) }},
		"delete a Pod": {func() { core.Pods("ops").Delete(ctx, "op-0", only) }, func() { ours.DeletePod(ctx, pod) }},
		"run a command": {func() {
			core.RESTClient().Post().Resource("pods").Namespace("ops").Name("op-0").SubResource("exec").VersionedParams(exec, scheme.ParameterCodec).Do(ctx)
		}, func() { ours.Exec(pod, exec).Do(ctx) }},
	} {
		t.Run(name, func(t *testing.T) {
			send.theirs()
			want := seen.asked
			seen.asked = request{}
			send.ours()
			if diff := cmp.Diff(want, seen.asked); diff != "" || want.Method == "" {
				t.Error("theirs (-), ours (+):\n", diff)
			}
		})
	}
}

func TestReads(t *testing.T) {
	seen := &server{}
	ours := client(t, seen.config(t))
	seen.answer = protobuf(t, &coordinationv1.Lease{TypeMeta: metav1.TypeMeta{APIVersion: "coordination.k8s.io/v1", Kind: "Lease"}, Spec: coordinationv1.LeaseSpec{HolderIdentity: ptr.To("op-0")}})
	lease, err := ours.Leases("ops").Get(t.Context(), "op", metav1.GetOptions{})
	if err != nil || *lease.Spec.HolderIdentity != "op-0" {
		t.Errorf("lease %v, %v", lease, err)
	}
	seen.status, seen.answer = http.StatusNotFound, protobuf(t, &metav1.Status{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
		Status: metav1.StatusFailure, Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound, Message: "no such pod"})
	if _, err = ours.Pods("ops").Get(t.Context(), "op-0", metav1.GetOptions{}); !apierrors.IsNotFound(err) || err.Error() != "no such pod" {
		t.Errorf("error %v", err)
	}
}

func TestMetadata(t *testing.T) {
	seen := &server{answer: []byte(`{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{"continue":"next"},"items":[{"metadata":{"name":"a"}}]}`)}
	config := seen.config(t)
	json := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.ServeHTTP(httptest.NewRecorder(), r)
		w.Header().Set("Content-Type", "application/json")
		w.Write(seen.answer)
	})
	listening := httptest.NewServer(json)
	defer listening.Close()
	config.Host = listening.URL + "/behind/a/proxy"
	ours := client(t, config)
	list, err := ours.Metadata(corev1.SchemeGroupVersion.WithResource("configmaps"), "ops").List(t.Context(), metav1.ListOptions{Limit: 5})
	if err != nil || len(list.Items) != 1 || list.Items[0].Name != "a" || list.Continue != "next" {
		t.Errorf("list %v, %v", list, err)
	}
	if want := "/behind/a/proxy/api/v1/namespaces/ops/configmaps?limit=5"; seen.asked.URI != want {
		t.Errorf("asked %s, want %s", seen.asked.URI, want)
	}
	seen.answer = []byte(`{"type":"ADDED","object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"b"}}}`)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	w, err := ours.Metadata(coordinationv1.SchemeGroupVersion.WithResource("leases"), "").Watch(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	event := <-w.ResultChan()
	if object, _ := event.Object.(*metav1.PartialObjectMetadata); event.Type != watch.Added || object == nil || object.Name != "b" {
		t.Errorf("event %v", event)
	}
	if want := "/behind/a/proxy/apis/coordination.k8s.io/v1/leases?watch=true"; seen.asked.URI != want {
		t.Errorf("asked %s, want %s", seen.asked.URI, want)
	}
}
