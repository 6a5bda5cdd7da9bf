package scenarios

import (
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
)

// socks5 is a SOCKS5 proxy without authentication (RFC 1928), and counts its connections.
func socks5(t *testing.T) (address string, connections *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() }) // a test's end
	connections = new(atomic.Int32)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()             // either side has ended it
				serveSOCKS5(conn, connections) // what fails shows in its client
			}()
		}
	}()
	return listener.Addr().String(), connections
}

// serveSOCKS5 carries one connection until either side ends it, and counts it.
func serveSOCKS5(conn net.Conn, connections *atomic.Int32) error {
	var greeting [2]byte // version, number of methods
	if _, err := io.ReadFull(conn, greeting[:]); err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, conn, int64(greeting[1])); err != nil {
		return err
	}
	if _, err := conn.Write([]byte{5, 0}); err != nil { // no authentication
		return err
	}
	var request [4]byte // version, command, reserved, type of address
	if _, err := io.ReadFull(conn, request[:]); err != nil {
		return err
	}
	size := map[byte]int{1: net.IPv4len, 4: net.IPv6len}[request[3]]
	if request[3] == 3 { // a name
		var length [1]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return err
		}
		size = int(length[0])
	}
	target := make([]byte, size+2)
	if _, err := io.ReadFull(conn, target); err != nil {
		return err
	}
	host := string(target[:size])
	if request[3] != 3 {
		host = net.IP(target[:size]).String()
	}
	to, err := net.Dial("tcp", net.JoinHostPort(host, fmt.Sprint(int(target[size])<<8|int(target[size+1]))))
	if err != nil {
		return err
	}
	defer to.Close() // either side has ended it
	if _, err := conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0}); err != nil {
		return err
	}
	connections.Add(1)
	go func() {
		io.Copy(to, conn) // its end is the other side's
		to.Close()        // likewise
	}()
	_, err = io.Copy(conn, to)
	return err
}
