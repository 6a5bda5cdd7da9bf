package cluster

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// RotateLogs makes the pod's node rotate the logs of its containers, and
// returns when that is done.
func (c *Cluster) RotateLogs(ctx context.Context, namespace, pod string) error {
	if err := c.load(); err != nil {
		return err
	}
	node, err := c.nodeOf(ctx, namespace, pod)
	if err != nil {
		return err
	}
	url := fmt.Sprintf("%s/rotate/%s/%s", node, namespace, pod)
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

// nodeOf is the URL at which the pod's node can be asked to do something.
func (c *Cluster) nodeOf(ctx context.Context, namespace, pod string) (string, error) {
	if c.nodes.Kind == Kwok {
		return fmt.Sprintf("https://127.0.0.1:%d", c.ports[runnerName]), nil
	}
	client, err := c.Client()
	if err != nil {
		return "", err
	}
	object, err := client.CoreV1().Pods(namespace).Get(ctx, pod, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("http://127.0.0.1:%d/nodes/%s", c.ports[tunnelName], object.Spec.NodeName), nil
}
