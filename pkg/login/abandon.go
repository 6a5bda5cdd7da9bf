package login

import (
	"context"
	"io"
	"net/http"
	"time"
)

// Abandoning lets requests end with their context while a plugin runs, which knows of none. A
// request that was given up is sent when the plugin has ended, if at all, and its answer is
// dropped.
func Abandoning(next http.RoundTripper) http.RoundTripper { return abandoning{next} }

type abandoning struct{ next http.RoundTripper }

func (a abandoning) RoundTrip(req *http.Request) (*http.Response, error) {
	type result struct {
		resp *http.Response
		err  error
	}
	results := make(chan result)
	ctx := req.Context()
	go func() {
		resp, err := a.next.RoundTrip(req)
		select {
		case results <- result{resp, err}:
		case <-ctx.Done():
			if err == nil {
				resp.Body.Close() // nobody reads it
			}
		}
	}()
	select {
	case r := <-results:
		return r.resp, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// WrappedRoundTripper is what client-go looks for below.
func (a abandoning) WrappedRoundTripper() http.RoundTripper { return a.next }

// Bounding bounds each answer, its body included, as http.Client.Timeout does. Below the plugin in
// the chain of round trippers, it leaves the login out.
func Bounding(next http.RoundTripper, timeout time.Duration) http.RoundTripper {
	return bounding{next, timeout}
}

type bounding struct {
	next    http.RoundTripper
	timeout time.Duration
}

func (b bounding) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), b.timeout)
	resp, err := b.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	resp.Body = boundedBody{resp.Body, cancel}
	return resp, nil
}

// WrappedRoundTripper is what client-go looks for below.
func (b bounding) WrappedRoundTripper() http.RoundTripper { return b.next }

type boundedBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b boundedBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
