package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
)

// state is the answer of /state.
type state struct {
	State      string `json:"state"` // healthy on the leader, pending on a follower
	Leader     bool   `json:"leader"`
	Pod        string `json:"pod"`
	Namespace  string `json:"namespace"`
	Identity   string `json:"identity"`
	Run        string `json:"run"`
	Reconciles int64  `json:"reconciles"`
}

// listen opens the port, on which it answers in plain text or by TLS, whichever the client speaks.
func (o *operator) listen() (net.Listener, error) {
	certificate, err := newCertificate()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", o.options.listen)
	if err != nil {
		return nil, err
	}
	return bilingual{listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}}, nil
}

// serve answers until the process ends.
func (o *operator) serve(listener net.Listener) {
	server := &http.Server{Handler: o.routes(), ReadHeaderTimeout: 10 * time.Second}
	if err := server.Serve(listener); err != nil {
		ctrl.Log.Info("server ended", "reason", err.Error())
	}
}

func (o *operator) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /state", o.serveState)
	mux.Handle("GET /metrics", metricsHandler())
	mux.HandleFunc("GET /bulk", serveBulk)
	mux.HandleFunc("GET /drip", serveDrip)
	mux.HandleFunc("GET /await", o.serveAwait)
	mux.HandleFunc("/echo", serveEcho)
	mux.HandleFunc("GET /redirect", serveRedirect)
	mux.HandleFunc("POST /burst", o.serveBurst)
	mux.HandleFunc("POST /crash", o.serveCrash)
	mux.HandleFunc("POST /hang", o.serveHang)
	mux.HandleFunc("POST /release", o.serveRelease)
	return mux
}

func (o *operator) serveState(w http.ResponseWriter, _ *http.Request) {
	answer := state{
		State:      "pending",
		Leader:     o.leading.Load(),
		Pod:        o.pod,
		Namespace:  o.namespace,
		Identity:   o.identity,
		Run:        o.run,
		Reconciles: o.reconciles.Load(),
	}
	if answer.Leader {
		answer.State = "healthy"
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// serveBulk streams ?bytes=N bytes as fast as the reader takes them.
func serveBulk(w http.ResponseWriter, r *http.Request) {
	left, err := strconv.ParseInt(r.URL.Query().Get("bytes"), 10, 64)
	if err != nil || left < 0 {
		http.Error(w, "bytes must be a number, as in /bulk?bytes=1048576", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(left, 10))
	chunk := make([]byte, 256<<10)
	for left > 0 {
		n, err := w.Write(chunk[:min(left, int64(len(chunk)))])
		if err != nil {
			return // the reader has gone
		}
		left -= int64(n)
	}
}

// serveDrip sends ?count=N lines, one ?every=100ms, each flushed.
func serveDrip(w http.ResponseWriter, r *http.Request) {
	every, err := time.ParseDuration(valueOr(r.URL.Query().Get("every"), "100ms"))
	if err != nil || every <= 0 {
		http.Error(w, "every must be a duration, as in /drip?every=100ms", http.StatusBadRequest)
		return
	}
	count, err := strconv.Atoi(valueOr(r.URL.Query().Get("count"), "10"))
	if err != nil {
		http.Error(w, "count must be a number, as in /drip?count=10", http.StatusBadRequest)
		return
	}
	flusher := http.NewResponseController(w)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for i := 1; i <= count; i++ {
		fmt.Fprintf(w, "drip %d/%d\n", i, count)
		if flusher.Flush() != nil || i == count {
			return
		}
		select {
		case <-ticker.C:
		case <-r.Context().Done():
			return
		}
	}
}

// serveAwait makes an empty file `asked`, and answers `go POD` when there is a file `go`, in the
// folder in which the process runs.
func (o *operator) serveAwait(w http.ResponseWriter, r *http.Request) {
	if err := os.WriteFile("asked", nil, 0o644); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	ticker := time.NewTicker(50 * time.Millisecond) // there is no event for a file
	defer ticker.Stop()
	for {
		if _, err := os.Stat("go"); err == nil {
			fmt.Fprintln(w, "go", o.pod)
			return
		}
		select {
		case <-ticker.C:
		case <-r.Context().Done():
			return
		}
	}
}

func valueOr(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
