package tunnel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"
)

// Dialer opens a connection to a pod that port-forward streams can be created on.
type Dialer func(ctx context.Context, pod *corev1.Pod) (httpstream.Connection, error)

// dialWithin bounds a handshake, whose answer may never come: a node that hangs gives none.
const dialWithin = 30 * time.Second

// NewDialer makes the Dialer of a cluster: WebSocket first, SPDY where the server or a proxy on the way cannot do that.
func NewDialer(config *rest.Config, client rest.Interface) Dialer {
	return abandoning(func(ctx context.Context, pod *corev1.Pod) (httpstream.Connection, error) {
		// client-go's dialers take no context; the transport below them does, and WebSocket's keeps to its deadline alone.
		config := rest.CopyConfig(config)
		config.Wrap(func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(req *http.Request) (*http.Response, error) { return next.RoundTrip(req.WithContext(ctx)) })
		})
		url := client.Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("portforward").URL()
		transport, upgrader, err := RoundTripperFor(config)
		if err != nil {
			return nil, err
		}
		overSPDY := spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: transport}, http.MethodPost, url)
		overWebSocket, err := portforward.NewSPDYOverWebsocketDialerForStreaming(url, config)
		if err != nil {
			return nil, err
		}
		var first error
		conn, protocol, err := portforward.NewFallbackDialerForStreaming(overWebSocket, overSPDY, func(err error) bool {
			first = err
			return mayBeOtherwise(err)
		}).Dial(portforward.PortForwardProtocolV1Name)
		switch {
		case err != nil:
			return nil, cmp.Or(Refusal(err, "portforward"), Refusal(first, "portforward"), err)
		case protocol != portforward.PortForwardProtocolV1Name:
			conn.Close() // of no use
			return nil, fmt.Errorf("the server speaks %q, not %q", protocol, portforward.PortForwardProtocolV1Name)
		}
		return conn, nil
	})
}

// abandoning makes a Dialer end with its context, though the handshake below may go on until dialWithin is over. A connection
// that comes too late is closed.
func abandoning(dial Dialer) Dialer {
	type result struct {
		conn httpstream.Connection
		err  error
	}
	return func(ctx context.Context, pod *corev1.Pod) (httpstream.Connection, error) {
		results := make(chan result)
		go func() {
			bounded, cancel := context.WithTimeout(ctx, dialWithin)
			defer cancel()
			conn, err := dial(bounded, pod)
			select {
			case results <- result{conn, err}:
			case <-ctx.Done():
				if err == nil {
					conn.Close() // nobody has used it
				}
			}
		}()
		select {
		case r := <-results:
			return r.conn, r.err
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// mayBeOtherwise reports that SPDY may do where WebSocket has failed: the server or a proxy does not know it, or the rule for it is
// another one. What the server says of the pod itself it says to both, and each try that fails costs: client-go leaves SPDY's
// connection open then, until the garbage collector comes.
func mayBeOtherwise(err error) bool {
	refusal := Refusal(err, "portforward")
	if apierrors.IsNotFound(refusal) || apierrors.IsInternalError(refusal) || apierrors.IsServiceUnavailable(refusal) {
		return false
	}
	return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
}

// Refusal is what the server said when it did not upgrade a connection to a subresource of a pod, nil if it did not say.
//
// From Kubernetes 1.35 on a WebSocket is asked for with the verb get, and has to be allowed to create, too. A server that
// refuses that gives no reason (kubernetes/kubernetes pkg/registry/core/pod/rest/subresources.go ensureAuthorizedForVerb).
func Refusal(err error, subresource string) error {
	var upgrade *httpstream.UpgradeFailureError
	var status apierrors.APIStatus
	if !errors.As(err, &upgrade) || !errors.As(upgrade.Cause, &status) {
		return nil
	}
	said := status.Status()
	if apierrors.IsForbidden(upgrade.Cause) && said.Details != nil && strings.HasSuffix(said.Message, "is forbidden: ") {
		reason := fmt.Errorf("the user cannot create resource %q", said.Details.Kind+"/"+subresource)
		return apierrors.NewForbidden(schema.GroupResource{Resource: said.Details.Kind}, said.Details.Name, reason)
	}
	return upgrade.Cause
}

// Denied reports an error of a Dialer that another attempt cannot mend.
func Denied(err error) bool { return apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) }

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
