package runner

import (
	"context"
	"fmt"
	"io"
	"net/http"

	internalapi "k8s.io/cri-api/pkg/apis"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	crilogs "k8s.io/cri-client/pkg/logs"
)

// serveLogs reads a container's log with the kubelet's own code, so that a
// follow ends, and a rotation is followed, as on a real node.
func (r *Runner) serveLogs(w http.ResponseWriter, request *http.Request) {
	namespace, podName, name := request.PathValue("namespace"), request.PathValue("pod"), request.PathValue("container")
	query, err := parseLogQuery(request.URL.Query())
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	p := r.byName(namespace, podName)
	if p == nil {
		r.serveIdleLogs(w, request, query)
		return
	}
	c := p.container(name)
	if c == nil {
		refuse(w, http.StatusNotFound, fmt.Errorf("container %q not found in pod %q", name, podName))
		return
	}
	one, err := c.logInstance(query.previous)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	out := flushWriter{w, http.NewResponseController(w)}
	var stdout, stderr io.Writer = out, out
	switch query.stream {
	case "Stdout":
		stderr = nil
	case "Stderr":
		stdout = nil
	}
	_, _ = out.Write(nil) // the headers go before the first line comes
	err = crilogs.ReadLogs(request.Context(), one.log, one.id, query.options, runtimeService{pod: p, instance: one}, stdout, stderr)
	if err != nil && request.Context().Err() == nil {
		// Too late for an error code; the kubelet writes it into the stream too.
		_, _ = io.WriteString(w, err.Error())
	}
}

// serveIdleLogs answers for pods that run no process: they say nothing, until
// whoever follows goes away.
func (r *Runner) serveIdleLogs(w http.ResponseWriter, request *http.Request, query logQuery) {
	_, _ = flushWriter{w, http.NewResponseController(w)}.Write(nil)
	if query.options.Follow {
		<-request.Context().Done()
	}
}

// logInstance picks the instance whose log is asked for; the rules and the
// errors are the kubelet's (validateContainerLogStatus).
func (c *container) logInstance(previous bool) (*instance, error) {
	c.pod.mu.Lock()
	defer c.pod.mu.Unlock()
	current, last := c.state.current, c.state.last
	if c.state.waiting { // the state is waiting, and what ran last is the last state
		last = current
	}
	switch {
	case previous && last == nil:
		return nil, fmt.Errorf("previous terminated container %q in pod %q not found", c.spec.Name, c.pod.object.Name)
	case previous:
		return last, nil
	case current == nil:
		return nil, fmt.Errorf("container %q in pod %q is waiting to start: ContainerCreating", c.spec.Name, c.pod.object.Name)
	default:
		return current, nil
	}
}

// runtimeService tells the log reader whether the container still runs, which
// is all that it asks.
type runtimeService struct {
	internalapi.RuntimeService
	pod      *pod
	instance *instance
}

func (s runtimeService) ContainerStatus(context.Context, string, bool) (*runtimeapi.ContainerStatusResponse, error) {
	s.pod.mu.Lock()
	defer s.pod.mu.Unlock()
	state := runtimeapi.ContainerState_CONTAINER_RUNNING
	if s.instance.ended {
		state = runtimeapi.ContainerState_CONTAINER_EXITED
	}
	return &runtimeapi.ContainerStatusResponse{Status: &runtimeapi.ContainerStatus{Id: s.instance.id, State: state}}, nil
}

// flushWriter sends each write at once.
type flushWriter struct {
	io.Writer
	flusher *http.ResponseController
}

func (f flushWriter) Write(data []byte) (int, error) {
	n, err := f.Writer.Write(data)
	if err != nil {
		return n, err
	}
	return n, f.flusher.Flush()
}
