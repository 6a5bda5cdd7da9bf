package runner

import (
	"io"
	"net"
	"testing"
	"testing/synctest"
)

// TestJoinEndsWithTheProcess: a process that closes a connection ends the
// forwarded one, although the client still holds it open.
func TestJoinEndsWithTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stream := net.Pipe()
		connection, server := net.Pipe()
		defer client.Close()
		joined := make(chan error, 1)
		go func() {
			err := join(stream, connection)
			_ = stream.Close() // as PortForward does
			joined <- err
		}()
		go func() {
			_, _ = io.WriteString(server, "bye")
			_ = server.Close()
		}()
		said, err := io.ReadAll(client)
		if err != nil || string(said) != "bye" {
			t.Errorf("got %q, %v", said, err)
		}
		if err := <-joined; err != nil {
			t.Errorf("want no error, got %v", err)
		}
	})
}
