package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"k8s.io/cri-streaming/pkg/streaming/remotecommand"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// The kubelet's own defaults.
const (
	execIdle     = 4 * time.Hour
	execCreation = remotecommand.DefaultStreamCreationTimeout
)

// serveExec runs a command beside the container's process. The API server
// speaks SPDY to us, whatever its client speaks.
func (r *Runner) serveExec(w http.ResponseWriter, request *http.Request) {
	namespace, podName, name := request.PathValue("namespace"), request.PathValue("pod"), request.PathValue("container")
	options, err := remotecommand.NewOptions(request)
	if err == nil && !options.Stdout {
		err = errors.New("exec without stdout is not supported") // by it we see the client go
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	var c *container
	if p := r.byName(namespace, podName); p != nil {
		c = p.container(name)
	}
	if c == nil { // the API server has checked that there is one
		refuse(w, http.StatusNotFound, fmt.Errorf("container %q of pod %q is not a process: only those of image %s are", name, podName, cluster.OperatorImage))
		return
	}
	one, err := c.execInstance()
	if err != nil {
		refuse(w, http.StatusInternalServerError, err)
		return
	}
	words := request.Form["command"] // NewOptions has parsed them
	remotecommand.ServeExec(w, request, executor{c, one}, podName, "", name, words, options, execIdle, execCreation, remotecommand.SupportedStreamingProtocols)
}

// execInstance is the instance that runs; the error is the kubelet's (GetExec).
func (c *container) execInstance() (*instance, error) {
	c.pod.mu.Lock()
	defer c.pod.mu.Unlock()
	if current := c.state.current; current != nil && !current.ended {
		return current, nil
	}
	return nil, fmt.Errorf("container not found (%q)", c.spec.Name)
}

type executor struct {
	container *container
	instance  *instance
}

// ExecInContainer implements remotecommand.Executor. The command lives no
// longer than its client and its container.
func (e executor) ExecInContainer(_ context.Context, _, _, _ string, words []string, in io.Reader, out, errOut io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize, _ time.Duration) error {
	x := newExecution(e.container, e.instance, words)
	var err error
	if tty {
		err = x.startOnTerminal()
	} else {
		err = x.startOnPipes(in, out, errOut)
	}
	if err != nil {
		return err
	}
	go func() {
		defer x.abort()
		untilGone(out, resize, x.resize)
	}()
	if tty {
		x.copyTerminal(in, out)
	}
	return x.wait()
}

// untilGone passes on the window's sizes until the client has gone. That shows
// in what nothing but the end of its connection ends: the stream of sizes,
// which WebSocket always has, or the way back of the output, which SPDY has and
// no client uses.
func untilGone(out io.WriteCloser, sizes <-chan remotecommand.TerminalSize, resize func(remotecommand.TerminalSize)) {
	if sizes == nil {
		_, _ = io.Copy(io.Discard, out.(io.Reader))
		return
	}
	for size := range sizes {
		resize(size)
	}
}
