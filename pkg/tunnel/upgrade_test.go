package tunnel

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/exec"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/kubectl-leader/kubectl-leader/pkg/kube"
)

// refusedBy is a handshake that the server, or a gateway, answers with a Status.
func refusedBy(code int32, message string) error {
	reasons := map[int32]metav1.StatusReason{
		403: metav1.StatusReasonForbidden, 404: metav1.StatusReasonNotFound, 500: metav1.StatusReasonInternalError, 503: metav1.StatusReasonServiceUnavailable,
	}
	return &httpstream.UpgradeFailureError{Cause: &apierrors.StatusError{ErrStatus: metav1.Status{Code: code, Reason: reasons[code], Message: message}}}
}

func TestWorkingProtocolIsRemembered(t *testing.T) {
	for _, first := range []error{
		refusedBy(400, ""), refusedBy(403, ""), refusedBy(404, ""), refusedBy(500, ""), refusedBy(501, ""), refusedBy(503, ""),
		&httpstream.UpgradeFailureError{Cause: errors.New("bad handshake")}, errors.New("proxy: unknown scheme: https"),
	} {
		for _, second := range []error{nil, exec.CodeExitError{Err: errors.New("exit code 3"), Code: 3}} {
			p := NewProtocol("exec", true)
			webSockets, spdys := 0, 0
			for range 3 {
				err := p.Upgrade(func() error { webSockets++; return first }, func() error { spdys++; return second })
				if err != second {
					t.Errorf("%v: got %v, want SPDY's %v", first, err, second)
				}
			}
			if webSockets != 1 || spdys != 3 {
				t.Errorf("%v: %d tries by WebSocket and %d by SPDY, want 1 and 3", first, webSockets, spdys)
			}
		}
	}
}

func TestWhatTheServerSaysOfThePodIsNotAskedTwice(t *testing.T) {
	p := NewProtocol("portforward", true)
	never := func() error { t.Error("SPDY was tried"); return nil }
	if err := p.Upgrade(func() error { return nil }, never); err != nil {
		t.Fatal(err)
	}
	if err := p.Upgrade(func() error { return refusedBy(404, `pods "op-0" not found`) }, never); !apierrors.IsNotFound(err) {
		t.Errorf("got %v", err)
	}
}

func TestWithoutWebSockets(t *testing.T) {
	p := NewProtocol("portforward", false)
	if err := p.Upgrade(func() error { t.Error("WebSocket was tried"); return nil }, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// TestSPDYStaysRemembered: a dial that began before another one found out what works may end after
// it, and fail.
func TestSPDYStaysRemembered(t *testing.T) {
	p, fault := NewProtocol("portforward", true), errors.New("connection reset")
	refused := func() error { return refusedBy(400, "") }
	if err := p.Upgrade(refused, func() error {
		if err := p.Upgrade(refused, func() error { return nil }); err != nil {
			t.Error(err)
		}
		return fault
	}); err != fault {
		t.Errorf("got %v", err)
	}
	if err := p.Upgrade(func() error { t.Error("WebSocket was tried again"); return nil }, func() error { return nil }); err != nil {
		t.Error(err)
	}
}

func TestNetworkFaultIsNoReasonForSPDY(t *testing.T) {
	p, fault := NewProtocol("portforward", true), errors.New("connection refused")
	if err := p.Upgrade(func() error { return fault }, func() error { t.Error("SPDY was tried"); return nil }); err != fault {
		t.Errorf("got %v", err)
	}
	spdy := false
	if err := p.Upgrade(func() error { return refusedBy(503, "") }, func() error { spdy = true; return nil }); err != nil || !spdy {
		t.Errorf("WebSocket was taken to work: %v", err)
	}
}

func TestDenied(t *testing.T) {
	p := NewProtocol("exec", true)
	forbidden := apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "op-0", nil)
	if !Denied(p.said(&httpstream.UpgradeFailureError{Cause: forbidden})) {
		t.Error("the server's denial was not understood")
	}
	mute := p.said(&httpstream.UpgradeFailureError{Cause: apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "op-0", errors.New(""))})
	if !Denied(mute) || !strings.Contains(mute.Error(), `cannot create resource "pods/exec"`) {
		t.Errorf("a refusal without a reason is about create, and not %v", mute)
	}
	if Denied(errors.New("connection refused")) || Denied(p.said(&httpstream.UpgradeFailureError{Cause: errors.New("bad handshake")})) {
		t.Error("trying again could mend these")
	}
}

// TestRefusedHandshakesLeaveNoSocket: client-go leaves those of SPDY open until the garbage
// collector comes.
func TestRefusedHandshakesLeaveNoSocket(t *testing.T) {
	const tries = 5
	closed := make(chan struct{}, 4*tries)
	opened := make(chan struct{}, 4*tries)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","message":"not through here","code":403}`) // the client tells
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			opened <- struct{}{}
		case http.StateClosed:
			closed <- struct{}{}
		}
	}
	server.Start()
	defer server.Close()
	config := &rest.Config{Host: server.URL}
	client, err := kube.New(config, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	dial := NewDialer(config, client.Core(), NewProtocol("portforward", true))
	for range tries {
		if _, err := dial(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "op-0"}}); !Denied(err) {
			t.Errorf("got %v, want the refusal", err)
		}
	}
	for n := range 2 * tries {
		<-opened
		select {
		case <-closed:
		case <-time.After(20 * time.Second):
			t.Fatalf("%d of %d sockets are still open", 2*tries-n, 2*tries)
		}
	}
}
