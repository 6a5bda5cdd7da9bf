package tunnel

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"go.uber.org/goleak"

	"github.com/kubectl-leader/kubectl-leader/pkg/kube"
)

// A node that hangs never answers the handshake. Who dials is told the end of the context all the same, and at once.
func TestDialEndsWithItsContext(t *testing.T) {
	leak := goleak.IgnoreCurrent()
	asked, over := make(chan struct{}), make(chan struct{})
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(asked); <-over }))
	config := &rest.Config{Host: server.URL, TLSClientConfig: rest.TLSClientConfig{Insecure: true}}
	client, err := kube.New(config, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := NewDialer(config, client.Core(), NewProtocol("portforward", true))(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "op-0"}})
		ended <- err
	}()
	<-asked
	gone := errors.New("the leader has changed")
	stop(gone)
	select {
	case err := <-ended:
		if !errors.Is(err, gone) {
			t.Errorf("got %v, want %v", err, gone)
		}
	case <-time.After(20 * time.Second):
		t.Error("dialling goes on")
	}
	close(over)
	server.CloseClientConnections()
	server.Close()
	goleak.VerifyNone(t, leak)
}

// A server or a proxy that knows no WebSocket says so to the first try. What counts is what it says
// to the second.
func TestDenialOverSPDY(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodGet {
			http.Error(w, "no WebSocket here", http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"op-0\" is forbidden: User \"who\" cannot create resource \"pods/portforward\"","reason":"Forbidden","code":403}`)
	}))
	defer server.Close()
	config := &rest.Config{Host: server.URL, TLSClientConfig: rest.TLSClientConfig{Insecure: true}}
	client, err := kube.New(config, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewDialer(config, client.Core(), NewProtocol("portforward", true))(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "op-0"}})
	if !Denied(err) || !strings.Contains(err.Error(), `"who" cannot create resource "pods/portforward"`) {
		t.Errorf("got %v, want the denial", err)
	}
}
