package tunnel

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"

	"golang.org/x/sync/errgroup"
)

// Tunnel is the machine's end of all nodes' tunnels.
type Tunnel struct {
	APIServer int               // its port on loopback
	Port      int               // on loopback, that answers for the nodes: /nodes/NAME/...
	Nodes     map[string]string // address -> name
}

// Run serves until ctx ends. The working folder has to be the cluster's.
func (t Tunnel) Run(ctx context.Context) error {
	loopback := func(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
	fromNodes, err := Listen(APIServerSocket)
	if err != nil {
		return err
	}
	toNodes, err := Listen(NodesSocket)
	if err != nil {
		return err
	}
	control, err := net.Listen("tcp", loopback(t.Port))
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return Forward(ctx, fromNodes, Dial("tcp", loopback(t.APIServer))) })
	group.Go(func() error { return Serve(ctx, toNodes, http.HandlerFunc(t.connect)) })
	group.Go(func() error { return Serve(ctx, control, t.control()) })
	return group.Wait()
}

// connect passes a CONNECT on to the node that has the address.
func (t Tunnel) connect(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodConnect {
		http.Error(w, "CONNECT is all that is served here", http.StatusMethodNotAllowed)
		return
	}
	Connect(w, request, t.dial)
}

func (t Tunnel) dial(ctx context.Context, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	name, ok := t.Nodes[host]
	if !ok {
		return nil, fmt.Errorf("no node has the address %s", host)
	}
	connection, err := Dial("unix", NodeSocket(name))(ctx)
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", name, err)
	}
	if _, err := fmt.Fprintf(connection, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", address, address); err != nil {
		return nil, errors.Join(err, connection.Close())
	}
	// Nothing comes behind the answer's head until the client has spoken, as TLS and HTTP clients do.
	answer, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: http.MethodConnect})
	if err != nil {
		return nil, errors.Join(err, connection.Close())
	}
	if answer.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("node %s: %s", name, answer.Status), connection.Close())
	}
	return connection, nil
}

// control asks a node for what its socket serves: /nodes/NAME/PATH.
func (t Tunnel) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	for _, name := range t.Nodes {
		proxy := &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: name}) },
			Transport: &http.Transport{
				DisableKeepAlives: true,
				DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return Dial("unix", NodeSocket(name))(ctx) },
			},
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, err.Error(), http.StatusBadGateway)
			},
		}
		mux.Handle("/nodes/"+name+"/", http.StripPrefix("/nodes/"+name, proxy))
	}
	return mux
}

func removeSocket(socket string) error {
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
