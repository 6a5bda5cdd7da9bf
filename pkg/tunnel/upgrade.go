package tunnel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	//lint:ignore SA1019 client-go declares its upgrader with this type
	spdystream "k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/client-go/util/exec"
	"k8s.io/streaming/pkg/httpstream"
)

// Protocol is how connections to a subresource of pods are upgraded: by WebSocket first, and by
// SPDY where the server or a gateway on the way cannot do that. It remembers which of them has
// worked. Safe for concurrent use.
type Protocol struct {
	subresource     string
	webSocket, spdy atomic.Bool // it has worked
}

// NewProtocol makes the Protocol of a subresource, such as exec. Without webSockets it is SPDY
// alone.
func NewProtocol(subresource string, webSockets bool) *Protocol {
	p := &Protocol{subresource: subresource}
	p.spdy.Store(!webSockets)
	return p
}

// Upgrade calls what upgrades a connection by WebSocket, by SPDY, or by one after the other, as
// kubectl does: whatever answer keeps WebSocket from being spoken may be a gateway's. Errors of a
// server that did not upgrade are what it said.
func (p *Protocol) Upgrade(overWebSocket, overSPDY func() error) error {
	if p.spdy.Load() {
		return p.said(overSPDY())
	}
	first := overWebSocket()
	switch {
	case !notUpgraded(first):
		if worked(first) {
			p.webSocket.Store(true)
		}
		return first
	case p.webSocket.Load() && ofPod(p.said(first)):
		return p.said(first)
	}
	second := overSPDY()
	if !notUpgraded(second) {
		if worked(second) {
			p.spdy.Store(true)
		}
		return second
	}
	if status := apierrors.APIStatus(nil); !errors.As(p.said(second), &status) && errors.As(p.said(first), &status) {
		return p.said(first) // what SPDY came to is a gateway's word at best
	}
	return p.said(second)
}

// notUpgraded reports that a handshake failed, so that nothing was sent to the pod.
func notUpgraded(err error) bool {
	return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
}

// worked reports that a connection was there: a command that ran to its end may have failed.
func worked(err error) bool {
	var exit exec.ExitError
	return err == nil || errors.As(err, &exit)
}

// ofPod reports an answer about the pod itself, where WebSocket is known to work: SPDY would get
// the same.
func ofPod(said error) bool {
	return apierrors.IsNotFound(said) || apierrors.IsInternalError(said) || apierrors.IsServiceUnavailable(said)
}

// said is what the server said when it did not upgrade a connection; any other error stays as it
// is.
//
// From Kubernetes 1.35 on a WebSocket is asked for with the verb get, and has to be allowed to
// create, too. A server that refuses that gives no reason (kubernetes/kubernetes
// pkg/registry/core/pod/rest/subresources.go ensureAuthorizedForVerb).
func (p *Protocol) said(err error) error {
	var upgrade *httpstream.UpgradeFailureError
	var status apierrors.APIStatus
	switch {
	case !errors.As(err, &upgrade):
		return err
	case !errors.As(upgrade.Cause, &status):
		return upgrade.Cause
	}
	said := status.Status()
	if apierrors.IsForbidden(upgrade.Cause) && said.Details != nil && strings.HasSuffix(said.Message, "is forbidden: ") {
		reason := fmt.Errorf("the user cannot create resource %q", said.Details.Kind+"/"+p.subresource)
		return apierrors.NewForbidden(schema.GroupResource{Resource: said.Details.Kind}, said.Details.Name, reason)
	}
	return upgrade.Cause
}

// RoundTripperFor is client-go's for SPDY, but for a server that does not upgrade the connection:
// the error is a *httpstream.UpgradeFailureError with the server's Status, if it sent one, and the
// socket is closed.
func RoundTripperFor(config *rest.Config) (http.RoundTripper, spdy.Upgrader, error) {
	transport, upgrader, err := spdy.RoundTripperFor(config)
	return transport, closingUpgrader{upgrader}, err
}

type closingUpgrader struct{ spdy.Upgrader }

// maxRefusalSize is how much of a refusal is read, in bytes.
const maxRefusalSize = 64 << 10

func (u closingUpgrader) NewConnection(resp *http.Response) (spdystream.Connection, error) {
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return u.Upgrader.NewConnection(resp)
	}
	defer u.closeSocket()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusalSize)) // that it did not upgrade is the failure
	resp.Body = io.NopCloser(bytes.NewReader(body))
	_, err := u.Upgrader.NewConnection(resp)
	var status metav1.Status
	if json.Unmarshal(body, &status) == nil && status.Kind == "Status" {
		err = &apierrors.StatusError{ErrStatus: status}
	}
	return nil, &httpstream.UpgradeFailureError{Cause: err}
}

// closeSocket closes the socket of a handshake that failed. client-go's upgrader alone has it,
// leaves it open until the garbage collector comes, and gives it away for nothing but a connection,
// so it is told that there is one.
func (u closingUpgrader) closeSocket() {
	upgraded := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"SPDY/3.1"}}
	if conn, err := u.Upgrader.NewConnection(&http.Response{StatusCode: http.StatusSwitchingProtocols, Header: upgraded, Body: http.NoBody}); err == nil {
		conn.Close() // nothing is on its way
	}
}
