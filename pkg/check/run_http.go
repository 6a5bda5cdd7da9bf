package check

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

const (
	// evidenceMost is how much of an answer, a log or an output is looked at.
	evidenceMost = 8 << 20
	// askWithin bounds one request: a leader that hangs must not use up all attempts.
	askWithin = 15 * time.Second
	// redirectsMost is as curl's users know it, and far more than a leader needs.
	redirectsMost = 10
)

// EndpointTLS says how an endpoint with scheme https proves who it is.
type EndpointTLS struct {
	// SkipVerify trusts whoever answers in the leader's pod.
	SkipVerify bool
	// CA is who signs its certificate; nil for the system's authorities.
	CA *x509.CertPool
	// ServerName is the name in its certificate, of checks that have none of their own; "" is
	// localhost.
	ServerName string
}

// Problem is what is wrong with it, "" when nothing is.
func (t EndpointTLS) Problem() string {
	if t.ServerName == "" {
		return ""
	}
	return serverNameProblem(t.ServerName)
}

// endpoint asks the leader's port. Connections are kept as long as the same pod leads; another one's are another client's.
type endpoint struct {
	attempt *attempt
	client  *podClient
}

// podClient asks one pod.
type podClient struct {
	http.Client
	pod   *corev1.Pod
	mu    sync.Mutex
	never error // of this request: net/http hides what kind of error it is
}

func (a *attempt) httpClient() *endpoint { return &endpoint{attempt: a} }

// of is the client for a pod.
func (e *endpoint) of(pod *corev1.Pod) *podClient {
	if e.client != nil && e.client.pod.UID == pod.UID {
		return e.client
	}
	e.close()
	c := &podClient{pod: pod}
	c.CheckRedirect = onTheLeader
	c.Transport = &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := e.attempt.run.Leader.Dial(ctx, pod, e.attempt.Spec.HTTP.Port)
			var never *Never
			if errors.As(err, &never) {
				c.noteNever(err)
			}
			return conn, err
		},
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: e.attempt.run.TLS.SkipVerify, RootCAs: e.attempt.run.TLS.CA, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}
	e.client = c
	return c
}

func (c *podClient) noteNever(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.never = err
}

func (e *endpoint) close() {
	if e.client != nil {
		e.client.CloseIdleConnections()
	}
}

// onTheLeader follows a redirect on the leader's own port and leaves any other for the answer that it is.
func onTheLeader(req *http.Request, via []*http.Request) error {
	if req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
		return http.ErrUseLastResponse
	}
	if len(via) > redirectsMost {
		return fmt.Errorf("more than %d redirects", redirectsMost)
	}
	return nil
}

// origin is the scheme, host and port that are asked. For https the host is what SNI, the
// verification and the Host header have.
func (h HTTP) origin(tls EndpointTLS) string {
	scheme, host := cmp.Or(h.Scheme, "http"), "localhost"
	if scheme == "https" {
		host = cmp.Or(h.ServerName, tls.ServerName, host)
	}
	if _, err := strconv.Atoi(h.Port); err == nil {
		return scheme + "://" + net.JoinHostPort(host, h.Port) // what port-forward's users ask; a name stands for a number that the pod knows
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return scheme + "://" + host
}

// ask makes the request to the pod that leads.
func (e *endpoint) ask(ctx context.Context, term leader.Status) (Evidence, error) {
	spec := e.attempt.Spec.HTTP
	if !pause(ctx, spec.Wait) {
		return Evidence{}, ctx.Err()
	}
	client := e.of(term.Pod)
	client.noteNever(nil)
	all := ctx
	ctx, cancel := login.WithTimeout(all, askWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, spec.method(), spec.origin(e.attempt.run.TLS)+spec.Path, strings.NewReader(spec.Body))
	if err != nil {
		return Evidence{}, &Never{err}
	}
	for name, values := range spec.Headers {
		req.Header[name] = values
		if http.CanonicalHeaderKey(name) == "Host" && len(values) > 0 {
			req.Host = values[0]
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		client.mu.Lock()
		defer client.mu.Unlock()
		if client.never != nil {
			return Evidence{}, client.never
		}
		if ctx.Err() != nil && all.Err() == nil {
			return Evidence{}, fmt.Errorf("no answer within %s", askWithin)
		}
		var of *url.Error
		if errors.As(err, &of) {
			err = of.Err // the check itself says what was asked
		}
		return Evidence{}, err
	}
	defer resp.Body.Close() // read-only
	body, err := io.ReadAll(io.LimitReader(resp.Body, evidenceMost+1))
	if err == nil && len(body) > evidenceMost {
		return Evidence{}, &Never{fmt.Errorf("the answer is longer than %d MiB, which is too much to judge", evidenceMost>>20)}
	}
	return Evidence{Output: body, Status: resp.StatusCode}, err
}
