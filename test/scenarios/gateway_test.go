package scenarios

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// gateway stands between the plugin and the API server. wrap gets the handler that passes requests
// on, and returns the gateway's. The namespace that is returned has a kubeconfig for it.
func gateway(t *testing.T, ns *namespace, wrap func(forward http.Handler) http.Handler) (*httptest.Server, *namespace) {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", ns.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config.NextProtos = []string{"http/1.1"} // upgrades need it
	transport, err := rest.TransportFor(config)
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     transport,
		FlushInterval: -1,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusBadGateway)
		},
	}
	server := httptest.NewServer(wrap(forward))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server, reachedBy(t, ns, func(cluster *clientcmdapi.Cluster) {
		cluster.Server, cluster.CertificateAuthority, cluster.CertificateAuthorityData = server.URL, "", nil
	})
}

// reachedBy is a namespace with a kubeconfig in which the way to the cluster is another one.
func reachedBy(t *testing.T, ns *namespace, change func(*clientcmdapi.Cluster)) *namespace {
	t.Helper()
	return withConfig(t, ns, func(config *clientcmdapi.Config) {
		for _, cluster := range config.Clusters {
			change(cluster)
		}
	})
}

// withConfig is a namespace with a changed copy of its kubeconfig.
func withConfig(t *testing.T, ns *namespace, change func(*clientcmdapi.Config)) *namespace {
	t.Helper()
	changed := *ns
	changed.kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	config, err := clientcmd.LoadFromFile(ns.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	change(config)
	if err := clientcmd.WriteToFile(*config, changed.kubeconfig); err != nil {
		t.Fatal(err)
	}
	return &changed
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// isWebSocket reports a request for a WebSocket.
func isWebSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// refusingWebSockets is a gateway that answers requests for WebSockets by a Status, and counts
// them.
func refusingWebSockets(t *testing.T, ns *namespace, code int, refused *atomic.Int32) *namespace {
	t.Helper()
	_, through := gateway(t, ns, func(forward http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !isWebSocket(r) {
				forward.ServeHTTP(w, r)
				return
			}
			refused.Add(1)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(code)
			reason := strings.ReplaceAll(http.StatusText(code), " ", "")
			fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"message":"not through here","code":%d}`, reason, code) // it may be gone
		})
	})
	return through
}

// TestGatewayThatRefusesWebSocketsByAStatus: SPDY is tried instead, whatever the Status says, and
// WebSocket no second time.
func TestGatewayThatRefusesWebSocketsByAStatus(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	for _, code := range []int{400, 403, 404, 500, 501, 503} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			var refused atomic.Int32
			through := refusingWebSockets(t, ns, code, &refused)
			_, url := forwarded(t, through)
			for range 3 {
				if s, err := askState(url); err != nil || !s.Leader {
					t.Errorf("%+v, %v", s, err)
				}
			}
			if refused.Load() != 1 {
				t.Errorf("WebSocket was tried %d times, want once", refused.Load())
			}
		})
	}
}

// TestExecWhereWebSocketsAreRefused runs a command that fails at first, so that it is run several
// times.
func TestExecWhereWebSocketsAreRefused(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	var refused atomic.Int32
	through := refusingWebSockets(t, ns, http.StatusForbidden, &refused)
	checks := filepath.Join(t.TempDir(), "checks.yaml")
	writeFile(t, checks, `kubectl: {exec: [{leaderElection: {lease: demo-operator}, command: [sh, -c, "test -e seen || { touch seen; exit 3; }"], exitCode: 0}]}`)
	p := start(t, through, "assert", "-f", checks)
	if code := p.wait(t); code != 0 || refused.Load() != 1 {
		t.Errorf("exit code %d after %d WebSockets:\n%s%s", code, refused.Load(), p.stdout, p.stderr)
	}
}

// TestWebSocketsAreTurnedOffAsInKubectl by its environment variables.
func TestWebSocketsAreTurnedOffAsInKubectl(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	var refused atomic.Int32
	through := refusingWebSockets(t, ns, http.StatusForbidden, &refused)
	p := start(t, through, "assert", "demo-operator", "--port=8080", "--path=/state", func(cmd *exec.Cmd) {
		cmd.Env = append(cmd.Env, "KUBECTL_PORT_FORWARD_WEBSOCKETS=False")
	})
	if code := p.wait(t); code != 0 || refused.Load() != 0 {
		t.Errorf("port-forward: exit code %d after %d WebSockets:\n%s%s", code, refused.Load(), p.stdout, p.stderr)
	}
	checks := filepath.Join(t.TempDir(), "checks.yaml")
	writeFile(t, checks, "kubectl: {exec: [{leaderElection: {lease: demo-operator}, command: [cat, leader-token], outputContains: valid}]}")
	p = start(t, through, "assert", "-f", checks, func(cmd *exec.Cmd) {
		cmd.Env = append(cmd.Env, "KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false")
	})
	if code := p.wait(t); code != 0 || refused.Load() != 0 {
		t.Errorf("exec: exit code %d after %d WebSockets:\n%s%s", code, refused.Load(), p.stdout, p.stderr)
	}
}

// TestServerBehindAPathPrefix, as Rancher's and `kubectl proxy --api-prefix` are.
func TestServerBehindAPathPrefix(t *testing.T) {
	t.Parallel()
	const prefix = "/k8s/clusters/c-abc12"
	ns := shared.deploy(t)
	server, through := gateway(t, ns, func(forward http.Handler) http.Handler { return http.StripPrefix(prefix, forward) })
	through = reachedBy(t, through, func(cluster *clientcmdapi.Cluster) { cluster.Server = server.URL + prefix })
	commandsReachTheLeader(t, through)
}

// TestServerBehindSOCKS5 by WebSocket, and by SPDY.
func TestServerBehindSOCKS5(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	address, connections := socks5(t)
	through := reachedBy(t, ns, func(cluster *clientcmdapi.Cluster) { cluster.ProxyURL = "socks5://" + address })
	commandsReachTheLeader(t, through)
	before := connections.Load()
	if before == 0 {
		t.Error("nothing went through the proxy")
	}
	commandsReachTheLeader(t, through, func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "KUBECTL_PORT_FORWARD_WEBSOCKETS=false") })
	if connections.Load() == before {
		t.Error("SPDY did not go through the proxy")
	}
}

// commandsReachTheLeader runs one command of each kind of connection: requests, watches, tunnels,
// streams.
func commandsReachTheLeader(t *testing.T, ns *namespace, changes ...any) {
	t.Helper()
	leader := ns.holder(t)
	for _, args := range [][]any{
		{"holder", "demo-operator", "-o", "name"},
		{"watch", "demo-operator", "--timeout=2s"},
		{"logs", "demo-operator", "--tail=1"},
		{"port-forward", "demo-operator", ":8080", "--", "sh", "-c", "true"},
		{"assert", "demo-operator", "--port=8080", "--path=/state", "--jq=pod", "--equals=" + leader},
	} {
		p := start(t, ns, append(args, changes...)...)
		if code := p.wait(t); code != 0 {
			t.Errorf("%v: exit code %d:\n%s%s", args, code, p.stdout, p.stderr)
		}
	}
}
