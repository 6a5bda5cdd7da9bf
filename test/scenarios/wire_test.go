package scenarios

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
)

// wire is the network between the plugin and the API server, which the test can cut and hold up. It carries bytes, so that
// TLS and HTTP/2 are those of the two.
type wire struct {
	target string

	mu    sync.Mutex
	held  chan struct{} // closed while bytes pass
	conns map[*net.TCPConn]bool
}

// throughWire puts a wire before the API server, and returns the namespace as it is seen through it.
func throughWire(t *testing.T, ns *namespace) *namespace {
	t.Helper()
	raw, err := clientcmd.LoadFromFile(ns.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{held: make(chan struct{}), conns: map[*net.TCPConn]bool{}}
	close(w.held)
	for _, cluster := range raw.Clusters {
		server, err := url.Parse(cluster.Server)
		if err != nil {
			t.Fatal(err)
		}
		w.target = server.Host
		cluster.TLSServerName = server.Hostname()
		cluster.Server = fmt.Sprintf("https://%s", listener.Addr())
	}
	through := *ns
	through.kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*raw, through.kubeconfig); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { w.carry(conn.(*net.TCPConn)) })
		}
	})
	t.Cleanup(func() { listener.Close(); w.resume(); w.reset(); wg.Wait() })
	through.wire = w
	return &through
}

func (w *wire) carry(client *net.TCPConn) {
	conn, err := net.Dial("tcp", w.target)
	if err != nil {
		client.SetLinger(0) // the API server refuses, and so does the wire
		client.Close()
		return
	}
	server := conn.(*net.TCPConn)
	w.mu.Lock()
	w.conns[client], w.conns[server] = true, true
	w.mu.Unlock()
	var wg sync.WaitGroup
	wg.Go(func() { w.copy(server, client) })
	wg.Go(func() { w.copy(client, server) })
	wg.Wait()
	w.mu.Lock()
	delete(w.conns, client)
	delete(w.conns, server)
	w.mu.Unlock()
	client.Close()
	server.Close()
}

func (w *wire) copy(to, from *net.TCPConn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		w.mu.Lock()
		held := w.held
		w.mu.Unlock()
		<-held
		if _, broken := to.Write(buffer[:n]); broken != nil {
			from.Close()
			return
		}
		if err != nil {
			if err == io.EOF {
				to.CloseWrite()
			} else {
				to.Close()
			}
			return
		}
	}
}

// reset cuts all connections with a TCP reset.
func (w *wire) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for conn := range w.conns {
		conn.SetLinger(0)
		conn.Close()
	}
}

// hold lets nothing pass from now on, and nobody hears of it; resume ends that, and nothing is lost.
func (w *wire) hold() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = make(chan struct{})
}

func (w *wire) resume() {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.held:
	default:
		close(w.held)
	}
}
