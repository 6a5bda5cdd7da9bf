package scenarios

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// TestStalledReader opens connections that are never read beside busy ones; a tunnel shared with them would freeze.
func TestStalledReader(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	_, url := forwarded(t, ns)
	for range 3 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close() // a test's end
		if _, err := fmt.Fprintf(conn, "GET /bulk?bytes=%d HTTP/1.1\r\nHost: x\r\n\r\n", 1<<30); err != nil {
			t.Fatal(err)
		}
	}
	for range 50 {
		if s, err := askState(url); err != nil || !s.Leader {
			t.Fatalf("beside stalled readers: %+v, %v", s, err)
		}
	}
}

// TestNothingLeaks compares a port-forward after many connections with itself after one: SIGQUIT
// makes Go print all goroutines.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	goroutines := func(connections int) int {
		forward, url := forwarded(t, ns)
		var wg sync.WaitGroup
		before := forward.sockets(t)
		tokens := make(chan struct{}, 10)
		for i := range connections {
			tokens <- struct{}{}
			wg.Go(func() {
				defer func() { <-tokens }()
				if i%10 == 9 {
					goAway(url)
					return
				}
				if s, err := askState(url); err != nil || !s.Leader {
					t.Errorf("connection %d: %+v, %v", i, s, err)
				}
			})
		}
		wg.Wait()
		forward.untilIdle(t, url, before)
		forward.end(t, syscall.SIGQUIT)
		return strings.Count(forward.stderr.String(), "\ngoroutine ")
	}
	const connections = 300
	one, many := goroutines(1), goroutines(connections)
	t.Logf("%d goroutines after 1 connection, %d after %d", one, many, connections)
	// The last tunnels may still be on their way out, with some 15 goroutines each. A leak of one
	// for each connection would be 300.
	if one == 0 || many > one+10*15 {
		t.Errorf("%d goroutines after 1 connection, %d after %d", one, many, connections)
	}
}

// goAway asks for much and leaves in the middle of the answer.
func goAway(url string) {
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(url + "/bulk?bytes=10000000")
	if err != nil {
		return
	}
	io.CopyN(io.Discard, resp.Body, 1000) // that is the point
	resp.Body.Close()                     // likewise
}

// TestBulk carries an answer of some size whole.
func TestBulk(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	_, url := forwarded(t, ns)
	resp, err := fresh.Get(url + "/bulk?bytes=16777216")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() // read-only
	if n, err := io.Copy(io.Discard, resp.Body); err != nil || n != 16<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}
}
