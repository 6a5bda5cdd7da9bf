package measure

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

func TestRequestsCountsThoseOfOneRun(t *testing.T) {
	var arrived atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/path" {
			arrived.Add(1)
		}
	}))
	defer server.Close()
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := cluster.WriteKubeconfig(kubeconfig, server.URL, ca, "token", "default"); err != nil {
		t.Fatal(err)
	}
	got, err := Requests(t.Context(), command("ask", 1), kubeconfig, t.TempDir())
	if err != nil || got != 2 {
		t.Errorf("got %d requests, %v; want 2", got, err)
	}
	if arrived.Load() != 4 {
		t.Errorf("%d requests arrived, want 4 of two runs", arrived.Load())
	}
}
