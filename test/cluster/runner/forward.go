package runner

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
)

const (
	// The kubelet's own defaults.
	forwardIdle     = 4 * time.Hour
	forwardCreation = 30 * time.Second
	// lastBytes is how long the other direction may go on after one has ended;
	// containerd's choice.
	lastBytes = time.Second
)

// servePortForward forwards to the pod's processes. kwok can forward too, but
// it never ends a connection that the process has closed.
func (r *Runner) servePortForward(w http.ResponseWriter, request *http.Request) {
	namespace, name := request.PathValue("namespace"), request.PathValue("pod")
	options, err := portforward.NewV4Options(request)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	p := r.byName(namespace, name)
	if p == nil {
		refuse(w, http.StatusNotFound, fmt.Errorf("pod %q does not exist", name))
		return
	}
	portforward.ServePortForward(w, request, forwarder{p}, name, string(p.object.UID), options, forwardIdle, forwardCreation, portforward.SupportedProtocols)
}

type forwarder struct{ pod *pod }

// PortForward implements portforward.PortForwarder, one call a connection.
func (f forwarder) PortForward(_ context.Context, _, _ string, port int32, stream io.ReadWriteCloser) error {
	defer stream.Close()
	target := f.pod.listener(port)
	if target == 0 {
		return fmt.Errorf("failed to connect to localhost:%d inside pod %s: connection refused", port, f.pod.object.Name)
	}
	connection, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(target)))
	if err != nil {
		return fmt.Errorf("failed to connect to localhost:%d inside pod %s: %w", port, f.pod.object.Name, err)
	}
	defer connection.Close()
	return join(stream, connection)
}

// join copies both ways until one has ended, and a moment longer.
func join(stream io.ReadWriteCloser, connection net.Conn) error {
	ended := make(chan error, 2)
	go func() {
		_, err := io.Copy(stream, connection)
		ended <- err
	}()
	go func() {
		_, err := io.Copy(connection, stream)
		ended <- err
	}()
	err := <-ended
	timer := time.NewTimer(lastBytes)
	defer timer.Stop()
	select {
	case second := <-ended:
		if err == nil {
			err = second
		}
	case <-timer.C:
	}
	return err
}

// listener is the loopback port of the process that stands for the pod's port,
// or 0 if there is none.
func (p *pod) listener(port int32) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.containers {
		declares := func(one corev1.ContainerPort) bool { return one.ContainerPort == port }
		current := c.state.current
		if current != nil && !current.ended && slices.ContainsFunc(c.spec.Ports, declares) {
			return current.port
		}
	}
	return 0
}
