package election

import (
	"net/http"
	"testing"
	"time"
)

func TestServerClockFollowsTheServerNotUs(t *testing.T) {
	var clock ServerClock
	if off := time.Since(clock.Now()); off < 0 || off > time.Minute {
		t.Errorf("without an answer the local time counts, got one %s off", off)
	}
	server := time.Now().Add(-3 * time.Hour)
	transport := clock.Wrap(roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{Header: http.Header{"Date": {server.UTC().Format(http.TimeFormat)}}}, nil
	}))
	answer := func() {
		t.Helper()
		if _, err := transport.RoundTrip(&http.Request{}); err != nil {
			t.Fatal(err)
		}
	}
	answer()
	if off := server.Sub(clock.Now()); off < -time.Second || off > 2*time.Second {
		t.Errorf("the clock is %s off the server's", off)
	}
	before := clock.Now()
	answer() // the same second again, cut: it must not set the clock back
	if clock.Now().Before(before) {
		t.Error("the clock ran backwards within a second")
	}
	server = server.Add(-time.Hour) // the server's clock was corrected
	answer()
	if off := server.Sub(clock.Now()); off < -time.Second || off > 2*time.Second {
		t.Errorf("the clock is %s off the corrected server's", off)
	}
}
