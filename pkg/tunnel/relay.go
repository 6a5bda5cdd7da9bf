package tunnel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

var (
	// errTermEnded ends the connections of a leader that leads no more.
	errTermEnded = errors.New("the leadership has passed on")
	// errLost ends a connection whose tunnel broke.
	errLost = errors.New("lost connection to pod")
	// errClient is a fault on the client's side; nobody needs to be told.
	errClient = errors.New("client gone")
)

// unheard marks a failure before the pod heard a word of the client: another attempt repeats nothing.
type unheard struct{ error }

func (e unheard) Unwrap() error { return e.error }

// refused is an unheard failure of the pod itself: it runs, and nothing listens on the port, on the
// pod's loopback address. To that alone the kubelet connects, so a process that Prometheus reaches
// may be out of reach here.
type refused struct {
	where string
	said  error // by the kubelet
}

func (e refused) Error() string {
	return fmt.Sprintf("%s (%v); a process that listens on the pod's own address alone cannot be reached through port-forward", e.where, e.said)
}

func (e refused) Unwrap() error { return e.said }

const (
	// copyBuffer is for a connection that carries much; one that waits for the next word, as most do, keeps idleBuffer.
	copyBuffer = 64 << 10
	idleBuffer = 1 << 10
	// errorWait is how long the error stream may lag behind the end of the data.
	errorWait = time.Second
	// hangUpWithin is how long a tunnel that was hung up may take with what was on its way.
	hangUpWithin = 100 * time.Millisecond
)

var buffers = sync.Pool{New: func() any { return new([copyBuffer]byte) }}

// relay carries one connection to the leader's pod until either side ends it or the term does. A nil error is an
// orderly end.
func (f *Forwarder) relay(ctx, dialCtx context.Context, c *client, port Port, lead *leader.Change) error {
	number, err := port.RemoteNumber(lead.Pod)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	var wg sync.WaitGroup
	defer wg.Wait()

	dialCtx, stopDial := context.WithCancel(dialCtx)
	defer stopDial()
	defer context.AfterFunc(ctx, stopDial)()
	wg.Go(func() { awaitTermEnd(ctx, lead, end) })
	defer end(nil)

	doneOpening, err := f.beginOpening(dialCtx)
	if err != nil {
		return unheard{fmt.Errorf("pod %s/%s: %w", lead.Pod.Namespace, lead.Pod.Name, err)}
	}
	defer doneOpening()
	tunnel, err := f.spares.take(dialCtx, f.ctx, lead.Pod)
	if err != nil {
		return unheard{fmt.Errorf("pod %s/%s: %w", lead.Pod.Namespace, lead.Pod.Name, err)}
	}
	f.worked.Store(true)
	defer hangUp(tunnel)
	defer context.AfterFunc(ctx, func() { hangUp(tunnel) })()
	problems, data, err := createStreams(dialCtx, tunnel, number)
	if err != nil {
		return unheard{fmt.Errorf("pod %s/%s: %w", lead.Pod.Namespace, lead.Pod.Name, err)}
	}
	doneOpening()

	problem := make(chan error, 1)
	wg.Go(func() { problem <- readProblem(problems) })
	up := make(chan error, 1)
	wg.Go(func() { up <- copyUp(data, c) })
	// A pending read of the client would outlive this attempt.
	defer func() { end(nil); hangUp(tunnel); c.interrupt(); wg.Wait(); c.resume() }() // see above
	down := make(chan error, 1)
	wg.Go(func() { down <- copyDown(c, data) })

	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case err := <-up:
			if err != nil && ctx.Err() == nil {
				return err
			}
			up = nil // the client has said all; the answer may go on
		case err := <-problem:
			if err != nil {
				return podError(err, lead.Pod, number, c.repeatable())
			}
			problem = nil
		case err := <-down:
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			// spdystream ends the streams of a broken connection as if they were complete; only this channel tells.
			if err == nil && closed(tunnel) {
				return errLost
			}
			if err == nil && problem != nil {
				if late := awaitProblem(problem); late != nil {
					return podError(late, lead.Pod, number, c.repeatable())
				}
			}
			return err
		}
	}
}

// beginOpening waits until few enough tunnels are being opened. What it returns has to be called when this one is open.
func (f *Forwarder) beginOpening(ctx context.Context) (done func(), err error) {
	select {
	case f.opening <- struct{}{}:
		return sync.OnceFunc(func() { <-f.opening }), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for its turn: %w", context.Cause(ctx))
	}
}

// awaitTermEnd ends the connection when the leader it leads to leads no more.
func awaitTermEnd(ctx context.Context, lead *leader.Change, end context.CancelCauseFunc) {
	for change := lead; ; {
		next, err := change.Next(ctx)
		if err != nil {
			return
		}
		if !next.Continues(lead.Status) {
			end(errTermEnded)
			return
		}
		change = next
	}
}

