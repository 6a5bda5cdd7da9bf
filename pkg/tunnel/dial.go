package tunnel

import (
	"context"
	"fmt"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"
)

// Dialer opens a connection to a pod that port-forward streams can be created on.
type Dialer func(ctx context.Context, pod *corev1.Pod) (httpstream.Connection, error)

// dialWithin bounds a handshake, whose answer may never come: a node that hangs gives none.
const dialWithin = 30 * time.Second

// NewDialer makes the Dialer of a cluster, which upgrades its connections by a Protocol.
func NewDialer(config *rest.Config, client rest.Interface, protocol *Protocol) Dialer {
	return abandoning(func(ctx context.Context, pod *corev1.Pod) (conn httpstream.Connection, err error) {
		// client-go's dialers take no context; the transport below them does, and WebSocket's keeps
		// to its deadline alone. It is below the plugin for credentials, too, whose time is not
		// bounded.
		config := rest.CopyConfig(config)
		config.Wrap(func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(req *http.Request) (*http.Response, error) {
				ctx, cancel := context.WithTimeout(ctx, dialWithin)
				defer cancel()
				return next.RoundTrip(req.WithContext(ctx))
			})
		})
		url := client.Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("portforward").URL()
		err = protocol.Upgrade(func() (err error) {
			dialer, err := portforward.NewSPDYOverWebsocketDialerForStreaming(url, config)
			if err != nil {
				return err
			}
			conn, err = dial(dialer)
			return err
		}, func() (err error) {
			transport, upgrader, err := RoundTripperFor(config)
			if err != nil {
				return err
			}
			conn, err = dial(spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: transport}, http.MethodPost, url))
			return err
		})
		return conn, err
	})
}

// dial opens a connection whose streams are those of port-forward.
func dial(dialer httpstream.Dialer) (httpstream.Connection, error) {
	conn, protocol, err := dialer.Dial(portforward.PortForwardProtocolV1Name)
	switch {
	case err != nil:
		return nil, err
	case protocol != portforward.PortForwardProtocolV1Name:
		conn.Close() // of no use
		return nil, fmt.Errorf("the server speaks %q, not %q", protocol, portforward.PortForwardProtocolV1Name)
	}
	return conn, nil
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
			conn, err := dial(ctx, pod)
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

// Denied reports an error of a Dialer that another attempt cannot mend.
func Denied(err error) bool { return apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) }

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
