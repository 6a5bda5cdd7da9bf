package scenarios

import (
	"strings"
	"testing"
)

// TestDefaultWaitFollowsTheLease: where nobody says how long to wait, that is long enough for a
// Lease to run out, here one of an hour.
func TestDefaultWaitFollowsTheLease(t *testing.T) {
	t.Parallel()
	ns := shared.empty(t)
	ns.holdLease(t, "nobody", "")
	for _, test := range []struct {
		args []any
		want string
	}{
		{[]any{"port-forward", "nobody", ":8080"}, "of 2h0m15s;"},
		{[]any{"logs", "-f", "nobody"}, "of 2h0m15s;"},
		{[]any{"logs", "-f", "nobody", "--timeout=1m"}, "of 1m0s;"},
	} {
		tty, shown := terminal(t, 200)
		start(t, ns, append(test.args, onTerminal(tty, false, true))...)
		shown.until(t, test.want, func(text string) bool {
			_, rest, waits := strings.Cut(text, "waiting for a leader for ")
			return waits && strings.Contains(rest, test.want)
		})
	}
}
