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
	var requests atomic.Int64
	p, err := StartProxy(kubeconfig, scratch, func(*http.Request) { requests.Add(1) })
	if err != nil {
		return 0, err
	}
	defer p.Close()
	command = command.With("KUBECONFIG=" + p.Kubeconfig)
	// The first run fills kubectl's cache of the API's resources, which is kept for each server's address.
	if _, err := command.Run(ctx, scratch); err != nil {
		return 0, err
	}
	requests.Store(0)
	if _, err := command.Run(ctx, scratch); err != nil {
		return 0, err
	}
	return requests.Load(), nil
}

// Proxy passes on all requests to an API server.
type Proxy struct {
	Kubeconfig string // of those who go through it
	server     *http.Server
}

// Close cuts all connections.
func (p *Proxy) Close() { _ = p.server.Close() } // nobody is to be told

// StartProxy starts one on this machine. It calls answered with each request that the API server has begun to answer,
// several at a time; the answer goes on afterwards.
func StartProxy(kubeconfig, scratch string, answered func(*http.Request)) (*Proxy, error) {
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
	p := &Proxy{Kubeconfig: filepath.Join(scratch, "kubeconfig-proxy")}
	forward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: transport,
		ModifyResponse: func(r *http.Response) error {
			answered(r.Request)
			return nil
		},
	}
	p.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: forward}
	go func() { _ = p.server.Serve(listener) }() // until it is closed
	for _, cluster := range raw.Clusters {
		cluster.Server, cluster.CertificateAuthority, cluster.CertificateAuthorityData = "http://"+listener.Addr().String(), "", nil
	}
	if err := clientcmd.WriteToFile(*raw, p.Kubeconfig); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}
