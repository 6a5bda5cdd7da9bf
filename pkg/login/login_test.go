package login

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd/api"
)

// forever is a time that a test does not wait out.
const forever = 20 * time.Second

func ended(t *testing.T, ctx context.Context) error {
	t.Helper()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(forever):
		t.Fatal("the context does not end")
		return nil
	}
}

// TestTimeOfAPluginDoesNotCount: the time is up once the plugin has ended and what is left has
// passed, not before.
func TestTimeOfAPluginDoesNotCount(t *testing.T) {
	leak := goleak.IgnoreCurrent()
	s := newState()
	s.begin()
	ctx, cancel := s.withTimeout(t.Context(), time.Millisecond)
	defer cancel()
	child, stop := context.WithCancel(ctx)
	defer stop()
	time.AfterFunc(50*time.Millisecond, func() {
		if ctx.Err() != nil {
			t.Errorf("%v while the plugin runs", ctx.Err())
		}
		s.end()
	})
	if err := ended(t, ctx); err != context.DeadlineExceeded {
		t.Errorf("got %v", err)
	}
	if err := ended(t, child); err != context.DeadlineExceeded || context.Cause(child) != context.DeadlineExceeded {
		t.Errorf("below: %v, %v", err, context.Cause(child))
	}
	goleak.VerifyNone(t, leak)
}

func TestTimeoutEndsWithItsParent(t *testing.T) {
	leak := goleak.IgnoreCurrent()
	s, why := newState(), errors.New("interrupted")
	parent, interrupt := context.WithCancelCause(t.Context())
	s.begin()
	ctx, cancel := s.withTimeout(parent, time.Millisecond)
	defer cancel()
	interrupt(why)
	if err := ended(t, ctx); err != context.Canceled || context.Cause(ctx) != why {
		t.Errorf("got %v, %v; want %v", err, context.Cause(ctx), why)
	}
	s.end()
	over, cancel := s.withTimeout(t.Context(), time.Hour)
	cancel()
	if err := ended(t, over); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	goleak.VerifyNone(t, leak)
}

// TestPluginIsHeardOf holds client-go to what is known of its metrics: a plugin is told right
// before it starts, and when it has ended.
func TestPluginIsHeardOf(t *testing.T) {
	Watch()
	dir := t.TempDir()
	started, script := filepath.Join(dir, "started"), filepath.Join(dir, "plugin")
	write := "#!/bin/sh\ntouch " + started + `
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"secret"}}'
`
	if err := os.WriteFile(script, []byte(write), 0o755); err != nil {
		t.Fatal(err)
	}
	var heard []bool
	stop := Listen(func(running bool) {
		if _, err := os.Stat(started); (err == nil) == running {
			t.Errorf("running is %t, and the plugin's file says %v", running, err)
		}
		heard = append(heard, running)
	})
	defer stop()
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	client, err := rest.HTTPClientFor(&rest.Config{Host: server.URL, ExecProvider: &api.ExecConfig{
		Command: script, APIVersion: "client.authentication.k8s.io/v1", InteractiveMode: api.NeverExecInteractiveMode,
	}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close() // nothing is read
	if len(heard) != 2 || !heard[0] || heard[1] {
		t.Errorf("heard %v, want the begin and the end", heard)
	}
}

// TestRequestsAreAbandoned while a plugin runs, which knows of no context.
func TestRequestsAreAbandoned(t *testing.T) {
	leak := goleak.IgnoreCurrent()
	asked, answer := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost", nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() { <-asked; cancel() }()
	plugin := roundTripper(func(*http.Request) (*http.Response, error) {
		close(asked)
		<-answer
		return &http.Response{Body: http.NoBody}, nil
	})
	if _, err := Abandoning(plugin).RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(answer)
	goleak.VerifyNone(t, leak)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
