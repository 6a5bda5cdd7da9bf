package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Serve answers as the kubelet of the nodes until ctx ends.
func (r *Runner) Serve(ctx context.Context, port int) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", r.serveLogs)
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", r.serveExec)
	mux.HandleFunc("/portForward/{namespace}/{pod}", r.servePortForward)
	mux.HandleFunc("/portForward/{namespace}/{pod}/{uid}", r.servePortForward)
	mux.HandleFunc("POST /rotate/{namespace}/{pod}", r.serveRotate)

	server := &http.Server{
		Addr:              net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err := server.ListenAndServeTLS(r.dir.Cert(), r.dir.Key())
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// serveRotate rotates the logs of the pod's containers now.
func (r *Runner) serveRotate(w http.ResponseWriter, request *http.Request) {
	p := r.byName(request.PathValue("namespace"), request.PathValue("pod"))
	if p == nil {
		refuse(w, http.StatusNotFound, fmt.Errorf("pod %q does not exist", request.PathValue("pod")))
		return
	}
	for _, c := range p.containers {
		if err := c.rotate(); err != nil {
			refuse(w, http.StatusInternalServerError, err)
			return
		}
	}
}

func (c *container) rotate() error {
	c.pod.mu.Lock()
	current := c.state.current
	c.pod.mu.Unlock()
	if current == nil || current.file == nil {
		return nil
	}
	return current.file.Rotate()
}

// refuse answers with the error as plain text, as the kubelet does.
func refuse(w http.ResponseWriter, code int, err error) {
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, err.Error())
}
