// Package tunnel connects the machine's network with those of nodes that have
// networks of their own, through sockets in the file system: nothing of either
// network has to be changed for it.
package tunnel

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// APIServerSocket and NodesSocket lie in the cluster's folder, which is the
// working folder of all its processes: a path from the root may be longer than
// the address of a socket.
const (
	APIServerSocket = "run/apiserver.sock" // a connection to it is one to the API server
	NodesSocket     = "run/nodes.sock"     // a proxy (CONNECT) to the addresses of the nodes
)

// NodeSocket is where a node serves: CONNECT to addresses in its network,
// /healthz, and what else it does for the cluster.
func NodeSocket(name string) string { return "nodes/" + name + "/node.sock" }

// Forward connects who connects to the listener with what dial gives, until
// ctx ends.
func Forward(ctx context.Context, listener net.Listener, dial func(context.Context) (net.Conn, error)) error {
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	for {
		connection, err := listener.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		go func() {
			defer connection.Close()
			other, err := dial(ctx)
			if err != nil {
				return // as if nobody listened
			}
			defer other.Close()
			join(ctx, connection, other)
		}()
	}
}

// join copies both ways until both have ended, one has failed, or ctx ends.
func join(ctx context.Context, a, b net.Conn) {
	stop := context.AfterFunc(ctx, func() { _ = a.Close(); _ = b.Close() })
	defer stop()
	var both sync.WaitGroup
	copyTo := func(to, from net.Conn) {
		if _, err := io.Copy(to, from); err != nil {
			_ = a.Close()
			_ = b.Close()
			return
		}
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
	}
	both.Go(func() { copyTo(a, b) })
	both.Go(func() { copyTo(b, a) })
	both.Wait()
}

// Connect answers a CONNECT with a connection that dial gives.
func Connect(w http.ResponseWriter, request *http.Request, dial func(ctx context.Context, address string) (net.Conn, error)) {
	other, err := dial(request.Context(), request.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer other.Close()
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	join(context.WithoutCancel(request.Context()), connection, other)
}

// Serve serves HTTP until ctx ends.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Dial returns a dialer to one address.
func Dial(network, address string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, network, address)
	}
}

// Listen listens at a socket in the working folder; one that is left of an
// earlier process gives way.
func Listen(socket string) (net.Listener, error) {
	if err := removeSocket(socket); err != nil {
		return nil, err
	}
	return net.Listen("unix", socket)
}