// hangUp ends a tunnel. Close alone would wait for a stream that is just being opened, whose answer may never come.
func hangUp(tunnel httpstream.Connection) {
	tunnel.Close() // whatever it says, the connection is over
	tunnel.SetIdleTimeout(hangUpWithin)
}

// createStreams opens the pair of streams that carries one connection. client-go waits up to 30 s for the reply, also
// when the connection breaks or is hung up meanwhile, so the wait is given up with the connection and the context.
func createStreams(ctx context.Context, tunnel httpstream.Connection, number int32) (problems, data httpstream.Stream, err error) {
	type streams struct {
		problems, data httpstream.Stream
		err            error
	}
	opened := make(chan streams, 1)
	go func() {
		problems, data, err := openStreams(tunnel, number)
		opened <- streams{problems, data, err}
	}()
	select {
	case s := <-opened:
		return s.problems, s.data, s.err
	case <-tunnel.CloseChan():
		return nil, nil, errLost
	case <-ctx.Done():
		return nil, nil, context.Cause(ctx)
	}
}

// openStreams opens the pair of streams that carries one connection.
func openStreams(tunnel httpstream.Connection, number int32) (problems, data httpstream.Stream, err error) {
	headers := http.Header{}
	headers.Set(corev1.StreamType, corev1.StreamTypeError)
	headers.Set(corev1.PortHeader, strconv.Itoa(int(number)))
	headers.Set(corev1.PortForwardRequestIDHeader, "0") // the only one on its tunnel
	if problems, err = tunnel.CreateStream(headers); err != nil {
		return nil, nil, fmt.Errorf("error creating error stream: %w", err)
	}
	problems.Close() // we only read from it
	headers.Set(corev1.StreamType, corev1.StreamTypeData)
	if data, err = tunnel.CreateStream(headers); err != nil {
		return nil, nil, fmt.Errorf("error creating forwarding stream: %w", err)
	}
	return problems, data, nil
}

func readProblem(problems io.Reader) error {
	message, err := io.ReadAll(io.LimitReader(problems, 64<<10))
	switch {
	case len(message) > 0:
		return errors.New(strings.TrimSpace(string(message)))
	case err != nil:
		return err
	}
	return nil
}

func awaitProblem(problem <-chan error) error {
	timer := time.NewTimer(errorWait)
	defer timer.Stop()
	select {
	case err := <-problem:
		return err
	case <-timer.C:
		return nil
	}
}

// podError judges what the node said of the connection. A refused one never reached anybody.
func podError(err error, pod *corev1.Pod, number int32, repeatable bool) error {
	if strings.Contains(err.Error(), "connection refused") && repeatable {
		return refused{fmt.Sprintf("pod %s/%s: nothing listens in the pod on localhost:%d", pod.Namespace, pod.Name, number), err}
	}
	return fmt.Errorf("pod %s/%s, port %d: %w", pod.Namespace, pod.Name, number, err)
}

// copyUp carries the client's words to the pod and passes its end on as a half-close. Only the client's own fault is an
// error here: that the pod hears no more is told, with the reason, by the other streams.
func copyUp(data httpstream.Stream, c *client) error {
	source := &noted{Reader: c.words()}
	err := flow(data, source)
	switch {
	case source.err != nil:
		return errClient
	case err == nil:
		data.Close() // the other direction tells how it ended
	}
	return nil
}

// copyDown carries the pod's answer to the client.
func copyDown(c *client, data httpstream.Stream) error {
	source := &noted{Reader: data, first: c.answered}
	if err := flow(c.conn, source); err != nil && source.err == nil {
		return errClient
	}
	return source.err
}

// flow copies until the source ends, which is no error. It is io.Copy with a buffer that is as large as what comes.
func flow(to io.Writer, from io.Reader) error {
	var idle [idleBuffer]byte
	var large *[copyBuffer]byte
	buffer := idle[:]
	defer func() {
		if large != nil {
			buffers.Put(large)
		}
	}()
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case large == nil && n == idleBuffer:
			large = buffers.Get().(*[copyBuffer]byte)
			buffer = large[:]
		case large != nil && n < idleBuffer:
			buffers.Put(large)
			large, buffer = nil, idle[:]
		}
	}
}

// noted is a reader that notes its own failure, to tell it from the writer's, and calls first with the first bytes.
type noted struct {
	io.Reader
	first func()
	err   error // nil while all is well, and at the end
}

func (r *noted) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 && r.first != nil {
		r.first()
		r.first = nil
	}
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}
