package forward

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Answer is what the demo operator says of itself.
type Answer struct {
	Leader bool
	Pod    string
	At     time.Time `json:"-"` // when its first byte came
}

// Ask asks at an address who answers there, on a connection of its own.
func Ask(ctx context.Context, address string) (Answer, error) {
	c, err := dial(ctx, address)
	if err != nil {
		return Answer{}, err
	}
	defer c.Close()
	response, err := c.get("/state")
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{At: c.answered}
	return answer, json.NewDecoder(response.Body).Decode(&answer)
}

// Refused tells an error of a port that nobody listens on.
func Refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// connection is one to the operator. It ends with its context.
type connection struct {
	net.Conn
	stop     func() bool
	answered time.Time // when the first byte came
}

func dial(ctx context.Context, address string) (*connection, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: conn, stop: context.AfterFunc(ctx, func() { _ = conn.Close() })}, nil
}

func (c *connection) Close() {
	c.stop()
	_ = c.Conn.Close() // nothing is written any more
}

// request asks for a path.
func (c *connection) request(path string) error {
	_, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: leader\r\nConnection: close\r\n\r\n", path)
	return err
}

// get asks for a path and waits for the head of the answer.
func (c *connection) get(path string) (*http.Response, error) {
	if err := c.request(path); err != nil {
		return nil, err
	}
	reader := bufio.NewReaderSize(c, readSize)
	if _, err := reader.Peek(1); err != nil {
		return nil, fmt.Errorf("no answer to %s: %w", path, err)
	}
	c.answered = time.Now()
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	return response, nil
}

// readSize is large, so that the reader is not what is measured.
const readSize = 256 << 10

// fetch reads a body of so many bytes, and counts them.
func fetch(ctx context.Context, address string, bytes int64) error {
	c, err := dial(ctx, address)
	if err != nil {
		return err
	}
	defer c.Close()
	response, err := c.get(fmt.Sprintf("/bulk?bytes=%d", bytes))
	if err != nil {
		return err
	}
	got, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, response.Body, make([]byte, readSize))
	if err != nil || got != bytes {
		return fmt.Errorf("%d of %d bytes came: %w", got, bytes, errors.Join(err, io.ErrUnexpectedEOF))
	}
	return nil
}
