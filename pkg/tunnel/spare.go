package tunnel

import (
	"context"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/streaming/pkg/httpstream"
)

// spares keeps one open connection to the leader in hand, so that a client does not wait for a handshake.
type spares struct {
	dial Dialer
	wg   *sync.WaitGroup

	mu      sync.Mutex
	pod     *corev1.Pod           // the pod that a spare is wanted for; nil for none
	conn    httpstream.Connection // nil while there is none
	filling context.CancelFunc    // ends the opening of one; nil while none is being opened
}

// aim names the pod that spares are to lead to from now on, nil for none, and begins to open one.
func (s *spares) aim(ctx context.Context, pod *corev1.Pod) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pod != nil && pod != nil && s.pod.UID == pod.UID {
		return
	}
	s.drop()
	if s.filling != nil {
		s.filling() // it leads to a pod that leads no more, and may hang
	}
	s.pod = pod
	s.fill(ctx)
}

// take gives out the spare, or dials when there is none. Either way the next one is on its way.
func (s *spares) take(ctx, fillCtx context.Context, pod *corev1.Pod) (httpstream.Connection, error) {
	s.mu.Lock()
	s.dropBroken()
	var conn httpstream.Connection
	if s.pod != nil && s.pod.UID == pod.UID {
		conn, s.conn = s.conn, nil
	}
	s.fill(fillCtx)
	s.mu.Unlock()
	if conn != nil {
		return conn, nil
	}
	return s.dial(ctx, pod)
}

// fill opens a spare unless there is one or one is on its way. A failure leaves none: whoever takes dials, and learns why.
func (s *spares) fill(ctx context.Context) {
	s.dropBroken()
	if s.pod == nil || s.filling != nil || s.conn != nil || ctx.Err() != nil {
		return
	}
	dialCtx, stop := context.WithCancel(ctx)
	s.filling = stop
	pod := s.pod
	s.wg.Go(func() {
		defer stop()
		conn, err := s.dial(dialCtx, pod)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.filling = nil
		wanted := s.pod != nil && s.pod.UID == pod.UID && ctx.Err() == nil
		switch {
		case err == nil && wanted:
			s.conn = conn
		case err == nil:
			conn.Close() // the leader has changed meanwhile
		}
		if !wanted {
			s.fill(ctx)
		}
	})
}

// dropBroken closes a spare that has broken: until then, its socket stays.
func (s *spares) dropBroken() {
	if s.conn != nil && closed(s.conn) {
		s.drop()
	}
}

// drop closes the spare.
func (s *spares) drop() {
	if s.conn != nil {
		s.conn.Close() // nobody has used it
		s.conn = nil
	}
}

// close ends the keeping of spares.
func (s *spares) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pod = nil
	s.drop()
}

func closed(conn httpstream.Connection) bool {
	select {
	case <-conn.CloseChan():
		return true
	default:
		return false
	}
}
