package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// echoMost bounds a body that is sent back, in bytes.
const echoMost = 1 << 20

// serveEcho answers with what was asked: method, path, host, headers and body.
func serveEcho(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, echoMost))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"method": r.Method, "path": r.URL.RequestURI(), "host": r.Host, "headers": r.Header, "body": string(body),
	})
}

// serveRedirect sends the client to ?to=URL; with ?to=loop it comes back for ever.
func serveRedirect(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	switch to {
	case "":
		http.Error(w, "to must be a URL, as in /redirect?to=/state", http.StatusBadRequest)
		return
	case "loop":
		to = r.URL.RequestURI()
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
	fmt.Fprintln(w, "it is elsewhere")
}
