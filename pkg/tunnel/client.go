package tunnel

import (
	"io"
	"net"
	"sync"
	"time"
)

// replayLimit bounds what is kept of a client's words until the pod answers, in bytes.
const replayLimit = 64 << 10

// client is the local end of a connection. What the client said is kept until the pod answers, so that it can be said
// again to another pod when the first one turns out not to have heard any of it.
type client struct {
	conn *net.TCPConn

	mu       sync.Mutex
	said     []byte
	complete bool // said holds everything so far
}

func newClient(conn *net.TCPConn) *client { return &client{conn: conn, complete: true} }

// repeatable reports whether all that the client said can be said again.
func (c *client) repeatable() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.complete
}

// answered ends the keeping: the pod has begun to answer.
func (c *client) answered() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said, c.complete = nil, false
}

// words reads what the client says, from its first byte.
func (c *client) words() io.Reader { return &words{client: c} }

type words struct {
	client *client
	read   int
}

func (w *words) Read(p []byte) (int, error) {
	c := w.client
	c.mu.Lock()
	if c.complete && w.read < len(c.said) {
		n := copy(p, c.said[w.read:])
		w.read += n
		c.mu.Unlock()
		return n, nil
	}
	c.mu.Unlock()
	n, err := c.conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.complete && len(c.said)+n > replayLimit {
		c.said, c.complete = nil, false
	}
	if c.complete {
		c.said = append(c.said, p[:n]...)
		w.read += n
	}
	return n, err
}

// interrupt makes pending reads and writes return, resume allows them again.
func (c *client) interrupt() { c.conn.SetDeadline(time.Unix(1, 0)) } // fails only when closed
func (c *client) resume()    { c.conn.SetDeadline(time.Time{}) }     // fails only when closed

// reset closes the connection so that the client sees a fault, not the end of a complete answer.
func (c *client) reset() {
	c.conn.SetLinger(0) // fails only when closed
	c.conn.Close()      // fails only when closed
}
