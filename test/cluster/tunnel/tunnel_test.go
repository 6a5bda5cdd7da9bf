package tunnel

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// TestTunnel goes both ways: to an address of a node by CONNECT, and from a node to the API server.
func TestTunnel(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, folder := range []string{"run", "nodes/node-1"} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer server.Close()
	target := server.Listener.Addr().(*net.TCPAddr)

	// The node: whatever address is asked for, it is the server's.
	node, err := Listen(NodeSocket("node-1"))
	if err != nil {
		t.Fatal(err)
	}
	spare, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	control := spare.Addr().(*net.TCPAddr).Port
	spare.Close() // it was only to find the port
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() {
		ended <- Serve(ctx, node, http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			if request.Method != http.MethodConnect {
				fmt.Fprintf(w, "node-1 has %s", request.URL.Path)
				return
			}
			Connect(w, request, func(ctx context.Context, _ string) (net.Conn, error) { return Dial("tcp", target.String())(ctx) })
		}))
	}()
	tunnel := Tunnel{APIServer: target.Port, Port: control, Nodes: map[string]string{"10.200.0.1": "node-1"}}
	go func() { ended <- tunnel.Run(ctx) }()
	defer func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}()
	dial := func(socket string) net.Conn {
		for {
			connection, err := Dial("unix", socket)(t.Context())
			if err == nil {
				return connection
			}
			if t.Context().Err() != nil {
				t.Fatal(err)
			}
		}
	}
	get := func(connection net.Conn, path string) string {
		defer connection.Close() // read-only
		fmt.Fprintf(connection, "GET %s HTTP/1.0\r\n\r\n", path)
		text, err := io.ReadAll(connection)
		if err != nil {
			t.Error(err)
		}
		return string(text)
	}
	if got := get(dial(APIServerSocket), "/"); !strings.HasSuffix(got, "hello") {
		t.Errorf("the API server said %q", got)
	}
	for address, want := range map[string]int{"10.200.0.1:10250": http.StatusOK, "10.200.0.9:10250": http.StatusBadGateway} {
		connection := dial(NodesSocket)
		fmt.Fprintf(connection, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", address, address)
		answer, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: http.MethodConnect})
		if err != nil || answer.StatusCode != want {
			t.Fatalf("CONNECT %s: %v, %v; want %d", address, answer, err, want)
		}
		if want == http.StatusOK {
			if got := get(connection, "/"); !strings.HasSuffix(got, "hello") {
				t.Errorf("%s said %q", address, got)
			}
		}
		connection.Close() // a test's end
	}
	resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/nodes/node-1/healthz", control))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() // read-only
	if text, err := io.ReadAll(resp.Body); err != nil || string(text) != "node-1 has /healthz" {
		t.Errorf("got %q, %v", text, err)
	}
}
