package election

import (
	"net/http"
	"sync"
	"time"
)

// ServerClock is the API server's clock as its answers tell it. Local clocks lie: a laptop that woke up minutes late
// must not call a live leader expired. Safe for concurrent use; the zero value is ready.
type ServerClock struct {
	mu   sync.Mutex
	date time.Time // the server's, whole seconds: at most one second behind the truth
	at   time.Time // when it was received, with the monotonic reading
}

// Now is the server's time: the newest Date header plus the time since it came. Before any answer it is the local time.
func (c *ServerClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.date.IsZero() {
		return time.Now()
	}
	return c.date.Add(time.Since(c.at))
}

// Wrap makes a transport that sets the clock by each answer that passes; made for rest.Config.Wrap.
func (c *ServerClock) Wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil {
			c.read(resp.Header)
		}
		return resp, err
	})
}

func (c *ServerClock) read(header http.Header) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return // a proxy that strips Date: the newest known time goes on
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// Dates are cut to the second, so an answer in the same second tells less than the running clock does.
	if c.date.IsZero() || date.After(c.date.Add(time.Since(c.at))) || c.date.Add(time.Since(c.at)).Sub(date) > time.Second {
		c.date, c.at = date, time.Now()
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
