package scenarios

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestLateLogLacksNothing: what a log lacks is judged when it has been silent for a while; that it
// takes long until it can be read is no silence.
func TestLateLogLacksNothing(t *testing.T) {
	t.Parallel()
	_, ns := proxy(t, shared.deploy(t), func(r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/log") && r.URL.Query().Get("follow") == "true" {
			time.Sleep(2 * time.Second) // a node that is slow: longer than the silence that is believed
		}
		return false
	})
	p := start(t, ns, "assert", "demo-operator", "--logs", "--output-not-contains=Attempting to acquire", "--timeout=0")
	if code := p.wait(t); code != 1 {
		t.Errorf("exit code %d, want 1: the log has what it must not have\n%s%s", code, p.stdout, p.stderr)
	}
}
