package check_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

// dialling is pods that answer at another address.
type dialling struct {
	*pods
	address string
}

func (d dialling) Dial(ctx context.Context, _ *corev1.Pod, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", d.address)
}

// TestEndpointWithTheNameOfItsService: the certificate has another name than localhost, and the
// server refuses who asks for another one by SNI.
func TestEndpointWithTheNameOfItsService(t *testing.T) {
	const name = "example.com" // that of httptest's certificate
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host) }))
	server.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if hello.ServerName != name {
			return nil, errors.New("unrecognized name " + hello.ServerName)
		}
		return nil, nil
	}}
	server.StartTLS()
	defer server.Close()
	authorities := x509.NewCertPool()
	authorities.AddCert(server.Certificate())
	_, p := scene(t, nil)
	for _, test := range []struct {
		own, all, port string
		tls            check.EndpointTLS
		host           string // "" where it must not hold
	}{
		{own: name, port: "8443", tls: check.EndpointTLS{CA: authorities}, host: name + ":8443"},
		{own: name, port: "https", tls: check.EndpointTLS{CA: authorities}, host: name},
		{all: name, port: "8443", tls: check.EndpointTLS{CA: authorities}, host: name + ":8443"},
		{own: name, all: "other.example.org", port: "8443", tls: check.EndpointTLS{CA: authorities}, host: name + ":8443"},
		{own: name, port: "8443", tls: check.EndpointTLS{SkipVerify: true}, host: name + ":8443"},
		{port: "8443", tls: check.EndpointTLS{SkipVerify: true}},
		{own: "other.example.org", port: "8443", tls: check.EndpointTLS{CA: authorities}},
	} {
		s := asserting(t, check.Equals, test.host)
		if test.host == "" {
			s = asserting(t, check.Exists)
		}
		s.HTTP = &check.HTTP{Port: test.port, Path: "/", Scheme: "https", ServerName: test.own}
		test.tls.ServerName = test.all
		runner := &check.Runner{Leader: dialling{p, server.Listener.Addr().String()}, Interval: 10 * time.Millisecond, TLS: test.tls}
		if report := runner.Run(t.Context(), []check.Checkpoint{{Checks: []check.Spec{s}}}); report.Holds() != (test.host != "") {
			t.Errorf("%+v: holds %t: %s", test, report.Holds(), report.Outcomes[0].Message())
		}
	}
}
