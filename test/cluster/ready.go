package cluster

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/cluster/process"
)

const (
	readyTimeout = 90 * time.Second // of one component
	readyPoll    = 50 * time.Millisecond
	logTail      = 12 // lines of the log that an error shows
)

// errAddressInUse tells that a component ended because its port was taken.
var errAddressInUse = errors.New("address already in use")

// waitReady polls the component's health until it is good. A component that
// ends meanwhile, or is not ready in time, is an error with its last words;
// there are none when the context was cancelled, as it is not to blame.
func (c *Cluster) waitReady(ctx context.Context, one component) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	ticker := time.NewTicker(readyPoll)
	defer ticker.Stop()
	for polls := 1; ; polls++ {
		if healthy(ctx, one.health) {
			return nil
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return fmt.Errorf("%s is not ready: %w", one.name, ctx.Err())
			}
			return c.lastWords(one, "is not ready: "+ctx.Err().Error())
		case <-ticker.C:
		}
		if polls%5 != 0 {
			continue
		}
		if running, err := process.Scan(ctx, c.prefix(one)); err == nil && len(running) == 0 {
			return c.lastWords(one, "ended while it started")
		}
	}
}

// lastWords is an error with the end of the component's log.
func (c *Cluster) lastWords(one component, what string) error {
	path := c.Dir.Log(one.name)
	data, _ := os.ReadFile(path)
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	tail := strings.Join(lines[max(0, len(lines)-logTail):], "\n")
	err := fmt.Errorf("%s %s; the end of %s:\n%s", one.name, what, path, tail)
	if strings.Contains(tail, errAddressInUse.Error()) {
		return fmt.Errorf("%w: %w", errAddressInUse, err)
	}
	return err
}

// healthy tells whether url answers 200. Certificates are not verified: what
// answers on our loopback port is asked for its health, and told nothing.
func healthy(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		DisableKeepAlives: true,
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}
