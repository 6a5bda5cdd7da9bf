package cluster

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
)

// RotateLogs makes the runner rotate the logs of the pod's containers, and
// returns when that is done.
func (c *Cluster) RotateLogs(ctx context.Context, namespace, pod string) error {
	if err := c.load(); err != nil {
		return err
	}
	url := fmt.Sprintf("https://127.0.0.1:%d/rotate/%s/%s", c.ports[runnerName], namespace, pod)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		return err
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		reason, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
		return fmt.Errorf("rotate logs of pod %s/%s: %s", namespace, pod, reason)
	}
	return nil
}
