package tunnel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

const (
	// refusedPatience is how long a leader may refuse a connection before the client is told. A process that has just
	// begun to lead, or to restart, opens its port within that time; a port that is wrong stays closed.
	refusedPatience = 5 * time.Second
	retryFirst      = 50 * time.Millisecond
	retryMost       = time.Second
	// openingMost is how many tunnels are opened at a time. All who waited for a leader want one when there is one again: hundreds
	// of handshakes at once would keep the API server from what the new leader wants of it, such as renewing its Lease.
	openingMost = 50
)

// Forwarder carries accepted connections to the leader of the moment.
type Forwarder struct {
	Leaders *leader.Stream
	Dial    Dialer
	// Timeout is how long a connection waits for a leader that can be reached.
	Timeout time.Duration
	// Notice gets one line about a connection that failed, or is held up.
	Notice func(message string)
	// Trace gets a line for each connection.
	Trace func(message string)

	ctx     context.Context
	opening chan struct{} // holds one for each tunnel that is being opened
	spares  spares
	worked  atomic.Bool // a tunnel was opened: access is granted, whatever a starting API server says
	deaf    sync.Map    // the ports (closedPort) that were refused for all of the patience
	wg      sync.WaitGroup
}

// closedPort is a port of a pod on which nobody listens. It is remembered so that only the first client waits. What has started
// anew may open its port yet.
type closedPort struct {
	pod      types.UID
	restarts int32
	remote   string
}

func newClosedPort(pod *corev1.Pod, port Port) closedPort {
	closed := closedPort{pod: pod.UID, remote: port.Remote}
	for _, status := range pod.Status.ContainerStatuses {
		closed.restarts += status.RestartCount
	}
	return closed
}

// Probe opens one connection to the leader's pod and keeps it for the first client, so that a missing permission is
// found out before anybody connects. Errors are the server's.
func (f *Forwarder) Probe(ctx context.Context, pod *corev1.Pod) error {
	conn, err := f.Dial(ctx, pod)
	if err != nil {
		return err
	}
	f.worked.Store(true)
	f.spares.pod, f.spares.conn = pod, conn
	return nil
}

// Run serves the listeners until the context ends, and closes them. When it returns, nothing of it runs any more.
func (f *Forwarder) Run(ctx context.Context, listeners []Listener) {
	ctx, stop := context.WithCancel(ctx)
	f.ctx, f.opening = ctx, make(chan struct{}, openingMost)
	f.spares.dial, f.spares.wg = f.Dial, &f.wg
	for _, listener := range listeners {
		f.wg.Go(func() { f.accept(ctx, listener) })
	}
	f.wg.Go(func() { f.aimSpares(ctx) })
	<-ctx.Done()
	stop()
	Close(listeners)
	f.spares.close()
	f.wg.Wait()
	f.spares.close() // one may have arrived while we waited
}

// aimSpares keeps a connection to the leader of the moment in hand.
func (f *Forwarder) aimSpares(ctx context.Context) {
	for change := f.Leaders.Latest(); ; {
		f.spares.aim(ctx, change.Pod)
		next, err := change.Next(ctx)
		if err != nil {
			return
		}
		change = next
	}
}

func (f *Forwarder) accept(ctx context.Context, listener Listener) {
	for {
		conn, err := listener.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close() // nobody serves it any more
			}
			return
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			// Out of file descriptors, mostly: those that are served will end and free some.
			f.Notice(fmt.Sprintf("port %d: %v", listener.Port.Local, err))
			if !pause(ctx, retryMost) {
				return
			}
			continue
		}
		f.wg.Go(func() { f.serve(ctx, newClient(conn.(*net.TCPConn)), listener.Port) })
	}
}

// serve carries one connection, and looks for another leader as long as none has heard a word of it.
func (f *Forwarder) serve(ctx context.Context, c *client, port Port) {
	stop := context.AfterFunc(ctx, c.reset)
	defer stop()
	waitCtx, cancel := login.WithTimeout(ctx, f.Timeout)
	defer cancel()
	f.Trace(fmt.Sprintf("handling connection for %d", port.Local))
	err := f.attempts(ctx, waitCtx, c, port)
	switch {
	case err == nil:
		c.conn.Close() // the client may have closed it
	case ctx.Err() != nil, errors.Is(err, errClient):
		c.reset()
	case errors.Is(err, errTermEnded), errors.Is(err, errLost):
		f.Trace(fmt.Sprintf("connection for %d closed: %v", port.Local, err))
		c.reset()
	default:
		c.reset()
		f.Notice(fmt.Sprintf("connection for %d failed: %v", port.Local, err))
	}
}

func (f *Forwarder) attempts(ctx, waitCtx context.Context, c *client, port Port) error {
	var refusedSince time.Time
	var refusedBy *leader.Change
	for delay := retryFirst; ; delay = min(2*delay, retryMost) {
		lead, err := f.Leaders.WaitLeader(waitCtx)
		if err != nil {
			return fmt.Errorf("no leader within %s: %w", f.Timeout, err)
		}
		err = f.relay(ctx, waitCtx, c, port, lead)
		var notHeard unheard
		var isRefused refused
		switch {
		case errors.As(err, &isRefused):
			key := newClosedPort(lead.Pod, port)
			_, known := f.deaf.Load(key)
			if refusedBy == nil || refusedBy.Pod.UID != lead.Pod.UID {
				refusedBy, refusedSince = lead, time.Now()
			}
			if !known && delay == retryFirst {
				f.Notice(fmt.Sprintf("connection for %d: %s; trying for %s", port.Local, isRefused.where, refusedPatience))
			}
			if known || time.Since(refusedSince) >= refusedPatience {
				f.deaf.Store(key, nil)
				return err
			}
		case errors.As(err, &notHeard) && (f.worked.Load() || !Denied(err)):
			f.Trace(fmt.Sprintf("connection for %d: %v; trying again", port.Local, err))
		default:
			return err
		}
		// The next verdict may name another leader; without one, the same leader gets another chance.
		timer := time.NewTimer(delay)
		select {
		case <-lead.Superseded():
		case <-timer.C:
		case <-waitCtx.Done():
			timer.Stop()
			return err
		}
		timer.Stop()
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
