package tunnel

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/streaming/pkg/httpstream"
)

// Connect opens one connection to a port of a pod, over a tunnel of its own. Errors are the server's; what the node says of
// the connection, such as that nobody listens, comes with the first read.
func Connect(ctx context.Context, dial Dialer, pod *corev1.Pod, number int32) (net.Conn, error) {
	tunnel, err := dial(ctx, pod)
	if err != nil {
		return nil, fmt.Errorf("pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	problems, data, err := createStreams(ctx, tunnel, number)
	if err != nil {
		hangUp(tunnel)
		return nil, fmt.Errorf("pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	c := &podConn{tunnel: tunnel, data: data, pod: pod, number: number, problem: make(chan error, 1)}
	go func() {
		err := readProblem(problems)
		if err != nil {
			c.Close() // the reader learns why
		}
		if err != nil {
			c.problem <- err
		}
	}()
	return c, nil
}

// podConn is a connection to a pod's port as net/http wants it. It has no deadlines: its users have contexts.
type podConn struct {
	tunnel  httpstream.Connection
	data    httpstream.Stream
	pod     *corev1.Pod
	number  int32
	problem chan error
	once    sync.Once
}

func (c *podConn) Read(p []byte) (int, error) {
	n, err := c.data.Read(p)
	if err == nil || n > 0 {
		return n, err
	}
	return 0, c.explain(err)
}

func (c *podConn) Write(p []byte) (int, error) {
	n, err := c.data.Write(p)
	if err != nil {
		err = c.explain(err)
	}
	return n, err
}

// explain prefers what the node said of the connection over how it broke.
func (c *podConn) explain(err error) error {
	problem := awaitProblem(c.problem)
	if problem == nil {
		return err
	}
	c.problem <- problem // for the other direction
	return podError(problem, c.pod, c.number, true)
}

// Close ends the connection and its tunnel.
func (c *podConn) Close() error {
	c.once.Do(func() {
		c.data.Reset() // a half-closed one would linger
		hangUp(c.tunnel)
	})
	return nil
}

func (c *podConn) LocalAddr() net.Addr              { return podAddr{} }
func (c *podConn) RemoteAddr() net.Addr             { return podAddr{c.pod, c.number} }
func (c *podConn) SetDeadline(time.Time) error      { return nil }
func (c *podConn) SetReadDeadline(time.Time) error  { return nil }
func (c *podConn) SetWriteDeadline(time.Time) error { return nil }

type podAddr struct {
	pod    *corev1.Pod
	number int32
}

func (podAddr) Network() string { return "pod" }

func (a podAddr) String() string {
	if a.pod == nil {
		return "local"
	}
	return fmt.Sprintf("%s/%s:%d", a.pod.Namespace, a.pod.Name, a.number)
}
