package runner

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct{ ran, want []time.Duration }{
		"at once, then doubled up to a limit": {
			ran:  []time.Duration{0, 0, s, 0, 0, 0, 0},
			want: []time.Duration{0, s, 2 * s, 4 * s, 8 * s, 10 * s, 10 * s},
		},
		"afresh after a long run": {
			ran:  []time.Duration{0, 0, 0, 10 * s, 0, 9 * s},
			want: []time.Duration{0, s, 2 * s, 0, s, 2 * s},
		},
	} {
		var b backoff
		for i, ran := range test.ran {
			if got := b.next(ran); got != test.want[i] {
				t.Errorf("%s: restart %d waits %s, want %s", name, i+1, got, test.want[i])
			}
		}
	}
}
