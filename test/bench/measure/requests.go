package measure

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Requests counts the requests that a command makes to the API server once its caches are warm. It runs through a proxy,
// whose cost would be in the figures, so they are not measured at the same time.
func Requests(ctx context.Context, command Command, kubeconfig, scratch string) (int64, error) {
	p, err := startProxy(kubeconfig, scratch)
	if err != nil {
		return 0, err
	}
	defer p.server.Close() // nobody talks to it any more
	command = command.With("KUBECONFIG=" + p.kubeconfig)
	// The first run fills kubectl's cache of the API's resources, which is kept for each server's address.
	if _, err := command.Run(ctx, scratch); err != nil {
		return 0, err
	}
	p.requests.Store(0)
	if _, err := command.Run(ctx, scratch); err != nil {
		return 0, err
	}
	return p.requests.Load(), nil
}

// proxy passes on all requests and counts them.
type proxy struct {
	server     *http.Server
	kubeconfig string // of those who go through it
	requests   atomic.Int64
}

func startProxy(kubeconfig, scratch string) (*proxy, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		return nil, err
	}
	raw, err := clientcmd.LoadFromFile(kubeconfig)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{kubeconfig: filepath.Join(scratch, "kubeconfig-proxy")}
	forward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: transport,
	}
	p.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.requests.Add(1)
		forward.ServeHTTP(w, r)
	})}
	go func() { _ = p.server.Serve(listener) }() // until it is closed
	for _, cluster := range raw.Clusters {
		cluster.Server, cluster.CertificateAuthority, cluster.CertificateAuthorityData = "http://"+listener.Addr().String(), "", nil
	}
	if err := clientcmd.WriteToFile(*raw, p.kubeconfig); err != nil {
		_ = p.server.Close() // the first error tells more
		return nil, err
	}
	return p, nil
}
