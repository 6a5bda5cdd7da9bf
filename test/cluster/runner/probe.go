package runner

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

const (
	firstProbes   = 25 * time.Millisecond // pause until the first success
	laterProbes   = time.Second
	probeTimeout  = time.Second
	probeFailures = 3 // in a row, until a ready container is not
)

// probe keeps the container's readiness as its /healthz says, until ctx ends.
func (c *container) probe(ctx context.Context, port int) {
	client := &http.Client{Timeout: probeTimeout, Transport: &http.Transport{DisableKeepAlives: true}}
	url := fmt.Sprintf("http://127.0.0.1:%d/healthz", port)
	pause, ready, failures := firstProbes, false, 0
	for {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if answers(ctx, client, url) {
			pause, failures = laterProbes, 0
		} else {
			failures++
		}
		wanted := failures == 0 || ready && failures < probeFailures
		if wanted == ready || ctx.Err() != nil {
			continue
		}
		ready = wanted
		c.pod.change(func() { c.state.ready = ready })
	}
}

func answers(ctx context.Context, client *http.Client, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}
